/** Pickup: answering a call that rings somewhere else. Standards dial plan 11.7 (own group, group by number, directed, associated groups). */
import { type Call, type CallHouse, type Leg, ownLine, type Ringing } from '../call.ts'
import { releaseTransferor, takePlace } from '../connect.ts'
import { elsewhere } from '../end.ts'
import { giveUp, stopRinging } from '../attempts.ts'
import type { Cause } from '../leg.ts'

const nothing: Cause = { status: 404, text: 'Nothing rings there', by: 'policy' }
const notAllowed: Cause = { status: 403, text: 'Not in the same pickup group', by: 'policy' }

/** A call that rings in the caller's own group (then in its associated groups), or in the one of these that is named. */
export function pickup(house: CallHouse, call: Call, ringing: Ringing, group: string | undefined): boolean {
  const own = house.snapshot.lines.get(ownLine(ringing.waiting) ?? '')?.pickupGroup
  const open = own === undefined ? [] : [own, ...house.snapshot.pickupGroups.get(own)?.associated ?? []]
  if (group !== undefined && !open.includes(group)) { giveUp(house, call, ringing, notAllowed); return true }
  const groups = group === undefined ? open : [group]
  for (const number of groups) {
    const lines = new Set(house.snapshot.pickupGroups.get(number)?.members)
    const found = oldestRinging(house, call, (leg) => lines.has(ownLine(leg) ?? ''))
    if (found) { take(house, call, ringing, found); return true }
  }
  giveUp(house, call, ringing, nothing)
  return true
}

/** The call that rings at a number; only for lines of one pickup group with it. */
export function pickupAt(house: CallHouse, call: Call, ringing: Ringing, number: string): boolean {
  if (!mayPickUp(house, ownLine(ringing.waiting), number)) { giveUp(house, call, ringing, notAllowed); return true }
  const found = oldestRinging(house, call, (leg) => ownLine(leg) === number)
  if (found) take(house, call, ringing, found)
  else giveUp(house, call, ringing, nothing)
  return true
}

/** The same line, or a line of the same pickup group or of one associated with it. */
export function mayPickUp(house: CallHouse, by: string | undefined, at: string | undefined): boolean {
  if (by === undefined || at === undefined) return false
  const own = house.snapshot.lines.get(by)?.pickupGroup, theirs = house.snapshot.lines.get(at)?.pickupGroup
  if (by === at) return true
  if (own === undefined || theirs === undefined) return false
  return own === theirs || house.snapshot.pickupGroups.get(own)?.associated.includes(theirs) === true
}

function oldestRinging(house: CallHouse, except: Call, rings: (leg: Leg) => boolean): Call | undefined {
  for (const call of house.ringingCalls()) if (call !== except && call.ringing?.attempts.some(rings)) return call
  return undefined
}

function take(house: CallHouse, call: Call, ringing: Ringing, found: Call): void {
  takeOver(house, call, ringing.waiting, ringing.offer, found)
}

/** `newcomer`, so far alone in its own call, answers what rings in `found`; its own call is over. */
export function takeOver(house: CallHouse, own: Call, newcomer: Leg, offer: Ringing['offer'], found: Call): void {
  const { ringing } = found
  if (!ringing) return
  stopRinging(house, found, ringing, elsewhere)
  found.ringing = undefined
  releaseTransferor(house, found, ringing)                               // whoever transferred the one who waits is done
  own.a = own.ringing = undefined
  house.move(newcomer, found)
  house.merged(own, found)
  takePlace(house, found, newcomer, offer, ringing.waiting, ringing.offer)
}
