/** The exchange as calls see it: legs made and moved, lines counted, the end of a call recorded. */
import { arm } from '../kit/wheel.ts'
import { silentAnswer } from '../wire/sdp/index.ts'
import { maxList, parseReplaces, split } from '../wire/sip/index.ts'
import type { PhonePicture } from '../directory/picture.ts'
import { targetOf } from './binding.ts'
import { seeks, wayTo } from './ways.ts'
import { type Call, type CallHouse, type Leg, other, type Route } from './call.ts'
import { accepted } from './connect.ts'
import { answeredEarly, declinedEarly, offeredEarly } from './early.ts'
import { abandonEarly, endCall } from './end.ts'
import { type Exchange, rearm } from './state.ts'
import { parkWake } from './features/reversion.ts'
import { transfer } from './features/transfer.ts'
import type { Cause, LegEvent, Party } from './leg.ts'
import { command, outgoingLeg, type Peer } from './legs/sip/index.ts'
import { instanceIn, numberIn } from './numbers.ts'
import { bindingsOf, bindingsOfGruu } from './locations.ts'
import type { Offer } from '../policy/dialling/routes.ts'
import { maySignal } from '../policy/identify.ts'
import { answered, asked, declined, offered } from './negotiate.ts'
import { closeLeg, closeRecord, newRecord, openLeg } from './records.ts'
import { decide, mayConnect } from './decide.ts'
import { charge, discharge, minutesEnd, talking } from './trunks/limits.ts'
import { legToTrunk } from './trunks/outgoing.ts'
import { progress, refused, ringWake } from './ring.ts'

export function callHouse(x: Exchange): CallHouse {
  return {
    get now() { return x.now },
    random: x.endpoint.random,
    get snapshot() { return x.snapshot },
    command: (leg, what) => { command(x.legHouse, leg, what); rearm(x, leg) },
    legsTo: (call, line, from) => legsTo(x, call, line, from),
    decide: (call, by, number) => decide(x, call, by, number),
    mayConnect: (by, stays, found, targets) => mayConnect(x, by, stays, found, targets),
    legToTrunk: (call, offer, from, route) => legTo(x, call, offer, from, route),
    occupy: (leg) => { occupy(x, leg) },
    vacate: (leg) => { vacate(x, leg) },
    busyCalls: (line) => x.lines.get(line)?.calls ?? 0,
    idleSince: (line) => x.lines.get(line)?.idleSince ?? 0,
    turns: x.turns,
    arm: (call) => { index(x, call); rearm(x, call) },
    callOf: (leg) => x.calls.get(leg.call),
    move: (leg, to) => { move(x, leg, to) },
    calls: x.calls,
    replaced: (value) => replaced(x, value),
    ended: (call) => { x.counters.calls.ended++; forget(x, call) },
    merged: (call, into) => {
      closeRecord(call.record, x.now, { status: 200, text: `Went up in call ${into.id}`, by: 'near' } satisfies Cause)
      call.state = 'ended'
      forget(x, call)
    },
    ringingCalls: () => x.ringing,
    parkedCalls: () => x.parked,
    numberIn: (uri) => numberIn(x, uri),
    instanceIn: (uri) => instanceIn(x, uri),
    silence: (offer) => silentAnswer(offer, x.endpoint.random),
  }
}

export function newCall(x: Exchange, from: string, dialled: string, limits: Pick<Call, 'maxForwards' | 'maxBreadth' | 'anonymous' | 'sips'>): Call {
  const id = x.endpoint.random.token(8)
  return {
    id, state: 'ringing', a: undefined, b: undefined, ringing: undefined, pending: undefined, parked: undefined, held: false, security: 'notAuthenticated', minutesUntil: undefined,
    record: newRecord(id, x.now, from, dialled), ...limits, wakeAt: undefined, lookAt: undefined,
  }
}

export function openCall(x: Exchange, call: Call): void {
  x.calls.set(call.id, call)
  x.counters.calls.started++
  if (call.a) occupy(x, call.a)
  x.news.push({ is: 'started', record: call.record })
}

/** Which of the house's lists a call stands in follows from its state. */
function index(x: Exchange, call: Call): void {
  if (call.ringing) x.ringing.add(call)
  else x.ringing.delete(call)
  if (call.parked) x.parked.add(call)
  else x.parked.delete(call)
}

function forget(x: Exchange, call: Call): void {
  x.calls.delete(call.id)
  x.ringing.delete(call)
  x.parked.delete(call)
  call.wakeAt = undefined
  arm(x.wheel, call)
  x.news.push({ is: 'record', record: call.record })
}

/** The record of the call that it leaves says where it went, the other one goes on with it, and ends when its minutes do. */
function move(x: Exchange, leg: Leg, to: Call): void {
  const before = x.calls.get(leg.call), from = before?.record, here = from?.legs.find((one) => one.id === leg.id && one.endedAt === undefined)
  if (from && here) {
    openLeg(to.record, { ...here })
    closeLeg(from, leg.id, x.now, { status: 200, text: `Went on in call ${to.id}`, by: 'near' }, leg.security)
  }
  leg.call = to.id
  if (leg.charged && before?.minutesUntil !== undefined) to.minutesUntil = Math.min(before.minutesUntil, to.minutesUntil ?? before.minutesUntil)
  index(x, to)
}

/** Lines with a call are kept, and those that ever had one: as many as the directory has. */
function occupy(x: Exchange, leg: Leg): void {
  if (leg.busies) return
  leg.busies = true
  if (leg.peer.trunk) { taken(x, leg.peer.trunk.name, 1); return }
  const { line } = leg.peer, one = x.lines.get(line)
  if (one) one.calls++
  else x.lines.set(line, { calls: 1, idleSince: 0 })
}

function vacate(x: Exchange, leg: Leg): void {
  if (!leg.busies) return
  leg.busies = false
  if (leg.peer.trunk) { taken(x, leg.peer.trunk.name, -1); discharge(x, leg); return }
  const one = x.lines.get(leg.peer.line)
  if (!one) return
  one.calls--
  one.idleSince = x.now
}

function legsTo(x: Exchange, call: Call, line: string, from: Party): Leg[] {
  const legs: Leg[] = []
  const instance = call.ringing?.instance
  for (const binding of instance?.line === line ? bindingsOfGruu(x.locations, line, instance.gr) : bindingsOf(x.locations, line)) {
    const target = binding.expiresAt > x.now ? targetOf(binding) : undefined, phone = x.snapshot.phones.get(binding.phone)
    const to = target && wayTo(x, target.way)
    if (!target || !to || !phone?.lines.includes(line)) continue
    const isSecure = to.transport === 'tls' || to.transport === 'wss'
    if ((call.sips && !isSecure) || !maySignal(phone, isSecure)) continue                                                    // RFC 5630 5.3
    const routes = target.route === '' ? [] : split(target.route, ',', maxList) ?? [target.route]
    legs.push(outgoingLeg(x.legHouse, call.id, peerOf(x, phone, line), to, target.uri, routes, from, seeks(target.way)))
  }
  return legs
}

/** Calls over a trunk; one that is gone from the directory is counted no more. */
function taken(x: Exchange, trunk: string, more: 1 | -1): void {
  const state = x.trunks.byName.get(trunk)
  if (state) state.calls = Math.max(0, state.calls + more)
}

function legTo(x: Exchange, call: Call, { trunk, called }: Offer, from: Party, route: Route): Leg | Cause {
  const state = x.trunks.byName.get(trunk), leg = state && legToTrunk(x, call.id, state, called, from, route.emergency)
  if (!leg) return { status: 503, text: `Trunk ${trunk} is out of service`, by: 'network', problem: { code: 'calls.trunkDown', text: 'The way to the outside is out of service.', where: `trunks[${trunk}]`, remedy: 'See `ringfort show trunks` for the reason.' } }
  const over = charge(x, leg, route, trunk)
  const cause: Cause | undefined = over !== undefined ? { status: 403, text: 'A limit of calls to the outside is reached', by: 'policy', problem: { code: 'toll.limit', text: over } }
    : call.sips && !leg.secure ? { status: 480, text: 'The call wants TLS all the way', by: 'policy' } : undefined                 // RFC 5630 5.3
  if (cause) { discharge(x, leg); command(x.legHouse, leg, { do: 'end', cause }); return cause }
  occupy(x, leg)
  return leg
}

/** A leg to a trunk was answered: what limits its minutes is looked at now and then. */
function answeredOutside(x: Exchange, call: Call, leg: Leg): void {
  talking(x, leg)
  call.minutesUntil = firstEnd(x, [call.a, call.b, leg])?.at
}

/** Where the minutes of one are used up before those of the others. */
function firstEnd(x: Exchange, legs: readonly (Leg | undefined)[]): ReturnType<typeof minutesEnd> {
  const ends = legs.flatMap((leg) => leg?.charged ? minutesEnd(x, leg) ?? [] : [])
  return ends.toSorted((a, b) => a.at - b.at)[0]
}

/** The minutes of a day are used up: told in the record, and over. */
function minutesWake(x: Exchange, call: Call): void {
  if (call.minutesUntil === undefined || x.now < call.minutesUntil) return
  const end = firstEnd(x, [call.a, call.b])
  call.minutesUntil = end?.at
  if (end && end.at <= x.now) endCall(x.callHouse, call, { status: 480, text: `The minutes of ${end.object} are used up`, by: 'policy' })
}

function replaced(x: Exchange, value: string): Leg | undefined {
  const named = parseReplaces(value)
  if (!named) return undefined
  const leg = x.legs.get(named.toTag) ?? x.legs.get(named.fromTag)                     // 3891 3: to-tag is ours; in a Refer-To it is seen from the other end
  if (!leg || leg.dialog.callId !== named.callId || leg.over) return undefined
  const isNamed = ({ localTag, remoteTag }: Leg['dialog']) => (localTag === named.toTag && remoteTag === named.fromTag) || (localTag === named.fromTag && remoteTag === named.toTag)
  return isNamed(leg.dialog) || leg.early.some((one) => isNamed(one.dialog)) ? leg : undefined
}

/** A leg has news for its call. */
export function happened(x: Exchange, leg: Leg, event: LegEvent): void {
  const call = x.calls.get(leg.call), house = x.callHouse
  if (!call) return
  const before = call.record.answeredAt
  switch (event.is) {
    case 'progress': progress(house, call, leg, event); break
    case 'accepted': accepted(house, call, leg, event.sdp, event.offers); if (leg.charged && !leg.over) answeredOutside(x, call, leg); break
    case 'refused': lost(x, call, leg, event.cause, event.contact); break
    case 'ended': lost(x, call, leg, event.cause, undefined); break
    case 'offered': offered(house, call, leg, event.sdp); break
    case 'offeredEarly': offeredEarly(house, call, leg, event.early, event.sdp); break
    case 'asked': asked(house, call, leg); break
    case 'answered': (call.pending?.early === undefined ? answered : answeredEarly)(house, call, leg, event.sdp); break
    case 'declined': (call.pending?.early === undefined ? declined : declinedEarly)(house, call, leg, event.cause); break
    case 'transfer': transfer(house, call, leg, event.to, event.replaces); break
    case 'passing': pass(x, call, leg, event); break
    case 'passed': { const peer = other(call, leg); if (peer) house.command(peer, { do: 'passed', status: event.status, id: event.id }); break }
  }
  if (before === undefined && call.record.answeredAt !== undefined) x.counters.calls.answered++
  index(x, call)
  if (call.state !== 'ended') rearm(x, call)
}

function pass(x: Exchange, call: Call, leg: Leg, event: Extract<LegEvent, { is: 'passing' }>): void {
  const peer = other(call, leg)
  if (peer) x.callHouse.command(peer, { do: 'pass', method: event.method, headers: event.headers, contentType: event.contentType, body: event.body, id: event.id })
  else x.callHouse.command(leg, { do: 'passed', status: 480, id: event.id })
}

/** A leg is gone: one of several that rang, the one who waits, or one of the two. */
function lost(x: Exchange, call: Call, leg: Leg, cause: Cause, contact: string | undefined): void {
  const house = x.callHouse, { ringing } = call
  closeLeg(call.record, leg.id, x.now, cause, leg.security)
  vacate(x, leg)
  abandonEarly(house, call, leg)
  if (ringing?.attempts.includes(leg)) { refused(house, call, leg, cause.status >= 300 ? cause : { ...cause, status: 480 }, contact); return }
  if (ringing?.transferor === leg && ringing.waiting !== leg && !leg.refers) { call.ringing = { ...ringing, transferor: undefined }; call.a = ringing.waiting; call.b = undefined; return }
  endCall(house, call, { ...cause, by: cause.by === 'far' ? 'near' : cause.by }, leg)
}

export function wakeCall(x: Exchange, call: Call): void {
  if (call.state === 'ended') return
  ringWake(x.callHouse, call)
  parkWake(x.callHouse, call)
  minutesWake(x, call)
  index(x, call)
}

/** What a leg knows of its phone. */
export function peerOf(x: Exchange, phone: PhonePicture, line: string): Peer {
  return { phone: phone.name, line, displayName: x.snapshot.lines.get(line)?.displayName ?? line, mediaSecurity: phone.mediaSecurity, trusted: phone.trustedForSecurityStatus }
}
