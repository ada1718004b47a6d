/**
 * A dial plan made ready: every row parsed, every name followed, everything that matches numbers compiled.
 * A row that is wrong is told and left out; whoever applies a plan refuses it while a problem stands.
 *
 * Standards  dial plan 11.1–11.4
 */
import type { Problem, Result } from '../../kit/result.ts'
import { bitsOf } from './bits.ts'
import { type Automaton, compile, type Entry } from './compile.ts'
import { type Counts, countsOf, type Known } from './count.ts'
import type { Sight } from './match.ts'
import { spell, type Spelling } from './numbering.ts'
import { parsePattern, type Pattern } from './pattern.ts'
import { problem } from './problems.ts'
import { checkNames, type Names, namesOf, slice } from './names.ts'
import { isZone, newClock, parsePeriod, type Schedule, scheduleOf } from './schedule.ts'
import type { DialTable, OwnNumbers, Partition, PatternRow, RouteGroup, RouteList, TransformationRow, Trunk } from './table.ts'
import { parseTransformation, type Transformation } from './transform.ts'

/** A pattern of the plan with what becomes of the numbers. */
export interface Rule extends Ways {
  readonly row: PatternRow
  readonly pattern: Pattern
  readonly spellings: readonly Spelling[]
  readonly counts: Counts
  readonly urgent: boolean
}

export interface TransformationRule { readonly row: TransformationRow; readonly spellings: readonly Spelling[]; readonly counts: Counts; readonly transformation: Transformation }

/** Rules and the automaton that finds them by their place. */
export interface Rules<R> { readonly rules: readonly R[]; readonly automaton: Automaton }

interface ReadyMember extends Ways { readonly group: string }
interface ReadyRouteList { readonly list: RouteList; readonly members: readonly ReadyMember[] }

export interface DialPlan {
  readonly patterns: Rules<Rule>
  readonly calledTransformations: Rules<TransformationRule>
  readonly callingTransformations: Rules<TransformationRule>
  /** What is seen with these search spaces, one after the other, at a moment in a zone. */
  readonly sight: (spaces: readonly string[], now: number, zone: string) => Sight
  readonly has: (space: string) => boolean
  /** Is a time schedule open? One that is not there never is. */
  readonly isOpen: (schedule: string, now: number, zone: string) => boolean
  readonly own: OwnNumbers
  /** Index of a partition by its name; 0 is none. */
  readonly partitions: ReadonlyMap<string, number>
  readonly routeLists: ReadonlyMap<string, ReadyRouteList>
  readonly routeGroups: ReadonlyMap<string, RouteGroup>
  readonly trunks: ReadonlyMap<string, Trunk>
}

export interface CompiledPlan { readonly plan: DialPlan; readonly problems: readonly Problem[] }

interface Making { readonly table: DialTable; readonly names: Names; readonly problems: Problem[]; readonly counted: Known }

export function compilePlan(table: DialTable): CompiledPlan {
  const steps = compiling(table)
  for (;;) { const step = steps.next(); if (step.done) return step.value }
}

/** The same in slices of a few milliseconds, so that calls go on meanwhile; the automaton of 10,000 patterns alone takes 80 ms in one go. */
export function* compiling(table: DialTable): Generator<undefined, CompiledPlan> {
  const making: Making = { table, names: namesOf(table), problems: [], counted: new Map() }
  yield* checkNames(table, making.names, making.problems)
  const patterns = yield* rulesOf(making, table.patterns, ruleOf, ({ row }) => row.emergency === true)
  const plan: DialPlan = {
    patterns,
    calledTransformations: yield* rulesOf(making, table.calledTransformations, transformationOf, () => false),
    callingTransformations: yield* rulesOf(making, table.callingTransformations, transformationOf, () => false),
    ...sightsOf(making), own: table.own ?? nothingOwn, partitions: making.names.partitions,
    routeLists: new Map(table.routeLists.map((list) => [list.name, readyList(making, list)])),
    routeGroups: new Map(table.routeGroups.map((group) => [group.name, group])),
    trunks: new Map(table.trunks.map((trunk) => [trunk.name, trunk])),
  }
  return { plan, problems: making.problems }
}

const nothingOwn: OwnNumbers = { at: () => undefined, more: () => false }

/** The value, or the problem kept with the row that has it. */
function taken<T>({ problems }: Making, object: string, result: Result<T>): T | undefined {
  if (result.ok) return result.value
  const { where } = result.problem
  problems.push({ ...result.problem, where: where === undefined ? object : `${object}, ${where}` })
  return undefined
}

interface Found { readonly row: { readonly object: string; readonly partition?: string | undefined }; readonly spellings: readonly Spelling[]; readonly counts: Counts }

function* rulesOf<Row extends Found['row'], R extends Found>(making: Making, rows: readonly Row[], make: (making: Making, row: Row) => R | undefined, first: (rule: R) => boolean): Generator<undefined, Rules<R>> {
  const rules: R[] = []
  for (const [i, row] of rows.entries()) {
    const rule = make(making, row)
    if (rule) rules.push(rule)
    if ((i + 1) % slice === 0) yield
  }
  const entries = rules.map((rule): Entry => {
    const { spellings, counts, row: { partition } } = rule, urgent = first(rule)
    return { spellings, counts, first: urgent, partition: urgent || partition === undefined ? 0 : making.names.partitions.get(partition)! }
  })
  const size = making.table.partitions.length + 1, automaton = compile(entries, size)
  if (automaton) return { rules, automaton }
  making.problems.push(problem('dialling.planTooLarge'))
  return { rules: [], automaton: compile([], size)! }
}

interface Spelled { readonly pattern: Pattern; readonly spellings: readonly Spelling[]; readonly counts: Counts }

function spelled(making: Making, row: PatternRow | TransformationRow): Spelled | undefined {
  const { object, numberingPlan, filter } = row, { partitions, numberingPlans, filters } = making.names
  const pattern = taken(making, object, parsePattern(row.pattern))
  if (!pattern || isMissing(partitions, row.partition) || isMissing(numberingPlans, numberingPlan) || isMissing(filters, filter)) return undefined
  const spellings = taken(making, object, spell(pattern, numberingPlans.get(numberingPlan ?? ''), filters.get(filter ?? '')))
  const counts = spellings && countsOf(spellings.map(({ items }) => items), making.counted)
  if (spellings && !counts) making.problems.push(problem('dialling.tooWide', object))
  return counts && { pattern, spellings, counts }
}

/** Named, and not there: told by checkNames. */
function isMissing(list: ReadonlyMap<string, unknown>, name: string | undefined): boolean { return name !== undefined && !list.has(name) }

function ruleOf(making: Making, row: PatternRow): Rule | undefined {
  const found = spelled(making, row)
  if (!found) return undefined
  const ways = transformationsOf(making, row.object, row, found.pattern)
  return ways && { row, ...found, ...ways, urgent: row.emergency === true || (row.urgent ?? row.to.is === 'translate') }
}

interface Ways { readonly called: Transformation | undefined; readonly calling: Transformation | undefined }

/** Both transformations of a row or a member of a list; undefined where one is wrong. */
function transformationsOf(making: Making, object: string, { called, calling }: Pick<PatternRow, 'called' | 'calling'>, pattern?: Pattern): Ways | undefined {
  const ways = { called: called && taken(making, object, parseTransformation(called, pattern)), calling: calling && taken(making, object, parseTransformation(calling)) }
  return (called && !ways.called) || (calling && !ways.calling) ? undefined : ways
}

function transformationOf(making: Making, row: TransformationRow): TransformationRule | undefined {
  const found = spelled(making, row)
  const transformation = found && taken(making, row.object, parseTransformation(row.transformation, found.pattern))
  return found && transformation && { row, spellings: found.spellings, counts: found.counts, transformation }
}

function readyList(making: Making, list: RouteList): ReadyRouteList {
  const members = list.members.map((member): ReadyMember | undefined => {
    const ways = transformationsOf(making, `routeLists[${list.name}]`, member)
    return ways && { group: member.group, ...ways }
  })
  return { list, members: members.filter((member) => member !== undefined) }
}

function schedulesOf(making: Making): Map<string, Schedule> {
  const { table } = making, clock = newClock()
  const periods = new Map(table.timePeriods.map((period) => [period.name, taken(making, `timePeriods[${period.name}]`, parsePeriod(period))]))
  return new Map(table.timeSchedules.map(({ name, periods: own }) => [name, scheduleOf(own.map((each) => periods.get(each)).filter((period) => period !== undefined), clock)]))
}

interface Space { readonly order: readonly number[]; readonly timed: readonly number[]; readonly sights: Map<string, Sight> }

/** A search space with n timed partitions has at most 2^n sights; as many as this are kept, of all of them. */
const maxSights = 10_000

function sightsOf(making: Making): Pick<DialPlan, 'sight' | 'has' | 'isOpen'> {
  const { table, names, problems } = making, schedules = schedulesOf(making)
  for (const { name, zone } of table.partitions) if (zone !== undefined && !isZone(zone)) problems.push(problem('dialling.zone', `partitions[${name}]`, zone))
  const partitions = [undefined, ...table.partitions], spaces = new Map<string, Space>()
  const lists = new Map(table.callingSearchSpaces.map((space) => [space.name, space.partitions.map((name) => names.partitions.get(name)).filter((index) => index !== undefined)]))
  let kept = 0
  const spaceOf = (wanted: readonly string[]): Space => {
    const key = wanted.join('\n'), there = spaces.get(key)
    if (there) return there
    const order = [...new Set([...wanted.flatMap((name) => lists.get(name) ?? []), 0])]
    const space = { order, timed: order.filter((index) => partitions[index]?.schedule !== undefined), sights: new Map<string, Sight>() }
    spaces.set(key, space)
    return space
  }
  const isOpen = (schedule: string, now: number, zone: string): boolean => schedules.get(schedule)?.(now, zone) ?? false
  const open = (partition: Partition | undefined, now: number, zone: string): boolean => partition?.schedule !== undefined && isOpen(partition.schedule, now, partition.zone ?? zone)
  const sight = (wanted: readonly string[], now: number, zone: string): Sight => {
    if (kept >= maxSights) { spaces.clear(); kept = 0 }
    const space = spaceOf(wanted), { order, timed, sights } = space
    const closed = timed.length === 0 ? timed : timed.filter((index) => !open(partitions[index], now, zone))
    const key = closed.join(), there = sights.get(key)
    if (there) return there
    kept++
    const made = sightOf(order.filter((index) => !closed.includes(index)), partitions.length)
    sights.set(key, made)
    return made
  }
  return { sight, has: (space) => lists.has(space), isOpen }
}

/** What is seen of these partitions, in this order. */
function sightOf(order: readonly number[], partitions: number): Sight {
  const rank = new Int16Array(partitions).fill(-1)
  for (const [place, index] of order.entries()) rank[index] = place
  return { order, rank, bits: bitsOf(order, partitions) }
}
