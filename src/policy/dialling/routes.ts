/**
 * From the row that decides to trunks, one after the other: route list, groups, trunks, each with the numbers that it gets; fed with what became of each.
 *
 * Standards  dial plan 11.3 (override, failover by cause); ITU-T Q.850 causes 1, 17, 22, 28, 34, 49; RFC 3261 21.6
 * Security   once a telephone has rung no other trunk is tried: one number, one charge
 */
import type { RefusalCause } from './causes.ts'
import { match } from './match.ts'
import { localRouteGroup } from './names.ts'
import type { DialPlan, Rule, Rules, TransformationRule } from './plan.ts'
import type { StopOn } from './table.ts'
import { type Note, transform, type Transformation } from './transform.ts'

/** What the caller brings along. */
export interface Carrying {
  readonly digits: string
  readonly calling: string
  readonly externalMask?: string | undefined
  /** Group of the caller's device pool. */
  readonly localRouteGroup?: string | undefined
  readonly now: number
  readonly zone: string
}

interface Candidate { readonly trunk: string; readonly group?: string | undefined; readonly member?: number | undefined }

/** Plain data: what is still to be tried. */
export interface Routing { readonly candidates: readonly Candidate[]; tried: number; done: boolean }

export interface Offer { readonly trunk: string; readonly group: string | undefined; readonly called: string; readonly calling: string }

/** What became of an offer. `rang`: a telephone was alerted or heard before it ended. */
export type Outcome =
  | { readonly is: 'noChannel' | 'trunkDown' | 'timeout' | 'answered' | 'cancelled' }
  | { readonly is: 'status'; readonly status: number; readonly q850?: number | undefined; readonly rang?: boolean | undefined }

export type Next =
  | { readonly do: 'try'; readonly offer: Offer }
  /** The last outcome stands; without any, the cause. */
  | { readonly do: 'stop'; readonly cause?: RefusalCause | undefined }

/** The trunks in order. `turn` says with which one a circular group begins: its number of calls so far. */
export function startRouting(plan: DialPlan, { row: { to } }: Rule, local: string | undefined, turn: (group: string) => number): Routing {
  if (to.is === 'trunk') return { candidates: [{ trunk: to.name }], tried: 0, done: false }
  const members = to.is === 'routeList' ? plan.routeLists.get(to.name)?.members ?? [] : []
  const candidates = members.flatMap(({ group: named }, member) => {
    const name = named === localRouteGroup ? local : named, group = name === undefined ? undefined : plan.routeGroups.get(name)
    if (!group) return []
    return inTurn(group.trunks, group.algorithm === 'circular' ? turn(group.name) : 0).map((trunk) => ({ trunk, group: group.name, member }))
  })
  return { candidates, tried: 0, done: false }
}

function inTurn(trunks: readonly string[], turn: number): readonly string[] {
  const from = trunks.length === 0 ? 0 : turn % trunks.length
  return [...trunks.slice(from), ...trunks.slice(0, from)]
}

/** The next trunk, or the end. The first call has no outcome. */
export function nextRoute(plan: DialPlan, routing: Routing, rule: Rule, carrying: Carrying, outcome?: Outcome, note?: Note): Next {
  if (routing.done || (outcome && stops(outcome, stopOn(plan, rule), rule.row.emergency === true, note))) { routing.done = true; return { do: 'stop' } }
  while (routing.tried < routing.candidates.length) {
    const candidate = routing.candidates[routing.tried++]!
    const offer = offerOf(plan, candidate, rule, carrying, note)
    if (offer) return { do: 'try', offer }
    note?.({ text: `What ${candidate.trunk} would get is no number: it is passed over.`, object: rule.row.object })
  }
  routing.done = true
  return outcome ? { do: 'stop' } : { do: 'stop', cause: routing.candidates.length === 0 ? 'noTrunk' : 'notDialable' }
}

function stopOn(plan: DialPlan, { row: { to } }: Rule): StopOn {
  return (to.is === 'routeList' ? plan.routeLists.get(to.name)?.list.stopOn : undefined) ?? {}
}

/** Does the call end here, or may another trunk be tried? */
function stops(outcome: Outcome, { userBusy = true, unallocatedNumber = true, outOfBandwidth = false }: StopOn, emergency: boolean, note: Note): boolean {
  if (outcome.is === 'answered' || outcome.is === 'cancelled') return true
  if (outcome.is !== 'status') return false
  const { rang = false } = outcome, kind = kindOf(outcome)
  const stop = rang || !emergency && (kind === 'everywhere' || (kind === 'busy' && userBusy) || (kind === 'unallocated' && unallocatedNumber) || (kind === 'bandwidth' && outOfBandwidth))
  note?.({ text: stop ? `${outcome.status}${rang ? ' after it rang' : ''}: no other trunk is tried.` : `${outcome.status}: the next trunk is tried.` })
  return stop
}

type Kind = 'everywhere' | 'busy' | 'unallocated' | 'bandwidth' | 'other'

/** The ISDN cause says more than the status, where there is one. */
function kindOf({ status, q850 }: { readonly status: number; readonly q850?: number | undefined }): Kind {
  if (status >= 600) return 'everywhere'   // RFC 3261 21.6: no other location will answer
  if (q850 === 17 || (q850 === undefined && status === 486)) return 'busy'
  if (q850 === 1 || q850 === 22 || q850 === 28 || (q850 === undefined && [404, 410, 484].includes(status))) return 'unallocated'
  return q850 === 49 || (q850 === undefined && status === 580) ? 'bandwidth' : 'other'
}

/** The numbers as this trunk gets them: the route list's transformation or the pattern's, then the trunk's own. */
function offerOf(plan: DialPlan, candidate: Candidate, rule: Rule, carrying: Carrying, note: Note): Offer | undefined {
  const called = calledAt(plan, candidate, rule, carrying, note), calling = callingAt(plan, candidate, rule, carrying, note)
  return called === undefined || calling === undefined ? undefined : { trunk: candidate.trunk, group: candidate.group, called, calling }
}

/** What the route list says for this group, and the row that says it. */
function detailOf(plan: DialPlan, { member }: Candidate, { row: { to } }: Rule): { readonly called?: Transformation | undefined; readonly calling?: Transformation | undefined; readonly object: string } | undefined {
  if (to.is !== 'routeList' || member === undefined) return undefined
  const found = plan.routeLists.get(to.name)?.members[member]
  return found && { called: found.called, calling: found.calling, object: `routeLists[${to.name}]` }
}

function calledAt(plan: DialPlan, candidate: Candidate, rule: Rule, carrying: Carrying, note: Note): string | undefined {
  const detail = detailOf(plan, candidate, rule), own = detail?.called
  const called = transform(own ?? rule.called, carrying.digits, { what: 'called', object: own ? detail!.object : rule.row.object, spellings: rule.spellings }, note)
  return called === undefined ? undefined : atTrunk(plan, plan.calledTransformations, plan.trunks.get(candidate.trunk)?.calledTransformation, called, 'called', carrying, note)
}

function callingAt(plan: DialPlan, candidate: Candidate, rule: Rule, carrying: Carrying, note: Note): string | undefined {
  const detail = detailOf(plan, candidate, rule), own = detail?.calling, { callingTransformation, callerNumber } = plan.trunks.get(candidate.trunk) ?? {}
  if (callerNumber !== undefined) {
    note?.({ text: `The calling number is ${callerNumber} for every call by ${candidate.trunk}.`, object: `trunks[${candidate.trunk}]`, field: 'callerNumber', value: callerNumber })
    return callerNumber
  }
  const calling = transform(own ?? rule.calling, carrying.calling, { what: 'calling', object: own ? detail!.object : rule.row.object, externalMask: carrying.externalMask }, note)
  return calling === undefined ? undefined : atTrunk(plan, plan.callingTransformations, callingTransformation, calling, 'calling', carrying, note)
}

/** A number that could leave, and whether it goes to another system of the house. */
export interface Leaving { readonly called: string; readonly onNet: boolean }

/** Every number that a call could leave with, whichever trunk takes it: each once. */
export function leaving(plan: DialPlan, { candidates }: Routing, rule: Rule, carrying: Carrying): Leaving[] {
  const seen = new Set<string>(), found: Leaving[] = []
  for (const candidate of candidates) {
    const { calledTransformation = '', onNet = false } = plan.trunks.get(candidate.trunk) ?? {}, way = `${candidate.member} ${onNet} ${calledTransformation}`
    if (seen.has(way)) continue
    seen.add(way)
    const called = calledAt(plan, candidate, rule, carrying, undefined)
    if (called !== undefined) found.push({ called, onNet })
  }
  return found
}

function atTrunk(plan: DialPlan, { rules, automaton }: Rules<TransformationRule>, space: string | undefined, number: string, what: 'called' | 'calling', { now, zone }: Carrying, note: Note): string | undefined {
  if (space === undefined) return number
  const rule = rules[match(automaton, plan.sight([space], now, zone), number).pattern]
  return rule ? transform(rule.transformation, number, { what, object: rule.row.object, spellings: rule.spellings }, note) : number
}
