/**
 * Who watches which line: the table of subscriptions. Plain data; watching.ts moves it.
 *
 * Security   at most maxWatches in all and maxOfPhone of one phone; a phone that asks again for the same replaces what it had
 */
import type { Flow, Hop } from '../kit/flow.ts'
import type { Millis } from '../kit/machine.ts'
import { arm, newWheel, type Sleeper, type Wheel } from '../kit/wheel.ts'
import type { Dialog } from '../wire/sip/index.ts'
import type { Notifier } from '../wire/sip/subscription.ts'
import type { Route, SipLeg } from './legs/sip/leg.ts'

export const maxWatches = 100_000
export const maxOfPhone = 200

export interface Watch extends Sleeper {
  readonly sub: Notifier
  readonly dialog: Dialog
  /** Where the phone's packets come from. */
  to: Flow | Hop
  route: Route | undefined
  readonly secure: boolean
  readonly contact: string
  readonly phone: string
  readonly line: string
  readonly watched: string
  /** Value of Event. */
  readonly event: string
  /** RFC 4235 4.1: one more with every document. */
  version: number
  /** State that it was last told, or is about to be. */
  seen: string
}

export interface Watches {
  /** By our tag. */
  readonly byTag: Map<string, Watch>
  readonly ofLine: Map<string, Set<Watch>>
  readonly ofPhone: Map<string, Set<Watch>>
  /** By the id of the connection that they are told over; 0 for datagrams stands in none. */
  readonly ofFlow: Map<number, Set<Watch>>
  /** Legs of each line, watched or not. */
  readonly legs: Map<string, Set<SipLeg>>
  /** Watched lines whose legs may have changed. */
  readonly dirty: Set<string>
  readonly wheel: Wheel<Watch>
}

export function newWatches(now: Millis): Watches {
  return { byTag: new Map(), ofLine: new Map(), ofPhone: new Map(), ofFlow: new Map(), legs: new Map(), dirty: new Set(), wheel: newWheel(now) }
}

function put<K, T>(map: Map<K, Set<T>>, key: K, one: T): void {
  const set = map.get(key)
  if (set) set.add(one)
  else map.set(key, new Set([one]))
}

function take<K, T>(map: Map<K, Set<T>>, key: K, one: T): void {
  const set = map.get(key)
  if (set?.delete(one) && set.size === 0) map.delete(key)
}

export function addWatch(w: Watches, watch: Watch): void {
  w.byTag.set(watch.dialog.localTag, watch)
  put(w.ofLine, watch.watched, watch)
  put(w.ofPhone, watch.phone, watch)
  if (flowOf(watch) > 0) put(w.ofFlow, flowOf(watch), watch)
}

function flowOf({ to }: Watch): number { return 'service' in to ? to.id : 0 }

/** The phone has come over another connection. */
export function moveWatch(w: Watches, watch: Watch, to: Flow): void {
  take(w.ofFlow, flowOf(watch), watch)
  watch.to = to
  put(w.ofFlow, to.id, watch)
}

export function dropWatch(w: Watches, watch: Watch): void {
  w.byTag.delete(watch.dialog.localTag)
  take(w.ofLine, watch.watched, watch)
  take(w.ofPhone, watch.phone, watch)
  take(w.ofFlow, flowOf(watch), watch)
  watch.wakeAt = undefined
  arm(w.wheel, watch)
}

export function armWatch(w: Watches, watch: Watch): void {
  watch.wakeAt = watch.sub.wakeAt
  arm(w.wheel, watch)
}

/** A number behind a trunk is no line of ours, whatever its digits. */
export function addLeg(w: Watches, leg: SipLeg): void { if (!leg.peer.trunk) { put(w.legs, leg.peer.line, leg); changed(w, leg) } }
export function dropLeg(w: Watches, leg: SipLeg): void { if (!leg.peer.trunk) { take(w.legs, leg.peer.line, leg); changed(w, leg) } }

/** Cheap where nobody watches. */
export function changed(w: Watches, leg: SipLeg): void {
  if (w.ofLine.size > 0 && !leg.peer.trunk && w.ofLine.has(leg.peer.line)) w.dirty.add(leg.peer.line)
}
