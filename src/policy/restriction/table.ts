/**
 * Restriction tables: which numbers a person, a mailbox or a caller may have dialled. From row 0 on, the first that matches decides; the last is `*`.
 *
 * Standards  R121, R126, R131, R134; unity-connection 6.3 (exact semantics, 50 rows, 100 tables, 1 to 30 digits)
 * Security   default refuse: what cannot be read, is too long or meets no row is blocked
 */
import type { Problem } from '../../kit/result.ts'
import { readDialled } from './dialled.ts'
import { problem, type RestrictionCode } from './problems.ts'
import { compileRows, firstMatch, type Rows } from './rows.ts'

export interface RestrictionRow { readonly pattern: string; readonly blocked: boolean }
export interface RestrictionTable {
  readonly name: string
  readonly rows: readonly RestrictionRow[]
  /** Digits of a number, without +; outside this it is refused before any row. 1 and 30 unless given. */
  readonly minDigits?: number | undefined
  readonly maxDigits?: number | undefined
  /** Came with the system: may be changed and renamed, not deleted. */
  readonly shipped?: boolean | undefined
}

export const maxRows = 50
export const maxTables = 100
export const maxPattern = 64
export const maxTableName = 64
export const digitLimits = { least: 1, most: 30 } as const

/** A table ready to be asked. */
export interface CompiledTable { readonly table: RestrictionTable; readonly rows: Rows; readonly minDigits: number; readonly maxDigits: number }

export type Decision =
  | { readonly by: 'row'; readonly blocked: boolean; readonly row: number; readonly pattern: string }
  | { readonly by: 'digits' | 'unreadable' | 'noRow'; readonly blocked: true; readonly why: string }

export function compileTable(table: RestrictionTable): CompiledTable {
  const { least, most } = digitLimits
  return { table, rows: compileRows(table.rows.map(({ pattern }) => pattern)), minDigits: table.minDigits ?? least, maxDigits: table.maxDigits ?? most }
}

/** May this be dialled? An address of this system should be given as the number or name that it stands for. */
export function decide(compiled: CompiledTable, given: string): Decision {
  const dialled = readDialled(given)
  if (dialled.is === 'unreadable') return { by: 'unreadable', blocked: true, why: dialled.why }
  if (dialled.is === 'number') return byNumber(compiled, dialled.text, dialled.digits)
  const whole = byRow(compiled, dialled.text)
  // An address whose user part is a number could be dialled as that number behind a gateway: it must pass as both
  return whole.blocked || dialled.number === undefined ? whole : stricter(whole, byNumber(compiled, dialled.number, dialled.number.replaceAll('+', '').length))
}

function stricter(one: Decision, other: Decision): Decision { return other.blocked ? other : one }

function byNumber(compiled: CompiledTable, number: string, digits: number): Decision {
  const { minDigits, maxDigits } = compiled
  if (digits < minDigits || digits > maxDigits) return { by: 'digits', blocked: true, why: `it has ${digits} digits, and ${minDigits} to ${maxDigits} are allowed` }
  return byRow(compiled, number)
}

function byRow({ table, rows }: CompiledTable, text: string): Decision {
  const row = firstMatch(rows, text), found = table.rows[row]
  return found ? { by: 'row', blocked: found.blocked, row, pattern: found.pattern } : { by: 'noRow', blocked: true, why: 'no row matches it' }
}

/** The last row, or one like it: it speaks of everything. */
export function isEveryNumber(pattern: string): boolean { return /^\*+$/.test(pattern) }

/** A decision in words. */
export function sayDecision(decision: Decision): string {
  if (decision.by === 'row') return `row ${decision.row} \`${decision.pattern}\` ${decision.blocked ? 'blocks' : 'allows'} it`
  return `refused before any row: ${decision.why}`
}

/** A new row comes first, as in the trade. */
export function insertRow(table: RestrictionTable, row: RestrictionRow): RestrictionTable { return { ...table, rows: [row, ...table.rows] } }

export function checkTable(table: RestrictionTable): Problem[] {
  const { name, rows, minDigits = digitLimits.least, maxDigits = digitLimits.most } = table, found: Problem[] = []
  const say = (code: RestrictionCode, where = name, detail?: string): void => { found.push(problem(code, where, detail)) }
  if (typeof name !== 'string' || name.trim() === '' || name.length > maxTableName || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) say('policy.restriction.name', String(name).slice(0, maxTableName))
  if (!isDigits(minDigits) || !isDigits(maxDigits) || minDigits > maxDigits) say('policy.restriction.digits')
  if (rows.length < 1 || rows.length > maxRows) say('policy.restriction.rows', name, `here ${rows.length}`)
  for (const [i, row] of rows.slice(0, maxRows).entries()) found.push(...checkRow(row, `${name} row ${i}`))
  if (rows.length > 0 && rows.at(-1)!.pattern !== '*') say('policy.restriction.lastRow')
  return found
}

function isDigits(value: unknown): boolean { return Number.isInteger(value) && (value as number) >= digitLimits.least && (value as number) <= digitLimits.most }

const patternCharacters = /^[0-9A-Za-z*?#+@._~!$&'=\-[\]:]+$/

function checkRow({ pattern, blocked }: RestrictionRow, where: string): Problem[] {
  const found: Problem[] = []
  if (typeof blocked !== 'boolean') found.push(problem('policy.restriction.blocked', where))
  if (typeof pattern !== 'string' || pattern === '' || pattern.length > maxPattern) found.push(problem('policy.restriction.pattern', where))
  else if (!/[A-Za-z@]/.test(pattern) && !/^[0-9*?#+]+$/.test(pattern)) found.push(problem('policy.restriction.separator', where, pattern))
  else if (!patternCharacters.test(pattern)) found.push(problem('policy.restriction.pattern', where))
  return found
}

/** All tables beside each other: names of their own, and no more than the system takes. */
export function checkTables(tables: readonly RestrictionTable[]): Problem[] {
  const seen = new Set<string>(), added = tables.filter(({ shipped }) => !shipped).length
  const found = tables.flatMap((table) => [...checkTable(table), ...(seen.size === seen.add(table.name).size ? [problem('policy.restriction.sameName', table.name)] : [])])
  return added > maxTables ? [...found, problem('policy.restriction.tooManyTables', undefined, `here ${added}`)] : found
}

/** May it be deleted? Not a shipped one, and not while somebody uses it. */
export function mayDelete({ name, shipped }: RestrictionTable, users: readonly string[]): Problem | undefined {
  if (shipped) return problem('policy.restriction.shipped', name)
  return users.length > 0 ? problem('policy.restriction.inUse', name, users.slice(0, 10).join(', ')) : undefined
}
