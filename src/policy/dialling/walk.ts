/**
 * What would happen to a number, step by step, each with the row that decides.
 *
 * Standards  dial plan 11.1–11.4
 */
import type { Step } from '../../directory/explain.ts'
import { causes, type RefusalCause } from './causes.ts'
import type { DialPlan, Rule } from './plan.ts'
import { type Carrying, nextRoute, type Offer, startRouting } from './routes.ts'
import { dialledDigits } from './symbols.ts'
import type { OwnNumber } from './table.ts'
import { type Asked, decide, rewritten } from './translate.ts'
import type { Note } from './transform.ts'

/** Who calls, as the dial plan sees them. */
export interface Caller extends Omit<Asked, 'dialled'> { readonly localRouteGroup?: string | undefined }

export type Target =
  | { readonly is: 'line'; readonly name: string; readonly calling: string }
  | { readonly is: 'feature'; readonly name: string; readonly digits: string; readonly calling: string }
  | { readonly is: 'trunk'; readonly name: string } & Omit<Offer, 'trunk'>

export interface Walk {
  /** In the order in which they would be tried; none where it is refused. */
  readonly targets: readonly Target[]
  readonly cause?: RefusalCause | undefined
  readonly steps: readonly Step[]
}

const none: ReadonlySet<string> = new Set()

export function walk(plan: DialPlan, caller: Caller, dialled: string): Walk {
  const steps: Step[] = [], note = (step: Step): void => { steps.push(step) }
  const stop = (cause: RefusalCause): Walk => ({ targets: [], cause, steps })
  const number = dialledDigits(dialled)
  if (!number.ok) { note({ text: `This cannot be dialled: ${number.problem.text}` }); return stop('notDialable') }
  const decision = decide(plan, { ...caller, dialled: number.value }, note)
  if (decision.is === 'refused') return stop(decision.cause)
  if (decision.is === 'own') return { targets: [targetOf(decision.own.to, decision.digits, decision.calling)], steps }
  const { rule, digits, calling } = decision, { to, object } = rule.row
  if (to.is !== 'line' && to.is !== 'feature') {
    const { offers, cause } = everyOffer(plan, rule, { ...caller, digits, calling }, none, note)
    return { targets: offers.map(({ trunk, ...offer }) => ({ is: 'trunk', name: trunk, ...offer })), cause, steps }
  }
  const after = rewritten(rule, digits, calling, caller.externalMask, note)
  if (!after) { note({ text: 'What is left is no number.', object }); return stop('notDialable') }
  const name = to.is === 'line' ? to.number : to.name
  note({ text: `It goes to the ${to.is} ${name}.`, object, field: 'to', value: name })
  return { targets: [targetOf(to, after.called, after.calling)], steps }
}

function targetOf(to: OwnNumber['to'], digits: string, calling: string): Target {
  return to.is === 'line' ? { is: 'line', name: to.number, calling } : { is: 'feature', name: to.name, digits, calling }
}

/** What a route comes to when no trunk takes the call: every offer in order, and why there is none. */
export interface Offers { readonly offers: readonly Offer[]; readonly cause?: RefusalCause | undefined }

/** Takes no turn of a circular group: it begins with its first. `closed`: trunks that the caller may not go out by. */
export function everyOffer(plan: DialPlan, rule: Rule, carrying: Carrying, closed: ReadonlySet<string>, note?: Note): Offers {
  const { to, object } = rule.row, offers: Offer[] = []
  if (to.is === 'routeList') note?.({ text: `It goes by the route list ${to.name}.`, object, field: 'to', value: to.name })
  const started = startRouting(plan, rule, carrying.localRouteGroup, () => 0), routing = { ...started, candidates: started.candidates.filter(({ trunk }) => !closed.has(trunk)) }
  for (;;) {
    const next = nextRoute(plan, routing, rule, carrying, offers.length === 0 ? undefined : { is: 'trunkDown' }, note)
    if (next.do === 'stop') {
      if (next.cause !== undefined) note?.({ text: `It ends here: ${causes[next.cause].text}.`, object, field: 'to' })
      return { offers, cause: next.cause }
    }
    offers.push(next.offer)
    if (note) tellOffer(plan, next.offer, object, offers.length === 1, note)
  }
}

function tellOffer(plan: DialPlan, { trunk, group, called, calling }: Offer, object: string, isFirst: boolean, note: NonNullable<Note>): void {
  const turns = group !== undefined && plan.routeGroups.get(group)?.algorithm === 'circular'
  const inGroup = group === undefined ? '' : ` of ${group}${turns ? ' (which begins with another one each call)' : ''}`
  note({ text: `${isFirst ? 'It goes' : 'If that fails it goes'} to the trunk ${trunk}${inGroup} as ${called}, from ${calling}.`, object: group === undefined ? object : `routeGroups[${group}]`, field: group === undefined ? 'to' : 'trunks', value: trunk })
}
