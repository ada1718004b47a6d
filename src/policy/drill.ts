/**
 * The toll-fraud drill: attacks the configuration as it is, in every way that is known here, and says what stopped each. Asks only; nothing is dialled or changed.
 *
 * Standards  R120–R137; issue of toll control (at least 40 patterns); attack class A44
 */
import type { Snapshot } from '../directory/snapshot.ts'
import { drillBurst } from './drill/burst.ts'
import { drillNumbers } from './drill/numbers.ts'
import { drillRequests } from './drill/requests.ts'
import { drillTables } from './drill/tables.ts'
import { type DrillRow, type Outcome, outcomes } from './drill/row.ts'

export type { DrillRow } from './drill/row.ts'

export interface TollDrill {
  readonly rows: readonly DrillRow[]
  /** Patterns by name. */
  readonly attacks: number
  /** Numbers and requests that were tried. */
  readonly tried: number
  readonly counts: Readonly<Record<Outcome, number>>
}

/** `now`: the moment for schedules; the drill of limits is at night whatever it is. */
export function drillTollFraud(snapshot: Snapshot, now: number): TollDrill {
  const rows = [...drillTables(snapshot, now), ...drillNumbers(snapshot, now), ...drillRequests(snapshot), ...drillBurst(snapshot, now)]
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, rows.filter((row) => row.outcome === outcome).length])) as Record<Outcome, number>
  return { rows, attacks: new Set(rows.map(({ attack }) => attack)).size, tried: rows.reduce((all, { tried }) => all + tried, 0), counts }
}
