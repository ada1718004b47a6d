/**
 * The restriction tables of a picture, ready to be asked, by name. A table that is named and not there blocks everything.
 *
 * Standards  R121, R125, R127; unity-connection 6.3
 */
import type { RestrictionTable as SiteTable } from '../../directory/restriction.ts'
import type { Snapshot } from '../../directory/snapshot.ts'
import { type DialCodes, shippedTables } from './shipped.ts'
import { type CompiledTable, compileTable, type RestrictionTable } from './table.ts'

const known = new WeakMap<Snapshot, Map<string, CompiledTable>>()
const shipped = new Map(shippedTables.map((table) => [table.name, table]))

/** Compiled at the first question. */
export function tableNamed(snapshot: Snapshot, name: string): CompiledTable {
  let tables = known.get(snapshot)
  if (!tables) known.set(snapshot, tables = new Map())
  const there = tables.get(name)
  if (there) return there
  const site = snapshot.restrictionTables.get(name), made = compileTable(site ? tableOf(site) : shipped.get(name) ?? { name, rows: [{ pattern: '*', blocked: true }] })
  tables.set(name, made)
  return made
}

/** As the site file has it. */
export function tableOf({ name, patterns, minDigits, maxDigits }: SiteTable): RestrictionTable {
  return { name, rows: patterns, minDigits, maxDigits, ...(shipped.has(name) ? { shipped: true } : {}) }
}

/** The access codes and prefixes of the site. */
export function codesOf({ tollControl: { accessCodes, internationalPrefixes, longDistance } }: Snapshot): DialCodes {
  return { codes: accessCodes, international: internationalPrefixes, longDistance }
}
