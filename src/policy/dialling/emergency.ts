/** Is this an emergency number, for whoever dials it? Asked before anybody is known, while other calls are refused. Standards dial plan 11.2 */
import type { Snapshot } from '../../directory/snapshot.ts'
import { match } from './match.ts'
import { planOf } from './planOf.ts'
import { dialledDigits } from './symbols.ts'

export function isEmergency(snapshot: Snapshot, dialled: string): boolean {
  const site = planOf(snapshot), keys = site.isPlain ? undefined : dialledDigits(dialled)
  if (!keys?.ok) return false
  const { automaton, rules } = site.plan.patterns
  return rules[match(automaton, site.plan.sight([], 0, 'UTC'), keys.value).pattern]?.row.emergency === true
}
