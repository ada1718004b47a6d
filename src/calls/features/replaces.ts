/**
 * An INVITE that takes somebody's place in a call.
 *
 * Standards  RFC 3891
 * Security   only for the same line or a line of the same pickup group: anybody else gets 481, whether the dialog exists or not (A9)
 */
import type { Sdp } from '../../wire/sdp/index.ts'
import { type Call, type CallHouse, type Leg, other, ownLine } from '../call.ts'
import { takePlace } from '../connect.ts'
import { elsewhere, letGo } from '../end.ts'
import type { Cause } from '../leg.ts'
import { mayPickUp, takeOver } from './pickup.ts'

const noSuchCall: Cause = { status: 481, text: 'No such call', by: 'policy' }

/** A trunk takes the place of its own dialogs alone; that it may at all says its profile (R370). */
function mayReplace(house: CallHouse, newcomer: Leg, target: Leg): boolean {
  if (newcomer.peer.trunk) return target.peer.trunk?.name === newcomer.peer.trunk.name
  return mayPickUp(house, ownLine(newcomer), ownLine(target))
}

/** Undefined when the newcomer has taken the place; else why not. */
export function replace(house: CallHouse, own: Call, newcomer: Leg, offer: Sdp | undefined, value: string, earlyOnly: boolean): Cause | undefined {
  const target = house.replaced(value), found = target && house.callOf(target)
  if (!target || !found || found === own || !mayReplace(house, newcomer, target)) return noSuchCall
  if (found.ringing?.attempts.includes(target)) { takeOver(house, own, newcomer, offer, found); return undefined }
  const stays = other(found, target)
  if (!stays || found.state !== 'connected' || found.ringing) return noSuchCall
  if (earlyOnly) return { status: 486, text: 'The call was answered', by: 'policy' }                   // 3891 3
  if (found.pending) return { status: 491, text: 'Another offer is on its way', by: 'near' }
  own.a = own.ringing = undefined
  house.move(newcomer, found)
  house.merged(own, found)
  letGo(house, found, target, elsewhere)
  takePlace(house, found, newcomer, offer, stays, undefined)
  return undefined
}
