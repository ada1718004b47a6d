/**
 * The guard: what is let in before any parser looks at it. Pure: no socket, no clock.
 *
 * Standards  RFC 5626 4.4.1 (keep-alives), RFC 3261 7.1 (a message begins with a token), RFC 5764 5.1.2 (first octets of STUN)
 * Security   fed by strangers at line rate. A forged source costs it one bucket and nobody a quarantine: that is fed by streams alone.
 *            A source over its share loses only while the loop is behind (or over the hard rate), so a quiet machine refuses nobody
 */
import type { Transport } from '../kit/flow.ts'
import type { Millis } from '../kit/machine.ts'
import { defaultLimits, type GuardLimits } from './limits.ts'
import { forget, keep, newSource, newSources, type Source, sourceCount, sourceFor, sourceKey, type Sources } from './sources.ts'

export type Overload = 'calm' | 'pressed' | 'shedding'

/** Why a datagram goes no further; '' is in. */
export type DatagramVerdict = '' | 'keepAlive' | 'size' | 'notSip' | 'hardRate' | 'rate' | 'strangers' | 'quarantine'

export interface GuardCounters {
  datagrams: number
  droppedKeepAlive: number
  droppedSize: number
  droppedNotSip: number
  droppedHardRate: number
  droppedRate: number
  droppedStrangers: number
  droppedQuarantine: number
  /** Datagrams over the soft rate that went in because the loop kept up. */
  overRate: number
  connections: number
  refusedConnections: number
  closedByGuard: number
  quarantines: number
}

export interface Guard {
  readonly limits: GuardLimits
  readonly sources: Sources
  readonly counters: GuardCounters
  /** All strangers together, while shedding: their bucket, and how many a second it lets in. */
  readonly strangers: Source
  allowance: number
  allowedAt: Millis
  overload: Overload
  /** A state that nobody confirms ends here: a flood that stopped leaves no verdict behind. */
  overloadUntil: Millis
  delay: Millis
  open: number
  halfOpen: number
  swept: Millis
  /** More than half of what came lately was turned away. */
  flooded: boolean
  readonly weighed: { datagrams: number; dropped: number; share: number }
}

export function newGuard(limits: Partial<GuardLimits> = {}): Guard {
  const all = { ...defaultLimits, ...limits }
  const counters: GuardCounters = {
    datagrams: 0, droppedKeepAlive: 0, droppedSize: 0, droppedNotSip: 0, droppedHardRate: 0, droppedRate: 0, droppedStrangers: 0,
    droppedQuarantine: 0, overRate: 0, connections: 0, refusedConnections: 0, closedByGuard: 0, quarantines: 0,
  }
  const sources = newSources(all.maxSources)
  if (all.loopbackKnown) for (const key of ['127.0.0.1', sourceKey('::1')]) keep(sources, key, { ...newSource(), knownUntil: Number.POSITIVE_INFINITY })
  return {
    limits: all, sources, counters, strangers: newSource(), allowance: all.strangersTogether, allowedAt: Number.NEGATIVE_INFINITY,
    overload: 'calm', overloadUntil: 0, flooded: false, weighed: { datagrams: 0, dropped: 0, share: 0 }, delay: 0, open: 0, halfOpen: 0, swept: 0,
  }
}

/** Shall this datagram go to the parser? Below a microsecond; allocates nothing for a source it has seen. */
export function screenDatagram(guard: Guard, now: Millis, address: string, bytes: Uint8Array): DatagramVerdict {
  const { counters } = guard
  counters.datagrams++
  const looks = screenBytes(bytes, guard.limits.maxDatagram)
  if (looks !== '') return count(counters, looks)
  const source = sourceFor(guard.sources, address.includes(':') ? sourceKey(address) : address)
  if (source.quarantinedUntil > now) return count(counters, 'quarantine')
  return count(counters, screenRate(guard, now, source))
}

function screenBytes(bytes: Uint8Array, maxDatagram: number): DatagramVerdict {
  const { length } = bytes
  if (length > maxDatagram) return 'size'
  const first = bytes[0]
  if (first === undefined || first === 0x0d || first === 0x0a || first === 0) return length <= 4 ? 'keepAlive' : first === 0x0d || first === 0x0a ? '' : 'notSip'
  if (first < 4) return 'notSip'                          // RFC 5764 5.1.2: STUN
  return length >= 12 && isTokenChar[first] === 1 ? '' : 'notSip'
}

/** RFC 3261 25.1: token. */
const isTokenChar = new Uint8Array(256)
for (const c of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~") isTokenChar[c.charCodeAt(0)] = 1

function screenRate(guard: Guard, now: Millis, source: Source): DatagramVerdict {
  const { limits } = guard
  const known = source.knownUntil > now
  const hardRate = known ? limits.knownHardRate : limits.strangerHardRate
  const hard = source.hard > now ? source.hard : now
  if (hard - now > 1_000) return 'hardRate'               // GCRA with a burst of one second
  source.hard = hard + 1_000 / hardRate
  const soft = source.soft > now ? source.soft : now
  const rate = known ? limits.knownRate : limits.strangerRate
  if (soft - now > 1_000 * (known ? limits.knownBurst : limits.strangerBurst) / rate) {
    if (!known || (guard.overload !== 'calm' && overloadAt(guard, now) !== 'calm')) return 'rate'   // a stranger's refusals must cost nobody anything; who has proved who it is loses under pressure alone
    guard.counters.overRate++
  } else source.soft = soft + 1_000 / rate
  return !known && guard.overload === 'shedding' && !strangerFits(guard, now) ? 'strangers' : ''
}

function strangerFits(guard: Guard, now: Millis): boolean {
  if (overloadAt(guard, now) !== 'shedding') return true
  const due = Math.max(guard.strangers.soft, now)
  if (due - now > 200) return false
  guard.strangers.soft = due + 1_000 / guard.allowance
  return true
}

function count(counters: GuardCounters, verdict: DatagramVerdict): DatagramVerdict {
  switch (verdict) {
    case '': break
    case 'keepAlive': counters.droppedKeepAlive++; break
    case 'size': counters.droppedSize++; break
    case 'notSip': counters.droppedNotSip++; break
    case 'hardRate': counters.droppedHardRate++; break
    case 'rate': counters.droppedRate++; break
    case 'strangers': counters.droppedStrangers++; break
    case 'quarantine': counters.droppedQuarantine++; break
  }
  return verdict
}

/** The driver measured the queue delay. States begin at their limit and end below the next lower one, so they do not flutter. */
export function reportDelay(guard: Guard, now: Millis, delay: Millis): Overload {
  const { limits } = guard
  const before = overloadAt(guard, now)
  guard.delay = delay
  guard.overloadUntil = now + 250
  weighFlood(guard)
  if (delay > limits.sheddingDelay || (before === 'shedding' && delay > limits.pressedDelay)) guard.overload = 'shedding'
  else if (delay > limits.pressedDelay || (before !== 'calm' && delay > limits.calmDelay)) guard.overload = 'pressed'
  else guard.overload = 'calm'
  allow(guard, now)
  return guard.overload
}

const allowEvery = 100

/** Shedding that goes on shows that strangers are still too many for this machine: fewer ten times a second, and more again once it is over. */
function allow(guard: Guard, now: Millis): void {
  if (now - guard.allowedAt < allowEvery) return
  guard.allowedAt = now
  const { strangersTogether, strangersAtLeast } = guard.limits
  guard.allowance = guard.overload === 'shedding' ? Math.max(strangersAtLeast, guard.allowance * 0.8) : Math.min(strangersTogether, guard.allowance * 1.1)
}

/** Is it strangers whom the door turns away that keep the loop busy? Then refusing new work of known sources would help nobody. */
function weighFlood(guard: Guard): void {
  const { counters, weighed } = guard
  const dropped = counters.droppedRate + counters.droppedStrangers + counters.droppedHardRate + counters.droppedNotSip + counters.droppedQuarantine
  const came = counters.datagrams - weighed.datagrams
  if (came < 64) return
  weighed.share = 0.75 * weighed.share + 0.25 * (dropped - weighed.dropped) / came
  guard.flooded = weighed.share > 0.5
  weighed.datagrams = counters.datagrams
  weighed.dropped = dropped
}

/** What the protocol rooms ask before they begin new work: shedding answers it 503, work in progress goes on. */
export function overloadAt(guard: Guard, now: Millis): Overload {
  if (now >= guard.overloadUntil) guard.overload = 'calm'
  return guard.overload
}

/** The source proved who it is: the larger bucket until `until`. */
export function makeKnown(guard: Guard, address: string, until: Millis): void {
  const key = sourceKey(address)
  const source = sourceFor(guard.sources, key)
  source.knownUntil = Math.max(source.knownUntil, until)
  keep(guard.sources, key, source)
}

/** Evidence against a source, 1–100. Only of a stream: the source of a datagram may be anybody's. True when a quarantine begins. */
export function suspect(guard: Guard, now: Millis, address: string, transport: Transport, weight: number): boolean {
  if (transport === 'udp') return false
  const key = sourceKey(address)
  const source = sourceFor(guard.sources, key)
  if (source.knownUntil > now || source.quarantinedUntil > now) return false   // never shuts out who is known
  const faded = source.evidence * 0.5 ** ((now - source.evidenceAt) / guard.limits.evidenceHalfLife)
  source.evidence = Math.min(faded, 100) + Math.min(Math.max(weight, 1), 100)
  source.evidenceAt = now
  keep(guard.sources, key, source)
  if (source.evidence < guard.limits.quarantineAt) return false
  source.quarantinedUntil = now + guard.limits.quarantineTime
  source.evidence = 0
  guard.counters.quarantines++
  return true
}

const tidyEvery = 10_000

/** Fades old evidence away and forgets who is neither known nor connected. Linear in kept sources, at most once in ten seconds. */
export function tidy(guard: Guard, now: Millis): void {
  if (now - guard.swept < tidyEvery) return
  guard.swept = now
  for (const source of guard.sources.kept.values()) {
    if (source.evidence > 0 && now - source.evidenceAt > 8 * guard.limits.evidenceHalfLife) source.evidence = 0
  }
  forget(guard.sources, now)
}

export interface GuardReport extends GuardCounters { readonly sources: number; readonly open: number; readonly halfOpen: number; readonly delay: Millis; readonly overload: Overload }

/** For metrics: everything that was counted, and where the guard stands. */
export function guardReport(guard: Guard, now: Millis): GuardReport {
  return { ...guard.counters, sources: sourceCount(guard.sources), open: guard.open, halfOpen: guard.halfOpen, delay: guard.delay, overload: overloadAt(guard, now) }
}
