/**
 * One definition of a kind gives its type, its parser (parse.ts), its defaults, its labels, its documentation and its JSON Schema.
 *
 * A field is a TypeBox schema with a title and a description; what JSON Schema has no word for stands beside it:
 * `named` (a format of formats.ts), `secret` (how the value is kept: people's secrets as argon2id, digest as HA1) and `refers` (kinds of which it is a key).
 */
import type { Static, TObject, TProperties, TSchema } from 'typebox'
import type { Kind, Sealed } from './changes.ts'
import { type FormatName, formats } from './formats.ts'
import { Type } from './schema.ts'

/** How a secret is kept: `person` argon2id, sealed; `digest` HA1 values, sealed. */
export type SecretSort = 'person' | 'digest'

/** What parse.ts and describe() read of a field; every schema made here fits. */
export interface Field {
  readonly type?: 'string' | 'integer' | 'boolean' | 'array' | 'object'
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly maxItems?: number
  readonly items?: Field
  readonly properties?: { readonly [name: string]: Field }
  readonly required?: readonly string[]
  readonly named?: FormatName
  readonly secret?: SecretSort
  readonly refers?: readonly Kind[]
  /** Words that may stand where a key does. */
  readonly also?: readonly string[]
}

interface Words { readonly label: string; readonly about: string }
interface TextRules extends Words { readonly min?: number; readonly max: number; readonly named: FormatName; readonly preset?: string | undefined; readonly refers?: readonly Kind[] | undefined }

/** One line of text; min 1 unless told. `preset` is the default; `refers`: it is a key, see reference(). */
export function text(rules: TextRules) {
  const { label, about, named, min = 1, max, preset, refers } = rules
  return Type.String({ title: label, description: about, minLength: min, maxLength: max, named, ...(refers ? { refers } : {}), ...(preset === undefined ? {} : { default: preset }) })
}

/** The key of an object of one of these kinds: it must exist, it cannot go while this points to it, and follows when it is renamed. */
export function reference(label: string, about: string, refers: readonly [Kind, ...Kind[]], more: { readonly preset?: string; readonly also?: readonly string[] } = {}) {
  const { preset, also } = more
  return Type.String({ title: label, description: about, minLength: 1, maxLength: 128, named: 'line', refers, ...(also ? { also } : {}), ...(preset === undefined ? {} : { default: preset }) })
}

export function dialled(label: string, about: string, refers?: readonly [Kind, ...Kind[]]) { return text({ label, about, max: 24, named: 'number', refers }) }

export function whole(label: string, about: string, minimum: number, maximum: number, preset?: number) {
  return Type.Integer({ title: label, description: about, minimum, maximum, ...(preset === undefined ? {} : { default: preset }) })
}

export function yesNo(label: string, about: string, preset?: boolean) {
  return Type.Boolean({ title: label, description: about, ...(preset === undefined ? {} : { default: preset }) })
}

/** Without a preset it must be given, unless it is optional. */
export function oneOf<const Values extends string[]>(label: string, about: string, values: readonly [...Values], preset?: Values[number]) {
  return Type.Enum([...values] as [...Values], { type: 'string', title: label, description: about, ...(preset === undefined ? {} : { default: preset }) })
}

/** A list of different texts; `preset` unless given. */
export function listOf<Item extends TSchema>(label: string, about: string, item: Item, maxItems: number, preset: readonly string[] = []) {
  return Type.Array(item, { title: label, description: about, maxItems, uniqueItems: true, default: [...preset] })
}

export function group<Fields extends TProperties>(label: string, about: string, fields: Fields) {
  return Type.Object(fields, { title: label, description: about, additionalProperties: false })
}

/** Given in the clear, kept sealed, never given back. */
export function secretText(label: string, about: string, sort: SecretSort, minLength: number, maxLength: number) {
  return Type.Unsafe<Sealed>({ type: 'string', title: label, description: about, minLength, maxLength, named: 'line', writeOnly: true, secret: sort })
}

export const optional = Type.Optional

/** How a kind stands in the site file: a list keyed by its first field, an object keyed by name, or one object. */
export type Shape = 'list' | 'keyed' | 'one'

export interface Definition<Fields extends TProperties = TProperties> {
  readonly kind: Kind
  /** Its name in the site file and in REST paths. */
  readonly collection: string
  readonly shape: Shape
  /** The field that names an object of a list; '' for the other shapes. */
  readonly keyField: string
  /** A second field that is part of the name where it is given: one pattern may stand in several partitions. */
  readonly beside?: string | undefined
  readonly label: string
  readonly about: string
  readonly fields: TObject<Fields>
}

export type Defined<D extends { fields: TSchema }> = Static<D['fields']>

interface Head extends Words { readonly kind: Kind; readonly collection: string; readonly shape?: Shape; readonly beside?: string }

export function define<Fields extends TProperties>(head: Head, fields: Fields): Definition<Fields> {
  const { kind, collection, shape = 'list', label, about, beside } = head
  return {
    kind, collection, shape, label, about, beside,
    keyField: shape === 'list' ? Object.keys(fields)[0]! : '',
    fields: Type.Object(fields, { title: label, description: about, additionalProperties: false }),
  }
}

/** The key of an object of a list: its first field, with the second one where that is part of it. */
export function keyOf({ keyField, beside }: Definition, object: { readonly [name: string]: unknown }): string | undefined {
  const key = object[keyField], more = beside === undefined ? undefined : object[beside]
  if (typeof key !== 'string') return undefined
  return typeof more === 'string' ? `${key} ${more}` : key
}

/** The fields as the parser sees them. */
export function fieldOf(definition: Definition): Field { return definition.fields as unknown as Field }

export interface FieldPage {
  readonly field: string
  readonly label: string
  readonly description: string
  readonly allowed: string
  readonly default?: unknown
  readonly required: boolean
  readonly secret: boolean
}

/** Everything that a form or a page of documentation needs to know of a kind, groups opened as dotted paths. */
export function describe(definition: Definition): { kind: Kind; collection: string; key: string; label: string; description: string; fields: FieldPage[] } {
  const { kind, collection, keyField, label, about } = definition
  return { kind, collection, key: keyField, label, description: about, fields: pages(fieldOf(definition), '') }
}

function pages(field: Field, path: string): FieldPage[] {
  return Object.entries(field.properties ?? {}).flatMap(([name, of]) => {
    const page: FieldPage = {
      field: path + name, label: of.title ?? name, description: of.description ?? '', allowed: allowed(of),
      ...(of.default === undefined ? {} : { default: of.default }), required: isRequired(field, name), secret: of.secret !== undefined,
    }
    return of.type === 'object' ? [page, ...pages(of, `${path + name}.`)] : [page]
  })
}

/** A field without a default that is not optional must be given. */
export function isRequired(field: Field, name: string): boolean {
  return (field.required ?? []).includes(name) && field.properties?.[name]?.default === undefined
}

/** One phrase: what the field takes. */
export function allowed(field: Field): string {
  if (field.enum) return `one of ${field.enum.join(', ')}`
  switch (field.type) {
    case 'integer': return `a whole number from ${field.minimum} to ${field.maximum}`
    case 'boolean': return 'true or false'
    case 'array':   return `a list of at most ${field.maxItems}: ${allowed(field.items ?? {})}`
    case 'object':  return `the fields ${Object.keys(field.properties ?? {}).join(', ')}`
    default:        return `text of ${field.minLength ?? 0} to ${field.maxLength} characters: ${formats[field.named ?? 'line'].allowed}`
  }
}

/** JSON Schema 2020-12 of what may be given: fields with a default need not be. */
export function jsonSchema(definition: Definition): Record<string, unknown> { return schemaOf(fieldOf(definition)) }

function schemaOf(field: Field): Record<string, unknown> {
  const { named, secret, properties, items, required, refers, also: _words, ...plain } = field
  const pattern = named === undefined || secret !== undefined ? {} : { 'x-format': named, ...(refers ? { 'x-refers': refers } : {}) }
  if (items) return { ...plain, items: schemaOf(items) }
  if (!properties) return { ...plain, ...pattern }
  const names = (required ?? []).filter((name) => isRequired(field, name))
  return { ...plain, properties: Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, schemaOf(of)])), required: names }
}
