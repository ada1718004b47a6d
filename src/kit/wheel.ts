/**
 * Timer wheel: one entry per waiting machine, no timer object each.
 *
 * A hashed wheel of 10 ms slots over 40.96 s; later entries wait in their slot for another round.
 * Re-arming an entry that wakes later costs nothing: the old slot entry is looked at again when it comes due.
 */
import type { Millis } from './machine.ts'

const slotLength = 10
const slots = 4096

/** What may sit on a wheel: it says itself when it wants to be woken. */
export interface Sleeper {
  wakeAt?: Millis | undefined
  /** When the wheel will next look at it; kept by the wheel. */
  lookAt?: Millis | undefined
}

export interface Wheel<S extends Sleeper> {
  readonly ring: (S[] | undefined)[]
  /** One bit a slot that holds something, so that the next one is found without a walk over the ring. */
  readonly used: Uint32Array
  /** Slot number up to which everything was looked at. */
  turned: number
  /** Number of the next slot that holds something; undefined while that is not known. */
  next: number | undefined
  /** Entries in the ring, stale ones among them: what could not be taken off leaves when its slot comes round. */
  count: number
}

export function newWheel<S extends Sleeper>(now: Millis): Wheel<S> {
  return { ring: new Array<S[] | undefined>(slots), used: new Uint32Array(slots / 32), turned: Math.floor(now / slotLength), next: undefined, count: 0 }
}

/** Puts a sleeper on the wheel, leaves it where an earlier look is due already, or takes it off. Call after every change of `wakeAt`. */
export function arm<S extends Sleeper>(wheel: Wheel<S>, sleeper: S): void {
  const at = sleeper.wakeAt, { lookAt } = sleeper
  if (lookAt === undefined ? at === undefined : at !== undefined && lookAt <= at) return
  if (at === undefined) takeOff(wheel, sleeper)
  else put(wheel, sleeper, at)
}

/** Entries of one slot that are searched for the one to be taken off: in a longer slot it stays, stale, until its time comes round. */
const searched = 64

/** What will not be woken is not kept alive by the wheel. */
function takeOff<S extends Sleeper>(wheel: Wheel<S>, sleeper: S): void {
  const index = sleeper.lookAt! / slotLength % slots, list = wheel.ring[index]
  sleeper.lookAt = undefined
  const at = list === undefined || list.length > searched ? -1 : list.lastIndexOf(sleeper)
  if (!list || at < 0) return
  const last = list.pop()!
  if (at < list.length) list[at] = last
  wheel.count--
  if (list.length > 0) return
  wheel.ring[index] = undefined
  wheel.used[index >> 5]! &= ~(1 << (index & 31))
  if (wheel.next !== undefined && wheel.next % slots === index) wheel.next = undefined
}

function put<S extends Sleeper>(wheel: Wheel<S>, sleeper: S, at: Millis): void {
  const slot = Math.max(wheel.turned + 1, Math.ceil(at / slotLength))
  if (sleeper.lookAt === slot * slotLength) return   // the same slot again: its entry stands there
  if (sleeper.lookAt !== undefined) takeOff(wheel, sleeper)
  sleeper.lookAt = slot * slotLength
  insert(wheel, sleeper, slot)
}

function insert<S extends Sleeper>(wheel: Wheel<S>, sleeper: S, slot: number): void {
  const index = slot % slots, list = wheel.ring[index]
  if (wheel.count === 0 || (wheel.next !== undefined && slot < wheel.next)) wheel.next = slot
  if (list) list.push(sleeper)
  else wheel.ring[index] = [sleeper]
  wheel.used[index >> 5]! |= 1 << (index & 31)
  wheel.count++
}

/** Calls `due` for every sleeper whose time has come, in order of slots. `due` may arm again. */
export function turn<S extends Sleeper>(wheel: Wheel<S>, now: Millis, due: (sleeper: S) => void): void {
  const until = Math.floor(now / slotLength)
  // a clock that jumps ahead: one round sees every slot; one that jumps back: what was armed keeps its moment, new sleepers get the new time
  if (until < wheel.turned || until - slots > wheel.turned) {
    wheel.turned = Math.min(until, Math.max(wheel.turned, until - slots))
    wheel.next = undefined
  }
  for (let slot = nextSlot(wheel); slot !== undefined && slot <= until; slot = nextSlot(wheel)) {
    wheel.turned = slot
    lookAll(wheel, takeList(wheel, slot % slots), now, due)
  }
  wheel.turned = until
}

function takeList<S extends Sleeper>(wheel: Wheel<S>, index: number): S[] {
  const list = wheel.ring[index] ?? []
  wheel.ring[index] = undefined
  wheel.used[index >> 5]! &= ~(1 << (index & 31))
  wheel.next = undefined
  wheel.count -= list.length
  return list
}

function lookAll<S extends Sleeper>(wheel: Wheel<S>, list: S[], now: Millis, due: (sleeper: S) => void): void {
  const slot = wheel.turned
  let seen = 0
  try {
    while (seen < list.length) look(wheel, list[seen++]!, slot, now, due)
  } finally {
    if (seen < list.length) keep(wheel, list.slice(seen), now)
  }
}

/** `due` threw: the others of its slot come with the next turn. */
function keep<S extends Sleeper>(wheel: Wheel<S>, list: S[], now: Millis): void {
  for (const sleeper of list) if (sleeper.lookAt !== undefined && sleeper.lookAt <= now) put(wheel, sleeper, now)
}

function look<S extends Sleeper>(wheel: Wheel<S>, sleeper: S, slot: number, now: Millis, due: (sleeper: S) => void): void {
  const lookAt = sleeper.lookAt
  if (lookAt === undefined || (lookAt / slotLength - slot) % slots !== 0) return   // armed earlier since: this entry is stale
  const at = sleeper.wakeAt
  if (lookAt > now && at !== undefined) { insert(wheel, sleeper, slot + slots); return }   // another round
  sleeper.lookAt = undefined
  if (at === undefined) return                                                     // laid down without a word
  if (at > now) put(wheel, sleeper, at)
  else due(sleeper)
}

/** The earliest moment at which something may be due; undefined on an empty wheel. */
export function nextLook<S extends Sleeper>(wheel: Wheel<S>): Millis | undefined {
  const slot = nextSlot(wheel)
  return slot === undefined ? undefined : slot * slotLength
}

/** The first slot after the one that was looked at last that holds something. */
function nextSlot<S extends Sleeper>(wheel: Wheel<S>): number | undefined {
  return wheel.count === 0 ? undefined : wheel.next ??= search(wheel)
}

function search<S extends Sleeper>({ used, turned }: Wheel<S>): number | undefined {
  const first = turned + 1
  let bits = used[first % slots >> 5]! & (-1 << (first % slots & 31))   // slots of this word that are still to come
  for (let base = first - first % slots % 32; base <= turned + slots; base += 32, bits = used[base % slots >> 5]!) {
    if (bits !== 0) return base + 31 - Math.clz32(bits & -bits)
  }
  return undefined
}
