/** The end of a call: every leg is let go with the cause that fits it, and the record is closed. */
import type { Call, CallHouse, Leg } from './call.ts'
import type { Cause } from './leg.ts'
import { closeLeg, closeRecord } from './records.ts'

export const elsewhere: Cause = { status: 200, text: 'Call completed elsewhere', by: 'near' }

/** Ends a call for all who are in it. `except` has gone by itself. */
export function endCall(house: CallHouse, call: Call, cause: Cause, except?: Leg): void {
  if (call.state === 'ended') return
  const legs = [call.a, call.b, call.ringing?.waiting, ...(call.ringing?.attempts ?? []), call.ringing?.transferor]
  call.state = 'ended'
  call.ringing = call.pending = call.parked = undefined
  call.a = call.b = undefined
  for (const leg of new Set(legs)) if (leg && leg !== except) letGo(house, call, leg, cause)
  closeRecord(call.record, house.now, cause)
  house.ended(call)
}

/** An offer of an early dialog has lost one of its two ends: whoever waits for the answer hears that there will be none. */
export function abandonEarly(house: CallHouse, call: Call, leg: Leg): void {
  const { pending } = call
  if (pending?.early === undefined || (pending.from !== leg && pending.to !== leg)) return
  call.pending = undefined
  if (pending.from !== leg) house.command(pending.from, { do: 'decline', cause: { status: 488, text: 'That phone does not ring any more', by: 'near' } })
}

export function letGo(house: CallHouse, call: Call, leg: Leg, cause: Cause): void {
  abandonEarly(house, call, leg)
  const near = cause.by === 'far' ? { ...cause, by: 'near' as const } : cause                              // the far end of another leg
  closeLeg(call.record, leg.id, house.now, near, leg.security)
  house.vacate(leg)
  house.command(leg, { do: 'end', cause: near === cause ? cause : { ...near, text: '', status: relayed(near.status) } })
}

/** What one phone said to us is not said to another where it is about us, or would need headers that only the sayer can give (RFC 3261 16.7 step 5, 21.4). */
const between = new Set([401, 407, 413, 414, 415, 416, 420, 421, 422, 423, 489, 494])

function relayed(status: number): number {
  return between.has(status) ? 500 : status === 503 ? 480 : status
}
