/**
 * Where objects name others: which fields of a kind hold keys, what they name, and what is named in vain.
 *
 * Standards  R306, R307, R309
 * Security   linear in the fields that refer; guesses at what was meant are bounded
 */
import type { Kind } from './changes.ts'
import { type Field, fieldOf } from './define.ts'
import { type Finding, finding, type Report } from './finding.ts'
import { definitions, kinds } from './kinds.ts'
import { type Draft, nearest, printable } from './parse.ts'
import type { DirectoryCode } from './problems.ts'
import { identity, isDraft, type SiteObject, type View } from './view.ts'

/** A field that refers: the way to it, '' where a list is gone through. */
interface Way { readonly steps: readonly string[]; readonly field: Field }

const ways: ReadonlyMap<Kind, readonly Way[]> = new Map(definitions.map((definition) => [definition.kind, waysIn(fieldOf(definition), [])]))

function waysIn(field: Field, steps: readonly string[]): Way[] {
  if (field.refers) return [{ steps, field }]
  if (field.items) return waysIn(field.items, [...steps, ''])
  return Object.entries(field.properties ?? {}).flatMap(([name, of]) => waysIn(of, [...steps, name]))
}

/** One key that an object holds of another. */
export interface Reference { readonly at: readonly (string | number)[]; readonly key: string; readonly refers: readonly Kind[]; readonly also: readonly string[] }

/** Every key of another object that this one holds. */
export function referencesOf(kind: Kind, draft: Draft): Reference[] {
  const found: Reference[] = []
  for (const { steps, field } of ways.get(kind) ?? []) follow(draft, steps, [], field, found)
  return found
}

function follow(value: unknown, steps: readonly string[], at: readonly (string | number)[], field: Field, found: Reference[]): void {
  const [step, ...rest] = steps
  if (step === undefined) {
    if (typeof value === 'string') found.push({ at, key: value, refers: field.refers!, also: field.also ?? [] })
  } else if (step === '') {
    if (Array.isArray(value)) for (const [i, item] of value.entries()) follow(item, rest, [...at, i], field, found)
  } else if (isDraft(value as Draft)) follow((value as Draft)[step], rest, [...at, step], field, found)
}

/** The same draft with every key that names `from` turned into `to`; itself where none does. */
export function renamed(kind: Kind, draft: Draft, of: Kind, from: string, to: string): Draft {
  const own = (ways.get(kind) ?? []).filter(({ field }) => field.refers!.includes(of))
  return own.reduce((changed, { steps }) => replaced(changed, steps, from, to) as Draft, draft)
}

function replaced(value: unknown, [step, ...rest]: readonly string[], from: string, to: string): unknown {
  if (step === undefined) return value === from ? to : value
  if (step === '') {
    if (!Array.isArray(value)) return value
    const items = value.map((item) => replaced(item, rest, from, to))
    return items.some((item, i) => item !== value[i]) ? items : value
  }
  if (!isDraft(value as Draft) || !Object.hasOwn(value as Draft, step)) return value
  const before = (value as Draft)[step], after = replaced(before, rest, from, to)
  return after === before ? value : { ...value as Draft, [step]: after }
}

/** Codes that were there before any field could refer. */
const codes: { readonly [K in Kind]?: DirectoryCode } = { user: 'directory.unknownUser', pickupGroup: 'directory.unknownGroup' }
/** Guesses at what was meant, and the keys that are looked through for one. */
const maxGuesses = 50, maxKeys = 2_000
/** Users of a deleted object that are named. */
const maxNamed = 10

/**
 * Whether what is named will be there. Of what the file says each is told at its place; of what is stored, by what it would lose.
 * `stored`: what there is now, by identity; what an old version stored in vain is no fault of the file.
 */
export function checkReferences(view: View, unread: ReadonlySet<Kind>, stored: (id: string) => boolean, { errors, warnings }: Report): void {
  const keys = new Map<Kind, ReadonlySet<string>>(), lost = new Map<string, { kind: Kind; key: string; users: string[] }>()
  const keysOf = (kind: Kind): ReadonlySet<string> => {
    const known = keys.get(kind) ?? new Set(view[kind].map((object) => object.key))
    keys.set(kind, known)
    return known
  }
  const isThere = ({ key, refers, also }: Reference): boolean => also.includes(key) || refers.some((kind) => unread.has(kind) || keysOf(kind).has(key))
  let guesses = 0
  for (const kind of ways.keys()) {
    for (const object of ways.get(kind)!.length === 0 ? [] : view[kind]) {
      for (const one of referencesOf(kind, object.draft)) {
        if (isThere(one)) continue
        const gone = object.path === undefined ? one.refers.find((of) => stored(identity(of, one.key))) : undefined
        if (gone === undefined) (object.path === undefined ? warnings : errors).push(unknown(object, one, guesses++ < maxGuesses ? one.refers.flatMap((of) => keysOf(of).size > maxKeys ? [] : [...keysOf(of)]) : []))
        else users(lost, gone, one.key).push(`${kinds[kind].collection}[${object.key}]`)
      }
    }
  }
  errors.push(...lost.values().map(inUse))
}

function users(lost: Map<string, { kind: Kind; key: string; users: string[] }>, kind: Kind, key: string): string[] {
  const id = identity(kind, key), known = lost.get(id) ?? { kind, key, users: [] }
  lost.set(id, known)
  return known.users
}

function unknown(object: SiteObject, { at, key, refers }: Reference, known: readonly string[]): Finding {
  const near = nearest(key, known), places = refers.map((kind) => kinds[kind].collection).join(' or ')
  return finding(object, at, codes[refers[0]!] ?? 'directory.unknownReference', `There is no ${refers.map(wordOf).join(' or ')} ${printable(key)}.`,
    near === undefined ? `Add it to ${places}, or name one that is there.` : `Did you mean ${printable(near)}?`)
}

/** R307: it names who uses it. */
function inUse({ kind, key, users: all }: { kind: Kind; key: string; users: readonly string[] }): Finding {
  const more = all.length > maxNamed ? ` and ${all.length - maxNamed} more` : ''
  return { path: [kinds[kind].collection], code: 'directory.inUse', text: `The ${wordOf(kind)} ${printable(key)} cannot go: ${all.slice(0, maxNamed).map(printable).join(', ')}${more} use${all.length === 1 ? 's' : ''} it.`,
    remedy: 'Keep it, or name another there first.' }
}

/** Its label within a sentence: `route list`, `SIP trunk`. */
function wordOf(kind: Kind): string {
  const { label } = kinds[kind]
  return /^[A-Z][a-z]/.test(label) ? `${label[0]!.toLowerCase()}${label.slice(1)}` : label
}
