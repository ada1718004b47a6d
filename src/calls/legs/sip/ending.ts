/** How a SIP leg comes to its end: refused, cancelled, hung up; and how it is forgotten. */
import { rejectMedia, type Sdp } from '../../../wire/sdp/index.ts'
import { cancel } from '../../../wire/sip/index.ts'
import type { Cause } from '../../leg.ts'
import type { LegHouse, SipLeg } from './leg.ts'
import { ack, reasonHeader, refusal, reply, send } from './send.ts'

/** 64*T1 and a little: after that nothing of a transaction is left. */
const longest = 36_000

/** The call lets this leg go: whatever its state, the far end is told in the form that fits it. */
export function end(house: LegHouse, leg: SipLeg, cause: Cause): void {
  if (leg.over) return
  if (leg.served) { refuseInvite(house, leg, cause); return }
  leg.over = cause
  leg.forgetAt = house.now + longest
  settleOpen(house, leg)
  if (leg.answer) return                                                  // 15: no BYE before the ACK; acknowledged() goes on from here
  if (leg.state === 'inviting' || leg.state === 'early') cancelInvite(house, leg, cause)
  else hangUp(house, leg, cause)
}

function cancelInvite(house: LegHouse, leg: SipLeg, cause: Cause): void {
  leg.state = 'ending'
  if (leg.client) cancel(house.endpoint, house.now, leg.client, reasonHeader(cause))
  else over(house, leg, cause)
}

/** BYE; the leg stays until it is answered. */
export function hangUp(house: LegHouse, leg: SipLeg, cause: Cause): void {
  if (leg.state === 'ended' || (leg.state === 'ending' && leg.client === undefined)) return
  leg.over ??= cause
  leg.forgetAt ??= house.now + longest
  leg.state = 'ending'
  leg.client = undefined
  send(house, leg, 'BYE', 'bye', { headers: cause.by === 'far' ? '' : reasonHeader(cause) })
}

/** Requests of the far end that still wait are answered before the dialog goes. */
function settleOpen(house: LegHouse, leg: SipLeg): void {
  const { negotiation } = leg
  answerOpen(house, leg, 487)
  if (negotiation?.is === 'received' && negotiation.in === 'success') ackNothing(house, leg, negotiation.sdp)
  if (negotiation?.is === 'asking') leg.negotiation = negotiation          // the 2xx with their offer may still come: see saidLate
  leg.wanted = leg.retry = leg.session = leg.referral = undefined
}

/** No request waits for ever: their offer and what they passed get this. */
export function answerOpen(house: LegHouse, leg: SipLeg, status: number): void {
  const { negotiation, passing } = leg
  leg.negotiation = undefined
  leg.passing = []
  if (negotiation && 'served' in negotiation && negotiation.served) reply(house, leg, negotiation.served, { status })
  for (const { served } of passing) reply(house, leg, served, { status })
}

/** 13.2.2.4: the offer of a 2xx that cannot be taken is answered all the same, each medium refused; then the BYE. */
export function ackNothing(house: LegHouse, leg: SipLeg, offer: Sdp): void {
  ack(house, leg, leg.dialog, leg.inviteSeq, nothingOf(offer))
}

export function nothingOf(offer: Sdp): Sdp { return offer.media.reduce((sdp, _, i) => rejectMedia(sdp, i), offer) }

/** The far end hung up, or will never be heard of again. */
export function gone(house: LegHouse, leg: SipLeg, cause: Cause): void {
  const first = leg.over === undefined
  if (leg.client && (leg.state === 'inviting' || leg.state === 'early')) cancel(house.endpoint, house.now, leg.client, reasonHeader(cause))   // a PRACK that failed: the INVITE is not left to ring for ever
  settleOpen(house, leg)
  over(house, leg, cause)
  if (first) house.tell(leg, { is: 'ended', cause })
}

/** The far end does not know the dialog any more, or is not heard of in it: BYE all the same (12.2.1.2; RFC 4028 10), and the call is told. */
export function abandon(house: LegHouse, leg: SipLeg, cause: Cause): void {
  const first = leg.over === undefined
  end(house, leg, cause)
  if (first) house.tell(leg, { is: 'ended', cause })
}

/** Nothing is left to be said or heard. */
export function over(house: LegHouse, leg: SipLeg, cause: Cause): void {
  refuseOpenInvite(house, leg, cause)
  answerOpen(house, leg, 487)
  leg.over ??= cause
  leg.state = 'ended'
  leg.answer = leg.reliable = leg.session = leg.retry = leg.referral = leg.forgetAt = undefined
  leg.client = undefined
  house.forgotten(leg)
  letGo(leg)
}

/** The early dialogs that were not taken are over; a late 2xx in one of them is still hung up with the number that comes next (12.2.1.1). */
export function dropEarly(leg: SipLeg): void {
  for (const one of leg.early) leg.forkSeq = Math.max(leg.forkSeq, one.dialog.localSeq)
  leg.early = []
}

/** Its transactions stay for 32 s more: they hold nothing of it that nobody asks for. */
function letGo(leg: SipLeg): void {
  if (leg.answered) leg.answered.user = undefined                          // who hung up, or was hung up, says its 2xx no more
  leg.answered = leg.invitation = leg.route = undefined
  dropEarly(leg)
  leg.remoteSdp = leg.origin.lastText = ''
}

/** Says no to the INVITE, with the reason in words. */
export function refuseInvite(house: LegHouse, leg: SipLeg, cause: Cause): void {
  if (leg.served) over(house, leg, cause)
}

function refuseOpenInvite(house: LegHouse, leg: SipLeg, cause: Cause): void {
  const { served } = leg
  leg.served = undefined
  if (served) reply(house, leg, served, { ...refusal(cause), toTag: leg.dialog.localTag })
}
