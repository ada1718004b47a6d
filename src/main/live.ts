/** Answers about the moment, from the exchange's memory: for the desk, over the socket or in the same process. */
import { type LadderRung, type LiveAnswers, type LiveCall, type LiveLeg, livePage, type LiveRequest, type LiveTrunk } from '../admin/live.ts'
import { bindingsOf, isRegistered, list } from '../calls/locations.ts'
import { type Call, partiesOf } from '../calls/call.ts'
import type { Exchange } from '../calls/exchange.ts'
import { callIdsWith, ladderOf, type Rung } from '../calls/ladder.ts'
import type { TrunkState } from '../calls/trunks/state.ts'
import { printPlace } from '../kit/place.ts'
import { accountName } from './account.ts'
import type { System } from './system.ts'

/** Messages of one call that are shown. */
const maxRungs = 2_000

export async function answerLive(system: System, request: LiveRequest): Promise<LiveAnswers[LiveRequest['ask']]> {
  const { exchange: x } = system
  switch (request.ask) {
    case 'ports': return system.bound().map((one) => ({ ...one, account: accountName() }))
    case 'registrations': return registrations(x, system.now(), request.skip)
    case 'calls': return { total: x.calls.size, rows: x.calls.values().drop(request.skip).take(livePage).map(liveCall).toArray() }
    case 'call': return oneCall(x, request.id)
    case 'trunks': return { total: x.trunks.byName.size, rows: x.trunks.byName.values().drop(request.skip).take(livePage).map(liveTrunk).toArray() }
    case 'ladder': return ladder(x, request.legs)
    case 'lines': return Object.fromEntries(request.lines.slice(0, 10_000).map((line) => [line, { reachable: isRegistered(x.locations, line) && bindingsOf(x.locations, line).some((b) => b.expiresAt > system.now()), calls: x.lines.get(line)?.calls ?? 0 }]))
    case 'reading': return system.reading()
    case 'revision': return x.snapshot.rev
    case 'retrust': return system.retrust()
    case 'reload': return system.reload()
    case 'tail': return system.tail.since(x, request.after)
  }
}

function registrations(x: Exchange, now: number, skip: number): LiveAnswers['registrations'] {
  return { total: x.locations.count, rows: list(x.locations, now).drop(skip).take(livePage).toArray() }
}

function liveCall(call: Call): LiveCall {
  const { id, state, held, security, record } = call
  return { id, state, ...partiesOf(call), startedAt: record.startedAt, answeredAt: record.answeredAt, held, security, why: record.why, legs: legsOf(call).map(liveLeg) }
}

type Leg = NonNullable<Call['a']>

function legsOf({ a, b, ringing }: Call): Leg[] {
  return [...new Set([a, b, ringing?.waiting, ...(ringing?.attempts ?? []), ringing?.transferor])].filter((leg) => leg !== undefined)
}

function liveLeg({ peer, side, to, state, security, dialog }: Leg): LiveLeg {
  return { phone: peer.phone, line: peer.line, side, transport: to.transport, state, security, callId: dialog.callId }
}

function liveTrunk({ ready: { name, profile }, destinations, registration, calls }: TrunkState): LiveTrunk {
  const down = destinations.find(({ up }) => !up), isUp = destinations.some(({ up }) => up)
  return {
    name, securityProfile: profile.name, mode: profile.deviceSecurityMode, incomingPort: profile.incomingPort, inService: isUp, calls,
    reason: isUp ? '' : down?.reason ?? 'It has no destination.',
    ...(registration ? { registration: { state: registration.state, reason: registration.reason, until: registration.until } } : {}),
    destinations: destinations.map(({ host, port, transport, up, known, reason, since, hops }) => ({ address: host, port: hops[0]?.port ?? port, transport, up, known, reason, since, resolved: hops.map(({ address }) => address).filter((address) => address !== host) })),
  }
}

function oneCall(x: Exchange, id: string): LiveAnswers['call'] {
  const call = x.calls.get(id) ?? callWith(x, id)
  if (!call) return { call: undefined, rungs: [] }
  const callIds = legsOf(call).map((leg) => leg.dialog.callId)
  return { call: liveCall(call), rungs: shown(ladderOf(x.ladder, [...new Set([...callIds, ...callIdsWith(x.ladder, call.record.legs.map((leg) => leg.id))])])) }
}

/** The call that has a leg with this Call-ID. */
function callWith(x: Exchange, callId: string): Call | undefined {
  for (const call of x.calls.values()) if (legsOf(call).some((leg) => leg.dialog.callId === callId)) return call
  return undefined
}

/** `tags`: our tags in the dialogs of a call that is over; the messages that carry one tell the Call-ID, and that the rest. */
function ladder(x: Exchange, tags: readonly string[]): LadderRung[] {
  const callIds = callIdsWith(x.ladder, tags.slice(0, 100))
  return callIds.length === 0 ? [] : shown(ladderOf(x.ladder, callIds))
}

function shown(rungs: readonly Rung[]): LadderRung[] {
  return rungs.slice(-maxRungs).map(({ at, direction, peer, text }) => {
    const { transport, address, port } = peer
    return { at, direction, transport, peer: printPlace(address, port), text }
  })
}
