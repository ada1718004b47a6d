/**
 * Every way from outside in to outside out: what a trunk's search spaces show that leads to another off-net trunk.
 * Schedules count as open, a translation as whatever it could become: rather one way too many than one too few.
 *
 * Standards  dial plan 11.10; attack class A44
 */
import type { TrunkPicture } from '../../directory/picture.ts'
import type { Snapshot } from '../../directory/snapshot.ts'
import { localRouteGroup } from '../dialling/names.ts'
import { planOf } from '../dialling/planOf.ts'
import type { PatternRow } from '../dialling/table.ts'
import { mayPass } from '../toll/offNet.ts'
import type { Report, ReviewFinding } from './finding.ts'

const uses = [
  { field: 'callingSearchSpace', what: 'A call' }, { field: 'reroutingCallingSearchSpace', what: 'A call that it redirects' }, { field: 'referCallingSearchSpace', what: 'Who it refers' },
] as const

export function reviewWays(snapshot: Snapshot): Report {
  const rows = planOf(snapshot).plan.patterns.rules.map(({ row }) => row), seen = viewOf(snapshot, rows)
  const warnings: ReviewFinding[] = []
  for (const trunk of snapshot.trunks.values()) {
    if (!trunk.enabled || !trunk.offNet) continue
    for (const { field, what } of uses) {
      const space = trunk[field]
      if (space === undefined && field !== 'callingSearchSpace') continue
      const found = wayOf(snapshot, trunk, field, what, seen(space))
      if (found) warnings.push(found)
    }
  }
  return { errors: [], warnings }
}

/** What a search space shows, translations followed; worked out once for each. */
function viewOf(snapshot: Snapshot, rows: readonly PatternRow[]): (space: string | undefined) => readonly PatternRow[] {
  const partitions = new Map(snapshot.dialLists.callingSearchSpace.map(({ name, partitions: own }) => [name, own])), byPartition = Map.groupBy(rows, ({ partition }) => partition)
  const views = new Map<string | undefined, readonly PatternRow[]>()
  return (wanted) => {
    const there = views.get(wanted)
    if (there) return there
    const spaces = new Set([wanted]), found = new Set<PatternRow>()
    for (const space of spaces) {                       // a set is walked on to what is added meanwhile
      const shown = [undefined, ...(space === undefined ? [] : partitions.get(space) ?? [])].flatMap((partition) => byPartition.get(partition) ?? [])
      for (const row of shown) {
        found.add(row)
        if (row.to.is === 'translate' && row.to.callingSearchSpace !== undefined) spaces.add(row.to.callingSearchSpace)
      }
    }
    const view = [...found].filter(({ emergency, to }) => !emergency && (to.is === 'trunk' || to.is === 'routeList'))
    views.set(wanted, view)
    return view
  }
}

function wayOf(snapshot: Snapshot, trunk: TrunkPicture, field: typeof uses[number]['field'], what: string, rows: readonly PatternRow[]): ReviewFinding | undefined {
  const out = new Map<string, PatternRow>()
  for (const row of rows) for (const name of waysOf(snapshot, goal(row))) if (!out.has(name)) out.set(name, row)
  const offNet = [...out].filter(([name]) => snapshot.trunks.get(name)?.offNet === true), isOpen = ([name]: [string, PatternRow]): boolean => mayPass(trunk, snapshot.trunks.get(name)!)
  const open = offNet.filter(isOpen), closed = offNet.filter((way) => !isOpen(way))
  if (offNet.length === 0) return undefined
  const ways = (list: readonly [string, PatternRow][]): string => list.slice(0, 4).map(([name, row]) => `${name} by ${row.object}`).join(', ') + (list.length > 4 ? ` and ${list.length - 4} more` : '')
  const text = open.length > 0 ? `${what} from outside by ${trunk.name} can leave to the outside again: ${ways(open)}.` : `${what} from outside by ${trunk.name} sees ways to the outside again, and is refused there: ${ways(closed)}.`
  return {
    kind: 'trunk', key: trunk.name, field, code: open.length > 0 ? 'policy.toll.wayOut' : 'policy.toll.wayClosed', text,
    remedy: open.length > 0 ? 'Take the trunks out of offNetTo, or give a search space that shows own numbers alone.' : 'Give a search space that shows own numbers alone.',
  }
}

function goal({ to }: PatternRow): Parameters<typeof waysOf>[1] { return { trunk: to.is === 'trunk' ? to.name : undefined, routeList: to.is === 'routeList' ? to.name : undefined } }

/** Where a row could lead, whoever dials: the local route group may be any. */
export function waysOf({ dialLists: { routeList, routeGroup } }: Snapshot, { trunk, routeList: list }: { readonly trunk?: string | undefined; readonly routeList?: string | undefined }): readonly string[] {
  if (trunk !== undefined) return [trunk]
  const groups = new Set(routeList.find(({ name }) => name === list)?.members.map(({ group }) => group))
  return routeGroup.filter(({ name }) => groups.has(name) || groups.has(localRouteGroup)).flatMap(({ trunks }) => trunks)
}
