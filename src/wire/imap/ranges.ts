/**
 * Sets of numbers as ascending ranges: sequence sets, UIDs, what has vanished.
 *
 * Standards  RFC 3501 9 (sequence-set), RFC 5182 2.1 ($)
 * Security   fed by strangers: a set costs as much as its text is long, never as many messages as it spans (A41: 1:4294967295)
 */
import { problems } from './problems.ts'
import { next, number, type Reader, skips, wrong } from './scan.ts'

export interface Range { readonly from: number; readonly to: number }
/** Ascending, without overlap. */
export type Ranges = readonly Range[]
/** As written; `star` for `*`. `$`: what the last search saved. */
export type SequenceSet = readonly Range[] | '$'

export const star = 2 ** 32

export function sequenceSet(reader: Reader): SequenceSet {
  if (skips(reader, '$')) return '$'
  const found: Range[] = []
  do {
    const from = setNumber(reader)
    found.push({ from, to: skips(reader, ':') ? setNumber(reader) : from })
  } while (skips(reader, ','))
  return found
}

function setNumber(reader: Reader): number {
  if (skips(reader, '*')) return star
  const value = next(reader) === 48 ? 0 : number(reader)
  if (value === 0) wrong(reader, problems.set)
  return value
}

/** `*` is `last`; ranges are turned the right way round, sorted and joined. */
export function resolve(set: readonly Range[], last: number): Ranges {
  const number = (n: number): number => n === star ? last : n
  return joined(set.map(({ from, to }) => {
    const [a, b] = [number(from), number(to)]
    return a <= b ? { from: a, to: b } : { from: b, to: a }
  }))
}

/** Any ranges, sorted and joined. */
export function joined(ranges: readonly Range[]): Ranges {
  const found: { from: number; to: number }[] = []
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = found.at(-1)
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to)
    else found.push({ from, to })
  }
  return found
}

/** Ascending numbers as ranges. */
export function rangesOf(numbers: Iterable<number>): Ranges {
  const found: { from: number; to: number }[] = []
  for (const n of numbers) {
    const last = found.at(-1)
    if (last && n === last.to + 1) last.to = n
    else if (!last || n > last.to) found.push({ from: n, to: n })
  }
  return found
}

export function* numbers(ranges: Ranges): Iterable<number> {
  for (const { from, to } of ranges) for (let n = from; n <= to; n++) yield n
}

export function count(ranges: Ranges): number {
  let sum = 0
  for (const { from, to } of ranges) sum += to - from + 1
  return sum
}

/** Where the first range stands that ends at `n` or behind it. */
function place(ranges: Ranges, n: number): number {
  let [low, high] = [0, ranges.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ranges[middle]!.to < n) low = middle + 1
    else high = middle
  }
  return low
}

export function has(ranges: Ranges, n: number): boolean {
  const found = ranges[place(ranges, n)]
  return found !== undefined && found.from <= n
}

export function intersection(a: Ranges, b: Ranges): Ranges {
  const found: Range[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [x, y] = [a[i]!, b[j]!], from = Math.max(x.from, y.from), to = Math.min(x.to, y.to)
    if (from <= to) found.push({ from, to })
    if (x.to < y.to) i++
    else j++
  }
  return found
}

export function without(a: Ranges, b: Ranges): Ranges {
  const found: Range[] = []
  let j = 0
  for (const range of a) {
    let from = range.from
    while (j < b.length && b[j]!.to < from) j++
    for (let k = j; k < b.length && b[k]!.from <= range.to; k++) {
      if (b[k]!.from > from) found.push({ from, to: b[k]!.from - 1 })
      from = b[k]!.to + 1
    }
    if (from <= range.to) found.push({ from, to: range.to })
  }
  return found
}

/** The first `most` numbers, and what is left behind them. */
export function split(ranges: Ranges, most: number): [Ranges, Ranges] {
  let left = most
  for (let i = 0; i < ranges.length; i++) {
    const { from, to } = ranges[i]!, size = to - from + 1
    if (size < left) { left -= size; continue }
    const rest = ranges.slice(i + 1)
    return [[...ranges.slice(0, i), { from, to: from + left - 1 }], size === left ? rest : [{ from: from + left, to }, ...rest]]
  }
  return [ranges, []]
}

export function printRanges(ranges: Ranges): string { return ranges.map(({ from, to }) => from === to ? `${from}` : `${from}:${to}`).join(',') }
