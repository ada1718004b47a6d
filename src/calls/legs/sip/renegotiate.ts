/**
 * Offers and answers once a dialog stands: re-INVITE and UPDATE both ways, glare, and what waits for its turn.
 *
 * Standards  RFC 3261 14, 3311, 3264, 6141
 * Security   one offer at a time; a second one from the far end is refused (491, 500), never queued
 */
import { checkAnswer, type Sdp } from '../../../wire/sdp/index.ts'
import { refreshTarget, type Served, type SipMessage } from '../../../wire/sip/index.ts'
import type { Cause, LegEvent } from '../../leg.ts'
import { agreed, learn, parsed } from './agreed.ts'
import { type Description, description } from './description.ts'
import { answerEarly, earlyOf, isEarly, updatedEarly } from './early.ts'
import { abandon, ackNothing, gone, hangUp } from './ending.ts'
import type { LegHouse, SipLeg } from './leg.ts'
import { answerTimer, takeTimer } from './refresh.ts'
import { succeeded } from './success.ts'
import { ack, ackAgain, capabilities, follow, refusal, reply, send, tryLater } from './send.ts'

/** A re-INVITE of the far end. */
export function reinvited(house: LegHouse, leg: SipLeg, served: Served): void {
  if (!mayOffer(house, leg, served)) return
  const said = description(served.message)
  if (said.is === 'refused') { unreadable(house, leg, served, said); return }
  refreshTarget(leg.dialog, served.message)
  follow(leg, served.flow)
  learn(leg, served.message)
  if (said.is === 'sdp' && isRefresh(leg, said)) { repeat(house, leg, served); return }
  if (said.is === 'sdp') received(house, leg, 'reinvite', said.sdp, served)
  else {
    leg.negotiation = { is: 'asked', served }
    house.tell(leg, { is: 'asked' })
  }
}

function received(house: LegHouse, leg: SipLeg, carrier: 'reinvite' | 'update', sdp: Sdp, served: Served): void {
  leg.negotiation = { is: 'received', in: carrier, sdp, served }
  house.tell(leg, { is: 'offered', sdp })
}

/** The same description as before, and what we said last is an answer to it: it may have been our offer, and theirs the answer. */
function isRefresh(leg: SipLeg, said: { sdp: Sdp; text: string }): boolean {
  return said.text === leg.remoteSdp && leg.origin.lastText !== '' && checkAnswer(said.sdp, parsed(leg.origin.lastText)).ok
}

/** A session refresh: the same description again (RFC 4028 7.4) gets the same answer, and the other side is left in peace. */
function repeat(house: LegHouse, leg: SipLeg, served: Served): void {
  const headers = `Contact: ${leg.contact}\r\n${capabilities}${answerTimer(house, leg, served.message)}`
  const text = reply(house, leg, served, { status: 200, headers, sdp: parsed(leg.origin.lastText) })
  succeeded(house, leg, served, text)
}

/** An UPDATE of the far end: with an offer, or a refresh without. */
export function updated(house: LegHouse, leg: SipLeg, served: Served): void {
  const said = description(served.message)
  if (said.is === 'refused') { unreadable(house, leg, served, said); return }
  if (said.is === 'sdp' && isEarly(leg)) { updatedEarly(house, leg, served, said.sdp); return }
  if (said.is === 'sdp' && !mayOffer(house, leg, served)) return
  refreshTarget(earlyOf(leg, served.message)?.dialog ?? leg.dialog, served.message)
  follow(leg, served.flow)
  if (said.is === 'sdp' && !isRefresh(leg, said)) { received(house, leg, 'update', said.sdp, served); return }
  const sdp = said.is === 'sdp' ? parsed(leg.origin.lastText) : undefined
  reply(house, leg, served, { status: 200, headers: `Contact: ${leg.contact}\r\n${answerTimer(house, leg, served.message)}`, sdp })
}

function unreadable(house: LegHouse, leg: SipLeg, served: Served, said: Extract<Description, { is: 'refused' }>): void {
  const { headers } = refusal({ ...said, text: '', by: 'near' })
  reply(house, leg, served, { status: said.status, headers: said.status === 415 ? `${headers}Accept: application/sdp\r\nAccept-Encoding: identity\r\n` : headers })   // 21.4.13
}

/** RFC 3261 14.2, 3311 5.2: 491 while ours is on its way, 500 while theirs is not answered yet. */
function mayOffer(house: LegHouse, leg: SipLeg, served: Served): boolean {
  const { negotiation } = leg
  if (negotiation?.is === 'sent' || negotiation?.is === 'asking' || leg.answer) {
    reply(house, leg, served, { status: 491 })
    return false
  }
  if (negotiation || leg.served || leg.state === 'inviting') {                                  // 14.2: the first INVITE is not answered yet
    reply(house, leg, served, { status: 500, headers: tryLater(house) })
    return false
  }
  return true
}

/** The call offers: at once, as the answer to a wish for an offer, or when its turn comes. */
export function offer(house: LegHouse, leg: SipLeg, sdp: Sdp | undefined): void {
  const { negotiation } = leg
  if (negotiation?.is === 'asked' && sdp) { offerInSuccess(house, leg, negotiation.served, sdp); return }
  if (leg.retry) { leg.retry = { ...leg.retry, sdp }; return }
  if (leg.state !== 'confirmed' || negotiation || leg.answer) {
    leg.wanted = { sdp }
    leg.stale ||= (negotiation?.is === 'sent' || negotiation?.is === 'asking') && !leg.refreshing
    return
  }
  leg.negotiation = sdp ? { is: 'sent', in: 'reinvite', sdp } : { is: 'asking' }
  send(house, leg, 'INVITE', 'reinvite', { headers: `Contact: ${leg.contact}\r\n${capabilities}`, sdp })
}

function offerInSuccess(house: LegHouse, leg: SipLeg, served: Served, sdp: Sdp): void {
  const headers = `Contact: ${leg.contact}\r\n${capabilities}${answerTimer(house, leg, served.message)}`
  succeeded(house, leg, served, reply(house, leg, served, { status: 200, headers, sdp }))
  leg.negotiation = { is: 'sent', in: 'success', sdp }
}

/** The call answers the offer that waits. */
export function answer(house: LegHouse, leg: SipLeg, sdp: Sdp): void {
  const { negotiation } = leg
  if (negotiation?.is !== 'received') return
  leg.negotiation = undefined
  if (negotiation.early) { answerEarly(house, leg, negotiation, negotiation.early, sdp); ready(house, leg); return }
  leg.remoteSdp = negotiation.sdp.text ?? leg.remoteSdp
  if (negotiation.in === 'success') {
    ack(house, leg, leg.dialog, leg.inviteSeq, sdp)
    leg.state = 'confirmed'
    ready(house, leg)
    return
  }
  const { served } = negotiation
  if (!served) return
  const headers = `Contact: ${leg.contact}\r\n${capabilities}${answerTimer(house, leg, served.message)}`
  const text = reply(house, leg, served, { status: 200, headers, sdp })
  if (negotiation.in === 'reinvite') succeeded(house, leg, served, text)
  else ready(house, leg)
}

export function decline(house: LegHouse, leg: SipLeg, cause: Cause): void {
  const { negotiation } = leg
  if (negotiation?.is !== 'received' && negotiation?.is !== 'asked') return
  leg.negotiation = undefined
  if (negotiation.is === 'received' && !negotiation.served) ackNothing(house, leg, negotiation.sdp)
  if (!negotiation.served && cause.status === 491) leg.state = 'confirmed'                    // another offer follows at once
  else if (negotiation.served) reply(house, leg, negotiation.served, cause.status === 500 ? { ...refusal(cause), headers: refusal(cause).headers + tryLater(house) } : refusal(cause))
  else hangUpItself(house, leg, { ...cause, by: 'near' })                                   // an offer in a 2xx cannot be refused but by hanging up (3261 13.2.2.4)
  ready(house, leg)
}

function hangUpItself(house: LegHouse, leg: SipLeg, cause: Cause): void {
  hangUp(house, leg, cause)
  house.tell(leg, { is: 'ended', cause })
}

/** What waited for its turn goes out now. */
export function ready(house: LegHouse, leg: SipLeg): void {
  const { wanted } = leg
  if (!wanted || leg.over || leg.state !== 'confirmed' || leg.negotiation || leg.answer) return
  leg.wanted = undefined
  offer(house, leg, wanted.sdp)
}

export function reinviteResponse(house: LegHouse, leg: SipLeg, response: SipMessage): void {
  if (response.status < 200) return
  const { negotiation } = leg
  if (response.status < 300) {
    if (response.cseq === leg.inviteSeq) saidAgain(house, leg)
    else if (!leg.over && (negotiation?.is === 'sent' || negotiation?.is === 'asking')) reinviteAccepted(house, leg, response, negotiation.is)
    else saidLate(house, leg, response)
    return
  }
  if (leg.over) return
  leg.negotiation = undefined
  if (leg.refreshing && response.status !== 481 && response.status !== 408) { leg.refreshing = false; ready(house, leg); return }
  if (response.status === 491 && negotiation && !leg.stale) { glare(house, leg, negotiation.is === 'sent' ? negotiation.sdp : undefined); return }
  const cause: Cause = { status: response.status, text: response.reason, by: 'far' }
  if (response.status === 481 || response.status === 408) { abandon(house, leg, cause); return }       // 14.1, 12.2.1.2: the dialog is no more
  tellUnlessStale(house, leg, { is: 'declined', cause })
  ready(house, leg)
}

/** A 2xx that was taken before, whatever is on its way by now; its ACK may wait for the answer. */
function saidAgain(house: LegHouse, leg: SipLeg): void {
  const { negotiation } = leg
  if (negotiation?.is !== 'received' || negotiation.in !== 'success') ackAgain(house, leg)
}

/** We hang up meanwhile: the 2xx is acknowledged, and an offer in it answered all the same (13.2.2.4). */
function saidLate(house: LegHouse, leg: SipLeg, response: SipMessage): void {
  const { negotiation } = leg, said = description(response)
  leg.negotiation = undefined
  leg.inviteSeq = response.cseq
  if (negotiation?.is === 'asking' && said.is === 'sdp') ackNothing(house, leg, said.sdp)
  else ack(house, leg, leg.dialog, response.cseq)
}

/** What became of an offer that the call no longer waits for stays with the leg: the next one is waiting already. */
export function tellUnlessStale(house: LegHouse, leg: SipLeg, event: LegEvent): void {
  if (leg.stale) leg.stale = false
  else house.tell(leg, event)
}

function reinviteAccepted(house: LegHouse, leg: SipLeg, response: SipMessage, how: 'sent' | 'asking'): void {
  refreshTarget(leg.dialog, response)
  takeTimer(house, leg, response)
  const said = description(response)
  leg.negotiation = undefined
  leg.inviteSeq = response.cseq
  if (how === 'asking' && said.is === 'sdp' && leg.stale) { leg.stale = false; ackNothing(house, leg, said.sdp); ready(house, leg); return }
  if (how === 'asking' && said.is === 'sdp') {
    leg.negotiation = { is: 'received', in: 'success', sdp: said.sdp, served: undefined }
    house.tell(leg, { is: 'offered', sdp: said.sdp })
    return
  }
  ack(house, leg, leg.dialog, response.cseq)
  if (leg.refreshing) { leg.refreshing = false; ready(house, leg); return }
  if (said.is === 'sdp') { agreed(leg, said.text); tellUnlessStale(house, leg, { is: 'answered', sdp: said.sdp }) }
  else tellUnlessStale(house, leg, { is: 'declined', cause: { status: 488, text: 'Answer without a session description', by: 'far' } })
  ready(house, leg)
}

/** 14.1: the one who made the Call-ID waits 2.1 to 4 s, the other 0 to 2 s. */
function glare(house: LegHouse, leg: SipLeg, sdp: Sdp | undefined): void {
  const { random } = house.endpoint
  const wait = leg.side === 'out' ? 2_100 + 10 * random.below(190) : 10 * random.below(200)
  leg.retry = { sdp, at: house.now + wait }
}

export function retryWake(house: LegHouse, leg: SipLeg): void {
  const { retry } = leg
  if (!retry || house.now < retry.at) return
  leg.retry = undefined
  offer(house, leg, retry.sdp)
}

/** Nothing came back at all: the far end is gone (14.1, 12.2.1.2). */
export function unanswered(house: LegHouse, leg: SipLeg, reachable: boolean): void {
  if (reachable) abandon(house, leg, { status: 408, text: 'No answer in the call', by: 'timer' })
  else gone(house, leg, { status: 503, text: 'Connection lost', by: 'network' })
}
