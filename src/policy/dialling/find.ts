/**
 * What a number is for somebody at a moment: the closest pattern, or a number of the house, which is exact.
 *
 * Standards  dial plan 11.2
 */
import { match, type Sight } from './match.ts'
import type { DialPlan, Rule } from './plan.ts'
import type { OwnNumber } from './table.ts'

/** One of both at most. */
export interface Finding {
  readonly rule?: Rule | undefined
  readonly own?: OwnNumber | undefined
  /** Could something match if more were dialled? */
  readonly more: boolean
}

export function find({ patterns, own, partitions }: DialPlan, sight: Sight, digits: string): Finding {
  const { pattern, more } = match(patterns.automaton, sight, digits), rule = patterns.rules[pattern]
  const number = own.at(digits)
  if (!number) return { rule, more: more || (!rule && own.more(digits)) }
  const place = placeOf(sight, partitions, number.partition)
  return place < 0 || (rule && isCloser(rule, digits, sight, partitions, place)) ? { rule, more } : { own: number, more }
}

/** Where a partition stands in what is seen; -1 where it is not. */
function placeOf({ rank }: Sight, partitions: DialPlan['partitions'], name: string | undefined): number {
  return rank[name === undefined ? 0 : partitions.get(name) ?? -1] ?? -1
}

/** An emergency number is; so is another exact one whose partition stands before that of the house's number. */
function isCloser({ row, counts }: Rule, digits: string, sight: Sight, partitions: DialPlan['partitions'], place: number): boolean {
  if (row.emergency) return true
  const before = placeOf(sight, partitions, row.partition)
  return before < place && counts(digits.length) === 1n
}
