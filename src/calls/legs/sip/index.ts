/** The SIP leg's door: how one comes to be, what it is told, what it hears, when it wakes. */
import type { Flow, Hop } from '../../../kit/flow.ts'
import { newOrigin } from '../../../wire/sdp/index.ts'
import { contactTo, newDialog, type Served, type SipMessage, uasDialog } from '../../../wire/sip/index.ts'
import type { LegCommand, LegEvent } from '../../leg.ts'
import { accept, acknowledged, answeringWake, progress, wants100rel } from './answering.ts'
import { callingWake, locate } from './calling.ts'
import type { Description } from './description.ts'
import { offerEarly } from './early.ts'
import { end, over } from './ending.ts'
import type { LegHouse, Peer, SipLeg } from './leg.ts'
import { keptTimer, refreshWake, sessionSeconds } from './refresh.ts'
import { agreed, learn } from './agreed.ts'
import { longestReferral, referrerTold, referrerWake } from './referrer.ts'
import { answer, decline, offer, retryWake } from './renegotiate.ts'
import { named, noteHeaders, send } from './send.ts'
import { referralWake, transferring } from './transfer.ts'
import { passed } from './within.ts'

export type { About, LegHouse, Peer, Reaching, SipLeg } from './leg.ts'
export { allow } from './send.ts'
export { responded, silent, within } from './within.ts'
export { acknowledged }

const none: readonly string[] = []

function newLeg(house: LegHouse, side: SipLeg['side'], call: string, peer: Peer, to: Flow | Hop, dialog: SipLeg['dialog']): SipLeg {
  const { random, local } = house.endpoint
  return {
    kind: 'sip', id: dialog.localTag, call, side, peer, to, seeks: undefined, others: [], route: undefined, heardPort: 0, contact: contactTo(house.endpoint, to, peer.line), secure: to.transport === 'tls' || to.transport === 'wss',
    state: 'inviting', dialog, early: [], forkSeq: 0, turnedAway: none, served: undefined, client: undefined, answered: undefined, invitation: undefined, hearBy: undefined, credentials: '', askedSeconds: sessionSeconds, delayed: false, negotiation: undefined, wanted: undefined,
    origin: newOrigin(random, local(to).address), remoteSdp: '', inviteSeq: 0, security: 'notAuthenticated',
    can: { update: false, reliable: false, timer: false, status: false }, mustBeReliable: false, refreshing: false, stale: false,
    ack: undefined, answer: undefined, reliable: undefined, session: undefined, retry: undefined, referral: undefined, refers: undefined, passing: [], busies: false, charged: undefined, talks: false, over: undefined, forgetAt: undefined,
    wakeAt: undefined, lookAt: undefined,
  }
}

/** A leg for an INVITE that policy has let in; undefined if no dialog can be made of it. `first` is what it says to the call. */
export function incomingLeg(house: LegHouse, call: string, peer: Peer, served: Served, to: Flow | Hop, said: Description): SipLeg | undefined {
  const dialog = uasDialog(served.message, house.endpoint.random.token(10))
  if (!dialog) return undefined
  const leg = newLeg(house, 'in', call, peer, to, dialog), { can, must } = wants100rel(served.message)
  leg.served = served
  leg.heardPort = served.flow.remotePort
  leg.can.reliable = can
  leg.mustBeReliable = must
  learn(leg, served.message)
  leg.delayed = said.is !== 'sdp'
  if (said.is === 'sdp') agreed(leg, said.text)
  served.tx.user = leg
  house.known(leg, dialog.localTag)
  return leg
}

/** A leg for a REFER outside any call that policy has let in: a subscription, and no INVITE. */
export function referringLeg(house: LegHouse, call: string, peer: Peer, served: Served, to: Flow | Hop, referTo: string, quiet: boolean): SipLeg | undefined {
  const dialog = uasDialog(served.message, house.endpoint.random.token(10))
  if (!dialog) return undefined
  const leg = newLeg(house, 'in', call, peer, to, dialog)
  leg.state = 'confirmed'
  leg.heardPort = served.flow.remotePort
  leg.refers = { to: referTo, begun: false }
  leg.referral = { id: served.message.cseq, until: house.now + longestReferral, quiet }
  house.known(leg, dialog.localTag)
  return leg
}

/** A leg towards a contact, before its INVITE goes out. */
export function outgoingLeg(house: LegHouse, call: string, peer: Peer, to: Flow | Hop, target: string, routes: readonly string[], from: { number: string; name: string; anonymous?: boolean | undefined }, seeks?: SipLeg['seeks']): SipLeg {
  const { random } = house.endpoint
  const local = from.anonymous ? '"Anonymous" <sip:anonymous@anonymous.invalid>' : `${named(from.name)}<sip:${from.number}@${house.domain}>`     // RFC 3323 4.1
  const remote = `${named(peer.displayName)}<sip:${peer.line}@${house.domain}>`
  const leg = newLeg(house, 'out', call, peer, to, newDialog(random.token(16), random.token(10), local, remote, target, routes))
  leg.seeks = seeks
  if (routes.length > 0) leg.route = { first: routes[0]!, hops: [to], waiting: undefined }        // the Path of its registration: the INVITE goes that way already
  house.known(leg, leg.dialog.localTag)
  return leg
}

/** One command of the call. */
export function command(house: LegHouse, leg: SipLeg, what: LegCommand): void {
  if (leg.over && what.do !== 'end') return
  if (leg.refers) { referrerTold(house, leg, what); return }
  switch (what.do) {
    case 'invite': locate(house, leg, what.invitation); break
    case 'progress': progress(house, leg, what); break
    case 'accept': accept(house, leg, what); break
    case 'offer': offer(house, leg, what.sdp); break
    case 'offerEarly': offerEarly(house, leg, what.early, what.sdp); break
    case 'answer': answer(house, leg, what.sdp); break
    case 'decline': decline(house, leg, what.cause); break
    case 'end': end(house, leg, what.cause); break
    case 'pass': send(house, leg, what.method, 'pass', { headers: what.headers, contentType: what.contentType, body: what.body, id: what.id }); break
    case 'passed': passed(house, leg, what.id, what.status); break
    case 'transferring': transferring(house, leg, what.status, what.final); break
    case 'note': if (leg.can.status && leg.can.update && leg.state === 'confirmed') send(house, leg, 'UPDATE', 'refresh', { headers: `Contact: ${leg.contact}\r\n${keptTimer(leg)}${noteHeaders(house, leg, what.note)}` })
  }
}

/** The caller gave up (CANCEL was answered by the transaction layer): the INVITE gets its 487. */
export function cancelled(house: LegHouse, leg: SipLeg, _message: SipMessage): void {
  end(house, leg, { status: 487, text: 'Cancelled', by: 'far' })
  house.tell(leg, { is: 'ended', cause: { status: 487, text: 'Cancelled', by: 'far' } } satisfies LegEvent)
}

/** The clock has reached what the leg waited for. */
export function wake(house: LegHouse, leg: SipLeg): void {
  if (leg.forgetAt !== undefined && house.now >= leg.forgetAt) { over(house, leg, leg.over!); return }
  if (leg.refers) { referrerWake(house, leg); return }
  answeringWake(house, leg)
  callingWake(house, leg)
  retryWake(house, leg)
  referralWake(house, leg)
  refreshWake(house, leg)
}
