/**
 * Bytes → message: one pass that indexes the headers, then the routing fields, strictly.
 *
 * Standards  RFC 3261 7, 8.1.1, 18.3, 20, 25; the verdicts of RFC 4475 and 5118
 * Security   fed by strangers before any authentication; linear, nothing grows beyond the limits below
 */
import type { Problem } from '../../kit/result.ts'
import { addressAt, newAddressAt } from './address.ts'
import { draftOf, type StartLine } from './draft.ts'
import { type CSeq, cseqAt, isCallIdAt } from './fields.ts'
import { headerAt, headerId, headerName, onceLimit } from './headers.ts'
import { type SipMessage, stride, type TopVia, unfold } from './message.ts'
import { problems } from './problems.ts'
import { isBlank, isLws, numberAt, token } from './scan.ts'
import { isRequestUriAt, maxUri } from './uri.ts'
import { viaAt } from './via.ts'

export { parseCseq } from './fields.ts'

/** Octets of one message: head and body. */
export const maxMessage = 65_535
export const maxHeaders = 200
/** Via lines: more than Max-Forwards of 70 ever lets through, and few enough that each answer of ours can be read by ourselves. */
export const maxVias = 100
/** Octets of one header line, folded lines included. */
export const maxLine = 8_192

/** A message, or what was wrong; `draft` is there when a request can be answered with `status`: it holds only what is well-formed. */
export type Parsed =
  | { ok: true; message: SipMessage }
  | { ok: false; problem: Problem; status: number; draft: SipMessage | undefined }

/** The text is one datagram, one WebSocket message, or what a stream's framing cut out. */
export function parseMessage(text: string): Parsed {
  if (text.length > maxMessage) return refused(problems.tooLong)
  const start = skipLineEnds(text)
  const lineEnd = text.indexOf('\r\n', start)
  if (lineEnd < 0) return refused(text.length === start ? problems.empty : problems.lineEnd)
  const line = startLine(text, start, lineEnd), head = indexHeaders(text, lineEnd + 2)
  if (bareNul(text, start, head.bodyStart)) head.problem ??= problems.control
  if (line.problem) return refused(line.problem, line.answer, draftOf(text, line, head.index))
  if (head.problem) return refused(head.problem, 400, draftOf(text, line, head.index))
  return routed(text, line, head)
}

function refused(problem: Problem, status = 400, draft?: SipMessage): Parsed { return { ok: false, problem, status, draft } }

function skipLineEnds(text: string): number {                                       // 7.5: line ends before the start line are ignored
  let i = 0
  while (text.charCodeAt(i) === 13 && text.charCodeAt(i + 1) === 10) i += 2
  return i
}

function startLine(text: string, i: number, end: number): StartLine {
  if (end - i > maxLine) return unread('request', problems.startLine)
  const digit = text.charCodeAt(i + 4)
  return text.charCodeAt(i + 3) === 47 && digit >= 48 && digit <= 57 && text.slice(i, i + 3).toUpperCase() === 'SIP'
    ? statusLine(text.slice(i, end)) : requestLine(text, i, end)
}

function unread(is: 'request' | 'response', problem: Problem, method = '', answer = 400): StartLine {
  return { is, method, uri: '', status: 0, reason: '', problem, answer }
}

function statusLine(line: string): StartLine {
  const space = line.indexOf(' '), status = numberAt(line, space + 1, Math.min(space + 4, line.length), 699)
  if (space < 0 || status < 100 || !(line.length === space + 4 || line.charCodeAt(space + 4) === 32)) return unread('response', problems.startLine)
  if (line.slice(0, space).toUpperCase() !== 'SIP/2.0') return unread('response', problems.version)
  return { is: 'response', method: '', uri: '', status, reason: line.slice(space + 5), problem: undefined, answer: 0 }
}

/** 7.1: method, one space, Request-URI, one space, version. */
function requestLine(text: string, i: number, end: number): StartLine {
  const methodEnd = token(text, i, end), uriEnd = methodEnd < 0 ? -1 : text.indexOf(' ', methodEnd + 1)
  if (methodEnd < 0 || text.charCodeAt(methodEnd) !== 32) return unread('request', problems.startLine)
  const method = text.slice(i, methodEnd)
  if (uriEnd < 0 || uriEnd >= end || uriEnd === methodEnd + 1) return unread('request', problems.startLine, method)
  if (!(end - uriEnd === 8 && text.startsWith('SIP/2.0', uriEnd + 1))) {
    const version = text.slice(uriEnd + 1, end)
    if (!/^sip\/\d{1,9}\.\d{1,9}$/i.test(version)) return unread('request', problems.startLine, method)
    if (version.toUpperCase() !== 'SIP/2.0') return unread('request', problems.version, method, 505)
  }
  if (uriEnd - methodEnd - 1 > maxUri) return unread('request', problems.uriTooLong, method, 414)
  if (!isRequestUriAt(text, methodEnd + 1, uriEnd)) return unread('request', problems.requestUri, method)
  return { is: 'request', method, uri: text.slice(methodEnd + 1, uriEnd), status: 0, reason: '', problem: undefined, answer: 0 }
}

/** The index, and where in it the routing fields stand first (-1: absent). */
interface Head {
  index: number[]
  /** Numbers in the index, lines seen. */
  used: number
  lines: number
  vias: number
  bodyStart: number
  problem: Problem | undefined
  /** A bit for each header seen that may stand once. */
  seen: number
  /** Some header goes on in a second line. */
  folded: boolean
  via: number; from: number; to: number; callId: number; cseq: number; length: number; forwards: number
}

/** The index while it grows; each message takes a copy of its own. */
const entries: number[] = new Array<number>(maxHeaders * stride).fill(0)

function indexHeaders(text: string, at: number): Head {
  const head: Head = {
    index: entries, used: 0, lines: 0, vias: 0, bodyStart: text.length, problem: undefined, seen: 0, folded: false, via: -1, from: -1, to: -1, callId: -1, cseq: -1, length: -1, forwards: -1,
  }
  for (let i = at; i < text.length;) {                                              // a datagram may end without the empty line: its end is one (RFC 4475 3.1.2.15)
    if (text.charCodeAt(i) === 13 && text.charCodeAt(i + 1) === 10) {
      head.bodyStart = i + 2
      break
    }
    const end = logicalLineEnd(text, i, head)
    const problem = end < 0 ? problems.lineEnd : end - i > maxLine ? problems.tooLong : head.lines++ >= maxHeaders ? problems.tooManyHeaders : undefined
    if (problem) {
      head.problem ??= problem
      break
    }
    indexLine(text, i, end, head)
    i = end + 2
  }
  head.index = entries.slice(0, head.used)
  return head
}

/** The CR of a header's last line; a bare CR or LF is no line end but an error (-1). */
function logicalLineEnd(text: string, i: number, head: Head): number {
  for (;;) {
    const cr = text.indexOf('\r', i), lf = text.indexOf('\n', i)
    if (cr < 0 || lf !== cr + 1) return -1
    if (lf + 1 >= text.length || !isBlank(text.charCodeAt(lf + 1))) return cr
    head.folded = true
    i = lf + 1
  }
}

/** 25.1: NUL stands only behind the backslash of a quoted-pair; others would end the message there. */
function bareNul(text: string, start: number, end: number): boolean {
  for (let i = text.indexOf('\0', start); i >= 0 && i < end; i = text.indexOf('\0', i + 1)) if (text.charCodeAt(i - 1) !== 92) return true
  return false
}

/** Adds one entry to the index. */
function indexLine(text: string, start: number, end: number, head: Head): void {
  const colon = text.indexOf(':', start)
  let nameEnd = colon, valueStart = colon + 1, valueEnd = end
  while (isBlank(text.charCodeAt(nameEnd - 1))) nameEnd--                             // HCOLON allows blanks before the colon, and no line end
  const id = colon < 0 || colon >= end ? -1 : headerAt(text, start, nameEnd)
  if (id < 0 && (colon < 0 || colon >= end || token(text, start, nameEnd) !== nameEnd)) {
    head.problem ??= problems.header(printable(text.slice(start, Math.min(end, start + 24))))
    return
  }
  while (valueStart < end && isLws(text.charCodeAt(valueStart))) valueStart++
  while (valueEnd > valueStart && isLws(text.charCodeAt(valueEnd - 1))) valueEnd--
  note(head, id)
  let at = head.used
  entries[at++] = id
  entries[at++] = start
  entries[at++] = nameEnd
  entries[at++] = valueStart
  entries[at++] = valueEnd
  head.used = at
}

/** What is told of a stranger's line goes to logs and consoles: printable characters only (A43). */
function printable(s: string): string { return s.replace(/[^ -~]/g, '?') }

const viaId = headerId('Via'), fromId = headerId('From'), toId = headerId('To'), callIdId = headerId('Call-ID'), cseqId = headerId('CSeq')
const lengthId = headerId('Content-Length'), forwardsId = headerId('Max-Forwards')

function note(head: Head, id: number): void {
  if (id >= 0 && id < onceLimit) {
    const bit = 1 << id
    if (head.seen & bit) head.problem ??= problems.twice(headerName(id))              // 7.3.1: only lists may stand in several lines
    head.seen |= bit
  }
  switch (id) {
    case viaId: viaSeen(head); break
    case fromId: head.from = head.used; break
    case toId: head.to = head.used; break
    case callIdId: head.callId = head.used; break
    case cseqId: head.cseq = head.used; break
    case lengthId: head.length = head.used; break
    case forwardsId: head.forwards = head.used; break
  }
}

function viaSeen(head: Head): void {
  if (head.via < 0) head.via = head.used
  if (++head.vias > maxVias) head.problem ??= problems.tooManyHeaders
}

/** Reads the value of the entry at `at`, in place unless some header is folded. */
function read<T>(text: string, head: Head, at: number, parse: (s: string, i: number, end: number) => T): T {
  const start = head.index[at + 3]!, end = head.index[at + 4]!
  if (!head.folded) return parse(text, start, end)
  const value = unfold(text.slice(start, end))
  return parse(value, 0, value.length)
}

/** The fields that a message is routed by, or what is wrong with one of them. */
interface Fields { via: TopVia; fromTag: string; toTag: string; callId: string; cseq: CSeq; maxForwards: number }

function routed(text: string, line: StartLine, head: Head): Parsed {
  const fields = missing(head) ?? fieldsOf(text, line, head)
  if ('code' in fields) return refused(fields, 400, draftOf(text, line, head.index))
  const bodyEnd = bodyEndOf(text, head)
  if (bodyEnd < 0) return refused(problems.contentLength, 400, draftOf(text, line, head.index))
  return { ok: true, message: {
    raw: text, is: line.is, method: fields.cseq.method, uri: line.uri, status: line.status, reason: line.reason, index: head.index,
    bodyStart: head.bodyStart, bodyEnd, callId: fields.callId, cseq: fields.cseq.number, fromTag: fields.fromTag, toTag: fields.toTag,
    via: fields.via, maxForwards: fields.maxForwards,
  } }
}

function missing(head: Head): Problem | undefined {                                  // 8.1.1, but Max-Forwards, which RFC 2543 had not
  if (head.via < 0) return problems.missing('Via')
  if (head.from < 0) return problems.missing('From')
  if (head.to < 0) return problems.missing('To')
  if (head.callId < 0) return problems.missing('Call-ID')
  return head.cseq < 0 ? problems.missing('CSeq') : undefined
}

function fieldsOf(text: string, line: StartLine, head: Head): Fields | Problem {
  const via = read(text, head, head.via, viaAt)
  if (!via) return problems.address('Via')
  const callId = read(text, head, head.callId, callIdAt)
  if (callId === '') return problems.header('Call-ID')
  const cseq = read(text, head, head.cseq, cseqAt)
  if (!cseq) return problems.header('CSeq')
  if (line.is === 'request' && cseq.method !== line.method) return problems.mismatch
  const fromTag = read(text, head, head.from, tagAt)
  if (fromTag === undefined) return problems.address('From')
  const toTag = read(text, head, head.to, tagAt)
  if (toTag === undefined) return problems.address('To')
  const maxForwards = head.forwards < 0 ? -1 : read(text, head, head.forwards, hopsAt)
  return head.forwards >= 0 && maxForwards < 0 ? problems.header('Max-Forwards') : { via, fromTag, toTag, callId, cseq, maxForwards }
}

function callIdAt(s: string, i: number, end: number): string { return isCallIdAt(s, i, end) ? s.slice(i, end) : '' }

function hopsAt(s: string, i: number, end: number): number { return numberAt(s, i, end, 255) }

/** 18.3: without a length a datagram's body goes to its end; octets behind the length are not part of the message. */
function bodyEndOf(text: string, head: Head): number {
  if (head.length < 0) return text.length
  const length = read(text, head, head.length, lengthAt), end = head.bodyStart + length
  return length < 0 || end > text.length ? -1 : end
}

function lengthAt(s: string, i: number, end: number): number { return numberAt(s, i, end, maxMessage) }

const cut = newAddressAt()

/** The tag of a From or To value, '' without one; undefined where the value is no address. */
function tagAt(s: string, i: number, end: number): string | undefined {
  if (!addressAt(s, i, end, cut)) return undefined
  return cut.tag < 0 ? '' : s.slice(cut.tag, cut.tagEnd)
}
