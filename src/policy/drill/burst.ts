/**
 * The weekend burst: a stolen password on Saturday night, as many calls as can be made. Where a class of service opens what is dear, a limit must end it.
 *
 * Standards  issue of toll control (limits, after hours); attack class A44
 */
import type { ClassOfServicePicture } from '../../directory/picture.ts'
import type { Limits } from '../../directory/limits.ts'
import type { Snapshot } from '../../directory/snapshot.ts'
import { newCounter, release, take, talks } from '../toll/limits.ts'
import type { DrillRow } from './row.ts'

const minute = 60_000
/** Calls that are tried in one night, twelve hours long, three minutes each. */
const calls = 5_000, callMinutes = 3, nightMinutes = 720

export function drillBurst(snapshot: Snapshot, now: number): DrillRow[] {
  const services = [...snapshot.classesOfService.values()].filter(({ international, premium }) => international || premium)
  const trunks = [...snapshot.trunks.values()].filter(({ enabled, offNet }) => enabled && offNet), outside = trunks.length > 0 && trunks.every(({ limits }) => limits?.stop && burst(limits, now) < calls)
  return services.map((service) => ofClass(service, now, outside))
}

function ofClass({ name, limits }: ClassOfServicePicture, now: number, isTrunkLimited: boolean): DrillRow {
  const got = limits ? burst(limits, now) : calls, object = `classesOfService[${name}]`
  const common = { attack: 'a burst of calls on Saturday night', way: 'phone', as: `a phone of class of service ${name} with a stolen password`, dialled: `${calls} calls`, tried: calls, object, field: 'limits' }
  if (got < calls) return { ...common, outcome: 'stopped', by: `${got} of ${calls} calls got out, then the limits stopped them.` }
  if (isTrunkLimited) return { ...common, outcome: 'stopped', by: 'The class has no limit that stops; those of the trunks do.', object: 'trunks' }
  return { ...common, outcome: 'through', by: `The class opens what is dear, and no limit stops ${calls} calls in a night: give it limits.` }
}

/** Calls that get out when one is begun every few seconds, after hours, and each is answered. */
function burst(limits: Limits, now: number): number {
  const counter = newCounter(), ends: number[] = []
  let out = 0
  for (let call = 0; call < calls; call++) {
    const at = now + Math.floor(call * nightMinutes * minute / calls)
    while (ends[0] !== undefined && ends[0] <= at) release(counter, ends.shift()!, true)
    if (take(counter, limits, at, false).is === 'over') continue
    talks(counter, at)
    ends.push(at + callMinutes * minute)
    out++
  }
  return out
}
