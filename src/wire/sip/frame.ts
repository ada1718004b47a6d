/**
 * Streams → messages: finds the end of the head, obeys Content-Length, answers keep-alives.
 *
 * Standards  RFC 3261 18.3, RFC 5626 4.4.1
 * Security   fed one octet at a time by strangers: each octet is looked at once, at most maxMessage octets wait
 */
import type { Problem } from '../../kit/result.ts'
import { maxMessage } from './parse.ts'
import { problems } from './problems.ts'
import { wholeNumber } from './scan.ts'

export interface Framing {
  /** Received and not yet part of a whole message. */
  parts: string[]
  length: number
  /** Last three octets before the next part: the end of a head may be cut anywhere. */
  tail: string
  /** Octets of the message being received, once its head is complete; else 0. */
  total: number
}

export type Framed =
  | { is: 'message'; text: string }
  /** A double line end between messages: answer with one line end. */
  | { is: 'ping' }
  /** The single line end that answers our ping. */
  | { is: 'pong' }
  /** The stream is out of step: answer `text` with 400 if it can be answered, then close. */
  | { is: 'broken'; text: string; problem: Problem }

export function newFraming(): Framing { return { parts: [], length: 0, tail: '', total: 0 } }

/** Takes the next octets of the stream. After `broken` nothing more may be fed. */
export function frame(state: Framing, octets: string): Framed[] {
  const out: Framed[] = []
  let rest = octets
  while (rest !== '') {
    if (state.length === 0) {
      rest = between(rest, out)
      if (rest === '') break
    }
    const next = state.total === 0 ? head(state, rest, out) : rest
    if (next === undefined) return out
    if (state.total === 0) break
    rest = take(state, next, out)
  }
  return out
}

/** Line ends between messages: CR LF CR LF is a ping; a lone CR LF is a pong or padding (7.5). */
function between(rest: string, out: Framed[]): string {
  let i = 0
  while (rest.charCodeAt(i) === 13 && rest.charCodeAt(i + 1) === 10) {
    const double = rest.charCodeAt(i + 2) === 13 && rest.charCodeAt(i + 3) === 10
    out.push(double ? { is: 'ping' } : { is: 'pong' })
    i += double ? 4 : 2
  }
  return i === 0 ? rest : rest.slice(i)
}

/** Looks for the end of the head; the octets as yet untaken, or undefined when the stream is broken. */
function head(state: Framing, rest: string, out: Framed[]): string | undefined {
  const seen = state.tail + rest, end = seen.indexOf('\r\n\r\n')
  if (end < 0) {
    if (state.length + rest.length > maxMessage) return broken(state, rest, problems.tooLong, out)
    state.parts.push(rest)
    state.length += rest.length
    state.tail = seen.slice(-3)
    return rest
  }
  const inRest = end + 4 - state.tail.length
  const text = state.parts.join('') + rest.slice(0, inRest)
  if (text.length > maxMessage) return broken(state, rest, problems.tooLong, out)
  if (text === '\r\n\r\n') { out.push({ is: 'ping' }); Object.assign(state, newFraming()); return restart(state, rest.slice(inRest), out) }
  const length = contentLength(text)
  if (length < 0) return broken(state, rest.slice(0, inRest), problems.contentLength, out)
  state.total = text.length + length
  if (state.total > maxMessage) return broken(state, rest.slice(0, inRest), problems.tooLong, out)
  return rest
}

function restart(state: Framing, rest: string, out: Framed[]): string | undefined {
  if (rest === '') return ''
  const next = between(rest, out)
  return next === '' ? '' : head(state, next, out)
}

function broken(state: Framing, rest: string, problem: Problem, out: Framed[]): undefined {
  out.push({ is: 'broken', text: (state.parts.join('') + rest).slice(0, maxMessage), problem })
  Object.assign(state, newFraming())
}

/** Takes octets up to the end of the message being received; gives what lies behind it. */
function take(state: Framing, rest: string, out: Framed[]): string {
  const wanted = state.total - state.length
  if (rest.length < wanted) {
    state.parts.push(rest)
    state.length += rest.length
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
    const colon = head.indexOf(':', lf), name = head.slice(lf + 1, colon).trim().toLowerCase()
    if (name !== 'l' && name !== 'content-length') continue
    if (found >= 0) return -1
    const value = wholeNumber(logicalValue(head, colon + 1), maxMessage)
    if (value < 0) return -1
    found = value
  }
  return found
}

function logicalValue(head: string, i: number): string {
  let end = head.indexOf('\r\n', i)
  while (head[end + 2] === ' ' || head[end + 2] === '\t') end = head.indexOf('\r\n', end + 2)
  return head.slice(i, end).trim()
}
