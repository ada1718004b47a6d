/**
 * The best match of a number in a calling search space: fewest possible numbers first, then the order of partitions.
 *
 * Standards  dial plan 11.2
 * Security   linear in the digits; a character that no phone can dial matches nothing
 */
import type { Automaton, Group } from './compile.ts'
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
  /** Number of the pattern in the plan; -1 where none matches. */
  readonly pattern: number
  /** Could a pattern match if more were dialled? */
  readonly more: boolean
}

const nothing: Match = { pattern: -1, more: false }

export function match(automaton: Automaton, sight: Sight, digits: string): Match {
  if (digits.length > maxDialled) return nothing
  let state = automaton.start()
  for (let at = 0; at < digits.length; at++) {
    const column = columnOf(digits.charCodeAt(at))
    if (column < 0) return nothing
    state = automaton.step(state, column)
    if (state === 0) return nothing
  }
  const pattern = closest(automaton.groups(state), sight)
  return { pattern, more: automaton.sets.meets(automaton.more(state), sight.bits) }
}

function closest(groups: readonly Group[], sight: Sight): number {
  for (let at = 0; at < groups.length; at++) {
    const pattern = inOrder(groups[at]!, sight)
    if (pattern >= 0) return pattern
  }
  return -1
}

/** The one in the foremost partition; looks through whichever is shorter, the group or the search space. */
function inOrder({ partitions, patterns, at }: Group, { rank, order }: Sight): number {
  if (partitions.length > order.length) {
    for (const partition of order) { const pattern = at.get(partition); if (pattern !== undefined) return pattern }
    return -1
  }
  let best = -1, bestRank = order.length
  for (let i = 0; i < partitions.length; i++) {
    const place = rank[partitions[i]!]!
    if (place < 0 || place >= bestRank) continue
    best = patterns[i]!
    bestRank = place
  }
  return best
}
