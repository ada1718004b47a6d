/** What a SIP leg says: its requests and responses, put together in one place. */
import type { Flow } from '../../../kit/flow.ts'
import type { Sdp } from '../../../wire/sdp/index.ts'
import { asOurs, printSdp } from '../../../wire/sdp/index.ts'
import {
  acknowledge, again, type Dialog, dialogHeaders, printReason, quote, request, requestUri, respond, type ResponseParts, type Served,
} from '../../../wire/sip/index.ts'
import type { Cause, StatusNote } from '../../leg.ts'
import type { LegHouse, SipLeg } from './leg.ts'

/** Methods that a phone may send us in or out of a call. */
export const allow = 'INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY, MESSAGE'
export const supported = '100rel, timer, replaces, norefersub'
export const capabilities = `Allow: ${allow}\r\nSupported: ${supported}\r\n`
const sdpType = 'application/sdp'

/** What a client transaction of a leg is about; comes back with its responses. */
export interface About { readonly leg: SipLeg; readonly what: 'invite' | 'reinvite' | 'update' | 'refresh' | 'prack' | 'bye' | 'notify' | 'pass'; readonly id: number; readonly dialog: Dialog }

export interface Saying { readonly headers?: string; readonly sdp?: Sdp | undefined; readonly contentType?: string; readonly body?: string; readonly id?: number }

/** Sends a request in a dialog of the leg; the sequence number is the dialog's next. */
export function send(house: LegHouse, leg: SipLeg, method: string, what: About['what'], saying: Saying = {}, dialog = leg.dialog) {
  dialog.localSeq++
  const about: About = { leg, what, id: saying.id ?? 0, dialog }
  return request(house.endpoint, house.now, leg.to, {
    method, uri: requestUri(dialog), headers: dialogHeaders(dialog, method, dialog.localSeq) + (saying.headers ?? ''), ...content(leg, saying),
  }, about)
}

function content(leg: SipLeg, saying: Saying): { contentType?: string; body?: string } {
  if (saying.sdp) return { contentType: sdpType, body: ours(leg, saying.sdp) }
  return saying.body === undefined ? {} : { contentType: saying.contentType ?? 'text/plain', body: saying.body }
}

/** A description under our own o= line (RFC 3264 8: the version counts this leg's changes, not the far one's). */
function ours(leg: SipLeg, sdp: Sdp): string {
  const said = asOurs(leg.origin, sdp)
  return said.text ?? printSdp(said)
}

/** ACK to a 2xx, with the answer to its offer if there was one; kept, because each 2xx that comes again wants it again. */
export function ack(house: LegHouse, leg: SipLeg, dialog: Dialog, cseq: number, sdp?: Sdp): void {
  leg.ack = acknowledge(house.endpoint, leg.to, { method: 'ACK', uri: requestUri(dialog), headers: dialogHeaders(dialog, 'ACK', cseq), ...content(leg, { sdp }) })
}

export function ackAgain(house: LegHouse, leg: SipLeg): void {
  if (leg.ack !== undefined) again(house.endpoint, leg.to, leg.ack)
}

export interface Replying extends Omit<ResponseParts, 'body' | 'contentType'> { readonly sdp?: Sdp | undefined }

export function reply(house: LegHouse, leg: SipLeg, served: Served, parts: Replying): string {
  const { sdp, ...rest } = parts
  return respond(house.endpoint, house.now, served, sdp ? { ...rest, contentType: sdpType, body: ours(leg, sdp) } : rest)
}

/** A refusal in words: Warning 399 says why (RFC 3261 20.43), so that the person at the phone and the ladder can read it. */
export function refusal(cause: Cause): { status: number; headers: string } {
  const words = cause.problem?.text ?? ''
  return { status: cause.status, headers: words === '' ? '' : `Warning: 399 ringfort ${quote(words)}\r\n` }
}

export function reasonHeader(cause: Cause): string {
  return cause.text === '' ? '' : `Reason: ${printReason('SIP', cause.status, cause.text)}\r\n`
}

const shown = { notAuthenticated: 'NotAuthenticated', authenticated: 'Authenticated', encrypted: 'Encrypted' } as const

/** Security status of the call, and who is at the other side (sip-trunk 1.7; RFC 3325 9.1). */
export function noteHeaders(house: LegHouse, note: StatusNote): string {
  const status = `Call-Info: <urn:x-cisco-remotecc:callinfo>;security=${shown[note.security]}\r\n`
  const { party } = note
  if (!party || party.anonymous) return status
  return `${status}P-Asserted-Identity: ${named(party.name)}<sip:${party.number}@${house.domain}>\r\n`
}

export function named(name: string): string { return name === '' ? '' : `${quote(name)} ` }

/** Requests of a leg go over this connection from now on: the one its latest message came over. */
export function follow(leg: SipLeg, flow: Flow): void {
  if (flow.transport !== 'udp') leg.to = flow
}
