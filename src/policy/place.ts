/**
 * What a dialled number comes to for somebody, when it may cost money: the dial plan's answer, and past it the verdict of toll control.
 * Calls take their trunks from here alone.
 *
 * Standards  dial plan 11.2–11.4, 11.10; R120–R135; attack class A44
 * Security   no trunk is offered before every rule has let the call go
 */
import type { Snapshot } from '../directory/snapshot.ts'
import { type Dialler, type Refused, type Resolution, resolve } from './dialling/resolve.ts'
import type { Note } from './dialling/transform.ts'
import { mayCall, type TollRefusal } from './toll/mayCall.ts'

export type Placed = Exclude<Resolution, Refused> | Refused | TollRefusal

export function place(snapshot: Snapshot, who: Dialler, dialled: string, now: number, note?: Note): Placed {
  const found = resolve(snapshot, who, dialled, now, note)
  if (found.is !== 'routes') return found
  const verdict = mayCall(snapshot, { who, dialled, routes: found }, note)
  return verdict.is === 'allow' ? found : verdict
}
