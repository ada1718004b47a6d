/** What a SIP leg says: its requests and responses, put together in one place. */
import type { Flow, Hop } from '../../../kit/flow.ts'
import type { Sdp } from '../../../wire/sdp/index.ts'
import { asOurs, printSdp } from '../../../wire/sdp/index.ts'
import { type ClientState, newClientState } from '../../../wire/sip/digest/index.ts'
import {
  acknowledge, again, type ClientTx, type Dialog, dialogHeaders, printReason, quote, request, requestUri, respond, type ResponseParts, type Served, type SipMessage, timerC,
} from '../../../wire/sip/index.ts'
import type { Cause, Party, StatusNote } from '../../leg.ts'
import { describedTo, reshaping } from '../../trunks/rules.ts'
import type { About, LegHouse, Postponed, Route, Saying, SipLeg } from './leg.ts'
import { along, nextHop } from './reach.ts'

/** Methods that a phone may send us in or out of a call. */
export const allow = 'INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, INFO, REFER, SUBSCRIBE, NOTIFY, MESSAGE'
export const supported = '100rel, timer, replaces, norefersub'
export const capabilities = `Allow: ${allow}\r\nSupported: ${supported}\r\n`
const sdpType = 'application/sdp'

/** Requests of one leg that wait for the address of its route. */
const maxWaiting = 16

/** Sends a request in a dialog of the leg; the sequence number is the dialog's next. Undefined while its route is being looked up. */
export function send(house: LegHouse, leg: SipLeg, method: string, what: About['what'], saying: Saying = {}, dialog = leg.dialog): ClientTx | undefined {
  dialog.localSeq++
  const one: Postponed = { method, what, saying, dialog, cseq: dialog.localSeq }
  const to = what === 'invite' ? leg.to : nextHop(house, leg, dialog, (route) => { flush(house, leg, route) })
  if (!to) { postpone(leg, one); return undefined }
  return say(house, leg, one, to)
}

function say(house: LegHouse, leg: SipLeg, one: Postponed, to: Flow | Hop, asked?: ClientState): ClientTx {
  const { method, what, saying, dialog, cseq } = one, isTrunk = leg.peer.trunk !== undefined
  const again = isTrunk || (what !== 'invite' && (leg.route?.hops.length ?? 0) > 1) ? one : undefined
  const about: About = { leg, what, id: saying.id ?? 0, dialog, again, asked, at: to, tx: undefined }
  const uri = requestUri(dialog), inside = content(leg, method, saying)
  const credentials = isTrunk ? saying.credentials ?? house.ahead(leg, { method, uri, body: inside.body ?? '' }) : ''
  if (what === 'invite') leg.credentials = credentials
  about.tx = request(house.endpoint, house.now, to, {
    method, uri, headers: dialogHeaders(dialog, method, cseq, saying.maxForwards) + (saying.headers ?? '') + credentials, ...inside, patience: what === 'invite' ? undefined : timerC, change: reshaping(leg.peer.trunk, method),
  }, about)
  return about.tx
}

/** RFC 3261 22.2, 22.3: a trunk asks who we are: the same request once more with credentials, if it is one that we have some for. */
export function challenged(house: LegHouse, about: About, response: SipMessage): boolean {
  const { leg, again, dialog, what, asked = newClientState() } = about
  if (!leg.peer.trunk || !again || leg.state === 'ended' || (leg.over && what !== 'bye' && !leg.refers)) return false
  const body = content(leg, again.method, again.saying).body ?? ''
  const credentials = house.answerTo(leg, response, asked, { method: again.method, uri: requestUri(dialog), body })
  if (credentials === undefined) return false
  dialog.localSeq++
  const one: Postponed = { ...again, cseq: dialog.localSeq, saying: { ...again.saying, credentials } }
  const to = what === 'invite' ? leg.to : nextHop(house, leg, dialog, (route) => { flush(house, leg, route) })
  if (!to) { postpone(leg, one); return true }
  const tx = say(house, leg, one, to, asked)
  if (what === 'invite') leg.client = tx
  return true
}

function postpone(leg: SipLeg, one: Postponed): void {
  const waiting = leg.route?.waiting
  if (waiting && waiting.length < maxWaiting) waiting.push(one)
}

function flush(house: LegHouse, leg: SipLeg, route: Route): void {
  const { waiting } = route
  route.waiting = undefined
  if (leg.state === 'ended') return
  for (const one of waiting ?? []) {
    const to = along(house, leg, one.dialog, route)
    if (one.what === 'ack') acknowledgeNow(house, leg, one, to)
    else say(house, leg, one, to)
  }
}

/** RFC 3263 4.3: the hop of the route did not work: the same request (but for its branch) to the next one. False where there is none. */
export function failOver(house: LegHouse, about: About): boolean {
  const { leg, again } = about, { route } = leg
  if (!again || !route || leg.state === 'ended') return false
  const [failed, ...others] = route.hops
  if (failed) house.hopWorks(failed, false)
  if (others.length === 0) return false
  route.hops = others
  say(house, leg, again, others[0]!)
  return true
}

function content(leg: SipLeg, method: string, saying: Saying): { contentType?: string; body?: string } {
  if (saying.sdp) return { contentType: sdpType, body: describedTo(leg.peer.trunk, method, ours(leg, saying.sdp)) }
  return saying.body === undefined ? {} : { contentType: saying.contentType ?? 'text/plain', body: saying.body }
}

/** A description under our own o= line (RFC 3264 8: the version counts this leg's changes, not the far one's). */
function ours(leg: SipLeg, sdp: Sdp): string {
  const said = asOurs(leg.origin, sdp)
  return said.text ?? printSdp(said)
}

/** ACK to a 2xx, with the answer to its offer if there was one; kept, because each 2xx that comes again wants it again. */
export function ack(house: LegHouse, leg: SipLeg, dialog: Dialog, cseq: number, sdp?: Sdp): void {
  const one: Postponed = { method: 'ACK', what: 'ack', saying: { sdp }, dialog, cseq }
  const to = nextHop(house, leg, dialog, (route) => { flush(house, leg, route) })
  if (to) acknowledgeNow(house, leg, one, to)
  else { leg.ack = undefined; postpone(leg, one) }
}

function acknowledgeNow(house: LegHouse, leg: SipLeg, { dialog, cseq, saying }: Postponed, to: Flow | Hop): void {
  const text = acknowledge(house.endpoint, to, { method: 'ACK', uri: requestUri(dialog), headers: dialogHeaders(dialog, 'ACK', cseq) + leg.credentials, ...content(leg, 'ACK', saying), change: reshaping(leg.peer.trunk, 'ACK') })
  leg.ack = { text, to }
}

export function ackAgain(house: LegHouse, leg: SipLeg): void {
  if (leg.ack) again(house.endpoint, leg.ack.to, leg.ack.text)
}

export interface Replying extends Omit<ResponseParts, 'body' | 'contentType'> { readonly sdp?: Sdp | undefined }

export function reply(house: LegHouse, leg: SipLeg, served: Served, parts: Replying): string {
  const { sdp, ...rest } = parts
  return respond(house.endpoint, house.now, served, sdp ? { ...rest, contentType: sdpType, body: ours(leg, sdp) } : rest)
}

/** A refusal in words, whatever ended the other leg (a BYE counts as 200): Warning 399 says why (RFC 3261 20.43), so that the person at the phone and the ladder can read it. */
export function refusal(cause: Cause): { status: number; headers: string } {
  const words = cause.problem?.text ?? ''
  return { status: cause.status < 300 ? 480 : cause.status, headers: words === '' ? '' : `Warning: 399 ringfort ${quote(words)}\r\n` }
}

/** RFC 3261 14.2, 3311 5.2: between 0 and 10 seconds. */
export function tryLater(house: LegHouse): string { return `Retry-After: ${house.endpoint.random.below(10)}\r\n` }

export function reasonHeader(cause: Cause): string {
  return cause.text === '' ? '' : `Reason: ${printReason('SIP', cause.status, cause.text)}\r\n`
}

const shown = { notAuthenticated: 'NotAuthenticated', authenticated: 'Authenticated', encrypted: 'Encrypted' } as const

/** Security status of the call, and who is at the other side (sip-trunk 1.5, 1.7; RFC 3325 9.1); to a trunk as its manners say. */
export function noteHeaders(house: LegHouse, leg: SipLeg, note: StatusNote): string {
  const { party } = note, { trunk } = leg.peer
  const status = trunk?.status === false ? '' : `Call-Info: <urn:x-cisco-remotecc:callinfo>;security=${shown[note.security]}\r\n`
  if (!party) return status
  const hidden = hides(leg, party), isTold = hidden && trunk?.privacy === 'never'                 // RFC 3325 7: who is trusted is told, and told not to pass it on
  if ((hidden && !isTold) || party.claimed) return status
  const who = `${named(party.name)}<sip:${party.number}@${house.domain}>`
  const asserted = trunk?.assertIdentity === false ? '' : `P-Asserted-Identity: ${who}\r\n`
  return `${status}${asserted}${trunk?.remotePartyId ? `Remote-Party-ID: ${who};party=${leg.side === 'out' ? 'calling' : 'called'};screen=yes;privacy=${hidden ? 'full' : 'off'}\r\n` : ''}`
}

/** Does the other side of this leg not see who that is? As the caller asked, or as the trunk does with every caller (RFC 3323). */
export function hides({ side, peer }: SipLeg, { anonymous }: Party): boolean { return anonymous === true || (side === 'out' && peer.trunk?.privacy === 'always') }

/** A display name as it goes on the wire: UTF-8 octets (RFC 3261 7.3.1), one char each. */
export function named(name: string): string { return name === '' ? '' : `${quote(octets(name))} ` }

function octets(text: string): string {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return Buffer.from(text).toString('latin1')
  return text
}

/** Requests of a leg go over this connection from now on: the one its latest message came over. */
export function follow(leg: SipLeg, flow: Flow): void {
  if (flow.transport !== 'udp') leg.to = flow
}
