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
  return find(body(message), header(message, 'Content-Type') ?? '', wanted, maxDepth)
}

function find(text: string, type: string, wanted: string, depth: number): string | undefined {
  const semicolon = type.indexOf(';'), boundary = semicolon < 0 ? undefined : param(type.slice(semicolon), 'boundary')
  if (!boundary || boundary.length > maxBoundary || depth === 0) return undefined
  const mark = `--${boundary}`
  let at = delimiter(text, mark, 0)
  for (let parts = 0; at >= 0 && parts < maxParts; parts++) {
    const lineEnd = text.indexOf('\r\n', at + mark.length)
    if (lineEnd < 0 || text.startsWith('--', at + mark.length)) return undefined         // the last delimiter: an epilogue follows
    const next = delimiter(text, mark, lineEnd)
    if (next < 0) return undefined
    const found = inPart(text.slice(lineEnd + 2, Math.max(lineEnd + 2, next - 2)), wanted, depth)
    if (found !== undefined) return found
    at = next
  }
  return undefined
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

const typeId = headerId('Content-Type')

function inPart(text: string, wanted: string, depth: number): string | undefined {
  const end = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const type = typeOf(text, end), semicolon = type.indexOf(';')
  const bare = (semicolon < 0 ? type : type.slice(0, semicolon)).trim().toLowerCase()
  if (bare.startsWith('multipart/')) return find(text.slice(end + 4), type, wanted, depth - 1)
  return bare === wanted ? text.slice(end + (end === 0 ? 2 : 4)) : undefined
}

/** The Content-Type of a part; without one it is plain text (RFC 2046 5.2). */
function typeOf(text: string, end: number): string {
  for (let i = 0, line = 0; i < end && line < maxPartLines; line++) {
    let stop = text.indexOf('\r\n', i)
    while (isBlank(text.charCodeAt(stop + 2)) && stop < end) stop = text.indexOf('\r\n', stop + 2)
    const colon = text.indexOf(':', i)
    if (colon > 0 && colon < stop && headerAt(text, i, nameEnd(text, i, colon)) === typeId) return unfold(text.slice(blanks(text, colon + 1), stop)).trim()
    i = stop + 2
  }
  return 'text/plain'
}

function nameEnd(text: string, start: number, colon: number): number {
  while (colon > start && isBlank(text.charCodeAt(colon - 1))) colon--
  return colon
}
