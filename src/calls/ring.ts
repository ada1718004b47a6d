/**
 * From a number to ringing phones: stages of legs, what each says, and where the call goes when nobody answers.
 *
 * Standards  RFC 3261 16.7 (best response), 21.4; RFC 5806 (Diversion); RFC 5393 (breadth); dial plan 11.7
 * Security   at most maxDiversions hops, no number twice, at most maxBranches legs ring at a time (A47)
 */
import type { LinePicture, Meaning } from '../directory/picture.ts'
import type { Outcome } from '../policy/dialling/routes.ts'
import type { Sdp } from '../wire/sdp/index.ts'
import { branchOf, type By, type Call, type CallHouse, type Leg, partyOf, type Ringing, type Route, type Stage, unanswered } from './call.ts'
import { better, giveUp, stopRinging } from './attempts.ts'
import { elsewhere, letGo } from './end.ts'
import { huntStages } from './features/hunt.ts'
import { dialled } from './features/dialled.ts'
import type { Cause } from './leg.ts'
import { notAcceptable, passAnswer, passOffer } from './negotiate.ts'
import { openLeg } from './records.ts'

export const maxDiversions = 12, maxBranches = 60
/** Nobody's phone rings longer. */
export const longestRing = 180_000

export type Diversion = 'unconditional' | 'user-busy' | 'no-answer' | 'unavailable' | 'deflection'

/** Begins to look for somebody for `waiting`. */
export function seek(house: CallHouse, call: Call, waiting: Leg, number: string, more: Partial<Pick<Ringing, 'offer' | 'transferor' | 'diversions' | 'instance' | 'by'>> = {}): void {
  const by = more.transferor ?? waiting
  call.ringing = {
    waiting, offer: more.offer, attempts: [], stages: [], until: undefined, last: house.now + longestRing, visited: [], diversions: more.diversions ?? [], instance: more.instance,
    on: { busy: undefined, noAnswer: undefined, notRegistered: undefined }, best: undefined, ringingTold: false, transferor: more.transferor, anew: false,
    by: more.by ?? diallerOf(by, more.transferor !== undefined), route: undefined, rang: false,
  }
  ringNumber(house, call, call.ringing, number)
}

/** Whose rights count: a line's, where it dials or transfers; a trunk's. */
function diallerOf(leg: Leg, transfer: boolean): By {
  const { trunk, phone, line } = leg.peer
  return trunk ? { is: 'trunk', trunk: trunk.name, use: leg.refers ? 'refer' : 'inbound', transfer } : { is: 'line', line, phone, transfer }
}

/** Rings what a number stands for. */
export function ringNumber(house: CallHouse, call: Call, ringing: Ringing, number: string): void {
  const decision = house.decide(call, ringing.by, number)
  if (decision.is === 'refused') { giveUp(house, call, ringing, decision.cause); return }
  if (decision.is === 'outside') { ringOutside(house, call, ringing, decision.route, number); return }
  ringOwn(house, call, ringing, number, decision.meaning)
}

function ringOwn(house: CallHouse, call: Call, ringing: Ringing, number: string, meaning: Meaning): void {
  const key = meaning.is === 'line' || meaning.is === 'huntGroup' ? meaning.number : number
  if (!visits(house, call, ringing, key)) return
  ringing.route = undefined
  if (meaning.is === 'line') ringLine(house, call, ringing, meaning)
  else if (meaning.is === 'huntGroup') {
    ringing.on = { busy: meaning.onBusy, noAnswer: meaning.onNoAnswer, notRegistered: meaning.onBusy }
    ringing.last = Math.min(ringing.last, house.now + meaning.maxSeconds * 1_000)
    ringing.stages = huntStages(house, meaning)
    if (ringing.stages.length === 0) ringing.best = { status: 486, text: 'Every member is busy', by: 'policy' }
    nextStage(house, call, ringing)
  } else if (!dialled(house, call, ringing, meaning)) giveUp(house, call, ringing, { status: 404, text: 'Nobody has this number', by: 'policy' })
}

/** False where the forwarding goes in a circle: then the call is over. */
function visits(house: CallHouse, call: Call, ringing: Ringing, key: string): boolean {
  if (ringing.visited.includes(key) || ringing.visited.length > maxDiversions) {
    giveUp(house, call, ringing, { status: 482, text: 'The forwarding goes in a circle', by: 'policy', problem: { code: 'calls.forwardLoop', text: `${key} was rung before, or the call was forwarded more than ${maxDiversions} times.` } })
    return false
  }
  ringing.visited.push(key)
  ringing.best = undefined
  return true
}

/** The number is behind a trunk. */
function ringOutside(house: CallHouse, call: Call, ringing: Ringing, route: Route, number: string): void {
  if (!visits(house, call, ringing, number)) return
  ringing.on = { busy: undefined, noAnswer: undefined, notRegistered: undefined }
  ringing.stages = []
  ringing.route = route
  nextTrunk(house, call, ringing, undefined)
}

/** The next trunk that takes the call; the outcome where none is left. */
function nextTrunk(house: CallHouse, call: Call, ringing: Ringing, outcome: Outcome | undefined): void {
  for (let offer = ringing.route?.next(outcome); offer && call.ringing === ringing; offer = ringing.route?.next({ is: 'trunkDown' })) {
    const from = { ...callerParty(call, ringing), number: offer.calling }
    const leg = house.legToTrunk(call, offer, from, ringing.route!)
    if ('status' in leg) { better(ringing, leg); continue }
    ringing.attempts = [leg]
    ringing.until = undefined
    ringing.rang = false
    house.arm(call)
    inviteLeg(house, call, ringing, leg, from)
    if (ringing.attempts.length > 0 || call.ringing !== ringing) return
  }
  if (call.ringing !== ringing) return
  ringing.route = undefined
  giveUp(house, call, ringing, outsideOnly(ringing.best))
}

/** To a phone 503 would say that we are overloaded (RFC 3261 21.5.4); it is the way outside that is not there. */
function outsideOnly(best: Cause | undefined): Cause {
  if (!best) return { status: 404, text: 'Nobody has this number', by: 'policy' }
  return best.status === 503 ? { ...best, status: 480, problem: best.problem ?? { code: 'calls.trunkDown', text: 'The way to the outside is out of service.' } } : best
}

/** What became of a trunk, in the words of the route list. */
function outcomeOf({ status, by, q850 }: Cause, rang: boolean): Outcome {
  if (!rang && by === 'network') return { is: 'trunkDown' }
  return !rang && by === 'timer' ? { is: 'timeout' } : { is: 'status', status, q850, rang }
}

function ringLine(house: CallHouse, call: Call, ringing: Ringing, line: LinePicture): void {
  const alone = ringing.instance?.line === line.number
  ringing.on = alone ? { busy: undefined, noAnswer: undefined, notRegistered: undefined } : { busy: line.forwardBusy, noAnswer: line.forwardNoAnswer, notRegistered: line.forwardNotRegistered }
  ringing.stages = []
  if (line.forwardAll !== undefined && !alone) { divert(house, call, ringing, line.forwardAll, 'unconditional'); return }
  if (line.doNotDisturb) { outcome(house, call, ringing, { status: 480, text: 'Do not disturb', by: 'policy' }, 'busy'); return }
  const calls = house.busyCalls(line.number)
  if (calls >= line.maxCalls || (calls > 0 && !line.callWaiting)) { outcome(house, call, ringing, { status: 486, text: 'Busy', by: 'policy' }, 'busy'); return }
  const seconds = alone || line.forwardNoAnswer === undefined ? longestRing / 1_000 : line.noAnswerSeconds
  ringing.stages = [{ lines: [line.number], seconds }]
  nextStage(house, call, ringing)
}

/** Rings the next stage that has a phone; the outcome when there is none left. */
export function nextStage(house: CallHouse, call: Call, ringing: Ringing): void {
  for (let stage = ringing.stages.shift(); stage; stage = ringing.stages.shift()) {
    if (ringStage(house, call, ringing, stage)) return
  }
  ringing.until = undefined
  settle(house, call, ringing)
}

function ringStage(house: CallHouse, call: Call, ringing: Ringing, stage: Stage): boolean {
  const from = callerParty(call, ringing)
  const legs = stage.lines.flatMap((line) => house.legsTo(call, line, from)).slice(0, maxBranches)
  if (legs.length === 0) { ringing.best ??= { status: 480, text: 'No phone is registered', by: 'policy' }; return false }
  ringing.attempts = legs
  ringing.until = house.now + stage.seconds * 1_000
  house.arm(call)
  for (const leg of legs) inviteLeg(house, call, ringing, leg, from)
  return ringing.attempts.length > 0 || call.ringing !== ringing
}

function callerParty(call: Call, ringing: Ringing) {
  const party = partyOf(ringing.waiting)
  return { ...party, anonymous: call.anonymous && ringing.waiting === call.a }
}

function inviteLeg(house: CallHouse, call: Call, ringing: Ringing, leg: Leg, from: ReturnType<typeof callerParty>): void {
  openLeg(call.record, { id: leg.id, phone: leg.peer.phone, line: leg.peer.line, side: 'out', transport: leg.to.transport, callId: leg.dialog.callId, startedAt: house.now })
  const passed = ringing.offer === undefined ? undefined : passOffer(ringing.offer, ringing.waiting, leg)
  if (passed && !passed.ok) {
    ringing.attempts = ringing.attempts.filter((one) => one !== leg)
    better(ringing, notAcceptable(passed.problem))
    letGo(house, call, leg, notAcceptable(passed.problem))
    return
  }
  const maxBreadth = Math.max(1, Math.floor(call.maxBreadth / Math.max(1, ringing.attempts.length)))
  house.command(leg, { do: 'invite', invitation: {
    from, to: partyOf(leg), offer: passed?.value, diversions: ringing.diversions, maxForwards: call.maxForwards, maxBreadth, reliable: unanswered(ringing.waiting) && ringing.waiting.can.reliable,
  } })
}

/** A phone that we ring said something before its answer. */
export function progress(house: CallHouse, call: Call, leg: Leg, event: { status: number; fork: string; sdp: Sdp | undefined }): void {
  const { ringing } = call
  if (!ringing?.attempts.includes(leg)) return
  if (event.status === 180 || event.sdp) ringing.rang = true
  if (ringing.transferor && event.status === 180) house.command(ringing.transferor, { do: 'transferring', status: 180, final: false })
  if (!unanswered(ringing.waiting) || ringing.anew) return
  const sdp = event.sdp && ringing.offer && passAnswer(ringing.offer, event.sdp, leg, ringing.waiting)
  if (sdp?.ok) house.command(ringing.waiting, { do: 'progress', status: event.status, branch: branchOf(leg, event.fork), sdp: sdp.value })
  else if (!ringing.ringingTold || event.status !== 180) {
    ringing.ringingTold = true
    house.command(ringing.waiting, { do: 'progress', status: event.sdp && event.status === 183 ? 180 : event.status, branch: branchOf(leg, event.fork), sdp: undefined })
  }
}

const nowhere: Cause = { status: 480, text: 'Forwarded to where this system does not go', by: 'policy' }

/** A phone that we rang does not want, or cannot. */
export function refused(house: CallHouse, call: Call, leg: Leg, cause: Cause, contact: string | undefined): void {
  const { ringing } = call
  if (!ringing?.attempts.includes(leg)) return
  ringing.attempts = ringing.attempts.filter((one) => one !== leg)
  const number = contact === undefined || cause.status >= 400 ? undefined : house.numberIn(contact)
  if (number !== undefined) { stopRinging(house, call, ringing, elsewhere); divert(house, call, ringing, number, 'deflection', leg); return }
  if (ringing.route) { better(ringing, cause.status < 400 ? nowhere : cause); nextTrunk(house, call, ringing, outcomeOf(cause.status < 400 ? nowhere : cause, ringing.rang)); return }
  better(ringing, cause.status < 400 ? nowhere : cause)
  if (cause.status >= 600) { stopRinging(house, call, ringing, elsewhere); ringing.stages = [] }              // 16.7: a 6xx speaks for everybody
  if (ringing.attempts.length === 0) nextStage(house, call, ringing)
}

/** Time is up for this stage, or for all of them. */
export function ringWake(house: CallHouse, call: Call): void {
  const { ringing } = call
  if (!ringing) return
  if (house.now >= ringing.last) {
    stopRinging(house, call, ringing, { status: 480, text: 'No answer', by: 'timer' })
    ringing.stages = []
    ringing.last = house.now + longestRing
    outcome(house, call, ringing, { status: 480, text: 'No answer', by: 'timer' }, 'noAnswer')
    return
  }
  if (ringing.until === undefined || house.now < ringing.until) { house.arm(call); return }
  stopRinging(house, call, ringing, { status: 480, text: 'No answer', by: 'timer' })
  better(ringing, { status: 480, text: 'No answer', by: 'timer' })
  nextStage(house, call, ringing)
}

/** Every stage is through. */
function settle(house: CallHouse, call: Call, ringing: Ringing): void {
  const best = ringing.best ?? { status: 480, text: 'No answer', by: 'timer' }
  const why = best.status === 486 || best.status === 600 ? 'busy' : best.by === 'timer' ? 'noAnswer' : 'notRegistered'
  outcome(house, call, ringing, best, best.status === 486 || best.status === 480 || best.status === 408 || best.status >= 500 ? why : undefined)
}

type Why = keyof Ringing['on']
const diversion = { busy: 'user-busy', noAnswer: 'no-answer', notRegistered: 'unavailable' } as const

function outcome(house: CallHouse, call: Call, ringing: Ringing, cause: Cause, why: Why | undefined): void {
  const next = why && ringing.on[why]
  if (next !== undefined) divert(house, call, ringing, next, diversion[why!])
  else giveUp(house, call, ringing, cause)
}

/** What dials itself has the rights of who dialled; a forward or a 302 has its own: it leads to phones, outside as far as it may, or parks who is transferred. */
function mayDivert(house: CallHouse, call: Call, ringing: Ringing, number: string): boolean {
  const decision = house.decide(call, ringing.by, number)
  if (decision.is !== 'own') return decision.is === 'outside'
  const { is } = decision.meaning
  return is === 'line' || is === 'huntGroup' || (is === 'parkSlot' && !unanswered(ringing.waiting))
}

/** A line forwards with its own rights, a phone that deflects with those of its line, a trunk with those that it has for that; a group has none of its own. */
function forwarder(house: CallHouse, ringing: Ringing, by: Leg | undefined): By {
  if (by?.peer.trunk) return { is: 'trunk', trunk: by.peer.trunk.name, use: 'rerouting' }
  const line = by?.peer.line ?? ringing.visited.at(-1) ?? ''
  return house.snapshot.huntGroups.has(line) ? ringing.by : { is: 'line', line, forwarding: true }
}

export function divert(house: CallHouse, call: Call, ringing: Ringing, number: string, reason: Diversion, by?: Leg): void {
  ringing.by = forwarder(house, ringing, by)
  if (!mayDivert(house, call, ringing, number)) { giveUp(house, call, ringing, { status: 404, text: 'Nobody has this number', by: 'policy' }); return }
  const last = ringing.visited.at(-1) ?? ''
  ringing.diversions = [`<sip:${last}@${house.snapshot.system.domain}>;reason=${reason}`, ...ringing.diversions].slice(0, maxDiversions)
  if (unanswered(ringing.waiting)) house.command(ringing.waiting, { do: 'progress', status: 181, branch: '', sdp: undefined })
  ringNumber(house, call, ringing, number)
}
