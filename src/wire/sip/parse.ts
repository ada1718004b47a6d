/**
 * Bytes → message: one pass that indexes the headers, then the routing fields, strictly.
 *
 * Standards  RFC 3261 7, 8.1.1, 18.3, 20, 25; the verdicts of RFC 4475
 * Security   fed by strangers before any authentication; linear, nothing grows beyond the limits below
 */
import type { Problem } from '../../kit/result.ts'
import { parseAddress } from './address.ts'
import { headerId, headerName, lookUp, onceLimit } from './headers.ts'
import { type SipMessage, stride, type TopVia, unfold } from './message.ts'
import { param } from './params.ts'
import { problems } from './problems.ts'
import { allOf, allToken, blanks, host, isBlank, isDigit, token, wholeNumber } from './scan.ts'
import { parseVia } from './via.ts'

/** Octets of one message: head and body. */
export const maxMessage = 65_535
export const maxHeaders = 200
/** Octets of one header line, folded lines included. */
export const maxLine = 8_192

/** A message, or what was wrong; `draft` is there when enough of a request was read to answer it with `status`. */
export type Parsed =
  | { ok: true; message: SipMessage }
  | { ok: false; problem: Problem; status: number; draft: SipMessage | undefined }

/** `framed`: the text is one message of a stream or WebSocket (Content-Length has been obeyed), else a datagram. */
export function parseMessage(text: string): Parsed {
  if (text.length > maxMessage) return refused(problems.tooLong)
  const start = skipLineEnds(text)
  const lineEnd = text.indexOf('\r\n', start)
  if (lineEnd < 0) return refused(text.length === start ? problems.empty : problems.lineEnd)
  const line = startLine(text.slice(start, lineEnd))
  const head = indexHeaders(text, lineEnd + 2)
  if (!line) return refused(problems.startLine, 400, /^sip\//i.test(text.slice(start, start + 4)) ? undefined : draftOf(text, undefined, head))
  if (head.problem) return refused(head.problem, 400, draftOf(text, line, head))
  return routed(text, line, head)
}

function refused(problem: Problem, status = 400, draft?: SipMessage): Parsed { return { ok: false, problem, status, draft } }

function skipLineEnds(text: string): number {                                       // 7.5: line ends before the start line are ignored
  let i = 0
  while (text.charCodeAt(i) === 13 && text.charCodeAt(i + 1) === 10) i += 2
  return i
}

interface StartLine { is: 'request' | 'response'; method: string; uri: string; status: number; reason: string; version: boolean }

function startLine(line: string): StartLine | undefined {
  if (line.length > maxLine) return undefined
  return /^sip\/\d/i.test(line) ? statusLine(line) : requestLine(line)
}

function statusLine(line: string): StartLine | undefined {
  const space = line.indexOf(' '), version = line.slice(0, space).toUpperCase()
  if (space < 0 || version.length > 16) return undefined
  const status = wholeNumber(line.slice(space + 1, space + 4), 699)
  const after = line.charCodeAt(space + 4)
  if (status < 100 || !(after === 32 || line.length === space + 4)) return undefined
  return { is: 'response', method: '', uri: '', status, reason: line.slice(space + 5), version: version === 'SIP/2.0' }
}

function requestLine(line: string): StartLine | undefined {
  const first = token(line, 0)
  const last = line.lastIndexOf(' ')
  if (first < 0 || line.charCodeAt(first) !== 32 || last <= first) return undefined
  const uri = line.slice(first + 1, last), version = line.slice(last + 1)
  const colon = uri.indexOf(':')
  if (colon < 1 || !allOf(uri, 'uri') || !/^sip\/\d{1,9}\.\d{1,9}$/i.test(version)) return undefined   // 7.1: no white space, no brackets
  return { is: 'request', method: line.slice(0, first), uri, status: 0, reason: '', version: version.toUpperCase() === 'SIP/2.0' }
}

interface Head { index: number[]; bodyStart: number; problem: Problem | undefined }

function indexHeaders(text: string, at: number): Head {
  const index: number[] = []
  let i = at, seen = 0, problem: Problem | undefined
  for (;;) {
    const end = logicalLineEnd(text, i)
    if (end < 0) return { index, bodyStart: text.length, problem: problem ?? problems.lineEnd }
    if (end === i) return { index, bodyStart: i + 2, problem }
    if (end - i > maxLine) return { index, bodyStart: text.length, problem: problems.tooLong }
    if (index.length >= maxHeaders * stride) return { index, bodyStart: text.length, problem: problems.tooManyHeaders }
    const id = indexLine(text, i, end, index)
    if (id === -2) problem ??= problems.header(text.slice(i, Math.min(end, i + 24)))
    if (id >= 0 && id < onceLimit) {
      const bit = 1 << id
      if (seen & bit) problem ??= problems.twice(headerName(id))                     // 7.3.1: only lists may stand in several lines
      seen |= bit
    }
    i = end + 2
  }
}

/** The end of a header with its continuation lines; a bare CR or LF is no line end but an error (-1). */
function logicalLineEnd(text: string, i: number): number {
  for (;;) {
    const lf = text.indexOf('\n', i)
    if (lf < 1 || text.charCodeAt(lf - 1) !== 13) return -1
    const cr = text.indexOf('\r', i)
    if (cr !== lf - 1) return -1
    if (cr === i || !isBlank(text.charCodeAt(lf + 1))) return cr
    i = lf + 1
  }
}

/** Adds one entry to the index; gives the header id, -1 for one that is not in the table, -2 for a malformed line. */
function indexLine(text: string, start: number, end: number, index: number[]): number {
  const nameEnd = token(text, start)
  if (nameEnd < 0 || nameEnd > end) return -2
  let colon = nameEnd
  while (isBlank(text.charCodeAt(colon))) colon++                                    // HCOLON allows white space before the colon
  if (text.charCodeAt(colon) === 13 && isBlank(text.charCodeAt(colon + 2))) return -2
  if (text.charCodeAt(colon) !== 58) return -2
  let valueStart = colon + 1, valueEnd = end
  while (valueStart < end && text.charCodeAt(valueStart) <= 32) valueStart++
  while (valueEnd > valueStart && text.charCodeAt(valueEnd - 1) <= 32) valueEnd--
  const id = lookUp(text.slice(start, nameEnd))
  index.push(id, start, nameEnd, valueStart, valueEnd)
  return id
}

const viaId = headerId('Via'), fromId = headerId('From'), toId = headerId('To'), callIdId = headerId('Call-ID'), cseqId = headerId('CSeq')
const lengthId = headerId('Content-Length'), forwardsId = headerId('Max-Forwards')

/** The value of the first header with this id; undefined if there is none. */
function first(text: string, index: number[], id: number): string | undefined {
  for (let i = 0; i < index.length; i += stride) {
    if (index[i] === id) return unfold(text.slice(index[i + 3], index[i + 4]))
  }
  return undefined
}

const noVia: TopVia = { transport: '', host: '', port: 0, branch: '', rport: undefined, received: undefined }

/** What can be said of a request that is refused: enough to copy Via, From, To, Call-ID and CSeq into the answer. */
function draftOf(text: string, line: StartLine | undefined, head: Head): SipMessage | undefined {
  const viaLine = first(text, head.index, viaId)
  if (viaLine === undefined || line?.is === 'response') return undefined
  const via = parseVia(viaLine) ?? noVia                                             // a broken Via: the answer goes where the request came from
  const cseq = (first(text, head.index, cseqId) ?? '').split(/[ \t]+/, 2)
  const method = line?.method ?? cseq[1] ?? ''
  if (method === 'ACK' || !allToken(method)) return undefined                        // nothing ever answers an ACK
  return {
    raw: text, is: 'request', method, uri: line?.uri ?? '', status: 0, reason: '', index: head.index,
    bodyStart: head.bodyStart, bodyEnd: head.bodyStart, callId: first(text, head.index, callIdId) ?? '', cseq: 0, fromTag: '', toTag: '', via, maxForwards: -1,
  }
}

function routed(text: string, line: StartLine, head: Head): Parsed {
  const { index } = head
  const refuse = (problem: Problem, status = 400) => refused(problem, status, draftOf(text, line, head))
  if (!line.version) return refuse(problems.version, 505)
  const viaLine = first(text, index, viaId), fromLine = first(text, index, fromId), toLine = first(text, index, toId)
  const callId = first(text, index, callIdId), cseqLine = first(text, index, cseqId)
  if (viaLine === undefined) return refuse(problems.missing('Via'))
  if (fromLine === undefined) return refuse(problems.missing('From'))
  if (toLine === undefined) return refuse(problems.missing('To'))
  if (callId === undefined || callId === '') return refuse(problems.missing('Call-ID'))
  if (cseqLine === undefined) return refuse(problems.missing('CSeq'))
  const via = parseVia(viaLine)
  if (!via) return refuse(problems.address('Via'))
  if (!validCallId(callId)) return refuse(problems.header('Call-ID'))
  const cseq = parseCseq(cseqLine)
  if (!cseq) return refuse(problems.header('CSeq'))
  if (line.is === 'request' && cseq.method !== line.method) return refuse(problems.mismatch)
  const fromTag = tagOf(fromLine), toTag = tagOf(toLine)
  if (fromTag === undefined) return refuse(problems.address('From'))
  if (toTag === undefined) return refuse(problems.address('To'))
  const forwards = first(text, index, forwardsId), maxForwards = forwards === undefined ? -1 : wholeNumber(forwards, 255)
  if (forwards !== undefined && maxForwards < 0) return refuse(problems.header('Max-Forwards'))
  const bodyEnd = bodyEndOf(text, head)
  if (bodyEnd < 0) return refuse(problems.contentLength)
  return { ok: true, message: {
    raw: text, is: line.is, method: cseq.method, uri: line.uri, status: line.status, reason: line.reason, index,
    bodyStart: head.bodyStart, bodyEnd, callId, cseq: cseq.number, fromTag, toTag, via, maxForwards,
  } }
}

/** 18.3: without a length a datagram's body goes to its end; octets behind the length are not part of the message. */
function bodyEndOf(text: string, head: Head): number {
  const written = first(text, head.index, lengthId)
  if (written === undefined) return text.length
  const length = wholeNumber(written, maxMessage)
  return length < 0 || head.bodyStart + length > text.length ? -1 : head.bodyStart + length
}

function validCallId(s: string): boolean {
  const at = s.indexOf('@')
  return at < 0 ? allOf(s, 'word') : allOf(s.slice(0, at), 'word') && allOf(s.slice(at + 1), 'word')
}

/** Sequence number below 2^31 (8.1.1.5) and method. */
export function parseCseq(s: string): { number: number; method: string } | undefined {
  let i = 0
  while (i < s.length && isDigit(s.charCodeAt(i))) i++
  const number = wholeNumber(s.slice(0, i), 2 ** 31 - 1), start = blanks(s, i), end = token(s, start)
  return number < 0 || start === i || end !== s.length ? undefined : { number, method: s.slice(start, end) }
}

/** The tag of a From or To value, '' without one; undefined where the value is no address. */
function tagOf(value: string): string | undefined {
  const address = parseAddress(value)
  if (!address || !hasHost(address.uri)) return undefined
  return param(address.params, 'tag') ?? ''
}

/** sip and sips URIs in From and To must have a host; other schemes are left alone. */
function hasHost(uri: string): boolean {
  const scheme = uri.slice(0, 5).toLowerCase()
  if (!scheme.startsWith('sip:') && scheme !== 'sips:') return true
  const at = uri.indexOf('@')
  return host(uri, at < 0 ? uri.indexOf(':') + 1 : at + 1) > 0
}
