/**
 * What a dialled number comes to for who dials it: policy/place is asked with the pictures of line, phone and trunk.
 *
 * Standards  dial plan 11; attack class A44
 * Security   who came by a trunk stays known as that through forwards and transfers: outside in to outside out is seen for what it is
 */
import type { Problem } from '../kit/result.ts'
import type { Dialler } from '../policy/dialling/resolve.ts'
import { place } from '../policy/place.ts'
import { mayPass } from '../policy/toll/offNet.ts'
import { countedFor } from '../policy/toll/service.ts'
import type { By, Call, Decision, Leg } from './call.ts'
import type { Exchange } from './state.ts'

export function decide(x: Exchange, call: Waits, by: By, number: string): Decision {
  const who = diallerOf(x, call, by)
  if (!who) return refused(403, { code: 'calls.dialler', text: 'Who dials this is not in the directory any more.' })
  const found = place(x.snapshot, who, number, x.now)
  switch (found.is) {
    case 'own': return found
    case 'routes': {
      const { route, emergency } = found
      return { is: 'outside', route: { next: (outcome) => route.next(outcome), emergency, counted: (trunk) => emergency ? [] : countedFor(x.snapshot, who, trunk), taken: new Set() } }
    }
    case 'refused': return refused(found.status, { code: `dialling.${found.cause}`, text: found.text, where: found.object })
    case 'refuse': return refused(found.status, { code: `toll.${found.rule}`, text: by.is === 'trunk' ? 'It does not go on to the outside.' : found.text, where: found.object, remedy: found.remedy })
  }
}

/**
 * May who transfers bring these together, attended? As if the one who stays had been sent to the number of the second call:
 * its tables are asked, and each way out is closed to who is at the other trunk unless that may go out again by it.
 */
export function mayConnect(x: Exchange, by: Leg, stays: Leg, found: Call, targets: readonly Leg[]): boolean {
  const { trunk, line, phone } = by.peer, isOut = targets.some(goesOut)
  const asked = isOut && !trunk ? decide(x, { a: stays, ringing: undefined, record: found.record }, { is: 'line', line, phone, transfer: true }, found.record.to) : undefined
  if (asked?.is === 'refused') return false
  if (asked?.is === 'outside' && asked.route.emergency) return true
  return targets.every((target) => isOpen(x, stays, target) && isOpen(x, target, stays))
}

function goesOut({ peer, side }: Leg): boolean { return peer.trunk !== undefined && side === 'out' }

function isOpen({ snapshot }: Exchange, { peer }: Leg, to: Leg): boolean {
  if (!peer.trunk || !to.peer.trunk || !goesOut(to)) return true
  const from = snapshot.trunks.get(peer.trunk.name), by = snapshot.trunks.get(to.peer.trunk.name)
  return from !== undefined && by !== undefined && mayPass(from, by)
}

/** The text goes to the caller (Warning 399): from outside nobody learns names of trunks and tables; the object is for the administrator. */
function refused(status: number, problem: Problem): Decision {
  return { is: 'refused', cause: { status, text: status === 404 ? 'Nobody has this number' : 'The dial plan does not allow it', by: 'policy', problem: status === 404 ? undefined : problem } }
}

/** Of a call: who waits in it. */
type Waits = Pick<Call, 'ringing' | 'a' | 'record'>

function diallerOf(x: Exchange, call: Waits, by: By): Dialler | undefined {
  const { snapshot } = x, origin = snapshot.trunks.get(originOf(call) ?? '')
  if (by.is === 'trunk') {
    const trunk = snapshot.trunks.get(by.trunk)
    return trunk && { is: 'trunk', trunk, use: by.use, transfer: by.transfer, origin, calling: callingOf(call) }
  }
  const line = snapshot.lines.get(by.line)
  return line && { is: 'line', line, phone: by.phone === undefined ? undefined : snapshot.phones.get(by.phone), forwarding: by.forwarding, transfer: by.transfer, origin, ...(origin || by.forwarding ? { calling: callingOf(call) } : {}) }
}

/** The trunk by which the one who waits came in: the first leg of the call, or who is transferred. */
function originOf(call: Waits): string | undefined { return waitingOf(call)?.peer.trunk?.name }
function callingOf(call: Waits): string { return waitingOf(call)?.peer.line ?? call.record.from }
function waitingOf({ ringing, a }: Waits): Leg | undefined { return ringing?.waiting ?? a }
