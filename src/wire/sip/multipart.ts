/**
 * Multipart bodies: the first part of a wanted type, one level of nesting deep.
 *
 * Standards  RFC 2046 5.1, RFC 5621
 * Security   fed by strangers: bounded in parts and depth, linear
 */
import { headerAt, headerId } from './headers.ts'
import { body, header, type SipMessage, unfold } from './message.ts'
import { param } from './params.ts'
import { blanks, isBlank } from './scan.ts'

export const maxParts = 16
const maxDepth = 2
/** RFC 2046 5.1.1 */
const maxBoundary = 70
/** Header lines of one part that are looked at. */
const maxPartLines = 32

/** The body of the first part whose Content-Type is `wanted` (lower case); undefined if there is none. */
export function part(message: SipMessage, wanted: string): string | undefined {
  for (const one of parts(body(message), header(message, 'Content-Type') ?? '', maxDepth)) if (one.type === wanted) return one.text
  return undefined
}

/** RFC 5621 5.3: a part of another type than `known` must be understood, and says so itself; of alternatives one is enough. */
export function demandsMore(message: SipMessage, known: string): boolean {
  const type = header(message, 'Content-Type') ?? ''
  if (bare(type) === 'multipart/alternative') return false
  for (const one of parts(body(message), type, maxDepth)) if (one.type !== known && /;\s*handling\s*=\s*"?required\b/i.test(one.disposition)) return true
  return false
}

interface Part { readonly type: string; readonly disposition: string; readonly text: string }

/** Parts in order, those inside a part before those behind it. */
function* parts(text: string, type: string, depth: number): Iterable<Part> {
  const semicolon = type.indexOf(';'), boundary = semicolon < 0 ? undefined : param(type.slice(semicolon), 'boundary')
  if (!boundary || boundary.length > maxBoundary || depth === 0) return
  const mark = `--${boundary}`
  let at = delimiter(text, mark, 0)
  for (let count = 0; at >= 0 && count < maxParts; count++) {
    const lineEnd = text.indexOf('\r\n', at + mark.length)
    if (lineEnd < 0 || text.startsWith('--', at + mark.length)) return                   // the last delimiter: an epilogue follows
    const next = delimiter(text, mark, lineEnd)
    if (next < 0) return
    yield* partAt(text.slice(lineEnd + 2, Math.max(lineEnd + 2, next - 2)), depth)
    at = next
  }
}

/** Where the next delimiter line begins: at the start of a line, followed by `--`, blanks or the line's end, not by more of another boundary. */
function delimiter(text: string, mark: string, from: number): number {
  for (let at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, at + mark.length)) {
    const behind = at + mark.length, c = text.charCodeAt(behind)
    const atLine = at === 0 || (text.charCodeAt(at - 1) === 10 && text.charCodeAt(at - 2) === 13)
    if (atLine && (behind === text.length || isBlank(c) || c === 13 || text.startsWith('--', behind))) return at
  }
  return -1
}

const typeId = headerId('Content-Type'), dispositionId = headerId('Content-Disposition')

function* partAt(text: string, depth: number): Iterable<Part> {
  const end = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n')
  if (end < 0) return
  const type = field(text, end, typeId) ?? 'text/plain'                                  // RFC 2046 5.2
  if (bare(type).startsWith('multipart/')) yield* parts(text.slice(end + 4), type, depth - 1)
  else yield { type: bare(type), disposition: field(text, end, dispositionId) ?? '', text: text.slice(end + (end === 0 ? 2 : 4)) }
}

function bare(type: string): string {
  const semicolon = type.indexOf(';')
  return (semicolon < 0 ? type : type.slice(0, semicolon)).trim().toLowerCase()
}

/** The value of a part's header. */
function field(text: string, end: number, id: number): string | undefined {
  for (let i = 0, line = 0; i < end && line < maxPartLines; line++) {
    let stop = text.indexOf('\r\n', i)
    while (isBlank(text.charCodeAt(stop + 2)) && stop < end) stop = text.indexOf('\r\n', stop + 2)
    const colon = text.indexOf(':', i)
    if (colon > 0 && colon < stop && headerAt(text, i, nameEnd(text, i, colon)) === id) return unfold(text.slice(blanks(text, colon + 1), stop)).trim()
    i = stop + 2
  }
  return undefined
}

function nameEnd(text: string, start: number, colon: number): number {
  while (colon > start && isBlank(text.charCodeAt(colon - 1))) colon--
  return colon
}
