/** Numbers that are no phone: pickup, park and retrieve. Standards dial plan 11.7. */
import type { Meaning } from '../../directory/picture.ts'
import { type Call, type CallHouse, type Ringing, unanswered } from '../call.ts'
import { park, retrieve } from './park.ts'
import { pickup, pickupAt } from './pickup.ts'

/** Does what was dialled; false if it stands for nothing. */
export function dialled(house: CallHouse, call: Call, ringing: Ringing, meaning: Meaning): boolean {
  const fresh = unanswered(ringing.waiting)
  switch (meaning.is) {
    case 'pickup': return fresh && pickup(house, call, ringing, undefined)
    case 'pickupGroup': return fresh && pickup(house, call, ringing, meaning.number)
    case 'directedPickup': return fresh && pickupAt(house, call, ringing, meaning.number)
    case 'parkRetrieve': return fresh && retrieve(house, call, ringing, meaning.slot)
    case 'parkSlot': return fresh ? retrieve(house, call, ringing, meaning.slot) : park(house, call, ringing, meaning)
    case 'park': return !fresh && park(house, call, ringing, undefined)
    case 'line': case 'huntGroup': case 'unknown': return false
  }
}
