/** What the exchange holds: phones, lines, calls, legs and what waits for whom. Plain data; exchange.ts moves it. */
import type { Snapshot } from '../directory/snapshot.ts'
import type { Flow } from '../kit/flow.ts'
import type { Millis } from '../kit/machine.ts'
import type { Secret } from '../kit/secret.ts'
import { arm as armOn, type Wheel } from '../kit/wheel.ts'
import type { Lockout } from '../policy/lockout.ts'
import type { Counter } from '../policy/toll/limits.ts'
import type { DigestServer } from '../wire/sip/digest/index.ts'
import type { Endpoint } from '../wire/sip/index.ts'
import { type Call, type CallHouse, wakeOf as callWakeOf } from './call.ts'
import type { Ladder } from './ladder.ts'
import type { LegEvent } from './leg.ts'
import { type LegHouse, type SipLeg, wakeOf as legWakeOf } from './legs/sip/leg.ts'
import type { Locatings } from './locating.ts'
import type { LocationEvent, Locations } from './locations.ts'
import type { CallRecord } from './records.ts'
import type { TrunkStates } from './trunks/state.ts'
import { changed, type Watches } from './watches.ts'

export interface Counters {
  /** Requests by method and what became of them: bounded by the tables of methods and statuses. */
  readonly requests: Map<string, number>
  readonly calls: { started: number; answered: number; ended: number; refused: number }
  challenged: number
  wrongPasswords: number
  locked: number
  shed: number
}

/** What happened that others want to know of: the store, the log, the metrics. Taken with `drain`. */
export type News =
  | { is: 'record'; record: CallRecord }
  | { is: 'started'; record: CallRecord }
  | { is: 'location'; event: LocationEvent }
  /** A source has guessed too often: at one user, or at many. */
  | { is: 'locked'; source: string; what: 'user' | 'source' }
  | { is: 'shed'; source: string }
  /** A trunk can be used, or cannot any more. */
  | { is: 'trunk'; trunk: string; inService: boolean; reason: string }
  | { is: 'trunkRegistered'; trunk: string; registered: boolean; reason: string }
  /** A trunk's request was refused by this rule. */
  | { is: 'admission'; trunk: string; method: string; rule: string }
  /** A rule of this trunk made a message that cannot be read: it was answered 400 or dropped. */
  | { is: 'ruleBroke'; trunk: string; method: string; problem: string }
  /** Somebody is over a limit of calls to the outside: the first time, and with every doubling. */
  | { is: 'limit'; who: string; limit: string; calls: number }
  /** A route of this phone is not followed; said once of each phone. */
  | { is: 'strayed'; phone: string }

export interface Exchange {
  readonly endpoint: Endpoint
  snapshot: Snapshot
  readonly digest: DigestServer
  /** Of the challenges to trunks, which have a life of their own for each profile. */
  readonly digestKeys: readonly [Secret]
  readonly lockout: Lockout
  readonly trunks: TrunkStates
  /** How much users and trunks called outside. */
  readonly toll: Map<string, Counter>
  readonly locations: Locations
  /** Who waits for the address of a name. */
  readonly locating: Locatings
  /** By each local tag. */
  readonly legs: Map<string, SipLeg>
  readonly calls: Map<string, Call>
  readonly ringing: Set<Call>
  readonly parked: Set<Call>
  readonly lines: Map<string, { calls: number; idleSince: Millis }>
  readonly turns: Map<string, number>
  readonly watches: Watches
  readonly wheel: Wheel<Call | SipLeg>
  readonly flows: Map<number, Flow>
  /** Further names and addresses by which this system is called. */
  readonly local: ReadonlySet<string>
  /** Phones of the directory whose routes strayed. */
  readonly strayed: Set<string>
  readonly ladder: Ladder
  readonly counters: Counters
  readonly news: News[]
  /** Set by the driver from the delay of its own loop: new work is refused, calls in progress go on. */
  shedding: boolean
  /** No new calls: the system is going down. */
  closing: boolean
  now: Millis
  wakeAt: Millis | undefined
  readonly legHouse: LegHouse
  readonly callHouse: CallHouse
  readonly waiting: { leg: SipLeg; event: LegEvent }[]
}

/** After anything that may have changed what a leg or call waits for. */
export function rearm(x: Exchange, one: Call | SipLeg): void {
  one.wakeAt = 'kind' in one ? (one.state === 'ended' ? undefined : legWakeOf(one)) : callWakeOf(one)
  armOn(x.wheel, one)
  if ('kind' in one) changed(x.watches, one)
}
