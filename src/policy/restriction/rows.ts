/**
 * All patterns of a table in one walk over the number: every place of every pattern is a bit, a character moves them all.
 * `*` is a bit that stays, `?` moves on any character. No backtracking: the work is the characters times the words of bits.
 *
 * Standards  unity-connection 6.3 (`*` zero or more characters, `?` exactly one, everything else itself); bit-parallel search (Baeza-Yates, Gonnet)
 * Security   numbers come from strangers; 50 patterns of 64 characters are at most 102 words
 */
export interface Rows {
  readonly words: number
  /** Places before the first character, places that stay on any character, places that `?` moves. */
  readonly start: Uint32Array
  readonly stays: Uint32Array
  readonly any: Uint32Array
  /** By character code: the places that it moves, those of `?` among them. */
  readonly moves: ReadonlyMap<number, Uint32Array>
  /** The place after the last character of each pattern, in their order. */
  readonly ends: readonly number[]
}

export function compileRows(patterns: readonly string[]): Rows {
  const items = patterns.map((pattern) => pattern.toLowerCase())
  const words = Math.max(1, Math.ceil(items.reduce((sum, item) => sum + lengthOf(item) + 1, 0) / 32))
  const [start, stays, any] = [new Uint32Array(words), new Uint32Array(words), new Uint32Array(words)]
  const moves = new Map<number, Uint32Array>(), ends: number[] = []
  let place = 0
  for (const item of items) {
    set(start, place)
    for (let i = 0; i < item.length; i++) {
      if (item[i] === '*') { set(stays, place); continue }
      if (item[i] === '?') set(any, place)
      else set(own(moves, item.charCodeAt(i), words), place)
      place++
    }
    ends.push(place++)
  }
  for (const mask of moves.values()) for (let w = 0; w < words; w++) mask[w]! |= any[w]!
  return { words, start, stays, any, moves, ends }
}

function lengthOf(pattern: string): number { return pattern.replaceAll('*', '').length }

function own(moves: Map<number, Uint32Array>, code: number, words: number): Uint32Array {
  const mask = moves.get(code) ?? new Uint32Array(words)
  moves.set(code, mask)
  return mask
}

function set(bits: Uint32Array, place: number): void { bits[place >>> 5]! |= 1 << (place & 31) }
export function has(bits: Uint32Array, place: number): boolean { return (bits[place >>> 5]! & 1 << (place & 31)) !== 0 }

/** The places after one more character. No pattern runs into the next: its end is moved by nothing. */
export function advance({ words, stays, any, moves }: Rows, at: Uint32Array, code: number, next: Uint32Array = new Uint32Array(words)): Uint32Array {
  const mask = moves.get(code) ?? any
  let carry = 0
  for (let w = 0; w < words; w++) {
    const moved = at[w]! & mask[w]!
    next[w] = moved << 1 | carry | at[w]! & stays[w]!
    carry = moved >>> 31
  }
  return next
}

/** The first pattern that the characters so far are; -1 for none. */
export function deciding({ ends }: Rows, at: Uint32Array): number { return ends.findIndex((end) => has(at, end)) }

/** The first pattern that the whole text is; -1 for none. */
export function firstMatch(rows: Rows, text: string): number {
  let at = rows.start, spare = new Uint32Array(rows.words), other = new Uint32Array(rows.words)
  for (let i = 0; i < text.length; i++) {
    at = advance(rows, at, text.charCodeAt(i), spare)
    ;[spare, other] = [other, spare]
  }
  return deciding(rows, at)
}
