/**
 * What would happen to a call: the questions that call control asks, in the same order, each with the object and field that decides.
 * Pure; the moment (who is registered, who talks) is handed in.
 *
 * Standards  dial plan 11.1–11.4, 11.7, 11.10
 */
import type { Snapshot } from '../directory/snapshot.ts'
import { type Dialler, diallerNamed } from './dialling/dialler.ts'
import type { Routes } from './dialling/resolve.ts'
import { causes } from './dialling/causes.ts'
import { ownNumber } from './explain/own.ts'
import { type Explanation, type Moment, refused, say, type Walk } from './explain/walk.ts'
import { place } from './place.ts'
import { countedFor } from './toll/service.ts'

export type { Explanation, Moment } from './explain/walk.ts'

/** As many forwards as call control follows. */
const maxForwards = 12

/** `from`: a number, a user, or `trunk NAME`. */
export function explainCall(snapshot: Snapshot, from: string, to: string, moment: Moment): Explanation {
  const walk: Walk = { snapshot, moment, steps: [], visited: [], reach: (by, number) => reach(walk, by, number) }, who = diallerNamed(snapshot, from)
  if (!who) {
    say(walk, `${from} is no line of this system: nobody who is not a phone of it may call.`)
    return refused(walk, 403)
  }
  if (who.is === 'line') say(walk, `${from} calls as ${who.line.displayName}.`, `lines[${who.line.number}]`)
  else say(walk, `The call comes in by the trunk ${who.trunk.name}.`, `trunks[${who.trunk.name}]`)
  return reach(walk, who, to)
}

/** Where a number leads for somebody, forwards followed. */
function reach(walk: Walk, who: Dialler, to: string): Explanation {
  const { snapshot, steps, moment: { now } } = walk, isForwarded = walk.visited.length > 0
  const found = place(snapshot, who, to, now, (step) => { steps.push(step) })
  switch (found.is) {
    case 'refused': return refused(walk, found.status, found.cause)
    case 'refuse': return refused(walk, found.status, found.rule)
    case 'routes': return visits(walk, to) ? outside(walk, who, found) : refused(walk, 482)
    case 'own': {
      const { meaning } = found, isPhone = meaning.is === 'line' || meaning.is === 'huntGroup'
      if (!visits(walk, isPhone ? meaning.number : to)) return refused(walk, 482)
      if (!isForwarded || isPhone) return ownNumber(walk, who, meaning)
      say(walk, `${to} is no phone: a forward does not lead to a feature.`)
      return refused(walk, 404)
    }
  }
}

/** False where the forwarding goes in a circle. */
function visits(walk: Walk, key: string): boolean {
  if (!walk.visited.includes(key) && walk.visited.length <= maxForwards) { walk.visited.push(key); return true }
  say(walk, `${key} was asked before: the forwarding goes in a circle and ends here.`)
  return false
}

function outside(walk: Walk, who: Dialler, found: Routes): Explanation {
  const { snapshot, steps } = walk, { offers, cause = 'noTrunk' } = found.route.offers((step) => { steps.push(step) })
  for (const trunk of found.closed) say(walk, `The trunk ${trunk} is passed over: the caller came from outside by another.`, `trunks[${trunk}]`, 'offNet', true)
  const down = new Map(offers.map(({ trunk }) => [trunk, walk.moment.down(trunk)]))
  for (const [trunk, why] of down) {
    if (why !== undefined) say(walk, `The trunk ${trunk} is out of service and would be ${found.emergency ? 'tried all the same' : 'passed over'}: ${why}`, `trunks[${trunk}]`)
  }
  if (offers.length === 0) return refused(walk, causes[cause].status, cause)
  if (!found.emergency) {
    const counted = new Map(offers.flatMap(({ trunk }) => countedFor(snapshot, who, trunk)).map((one) => [one.key, one]))
    for (const { key, object, limits: { stop, ...limits } } of counted.values()) say(walk, `It counts for ${key}; over a limit ${stop ? 'it is refused' : 'there is an alarm'}.`, object, 'limits', Object.entries(limits).map(([name, most]) => `${name} ${most}`).join(', '))
  }
  if (!found.emergency && [...down.values()].every((why) => why !== undefined)) {
    say(walk, 'None of the trunks is in service: the call is refused with 480.')
    return { outcome: 'refused', rings: [], trunks: offers, status: 480, steps }
  }
  return { outcome: 'trunk', rings: [], trunks: offers, steps }
}
