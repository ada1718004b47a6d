/**
 * Who is where: the registered contacts of every line, in memory; what must be written behind is listed in dirty.ts.
 *
 * Standards  RFC 3261 10.3; RFC 5626 7 (a closed flow takes its bindings along)
 * Security   filled by authenticated phones only; bounded by maxBindings in total and maxOfLine a line; keeps no slice of a message
 */
import { printPlace } from '../kit/place.ts'
import type { Flow } from '../kit/flow.ts'
import type { Millis } from '../kit/machine.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { arm, newWheel, nextLook, type Sleeper, turn, type Wheel } from '../kit/wheel.ts'
import { type BindingChange, type BoundContact, lostFlow } from '../wire/sip/registrar.ts'
import { gruuToken, secondsLeft } from '../wire/sip/registrar/answer.ts'
import { type Binding, type BindingRow, fromRow, keyOf, reachable } from './binding.ts'
import { type Batch, type Dirty, forgetWritten, newDirty, noteChange, noteGone, noteKeyChange } from './dirty.ts'
import { newStored, renew, type Stored } from './stored.ts'

export interface LocationLimits {
  /** In the whole table. */
  readonly maxBindings: number
  readonly maxOfLine: number
}
export const locationLimits: LocationLimits = { maxBindings: 1_000_000, maxOfLine: 64 }

/** How long a line without a contact is kept: a phone that comes and goes makes nothing grow. */
const linger: Millis = 60_000

interface Place extends Sleeper {
  readonly line: string
  bindings: readonly Stored[]
}

export interface Locations {
  readonly limits: LocationLimits
  readonly places: Map<string, Place>
  /** Bindings of each connection; one alone stands without a set. */
  readonly flows: Map<number, Stored | Set<Stored>>
  readonly wheel: Wheel<Place>
  readonly dirty: Dirty
  /** Bindings there are. */
  count: number
  /** Since the start, for metrics. */
  readonly totals: { bound: number; refreshed: number; released: number; expired: number; closed: number }
}

export type Why = 'asked' | 'expired' | 'closed' | 'withdrawn'

/** A binding came, went, or (`lost`) can no longer be reached; a mere refresh is no event. */
export interface LocationEvent {
  readonly is: 'bound' | 'released' | 'lost'
  readonly why: Why
  readonly binding: Binding
  /** Whether the phone can be reached on this line now, and whether that is news. */
  readonly registered: boolean
  readonly turned: boolean
}

/** Who registers: the line's number, the phone's name, and where the REGISTER came from. */
export interface Registrant { readonly line: string; readonly phone: string; readonly flow: Flow }

export const locationProblems = {
  full: { code: 'calls.locationsFull', text: 'No more contacts can be registered.', remedy: 'Raise the limit of registrations.' } satisfies Problem,
}

export function newLocations(now: Millis, limits: LocationLimits = locationLimits): Locations {
  return {
    limits, places: new Map(), flows: new Map(), wheel: newWheel(now), dirty: newDirty(), count: 0,
    totals: { bound: 0, refreshed: 0, released: 0, expired: 0, closed: 0 },
  }
}

const none: readonly never[] = []

/** Every contact of a line, those that cannot be reached included; not to be kept. */
export function bindingsOf(locations: Locations, line: string): readonly Binding[] {
  return locations.places.get(line)?.bindings ?? none
}

/** The contacts of one phone on a line, and those of the others: what `register` wants. */
export function bindingsOfPhone(locations: Locations, line: string, phone: string): { own: readonly Binding[]; others: readonly Binding[] } {
  const bindings = bindingsOf(locations, line)
  if (bindings.every((b) => b.phone === phone)) return { own: bindings, others: none }
  return { own: bindings.filter((b) => b.phone === phone), others: bindings.filter((b) => b.phone !== phone) }
}

export function isRegistered(locations: Locations, line: string): boolean { return bindingsOf(locations, line).some(reachable) }

/** The contacts of the instance that a public GRUU names (RFC 5627 5.4): `gr` as it stands in the URI. */
export function bindingsOfGruu(locations: Locations, line: string, gr: string): readonly Binding[] {
  const wanted = gr.toLowerCase()
  return bindingsOf(locations, line).filter((b) => b.instance !== '' && gruuToken(b.instance).toLowerCase() === wanted)
}

/** Makes a change that `register` gave for this phone and line, at once and as a whole; refused where the table is full. */
export function apply(locations: Locations, now: Millis, from: Registrant, changes: readonly BindingChange<Binding>[]): Result<readonly LocationEvent[]> {
  const place = locations.places.get(from.line)
  const held = place?.bindings ?? none
  let more = 0
  for (const change of changes) more += change.is === 'release' ? -1 : change.was && held.includes(change.was as Stored) ? 0 : 1
  if (more > 0 && (locations.count + more > locations.limits.maxBindings || held.length + more > locations.limits.maxOfLine)) return fail(locationProblems.full)
  if (changes.length === 0) return ok(none)
  return ok(changeAll(locations, now, from, place ?? newPlace(locations, from.line), changes))
}

function changeAll(locations: Locations, now: Millis, from: Registrant, place: Place, changes: readonly BindingChange<Binding>[]): LocationEvent[] {
  const before = isThere(place, from.phone), events: Happened[] = []
  for (const change of changes) {
    const was = place.bindings.find((b) => b === change.was)
    if (change.is === 'bind') {
      const event = was ? refresh(locations, now, was, change.now, from.flow) : bind(locations, place, newStored(change.now, place.line, from.phone, from.flow))
      if (event) events.push(event)
    } else if (was) {
      locations.totals.released++
      events.push(release(locations, place, was, now))
    }
  }
  schedule(locations, place, now)
  return judged(place, from.phone, before, events, 'asked')
}

function newPlace(locations: Locations, line: string): Place {
  const place: Place = { line: line.length < 13 ? line : Buffer.from(line, 'latin1').toString('latin1'), bindings: none, wakeAt: undefined, lookAt: undefined }
  locations.places.set(place.line, place)
  return place
}

interface Happened { readonly is: LocationEvent['is']; readonly binding: Stored }

function bind(locations: Locations, place: Place, binding: Stored): Happened {
  place.bindings = place.bindings.length === 0 ? [binding] : [...place.bindings, binding]
  locations.count++
  locations.totals.bound++
  link(locations, binding)
  noteChange(locations.dirty, binding)
  return { is: 'bound', binding }
}

/** No event, unless the binding could not be reached any more. */
function refresh(locations: Locations, now: Millis, binding: Stored, asked: BoundContact, flow: Flow): Happened | undefined {
  locations.totals.refreshed++
  const moved = binding.flowId !== flow.id, wasLost = moved && !reachable(binding)
  if (moved) unlink(locations, binding)
  noteKeyChange(locations.dirty, binding, asked)
  const changed = renew(binding, asked, flow)
  if (moved) link(locations, binding)
  // a plain refresh is written only when less than half of the lifetime on disk is left
  if (changed || binding.expiresAt < binding.savedUntil || (binding.savedUntil - now) * 2 < binding.expiresAt - now) noteChange(locations.dirty, binding)
  return wasLost ? { is: 'bound', binding } : undefined
}

function release(locations: Locations, place: Place, binding: Stored, now: Millis): Happened {
  place.bindings = place.bindings.filter((b) => b !== binding)
  locations.count--
  unlink(locations, binding)
  forgetWritten(locations.dirty, binding, now)
  return { is: 'released', binding }
}

function isThere(place: Place, phone: string): boolean {
  for (const binding of place.bindings) if (binding.phone === phone && reachable(binding)) return true
  return false
}

function judged(place: Place, phone: string, before: boolean, events: readonly Happened[], why: Why): LocationEvent[] {
  if (events.length === 0) return []
  const registered = isThere(place, phone)
  return events.map(({ is, binding }, i) => ({ is, why, binding, registered, turned: i === events.length - 1 && before !== registered }))
}

function schedule(locations: Locations, place: Place, now: Millis): void {
  let first = now + linger
  if (place.bindings.length > 0) {
    first = place.bindings[0]!.expiresAt
    for (const binding of place.bindings) first = Math.min(first, binding.expiresAt)
  }
  place.wakeAt = first
  arm(locations.wheel, place)
}

function link(locations: Locations, binding: Stored): void {
  if (binding.flowId <= 0) return
  const there = locations.flows.get(binding.flowId)
  if (there === undefined) locations.flows.set(binding.flowId, binding)
  else if (there instanceof Set) there.add(binding)
  else locations.flows.set(binding.flowId, new Set([there, binding]))
}

function unlink(locations: Locations, binding: Stored): void {
  if (binding.flowId <= 0) return
  const there = locations.flows.get(binding.flowId)
  if (there instanceof Set && there.delete(binding) && there.size > 0) return
  if (there instanceof Set || there === binding) locations.flows.delete(binding.flowId)
}

/** When `wake` is due; undefined with nothing to wait for. */
export function wakeAt(locations: Locations): Millis | undefined { return nextLook(locations.wheel) }

/** Takes away what has expired. */
export function wake(locations: Locations, now: Millis): LocationEvent[] {
  const events: LocationEvent[] = []
  turn(locations.wheel, now, (place) => {
    for (const phone of expiredPhones(place, now)) events.push(...expire(locations, place, phone, now))
    if (place.bindings.length > 0) schedule(locations, place, now)
    else locations.places.delete(place.line)
  })
  return events
}

function expiredPhones(place: Place, now: Millis): Set<string> {
  return new Set(place.bindings.filter((b) => b.expiresAt <= now).map((b) => b.phone))
}

function expire(locations: Locations, place: Place, phone: string, now: Millis): LocationEvent[] {
  const before = isThere(place, phone), gone = place.bindings.filter((b) => b.phone === phone && b.expiresAt <= now)
  locations.totals.expired += gone.length
  return judged(place, phone, before, gone.map((binding) => release(locations, place, binding, now)), 'expired')
}

/**
 * A connection is gone. What lived on it alone goes with it (RFC 5626 7, RFC 7118); other bindings stay until they expire,
 * and are reached by their address where they have one.
 */
export function flowClosed(locations: Locations, now: Millis, flowId: number): LocationEvent[] {
  const there = locations.flows.get(flowId)
  if (!there) return []
  const events: LocationEvent[] = []
  for (const binding of there instanceof Set ? [...there] : [there]) {
    const place = locations.places.get(binding.line)
    if (!place) continue
    const before = isThere(place, binding.phone), happened = closed(locations, place, binding, now)
    locations.totals.closed++
    events.push(...judged(place, binding.phone, before, happened, 'closed'))
    schedule(locations, place, now)
  }
  locations.flows.delete(flowId)
  return events
}

function closed(locations: Locations, place: Place, binding: Stored, now: Millis): Happened[] {
  if (binding.regId > 0 || binding.transport === 'ws' || binding.transport === 'wss') return [release(locations, place, binding, now)]
  unlink(locations, binding)
  binding.flowId = lostFlow
  return reachable(binding) ? [] : [{ is: 'lost', binding }]
}

/** An administrator took the line away, or the phone from it: nothing is left of it. */
export function withdraw(locations: Locations, now: Millis, line: string, phone?: string): LocationEvent[] {
  const place = locations.places.get(line), events: LocationEvent[] = []
  if (!place) return events
  const phones = new Set(place.bindings.map((b) => b.phone).filter((name) => phone === undefined || name === phone))
  for (const name of phones) {
    const before = isThere(place, name)
    events.push(...judged(place, name, before, place.bindings.filter((b) => b.phone === name).map((b) => release(locations, place, b, now)), 'withdrawn'))
  }
  schedule(locations, place, now)
  return events
}

/** What the last run left: datagram phones are reachable at once, the others when they connect again. `refused` rows are not ours, or too many. */
export function restore(locations: Locations, now: Millis, rows: Iterable<BindingRow>): { restored: number; refused: number } {
  let restored = 0, refused = 0
  for (const row of rows) {
    if (row.expiresAt <= now) continue
    const binding = fromRow(row), place = locations.places.get(row.aor)
    if (!binding || locations.count >= locations.limits.maxBindings || (place?.bindings.length ?? 0) >= locations.limits.maxOfLine) { refused++; continue }
    const home = place ?? newPlace(locations, row.aor)
    const stored: Stored = { ...binding, line: home.line, savedUntil: row.expiresAt }
    home.bindings = home.bindings.length === 0 ? [stored] : [...home.bindings, stored]
    locations.count++
    restored++
    schedule(locations, home, now)
  }
  return { restored, refused }
}

/** A batch of takeDirty that could not be written is due again; what has changed since stands. */
export function giveBack(locations: Locations, batch: Batch): void {
  const find = (aor: string, key: string) => locations.places.get(aor)?.bindings.find((b) => keyOf(b) === key)
  for (const key of batch.gone) if (!find(key.aor, key.key)) noteGone(locations.dirty, key)
  for (const { aor, key } of batch.saved) {
    const binding = find(aor, key)
    if (binding) noteChange(locations.dirty, binding)
  }
}

/** A row of `show registrations`. */
export interface Registration {
  readonly line: string
  readonly phone: string
  readonly contact: string
  readonly transport: string
  readonly source: string
  readonly service: string
  /** Seconds. */
  readonly expiresIn: number
  readonly reachable: boolean
  readonly path: string
}

/** One after another: the table may be long. */
export function* list(locations: Locations, now: Millis): Generator<Registration> {
  for (const { bindings } of locations.places.values()) {
    for (const b of bindings) {
      const source = printPlace(b.address, b.port)
      yield {
        line: b.line, phone: b.phone, contact: b.contact, transport: b.transport, source, service: b.service,
        expiresIn: secondsLeft(b, now), reachable: reachable(b), path: b.path,
      }
    }
  }
}
