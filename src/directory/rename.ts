/**
 * Another name for an object, and an object like another one: as one change set, with everything that names it.
 *
 * Standards  R309 (trunks follow a profile that is renamed), R318 (copy)
 * Security   a sealed value is opened and sealed again for its new place, in memory alone; one that is bound to the name itself does not move
 */
import { randomBytes } from 'node:crypto'
import { type Body, type Change, changed, isSealed, type Json, type Kind, type StoredObject } from './changes.ts'
import { complete } from './complete.ts'
import { crossCheck } from './cross.ts'
import { allowed, type Definition, type Field, fieldOf, keyOf } from './define.ts'
import { kinds } from './kinds.ts'
import { parseField, printable } from './parse.ts'
import type { DirectoryCode } from './problems.ts'
import { renamed } from './references.ts'
import { placeOf, type SealKey } from './seal.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { indexed, type View, viewOf } from './view.ts'
import type { Fault } from './yaml.ts'

export interface Naming { readonly kind: Kind; readonly from: string; readonly to: string }

/** The object under its new name, and every one that names it. */
export function rename(objects: readonly StoredObject[], naming: Naming, key: SealKey): Result<Change[], readonly Problem[]> {
  const found = check(objects, naming)
  if (!found.ok) return fail([found.problem])
  const { kind, from, to } = naming, { body, system } = found.value, definition = kinds[kind]
  const moved = movedSecrets(fieldOf(definition), { ...body, [definition.keyField]: to }, '', naming, key)
  if (!moved.ok) return fail([moved.problem])
  const followed = objects.filter((one) => one !== found.value).flatMap((one) => follow(one, naming))
  const own = renamed(kind, moved.value, kind, from, to) as Body   // a trunk that may go out by itself
  const changes: Change[] = [{ kind, key: from, before: body, system }, { kind, key: to, after: own, system }, ...followed, ...presets(objects, naming)]
  const wrong = newProblems(objects, changes)
  return wrong.length > 0 ? fail(wrong) : ok(changes)
}

/** The same values under another name; secrets are not among them. */
export function copy(objects: readonly StoredObject[], naming: Naming): Result<Change[], readonly Problem[]> {
  const found = check(objects, naming)
  if (!found.ok) return fail([found.problem])
  const { kind, to } = naming, definition = kinds[kind]
  const changes: Change[] = [{ kind, key: to, after: { ...withoutSecrets(fieldOf(definition), found.value.body), [definition.keyField]: to } }]
  const wrong = newProblems(objects, changes)
  return wrong.length > 0 ? fail(wrong) : ok(changes)
}

function check(objects: readonly StoredObject[], { kind, from, to }: Naming): Result<StoredObject> {
  const definition = kinds[kind], faults: Fault[] = []
  const say = (code: DirectoryCode, text: string, remedy?: string) => fail({ code, text, where: `${definition.collection}[${printable(from)}]`, ...(remedy === undefined ? {} : { remedy }) })
  const because = whyNot(definition)
  if (because !== undefined) return say('directory.notRenamable', because, 'Change it in the site file.')
  const found = objects.find((one) => one.kind === kind && one.key === from)
  if (!found) return say('directory.notThere', `There is no ${printable(from)} in ${definition.collection}.`)
  const field = fieldOf(definition).properties![definition.keyField]!
  parseField(field, to, [], faults)
  if (faults[0]) return say('directory.nameRefused', `${faults[0].text} The new name is refused.`, `Allowed: ${allowed(field)}.`)
  return objects.some((one) => one.kind === kind && one.key === to) ? say('directory.nameTaken', `${definition.collection} has ${printable(to)} already.`) : ok(found)
}

/** A number is what people dial and a pattern what it does: another one is another object. */
function whyNot({ shape, beside, keyField, collection, fields }: Definition): string | undefined {
  if (shape !== 'list') return `${collection} has no names of its own.`
  if (beside !== undefined) return `A row of ${collection} has no name: its ${keyField} is what it does.`
  return (fields.properties[keyField] as Field | undefined)?.named === 'number' ? `A row of ${collection} is known by its number.` : undefined
}

/** What names the object, changed; where that is part of its own key it stands under another one. */
function follow(object: StoredObject, { kind, from, to }: Naming): Change[] {
  const before = object.body, after = renamed(object.kind, complete(object.kind, before), kind, from, to) as Body
  if (after === before || !mentions(object, kind, from)) return []
  const key = keyOf(kinds[object.kind], after) ?? object.key, { system } = object
  return key === object.key ? [{ kind: object.kind, key, before, after, system }] : [{ kind: object.kind, key: object.key, before, system }, { kind: object.kind, key, after, system }]
}

function mentions({ kind, body }: StoredObject, of: Kind, from: string): boolean {
  const whole = complete(kind, body)
  return renamed(kind, whole, of, from, `${from} `) !== whole
}

/** What there is once and nobody has written yet, but names the object by its defaults. */
function presets(objects: readonly StoredObject[], naming: Naming): Change[] {
  const missing = Object.values(kinds).filter(({ kind, shape }) => shape === 'one' && !objects.some((one) => one.kind === kind))
  return missing.flatMap(({ kind }) => {
    const preset = complete(kind, {}), after = renamed(kind, preset, naming.kind, naming.from, naming.to) as Body
    return after === preset ? [] : [{ kind, key: '', after }]
  })
}

/** Opened at the old place, sealed at the new one. Its mark fits no password any more: the next site file that gives it sets it anew, once. */
function movedSecrets(field: Field, body: Body, prefix: string, naming: Naming, key: SealKey): Result<Body> {
  const { kind, from, to } = naming, out: Record<string, Json> = { ...body }
  for (const [name, of] of Object.entries(field.properties ?? {})) {
    const value = body[name], path = prefix + name
    if (of.secret && isSealed(value)) {
      if (kind === 'sipRealm') return fail(unmovable(naming))
      const opened = key.open(value.sealed, placeOf(kind, from, path))
      if (!opened.ok) return opened
      out[name] = { ...value, sealed: key.seal(opened.value, placeOf(kind, to, path)), mark: key.mark(placeOf(kind, to, path), 'moved', randomBytes(16).toString('hex')) }
    } else if (of.type === 'object' && value !== undefined) {
      const inner = movedSecrets(of, value as Body, `${path}.`, naming, key)
      if (!inner.ok) return inner
      out[name] = inner.value
    }
  }
  return ok(out)
}

/** RFC 7616 3.4.2: the realm is part of what is kept. */
function unmovable({ kind, from }: Naming): Problem {
  return { code: 'directory.notRenamable' satisfies DirectoryCode, text: 'The stored password belongs to this realm and to no other.', where: `${kinds[kind].collection}[${printable(from)}]`, remedy: 'Add the new realm with its password to the site file.' }
}

function withoutSecrets(field: Field, body: Body): Body {
  return Object.fromEntries(Object.entries(body).flatMap(([name, value]) => {
    const of = field.properties?.[name]
    if (of?.secret) return []
    return [[name, of?.type === 'object' ? withoutSecrets(of, value as Body) : value]]
  }))
}

/** What is wrong with the configuration afterwards and was not before. */
function newProblems(objects: readonly StoredObject[], changes: readonly Change[]): Problem[] {
  const known = new Set(problemsOf(objects).map(({ text, where }) => `${where} ${text}`))
  return problemsOf(changed(objects, changes)).filter(({ text, where }) => !known.has(`${where} ${text}`))
}

function problemsOf(objects: readonly StoredObject[]): Problem[] {
  const stored = indexed(objects), view: View = viewOf({ given: new Set(), objects: [] }, objects)
  return crossCheck(view, new Set(), (id) => stored.has(id)).errors.map(({ code, text, remedy, path, stored: at }) => ({ code, text, where: at ?? path.join('.'), remedy }))
}
