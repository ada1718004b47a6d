/**
 * A SIP endpoint: octets from the edge become messages, messages find their transaction, and the user hears what is new.
 *
 * Standards  RFC 3261 8.2.2, 18; RFC 5626 4.4.1; RFC 7118
 * Security   what cannot be read is answered once, without state and with less than was asked, or not at all
 */
import type { EdgeInput, EdgeOutput, Flow, Hop, Transport } from '../../kit/flow.ts'
import type { Millis, Random, Wake } from '../../kit/machine.ts'
import type { Problem } from '../../kit/result.ts'
import { type Framing, frame, newFraming } from './frame.ts'
import type { SipMessage } from './message.ts'
import { parseMessage } from './parse.ts'
import { modestResponse } from './modest.ts'
import { printRequest, printResponse, type ResponseParts } from './print.ts'
import { problems } from './problems.ts'
import * as transactions from './transactions.ts'
import { printHostPort } from './uri.ts'

/** A request and the transaction that waits for our answer. */
export interface Served { readonly tx: transactions.ServerTx; readonly flow: Flow; readonly message: SipMessage; /** What is done to its responses. */ readonly change?: Reshape | undefined }

/** The last word on a message of ours before it goes: whole text in, whole text out. `status`: 0 of a request. */
export type Reshape = (text: string, status: number) => string

export type Heard =
  | { is: 'request'; served: Served }
  | { is: 'ack'; flow: Flow; message: SipMessage }
  | { is: 'cancelled'; message: SipMessage; user: unknown }
  | { is: 'response'; message: SipMessage; flow: Flow; user: unknown }
  /** No answer at all: timed out, or the other side cannot be reached. */
  | { is: 'unanswered'; user: unknown; problem: Problem | undefined }
  | { is: 'overloaded'; flow: Flow; message: SipMessage }
  | { is: 'closed'; flow: Flow }

export interface Endpoint {
  readonly layer: transactions.Transactions
  readonly streams: Map<number, { flow: Flow; framing: Framing; heardAt: Millis }>
  readonly random: Random
  /** What we write of ourselves in Via and Contact towards a flow or hop. */
  readonly local: (to: Flow | Hop) => { address: string; port: number }
  /** Filled by every call, emptied by the driver's side. */
  out: EdgeOutput[]
  /** Malformed messages by problem code: at most as many as there are codes. */
  readonly malformed: Map<string, number>
  /** Sees each message that comes or goes: the ladder. */
  readonly trace: Trace
  /** What came and was not traced yet: what becomes of it shows whether it is stray. */
  untraced: { readonly flow: Flow; readonly message: SipMessage } | undefined
}

/** `stray`: refused without state, or of no dialog that anybody knows; undefined: that is for who is told to say. */
export type Trace = (direction: 'in' | 'out', peer: Flow | Hop, message: string | SipMessage, stray: boolean | undefined) => void

export function newEndpoint(now: Millis, random: Random, local: Endpoint['local'], trace: Trace = () => {}): Endpoint {
  return { layer: transactions.newTransactions(now, random.token(8)), streams: new Map(), random, local, out: [], malformed: new Map(), trace, untraced: undefined }
}

/** Takes one input from the edge; what is new goes to `hear`, what is to be sent into `out`. */
export function receive(e: Endpoint, now: Millis, input: EdgeInput | Wake, hear: (news: Heard) => void): void {
  switch (input.is) {
    case 'datagram': message(e, now, input.flow, input.bytes.toString('latin1'), hear); break
    case 'message': socketMessage(e, now, input.flow, input.bytes.toString('latin1'), hear); break
    case 'opened': e.streams.set(input.flow.id, { flow: input.flow, framing: newFraming(), heardAt: now }); break
    case 'bytes': octets(e, now, input.flow, input.bytes.toString('latin1'), hear); break
    case 'closed': e.streams.delete(input.flow.id); hear({ is: 'closed', flow: input.flow }); break
    case 'failed': pass(e, transactions.failed(e.layer, now, input.ref, input.why), hear); break
    case 'wake': pass(e, transactions.wake(e.layer, now), hear); break
    case 'reply': break                                                                 // answers to names go to who asked for them
  }
}

/** RFC 7118 4.2: one whole message, with or without Content-Length; RFC 5626 4.4.1 keep-alives come as messages too. */
function socketMessage(e: Endpoint, now: Millis, flow: Flow, text: string, hear: (news: Heard) => void): void {
  if (text === '\r\n\r\n') e.out.push({ do: 'send', flow, data: '\r\n' })
  else if (text !== '\r\n') message(e, now, flow, text, hear)
}

function octets(e: Endpoint, now: Millis, flow: Flow, text: string, hear: (news: Heard) => void): void {
  const stream = e.streams.get(flow.id)
  if (!stream) return
  if (now - stream.heardAt > oneWrite) stream.framing.half = false
  stream.heardAt = now
  for (const one of frame(stream.framing, text)) {
    switch (one.is) {
      case 'message':
        if (!fatal.has(message(e, now, flow, one.text, hear)?.code ?? '')) break
        hangUp(e, flow, problems.outOfStep)
        return
      case 'ping': e.out.push({ do: 'send', flow, data: '\r\n' }); break
      case 'pong': break
      case 'broken':
        refuseText(e, flow, one.text, one.problem.code === problems.tooLong.code ? 513 : 400)
        count(e, one.problem)
        hangUp(e, flow, one.problem)
    }
  }
}

/** Line ends further apart than this were not one write of the peer: two answers to our pings, not one ping of theirs (RFC 5626 4.4.1). */
const oneWrite: Millis = 1_000

/** What leaves it open where the next message of a stream begins: another reader may have seen another end (18.3, A4). */
const fatal: ReadonlySet<string> = new Set([problems.lineEnd, problems.contentLength, problems.control].map((p) => p.code))

/** Nothing more is read of this connection. */
function hangUp(e: Endpoint, flow: Flow, why: Problem): void {
  e.streams.delete(flow.id)
  e.out.push({ do: 'close', flow, why })
}

function refuseText(e: Endpoint, flow: Flow, text: string, status: number): void {
  const parsed = parseMessage(text)
  const draft = parsed.ok ? parsed.message : parsed.draft
  if (draft?.is === 'request' && draft.method !== 'ACK') answerWithin(e, flow, draft, { status }, text.length)
}

/** Gives what was wrong, if anything was. */
function message(e: Endpoint, now: Millis, flow: Flow, text: string, hear: (news: Heard) => void): Problem | undefined {
  const parsed = parseMessage(text)
  if (!parsed.ok) {
    count(e, parsed.problem)
    if (parsed.draft) answerWithin(e, flow, parsed.draft, { status: parsed.status }, text.length)
    return parsed.problem
  }
  e.untraced = { flow, message: parsed.message }
  pass(e, transactions.receive(e.layer, now, flow, parsed.message), hear)
  cameIn(e, undefined)
  return undefined
}

/** The message at hand goes to the trace before what is said because of it. */
function cameIn(e: Endpoint, stray: boolean | undefined): void {
  if (!e.untraced) return
  const { flow, message } = e.untraced
  e.untraced = undefined
  e.trace('in', flow, message, stray)
}

function goesOut(e: Endpoint, to: Flow | Hop, text: string, stray: boolean): void {
  cameIn(e, stray)
  e.trace('out', to, text, stray)
}

function count(e: Endpoint, problem: Problem): void { e.malformed.set(problem.code, (e.malformed.get(problem.code) ?? 0) + 1) }

function pass(e: Endpoint, said: transactions.Out[], hear: (news: Heard) => void, stray = false): void {
  for (const one of said) {
    switch (one.do) {
      case 'send': goesOut(e, one.flow, one.data, stray || (one.ref === undefined && said.length === 1)); e.out.push(one); break
      case 'sendTo': goesOut(e, one.to, one.data, stray); e.out.push(one); break
      case 'request': hear({ is: 'request', served: { tx: one.tx, flow: one.flow, message: one.message } }); break
      case 'ack': cameIn(e, undefined); hear({ is: 'ack', flow: one.flow, message: one.message }); break
      case 'cancelled': hear({ is: 'cancelled', message: one.message, user: one.user }); break
      case 'response': cameIn(e, false); hear({ is: 'response', message: one.message, flow: one.flow, user: one.user }); break
      case 'timeout': hear({ is: 'unanswered', user: one.user, problem: undefined }); break
      case 'transportError': hear({ is: 'unanswered', user: one.user, problem: one.problem }); break
      case 'overloaded': hear({ is: 'overloaded', flow: one.flow, message: one.message }); break
      case 'noAck': break                                                             // 17.2.1: nothing is left to be done about a refusal
    }
  }
}

/** An answer that no state remembers. */
export function answerOnce(e: Endpoint, flow: Flow, request: SipMessage, parts: ResponseParts): void {
  answerWithin(e, flow, request, parts, request.raw.length)
}

function answerWithin(e: Endpoint, flow: Flow, request: SipMessage, parts: ResponseParts, asked: number): void {
  const text = modestResponse(request, flow, { ...parts, toTag: parts.toTag ?? statelessTag(e, request) }, asked)
  if (text === undefined) return
  goesOut(e, flow, text, true)
  e.out.push({ do: 'send', flow, data: text })
}

/** 8.2.7: the same tag for each copy of a request. */
function statelessTag(e: Endpoint, request: SipMessage): string {
  const hash = fold(fold(fold(0x811c9dc5, e.layer.tag), request.callId), request.via.branch)
  return `${e.layer.tag.slice(0, 4)}${(hash >>> 0).toString(36)}`
}

function fold(hash: number, text: string): number {
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}

/** Answers a request; a final answer ends its transaction in the RFC's way. */
export function respond(e: Endpoint, now: Millis, served: Served, parts: ResponseParts): string {
  const text = last(served, printResponse(served.message, served.flow, parts), parts.status)
  if (parts.toTag !== undefined) served.tx.toTag = parts.toTag
  pass(e, transactions.respond(e.layer, now, served.tx, text, parts.status), ignore)
  return text
}

/** Answers a stranger's request finally, or with silence (A42), and forgets it at once. */
export function refuse(e: Endpoint, now: Millis, served: Served, parts: ResponseParts): void {
  const modest = modestResponse(served.message, served.flow, { ...parts, toTag: parts.toTag ?? statelessTag(e, served.message) }), text = modest === undefined ? undefined : last(served, modest, parts.status)
  const said = transactions.refuse(e.layer, now, served.tx, text ?? '')
  if (text !== undefined) pass(e, said, ignore, true)                      // else there is nothing but that text in it
}

function last({ change }: { readonly change?: Reshape | undefined }, text: string, status: number): string { return change ? change(text, status) : text }

const ignore = (): void => {}

export interface Outgoing {
  readonly method: string
  readonly uri: string
  /** From Max-Forwards on. */
  readonly headers: string
  readonly contentType?: string | undefined
  readonly body?: string | undefined
  /** Longest wait after a provisional response to an INVITE, in milliseconds: then it counts as unanswered. Without one its user cancels it. */
  readonly patience?: Millis | undefined
  readonly change?: Reshape | undefined
}

/** Sends a request in a transaction of its own. `user` comes back with whatever is heard of it. */
export function request(e: Endpoint, now: Millis, to: Flow | Hop, what: Outgoing, user: unknown): transactions.ClientTx {
  const branch = `z9hG4bK${e.random.token(10)}`
  const text = last(what, printRequest({ ...what, via: viaTo(e, to, branch) }), 0)
  const { tx, out } = transactions.request(e.layer, now, { method: what.method, branch, text, to, user, patience: what.patience })
  pass(e, out, ignore)
  return tx
}

/** Sends an ACK to a 2xx: no transaction (13.2.2.4); gives the text, to be sent again with `again`. */
export function acknowledge(e: Endpoint, to: Flow | Hop, what: Outgoing): string {
  const text = last(what, printRequest({ ...what, via: viaTo(e, to, `z9hG4bK${e.random.token(10)}`) }), 0)
  again(e, to, text)
  return text
}

/** Sends a response again: a 2xx to an INVITE (13.3.1.4), a reliable provisional one (RFC 3262 3). Where its connection is gone it goes to the sent-by (18.2.2). */
export function respondAgain(e: Endpoint, served: Served, text: string): void { pass(e, transactions.again(served.tx, text), ignore) }

/** Sends a printed ACK again. */
export function again(e: Endpoint, to: Flow | Hop, text: string): void {
  goesOut(e, to, text, false)
  e.out.push('service' in to ? { do: 'send', flow: to, data: text } : { do: 'sendTo', to, data: text, ref: '' })
}

export function cancel(e: Endpoint, now: Millis, tx: transactions.ClientTx, lines: string): void {
  pass(e, transactions.cancel(e.layer, now, tx, lines), ignore)
}

const names: Record<Transport, string> = { udp: 'UDP', tcp: 'TCP', tls: 'TLS', ws: 'WS', wss: 'WSS' }

function viaTo(e: Endpoint, to: Flow | Hop, branch: string): string {
  const { address, port } = e.local(to)
  return `SIP/2.0/${names[to.transport]} ${printHostPort(address, port)};branch=${branch};rport`
}

/** Our Contact towards a flow or hop, with angle brackets (8.1.1.8). */
export function contactTo(e: Endpoint, to: Flow | Hop, user: string): string {
  const { address, port } = e.local(to)
  const transport = to.transport === 'udp' ? '' : `;transport=${to.transport === 'wss' ? 'ws' : to.transport}`
  return `<sip:${user}${user === '' ? '' : '@'}${printHostPort(address, port)}${transport}>`
}
