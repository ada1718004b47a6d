/**
 * The best match of a number in a calling search space: fewest possible numbers first, then the order of partitions.
 *
 * Standards  dial plan 11.2
 * Security   linear in the digits; a character that no phone can dial matches nothing
 */
import { type Automaton, type Group, noPattern, severalPatterns } from './compile.ts'
import { columnOf, maxDialled } from './symbols.ts'

/** What a caller can see at a moment, ready to be asked. */
export interface Sight {
  /** Partitions in order; the one that everybody sees is last. */
  readonly order: readonly number[]
  /** Place in the order by partition; -1 for what is not seen. */
  readonly rank: Int16Array
  readonly bits: Int32Array
}

export interface Match {
  /** Number of the pattern in the plan; noPattern where none matches. */
  readonly pattern: number
  /** Could a pattern match if more were dialled? */
  readonly more: boolean
}

const nothing: Match = { pattern: noPattern, more: false }

export function match(automaton: Automaton, sight: Sight, digits: string): Match {
  if (digits.length > maxDialled) return nothing
  let state = automaton.start()
  for (let at = 0; at < digits.length; at++) {
    const column = columnOf(digits.charCodeAt(at))
    if (column < 0) return nothing
    state = automaton.step(state, column)
    if (state === 0) return nothing
  }
  const rest = automaton.more(state)
  return { pattern: closest(automaton, state, sight), more: rest !== 0 && automaton.sets.meets(rest, sight.bits) }
}

function closest(automaton: Automaton, state: number, sight: Sight): number {
  const only = automaton.only(state)
  if (only === noPattern || (only !== severalPatterns && sight.rank[automaton.partition(state)]! < 0)) return noPattern
  if (only !== severalPatterns) return only
  for (const group of automaton.groups(state)) {
    const pattern = inOrder(group, sight)
    if (pattern !== noPattern) return pattern
  }
  return noPattern
}

/** The one in the foremost partition; looks through whichever is shorter, the group or the search space. */
function inOrder({ partitions, patterns, at }: Group, { rank, order }: Sight): number {
  if (partitions.length > order.length) {
    for (const partition of order) { const pattern = at.get(partition); if (pattern !== undefined) return pattern }
    return noPattern
  }
  let best = noPattern, bestRank = order.length
  for (let i = 0; i < partitions.length; i++) {
    const place = rank[partitions[i]!]!
    if (place < 0 || place >= bestRank) continue
    best = patterns[i]!
    bestRank = place
  }
  return best
}
