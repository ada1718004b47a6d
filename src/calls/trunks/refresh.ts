/** The trunks follow the directory: what did not change goes on as it was. Standards R308, R321–R323 */
import { type Json, sameJson } from '../../directory/changes.ts'
import { type ReadyTrunk, trunksOf } from '../../policy/trunk/trunksOf.ts'
import type { Exchange } from '../state.ts'
import { ping } from './ping.ts'
import { register, registrationOf, stopRegistration } from './register.ts'
import { type Destination, destinationsOf, newTrunkState, reindex, sleep, type TrunkState } from './state.ts'

/** Asked at every input: one look where nothing changed. Where names change their addresses, a thousand trunks are indexed once in a second, one at once. */
export function refreshTrunks(x: Exchange): void {
  const { trunks, snapshot } = x
  if (trunks.of === snapshot) {
    if (trunks.stale && x.now - trunks.indexedAt >= trunks.byName.size) reindex(trunks, x.now)
    return
  }
  trunks.of = snapshot
  trunks.policy = trunksOf(snapshot)
  const before = new Map(trunks.byName)
  trunks.byName.clear()
  for (const ready of trunks.policy.all) {
    const old = before.get(ready.name), same = old !== undefined && isSame(old.ready, ready)
    before.delete(ready.name)
    trunks.byName.set(ready.name, same ? old : renewed(x, ready, old))
  }
  for (const gone of before.values()) retire(x, gone)
  reindex(trunks, x.now)
  for (const state of trunks.byName.values()) begin(x, state)
}

/** Nothing that destinations, pings or the registration are made of is different. */
function isSame(a: ReadyTrunk, b: ReadyTrunk): boolean {
  return sameJson(a.picture as unknown as Json, b.picture as unknown as Json) && sameJson(a.profile as unknown as Json, b.profile as unknown as Json)
}

function renewed(x: Exchange, ready: ReadyTrunk, old: TrunkState | undefined): TrunkState {
  const destinations = destinationsOf(ready, x.now).map((one) => kept(old, one))
  for (const one of old?.destinations ?? []) if (!destinations.includes(one)) sleep(x.trunks, one, undefined)
  const registration = registrationOf(ready)
  if (old?.registration) stopRegistration(x, old, registration === undefined)
  for (const one of destinations) if (old?.ready.picture.optionsPing !== ready.picture.optionsPing) { one.waiting = false; sleep(x.trunks, one, undefined) }   // begun anew
  return newTrunkState(ready, destinations, registration, old)
}

/** A destination that leads to the same place keeps what is known of it. */
function kept(old: TrunkState | undefined, fresh: Destination): Destination {
  return old?.destinations.find((one) => one.host === fresh.host && one.port === fresh.port && one.transport === fresh.transport && sameJson(one.like as Json, fresh.like as Json) && one.priority === fresh.priority && one.weight === fresh.weight) ?? fresh
}

/** What is new is asked at once, and registers. */
function begin(x: Exchange, state: TrunkState): void {
  for (const one of state.destinations) if (one.wakeAt === undefined && !one.waiting) ping(x, one)
  if (state.registration?.state === 'new') register(x, state, state.registration)
}

function retire(x: Exchange, state: TrunkState): void {
  for (const one of state.destinations) sleep(x.trunks, one, undefined)
  if (state.registration) stopRegistration(x, state, true)
}
