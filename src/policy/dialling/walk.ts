/**
 * What would happen to a number, step by step, each with the row that decides: for `explain call` and for the tests that a site ships.
 *
 * Standards  dial plan 11.1–11.4
 */
import { fail, ok, type Problem, type Result } from '../../kit/result.ts'
import type { Step } from '../../directory/explain.ts'
import { causes, isCause, type RefusalCause } from './causes.ts'
import type { DialPlan } from './plan.ts'
import { problem } from './problems.ts'
import { nextRoute, type Offer, startRouting } from './routes.ts'
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

export function walk(plan: DialPlan, caller: Caller, dialled: string): Walk {
  const steps: Step[] = [], note = (step: Step): void => { steps.push(step) }
  const stop = (cause: RefusalCause): Walk => ({ targets: [], cause, steps })
  const number = dialledDigits(dialled)
  if (!number.ok) { note({ text: `This cannot be dialled: ${number.problem.text}` }); return stop('notDialable') }
  const decision = decide(plan, { ...caller, dialled: number.value }, note)
  if (decision.is === 'refused') return stop(decision.cause)
  if (decision.is === 'own') return { targets: [targetOf(decision.own.to, decision.digits, decision.calling)], steps }
  const { rule, digits, calling } = decision, { to, object } = rule.row
  if (to.is !== 'line' && to.is !== 'feature') return trunks(plan, caller, decision, steps, note)
  const after = rewritten(rule, digits, calling, caller.externalMask, note)
  if (!after) { note({ text: 'What is left is no number.', object }); return stop('notDialable') }
  const name = to.is === 'line' ? to.number : to.name
  note({ text: `It goes to the ${to.is} ${name}.`, object, field: 'to', value: name })
  return { targets: [targetOf(to, after.called, after.calling)], steps }
}

function targetOf(to: OwnNumber['to'], digits: string, calling: string): Target {
  return to.is === 'line' ? { is: 'line', name: to.number, calling } : { is: 'feature', name: to.name, digits, calling }
}

type Found = Extract<ReturnType<typeof decide>, { is: 'found' }>

/** Every trunk that would be tried if none before it took the call. */
function trunks(plan: DialPlan, caller: Caller, { rule, digits, calling }: Found, steps: readonly Step[], note: Note): Walk {
  const { to, object } = rule.row, targets: Target[] = []
  if (to.is === 'routeList') note?.({ text: `It goes by the route list ${to.name}.`, object, field: 'to', value: to.name })
  const routing = startRouting(plan, rule, caller.localRouteGroup, () => 0), carrying = { ...caller, digits, calling }
  for (;;) {
    const next = nextRoute(plan, routing, rule, carrying, targets.length === 0 ? undefined : { is: 'trunkDown' }, note)
    if (next.do === 'stop') {
      if (next.cause !== undefined) note?.({ text: `It ends here: ${causes[next.cause].text}.`, object, field: 'to' })
      return { targets, cause: next.cause, steps }
    }
    const { offer: { trunk, group, called, calling: from } } = next
    targets.push({ is: 'trunk', name: trunk, group, called, calling: from })
    const turns = group !== undefined && plan.routeGroups.get(group)?.algorithm === 'circular'
    const inGroup = group === undefined ? '' : ` of ${group}${turns ? ' (which begins with another one each call)' : ''}`
    note?.({ text: `${targets.length === 1 ? 'It goes' : 'If that fails it goes'} to the trunk ${trunk}${inGroup} as ${called}, from ${from}.`, object: group === undefined ? object : `routeGroups[${group}]`, field: group === undefined ? 'to' : 'trunks', value: trunk })
  }
}

/** A row of `dialPlanTests`: what a site promises itself. */
export interface DialPlanTest {
  readonly from: string
  readonly to: string
  /** `line 1001`, `trunk NAME`, `trunk NAME NUMBER`, `feature NAME`, `refused`, `refused CAUSE`: the first target. */
  readonly expected: string
}

/** The tests that do not come out: each with the row that decided instead. `callerOf` knows who `from` is. */
export function runTests(plan: DialPlan, tests: readonly DialPlanTest[], callerOf: (from: string) => Caller | undefined): Problem[] {
  return tests.flatMap((test, at) => {
    const result = runTest(plan, test, callerOf)
    return result.ok ? [] : [{ ...result.problem, where: `dialPlanTests[${at}]` }]
  })
}

function runTest(plan: DialPlan, { from, to, expected }: DialPlanTest, callerOf: (from: string) => Caller | undefined): Result<Walk> {
  const caller = callerOf(from)
  if (!caller) return fail(problem('dialling.unknownName', undefined, `Nobody calls from ${from}.`))
  if (!isExpectation(expected)) return fail(problem('dialling.expected', undefined, `It says ${expected}.`))
  const walked = walk(plan, caller, to), got = outcomeOf(walked)
  if (got.some((_, last) => got.slice(0, last + 1).join(' ') === expected)) return ok(walked)
  const why = walked.steps.findLast(({ object }) => object !== undefined)?.object
  return fail(problem('dialling.testFailed', undefined, `From ${from} to ${to} should come to ${expected} and comes to ${got.join(' ')}${why === undefined ? '' : `, by ${why}`}.`))
}

function isExpectation(text: string): boolean {
  const space = text.indexOf(' '), what = space < 0 ? text : text.slice(0, space), name = space < 0 ? '' : text.slice(space + 1)
  if (what === 'refused') return space < 0 || isCause(name)
  return name !== '' && (what === 'trunk' || what === 'line' || what === 'feature')
}

function outcomeOf({ targets: [first], cause }: Walk): readonly string[] {
  if (!first) return ['refused', cause ?? 'noTrunk']
  return first.is === 'trunk' ? ['trunk', first.name, first.called] : [first.is, first.name]
}
