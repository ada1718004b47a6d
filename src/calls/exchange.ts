/**
 * The exchange: everything that the call process does, as one machine. Octets in, octets out; phones, lines and calls between.
 *
 * Standards  RFC 3261 8.2, 10, 12, 13; the order of checks of sip-trunk 1.2
 * Security   before a request has an identity it costs no memory and no look-up in the store; default refuse
 */
import type { Snapshot } from '../directory/snapshot.ts'
import type { EdgeInput, EdgeOutput, Flow, Hop } from '../kit/flow.ts'
import type { Millis, Random, Wake } from '../kit/machine.ts'
import type { Secret } from '../kit/secret.ts'
import { arm, newWheel, nextLook, turn } from '../kit/wheel.ts'
import { newLockout } from '../policy/lockout.ts'
import { hopFailed, hopWorked } from '../wire/sip/locate/index.ts'
import { newDigestServer } from '../wire/sip/digest/index.ts'
import { type Heard, newEndpoint, receive, type SipMessage, type Trace } from '../wire/sip/index.ts'
import type { CallHouse } from './call.ts'
import { hear } from './hear.ts'
import { callHouse, happened, wakeCall } from './house.ts'
import { newLadder, rung } from './ladder.ts'
import { type LegHouse, type Reaching, type SipLeg, wake as wakeLeg } from './legs/sip/index.ts'
import { locate, newLocatings, replied, wake as wakeLocating } from './locating.ts'
import { newLocations, wake as wakeLocations, wakeAt as locationsWakeAt } from './locations.ts'
import { type Exchange, type News, rearm } from './state.ts'
import { answerAhead, answerChallenge } from './trunks/challenged.ts'
import { wakeDestination } from './trunks/ping.ts'
import { refreshTrunks } from './trunks/refresh.ts'
import { wakeRegistration } from './trunks/register.ts'
import { newTrunkStates } from './trunks/state.ts'
import { trunkWay } from './trunks/outgoing.ts'
import { through } from './trusted.ts'
import { addLeg, dropLeg, newWatches } from './watches.ts'
import { located, tellWatchers, wakeWatches } from './watching.ts'

export type { Exchange, News } from './state.ts'

export interface ExchangeSettings {
  readonly now: Millis
  readonly random: Random
  readonly snapshot: Snapshot
  /** What is written of ourselves in Via and Contact. */
  readonly local: (to: Flow | Hop) => { address: string; port: number }
  /** Of at least 32 characters; nonces made with it are good after a restart. */
  readonly nonceKey: Secret
  readonly ladderSize?: number
  /** Addresses of our own listeners. */
  readonly names?: readonly string[]
  /** Address families that can be sent to, the first is tried first; both if left out. */
  readonly families?: readonly ('IPv4' | 'IPv6')[]
}

export function newExchange(settings: ExchangeSettings): Exchange {
  const { now, random } = settings, ladder = newLadder(settings.ladderSize)
  const trace: Trace = (direction, peer, message, stray) => rung(ladder, exchange.now, direction, peer, typeof message === 'string' ? message : message.raw, stray ?? isStray(exchange, message))
  const exchange: Exchange = {
    endpoint: newEndpoint(now, random, settings.local, trace), snapshot: settings.snapshot, ladder,
    digest: newDigestServer({ keys: [settings.nonceKey], random, bindSource: true }), digestKeys: [settings.nonceKey], lockout: newLockout(), trunks: newTrunkStates(now), toll: new Map(),
    locations: newLocations(now), locating: newLocatings(random, settings.families), legs: new Map(), calls: new Map(), ringing: new Set(), parked: new Set(), lines: new Map(), turns: new Map(),
    watches: newWatches(now), wheel: newWheel(now), flows: new Map(), local: new Set(settings.names), strayed: new Set(),
    counters: { requests: new Map(), calls: { started: 0, answered: 0, ended: 0, refused: 0 }, challenged: 0, wrongPasswords: 0, locked: 0, shed: 0 },
    news: [], shedding: false, closing: false, now, wakeAt: undefined, waiting: [],
    legHouse: undefined as unknown as LegHouse, callHouse: undefined as unknown as CallHouse,
  }
  return Object.assign(exchange, { legHouse: legHouse(exchange), callHouse: callHouse(exchange) })
}

/** What was answered with nothing belongs to a call where one of its tags is ours: an ACK, a response. */
function isStray({ legs, watches }: Exchange, message: string | SipMessage): boolean {
  if (typeof message === 'string') return false
  const tag = message.is === 'request' ? message.toTag : message.fromTag
  return !legs.has(tag) && !watches.byTag.has(tag)
}

const isLeg = (one: Reaching): one is SipLeg => 'kind' in one

function legHouse(x: Exchange): LegHouse {
  return {
    get now() { return x.now },
    endpoint: x.endpoint,
    get domain() { return x.snapshot.system.domain },
    tell: (leg, event) => { x.waiting.push({ leg, event }) },
    known: (leg, tag) => { x.legs.set(tag, leg); addLeg(x.watches, leg) },
    forgotten: (leg) => {
      dropLeg(x.watches, leg)
      x.legs.delete(leg.id)
      x.legs.delete(leg.dialog.localTag)
      for (const one of leg.early) x.legs.delete(one.dialog.localTag)
      leg.wakeAt = undefined
      arm(x.wheel, leg)
    },
    locate: (leg, target, found) => {
      x.endpoint.out.push(...locate(x.locating, x.now, target, (hops, problem) => { found(hops, problem); if (isLeg(leg)) rearm(x, leg) }))
    },
    through: (host, source, hops) => through(x.snapshot, host, source, hops),
    strayed: (leg) => { strayed(x, isLeg(leg) ? leg.peer.phone : 'phone' in leg ? String(leg.phone) : '') },
    trunkWay: (leg) => trunkWay(x, leg),
    answerTo: (leg, challenge, asked, request) => leg.peer.trunk && answerChallenge(x, leg.peer.trunk.name, challenge, asked, request),
    ahead: (leg, request) => leg.peer.trunk ? answerAhead(x, leg.peer.trunk.name, request) : '',
    isOpen: (flow) => x.flows.has(flow.id),
    hopWorks: (hop, works) => {
      if ('service' in hop) return
      if (works) hopWorked(x.locating.failed, hop)
      else hopFailed(x.locating.failed, x.now, hop)
    },
  }
}

function strayed(x: Exchange, phone: string): void {
  if (x.strayed.has(phone)) return
  x.strayed.add(phone)
  x.news.push({ is: 'strayed', phone })
}

/** One input of the edge, or the clock: what is to be sent comes back. */
export function step(x: Exchange, now: Millis, input: EdgeInput | Wake): EdgeOutput[] {
  x.now = now
  refreshTrunks(x)
  if (input.is === 'opened') x.flows.set(input.flow.id, input.flow)
  else if (input.is === 'closed') x.flows.delete(input.flow.id)
  else if (input.is === 'wake') wakeAll(x, now)
  else if (input.is === 'reply') x.endpoint.out.push(...replied(x.locating, now, input.id, input.reply))
  receive(x.endpoint, now, input, (news: Heard) => { hear(x, news); settle(x) })
  settle(x)
  tellWatchers(x)
  x.wakeAt = soonest(x)
  const { out } = x.endpoint
  x.endpoint.out = []
  return out
}

function wakeAll(x: Exchange, now: Millis): void {
  for (const event of wakeLocations(x.locations, now)) located(x, event)
  wakeLocating(x.locating, now)
  wakeWatches(x)
  turn(x.trunks.wheel, now, (one) => {
    if (one.kind === 'destination') wakeDestination(x, one)
    else wakeRegistration(x, one)
  })
  turn(x.wheel, now, (one) => {
    if ('kind' in one) wakeLeg(x.legHouse, one)
    else wakeCall(x, one)
    settle(x)
    rearm(x, one)
  })
}

/** Events that legs had for calls are taken in order, until nothing is left to be said. */
export function settle(x: Exchange): void {
  for (let i = 0; i < x.waiting.length; i++) {
    const { leg, event } = x.waiting[i]!
    happened(x, leg, event)
    rearm(x, leg)
  }
  x.waiting.length = 0
}

/** Asked at every input: no list is made for it. */
function soonest({ endpoint, wheel, locations, locating, watches, trunks }: Exchange): Millis | undefined {
  const first = Math.min(endpoint.layer.wakeAt ?? never, nextLook(wheel) ?? never, locationsWakeAt(locations) ?? never, locating.wakeAt ?? never, nextLook(watches.wheel) ?? never, nextLook(trunks.wheel) ?? never)
  return first === never ? undefined : first
}
const never = Number.POSITIVE_INFINITY

/** News since the last time. */
export function drain(x: Exchange): News[] { return x.news.splice(0) }

