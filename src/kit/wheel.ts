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
  /** Slot number up to which everything was looked at. */
  turned: number
  count: number
}

export function newWheel<S extends Sleeper>(now: Millis): Wheel<S> {
  return { ring: new Array<S[] | undefined>(slots), turned: Math.floor(now / slotLength), count: 0 }
}

/** Puts a sleeper on the wheel, or leaves it where an earlier look is due already. Call after every change of `wakeAt`. */
export function arm<S extends Sleeper>(wheel: Wheel<S>, sleeper: S): void {
  const at = sleeper.wakeAt
  if (at === undefined || (sleeper.lookAt !== undefined && sleeper.lookAt <= at)) return
  put(wheel, sleeper, at)
}

function put<S extends Sleeper>(wheel: Wheel<S>, sleeper: S, at: Millis): void {
  const slot = Math.max(wheel.turned + 1, Math.ceil(at / slotLength))
  sleeper.lookAt = slot * slotLength
  const list = wheel.ring[slot % slots]
  if (list) list.push(sleeper)
  else wheel.ring[slot % slots] = [sleeper]
  wheel.count++
}

/** Calls `due` for every sleeper whose time has come, in order of slots. `due` may arm again. */
export function turn<S extends Sleeper>(wheel: Wheel<S>, now: Millis, due: (sleeper: S) => void): void {
  const until = Math.floor(now / slotLength)
  const steps = Math.min(until - wheel.turned, slots)   // a clock that jumps ahead: one round sees every slot
  const first = until - steps
  if (steps > 0) wheel.turned = first
  while (wheel.turned < until) {
    wheel.turned++
    const list = wheel.ring[wheel.turned % slots]
    if (!list) continue
    wheel.ring[wheel.turned % slots] = undefined
    for (const sleeper of list) look(wheel, sleeper, now, due)
  }
}

function look<S extends Sleeper>(wheel: Wheel<S>, sleeper: S, now: Millis, due: (sleeper: S) => void): void {
  wheel.count--
  if (sleeper.lookAt === undefined || (sleeper.lookAt / slotLength - wheel.turned) % slots !== 0) return   // armed earlier since: this entry is stale
  if (sleeper.lookAt > now) { put(wheel, sleeper, sleeper.lookAt); return }                                // another round
  sleeper.lookAt = undefined
  const at = sleeper.wakeAt
  if (at === undefined) return
  if (at > now) put(wheel, sleeper, at)
  else due(sleeper)
}

/** The earliest moment at which something may be due; undefined on an empty wheel. Linear in slots at worst, near at hand in practice. */
export function nextLook<S extends Sleeper>(wheel: Wheel<S>): Millis | undefined {
  if (wheel.count === 0) return undefined
  for (let slot = wheel.turned + 1; slot <= wheel.turned + slots; slot++) {
    if (wheel.ring[slot % slots]) return slot * slotLength
  }
  return undefined
}
