/**
 * What applying a site file would do: create, change, delete, leave; and the change set that does it.
 *
 * Deciding takes no argon2: a given secret is compared by its keyed mark (about 10 µs each). Only new and changed ones are hashed, in carryOut,
 * two at a time off the main loop: 35 ms of a core each, so 10,000 new users with PIN and password take about six minutes; the plan says so before.
 * Security   steps are for printing and hold `[secret]`; plaintexts stay Secret until they are hashed
 */
import { setImmediate } from 'node:timers/promises'
import { type Body, type Change, type ChangeSet, type FieldChange, fieldChanges, isGroup, isSealed, type Json, type Kind, sameJson, type Sealed, type StoredObject } from './changes.ts'
import { type Field, fieldOf, type SecretSort } from './define.ts'
import { makeHa1 } from './ha1.ts'
import { kinds } from './kinds.ts'
import type { Draft } from './parse.ts'
import { hashMillis, hashPassword, maxHashing } from './password.ts'
import { placeOf, type SealKey } from './seal.ts'
import type { Secret } from '../kit/secret.ts'
import { carried, type Given, identity, indexed, isDraft, isPlaintext, realmFor, type Realms, realmsOf, type SiteObject, textOf, viewOf } from './view.ts'

export interface PlanStep {
  readonly what: 'create' | 'change' | 'delete'
  readonly kind: Kind
  readonly key: string
  /** Secrets show as `[secret]`. */
  readonly fields: readonly PlanField[]
}

/** `isDefault`: the field goes back to what it is where nothing is said, as one does that a file leaves out. */
export type PlanField = FieldChange & { readonly isDefault?: true | undefined }

export interface Plan {
  readonly steps: readonly PlanStep[]
  readonly unchanged: number
  /** Passwords and PINs to hash, and how long that takes at least, in milliseconds. */
  readonly hashes: number
  readonly hashMillis: number
  /** For carryOut. */
  readonly work: readonly Work[]
  readonly realms: Realms
}

interface Work {
  readonly kind: Kind
  readonly key: string
  readonly before?: Body | undefined
  readonly after?: Draft | undefined
  readonly system?: true | undefined
}

export function plan(current: readonly StoredObject[], site: Given, key: SealKey): Plan {
  const stored = indexed(current)
  const realms = realmsAfter(site, current)
  const named = new Set(site.objects.map((o) => identity(o.kind, o.key)))
  const work: Work[] = []
  let unchanged = 0
  for (const object of site.objects) {
    const old = stored.get(identity(object.kind, object.key))
    const after = recognised(object, old?.body, realms, key)
    if (old && sameJson(old.body, after as Body)) unchanged++
    else work.push({ kind: object.kind, key: object.key, before: old?.body, after, system: old?.system })
  }
  for (const { kind, key: name, body, system } of current) {
    if (named.has(identity(kind, name))) continue
    if (system || !site.given.has(kind)) unchanged++
    else work.push({ kind, key: name, before: body })
  }
  const hashes = work.reduce((sum, { kind, after }) => sum + (after ? countPeople(fieldOf(kinds[kind]), after) : 0), 0)
  return { steps: work.map(stepOf), unchanged, hashes, hashMillis: Math.ceil(hashes * hashMillis / maxHashing), work, realms }
}

/** The one object that says it is looked at, not all of them. */
function realmsAfter({ given, objects }: Given, current: readonly StoredObject[]): Realms {
  return realmsOf(viewOf({ given, objects: objects.filter(({ kind }) => kind === 'system') }, current.filter(({ kind }) => kind === 'system')))
}

/** The draft with kept secrets carried over and given ones that are the stored ones replaced by them. */
function recognised(object: SiteObject, old: Body | undefined, realms: Realms, key: SealKey): Draft {
  const field = fieldOf(kinds[object.kind])
  const draft = carried(field, object.draft, old)
  if (!old) return draft
  return mapSecrets(field, draft, '', (given, { name, path, group }, sort) => {
    const kept = at(old, path)
    if (!isSealed(kept)) return given
    const scope = scopeOf(sort, group, realmFor(object.kind, group, realms))
    return kept.scope === scope && kept.mark === key.mark(placeOf(object.kind, object.key, name), scope ?? '', given.reveal()) ? kept : given
  })
}

interface Spot { readonly name: string; readonly path: readonly string[]; readonly group: Draft }
type Replace = (given: Secret, spot: Spot, sort: SecretSort) => Draft[string]

function mapSecrets(field: Field, draft: Draft, prefix: string, replace: Replace): Draft {
  let out: Record<string, Draft[string]> | undefined
  for (const name in field.properties) {
    const of = field.properties[name]!, value = draft[name]
    if (!of.secret && of.type !== 'object') continue
    const path = prefix + name
    if (of.secret && isPlaintext(value)) (out ??= { ...draft })[name] = replace(value, { name: path, path: path.split('.'), group: draft }, of.secret)
    else if (of.type === 'object' && isDraft(value)) (out ??= { ...draft })[name] = mapSecrets(of, value, `${path}.`, replace)
  }
  return out ?? draft
}

function at(body: Body, path: readonly string[]): Json | undefined {
  let value: Json | undefined = body
  for (const step of path) value = isGroup(value) ? value[step] : undefined
  return value
}

/** A digest password belongs to a user name and a realm (RFC 7616 3.4.2), a person's to nothing but the person. */
function scopeOf(sort: SecretSort, group: Draft, realm: string): string | undefined {
  return sort === 'digest' ? `${textOf(group, 'user') ?? ''}:${realm}` : undefined
}

function countPeople(field: Field, draft: Draft): number {
  let count = 0
  mapSecrets(field, draft, '', (given, _, sort) => { if (sort === 'person') count++; return given })
  return count
}

function stepOf({ kind, key, before, after }: Work): PlanStep {
  const shown = after && mapSecrets(fieldOf(kinds[kind]), after, '', () => ({ sealed: '', mark: '' }))
  const what = before === undefined ? 'create' : after === undefined ? 'delete' : 'change', fields = fieldChanges(before, shown as Body | undefined)
  return { what, kind, key, fields: what === 'change' ? fields.map((change) => marked(kind, change)) : fields }
}

function marked(kind: Kind, change: FieldChange): PlanField {
  let field: Field | undefined = fieldOf(kinds[kind])
  for (const name of change.field.split('.')) field = field?.properties?.[name]
  return sameJson(change.after, field?.default as Json | undefined) ? { ...change, isDefault: true } : change
}

/** The changes as they will be, but for their secrets: enough to look at. */
export function unsealed({ work }: Plan): Change[] {
  return work.map(({ kind, key, before, after, system }) => ({ kind, key, before, after: after as Body | undefined, system }))
}

/** Who does it: the head of the change set. */
export type Author = Omit<ChangeSet, 'changes'>

/** Between two words about how far it is, ms. */
const tellEvery = 2_000
const yieldAfter = 100   // sealed objects between two looks at the rest of the world

/** Hashes and seals what is new. The change set is for ConfigurationStore.apply; an empty one need not be applied. */
export async function carryOut(planned: Plan, key: SealKey, author: Author, told: (objects: number) => void = () => {}): Promise<ChangeSet> {
  const changes = new Array<Change>(planned.work.length)
  let next = 0, toldAt = performance.now()
  const worker = async (): Promise<void> => {
    while (next < planned.work.length) {
      const i = next++
      const { kind, key: name, before, after, system } = planned.work[i]!
      changes[i] = { kind, key: name, before, after: after && await sealed(kind, name, after, planned.realms, key), system }
      if (i % yieldAfter === 0) await setImmediate()
      if (performance.now() - toldAt > tellEvery) { toldAt = performance.now(); told(i) }
    }
  }
  await Promise.all(Array.from({ length: maxHashing }, worker))
  return { ...author, changes }
}

async function sealed(kind: Kind, name: string, after: Draft, realms: Realms, key: SealKey): Promise<Body> {
  const found: { given: Secret; spot: Spot; sort: SecretSort }[] = []
  const field = fieldOf(kinds[kind])
  mapSecrets(field, after, '', (given, spot, sort) => { found.push({ given, spot, sort }); return given })
  const ready = new Map<string, Sealed>()
  for (const { given, spot, sort } of found) {
    const place = placeOf(kind, name, spot.name)
    const realm = realmFor(kind, spot.group, realms), scope = scopeOf(sort, spot.group, realm)
    const bytes = sort === 'person' ? Buffer.from(await hashPassword(given)) : makeHa1(textOf(spot.group, 'user') ?? '', realm, given)
    const mark = key.mark(place, scope ?? '', given.reveal())
    ready.set(spot.name, { sealed: key.seal(bytes, place), mark, ...(scope === undefined ? {} : { scope }) })
  }
  return mapSecrets(field, after, '', (_, spot) => ({ ...ready.get(spot.name)! })) as Body
}
