/**
 * How many numbers of one length a pattern matches: fewer is closer. Exact, whatever wildcards overlap.
 *
 * Standards  dial plan 11.2: a pattern with variable wildcards counts the numbers that are as long as the one dialled
 * Security   bounded: a pattern whose overlapping wildcards need more than maxSets sets of places at one length is refused
 */
import type { Keys } from './pattern.ts'
import { maxDialled, symbols } from './symbols.ts'
import { buildTrie, newStepper, type Stepper, type Trie } from './trie.ts'

/** Numbers matched at each length, 0 to maxDialled. */
export type Counts = (length: number) => bigint

const maxSets = 256

/** Undefined for a pattern that is too wide to count. `known` keeps what was counted for the variable ends of other patterns. */
export function countsOf(spellings: readonly (readonly Keys[])[], known: Map<string, readonly bigint[] | undefined> = new Map()): Counts | undefined {
  const head = common(spellings), fixed = product(spellings[0]!.slice(0, head))
  const tails = spellings.map((items) => items.slice(head))
  const counts = tails.length === 1 ? alone(tails[0]!) : undefined
  if (counts) return (length) => fixed * counts(length - head)
  const key = tails.map((items) => items.map(({ mask, repeat }) => `${mask}${repeat}`).join(' ')).join('|')
  if (!known.has(key)) known.set(key, counted(tails))
  const table = known.get(key)
  return table && ((length) => fixed * (table[length - head] ?? 0n))
}

/** Keys without repeat that all spellings begin with. */
function common(spellings: readonly (readonly Keys[])[]): number {
  const [one] = spellings
  let head = 0
  while (head < one!.length && one![head]!.repeat === '' && spellings.every((items) => items[head]?.repeat === '' && items[head]?.mask === one![head]!.mask)) head++
  return head
}

function product(items: readonly Keys[]): bigint { return items.reduce((all, { mask }) => all * BigInt(bitCount(mask)), 1n) }

function bitCount(mask: number): number {
  let count = 0
  for (let left = mask; left !== 0; left &= left - 1) count++
  return count
}

/** With one repeat at most, a number of a length is made in one way only. */
function alone(items: readonly Keys[]): Counts | undefined {
  const repeated = items.filter(({ repeat }) => repeat !== '')
  if (repeated.length > 1) return undefined
  const rest = items.filter(({ repeat }) => repeat === ''), all = product(rest), [loop] = repeated
  if (!loop) return (length) => length === rest.length ? all : 0n
  const ways = BigInt(bitCount(loop.mask)), least = rest.length + (loop.repeat === '+' ? 1 : 0)
  return (length) => length < least ? 0n : all * ways ** BigInt(length - rest.length)
}

interface Layer { readonly places: readonly number[]; ways: bigint }

/** Sets of places length by length, and how many numbers lead to each: every number leads to one. */
function counted(tails: readonly (readonly Keys[])[]): readonly bigint[] | undefined {
  const trie = buildTrie([tails])!, stepper = newStepper(trie), kinds = alike(trie)
  const out: bigint[] = []
  let layer: Layer[] = [{ places: stepper.start(), ways: 1n }]
  for (let length = 0; length <= maxDialled; length++) {
    out.push(layer.reduce((all, { places, ways }) => places.some((place) => trie.ends.has(place)) ? all + ways : all, 0n))
    layer = following(layer, stepper, kinds)
    if (layer.length > maxSets) return undefined
  }
  return out
}

function following(layer: readonly Layer[], stepper: Stepper, kinds: readonly Kind[]): Layer[] {
  const next = new Map<string, Layer>()
  for (const { places, ways } of layer) {
    for (const { column, size } of kinds) {
      const after = stepper.after(places, column)
      if (after.length === 0) continue
      const key = after.join(), there = next.get(key)
      if (there) there.ways += ways * size
      else next.set(key, { places: after, ways: ways * size })
    }
  }
  return [...next.values()]
}

interface Kind { readonly column: number; readonly size: bigint }

/** Keys that no pattern tells apart, one for all. */
function alike({ loops, edgeMask }: Trie): Kind[] {
  const masks = [...new Set([...loops, ...edgeMask])]
  const groups = new Map<string, { column: number; size: bigint }>()
  for (const column of [...symbols].keys()) {
    const key = masks.map((mask) => mask >> column & 1).join('')
    const group = groups.get(key)
    if (group) group.size++
    else groups.set(key, { column, size: 1n })
  }
  return [...groups.values()]
}
