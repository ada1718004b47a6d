/**
 * The leg of a phone that called us: provisional and final answers to its INVITE, and their ACK.
 *
 * Standards  RFC 3261 13.3, 3262 3 (UAS), 6026
 */
import { checkAnswer, narrowDirections, newOrigin, type Sdp } from '../../../wire/sdp/index.ts'
import { type Dialog, hasToken, respondAgain, type Served, type SipMessage, uasDialog } from '../../../wire/sip/index.ts'
import type { Cause, LegCommand } from '../../leg.ts'
import { description } from './description.ts'
import { earlyOf, offeredIn } from './early.ts'
import { answerOpen, hangUp, refuseInvite } from './ending.ts'
import { type LegHouse, maxForks, type Reliable, type SipLeg } from './leg.ts'
import { agreed, parsed } from './agreed.ts'
import { ready, tellUnlessStale } from './renegotiate.ts'
import { succeeded, t1, t2 } from './success.ts'
import { capabilities, noteHeaders, reply } from './send.ts'
import { answerTimer } from './refresh.ts'

type Progress = Extract<LegCommand, { do: 'progress' }>
type Accept = Extract<LegCommand, { do: 'accept' }>

export function progress(house: LegHouse, leg: SipLeg, command: Progress): void {
  if (leg.served === undefined || leg.state === 'ending') return
  const reliable = leg.mustBeReliable || (leg.can.reliable && command.sdp !== undefined)
  const dialog = branchDialog(house, leg, command.branch, command.sdp !== undefined)
  leg.origin = leg.early.find((one) => one.dialog === dialog)?.origin ?? leg.origin
  if (leg.state === 'inviting') leg.state = 'early'
  if (reliable) { queueReliable(house, leg, command); return }
  reply(house, leg, leg.served, { status: command.status, toTag: dialog.localTag, headers: contactLine(leg) + capabilities, sdp: command.sdp })
}

function contactLine(leg: SipLeg): string { return `Contact: ${leg.contact}\r\n` }

/** Each branch whose session is heard early is a dialog of its own towards the caller (RFC 3261 12.1, 13.2.2.4). */
function branchDialog(house: LegHouse, leg: SipLeg, branch: string, speaks: boolean): Dialog {
  const known = leg.early.find((one) => one.branch === branch)
  if (known) return known.dialog
  if (!speaks || leg.early.length >= maxForks) return leg.dialog
  const first = leg.early.length === 0, dialog = first ? leg.dialog : freshDialog(house, leg, leg.served!)
  leg.early.push({ branch, dialog, rseq: 0, settled: false, pracking: false, remoteSdp: leg.remoteSdp, origin: first ? leg.origin : newOrigin(house.endpoint.random, leg.origin.address) })
  return dialog
}

/** RFC 3262 3: one at a time, each repeated until its PRACK. */
function queueReliable(house: LegHouse, leg: SipLeg, command: Progress): void {
  leg.reliable ??= { rseq: house.endpoint.random.below(2 ** 20), text: undefined, offers: false, speaks: undefined, every: t1, at: 0, until: 0, queue: [], final: undefined }
  if (leg.reliable.queue.length < maxForks) leg.reliable.queue.push(command)
  nextReliable(house, leg)
}

function nextReliable(house: LegHouse, leg: SipLeg): void {
  const { reliable, served } = leg
  if (!reliable || !served || reliable.text !== undefined) return
  const next = reliable.queue.shift()
  if (!next) {
    const { final } = reliable
    reliable.final = undefined
    if (final) accept(house, leg, final)
    return
  }
  reliable.rseq++
  const dialog = branchDialog(house, leg, next.branch, next.sdp !== undefined), toTag = dialog.localTag
  const early = leg.early.find((one) => one.dialog === dialog)
  leg.origin = early?.origin ?? leg.origin
  const headers = `${contactLine(leg)}${capabilities}Require: 100rel\r\nRSeq: ${reliable.rseq}\r\n`
  reliable.text = reply(house, leg, served, { status: next.status, toTag, headers, sdp: next.sdp })
  Object.assign(reliable, { every: t1, at: house.now + t1, until: house.now + 64 * t1, offers: leg.delayed && next.sdp !== undefined, speaks: next.sdp && early })
  if (next.sdp !== undefined && leg.delayed) leg.negotiation = { is: 'sent', in: 'reliable', sdp: next.sdp }
}

/** A PRACK: 200 if it is for the response that waits, else 481 (RFC 3262 3). */
export function pracked(house: LegHouse, leg: SipLeg, served: Served, rack: { rseq: number; cseq: number; method: string } | undefined): void {
  const { reliable } = leg
  const fits = rack && reliable?.text !== undefined && rack.rseq === reliable.rseq && rack.method === 'INVITE' && rack.cseq === leg.served?.message.cseq
  if (!fits) { reply(house, leg, served, { status: 481 }); return }
  const said = description(served.message), isAnswer = reliable.offers && said.is === 'sdp'
  reliable.text = undefined
  if (reliable.speaks && (isAnswer || !reliable.offers)) reliable.speaks.settled = true
  if (said.is === 'sdp' && !isAnswer) offeredInPrack(house, leg, served, said.sdp, reliable)
  else reply(house, leg, served, { status: said.is === 'refused' ? 488 : 200 })
  if (isAnswer) {
    leg.negotiation = undefined
    agreed(leg, said.text)
    house.tell(leg, { is: 'answered', sdp: said.sdp })
  }
  nextReliable(house, leg)
}

/** RFC 3262 5: a new offer, answered in the 200; where that cannot be, 488: the response is acknowledged all the same. */
function offeredInPrack(house: LegHouse, leg: SipLeg, served: Served, sdp: Sdp, { final }: Reliable): void {
  const early = earlyOf(leg, served.message)
  if (!early?.settled || leg.negotiation || final) { reply(house, leg, served, { status: 488 }); return }
  offeredIn(house, leg, early, 'reliable', sdp, served)
}

export function accept(house: LegHouse, leg: SipLeg, command: Accept): void {
  const { served } = leg
  if (served === undefined || leg.over) return
  if (leg.reliable?.text !== undefined) { leg.reliable.final = command; return }
  const early = leg.early.find((one) => one.branch === command.branch)
  answerOpen(house, leg, 491)                                              // an offer in another early dialog
  if (early) { leg.dialog = early.dialog; leg.origin = early.origin; leg.remoteSdp = early.remoteSdp }
  else if (leg.early.length > 0) { leg.dialog = freshDialog(house, leg, served); leg.origin = newOrigin(house.endpoint.random, leg.origin.address) }
  const answered = early?.settled === true
  const headers = contactLine(leg) + capabilities + answerTimer(house, leg, served.message) + noteHeaders(house, leg, command.status)
  const text = reply(house, leg, served, { status: 200, toTag: leg.dialog.localTag, headers, sdp: answered ? undefined : command.sdp })
  succeeded(house, leg, served, text)
  if (leg.delayed && !answered) leg.negotiation = { is: 'sent', in: 'success', sdp: command.sdp }
  else leg.negotiation = undefined
  leg.served = undefined
  leg.reliable = undefined
  leg.state = 'accepted'                                                   // early dialogs that were not taken stay by their tags until the leg is forgotten
}

/** A branch that was not heard before answers: its session may differ from what the first early dialog promised. */
function freshDialog(house: LegHouse, leg: SipLeg, served: Served): Dialog {
  const dialog = uasDialog(served.message, house.endpoint.random.token(10))!
  house.known(leg, dialog.localTag)
  return dialog
}

/** The ACK to our 2xx, with the answer if the 2xx held an offer. */
export function acknowledged(house: LegHouse, leg: SipLeg, message: SipMessage): void {
  if (leg.answer === undefined || leg.answer.served.message.cseq !== message.cseq) return
  leg.answer = undefined
  if (leg.state === 'accepted') leg.state = 'confirmed'
  if (leg.over) { hangUp(house, leg, leg.over); return }
  const { negotiation } = leg
  if (negotiation?.is === 'sent' && negotiation.in === 'success') answerInAck(house, leg, message, negotiation.sdp)
  ready(house, leg)
}

function answerInAck(house: LegHouse, leg: SipLeg, message: SipMessage, offer: Sdp): void {
  leg.negotiation = undefined
  const said = description(message), before = said.is === 'none' && leg.remoteSdp !== '' ? parsed(leg.remoteSdp) : undefined
  if (said.is === 'sdp') { agreed(leg, said.text); tellUnlessStale(house, leg, { is: 'answered', sdp: said.sdp }); return }
  if (before && checkAnswer(offer, narrowDirections(offer, before)).ok) tellUnlessStale(house, leg, { is: 'answered', sdp: before })   // 14.1: phones that ask anew and then say nothing go on as they were
  else tellUnlessStale(house, leg, { is: 'declined', cause: { status: 488, text: 'ACK without an answer', by: 'far' } })
}

/** Timers of the answering side: the 2xx and the reliable provisional go out again, or nobody acknowledges them. */
export function answeringWake(house: LegHouse, leg: SipLeg): void {
  const { answer, reliable, now } = { ...leg, now: house.now }
  if (answer && now >= answer.until) unacknowledged(house, leg)
  else if (answer && now >= answer.at) {
    answer.every = Math.min(2 * answer.every, t2)
    answer.at = Math.min(now + answer.every, answer.until)
    respondAgain(house.endpoint, answer.served, answer.text)
  }
  if (reliable?.text !== undefined && now >= reliable.until) {
    refuseInvite(house, leg, { status: 500, text: 'No PRACK', by: 'timer' })                // RFC 3262 3: 5xx, and the call is over
    house.tell(leg, { is: 'ended', cause: { status: 500, text: 'No PRACK', by: 'timer' } })
  } else if (reliable?.text !== undefined && now >= reliable.at) {
    reliable.every *= 2
    reliable.at = Math.min(now + reliable.every, reliable.until)
    respondAgain(house.endpoint, leg.served!, reliable.text)
  }
}

/** 13.3.1.4: no ACK in 64*T1: the dialog is confirmed, but is to be ended. */
function unacknowledged(house: LegHouse, leg: SipLeg): void {
  leg.answer = undefined
  const cause: Cause = leg.over ?? { status: 408, text: 'No ACK', by: 'timer' }
  if (!leg.over) house.tell(leg, { is: 'ended', cause })
  hangUp(house, leg, cause)
}

export function wants100rel(message: SipMessage): { can: boolean; must: boolean } {
  const must = hasToken(message, 'Require', '100rel')
  return { must, can: must || hasToken(message, 'Supported', '100rel') }
}

