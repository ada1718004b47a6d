/**
 * All patterns of a plan as one automaton: what matches a number costs one look a digit, however many patterns there are.
 * A state is a set of places of the tree at one length; it is worked out when a number first comes there and kept, at most maxStates of them.
 *
 * Standards  dial plan 11.1, 11.2
 * Security   whoever dials can make states, never more than maxStates, which are then begun anew; no number costs more than its digits times the places of the tree
 */
import { type BitSets, newBitSets } from './bits.ts'
import type { Counts } from './count.ts'
import type { Spelling } from './numbering.ts'
import { maxDialled, symbols } from './symbols.ts'
import { buildTrie, newStepper, type Trie } from './trie.ts'

export interface Entry {
  readonly spellings: readonly Spelling[]
  /** How many numbers of a length it matches. */
  readonly counts: Counts
  /** Index of its partition; 0 is the one that everybody sees. */
  readonly partition: number
  /** Closer than anything else: an emergency number. */
  readonly first?: boolean | undefined
}

/** Patterns that match equally closely, one a partition; `at` finds it by partition. */
export interface Group { readonly partitions: readonly number[]; readonly patterns: readonly number[]; readonly at: ReadonlyMap<number, number> }

/** What a state says: the groups of what ends here, closest first; the partitions in which more digits could match. */
export interface Automaton {
  /** State after a key; 0 where nothing can match any more. */
  step(state: number, column: number): number
  groups(state: number): readonly Group[]
  /** The one pattern that ends here; noPattern, or severalPatterns that stand in the groups. */
  only(state: number): number
  /** The partition of that one. */
  partition(state: number): number
  more(state: number): number
  /** The first state; throws old states away where there are too many, so none may be kept from one number to the next. */
  start(): number
  readonly sets: BitSets
  readonly size: { readonly patterns: number; readonly places: number; readonly states: () => number }
}

/** States, about 70 bytes each, numbered in 16 bits: half the memory to walk through; and the places of all of them together, about ten bytes each. */
export const maxStates = 65_000, maxKept = 500_000
export const noPattern = -1, severalPatterns = -2
const facts = 4, columns = symbols.length, root = 1, dead = 0, unknown = 0xffff

/** The place in `entries` is the number of a pattern; undefined where the plan is too large. */
export function compile(entries: readonly Entry[], partitions: number): Automaton | undefined {
  const trie = buildTrie(entries.map(({ spellings }) => spellings.map(({ items }) => items)))
  return trie && newAutomaton({ trie, entries, sets: newBitSets(partitions) })
}

interface Compiled { readonly trie: Trie; readonly entries: readonly Entry[]; readonly sets: BitSets }

/** The partitions in which a longer number can match, for each place alone. */
function moreOf({ trie, entries, sets }: Compiled): Int32Array {
  const { parent, loops, ends, first, edgeTo } = trie
  const below = new Int32Array(parent.length), more = new Int32Array(parent.length)
  for (let place = parent.length - 1; place >= 0; place--) {   // children stand behind their parents
    const own = ends.get(place)
    if (own) below[place] = sets.union(below[place]!, sets.of(own.map((entry) => entries[entry]!.partition)))
    if (place > 0) below[parent[place]!] = sets.union(below[parent[place]!]!, below[place]!)
    if (loops[place]) more[place] = below[place]!
    else for (let edge = first[place]!; edge < first[place + 1]!; edge++) more[place] = sets.union(more[place]!, below[edgeTo[edge]!]!)
  }
  return more
}

interface States {
  next: Uint16Array
  /** Places of a state: in `places` from start[state] to start[state + 1]. */
  start: Int32Array
  places: Int32Array
  readonly length: Uint8Array
  /** What a state says in one place of memory: its only pattern, that one's partition, where more could follow. */
  readonly says: Int32Array
  groups: (readonly Group[])[]
  count: number
  byKey: Map<number | string, number>
}

function newStates(): States {
  return {
    next: new Uint16Array(1_024 * columns), start: new Int32Array(maxStates + 2), places: new Int32Array(4_096),
    length: new Uint8Array(maxStates + 1), says: new Int32Array(facts * (maxStates + 1)), groups: [], count: 0, byKey: new Map(),
  }
}

function newAutomaton(compiled: Compiled): Automaton {
  const { trie, sets, entries } = compiled
  const stepper = newStepper(trie), more = moreOf(compiled), kept = new Map<string, readonly Group[]>()
  const states = newStates(), compiledSets = sets.count()
  let { next } = states
  const make = (places: readonly number[], length: number): number => {
    const state = addState(states, places, length)
    if (state < 0) return ~state
    next = states.next
    let rest = 0
    if (length < maxDialled) for (const place of places) rest = sets.union(rest, more[place]!)
    const groups = groupsAt(compiled, places, length, kept)
    states.groups[state] = groups
    const [closest] = groups, only = !closest ? noPattern : groups.length > 1 || closest.patterns.length > 1 ? severalPatterns : closest.patterns[0]!
    states.says.set([only, closest?.partitions[0] ?? 0, rest], state * facts)
    return state
  }
  const begin = (): number => {
    Object.assign(states, { count: 0, groups: [], byKey: new Map() })
    kept.clear()
    sets.forget(compiledSets)
    make([], 0)   // the dead state
    next.fill(dead, 0, columns)
    return make(stepper.start(), 0)
  }
  begin()
  const explore = (state: number, column: number): number => {
    const places = states.places.subarray(states.start[state]!, states.start[state + 1]!), length = states.length[state]!
    const after = length < maxDialled ? stepper.after(places, column) : []
    const to = after.length === 0 ? dead : make(after, length + 1)
    next[state * columns + column] = to
    return to
  }
  return {
    start: () => states.count > maxStates - maxDialled || states.start[states.count]! > maxKept ? begin() : root,
    step: (state, column) => {
      const to = next[state * columns + column]!
      return to === unknown ? explore(state, column) : to
    },
    groups: (state) => states.groups[state]!,
    only: (state) => states.says[state * facts]!,
    partition: (state) => states.says[state * facts + 1]!,
    more: (state) => states.says[state * facts + 2]!,
    sets, size: { patterns: entries.length, places: trie.loops.length, states: () => states.count },
  }
}

/** The number of a new state, or the complement of that of one that is there. */
function addState(states: States, places: readonly number[], length: number): number {
  const key = places.length === 1 ? places[0]! * 64 + length : `${length}:${places.join()}`
  const there = states.byKey.get(key)
  if (there !== undefined) return ~there
  const state = states.count++, begin = state === 0 ? 0 : states.start[state]!, end = begin + places.length
  if (end > states.places.length) states.places = grown(states.places, new Int32Array(end * 2))
  if ((state + 1) * columns > states.next.length) states.next = grown(states.next, new Uint16Array(states.next.length * 2))
  states.byKey.set(key, state)
  states.places.set(places, begin)
  states.start[state] = begin
  states.start[state + 1] = end
  states.length[state] = length
  states.next.fill(unknown, state * columns, (state + 1) * columns)
  return state
}

function grown<T extends Int32Array | Uint16Array>(old: T, larger: T): T {
  larger.set(old)
  return larger
}

const noGroups: readonly Group[] = []

/** What ends at these places, closest first: which is closest depends on the length. States where the same ends share their groups. */
function groupsAt({ trie, entries }: Compiled, places: readonly number[], length: number, kept: Map<string, readonly Group[]>): readonly Group[] {
  const ending = places.filter((place) => trie.ends.has(place))
  if (ending.length === 0) return noGroups
  const key = `${length}:${ending.join()}`
  const there = kept.get(key)
  if (there) return there
  const patterns = [...new Set(ending.flatMap((place) => trie.ends.get(place)!))].sort((a, b) => a - b)
  const byCount = new Map<bigint, number[]>()
  for (const pattern of patterns) {
    const count = entries[pattern]!.first ? 0n : entries[pattern]!.counts(length)
    const equal = byCount.get(count)
    if (equal) equal.push(pattern)
    else byCount.set(count, [pattern])
  }
  const groups = [...byCount].sort(([a], [b]) => a < b ? -1 : 1).map(([, equal]) => groupOf(equal, entries))
  kept.set(key, groups)
  return groups
}

/** In one partition the row that stands first speaks for all that match equally closely. */
function groupOf(patterns: readonly number[], entries: readonly Entry[]): Group {
  const at = new Map<number, number>()
  for (const pattern of patterns) if (!at.has(entries[pattern]!.partition)) at.set(entries[pattern]!.partition, pattern)
  return { partitions: [...at.keys()], patterns: [...at.values()], at }
}
