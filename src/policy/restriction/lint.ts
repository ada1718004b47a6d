/**
 * Which tables let the international operator through? Not tried with samples: every number behind each code and prefix is looked at,
 * by walking the places of the patterns instead of the numbers. Each finding names the row that lets it through and a number that proves it.
 *
 * Standards  R129 (in all tables), R130 (for every trunk code, one after another as well), R131 (separators)
 * Security   an administrator's tables; the walk is bounded, and what it cannot decide it says
 */
import { advance, deciding, has, type Rows } from './rows.ts'
import { chainsOf, type DialCodes } from './shipped.ts'
import { type CompiledTable, isEveryNumber } from './table.ts'

export interface LintFinding {
  readonly code: 'restriction.international' | 'restriction.neverReached' | 'restriction.undecided' | 'restriction.withoutCode'
  readonly table: string
  /** The row that lets it through, or that does nothing. */
  readonly row?: number | undefined
  readonly pattern?: string | undefined
  /** A number that gets through. */
  readonly number?: string | undefined
  readonly text: string
}

/** Sets of places that are looked at for one prefix. */
const maxSteps = 5_000
const keys = '0123456789*#'

export function lintTables(tables: readonly CompiledTable[], plan: DialCodes): LintFinding[] {
  return tables.flatMap((one) => [...international(one, plan), ...idleRows(one), ...withoutCode(one, plan)])
}

/** Every beginning that must stay in: + alone, + and each prefix on every way to the outside. */
export function closedPrefixes(plan: DialCodes): string[] {
  return [...new Set(['+', ...chainsOf(plan).flatMap((way) => [`${way}+`, ...plan.international.map((prefix) => way + prefix)])])]
}

function international(compiled: CompiledTable, plan: DialCodes): LintFinding[] {
  const { name, rows } = compiled.table
  return closedPrefixes(plan).flatMap((prefix) => {
    const { through, decided } = numbersThrough(compiled, prefix)
    const found: LintFinding[] = [...through].map(([row, number]) => {
      const { pattern } = rows[row]!
      return { code: 'restriction.international', table: name, row, pattern, number, text: `${name} lets numbers that begin with ${prefix} through: row ${row} \`${pattern}\` allows ${number}. Block \`${prefix}*\` above it.` }
    })
    if (!decided) found.push({ code: 'restriction.undecided', table: name, text: `${name} is too intricate to be decided for ${prefix}. Block \`${prefix}*\` in row 0.` })
    return found
  })
}

/** The rows that allow a number which begins so, each with a shortest such number. */
export function numbersThrough(compiled: CompiledTable, prefix: string): { through: ReadonlyMap<number, string>; decided: boolean } {
  const { table, rows, minDigits, maxDigits } = compiled, through = new Map<number, string>(), seen = new Set<string>()
  let front = [{ number: prefix, at: settle(rows, walk(rows, prefix)) }], steps = 0
  while (front.length > 0) {
    const next: typeof front = []
    for (const { number, at } of front) {
      const digits = number.replaceAll('+', '').length, row = deciding(rows, at), key = `${Math.min(digits, minDigits)} ${at.join()}`
      if (seen.has(key) || digits > maxDigits || !mayAllow(compiled, at)) continue
      if (steps++ > maxSteps) return { through, decided: false }
      seen.add(key)
      if (digits >= minDigits && table.rows[row]?.blocked === false && !through.has(row)) through.set(row, number)
      for (const character of alphabet(rows)) next.push({ number: number + character, at: settle(rows, advance(rows, at, character.charCodeAt(0))) })
    }
    front = next
  }
  return { through, decided: true }
}

function walk(rows: Rows, text: string): Uint32Array {
  let at = rows.start
  for (const character of text) at = advance(rows, at, character.charCodeAt(0))
  return at
}

/** Keys that some pattern names, and one for all that none does. */
function alphabet({ moves }: Rows): string[] {
  const other = [...keys].find((key) => !moves.has(key.charCodeAt(0)))
  return [...keys].filter((key) => moves.has(key.charCodeAt(0)) || key === other)
}

/** Once a row matches whatever follows, the rows after it decide nothing: their places are left out. */
function settle(rows: Rows, at: Uint32Array): Uint32Array {
  const last = rows.ends.find((end) => has(at, end) && has(rows.stays, end))
  if (last === undefined) return at
  const settled = new Uint32Array(at.length)
  for (let w = 0; w <= last >>> 5; w++) settled[w] = at[w]!
  settled[last >>> 5]! &= -1 >>> (31 - (last & 31))
  return settled
}

/** Is any row that allows still possible here? */
function mayAllow({ table, rows }: CompiledTable, at: Uint32Array): boolean {
  let from = 0
  return rows.ends.some((end, row) => {
    const first = from
    from = end + 1
    if (table.rows[row]!.blocked) return false
    for (let place = first; place <= end; place++) if (has(at, place)) return true
    return false
  })
}

/** Rows after one that matches everything. */
function idleRows({ table }: CompiledTable): LintFinding[] {
  const all = table.rows.findIndex(({ pattern }) => isEveryNumber(pattern)), last = table.rows.length - 1
  if (all < 0 || all === last) return []
  const { pattern } = table.rows[all]!
  return [{ code: 'restriction.neverReached', table: table.name, row: all, pattern, text: `${table.name}: row ${all} \`${pattern}\` matches everything, so rows ${all + 1} to ${last} decide nothing.` }]
}

/** R131: numbers are compared as they are dialled, with the code: a row for the prefix alone blocks nothing that goes out. */
function withoutCode({ table }: CompiledTable, { codes, international: prefixes }: DialCodes): LintFinding[] {
  if (codes.length === 0) return []
  return table.rows.flatMap(({ pattern, blocked }, row) => {
    const prefix = prefixes.find((one) => pattern === one || pattern === `${one}*`)
    if (!blocked || prefix === undefined || codes.some((code) => pattern.startsWith(code))) return []
    return [{ code: 'restriction.withoutCode' as const, table: table.name, row, pattern, text: `${table.name}: row ${row} \`${pattern}\` has no trunk code before it; what is dialled is ${codes.map((code) => code + prefix).join(', ')}.` }]
  })
}
