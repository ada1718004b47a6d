/**
 * The whole configuration as a site file: one object a line, only what differs from the defaults, every list named, no secret.
 * Applying it to the system that it came from changes nothing; a system that it is new to asks for the secrets that it lacks.
 */
import { type Body, isGroup, isSealed, type Json, sameJson, type StoredObject } from './changes.ts'
import { type Definition, type Field, fieldOf } from './define.ts'
import { definitions } from './kinds.ts'

type Plain = Record<string, Json>

/** The same as exportSite, as one value for JSON. */
export function exportPlain(objects: readonly StoredObject[]): Plain {
  const out: Plain = {}
  for (const definition of definitions) {
    const own = objects.filter((o) => o.kind === definition.kind)
    if (definition.shape === 'list') out[definition.collection] = own.map(({ body }) => lean(fieldOf(definition), body, definition.keyField))
    else if (definition.shape === 'keyed') out[definition.collection] = Object.fromEntries(own.map(({ key, body }) => [key, lean(fieldOf(definition), body, '')]))
    else if (own[0]) out[definition.collection] = lean(fieldOf(definition), own[0].body, '')
  }
  return out
}

export function exportSite(objects: readonly StoredObject[]): string {
  const plain = exportPlain(objects)
  const lists = definitions.flatMap((definition) => {
    const value = plain[definition.collection]
    return value === undefined ? [] : [printList(definition, value)]
  })
  return `# Ringfort site file. Secrets are left out: what is stored stays.\n${lists.join('')}`
}

/** JSON's strings are YAML's double-quoted ones; names of fields are plain. */
function printList({ collection, shape }: Definition, value: Json): string {
  if (shape === 'list' && Array.isArray(value)) return value.length === 0 ? `${collection}: []\n` : `${collection}:\n${value.map((item) => `  - ${flow(item)}\n`).join('')}`
  if (shape === 'one' || !isGroup(value) || Object.keys(value).length === 0) return `${collection}: ${flow(value)}\n`
  return `${collection}:\n${Object.entries(value).map(([name, item]) => `  ${name}: ${flow(item!)}\n`).join('')}`
}

function flow(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (!isGroup(value)) return JSON.stringify(value)
  const fields = Object.entries(value).map(([name, item]) => `${name}: ${flow(item!)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

/** Without secrets and without what is the default anyway; the key always stands. */
function lean(field: Field, body: Body, keyField: string): Plain {
  const out: Plain = {}
  for (const [name, of] of Object.entries(field.properties ?? {})) {
    const value = body[name]
    if (value === undefined || isSealed(value) || of.secret) continue
    if (name !== keyField && of.default !== undefined && sameJson(value, of.default as Json)) continue
    out[name] = of.type === 'object' && isGroup(value) ? lean(of, value, '') : value
  }
  return out
}
