/**
 * How many numbers of one length a pattern matches: fewer is closer. Exact, whatever wildcards overlap.
 *
 * Standards  dial plan 11.2: a pattern with variable wildcards counts the numbers that are as long as the one dialled
 * Security   bounded: a pattern whose overlapping wildcards need more than maxSets sets of places is refused; what can be counted is when it is asked for
 */
import type { Keys } from './pattern.ts'
import { maxDialled, symbols } from './symbols.ts'
import { buildTrie, newStepper, type Trie } from './trie.ts'

/** Numbers matched at each length, 0 to maxDialled. */
export type Counts = (length: number) => bigint

const maxSets = 1_000

/** What was found for the variable ends of patterns, for others that end alike. */
export type Known = Map<string, Counts | undefined>

/** Undefined for a pattern that is too wide to count. */
export function countsOf(spellings: readonly (readonly Keys[])[], known: Known = new Map()): Counts | undefined {
  const head = common(spellings), fixed = product(spellings[0]!.slice(0, head))
  const tails = spellings.map((items) => items.slice(head))
  const counts = tails.length === 1 ? alone(tails[0]!) : undefined
  if (counts) return (length) => fixed * counts(length - head)
  const key = tails.map((items) => items.map(({ mask, repeat }) => `${mask}${repeat}`).join(' ')).join('|')
  if (!known.has(key)) known.set(key, counted(tails))
  const tail = known.get(key)
  return tail && ((length) => fixed * tail(length - head))
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

/** Every set of places that digits can lead to, each number to one: where each kind of key leads from it, and whether a number may end there. */
interface Sets { readonly next: number[][]; readonly ends: boolean[] }

function counted(tails: readonly (readonly Keys[])[]): Counts | undefined {
  const trie = buildTrie([tails])!, kinds = alike(trie), sets = setsOf(trie, kinds)
  return sets && countsOfSets(sets, kinds)
}

function setsOf(trie: Trie, kinds: readonly Kind[]): Sets | undefined {
  const stepper = newStepper(trie), first = stepper.start(), all = [first], index = new Map([[first.join(), 0]])
  const next: number[][] = []
  for (let set = 0; set < all.length; set++) {
    if (all.length > maxSets) return undefined
    next.push(kinds.map(({ column }) => {
      const after = stepper.after(all[set]!, column), key = after.join(), there = index.get(key)
      if (there !== undefined || after.length === 0) return there ?? -1
      index.set(key, all.length)
      return all.push(after) - 1
    }))
  }
  return { next, ends: all.map((places) => places.some((place) => trie.ends.has(place))) }
}

/** Numbers that lead to each set, length by length, as far as was asked. */
function countsOfSets({ next, ends }: Sets, kinds: readonly Kind[]): Counts {
  const table: bigint[] = []
  let ways = new Map([[0, 1n]])
  return (wanted) => {
    for (let length = table.length; length <= Math.min(wanted, maxDialled); length++) {
      const after = new Map<number, bigint>()
      let total = 0n
      for (const [set, count] of ways) {
        if (ends[set]) total += count
        for (const [kind, to] of next[set]!.entries()) if (to >= 0) after.set(to, (after.get(to) ?? 0n) + count * kinds[kind]!.size)
      }
      table.push(total)
      ways = after
    }
    return table[wanted] ?? 0n
  }
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
