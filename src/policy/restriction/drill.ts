/**
 * The drill: every attack on every table, and what gets past a table on the dial plan behind it. Asks only; nothing is dialled or changed.
 *
 * Standards  R120–R135; attack class A44
 */
import { type Attack, attacks as everyAttack, numbersOf } from './attacks.ts'
import { readDialled } from './dialled.ts'
import type { DialCodes } from './shipped.ts'
import { type CompiledTable, decide, sayDecision } from './table.ts'

/** What the dial plan would do with a number: the trunk that it would go out by, or what stops it; `by` names the row. */
export interface Reach { readonly trunk?: string | undefined; readonly by: string }

export interface DrillRow {
  readonly attack: string
  readonly table: string
  /** As it was dialled. */
  readonly dialled: string
  /** stopped: by the table; unreachable: by the dial plan; through: it goes out and costs money. */
  readonly outcome: 'stopped' | 'unreachable' | 'through'
  /** What decided, in words. */
  readonly by: string
  /** Row of the table that decided; undefined where it was refused before any. */
  readonly row?: number | undefined
  readonly trunk?: string | undefined
}

export interface DrillReport { readonly rows: readonly DrillRow[]; readonly stopped: number; readonly unreachable: number; readonly through: number }

/** `reach` is handed in: it is given the number as it would be dialled, without separators. */
export function drill(tables: readonly CompiledTable[], plan: DialCodes, reach: (number: string) => Reach, attacks: readonly Attack[] = everyAttack): DrillReport {
  const rows = attacks.flatMap((attack) => numbersOf(attack, plan).flatMap((dialled) => tables.map((table) => tried(attack, table, dialled, reach))))
  const count = (outcome: DrillRow['outcome']): number => rows.filter((row) => row.outcome === outcome).length
  return { rows, stopped: count('stopped'), unreachable: count('unreachable'), through: count('through') }
}

function tried({ name: attack }: Attack, compiled: CompiledTable, dialled: string, reach: (number: string) => Reach): DrillRow {
  const decision = decide(compiled, dialled), common = { attack, table: compiled.table.name, dialled, row: decision.by === 'row' ? decision.row : undefined }
  if (decision.blocked) return { ...common, outcome: 'stopped', by: sayDecision(decision) }
  const reached = numbersWithin(dialled).map(reach), out = reached.find(({ trunk }) => trunk !== undefined)
  if (out) return { ...common, outcome: 'through', by: `${sayDecision(decision)}, and ${out.by}`, trunk: out.trunk }
  return { ...common, outcome: 'unreachable', by: `${sayDecision(decision)}; ${reached.map(({ by }) => by).join('; ')}` }
}

/** The text itself, and the number that an address holds. */
function numbersWithin(dialled: string): string[] {
  const read = readDialled(dialled)
  if (read.is === 'unreadable') return []
  return read.is === 'address' && read.number !== undefined ? [read.text, read.number] : [read.text]
}
