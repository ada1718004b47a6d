/**
 * What @ stands for: a numbering plan is rows of tagged segments, a route filter chooses among them by their tags.
 *
 * Standards  dial plan 11.1 (@, tags, EXISTS, ==, DOES-NOT-EXIST)
 */
import { fail, ok, type Result } from '../../kit/result.ts'
import { type Keys, parsePattern, type Pattern } from './pattern.ts'
import { problem } from './problems.ts'

/** One tagged part of a number; each pattern is an alternative. */
export interface Segment { readonly tag: string; readonly patterns: readonly string[] }

export interface NumberingPlan { readonly name: string; readonly rows: readonly (readonly Segment[])[] }

export type Clause =
  | { readonly tag: string; readonly is: 'exists' | 'doesNotExist' }
  | { readonly tag: string; readonly is: 'equals'; readonly value: string }

/** A row stays where all clauses of one of the groups hold. */
export interface RouteFilter { readonly name: string; readonly anyOf: readonly (readonly Clause[])[] }

/** One way to write out a pattern: items with the tag of the part of @ that each belongs to. */
export interface Spelling { readonly items: readonly Keys[]; readonly tags: readonly (string | undefined)[]; readonly dot: number; readonly at: number }

interface Part { readonly items: readonly Keys[]; readonly tag: string }

/** As many ways as @ may stand for. */
const maxSpellings = 1_000

/** The ways to write a pattern out: one, or one for each row of the plan that the filter leaves and each alternative of its segments. */
export function spell(pattern: Pattern, numbering?: NumberingPlan, filter?: RouteFilter): Result<readonly Spelling[]> {
  const { items, dot, at } = pattern
  if (at < 0) return ok([{ items, tags: items.map(() => undefined), dot, at }])
  if (!numbering) return fail(problem('dialling.noPlan'))
  const rows = filtered(numbering, filter)
  if (!rows.ok) return rows
  const spellings = rows.value.flatMap((row) => written(row)).map((parts) => around(pattern, parts))
  if (spellings.length === 0) return fail(problem('dialling.filter', filter?.name))
  return spellings.length > maxSpellings ? fail(problem('dialling.planTooLarge', numbering.name)) : ok(spellings)
}

function around({ items, dot, at }: Pattern, parts: readonly Part[]): Spelling {
  const inside = parts.flatMap(({ items: own, tag }) => own.map((keys) => ({ keys, tag: tag as string | undefined })))
  const all = [...items.slice(0, at).map((keys) => ({ keys, tag: undefined })), ...inside, ...items.slice(at).map((keys) => ({ keys, tag: undefined }))]
  return { items: all.map(({ keys }) => keys), tags: all.map(({ tag }) => tag), dot, at }
}

/** Every choice of one alternative a segment. */
function written(row: readonly Parsed[]): Part[][] {
  let ways: Part[][] = [[]]
  for (const { tag, alternatives } of row) {
    ways = ways.flatMap((way) => alternatives.map((items) => [...way, { items, tag }]))
    if (ways.length > maxSpellings) break
  }
  return ways
}

interface Parsed { readonly tag: string; readonly alternatives: readonly (readonly Keys[])[] }

function filtered(numbering: NumberingPlan, filter: RouteFilter | undefined): Result<Parsed[][]> {
  const rows: Parsed[][] = []
  for (const row of numbering.rows) {
    const parsed = parseRow(row, numbering.name)
    if (!parsed.ok) return parsed
    for (const clauses of filter ? filter.anyOf : [[]]) {
      const kept = passed(parsed.value, clauses, filter?.name)
      if (!kept.ok) return kept
      if (kept.value) rows.push(kept.value)
    }
  }
  return ok(rows)
}

function parseRow(row: readonly Segment[], where: string): Result<Parsed[]> {
  const out: Parsed[] = []
  for (const { tag, patterns } of row) {
    const alternatives: (readonly Keys[])[] = []
    for (const text of patterns) {
      const items = plain(text)
      if (!items) return fail(problem('dialling.noPlan', `${where}, ${tag}: ${text}`))
      alternatives.push(items)
    }
    out.push({ tag, alternatives })
  }
  return ok(out)
}

/** A pattern without dot and @. */
function plain(text: string): readonly Keys[] | undefined {
  const pattern = parsePattern(text)
  return pattern.ok && pattern.value.dot < 0 && pattern.value.at < 0 ? pattern.value.items : undefined
}

/** The row as the clauses leave it; undefined where one does not hold. */
function passed(row: readonly Parsed[], clauses: readonly Clause[], where: string | undefined): Result<Parsed[] | undefined> {
  let kept: Parsed[] = [...row]
  for (const clause of clauses) {
    const exists = row.some(({ tag }) => tag === clause.tag)
    if (exists !== (clause.is !== 'doesNotExist')) return ok(undefined)
    if (clause.is !== 'equals') continue
    const value = plain(clause.value)
    if (!value) return fail(problem('dialling.filter', where === undefined ? clause.tag : `${where}, ${clause.tag}`))
    kept = kept.map((part) => part.tag === clause.tag ? { tag: part.tag, alternatives: part.alternatives.flatMap((items) => both(items, value)) } : part)
    if (kept.some(({ alternatives }) => alternatives.length === 0)) return ok(undefined)
  }
  return ok(kept)
}

/** What two plain patterns both match, where their lengths can be compared key by key. */
function both(items: readonly Keys[], value: readonly Keys[]): (readonly Keys[])[] {
  const [only] = items
  if (items.length === 1 && only?.repeat === '+') return narrowed(value.map(() => ({ mask: only.mask, repeat: '' as const })), value)
  return items.length === value.length ? narrowed(items, value) : []
}

function narrowed(items: readonly Keys[], value: readonly Keys[]): (readonly Keys[])[] {
  const out = value.map(({ mask, repeat }, place) => ({ mask: mask & (items[place]?.mask ?? 0), repeat }))
  return out.some(({ mask }) => mask === 0) ? [] : [out]
}
