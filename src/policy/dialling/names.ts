/** Names in a dial plan: each once a list, each that is used is there, and no pattern twice in one partition. */
import type { Problem } from '../../kit/result.ts'
import type { NumberingPlan, RouteFilter } from './numbering.ts'
import { parsePattern } from './pattern.ts'
import { problem } from './problems.ts'
import type { Destination, DialTable, PatternRow, TransformationRow } from './table.ts'

/** Stands in a route list for the group of the caller's device pool (11.3). */
export const localRouteGroup = 'Standard Local Route Group'
/** Partitions are counted in 16 bits; the first index is that of no partition. */
export const maxPartitions = 4_095

export interface Names {
  /** Index by name; 0 is no partition. */
  readonly partitions: ReadonlyMap<string, number>
  readonly numberingPlans: ReadonlyMap<string, NumberingPlan>
  readonly filters: ReadonlyMap<string, RouteFilter>
}

export function namesOf(table: DialTable): Names {
  return {
    partitions: new Map(table.partitions.map(({ name }, at) => [name, at + 1])),
    numberingPlans: new Map(table.numberingPlans.map((plan) => [plan.name, plan])),
    filters: new Map(table.routeFilters.map((filter) => [filter.name, filter])),
  }
}

/** Rows that are looked at in one go. */
export const slice = 200

export function* checkNames(table: DialTable, names: Names, problems: Problem[]): Generator<undefined, void> {
  if (table.partitions.length > maxPartitions) problems.push(problem('dialling.planTooLarge', 'partitions', `At most ${maxPartitions} partitions.`))
  checkOnce(table, problems)
  const known = knownNames(table)
  const needs: Needs = (list, name, where) => {
    if (name !== undefined && !known[list].has(name)) problems.push(problem('dialling.unknownName', where, `There is no ${name} in ${list}.`))
  }
  for (const { name, schedule } of table.partitions) needs('timeSchedules', schedule, `partitions[${name}]`)
  for (const { name, periods } of table.timeSchedules) for (const period of periods) needs('timePeriods', period, `timeSchedules[${name}]`)
  for (const { name, partitions } of table.callingSearchSpaces) for (const partition of partitions) needs('partitions', partition, `callingSearchSpaces[${name}]`)
  for (const { name, members } of table.routeLists) for (const { group } of members) if (group !== localRouteGroup) needs('routeGroups', group, `routeLists[${name}]`)
  for (const { name, trunks } of table.routeGroups) for (const trunk of trunks) needs('trunks', trunk, `routeGroups[${name}]`)
  for (const { name, calledTransformation, callingTransformation } of table.trunks) for (const space of [calledTransformation, callingTransformation]) needs('callingSearchSpaces', space, `trunks[${name}]`)
  for (const row of table.patterns) checkDestination(row.to, row.object, needs)
  for (const rows of [table.patterns, table.calledTransformations, table.callingTransformations]) yield* checkRows(rows, names, needs, problems)
}

type Needs = (list: keyof Known, name: string | undefined, where: string) => void

function checkDestination(to: Destination, where: string, needs: Needs): void {
  if (to.is === 'trunk') needs('trunks', to.name, where)
  if (to.is === 'routeList') needs('routeLists', to.name, where)
  if (to.is === 'translate') needs('callingSearchSpaces', to.callingSearchSpace, where)
}

/** A pattern may stand in many partitions, in one only once for one filter. */
function* checkRows(rows: readonly (PatternRow | TransformationRow)[], names: Names, needs: Needs, problems: Problem[]): Generator<undefined, void> {
  const first = new Map<string, string>()
  for (const [i, { object, pattern, partition, numberingPlan, filter }] of rows.entries()) {
    if ((i + 1) % slice === 0) yield
    needs('partitions', partition, object)
    if (numberingPlan !== undefined) needs('numberingPlans', numberingPlan, object)
    if (filter !== undefined) needs('routeFilters', filter, object)
    const parsed = parsePattern(pattern)
    if (!parsed.ok) continue
    const key = [parsed.value.text.replace('.', ''), names.partitions.get(partition ?? '') ?? 0, numberingPlan, filter].join('\n'), other = first.get(key)
    if (other === undefined) first.set(key, object)
    else problems.push(problem('dialling.samePattern', object, `It is ${other} as well.`))
  }
}

const lists = ['partitions', 'callingSearchSpaces', 'routeLists', 'routeGroups', 'trunks', 'timePeriods', 'timeSchedules', 'numberingPlans', 'routeFilters'] as const

type Known = { [list in typeof lists[number]]: ReadonlySet<string> }

function knownNames(table: DialTable): Known {
  const known: Partial<Known> = {}
  for (const list of lists) known[list] = new Set(table[list].map(({ name }) => name))
  return known as Known
}

function checkOnce(table: DialTable, problems: Problem[]): void {
  for (const list of lists) {
    const seen = new Set<string>()
    for (const { name } of table[list]) {
      if (seen.has(name) || name === '') problems.push(problem('dialling.sameName', `${list}[${name}]`))
      seen.add(name)
    }
  }
}
