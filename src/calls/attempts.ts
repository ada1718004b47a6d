/** The phones that ring for somebody: what their refusals come to, how they are stopped, what happens when nobody is left. Standards RFC 3261 16.7 */
import type { Call, CallHouse, Leg, Ringing } from './call.ts'
import { endCall, letGo } from './end.ts'
import type { Cause } from './leg.ts'

/** 16.7 step 6: 6xx first, then busy, then the lowest class. */
export function better(ringing: Ringing, cause: Cause): void {
  const rank = (c: Cause) => c.status >= 600 ? 0 : c.status === 486 ? 1 : c.status < 500 && c.status !== 408 && c.status !== 480 ? 2 : c.status === 480 ? 3 : 4
  if (!ringing.best || rank(cause) < rank(ringing.best)) ringing.best = cause
}

export function stopRinging(house: CallHouse, call: Call, ringing: Ringing, cause: Cause, except?: Leg): void {
  const { attempts } = ringing
  ringing.attempts = []
  ringing.until = undefined
  for (const leg of attempts) if (leg !== except) letGo(house, call, leg, cause)
}

/** Nobody is left to be rung. */
export function giveUp(house: CallHouse, call: Call, ringing: Ringing, cause: Cause): void {
  const { transferor, waiting } = ringing
  if (transferor && call.state === 'connected') {
    house.command(transferor, { do: 'transferring', status: cause.status, final: true })
    call.ringing = undefined
    if (transferor.over === undefined && (call.a === transferor || call.b === transferor)) return           // they talk on
  }
  endCall(house, call, waiting.over ? { ...cause, by: 'near' } : cause)
}
