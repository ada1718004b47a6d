/** Somebody answered: the others are told, the two are connected, and the record says so. Standards RFC 3261 13.2, RFC 3326, RFC 3725. */
import type { Sdp } from '../wire/sdp/index.ts'
import { branchOf, type Call, type CallHouse, type Leg, type Ringing, unanswered } from './call.ts'
import { elsewhere, endCall, letGo } from './end.ts'
import { acceptLeg, agree, carry, join, notAcceptable, passOffer, supersede } from './negotiate.ts'
import { answeredLeg } from './records.ts'
import { settleSecurity } from './status.ts'
import { stopRinging } from './attempts.ts'

/** A phone that we rang took the call. */
export function accepted(house: CallHouse, call: Call, leg: Leg, sdp: Sdp, offers: boolean): void {
  const { ringing } = call
  if (ringing && call.pending?.early === branchOf(leg) && ringing.attempts.includes(leg)) { ringing.taken = { leg, sdp }; return }
  if (!ringing?.attempts.includes(leg)) { house.command(leg, { do: 'end', cause: elsewhere }); return }
  stopRinging(house, call, ringing, elsewhere, leg)
  call.ringing = undefined
  supersede(house, call)
  releaseTransferor(house, call, ringing)
  call.a = ringing.waiting
  call.b = leg
  call.state = 'connected'
  house.occupy(leg)
  answeredLeg(call.record, leg.id, house.now)
  if (!unanswered(ringing.waiting)) call.record.answeredAt ??= house.now                     // a referral: nobody waits with an INVITE of their own
  if (offers) { carry(house, call, leg, ringing.waiting, sdp, true); return }                  // their offer is answered, whoever it was asked for
  if (ringing.anew) { join(house, call, leg, ringing.waiting); return }
  const changed = ringing.agreed?.get(branchOf(leg))
  if (changed) {
    settleSecurity(house, call, changed.offer, changed.answer)
    acceptLeg(house, call, ringing.waiting, branchOf(leg), changed.answer)
  } else if (unanswered(ringing.waiting) && ringing.offer) answer(house, call, ringing.waiting, leg, ringing.offer, sdp)
  else join(house, call, leg, ringing.waiting)
}

function answer(house: CallHouse, call: Call, caller: Leg, leg: Leg, offer: Sdp, sdp: Sdp): void {
  const passed = agree(house, call, offer, sdp, leg, caller)
  if (!passed.ok) { endCall(house, call, notAcceptable(passed.problem)); return }
  acceptLeg(house, call, caller, branchOf(leg), passed.value)
}

/** The one who transferred is done: told so, and let go if still there. */
export function releaseTransferor(house: CallHouse, call: Call, ringing: Pick<Ringing, 'transferor'>): void {
  const { transferor } = ringing
  if (!transferor || transferor.over) return
  house.command(transferor, { do: 'transferring', status: 200, final: true })
  letGo(house, call, transferor, { status: 200, text: 'Transferred', by: 'near' })
}

/**
 * A new leg takes a place in a call: it answers for somebody who waits (pickup, retrieve), or replaces one of the two (RFC 3891).
 * `newcomer` has an INVITE that is not answered yet; `offer` is its own, `stays` the one it is to talk to.
 */
export function takePlace(house: CallHouse, call: Call, newcomer: Leg, offer: Sdp | undefined, stays: Leg, waitingOffer: Sdp | undefined): void {
  supersede(house, call)
  call.a = stays
  call.b = newcomer
  call.state = 'connected'
  call.parked = undefined
  house.arm(call)                                                      // no longer among those that ring or wait
  if (!unanswered(stays)) {
    if (offer) carry(house, call, newcomer, stays, offer, true)
    else join(house, call, stays, newcomer)
    return
  }
  if (!offer && waitingOffer) { carry(house, call, stays, newcomer, waitingOffer, true); return }     // their offer becomes our 200, the answer comes in the ACK
  if (!waitingOffer && offer) { carry(house, call, newcomer, stays, offer, true); return }
  crossed(house, call, newcomer, stays, offer, waitingOffer)
}

/** Both have made an offer: the newcomer is answered with silence, then offered what the other one wants. */
function crossed(house: CallHouse, call: Call, newcomer: Leg, stays: Leg, offer: Sdp | undefined, waitingOffer: Sdp | undefined): void {
  const silent = offer && house.silence(offer), wanted = waitingOffer && passOffer(waitingOffer, stays, newcomer)
  if (!silent?.ok || !wanted?.ok) {
    endCall(house, call, wanted && !wanted.ok ? notAcceptable(wanted.problem) : { status: 488, text: 'No common media', by: 'policy' })
    return
  }
  acceptLeg(house, call, newcomer, stays.id, silent.value)
  call.pending = { from: stays, to: newcomer, phase: 'offering', offer: waitingOffer, ours: true }
  house.command(newcomer, { do: 'offer', sdp: wanted.value })
}
