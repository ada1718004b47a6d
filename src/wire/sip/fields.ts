/**
 * The small fields that every message is routed by: CSeq and Call-ID.
 *
 * Standards  RFC 3261 8.1.1.4, 8.1.1.5, 20.8, 20.16
 */
import { blanks, isDigit, numberAt, token, word } from './scan.ts'

export interface CSeq { number: number; method: string }

/** Sequence number below 2^31 (8.1.1.5) and method. */
export function cseqAt(s: string, i: number, end: number): CSeq | undefined {
  const digitsEnd = digits(s, i, end), number = numberAt(s, i, digitsEnd, 2 ** 31 - 1), start = blanks(s, digitsEnd, end)
  return number < 0 || start === digitsEnd || token(s, start, end) !== end ? undefined : { number, method: s.slice(start, end) }
}

export function parseCseq(s: string): CSeq | undefined { return cseqAt(s, 0, s.length) }

function digits(s: string, i: number, end: number): number {
  while (i < end && isDigit(s.charCodeAt(i))) i++
  return i
}

/** word [ "@" word ] */
export function isCallIdAt(s: string, i: number, end: number): boolean {
  const first = word(s, i, end)
  if (first < 0 || first === end) return first === end
  return s.charCodeAt(first) === 64 && word(s, first + 1, end) === end
}
