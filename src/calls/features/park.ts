/** Park: a call waits on a number until somebody takes it from there. Standards dial plan 11.7 (first free, back to the parker). */
import type { ParkSlotPicture } from '../../directory/picture.ts'
import { inactiveOffer } from '../../wire/sdp/index.ts'
import { type Call, type CallHouse, partyOf, type Ringing } from '../call.ts'
import { releaseTransferor, takePlace } from '../connect.ts'
import { parsed } from '../legs/sip/agreed.ts'
import { giveUp } from '../attempts.ts'

/** The one who waits in `ringing` was transferred to a slot (or to the park code: the first free one). */
export function park(house: CallHouse, call: Call, ringing: Ringing, wanted: ParkSlotPicture | undefined): boolean {
  const taken = new Set([...house.parkedCalls()].flatMap((one) => one.parked ? [one.parked.slot] : []))
  const free = wanted ? (taken.has(wanted.slot) ? undefined : wanted) : firstFree(house, taken)
  const { transferor, waiting } = ringing
  if (!free || !transferor) { giveUp(house, call, ringing, { status: 486, text: 'No slot is free', by: 'policy' }); return true }
  const seconds = house.snapshot.parkLots.get(free.lot)?.reversionSeconds ?? 60
  call.ringing = undefined
  call.parked = { slot: free.slot, by: partyOf(transferor), until: house.now + seconds * 1_000 }
  call.state = 'parked'
  releaseTransferor(house, call, ringing)
  call.a = waiting
  call.b = undefined
  if (waiting.origin.lastText !== '') house.command(waiting, { do: 'offer', sdp: inactiveOffer(parsed(waiting.origin.lastText)) })
  house.arm(call)
  return true
}

function firstFree(house: CallHouse, taken: ReadonlySet<string>): { lot: string; slot: string } | undefined {
  for (const lot of house.snapshot.parkLots.values()) {
    const slot = lot.slots.find((one) => !taken.has(one))
    if (slot !== undefined) return { lot: lot.name, slot }
  }
  return undefined
}

export function retrieve(house: CallHouse, call: Call, ringing: Ringing, slot: string): boolean {
  const found = [...house.parkedCalls()].find((one) => one.parked?.slot === slot)
  if (!found?.a) { giveUp(house, call, ringing, { status: 404, text: 'Nobody waits there', by: 'policy' }); return true }
  const { waiting, offer } = ringing
  call.a = call.ringing = undefined
  house.move(waiting, found)
  house.merged(call, found)
  takePlace(house, found, waiting, offer, found.a, undefined)
  return true
}
