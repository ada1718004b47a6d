/**
 * Words of the grammar, read one behind the other. The first thing wrong stays in `wrong`; what is read behind it means nothing.
 *
 * Standards  RFC 3501 4, 9, RFC 9051 4, 9
 * Security   fed by strangers through frame.ts, which bounds the text; each octet is looked at once
 */
import type { Problem } from '../../kit/result.ts'
import { problems } from './problems.ts'

export interface Reader { readonly text: string; at: number; wrong: Problem | undefined }

export function newReader(text: string): Reader { return { text, at: 0, wrong: undefined } }

const atomChar = 1, astringChar = 2, listChar = 4, tagChar = 8, digitChar = 16
const kinds = new Uint8Array(256)
for (let c = 33; c < 127; c++) {
  const s = String.fromCharCode(c)
  if (!'(){%*"\\]'.includes(s)) kinds[c] = atomChar | astringChar | listChar | (s === '+' ? 0 : tagChar)
  if (s === ']') kinds[c] = astringChar | listChar | tagChar
  if (s === '%' || s === '*') kinds[c] = listChar
  if (s >= '0' && s <= '9') kinds[c]! |= digitChar
}

export function wrong(reader: Reader, problem: Problem): void { reader.wrong ??= problem }

/** The code of the next octet; -1 at the end, and once anything is wrong: every loop ends there. */
export function next(reader: Reader): number {
  return reader.wrong || reader.at >= reader.text.length ? -1 : reader.text.charCodeAt(reader.at)
}

function run(reader: Reader, kind: number): string {
  const { text } = reader, start = reader.at
  let at = start
  while (at < text.length && (kinds[text.charCodeAt(at) & 255]! & kind) !== 0) at++
  reader.at = at
  return text.slice(start, at)
}

function some(reader: Reader, kind: number, problem: Problem): string {
  const found = run(reader, kind)
  if (found === '') wrong(reader, problem)
  return found
}

export function tag(reader: Reader): string { return some(reader, tagChar, problems.tag) }
export function atom(reader: Reader): string { return some(reader, atomChar, problems.atom) }
/** An atom in upper case: names of commands, items, keys. */
export function name(reader: Reader): string { return atom(reader).toUpperCase() }

/** Takes `c` if it comes next. */
export function skips(reader: Reader, c: string): boolean {
  if (reader.wrong || !reader.text.startsWith(c, reader.at)) return false
  reader.at += c.length
  return true
}

export function needs(reader: Reader, c: string, problem: Problem): void { if (!skips(reader, c)) wrong(reader, problem) }
export function space(reader: Reader): void { needs(reader, ' ', problems.space) }
export function end(reader: Reader): void { if (reader.at < reader.text.length) wrong(reader, problems.more) }

/** 0 to `most` (a whole number below 2^53). */
export function number(reader: Reader, most = 0xffff_ffff): number {
  const digits = run(reader, digitChar), value = Number(digits)
  if (digits !== '' && digits.length <= 19 && value <= most) return value
  wrong(reader, problems.number)
  return 0
}

/** Mod-sequences are below 2^63 (RFC 7162 3.1); ours stay below 2^53. */
export function modSequence(reader: Reader): number { return Math.min(number(reader, 2 ** 63), Number.MAX_SAFE_INTEGER) }

function quoted(reader: Reader): string {
  const { text } = reader, first = reader.at + 1
  let from = first, out = ''
  for (let i = first; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 34) {
      reader.at = i + 1
      return out + text.slice(from, i)
    }
    if (c === 13 || c === 10 || c === 0) break
    if (c !== 92) continue
    const escaped = text.charCodeAt(i + 1)
    if (escaped !== 34 && escaped !== 92) break
    out += text.slice(from, i)
    from = ++i
  }
  wrong(reader, problems.string)
  return ''
}

/** `{n}` CR LF and n octets, which frame.ts has counted already. */
function literal(reader: Reader): string {
  reader.at++
  const size = number(reader)
  skips(reader, '+')
  needs(reader, '}\r\n', problems.string)
  const octets = reader.text.slice(reader.at, reader.at + size)
  if (octets.length < size || octets.includes('\0')) wrong(reader, problems.string)          // RFC 3501 9: CHAR8 is not NUL
  reader.at += size
  return octets
}

export function string(reader: Reader): string {
  const c = next(reader)
  if (c === 34) return quoted(reader)
  if (c === 123) return literal(reader)
  wrong(reader, problems.string)
  return ''
}

export function astring(reader: Reader): string { return isStringStart(next(reader)) ? string(reader) : some(reader, astringChar, problems.string) }
export function listMailbox(reader: Reader): string { return isStringStart(next(reader)) ? string(reader) : some(reader, listChar, problems.mailbox) }

export function nstring(reader: Reader): string | undefined {
  if (isStringStart(next(reader))) return string(reader)
  if (name(reader) !== 'NIL') wrong(reader, problems.string)
  return undefined
}

const isStringStart = (c: number): boolean => c === 34 || c === 123

/** `(` one or more, with spaces between, `)`; none where `empty` says that it may be. */
export function list<T>(reader: Reader, one: (reader: Reader) => T, most: number, empty = false): T[] {
  const found: T[] = []
  needs(reader, '(', problems.list)
  if (empty && skips(reader, ')')) return found
  while (!reader.wrong) {
    found.push(one(reader))
    if (skips(reader, ')')) return found
    needs(reader, ' ', problems.list)
    if (found.length >= most) wrong(reader, problems.list)
  }
  return found
}
