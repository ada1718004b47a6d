/**
 * INVITE outside a dialog, from a phone that has proved who it is or from a trunk that was admitted: a new call.
 *
 * Standards  RFC 3261 8.2, 13.3.1, 16.3 (Max-Forwards); 3891; 4028 8; 5393
 */
import type { PhonePicture } from '../directory/picture.ts'
import type { Problem } from '../kit/result.ts'
import { lineOf } from '../policy/identify.ts'
import { address, addresses, header, parseUri, quote, respond, type ResponseParts, type Served, tokens, wholeNumber } from '../wire/sip/index.ts'
import type { Call } from './call.ts'
import type { Exchange } from './state.ts'
import { back } from './back.ts'
import { replace } from './features/replaces.ts'
import { newCall, openCall, peerOf } from './house.ts'
import { instanceIn, nameOf, numberIn } from './numbers.ts'
import { type Description, description } from './legs/sip/description.ts'
import { incomingLeg, type Peer } from './legs/sip/index.ts'
import { tooShort } from './legs/sip/refresh.ts'
import { passOffer } from './negotiate.ts'
import { seek } from './ring.ts'
import { openLeg } from './records.ts'
import type { Admitted } from './trunks/admitted.ts'
import { callerOf, diversionsOf } from './trunks/identity.ts'
import { chargeIncoming } from './trunks/limits.ts'
import { trunkPeer } from './trunks/outgoing.ts'
import { endCall } from './end.ts'

/** RFC 5393 5.3.3. */
const defaultBreadth = 60

export function invited(x: Exchange, served: Served, phone: PhonePicture): void {
  const from = parseUri(address(served.message, 'From')?.uri ?? ''), line = lineOf(phone, from.ok ? nameOf(from.value) : '')
  enter(x, served, line === undefined ? undefined : { peer: peerOf(x, phone, line), anonymous: tokens(served.message, 'Privacy').some((one) => /\b(?:id|user|header)\b/.test(one)), diversions: [] })
}

export function invitedByTrunk(x: Exchange, served: Served, from: Admitted): void {
  const { number, name, anonymous, believed } = callerOf(x, served.message, from)
  enter(x, served, { peer: trunkPeer(x, from.state, number, name, !believed), anonymous, diversions: diversionsOf(served.message, from) })
}

interface Caller { readonly peer: Peer; readonly anonymous: boolean; readonly diversions: string[] }

function enter(x: Exchange, served: Served, caller: Caller | undefined): void {
  const { message } = served
  const said = description(message), number = instanceIn(x, message.uri)?.line ?? numberIn(x, message.uri)
  if (message.maxForwards === 0) { no(x, served, { status: 483 }); return }
  if (tooShort(message)) { no(x, served, { status: 422, headers: 'Min-SE: 90\r\n' }); return }
  if (said.is === 'refused') {
    no(x, served, { status: said.status, headers: said.status === 415 ? 'Accept: application/sdp\r\nAccept-Encoding: identity\r\n' : '' }, said.problem)
    return
  }
  if (addresses(message, 'Contact')?.length !== 1) { no(x, served, { status: 400 }, { code: 'calls.contact', text: 'An INVITE has exactly one Contact.', where: 'Contact' }); return }
  if (number === undefined || caller === undefined) { no(x, served, { status: 404 }); return }
  const breadth = header(message, 'Max-Breadth')
  const call = newCall(x, caller.peer.line, number, {
    maxForwards: message.maxForwards < 0 ? 69 : message.maxForwards - 1,
    maxBreadth: breadth === undefined ? defaultBreadth : Math.max(1, wholeNumber(breadth, defaultBreadth)),
    sips: /^sips:/i.test(message.uri),
    anonymous: caller.anonymous,
  })
  begin(x, served, call, caller, number, said)
}

function begin(x: Exchange, served: Served, call: Call, { peer, diversions }: Caller, number: string, said: Description): void {
  const { flow } = served, leg = incomingLeg(x.legHouse, call.id, peer, served, back(flow, served.message), said)
  if (!leg) { no(x, served, { status: 400 }); return }
  respond(x.endpoint, x.now, served, { status: 100 })
  call.a = leg
  openCall(x, call)
  openLeg(call.record, { id: leg.id, phone: peer.phone, line: peer.line, side: 'in', transport: flow.transport, callId: leg.dialog.callId, startedAt: x.now })
  const over = peer.trunk && chargeIncoming(x, leg, peer.trunk.name)
  if (over !== undefined) { endCall(x.callHouse, call, { status: 503, text: 'A limit of calls is reached', by: 'policy', problem: { code: 'toll.limit', text: 'There is no room for another call just now.', where: over } }); return }
  const offer = said.is === 'sdp' ? said.sdp : undefined
  const fits = offer && passOffer(offer, leg, leg)                                // what the phone itself must not offer is refused before anybody rings
  if (fits && !fits.ok) { endCall(x.callHouse, call, { status: 488, text: fits.problem.text, by: 'policy', problem: fits.problem }); return }
  const replaces = header(served.message, 'Replaces')
  if (replaces !== undefined) {
    const cause = replace(x.callHouse, call, leg, offer, replaces, /;\s*early-only/i.test(replaces))
    if (cause) endCall(x.callHouse, call, cause)
    return
  }
  seek(x.callHouse, call, leg, number, { offer, diversions, instance: instanceIn(x, served.message.uri) })
}

function no(x: Exchange, served: Served, parts: ResponseParts, problem?: Problem): void {
  x.counters.calls.refused++
  const warning = problem ? `Warning: 399 ringfort ${quote(problem.text)}\r\n` : ''
  respond(x.endpoint, x.now, served, { ...parts, toTag: x.endpoint.random.token(5), headers: (parts.headers ?? '') + warning })
}
