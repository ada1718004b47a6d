/** A hand that holds a phone in a walk: it remembers the last dialogs and requests, and says anything in them, at any moment. */
import type { Flow } from '../../../kit/flow.ts'
import type { Random } from '../../../kit/machine.ts'
import { body, header, rseq, type SipMessage } from '../../../wire/sip/index.ts'
import { chance, oneOf, requestText, responseText, sdpText } from './words.ts'

/** A dialog as this hand knows it. */
export interface Seen { readonly callId: string; readonly ours: string; readonly theirs: string; readonly uri: string; readonly local: string; readonly remote: string; seq: number; rack: string }

/** An INVITE of this hand, for its CANCEL and its ACK. */
export interface Dialled { readonly text: string; readonly branch: string; readonly callId: string; readonly from: string; readonly to: string; readonly uri: string; readonly cseq: number }

export interface Hand {
  readonly number: string
  readonly flow: Flow
  readonly requests: SipMessage[]
  readonly dialogs: Seen[]
  readonly dialled: Dialled[]
  readonly said: string[]
  /** ACKs and PRACKs that are due: mostly they are sent next. */
  readonly owed: string[]
}

const remembered = 12

function keep<T>(list: T[], one: T): void {
  list.push(one)
  if (list.length > remembered) list.shift()
}

export function newHand(number: string, flow: Flow): Hand { return { number, flow, requests: [], dialogs: [], dialled: [], said: [], owed: [] } }

const tagOf = (hand: Hand, fork: string) => `t${hand.number}${fork}`

/** What the exchange said to this phone. */
export function listen(hand: Hand, message: SipMessage): void {
  if (message.is === 'request') {
    keep(hand.requests, message)
    return
  }
  if (message.method !== 'INVITE' || message.toTag === '') return
  const seen = dialogOf(hand, message.callId, message.fromTag, message.toTag, { uri: target(message), local: header(message, 'From')!, remote: header(message, 'To')! })
  const number = rseq(message)
  seen.seq = Math.max(seen.seq, message.cseq)
  if (number !== undefined) { seen.rack = `RAck: ${number} ${message.cseq} INVITE`; seen.seq++; keep(hand.owed, prackOf(hand, message, seen)) }
  if (message.status >= 200) keep(hand.owed, ackOf(hand, message, seen))
}

function prackOf({ flow }: Hand, message: SipMessage, { uri, callId, seq, rack }: Seen): string {
  return requestText('PRACK', uri, { from: header(message, 'From')!, to: header(message, 'To')!, callId, cseq: seq, branch: `${message.via.branch}p${seq}`, address: flow.remoteAddress, headers: [rack] })
}

/** 17.1.1.3 for a refusal, 13.2.2.4 for a 2xx. */
function ackOf({ flow }: Hand, message: SipMessage, { uri, callId }: Seen): string {
  const branch = message.status < 300 ? `${message.via.branch}a` : message.via.branch
  return requestText('ACK', uri, { from: header(message, 'From')!, to: header(message, 'To')!, callId, cseq: message.cseq, branch, address: flow.remoteAddress })
}

function target(message: SipMessage): string { return /<([^>]*)>/.exec(header(message, 'Contact') ?? '')?.[1] ?? 'sip:192.0.2.99' }

function dialogOf(hand: Hand, callId: string, ours: string, theirs: string, more: Pick<Seen, 'uri' | 'local' | 'remote'>): Seen {
  const known = hand.dialogs.find((one) => one.callId === callId && one.ours === ours && one.theirs === theirs)
  if (known) return known
  const bare = (value: string) => value.replace(/;tag=[^;>]*$/, '')
  const fresh: Seen = { callId, ours, theirs, uri: more.uri, local: bare(more.local), remote: bare(more.remote), seq: 0, rack: '' }
  keep(hand.dialogs, fresh)
  return fresh
}

const numbers = ['1001', '1002', '1003', '1004', '2000', '1900', '*8', '**1002', '7000', '*5', '5555'] as const
const abilities = ['Allow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE, INFO', 'Supported: timer'] as const

function abilitiesOf(random: Random): string[] {
  return [...(chance(random, 80) ? abilities : []), ...(chance(random, 50) ? ['Supported: 100rel'] : []), ...(chance(random, 5) ? ['Require: 100rel'] : []), ...(chance(random, 10) ? ['Session-Expires: 90;refresher=uas'] : [])]
}

/** A new call; sometimes to take somebody's place. */
export function dial(hand: Hand, random: Random): string {
  const uri = `sip:${oneOf(random, numbers)}@example.test`, callId = `c${random.token(4)}`, branch = `z9hG4bK${random.token(8)}`, from = `<sip:${hand.number}@example.test>;tag=${random.token(4)}`
  const stolen = chance(random, 8) ? replacesOf(hand, random) : undefined
  const text = requestText('INVITE', uri, {
    from, to: `<${uri}>`, callId, cseq: 1, branch, address: hand.flow.remoteAddress, headers: [...abilitiesOf(random), ...(stolen === undefined ? [] : [`Replaces: ${stolen}`])],
    sdp: chance(random, 80) ? sdpText(random, hand.flow.remoteAddress) : undefined,
  })
  keep(hand.dialled, { text, branch, callId, from, to: `<${uri}>`, uri, cseq: 1 })
  return text
}

function replacesOf(hand: Hand, random: Random): string | undefined {
  if (hand.dialogs.length === 0) return undefined
  const { callId, ours, theirs } = oneOf(random, hand.dialogs)
  return `${callId};to-tag=${theirs};from-tag=${ours}${chance(random, 20) ? ';early-only' : ''}`
}

/** CANCEL or ACK of an INVITE of this hand: the right one, or one that comes when it may not. */
export function undial(hand: Hand, random: Random, method: 'CANCEL' | 'ACK'): string | undefined {
  if (hand.dialled.length === 0) return undefined
  const { branch, callId, from, to, uri, cseq } = oneOf(random, hand.dialled)
  return requestText(method, uri, { from, to, callId, cseq, branch, address: hand.flow.remoteAddress })
}

const methods = ['INVITE', 'INVITE', 'UPDATE', 'UPDATE', 'PRACK', 'PRACK', 'INFO', 'REFER', 'REFER', 'BYE', 'ACK', 'ACK', 'MESSAGE', 'OPTIONS', 'SUBSCRIBE', 'NOTIFY', 'PUBLISH'] as const

/** Any request in any dialog that this hand has heard of: mostly in one that is alive, and with the right numbers and tags. */
export function speak(hand: Hand, random: Random, isAlive: (seen: Seen) => boolean): string | undefined {
  const alive = hand.dialogs.filter(isAlive), known = chance(random, 92) ? alive : hand.dialogs
  if (known.length === 0) return undefined
  const seen = oneOf(random, known), method = oneOf(random, methods)
  const cseq = method === 'ACK' && chance(random, 80) ? Math.max(1, seen.seq) : nextOf(seen, random)
  const ours = chance(random, 97) ? seen.ours : random.token(3), theirs = chance(random, 97) ? seen.theirs : random.token(3)
  const offers = ['INVITE', 'UPDATE'].includes(method) ? 70 : method === 'PRACK' || method === 'ACK' ? 25 : 0
  return requestText(method, seen.uri, {
    from: `${seen.local};tag=${ours}`, to: `${seen.remote};tag=${theirs}`, callId: seen.callId, cseq, branch: `z9hG4bK${random.token(8)}`, address: hand.flow.remoteAddress,
    headers: headersOf(method, hand, seen, random), sdp: chance(random, offers) ? sdpText(random, hand.flow.remoteAddress) : undefined,
  })
}

function nextOf(seen: Seen, random: Random): number {
  if (chance(random, 4)) return seen.seq
  if (chance(random, 3)) return Math.max(0, seen.seq - 1 - random.below(3))
  seen.seq += chance(random, 5) ? 1 + random.below(50) : 1
  return seen.seq
}

function headersOf(method: string, hand: Hand, seen: Seen, random: Random): string[] {
  switch (method) {
    case 'INVITE': case 'UPDATE': return abilitiesOf(random)
    case 'PRACK': return [chance(random, 85) && seen.rack !== '' ? seen.rack : `RAck: ${random.below(9)} ${random.below(4)} INVITE`]
    case 'REFER': return [`Refer-To: <sip:${oneOf(random, numbers)}@example.test${chance(random, 40) ? `?Replaces=${encodeURIComponent(replacesOf(hand, random) ?? 'x')}` : ''}>`, ...(chance(random, 20) ? ['Refer-Sub: false'] : [])]
    case 'SUBSCRIBE': return ['Event: refer', `Expires: ${oneOf(random, [0, 600])}`]
    case 'NOTIFY': return ['Event: refer', 'Subscription-State: active']
    default: return []
  }
}

const finals = [200, 200, 200, 200, 200, 202, 300, 302, 400, 401, 403, 404, 407, 408, 415, 420, 422, 480, 481, 486, 487, 488, 491, 491, 500, 503, 600, 603, 699] as const
const provisionals = [100, 180, 180, 183, 183, 183, 181, 199] as const

/** Any answer to any request that came, as often as the hand likes. */
export function reply(hand: Hand, random: Random): string | undefined {
  if (hand.requests.length === 0) return undefined
  const request = oneOf(random, chance(random, 70) ? hand.requests.slice(-3) : hand.requests), isInvite = request.method === 'INVITE'
  const status = isInvite && chance(random, 40) ? oneOf(random, provisionals) : chance(random, 50) ? 200 : oneOf(random, finals)
  const tag = chance(random, 85) ? tagOf(hand, '') : chance(random, 70) ? tagOf(hand, 'f') : chance(random, 50) ? random.token(3) : ''
  if (isInvite && request.toTag === '' && tag !== '' && status > 100 && status < 300) dialogOf(hand, request.callId, tag, request.fromTag, { uri: target(request), local: header(request, 'To')!, remote: header(request, 'From')! })
  const isReliable = status > 100 && status < 200 && chance(random, 50)
  const headers = [
    ...(chance(random, 97) ? [`Contact: <sip:${chance(random, 80) ? 'x' : oneOf(random, numbers)}@${status >= 300 && status < 400 ? 'example.test' : `${hand.flow.remoteAddress}:5060`}>`] : []), ...(chance(random, 70) ? abilities.slice(0, 1) : []),
    ...(isReliable ? ['Require: 100rel', `RSeq: ${1 + random.below(4)}`] : []), ...(status === 422 ? ['Min-SE: 120'] : []), ...(status === 200 && chance(random, 20) ? ['Session-Expires: 100;refresher=uac', 'Require: timer'] : []),
  ]
  const speaks = isInvite || request.method === 'UPDATE' ? (status < 200 ? 50 : status < 300 ? 85 : 0) : 0
  return responseText(request, status, tag, headers, chance(random, speaks) ? sdpText(random, hand.flow.remoteAddress, body(request)) : undefined)
}
