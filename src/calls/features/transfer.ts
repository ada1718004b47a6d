/**
 * Transfer: blind to a number, attended and semi-attended to somebody already called.
 *
 * Standards  RFC 3515, 3891, 5589
 * Security   a phone connects its own calls only: the dialog named in Replaces must be one of the same phone (A9); and nobody whom it could not send there (A44)
 */
import { type Call, type CallHouse, type Leg, other, unanswered } from '../call.ts'
import { releaseTransferor } from '../connect.ts'
import { letGo } from '../end.ts'
import { join } from '../negotiate.ts'
import { seek } from '../ring.ts'

export function transfer(house: CallHouse, call: Call, by: Leg, to: string, replaces: string | undefined): void {
  const stays = other(call, by)
  if (!stays || call.ringing || call.state !== 'connected' || unanswered(stays)) { refuse(house, by, 491); return }
  if (replaces !== undefined) { attended(house, call, by, stays, replaces); return }
  const instance = house.instanceIn(to), number = instance?.line ?? house.numberIn(to)
  if (number === undefined) { refuse(house, by, 403); return }
  seek(house, call, stays, number, { transferor: by, diversions: [], instance })
}

function refuse(house: CallHouse, by: Leg, status: number): void {
  house.command(by, { do: 'transferring', status, final: true })
}

function attended(house: CallHouse, call: Call, by: Leg, stays: Leg, replaces: string): void {
  const second = house.replaced(replaces), found = second && house.callOf(second)
  if (!second || !found || found === call || second.peer.phone !== by.peer.phone) { refuse(house, by, 481); return }
  if (found.ringing?.waiting === second) { semiAttended(house, call, by, stays, second, found); return }
  const target = other(found, second)
  const busy = found.pending || call.pending || found.ringing                 // an offer, or a transfer of its own, is on its way
  if (!target || found.state !== 'connected' || busy) { refuse(house, by, busy ? 491 : 481); return }
  if (!house.mayConnect(by, stays, found, [target])) { refuse(house, by, 403); return }
  found.a = found.b = undefined
  house.move(target, call)
  call.a = stays
  call.b = target
  releaseTransferor(house, call, { transferor: by })
  letGo(house, found, second, { status: 200, text: 'Transferred', by: 'near' })
  house.merged(found, call)
  join(house, call, target, stays)
}

/** The second call still rings: its phones go on ringing for the one who is transferred. */
function semiAttended(house: CallHouse, call: Call, by: Leg, stays: Leg, second: Leg, found: Call): void {
  const { ringing } = found
  if (!ringing || call.pending || found.pending) { refuse(house, by, 491); return }
  if (!house.mayConnect(by, stays, found, ringing.attempts)) { refuse(house, by, 403); return }
  found.a = found.ringing = undefined
  for (const leg of ringing.attempts) house.move(leg, call)
  const route = stays.peer.trunk ? undefined : ringing.route                                        // other trunks were not asked for who came by one
  call.ringing = { ...ringing, waiting: stays, offer: undefined, transferor: undefined, anew: true, route }
  call.a = stays
  call.b = undefined
  call.state = 'ringing'
  releaseTransferor(house, found, ringing)
  releaseTransferor(house, call, { transferor: by })
  letGo(house, found, second, { status: 487, text: 'Transferred', by: 'near' })
  house.merged(found, call)
  house.arm(call)
}
