/**
 * The offer on its way through a call: taken from one leg, judged, handed to the other, and the answer back.
 *
 * Standards  RFC 3264, RFC 3725 flow I, RFC 3261 14
 * Security   every description passes policy/media here, in both directions, at every moment of the call (A22)
 */
import { judgeAgreed, judgeOffer, type MediaSide } from '../policy/media.ts'
import type { V150Filter } from '../policy/trunk/profile.ts'
import { filterV150 } from '../policy/trunk/v150.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { checkAnswer, everyMediumProtected, isLive, narrowDirections, negotiated, parseSdp, printSdp, protectionOffered, removeCapabilities, removeCrypto, type Sdp } from '../wire/sdp/index.ts'
import { branchOf, type Call, type CallHouse, type Leg, other, unanswered } from './call.ts'
import { endCall } from './end.ts'
import type { Cause } from './leg.ts'
import { lowered, raised } from './raise.ts'
import { answeredLeg } from './records.ts'
import { settleSecurity, statusNote } from './status.ts'

/** Warnings go to the other side: the number that was dialled, never the name of a device. */
const side = (leg: Leg): MediaSide => ({ name: leg.peer.line, mediaSecurity: leg.peer.mediaSecurity })

/** The offer as it may go to the other leg. */
export function passOffer(offer: Sdp, from: Leg, to: Leg): Result<Sdp> {
  const filter = to.peer.trunk?.v150 ?? 'none', sdp = filter === 'none' ? offer : withoutV150(offer, filter)
  const verdict = judgeOffer(sdp.media.filter(isLive).map(protectionOffered), side(from), side(to))
  if (!verdict.ok) return verdict
  if (verdict.value.strip) return ok(removeCrypto(removeCapabilities(sdp), 'everywhere'))
  if (from.peer.mediaSecurity !== 'required' && to.peer.mediaSecurity !== 'required') return ok(sdp)
  const strong = removeCrypto(removeCapabilities(sdp), 'everywhere', (one) => one.strong)            // no weak suite, no second way out to plain RTP
  const safe = verdict.value.raise ? raised(strong) : strong
  const judged = judgeAgreed([everyMediumProtected(safe) ? 'sdes' : 'none'], [side(from), side(to)])
  return judged.ok ? ok(safe) : judged
}

/** R374, R375: what the peer behind a trunk cannot read. */
function withoutV150(sdp: Sdp, filter: V150Filter): Sdp {
  const before = printSdp(sdp).split('\r\n'), after = filterV150(before, filter), read = after === before ? undefined : parseSdp(after.join('\r\n'))
  return read?.ok ? read.value : sdp
}

/** The offer as it reached the one who answers: another one where it had to be raised. */
function asPassed(offer: Sdp, from: Leg, to: Leg): Sdp {
  if (from.peer.mediaSecurity !== 'required' && to.peer.mediaSecurity !== 'required') return offer
  const passed = offer.media.some((one) => isLive(one) && protectionOffered(one) === 'optional') ? passOffer(offer, from, to) : undefined
  return passed?.ok ? passed.value : offer
}

/** The answer as it may go back. */
export function passAnswer(offer: Sdp, answer: Sdp, from: Leg, to: Leg): Result<Sdp> {
  const narrowed = narrowDirections(offer, answer), asked = asPassed(offer, to, from)                // many phones answer a hold with sendrecv
  const fits = checkAnswer(asked, narrowed)
  if (!fits.ok) return fits
  const verdict = judgeAgreed(negotiated(asked, narrowed).filter((one) => one.state === 'live').map((one) => one.protection), [side(from), side(to)])
  if (!verdict.ok) return verdict
  return ok(asked === offer ? narrowed : lowered(offer, narrowed))
}

export function notAcceptable(problem: Problem): Cause {
  return { status: 488, text: problem.text, by: 'policy', problem }
}

/** A leg in a call made an offer. */
export function offered(house: CallHouse, call: Call, leg: Leg, sdp: Sdp): void {
  const { pending } = call, peer = pending?.phase === 'asking' && pending.to === leg ? pending.from : other(call, leg)
  if ((pending && !(pending.phase === 'asking' && pending.to === leg)) || !peer) {
    house.command(leg, { do: 'decline', cause: pending ? { status: 491, text: 'Another offer is on its way', by: 'near' } : { status: 488, text: 'Nobody is there', by: 'near' } })
    return
  }
  carry(house, call, leg, peer, sdp, pending?.ours ?? false)
}

/** Takes an offer from one leg to the other. */
export function carry(house: CallHouse, call: Call, from: Leg, to: Leg, sdp: Sdp, ours: boolean): void {
  const passed = passOffer(sdp, from, to)
  if (!passed.ok) { broken(house, call, from, notAcceptable(passed.problem), ours); return }
  call.pending = { from, to, phase: 'offering', offer: sdp, ours }
  if (unanswered(to)) acceptLeg(house, call, to, branchOf(from), passed.value)
  else house.command(to, { do: 'offer', sdp: passed.value })
}

/** The one who waits is answered: from now on the call counts as answered. */
export function acceptLeg(house: CallHouse, call: Call, leg: Leg, branch: string, sdp: Sdp): void {
  answeredLeg(call.record, leg.id, house.now)
  call.record.answeredAt ??= house.now
  house.command(leg, { do: 'accept', branch, sdp, status: statusNote(call, leg) })
}

/** Somebody takes the place of one of two who were negotiating: the offer of the one who stays is refused for now, and it may make it again. */
export function supersede(house: CallHouse, call: Call): void {
  const { pending } = call
  call.pending = undefined
  if (pending && !unanswered(pending.from)) house.command(pending.from, { do: 'decline', cause: { status: 491, text: 'The other side is another one now', by: 'near' } })
}

/** A leg wants an offer from its other side. */
export function asked(house: CallHouse, call: Call, leg: Leg): void {
  const peer = other(call, leg)
  if (call.pending || !peer) {
    house.command(leg, { do: 'decline', cause: { status: call.pending ? 491 : 488, text: '', by: 'near' } })
    return
  }
  call.pending = { from: leg, to: peer, phase: 'asking', offer: undefined, ours: false }
  house.command(peer, { do: 'offer', sdp: undefined })
}

/** Two legs that were not connected to each other before: one is asked for an offer, the other gets it. */
export function join(house: CallHouse, call: Call, ask: Leg, then: Leg): void {
  call.pending = { from: then, to: ask, phase: 'asking', offer: undefined, ours: true }
  house.command(ask, { do: 'offer', sdp: undefined })
}

export function answered(house: CallHouse, call: Call, leg: Leg, sdp: Sdp): void {
  const { pending } = call
  if (pending?.phase !== 'offering' || pending.to !== leg || !pending.offer) return
  call.pending = undefined
  const passed = passAnswer(pending.offer, sdp, leg, pending.from)
  if (!passed.ok) { endCall(house, call, notAcceptable(passed.problem)); return }         // the far end may already be sending as it said
  settleSecurity(house, call, pending.offer, sdp)
  if (unanswered(pending.from)) acceptLeg(house, call, pending.from, branchOf(leg), passed.value)
  else house.command(pending.from, { do: 'answer', sdp: passed.value })
}

export function declined(house: CallHouse, call: Call, leg: Leg, cause: Cause): void {
  const { pending } = call
  if (!pending || pending.to !== leg) return
  broken(house, call, pending.from, cause, pending.ours)
}

function broken(house: CallHouse, call: Call, from: Leg, cause: Cause, ours: boolean): void {
  call.pending = undefined
  if (ours || unanswered(from)) endCall(house, call, cause)
  else house.command(from, { do: 'decline', cause: { ...cause, by: 'far' } })
}

/** For callers that hold both descriptions already. */
export function agree(house: CallHouse, call: Call, offer: Sdp, answer: Sdp, from: Leg, to: Leg): Result<Sdp> {
  const passed = passAnswer(offer, answer, from, to)
  if (!passed.ok) return fail(passed.problem)
  settleSecurity(house, call, offer, answer)
  return passed
}
