/**
 * The tables that a system starts with, and the wizard that rewrites them for a site's own trunk codes and prefixes.
 *
 * Standards  R127–R132, R134–R135; unity-connection 6.3 (the shipped rows; ours are those with the star and those for two codes in a row)
 */
import { fail, ok, type Result } from '../../kit/result.ts'
import { problem } from './problems.ts'
import { maxRows, type RestrictionRow, type RestrictionTable } from './table.ts'

export interface DialCodes {
  /** What takes a trunk: 9, 99 … Empty where numbers go out as they are dialled. */
  readonly codes: readonly string[]
  /** What reaches the international operator behind the code: 00, 011 … */
  readonly international: readonly string[]
  /** What stands before a long-distance number, where there is such a digit. */
  readonly longDistance?: string | undefined
}

/** The dial plan that the seed's tables are for. */
export const shippedCodes: DialCodes = { codes: ['9'], international: ['011', '00'], longDistance: '1' }

const maxCodes = 8, maxPrefixes = 4

export function checkCodes({ codes, international, longDistance = '' }: DialCodes): boolean {
  return codes.length <= maxCodes && international.length >= 1 && international.length <= maxPrefixes
    && [...codes, ...international].every((code) => /^[0-9*#]{1,6}$/.test(code)) && /^[0-9]{0,3}$/.test(longDistance)
}

/** Every way to the outside: each code, and each two one after the other: the second is for the system behind the first (R130: 99, then 9, then 00). */
export function chainsOf({ codes }: DialCodes): string[] {
  return codes.length === 0 ? [''] : [...new Set([...codes, ...codes.flatMap((one) => codes.map((other) => one + other))])]
}

/** Patterns that keep what costs money in: the international operator on every way, long distance, long numbers. */
export function tollPatterns(plan: DialCodes): string[] {
  const { codes, international, longDistance = '' } = plan, ways = chainsOf(plan), own = codes.length === 0 ? [''] : codes
  return [...new Set([
    '+*', ...own.filter((code) => code !== '').map((code) => `${code}+*`),
    ...(longDistance === '' ? [] : own.map((code) => `${code}${longDistance}???????*`)),
    ...own.map((code) => `${code}???????????*`),
    ...ways.flatMap((way) => [...(way === '' ? [] : [`${way}+*`]), ...international.map((prefix) => `${way}${prefix}*`)]),
  ])]
}

/** The six rows as they are shipped; what ours add comes after them. */
const seedPatterns = ['+*', '9+*', '91???????*', '9011???????*', '9???????????*', '900']

function tableOf(name: string, patterns: readonly string[], lastBlocked: boolean): RestrictionTable {
  const rows: RestrictionRow[] = [...patterns.map((pattern) => ({ pattern, blocked: true })), { pattern: '*', blocked: lastBlocked }]
  return { name, rows, shipped: true }
}

/** Name, and whether the last row blocks: a caller whom nobody knows may be transferred nowhere until somebody says so (R135). */
const names: readonly (readonly [string, boolean])[] = [
  ['Default Transfer', false], ['Default Outdial', false], ['Default Fax', false], ['Default System Transfer', true],
  ['User-Defined and Automatically-Added Alternate Extensions', false], ['Excluded Extensions for Automatically Added Alternate Extensions', false],
]

export const shippedTables: readonly RestrictionTable[] = names.map(([name, lastBlocked]) => tableOf(name, [...new Set([...seedPatterns, ...tollPatterns(shippedCodes)])], lastBlocked))

/** R128: the tables for this site's codes and prefixes. Rows that an administrator wrote are his to add again. */
export function tablesFor(plan: DialCodes): Result<readonly RestrictionTable[]> {
  if (!checkCodes(plan)) return fail(problem('policy.restriction.codes'))
  const patterns = tollPatterns(plan)
  if (patterns.length + 1 > maxRows) return fail(problem('policy.restriction.tooManyPatterns', undefined, `${patterns.length + 1} rows`))
  return ok(names.map(([name, lastBlocked]) => tableOf(name, patterns, lastBlocked)))
}

/** R132: no international number, whatever else is allowed. */
export function noInternational(name: string, plan: DialCodes): RestrictionTable {
  const patterns = ['+*', ...chainsOf(plan).flatMap((way) => [...(way === '' ? [] : [`${way}+*`]), ...plan.international.map((prefix) => `${way}${prefix}*`)])]
  return { name, rows: [...[...new Set(patterns)].map((pattern) => ({ pattern, blocked: true })), { pattern: '*', blocked: false }] }
}

/** R134: only these areas behind the codes, or all but these; extensions inside as the last row says. */
export function areas(name: string, plan: DialCodes, list: readonly string[], only: boolean): RestrictionTable {
  const own = plan.codes.length === 0 ? [''] : plan.codes, { rows } = noInternational(name, plan)
  const listed = own.flatMap((code) => list.map((area) => ({ pattern: `${code}${area}*`, blocked: !only })))
  const others = only ? own.map((code) => ({ pattern: `${code}*`, blocked: true })) : []
  return { name, rows: [...rows.slice(0, -1), ...listed, ...others, rows.at(-1)!] }
}
