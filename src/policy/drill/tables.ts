/** Every attack on every restriction table, and what gets past one on the dial plan behind it; numbers of the country on that for strangers. Standards R120–R135 */
import type { Snapshot } from '../../directory/snapshot.ts'
import { place } from '../place.ts'
import { attacks } from '../restriction/attacks.ts'
import { drill, type Reach } from '../restriction/drill.ts'
import type { CompiledTable } from '../restriction/table.ts'
import { codesOf, tableNamed } from '../restriction/tablesOf.ts'
import { attackers } from './diallers.ts'
import type { DrillRow } from './row.ts'

export function drillTables(snapshot: Snapshot, now: number): DrillRow[] {
  const nobody = attackers(snapshot).find(({ way, who }) => way === 'phone' && who.is === 'line' && who.classOfService === undefined), tables = [...snapshot.restrictionTables.keys()].map((name) => tableNamed(snapshot, name))
  const reach = (number: string): Reach => {
    const found = nobody && place(snapshot, nobody.who, number, now), offer = found?.is === 'routes' ? found.route.offers().offers[0] : undefined
    if (offer) return { trunk: offer.trunk, by: `it leaves by ${offer.trunk} as ${offer.called}` }
    return { by: found?.is === 'refuse' || found?.is === 'refused' ? found.text : 'no pattern takes it' }
  }
  const isSystem = ({ table: { name } }: CompiledTable): boolean => name === snapshot.tollControl.systemTransferTable
  const codes = codesOf(snapshot), rows = [...drill(tables.filter(isSystem), codes, reach).rows, ...drill(tables.filter((one) => !isSystem(one)), codes, reach, attacks.filter(({ isNational }) => !isNational)).rows]
  return rows.map(({ attack, table, dialled, outcome, by, row, trunk }) => ({
    attack, way: 'table', as: `whoever asks the table ${table}`, dialled, tried: 1, outcome, by, object: `restrictionTables[${table}]`, field: row === undefined ? undefined : `patterns[${row}]`, trunk,
  }))
}
