/**
 * Restriction tables beside the site's own codes and prefixes; and stored forwards that would be refused when a call comes.
 *
 * Standards  R126, R129–R131, R133; unity-connection 6.3 (the report of numbers that violate their table)
 */
import type { LinePicture } from '../../directory/picture.ts'
import type { Snapshot } from '../../directory/snapshot.ts'
import { place } from '../place.ts'
import { lintTables, type LintFinding } from '../restriction/lint.ts'
import { problem } from '../restriction/problems.ts'
import { checkCodes } from '../restriction/shipped.ts'
import { checkTable, checkTables, type RestrictionTable } from '../restriction/table.ts'
import { codesOf, tableNamed, tableOf } from '../restriction/tablesOf.ts'
import { about, type Report, type ReviewFinding } from './finding.ts'

export function reviewTables(snapshot: Snapshot): Report {
  const tables = [...snapshot.restrictionTables.values()].map(tableOf), codes = codesOf(snapshot), isRight = checkCodes(codes)
  const tooMany = checkTables(tables).filter(({ code }) => code === 'policy.restriction.tooManyTables')
  return {
    errors: [
      ...tables.flatMap(faultsOf), ...tooMany.map((one) => about('restrictionTable', tables.at(-1)!.name, one)),
      ...(isRight ? [] : [about('tollControl', '', problem('policy.restriction.codes'), 'accessCodes')]),
    ],
    warnings: isRight ? together(lintTables(tables.map(({ name }) => tableNamed(snapshot, name)), codes)) : [],
  }
}

function faultsOf(table: RestrictionTable): ReviewFinding[] {
  const before = `${table.name} row `
  return checkTable(table).map((one) => about('restrictionTable', table.name, one, one.where?.startsWith(before) ? `patterns[${one.where.slice(before.length)}]` : undefined))
}

/** One finding for each row that lets numbers through, however many beginnings they have. */
function together(found: readonly LintFinding[]): ReviewFinding[] {
  const groups = Map.groupBy(found, ({ code, table, row }) => `${code} ${table} ${row}`)
  return [...groups.values()].map((all) => {
    const [{ code, table, row, text }] = all as [LintFinding, ...LintFinding[]], more = all.length - 1
    return { kind: 'restrictionTable', key: table, field: row === undefined ? undefined : `patterns[${row}]`, code: `policy.${code}`, text: more === 0 ? text : `${text} The same for ${more} more beginnings.`, remedy: '`ringfort restriction-tables` rewrites the shipped tables for the codes and prefixes of tollControl.' }
  })
}

const forwards = ['forwardAll', 'forwardBusy', 'forwardNoAnswer', 'forwardNotRegistered'] as const satisfies readonly (keyof LinePicture)[]

export function reviewForwards(snapshot: Snapshot, now: number): Report {
  const warnings: ReviewFinding[] = []
  for (const line of snapshot.lines.values()) {
    for (const field of forwards) {
      const number = line[field]
      if (number === undefined) continue
      const found = place(snapshot, { is: 'line', line, forwarding: true }, number, now)
      if (found.is === 'refuse') warnings.push({ kind: 'line', key: line.number, field, code: 'policy.toll.forward', text: `${found.text} So calls are not forwarded to ${number}.`, remedy: found.remedy })
    }
  }
  return { errors: [], warnings }
}
