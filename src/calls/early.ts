/**
 * Offers while it rings: what the caller changes goes to the phone of that early dialog, what a phone changes to the caller.
 *
 * Standards  RFC 3311 5, RFC 3262 5, RFC 3264
 * Security   every description passes policy/media here as well (A22)
 */
import type { Sdp } from '../wire/sdp/index.ts'
import { branchOf, type Call, type CallHouse, type Leg, type Ringing, unanswered } from './call.ts'
import { accepted } from './connect.ts'
import { endCall } from './end.ts'
import type { Cause } from './leg.ts'
import { notAcceptable, passAnswer, passOffer } from './negotiate.ts'

/** `early`: the early dialog as the leg names it: the branch towards the caller, the fork behind a phone that rings. */
export function offeredEarly(house: CallHouse, call: Call, leg: Leg, early: string, sdp: Sdp): void {
  const { ringing, pending } = call, pair = ringing && !ringing.anew && unanswered(ringing.waiting) ? pairOf(ringing, leg, early) : undefined
  const passed = pair && !pending ? passOffer(sdp, leg, pair.to) : undefined
  if (!pair || !passed?.ok) { house.command(leg, { do: 'decline', cause: whyNot(pending !== undefined, passed) }); return }
  call.pending = { from: leg, to: pair.to, phase: 'offering', offer: sdp, ours: false, early: pair.branch }
  house.command(pair.to, { do: 'offerEarly', early: pair.name, sdp: passed.value })
}

function whyNot(isPending: boolean, passed: ReturnType<typeof passOffer> | undefined): Cause {
  if (passed && !passed.ok) return notAcceptable(passed.problem)
  return isPending ? { status: 491, text: 'Another offer is on its way', by: 'near' } : { status: 488, text: 'That phone does not ring', by: 'near' }
}

interface Pair { readonly to: Leg; readonly name: string; readonly branch: string }

function pairOf(ringing: Ringing, leg: Leg, early: string): Pair | undefined {
  if (leg !== ringing.waiting) return ringing.attempts.includes(leg) ? { to: ringing.waiting, name: branchOf(leg, early), branch: branchOf(leg, early) } : undefined
  const space = early.indexOf(' '), to = ringing.attempts.find((one) => one.id === early.slice(0, space))
  return to && { to, name: early.slice(space + 1), branch: early }
}

export function answeredEarly(house: CallHouse, call: Call, leg: Leg, sdp: Sdp): void {
  const { pending, ringing } = call
  if (pending?.early === undefined || pending.to !== leg || !pending.offer || !ringing) return
  call.pending = undefined
  const passed = passAnswer(pending.offer, sdp, leg, pending.from)
  if (!passed.ok) { endCall(house, call, notAcceptable(passed.problem)); return }         // the far end may already be sending as it said
  ringing.agreed ??= new Map()
  ringing.agreed.set(pending.early, { offer: pending.offer, answer: sdp })
  house.command(pending.from, { do: 'answer', sdp: passed.value })
  goOn(house, call, ringing)
}

export function declinedEarly(house: CallHouse, call: Call, leg: Leg, cause: Cause): void {
  const { pending, ringing } = call
  if (pending?.early === undefined || pending.to !== leg) return
  call.pending = undefined
  house.command(pending.from, { do: 'decline', cause: { ...cause, by: 'far' } })
  if (ringing) goOn(house, call, ringing)
}

/** The phone took the call while its early dialog was being changed: now both sides know the same. */
function goOn(house: CallHouse, call: Call, { taken }: Ringing): void {
  if (taken) accepted(house, call, taken.leg, taken.sdp, false)
}
