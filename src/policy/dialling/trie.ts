/**
 * All spellings of all patterns in one tree that shares their beginnings, as flat arrays; and the step from a set of its places to the next.
 * A place with `?` before it is entered together with its parent; one with a repeat stays on its own keys.
 *
 * Security   a step costs at most the places of the tree, whatever is dialled; no backtracking
 */
import type { Keys } from './pattern.ts'

export interface Trie {
  /** Keys on which a place stays; by place. */
  readonly loops: Int32Array
  /** Edges of a place: from first[place] to first[place + 1]. */
  readonly first: Int32Array
  readonly edgeMask: Int32Array
  readonly edgeTo: Int32Array
  /** Children that need no key, by place. */
  readonly free: ReadonlyMap<number, readonly number[]>
  /** Which patterns end at a place. */
  readonly ends: ReadonlyMap<number, readonly number[]>
  /** Parents stand before their children: the parent of a place, -1 for the root. */
  readonly parent: Int32Array
}

/** Places of the largest tree: 100 bytes each. */
const maxPlaces = 4_000_000

/** The tree of the spellings of each pattern; undefined beyond maxPlaces. */
export function buildTrie(patterns: readonly (readonly (readonly Keys[])[])[]): Trie | undefined {
  const children = new Map<number, number>(), ends = new Map<number, number[]>(), free = new Map<number, number[]>()
  const loops = [0], parent = [-1], masks = [0]
  for (const [pattern, spellings] of patterns.entries()) {
    for (const items of spellings) {
      let place = 0
      for (const { mask, repeat } of items) {
        const key = (place * 4 + (repeat === '' ? 0 : repeat === '?' ? 1 : 2)) * 0x20000 + mask
        let child = children.get(key)
        if (child === undefined) {
          child = loops.length
          if (child >= maxPlaces) return undefined
          children.set(key, child)
          loops.push(repeat === '' ? 0 : mask)
          parent.push(place)
          masks.push(repeat === '?' ? 0 : mask)
          if (repeat === '?') add(free, place, child)
        }
        place = child
      }
      add(ends, place, pattern)
    }
  }
  return { loops: Int32Array.from(loops), parent: Int32Array.from(parent), free, ends, ...edges(parent, masks) }
}

function add(lists: Map<number, number[]>, at: number, value: number): void {
  const list = lists.get(at)
  if (!list) lists.set(at, [value])
  else if (list.at(-1) !== value) list.push(value)
}

/** Edges sorted by where they begin, by counting. */
function edges(parent: readonly number[], masks: readonly number[]): Pick<Trie, 'first' | 'edgeMask' | 'edgeTo'> {
  const first = new Int32Array(parent.length + 1)
  for (let place = 1; place < parent.length; place++) if (masks[place] !== 0) first[parent[place]! + 1]!++
  for (let place = 0; place < parent.length; place++) first[place + 1]! += first[place]!
  const next = first.slice(), edgeMask = new Int32Array(first[parent.length]!), edgeTo = new Int32Array(edgeMask.length)
  for (let place = 1; place < parent.length; place++) {
    if (masks[place] === 0) continue
    const edge = next[parent[place]!]!++
    edgeMask[edge] = masks[place]!
    edgeTo[edge] = place
  }
  return { first, edgeMask, edgeTo }
}

/** Steps over one tree; keeps a mark for each place, so that a set holds each once. */
export interface Stepper {
  /** Where everything begins. */
  start(): readonly number[]
  /** The places after one more key, ascending. */
  after(places: ArrayLike<number>, column: number): readonly number[]
}

export function newStepper({ loops, first, edgeMask, edgeTo, free }: Trie): Stepper {
  const seen = new Int32Array(loops.length)
  let turn = 0
  const enter = (out: number[], place: number): void => {
    if (seen[place] === turn) return
    seen[place] = turn
    out.push(place)
    for (const child of free.get(place) ?? none) enter(out, child)   // as deep as a pattern is long
  }
  const start = (): number[] => { turn++; const out: number[] = []; enter(out, 0); return ascending(out) }
  const after = (places: ArrayLike<number>, column: number): number[] => {
    turn++
    const out: number[] = [], bit = 1 << column
    for (let at = 0; at < places.length; at++) {
      const place = places[at]!
      if (loops[place]! & bit) enter(out, place)
      for (let edge = first[place]!; edge < first[place + 1]!; edge++) if (edgeMask[edge]! & bit) enter(out, edgeTo[edge]!)
    }
    return ascending(out)
  }
  return { start, after }
}

const none: readonly number[] = []
function ascending(places: number[]): number[] { return places.length < 2 ? places : places.sort((a, b) => a - b) }
