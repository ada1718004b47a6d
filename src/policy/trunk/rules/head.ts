/**
 * A whole message in lines for as long as rules work on it: header lines one by one, folded ones in one piece, the description line by line.
 *
 * Standards  RFC 3261 7.3.1 (folding, compact forms), 7.5, 18.3
 * Security   fed by peers of trunks after the parser, and by administrators; linear, never throws
 */
import { plainName } from './untouched.ts'

/** Octets of a message and of a header line, and lines: no rule makes a message that its reader must refuse. */
export const maxMessage = 65_535, maxLine = 8_192, maxLines = 200

export interface Line { /** Lower case, never compact; '' of what is no header. */ readonly name: string; /** As it stands, without its line end. */ readonly text: string }

export interface Draft {
  readonly start: string
  lines: Line[]
  body: string
  /** Lines of the description, once a rule has looked at it; each with its line end but for the LF. */
  description: readonly string[] | undefined
  /** Octets of it all. */
  size: number
}

export function draftOf(text: string): Draft {
  const start = skipLineEnds(text), empty = text.indexOf('\r\n\r\n', start), headEnd = empty < 0 ? text.length : empty
  const rows = linesOf(text.slice(start, headEnd)), lines = rows.slice(1).filter((row) => row !== '').map(lineOf), body = empty < 0 ? '' : text.slice(empty + 4)
  const length = lengthOf(lines)
  return { start: rows[0] ?? '', lines, body: length < body.length ? body.slice(0, length) : body, description: undefined, size: text.length }
}

/** The message again; its length is counted anew where the description is another one. */
export function textOf({ start, lines, body, description }: Draft): string {
  const now = description ? description.join('\n') : body
  const head = lines.map((line) => `${line.name === 'content-length' && now !== body ? written(line, String(now.length)).text : line.text}\r\n`).join('')
  return `${start}\r\n${head}\r\n${now}`
}

/** The body where it is a description that can be read. */
export function descriptionOf(draft: Draft): readonly string[] {
  draft.description ??= isDescription(draft.lines) ? draft.body.split('\n') : undefined
  return draft.description ?? none
}
const none: readonly string[] = []

function isDescription(lines: readonly Line[]): boolean {
  const type = lines.find(({ name }) => name === 'content-type'), coding = lines.find(({ name }) => name === 'content-encoding')
  const [kind = ''] = type ? valueIn(type).split(';', 1) : []
  return kind.trim().toLowerCase() === 'application/sdp' && (!coding || valueIn(coding).toLowerCase() === 'identity')
}

/** Without folds and without blanks around it. */
export function valueIn({ text }: Line): string { return unfolded(text.slice(text.indexOf(':') + 1)) }

/** The same header with another value; its name stays as it was spelled. */
export function written({ name, text }: Line, value: string): Line { return { name, text: `${text.slice(0, text.indexOf(':')).trimEnd()}: ${value}` } }

function unfolded(value: string): string { return value.includes('\n') ? value.split('\r\n').map(trimmed).filter((one) => one !== '').join(' ') : trimmed(value) }

/** Blanks alone: octets above 127 are halves of characters. */
function trimmed(value: string): string {
  let start = 0, end = value.length
  while (start < end && isBlank(value.charCodeAt(start))) start++
  while (end > start && isBlank(value.charCodeAt(end - 1))) end--
  return value.slice(start, end)
}

function lineOf(text: string): Line {
  const colon = text.indexOf(':')
  return { name: colon < 0 ? '' : plainName(text.slice(0, colon).trimEnd()), text }
}

/** RFC 3261 7.3.1: a line that begins with a blank goes on with the one before it. */
function linesOf(head: string): string[] {
  const rows: string[] = []
  for (let at = 0; at <= head.length;) {
    let end = head.indexOf('\r\n', at)
    while (end >= 0 && isBlank(head.charCodeAt(end + 2))) end = head.indexOf('\r\n', end + 2)
    rows.push(head.slice(at, end < 0 ? head.length : end))
    if (end < 0) break
    at = end + 2
  }
  return rows
}

function isBlank(c: number): boolean { return c === 32 || c === 9 }

function skipLineEnds(text: string): number {
  let i = 0
  while (text.startsWith('\r\n', i)) i += 2
  return i
}

/** 18.3: octets behind the length are not part of the message. */
function lengthOf(lines: readonly Line[]): number {
  const line = lines.find(({ name }) => name === 'content-length'), value = line === undefined ? '' : valueIn(line)
  return /^[0-9]{1,5}$/.test(value) ? Number(value) : Infinity
}
