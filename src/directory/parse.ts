/**
 * A stranger's value becomes an object of a kind: only fields of the definition are taken, defaults are filled in, secrets are wrapped at once.
 *
 * Security   fed by site files and REST bodies; errors name the field and what is allowed, never the value
 */
import type { Json } from './changes.ts'
import { allowed, type Definition, type Field, fieldOf, isRequired } from './define.ts'
import { formats } from './formats.ts'
import type { DirectoryCode } from './problems.ts'
import { secret, type Secret } from '../kit/secret.ts'
import type { Fault, Path } from './yaml.ts'

/** An object as it was given: complete but for its secrets, which are plaintext (Secret), sealed already, or null (take it away). */
export interface Draft { readonly [name: string]: Json | Secret | Draft }

const noFault = 50_000   // more faults than anybody reads: the rest is not looked for

/** The object, of which the fields in `faults` are missing; undefined where it is no group of fields at all. */
export function parseObject(definition: Definition, value: unknown, path: Path, faults: Fault[]): Draft | undefined {
  return parseGroup(fieldOf(definition), value, path, faults)
}

function parseGroup(field: Field, value: unknown, path: Path, faults: Fault[]): Draft | undefined {
  if (!isRecord(value)) { faults.push({ path, code: 'site.wrongType', text: `This must be a group of fields.`, remedy: `Allowed: ${allowed(field)}.` }); return undefined }
  const fields = field.properties ?? {}
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(fields, name) && faults.length < noFault) faults.push(unknownField(name, Object.keys(fields), path))
  }
  const draft: Record<string, Json | Secret | Draft> = {}
  for (const name in fields) {
    const given = Object.hasOwn(value, name) ? value[name] : undefined
    const of = fields[name]!
    const parsed = given === undefined || (given === null && !of.secret) ? missing(field, name, path, faults) : parseField(of, given, [...path, name], faults)
    if (parsed !== undefined) draft[name] = parsed
  }
  return draft
}

function missing(field: Field, name: string, path: Path, faults: Fault[]): Json | undefined {
  const of = field.properties![name]!
  if (of.default !== undefined) return structuredCloneOf(of.default as Json)
  if (isRequired(field, name)) faults.push({ path: [...path, name], code: 'site.missingField', text: `The field ${name} must be given.`, remedy: `Allowed: ${allowed(of)}.` })
  return undefined
}

function structuredCloneOf(value: Json): Json { return Array.isArray(value) ? [...value] : value }

/** One value of one field. */
export function parseField(field: Field, value: unknown, path: Path, faults: Fault[]): Json | Secret | Draft | undefined {
  if (field.secret && value === null) return null
  const fault = (code: DirectoryCode, text: string, remedy = `Allowed: ${allowed(field)}.`): undefined => { faults.push({ path, code, text, remedy }) }
  switch (field.type) {
    case 'object':  return parseGroup(field, value, path, faults)
    case 'array':   return parseList(field, value, path, faults)
    case 'boolean': return typeof value === 'boolean' ? value : fault('site.wrongType', 'This must be true or false.')
    case 'integer': return parseWhole(field, value, fault)
    default:        return parseText(field, value, fault)
  }
}

type Complain = (code: DirectoryCode, text: string, remedy?: string) => undefined

function parseWhole(field: Field, value: unknown, fault: Complain): number | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value)) return fault('site.wrongType', 'This must be a whole number.')
  const fits = value >= (field.minimum ?? -Infinity) && value <= (field.maximum ?? Infinity)
  return fits ? value : fault('site.notAllowed', 'This number is out of range.')
}

function parseText(field: Field, value: unknown, fault: Complain): string | Secret | undefined {
  if (typeof value === 'number') return fault('site.wrongType', 'This must be text.', 'Put it in quotes: digits without quotes are read as a number and lose leading zeros.')
  if (typeof value !== 'string') return fault('site.wrongType', 'This must be text.')
  if (field.enum) return field.enum.includes(value) ? value : fault('site.notAllowed', 'This is none of the words that the field takes.')
  const length = value.length <= 4 * (field.maxLength ?? 0) ? [...value].length : value.length
  if (length < (field.minLength ?? 0) || length > (field.maxLength ?? 0)) return fault('site.notAllowed', length === 0 ? 'This is empty.' : 'This is too short or too long.')
  if (!formats[field.named ?? 'line'].is(value)) return fault('site.notAllowed', 'This has characters or a form that the field does not take.')
  return field.secret ? secret(value) : value
}

function parseList(field: Field, value: unknown, path: Path, faults: Fault[]): Json | undefined {
  if (!Array.isArray(value) || value.length > (field.maxItems ?? 0)) {
    faults.push({ path, code: Array.isArray(value) ? 'site.notAllowed' : 'site.wrongType', text: Array.isArray(value) ? 'This list is too long.' : 'This must be a list.', remedy: `Allowed: ${allowed(field)}.` })
    return undefined
  }
  const seen = new Set<unknown>()
  return value.map((item, i) => {
    if (seen.has(item)) faults.push({ path: [...path, i], code: 'site.notAllowed', text: 'This stands in the list twice.' })
    seen.add(item)
    return (parseField(field.items!, item, [...path, i], faults) ?? null) as Json
  })
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function unknownField(name: string, known: readonly string[], path: Path): Fault {
  const near = nearest(name, known)
  return {
    path: [...path, name], code: 'site.unknownField', text: `There is no field ${printable(name)} here.`, atName: true,
    remedy: near ? `Did you mean ${near}?` : `There are: ${known.join(', ')}.`,
  }
}

/** A stranger's word made safe for one line of a log (A43): 40 characters, no controls. */
export function printable(name: string): string {
  const short = [...name.slice(0, 80)].slice(0, 40).join('').replace(/[^\x20-\x7e\xa1-\uffff]|[\u2028\u2029\ud800-\udfff\u200e\u200f\u202a-\u202e]/g, '?')
  return name.length > 40 ? `${short}…` : short
}

/** The known name that differs in the fewest letters, if those are few. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > 40) return undefined
  const ranked = known.map((k) => ({ k, d: distance(name.toLowerCase(), k.toLowerCase()) })).sort((a, b) => a.d - b.d)[0]
  return ranked && ranked.d <= Math.max(1, Math.floor(ranked.k.length / 3)) ? ranked.k : undefined
}

/** Levenshtein's distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]!
}
