/**
 * The trunks as calls see them: where each leads, which of its destinations live, how many calls it has. Plain data.
 *
 * Standards  sip-trunk 1.1, 1.6; RFC 3263 4; R300, R308
 * Security   made of the directory alone: no request makes a trunk, and names are looked up by us, not at a stranger's word
 */
import type { Snapshot } from '../../directory/snapshot.ts'
import type { Hop } from '../../kit/flow.ts'
import type { Millis } from '../../kit/machine.ts'
import { arm, newWheel, type Sleeper, type Wheel } from '../../kit/wheel.ts'
import type { CompiledRules } from '../../policy/trunk/rules.ts'
import { subjectsOf } from '../../policy/trunk/subjects.ts'
import { type ReadyTrunk, type Trunks, trunksOf, transportOf } from '../../policy/trunk/trunksOf.ts'
import { type ClientMemory, type DigestServer, newClientMemory } from '../../wire/sip/digest/index.ts'
import { isLiteral } from '../addresses.ts'
import type { Registration } from './register.ts'
import { rulesOf } from './rules.ts'

/** One place that a trunk leads to. */
export interface Destination extends Sleeper {
  readonly kind: 'destination'
  readonly trunk: string
  readonly host: string
  /** 0: by SRV. */
  readonly port: number
  readonly transport: 'udp' | 'tcp' | 'tls'
  readonly priority: number
  readonly weight: number
  /** Beside the address in every hop: our port, and what the certificate must be. */
  readonly like: Partial<Hop>
  /** Of an address itself; of a name what was found last. */
  hops: readonly Hop[]
  up: boolean
  /** It has answered, or has been found silent: until then `up` is hope. */
  known: boolean
  /** Why it is down, '' while it is up. */
  reason: string
  /** Since when it is what it is. */
  since: Millis
  /** Questions without an answer, one after another. */
  missed: number
  /** Number of the last question; an answer to an earlier one is not waited for any more. */
  asked: number
  /** It is out, and not answered. */
  waiting: boolean
}

export interface TrunkState {
  readonly ready: ReadyTrunk
  /** Undefined where it has none. */
  readonly rules: CompiledRules | undefined
  readonly destinations: readonly Destination[]
  /** What its challenges were: one peer has one of these. */
  readonly memory: ClientMemory
  /** Realms that it asks for as a proxy does (407). */
  readonly proxyRealms: Set<string>
  readonly registration: Registration | undefined
  /** Calls over it, ringing ones too. */
  calls: number
}

export interface TrunkStates {
  /** The picture that these were made of. */
  of: Snapshot | undefined
  policy: Trunks
  /** Whose destination this is: `tcp/192.0.2.1/5060`. */
  byHop: ReadonlyMap<string, Destination>
  readonly byName: Map<string, TrunkState>
  /** A name stands for other addresses than when the indices were made, and when that was. */
  stale: boolean
  indexedAt: Millis
  readonly wheel: Wheel<Destination | Registration>
  /** Challenges by nonce validity in seconds: each profile has its own. */
  readonly digest: Map<number, DigestServer>
  /** Requests from no trunk and from no phone, by counter. */
  readonly unknown: { source: number; subject: number; refused: number }
}

const noTrunks: Trunks = { all: [], byName: new Map(), index: { byAddress: new Map(), byName: new Map() } }

export function newTrunkStates(now: Millis): TrunkStates {
  return { of: undefined, policy: noTrunks, byHop: new Map(), byName: new Map(), stale: false, indexedAt: now, wheel: newWheel(now), digest: new Map(), unknown: { source: 0, subject: 0, refused: 0 } }
}

/** The addresses that a name of a destination stands for just now: requests from there are the trunk's. */
export function resolvedIn({ byName }: TrunkStates): (host: string) => readonly string[] | undefined {
  const found = new Map<string, string[]>()
  for (const { destinations } of byName.values()) for (const { host, hops } of destinations) if (!isLiteral(host)) found.set(host, [...found.get(host) ?? [], ...hops.map(({ address }) => address)])
  return (host) => found.get(host)
}

/** The indices anew: a name stands for other addresses now. */
export function reindex(states: TrunkStates, now: Millis): void {
  states.stale = false
  states.indexedAt = now
  if (states.of) states.policy = trunksOf(states.of, resolvedIn(states))
  states.byHop = new Map([...states.byName.values()].flatMap(({ destinations }) => destinations.flatMap((one) => one.hops.map((hop) => [hopKey(hop.transport, hop.address, hop.port), one]))))
}

export function hopKey(transport: string, address: string, port: number): string { return `${transport}/${address}/${port}` }

export function destinationsOf(ready: ReadyTrunk, now: Millis): Destination[] {
  const { picture, profile, name } = ready, transport = transportOf(profile), { secureCertificateSubjects, incomingPort } = profile
  const trust = transport === 'tls' ? { trust: { names: [...subjectsOf(secureCertificateSubjects)], fingerprints: picture.pinnedCertificates.map(plainHex), nullCipher: profile.deviceSecurityMode === 'authenticated' } } : {}
  return picture.destinations.map(({ address, port = 0, priority, weight }): Destination => {
    const like: Partial<Hop> = { ...(incomingPort > 0 ? { localPort: incomingPort } : {}), ...(transport === 'tls' ? { name: address } : {}), ...trust }
    const hops = isLiteral(address) ? [{ transport, address, port: port || (transport === 'tls' ? 5061 : 5060), ...like }] : []
    return { kind: 'destination', trunk: name, host: address, port, transport, priority, weight, like, hops, up: true, known: false, reason: '', since: now, missed: 0, asked: 0, waiting: false, wakeAt: undefined, lookAt: undefined }
  })
}

/** A fingerprint in one spelling. */
export function plainHex(fingerprint: string): string { return fingerprint.replaceAll(':', '').toLowerCase() }

export function sleep(states: TrunkStates, one: Destination | Registration, at: Millis | undefined): void {
  one.wakeAt = at
  arm(states.wheel, one)
}

export function newTrunkState(ready: ReadyTrunk, destinations: readonly Destination[], registration: Registration | undefined, before: TrunkState | undefined): TrunkState {
  return { ready, rules: rulesOf(ready), destinations, registration, memory: before?.memory ?? newClientMemory(), proxyRealms: before?.proxyRealms ?? new Set(), calls: before?.calls ?? 0 }
}

/** Can a call go there at all? */
export function inService({ destinations }: TrunkState): boolean { return destinations.some(({ up }) => up) }
