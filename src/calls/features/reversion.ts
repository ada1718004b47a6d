/** A parked call that nobody takes goes back to who parked it. Standards dial plan 11.7 */
import type { Call, CallHouse } from '../call.ts'
import { seek } from '../ring.ts'

/** Nobody came: the one who parked the call is rung. */
export function parkWake(house: CallHouse, call: Call): void {
  const { parked, a } = call
  if (!parked || !a) return
  if (house.now < parked.until) { house.arm(call); return }
  call.parked = undefined
  seek(house, call, a, parked.by.number, { by: { is: 'line', line: parked.by.number } })                 // the parker takes it back, whatever the one who waits may dial
}
