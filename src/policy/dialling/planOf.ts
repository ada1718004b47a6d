/**
 * The dial plan of a picture: the site's rows as the compiler wants them, and the numbers of the house; made once for each picture.
 *
 * Standards  dial plan 11.1–11.4; R128 (numbering plans that are shipped)
 */
import type { Meaning } from '../../directory/picture.ts'
import type { RouteFilter as SiteFilter, RoutePattern, TimePeriod as SitePeriod, TransformationPattern, TranslationPattern } from '../../directory/dialPlan.ts'
import type { Snapshot } from '../../directory/snapshot.ts'
import { e164, nanp } from './numberingPlans.ts'
import type { NumberingPlan, RouteFilter } from './numbering.ts'
import { type CompiledPlan, compiling } from './plan.ts'
import type { TimePeriod } from './schedule.ts'
import type { Destination, DialTable, NumberTransformation, OwnNumber, OwnNumbers, PatternRow, TransformationRow } from './table.ts'

export interface SitePlan extends CompiledPlan {
  /** No pattern and no partition: every number means what it means to everybody. */
  readonly isPlain: boolean
  /** Calls that each circular group began, since this picture came. */
  readonly turns: Map<string, number>
}

const plans = new WeakMap<Snapshot, SitePlan>()

export function planOf(snapshot: Snapshot): SitePlan {
  const there = plans.get(snapshot)
  if (there) return there
  const steps = planning(snapshot)
  for (;;) { const step = steps.next(); if (step.done) return step.value }
}

/** The same in slices: for a change while the system runs, before anybody dials with it. */
export function* planning(snapshot: Snapshot): Generator<undefined, SitePlan> {
  const table = tableOf(snapshot)
  yield
  const isPlain = table.patterns.length === 0 && !snapshot.lines.values().some(({ partition }) => partition !== undefined)
  const made = { ...yield* compiling(table), isPlain, turns: new Map<string, number>() }
  plans.set(snapshot, made)
  return made
}

function tableOf(snapshot: Snapshot): DialTable {
  const { dialLists: lists } = snapshot
  return {
    partitions: lists.partition, callingSearchSpaces: lists.callingSearchSpace,
    patterns: [...lists.routePattern.map(routeRow), ...lists.translationPattern.map(translationRow)],
    calledTransformations: lists.calledTransformation.map((row) => transformationRow('calledTransformations', row)),
    callingTransformations: lists.callingTransformation.map((row) => transformationRow('callingTransformations', row)),
    routeLists: lists.routeList, routeGroups: lists.routeGroup,
    trunks: [...snapshot.trunks.values()].map(({ name, calledTransformation, callingTransformation, callerNumber, offNet }) => ({ name, calledTransformation, callingTransformation, callerNumber, onNet: !offNet })),
    timePeriods: lists.timePeriod.map(periodOf), timeSchedules: lists.timeSchedule,
    numberingPlans: numberingPlans(lists.numberingPlan), routeFilters: lists.routeFilter.map(filterOf),
    own: ownNumbers(snapshot),
  }
}

/** As the site file names it: `routePatterns[9.! National]`. */
function nameOf(collection: string, { pattern, partition }: { readonly pattern: string; readonly partition?: string | undefined }): string {
  return `${collection}[${partition === undefined ? pattern : `${pattern} ${partition}`}]`
}

function routeRow(row: RoutePattern): PatternRow {
  const { pattern, partition, urgent, emergency, international, premium, filter, calling } = row
  return { object: nameOf('routePatterns', row), pattern, partition, urgent, emergency, international, premium, filter, numberingPlan: numberingOf(row), to: destinationOf(row), called: calledOf(row), calling }
}

/** With several or none given the row is refused where it is applied; until then it leads nowhere. */
function destinationOf({ trunk, routeList, block }: RoutePattern): Destination {
  if (block !== undefined) return { is: 'block', cause: block }
  if (trunk !== undefined) return { is: 'trunk', name: trunk }
  return routeList === undefined ? { is: 'block', cause: 'unallocatedNumber' } : { is: 'routeList', name: routeList }
}

function translationRow(row: TranslationPattern): PatternRow {
  const { pattern, partition, urgent, filter, calling, block, callingSearchSpace } = row
  const to: Destination = block === undefined ? { is: 'translate', callingSearchSpace } : { is: 'block', cause: block }
  return { object: nameOf('translationPatterns', row), pattern, partition, urgent, filter, numberingPlan: numberingOf(row), to, called: calledOf(row), calling }
}

function transformationRow(collection: string, row: TransformationPattern): TransformationRow {
  return { object: nameOf(collection, row), pattern: row.pattern, partition: row.partition, filter: row.filter, numberingPlan: numberingOf(row), transformation: calledOf(row) ?? {} }
}

/** @ is North America unless the row names another plan, as in the trade. */
function numberingOf({ pattern, numberingPlan }: { readonly pattern: string; readonly numberingPlan?: string | undefined }): string | undefined {
  return numberingPlan ?? (pattern.includes('@') ? nanp.name : undefined)
}

function calledOf({ discard, mask, prefix }: NumberTransformation): NumberTransformation | undefined {
  return discard === undefined && mask === undefined && prefix === undefined ? undefined : { discard, mask, prefix }
}

function periodOf({ days, ...period }: SitePeriod): TimePeriod { return { ...period, days: days.length === 0 ? undefined : days } }

function filterOf({ name, anyOf }: SiteFilter): RouteFilter {
  return { name, anyOf: anyOf.map(({ allOf }) => allOf.map(({ tag, is, value = '' }) => is === 'equals' ? { tag, is, value } : { tag, is })) }
}

/** Those that are shipped, unless the site has its own of that name. */
function numberingPlans(site: readonly { readonly name: string; readonly rows: readonly { readonly segments: NumberingPlan['rows'][number] }[] }[]): NumberingPlan[] {
  const own = site.map(({ name, rows }) => ({ name, rows: rows.map(({ segments }) => segments) }))
  return [...own, ...[nanp, e164].filter(({ name }) => !own.some((one) => one.name === name))]
}

function ownNumbers(snapshot: Snapshot): OwnNumbers {
  const { directedPickup, parkRetrieve } = snapshot.codes, followed = [directedPickup, parkRetrieve].filter((code) => code !== 'off')
  let beginnings: Set<string> | undefined
  return {
    at: (digits) => ownNumber(snapshot, digits),
    more: (digits) => {
      const known = beginnings ??= beginningsOf(snapshot)
      return known.has(digits) || followed.some((code) => digits.startsWith(code) && (digits.length === code.length || known.has(digits.slice(code.length))))
    },
  }
}

function ownNumber(snapshot: Snapshot, digits: string): OwnNumber | undefined {
  const meaning = snapshot.numberOrUser(digits)
  if (meaning.is === 'unknown') return undefined
  if (meaning.is === 'line') return { to: { is: 'line', number: meaning.number }, object: `lines[${meaning.number}]`, partition: meaning.partition }
  return { to: { is: 'feature', name: featureName(meaning) }, object: objectOf(meaning), partition: meaning.is === 'directedPickup' ? snapshot.lines.get(meaning.number)?.partition : undefined }
}

type Feature = Exclude<Meaning, { is: 'line' | 'unknown' }>

/** A group or slot by its number, a code by its name. */
export function featureName(meaning: Feature): string {
  if (meaning.is === 'huntGroup' || meaning.is === 'pickupGroup') return meaning.number
  return meaning.is === 'parkSlot' ? meaning.slot : meaning.is
}

function objectOf(meaning: Feature): string {
  switch (meaning.is) {
    case 'huntGroup': return `huntGroups[${meaning.number}]`
    case 'pickupGroup': return `pickupGroups[${meaning.number}]`
    case 'parkSlot': return `parkLots[${meaning.lot}]`
    default: return 'featureCodes'
  }
}

/** What numbers of the house begin with: asked for when somebody dials digit by digit. */
function beginningsOf({ lines, huntGroups, pickupGroups, parkLots, codes }: Snapshot): Set<string> {
  const found = new Set<string>()
  const add = (number: string): void => {
    for (let beginning = number.slice(0, -1); beginning !== '' && !found.has(beginning); beginning = beginning.slice(0, -1)) found.add(beginning)   // what is there brought its own along
  }
  for (const list of [lines, huntGroups, pickupGroups]) for (const number of list.keys()) add(number)
  for (const code of Object.values(codes)) if (code !== 'off') add(code)
  for (const { slots } of parkLots.values()) for (const slot of slots) add(slot)
  return found
}
