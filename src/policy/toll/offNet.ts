/**
 * From outside in to outside out again: refused, unless the trunk that the caller came by names the one to leave by.
 *
 * Standards  dial plan 11.10 (block off-net to off-net); attack class A44
 */
import type { TrunkPicture } from '../../directory/picture.ts'
import type { Snapshot } from '../../directory/snapshot.ts'
import type { Dialler } from '../dialling/resolve.ts'

/** The trunk that the caller came by; undefined for one of the house. Whoever a system of the house sends on came by the trunk to the outside that they came by. */
export function originOf(who: Dialler): TrunkPicture | undefined { return who.is === 'line' || who.origin?.offNet ? who.origin : who.trunk }

export function mayPass(from: Pick<TrunkPicture, 'offNet' | 'offNetTo'>, to: Pick<TrunkPicture, 'name' | 'offNet'>): boolean {
  return !from.offNet || !to.offNet || from.offNetTo.includes(to.name)
}

/** Those of the trunks that the caller may not leave by. */
export function closedTrunks(snapshot: Snapshot, who: Dialler, trunks: readonly string[]): ReadonlySet<string> {
  const origin = originOf(who)
  if (!origin?.offNet) return none
  return new Set(trunks.filter((name) => { const to = snapshot.trunks.get(name); return !to || !mayPass(origin, to) }))
}
const none: ReadonlySet<string> = new Set()
