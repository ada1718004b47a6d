/**
 * The guard's eye on one connection: may it come in, has it said something whole in time, is it a trickle, is it idle. Pure.
 *
 * Security   strangers open, dribble, stall and forget connections; each is counted against its source and the total until `unwatch`.
 *            The door does not parse: a message is taken as complete once we answered it or called the source known
 */
import type { Problem } from '../kit/result.ts'
import type { Millis } from '../kit/machine.ts'
import type { Guard } from './guard.ts'
import { problem, type EdgeCode } from './problems.ts'
import { keep, type Source, sourceFor, sourceKey } from './sources.ts'

export type WatchState = 'handshake' | 'fresh' | 'stranger' | 'known' | 'ended'

export interface Watch {
  readonly source: Source
  state: WatchState
  /** When this state began. */
  since: Millis
  /** Last octet in either direction, and last answer of ours. */
  heardAt: Millis
  answeredAt: Millis
  /** Octets and pieces that came since our last answer. */
  bytes: number
  pieces: number
  firstPieceAt: Millis
}

/** Lets a connection in, or says why not. */
export function admit(guard: Guard, now: Millis, address: string, tls: boolean): Watch | Problem {
  const key = sourceKey(address)
  const source = sourceFor(guard.sources, key)
  const code = refusal(guard, now, source)
  if (code) {
    guard.counters.refusedConnections++
    return problem(code, address)
  }
  keep(guard.sources, key, source)
  return begin(guard, now, source, tls ? 'handshake' : 'fresh')
}

/** A connection that we made ourselves: counted, trusted to idle like a known one. */
export function watchOutgoing(guard: Guard, now: Millis, address: string): Watch {
  const key = sourceKey(address)
  const source = sourceFor(guard.sources, key)
  keep(guard.sources, key, source)
  return begin(guard, now, source, 'known')
}

function begin(guard: Guard, now: Millis, source: Source, state: WatchState): Watch {
  guard.counters.connections++
  guard.open++
  source.connections++
  if (state !== 'known') { guard.halfOpen++; source.halfOpen++ }
  return { source, state, since: now, heardAt: now, answeredAt: now, bytes: 0, pieces: 0, firstPieceAt: now }
}

function refusal(guard: Guard, now: Millis, source: Source): EdgeCode | undefined {
  const { limits } = guard
  const known = source.knownUntil > now
  if (source.quarantinedUntil > now) return 'edge.quarantined'
  if (guard.open >= (known ? limits.maxConnections : limits.maxConnections * 0.9)) return 'edge.tooManyConnections'   // the last tenth is for known sources
  if (source.connections >= (known ? limits.maxConnectionsPerKnownSource : limits.maxConnectionsPerSource)) return 'edge.tooManyFromSource'
  if (source.halfOpen >= (known ? limits.maxHalfOpenPerKnownSource : limits.maxHalfOpenPerSource)) return 'edge.tooManyHalfOpen'
  return !known && guard.halfOpen >= limits.maxHalfOpen ? 'edge.tooManyHalfOpen' : undefined
}

export function handshakeDone(watch: Watch, now: Millis): void {
  if (watch.state !== 'handshake') return
  watch.state = 'fresh'
  watch.since = watch.heardAt = now
}

/** Octets came. Returns how many ms the connection shall not be read: a source over its share waits while the loop is behind. */
export function received(guard: Guard, watch: Watch, now: Millis, length: number): Millis {
  if (watch.pieces === 0) watch.firstPieceAt = now
  watch.pieces++
  watch.bytes += length
  watch.heardAt = now
  return overShare(guard, watch, now, 1 + (length >> 9))
}

function overShare(guard: Guard, watch: Watch, now: Millis, units: number): Millis {
  const { limits } = guard, { source } = watch
  const known = watch.state === 'known' || source.knownUntil > now
  const rate = known ? limits.knownRate : limits.strangerRate
  source.soft = Math.max(source.soft, now) + units * 1_000 / rate
  const over = source.soft - now - 1_000 * (known ? limits.knownBurst : limits.strangerBurst) / rate
  if (over <= 0) return 0
  if (guard.overload !== 'calm') return Math.min(over, 1_000)
  source.soft -= units * 1_000 / rate     // the loop keeps up: only counted
  guard.counters.overRate++
  return 0
}

/** We said something on it: what came before was complete. */
export function answered(guard: Guard, watch: Watch, now: Millis): void {
  if (watch.state === 'fresh') leaveHalfOpen(guard, watch, now, 'stranger')
  watch.heardAt = watch.answeredAt = now
  watch.bytes = watch.pieces = 0
}

/** Its source proved who it is on this connection. */
export function proved(guard: Guard, watch: Watch, now: Millis): void {
  if (watch.state === 'fresh' || watch.state === 'stranger') leaveHalfOpen(guard, watch, now, 'known')
}

function leaveHalfOpen(guard: Guard, watch: Watch, now: Millis, state: WatchState): void {
  if (watch.state === 'handshake' || watch.state === 'fresh') { guard.halfOpen--; watch.source.halfOpen-- }
  watch.state = state
  watch.since = now
}

/** Why this connection has to go now; undefined while it may stay. */
export function overdue(guard: Guard, watch: Watch, now: Millis): Problem | undefined {
  const code = overdueCode(guard, watch, now)
  if (code) guard.counters.closedByGuard++
  return code && problem(code)
}

function overdueCode(guard: Guard, watch: Watch, now: Millis): EdgeCode | undefined {
  const { limits } = guard
  switch (watch.state) {
    case 'handshake': return now - watch.since > limits.handshakeTimeout ? 'edge.handshakeTimeout' : undefined
    case 'fresh':     return firstFrameLate(guard, watch, now)
    case 'stranger':  return trickles(guard, watch, now) ? 'edge.slowSender' : now - watch.answeredAt > limits.strangerIdle ? 'edge.idle' : undefined
    case 'known':     return trickles(guard, watch, now) ? 'edge.slowSender' : now - watch.heardAt > limits.knownIdle ? 'edge.idle' : undefined
    case 'ended':     return undefined
  }
}

function firstFrameLate(guard: Guard, watch: Watch, now: Millis): EdgeCode | undefined {
  const { firstFrameTimeout, minimumRate, slowestFrame } = guard.limits
  const allowed = Math.min(firstFrameTimeout + 1_000 * watch.bytes / minimumRate, slowestFrame)
  if (now - watch.since <= allowed) return undefined
  return watch.bytes === 0 ? 'edge.firstFrame' : 'edge.slowSender'
}

function trickles(guard: Guard, watch: Watch, now: Millis): boolean {
  const { trickleCount, trickleSize, firstFrameTimeout } = guard.limits
  return watch.pieces >= trickleCount && watch.bytes < watch.pieces * trickleSize && now - watch.firstPieceAt > firstFrameTimeout
}

/** The connection is gone. Safe to call twice. */
export function unwatch(guard: Guard, watch: Watch, now: Millis): void {
  if (watch.state === 'ended') return
  leaveHalfOpen(guard, watch, now, 'ended')
  guard.open--
  watch.source.connections--
}

export function isWatch(admission: Watch | Problem): admission is Watch { return 'source' in admission }
