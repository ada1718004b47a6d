/**
 * A stream → commands with their literals, one at a time as the session asks for them.
 *
 * Standards  RFC 3501 2.2.1, 4.3, RFC 7888
 * Security   fed one octet at a time by strangers: each octet is looked at once; a literal is taken only after the session has judged its length
 */

export interface Framing {
  /** Of the command being received: what is whole and not yet given. */
  parts: string[]
  length: number
  /** Octets of a literal that are still to come, and what is done with them. */
  left: number
  literal: 'hold' | 'stream' | 'discard'
  /** Not yet looked at. */
  waiting: string
  at: number
  /** A line was too long: what comes up to its end is not kept. */
  skipping: boolean
  /** A literal of this command was read past: so is the rest of the command. */
  declined: boolean
}

export type Framed =
  /** A whole command: its lines and literals as they came, without the last line end. */
  | { is: 'command'; text: string }
  /** The line announces a literal: nothing goes on before `take` is told what to do with it. */
  | { is: 'literal'; text: string; size: number; waits: boolean; binary: boolean; /** Of a command that was declined: decline it too. */ declined: boolean }
  /** Part of a streamed literal. */
  | { is: 'octets'; data: string; last: boolean }
  /** The command, of which `text` is the beginning, is longer than allowed: it is read past. */
  | { is: 'tooLong'; text: string }
  /** A line ends in a lone LF. */
  | { is: 'lineEnd'; text: string }

/** Parts that wait before they are put together: an octet at a time must not cost an array of them. */
const maxParts = 256

export function newFraming(): Framing { return { parts: [], length: 0, left: 0, literal: 'hold', waiting: '', at: 0, skipping: false, declined: false } }

export function feed(framing: Framing, octets: string): void {
  framing.waiting = framing.at === framing.waiting.length ? octets : framing.waiting.slice(framing.at) + octets
  framing.at = 0
}

/** Lets go of octets that were looked at: an idle session keeps none. */
export function forget(framing: Framing): void {
  framing.waiting = ''
  framing.at = 0
}

/** Octets that came and were not looked at. */
export function unread(framing: Framing): number { return framing.waiting.length - framing.at }

/** After `literal`: keep it as part of the command, give it in pieces, or read past it. */
export function expect(framing: Framing, size: number, how: Framing['literal']): void {
  framing.left = size
  framing.literal = how
  if (how !== 'hold') restart(framing)
  framing.declined = how === 'discard'
}

/** Forgets the command that was begun: its literal was refused and will not come. */
export function restart(framing: Framing): void {
  framing.parts = []
  framing.length = 0
  framing.declined = false
}

/** What comes next, if it is whole; at most `most` octets of a command. */
export function take(framing: Framing, most: number): Framed | undefined {
  if (framing.left > 0) {
    const found = takeLiteral(framing)
    if (found || framing.left > 0) return found
  }
  if (framing.skipping) skip(framing, framing.waiting.indexOf('\n', framing.at))
  if (framing.skipping) return undefined
  const { waiting, at } = framing, lf = waiting.indexOf('\n', at)
  const end = lf < 0 ? waiting.length : lf + 1
  if (framing.length + end - at > most) return tooLong(framing, lf)
  keep(framing, waiting.slice(at, end))
  framing.at = end
  return lf < 0 ? undefined : line(framing, most)
}

function keep(framing: Framing, octets: string): void {
  if (octets === '') return
  framing.parts.push(octets)
  framing.length += octets.length
  if (framing.parts.length > maxParts) framing.parts = [Buffer.from(framing.parts.join(''), 'latin1').toString('latin1')]   // flat: a rope would keep every part
}

function takeLiteral(framing: Framing): Framed | undefined {
  const end = Math.min(framing.waiting.length, framing.at + framing.left), octets = framing.waiting.slice(framing.at, end)
  framing.at = end
  framing.left -= octets.length
  if (framing.literal === 'hold') keep(framing, octets)
  return framing.literal === 'stream' && octets !== '' ? { is: 'octets', data: octets, last: framing.left === 0 } : undefined
}

function skip(framing: Framing, lf: number): void {
  framing.at = lf < 0 ? framing.waiting.length : lf + 1
  framing.skipping = lf < 0
}

function tooLong(framing: Framing, lf: number): Framed {
  const text = (framing.parts.join('') + framing.waiting.slice(framing.at, framing.at + 128)).slice(0, 128)
  restart(framing)
  skip(framing, lf)
  return { is: 'tooLong', text }
}

function line(framing: Framing, most: number): Framed | undefined {
  const text = framing.parts.join(''), { declined } = framing, isEnded = text.charCodeAt(text.length - 2) === 13
  const announced = isEnded && text.charCodeAt(text.length - 3) === 125 ? literalAt(text, text.length - 3) : undefined
  if (announced) return { is: 'literal', text, ...announced, declined }
  restart(framing)
  if (declined) return take(framing, most)
  return isEnded ? { is: 'command', text: text.slice(0, -2) } : { is: 'lineEnd', text: text.slice(0, -1) }
}

/** `{n}`, `{n+}`, `~{n}` before `brace`, where its closing brace stands; at most ten digits are looked at. */
function literalAt(text: string, brace: number): { size: number; waits: boolean; binary: boolean } | undefined {
  const waits = text.charCodeAt(brace - 1) !== 43, end = waits ? brace : brace - 1
  let i = end, size = 0
  for (let unit = 1; end - i < 10 && isDigit(text.charCodeAt(i - 1)); unit *= 10) size += unit * (text.charCodeAt(--i) - 48)
  return i === end || text.charCodeAt(i - 1) !== 123 ? undefined : { size, waits, binary: text.charCodeAt(i - 2) === 126 }
}

const isDigit = (c: number): boolean => c >= 48 && c <= 57
