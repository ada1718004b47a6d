/**
 * Streams → messages: finds the end of the head, obeys Content-Length, answers keep-alives.
 *
 * Standards  RFC 3261 18.3, RFC 5626 4.4.1
 * Security   fed one octet at a time by strangers: each octet is looked at once, at most maxMessage octets wait
 */
import type { Problem } from '../../kit/result.ts'
import { unfold } from './message.ts'
import { named } from './params.ts'
import { maxMessage } from './parse.ts'
import { problems } from './problems.ts'
import { blanks, token, trimmed, wholeNumber } from './scan.ts'

export interface Framing {
  /** Received and not yet part of a whole message. */
  parts: string[]
  length: number
  /** Last three octets before the next part: the end of a head may be cut anywhere. */
  tail: string
  /** Octets of the message being received, once its head is complete; else 0. */
  total: number
  /** Between messages: a CR that came alone and waits for its LF. */
  cr: boolean
  /** Between messages: one line end was seen last; a second one makes a ping of the two. */
  half: boolean
}

/** Parts that wait before they are put together: an octet at a time must not cost an array of 65,535. */
const maxWaiting = 256

export type Framed =
  | { is: 'message'; text: string }
  /** A double line end between messages: answer with one line end. */
  | { is: 'ping' }
  /** The single line end that answers our ping. */
  | { is: 'pong' }
  /** The stream is out of step: answer `text` with 400 if it can be answered, then close. */
  | { is: 'broken'; text: string; problem: Problem }

export function newFraming(): Framing { return { parts: [], length: 0, tail: '', total: 0, cr: false, half: false } }

/** Takes the next octets of the stream. After `broken` nothing more may be fed. */
export function frame(state: Framing, octets: string): Framed[] {
  const out: Framed[] = []
  let rest = octets
  while (rest !== '') {
    if (state.length === 0) rest = between(state, rest, out)
    if (rest === '') break
    if (state.total === 0 && !head(state, rest, out)) break
    rest = take(state, rest, out)
  }
  return out
}

/** Line ends between messages: CR LF CR LF is a ping, wherever it is cut; a lone CR LF is a pong or padding (7.5). */
function between(state: Framing, octets: string, out: Framed[]): string {
  const rest = state.cr ? `\r${octets}` : octets
  let i = 0
  state.cr = false
  for (; rest.charCodeAt(i) === 13 && rest.charCodeAt(i + 1) === 10; i += 2) {
    if (state.half) out.push({ is: 'ping' })
    state.half = !state.half
  }
  if (i === rest.length - 1 && rest.charCodeAt(i) === 13) {
    state.cr = true
    return ''
  }
  if (state.half && i > 0) out.push({ is: 'pong' })                                   // told at once; should another follow, the two are a ping as well
  if (i < rest.length) state.half = false
  return rest.slice(i)
}

/** Looks for the end of the head; true once the length of the message is known. */
function head(state: Framing, rest: string, out: Framed[]): boolean {
  const seen = state.tail + rest, end = seen.indexOf('\r\n\r\n')
  if (end < 0) {
    if (state.length + rest.length > maxMessage) return broken(state, rest, problems.tooLong, out)
    wait(state, rest)
    state.tail = seen.slice(-3)
    return false
  }
  const inRest = end + 4 - state.tail.length, text = state.parts.join('') + rest.slice(0, inRest)
  if (text.length > maxMessage) return broken(state, rest.slice(0, inRest), problems.tooLong, out)
  const length = contentLength(text)
  if (length < 0) return broken(state, rest.slice(0, inRest), problems.contentLength, out)
  if (text.length + length > maxMessage) return broken(state, rest.slice(0, inRest), problems.tooLong, out)
  state.total = text.length + length
  return true
}

function wait(state: Framing, rest: string): void {
  state.parts.push(rest)
  state.length += rest.length
  if (state.parts.length > maxWaiting) state.parts = [Buffer.from(state.parts.join(''), 'latin1').toString('latin1')]   // flat: a rope would keep every part
}

function broken(state: Framing, rest: string, problem: Problem, out: Framed[]): false {
  out.push({ is: 'broken', text: (state.parts.join('') + rest).slice(0, maxMessage), problem })
  Object.assign(state, newFraming())
  return false
}

/** Takes octets up to the end of the message being received; gives what lies behind it. */
function take(state: Framing, rest: string, out: Framed[]): string {
  const wanted = state.total - state.length
  if (rest.length < wanted) {
    wait(state, rest)
    return ''
  }
  const last = rest.slice(0, wanted)
  out.push({ is: 'message', text: state.parts.length === 0 ? last : state.parts.join('') + last })
  Object.assign(state, newFraming())
  return rest.slice(wanted)
}

/** The one Content-Length of a head; -1 if there is none, more than one, or nonsense: 18.3 makes it the only frame there is. */
export function contentLength(head: string): number {
  let found = -1
  for (let lf = head.indexOf('\n'); lf >= 0; lf = head.indexOf('\n', lf + 1)) {
    const c = head.charCodeAt(lf + 1) | 32
    if (c !== 108 && c !== 99) continue
    const nameEnd = token(head, lf + 1), colon = blanks(head, nameEnd)
    if (head.charCodeAt(colon) !== 58 || !(named(head, lf + 1, nameEnd, 'l') || named(head, lf + 1, nameEnd, 'content-length'))) continue
    if (found >= 0) return -1
    found = wholeNumber(logicalValue(head, colon + 1), maxMessage)
    if (found < 0) return -1
  }
  return found
}

function logicalValue(head: string, i: number): string {
  let end = head.indexOf('\r\n', i)
  while (head[end + 2] === ' ' || head[end + 2] === '\t') end = head.indexOf('\r\n', end + 2)
  return trimmed(unfold(head.slice(i, end)))
}
