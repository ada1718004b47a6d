/**
 * What a dialled number comes to for who dials it: policy/place is asked with the pictures of line, phone and trunk.
 *
 * Standards  dial plan 11; attack class A44
 * Security   who came by a trunk stays known as that through forwards and transfers: outside in to outside out is seen for what it is
 */
import type { Problem } from '../kit/result.ts'
import type { Dialler } from '../policy/dialling/resolve.ts'
import { place } from '../policy/place.ts'
import { countedFor } from '../policy/toll/service.ts'
import type { By, Call, Decision, Leg } from './call.ts'
import type { Exchange } from './state.ts'

export function decide(x: Exchange, call: Call, by: By, number: string): Decision {
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
    case 'refuse': return refused(found.status, { code: `toll.${found.rule}`, text: found.text, where: found.object, remedy: found.remedy })
  }
}

/** To the caller the dial plan's words; which row of which table it was is for the administrator (`explain call`). */
function refused(status: number, problem: Problem): Decision {
  return { is: 'refused', cause: { status, text: status === 404 ? 'Nobody has this number' : 'The dial plan does not allow it', by: 'policy', problem: status === 404 ? undefined : problem } }
}

function diallerOf(x: Exchange, call: Call, by: By): Dialler | undefined {
  const { snapshot } = x
  if (by.is === 'trunk') {
    const trunk = snapshot.trunks.get(by.trunk)
    return trunk && { is: 'trunk', trunk, use: by.use, transfer: by.transfer, calling: callingOf(call) }
  }
  const line = snapshot.lines.get(by.line), origin = originOf(call), trunk = origin === undefined ? undefined : snapshot.trunks.get(origin)
  return line && { is: 'line', line, phone: by.phone === undefined ? undefined : snapshot.phones.get(by.phone), forwarding: by.forwarding, transfer: by.transfer, origin: trunk, ...(trunk || by.forwarding ? { calling: callingOf(call) } : {}) }
}

/** The trunk by which the one who waits came in: the first leg of the call, or who is transferred. */
function originOf(call: Call): string | undefined { return waitingOf(call)?.peer.trunk?.name }
function callingOf(call: Call): string { return waitingOf(call)?.peer.line ?? call.record.from }
function waitingOf({ ringing, a }: Call): Leg | undefined { return ringing?.waiting ?? a }
