/**
 * The tests that a site ships for its dial plan: each is dialled, and toll control is asked as well; what comes out otherwise refuses the change.
 *
 * Standards  issue of the dial plan (`dialPlanTests`: from, to, expected)
 */
import type { DialPlanTest } from '../../directory/dialPlan.ts'
import type { Snapshot } from '../../directory/snapshot.ts'
import type { Problem } from '../../kit/result.ts'
import { isCause } from '../dialling/causes.ts'
import { type DiallingCode, problem } from '../dialling/problems.ts'
import { featureName } from '../dialling/planOf.ts'
import { diallerNamed } from '../dialling/dialler.ts'
import { momentOf } from '../dialling/schedule.ts'
import { place, type Placed } from '../place.ts'
import { isTollRule } from '../toll/mayCall.ts'
import { about, type Report } from './finding.ts'

export function reviewPromises(snapshot: Snapshot, now: number): Report {
  const errors = snapshot.dialLists.dialPlanTest.flatMap((test) => {
    const broken = brokenBy(snapshot, test, now)
    return broken ? [about('dialPlanTest', `${test.from} ${test.to}`, broken, 'expected')] : []
  })
  return { errors, warnings: [] }
}

function brokenBy(snapshot: Snapshot, { from, to, expected, at }: DialPlanTest, now: number): Problem | undefined {
  const wrong = (code: DiallingCode, detail: string): Problem => problem(code, undefined, detail)
  const who = diallerNamed(snapshot, from), moment = at === undefined ? now : momentOf(at, snapshot.tollControl.zone)
  if (!who) return wrong('dialling.unknownName', `Nobody calls from ${from}.`)
  if (moment === undefined) return wrong('dialling.time', `There is no ${at}.`)
  if (!isExpectation(expected)) return wrong('dialling.expected', `It says ${expected}.`)
  let by: string | undefined
  const got = outcomeOf(place(snapshot, who, to, moment, ({ object }) => { by = object ?? by }))
  if (got.some((_, last) => got.slice(0, last + 1).join(' ') === expected)) return undefined
  return wrong('dialling.testFailed', `From ${from} to ${to} should come to ${expected} and comes to ${got.join(' ')}${by === undefined ? '' : `, by ${by}`}.`)
}

function isExpectation(text: string): boolean {
  const space = text.indexOf(' '), what = space < 0 ? text : text.slice(0, space), name = space < 0 ? '' : text.slice(space + 1)
  if (what === 'refused') return space < 0 || isCause(name) || isTollRule(name)
  return name !== '' && (what === 'trunk' || what === 'line' || what === 'feature')
}

/** Longer and longer: `trunk`, its name, the number that it gets. */
function outcomeOf(found: Placed): readonly string[] {
  if (found.is === 'refused') return ['refused', found.cause]
  if (found.is === 'refuse') return ['refused', found.rule]
  if (found.is === 'own') return found.meaning.is === 'line' ? ['line', found.meaning.number] : ['feature', featureName(found.meaning)]
  const { offers: [offer], cause = 'noTrunk' } = found.route.offers()
  return offer ? ['trunk', offer.trunk, offer.called] : ['refused', cause]
}
