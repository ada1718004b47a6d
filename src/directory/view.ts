/** The whole configuration as it will be: what a file gives, what it leaves alone, what the system made itself. */
import { type Body, isGroup, isSealed, type Json, type Kind, type StoredObject } from './changes.ts'
import { type Field, fieldOf } from './define.ts'
import { kinds } from './kinds.ts'
import type { Draft } from './parse.ts'
import type { Secret } from '../kit/secret.ts'
import type { Path } from './yaml.ts'

/** One object of a site file. */
export interface SiteObject {
  readonly kind: Kind
  readonly key: string
  readonly draft: Draft
  /** Where it stands in the file; absent for an object that is stored already. */
  readonly path?: Path | undefined
  /** Some of its fields were wrong and are missing from the draft. */
  readonly broken?: boolean | undefined
  readonly system?: true | undefined
}

export interface Given { readonly given: ReadonlySet<Kind>; readonly objects: readonly SiteObject[] }

export type View = { readonly [K in Kind]: readonly SiteObject[] }

export function identity(kind: Kind, key: string): string { return `${kind}/${key}` }

export function indexed(current: readonly StoredObject[]): Map<string, StoredObject> {
  return new Map(current.map((o) => [identity(o.kind, o.key), o]))
}

/** A kind that the file does not mention stays as it is; of one that it mentions only what the system made stays besides. */
export function viewOf(site: Given, current: readonly StoredObject[]): View {
  const stored = indexed(current)
  const view = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, [] as SiteObject[]])) as Record<Kind, SiteObject[]>
  const named = new Set<string>()
  for (const object of site.objects) {
    const id = identity(object.kind, object.key), draft = carried(fieldOf(kinds[object.kind]), object.draft, stored.get(id)?.body)
    named.add(id)
    view[object.kind].push(draft === object.draft ? object : { ...object, draft })
  }
  for (const { kind, key, body, system } of current) {
    if (!named.has(identity(kind, key)) && (system || !site.given.has(kind))) view[kind].push({ kind, key, draft: body, system })
  }
  return view
}

/** A secret that is not given stays what it is; null takes it away. */
export function carried(field: Field, draft: Draft, stored: Body | undefined): Draft {
  let out: Record<string, Draft[string]> | undefined   // most objects have nothing to carry: they are not copied
  for (const name in field.properties) {
    const of = field.properties[name]!, given = draft[name], kept = stored?.[name]
    if (of.secret && given === null) delete (out ??= { ...draft })[name]
    else if (of.secret && given === undefined && isSealed(kept)) (out ??= { ...draft })[name] = kept
    else if (of.type === 'object' && isDraft(given)) {
      const inner = carried(of, given, isGroup(kept) ? kept : undefined)
      if (inner !== given) (out ??= { ...draft })[name] = inner
    }
  }
  return out ?? draft
}

export function isDraft(value: Json | Secret | Draft | undefined): value is Draft {
  return isGroup(value) && !isPlaintext(value)
}

/** A secret as it was given, in the clear. */
export function isPlaintext(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && 'reveal' in value && typeof value.reveal === 'function'
}

/** A text field of a draft, where it is there and right. */
export function textOf(draft: Draft, name: string): string | undefined {
  const value = draft[name]
  return typeof value === 'string' ? value : undefined
}

export function textsOf(draft: Draft, name: string): readonly string[] {
  const value = draft[name]
  return Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : []
}

/** Realms that digest passwords belong to: of challenges to phones, and of challenges to trunks. */
export interface Realms { readonly station: string; readonly trunk: string }

export function realmsOf(view: View): Realms {
  const draft = view.system[0]?.draft ?? {}, preset = (name: string) => String(fieldOf(kinds.system).properties?.[name]?.default)
  return { station: textOf(draft, 'sipStationRealm') ?? textOf(draft, 'domain') ?? preset('domain'), trunk: textOf(draft, 'clusterId') ?? preset('clusterId') }
}

/** The realm of a digest password: a row of sipRealms names its own. */
export function realmFor(kind: Kind, group: Draft, { station, trunk }: Realms): string {
  return kind === 'sipRealm' ? textOf(group, 'realm') ?? '' : kind === 'applicationUser' ? trunk : station
}
