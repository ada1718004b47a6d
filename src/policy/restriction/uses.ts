/**
 * Where tables are asked: which one for which use, and at which moment.
 *
 * Standards  R122–R125, R133, R135; unity-connection 6.3 (who is checked when; ours: again when dialled)
 */
import { type CompiledTable, decide, sayDecision } from './table.ts'

export type RestrictionUse = 'transfer' | 'notification' | 'fax' | 'systemTransfer' | 'alternateExtension'

/** The three tables of a class of service (R125). */
export interface ServiceTables { readonly transferTable: string; readonly outdialTable: string; readonly faxTable: string }
/** The tables that there are once. */
export interface SystemTables { readonly systemTransferTable: string; readonly alternateExtensionTable: string }

/** The table for a use: a class of service has its own for three of them, a caller whom nobody knows has the system's. */
export function tableNameFor(use: RestrictionUse, service: ServiceTables, system: SystemTables): string {
  switch (use) {
    case 'transfer': return service.transferTable
    case 'notification': return service.outdialTable
    case 'fax': return service.faxTable
    case 'systemTransfer': return system.systemTransferTable
    case 'alternateExtension': return system.alternateExtensionTable
  }
}

export interface Moment {
  readonly use: RestrictionUse
  readonly when: 'set' | 'dialled'
  readonly by: 'user' | 'administrator' | 'caller'
  /** The setting recheckAtDial, on by default. */
  readonly recheckAtDial: boolean
}

/** Whether a number that is outside its table is refused at this moment. An administrator may set one; it is audited, and at the call it does not get out. */
export function isRefusedAt({ use, when, by, recheckAtDial }: Moment): boolean {
  if (when === 'dialled') return recheckAtDial || use === 'systemTransfer'
  return by !== 'administrator' || use === 'alternateExtension'
}

export interface StoredNumber { readonly owner: string; readonly field: string; readonly table: CompiledTable; readonly number: string }

/** The report "numbers that violate their table": what was set before the table was tightened, or by an administrator (R133). */
export function violations(stored: readonly StoredNumber[]): { owner: string; field: string; table: string; text: string }[] {
  return stored.flatMap(({ owner, field, table, number }) => {
    const decision = decide(table, number)
    return decision.blocked ? [{ owner, field, table: table.table.name, text: sayDecision(decision) }] : []
  })
}
