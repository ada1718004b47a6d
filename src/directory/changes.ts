/**
 * Who changed what: the shape of a stored object, of a change, of an audit row, and what a store of configurations must do.
 *
 * Security   bodies hold secrets sealed only (seal.ts); audit rows hold none at all, not even sealed
 */
import type { Millis } from '../kit/machine.ts'
import type { Result } from '../kit/result.ts'

/** A line of the directory: what sorts of objects there are. */
export type Kind = 'system' | 'service' | 'featureCodes' | 'user' | 'phone' | 'line' | 'huntGroup' | 'parkLot' | 'pickupGroup'
  | 'trunkProfile' | 'trunk' | 'sipRealm' | 'applicationUser'
  | 'partition' | 'callingSearchSpace' | 'routePattern' | 'translationPattern' | 'calledTransformation' | 'callingTransformation' | 'routeList' | 'routeGroup'
  | 'timePeriod' | 'timeSchedule' | 'numberingPlan' | 'routeFilter' | 'dialPlanTest' | 'restrictionTable' | 'classOfService' | 'tollControl'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
/** An object's fields as they are stored: JSON, every secret replaced by a Sealed. */
export type Body = { readonly [name: string]: Json }

/** A secret at rest: unreadable without the sealing key, comparable without opening it. */
export interface Sealed {
  /** AES-256-GCM of what is kept (a PHC string, HA1 values), base64url. */
  readonly sealed: string
  /** Keyed fingerprint of the plaintext: tells "unchanged" without argon2. base64url. */
  readonly mark: string
  /** What the value is bound to besides its object: `user:realm` of a digest password. */
  readonly scope?: string
}

/** One object as the store keeps it. (kind, key) is unique; the only object of a kind without keys has the key ''. */
export interface StoredObject {
  readonly kind: Kind
  readonly key: string
  /** Revision of the configuration at which it was last written. */
  readonly rev: number
  readonly body: Body
  /** Made by the system itself: no site file deletes it. */
  readonly system?: true | undefined
}

/** before absent = created; after absent = deleted; neither is ever absent with the other. */
export interface Change {
  readonly kind: Kind
  readonly key: string
  readonly before?: Body | undefined
  readonly after?: Body | undefined
  readonly system?: true | undefined
}

/** What is done together or not at all: one transaction, one revision. */
export interface ChangeSet {
  /** Who: an administrator's name, `owner` for the command socket, `system`. */
  readonly by: string
  readonly at: Millis
  /** How it came: `apply`, `rest`, `console`, `start`, `undo` … */
  readonly via: string
  readonly reason?: string | undefined
  /** The revision that this set takes back. */
  readonly undoes?: number | undefined
  readonly changes: readonly Change[]
}

/** One field of one change as people see it; a secret shows as `[secret]`, never its value. */
export interface FieldChange {
  /** Dotted path: `digest.password`. */
  readonly field: string
  readonly before?: Json | undefined
  readonly after?: Json | undefined
}

/** One changed object for display: safe to print, to log and to send. */
export interface AuditRow {
  readonly rev: number
  readonly at: Millis
  readonly by: string
  readonly via: string
  readonly reason?: string | undefined
  readonly undoes?: number | undefined
  readonly kind: Kind
  readonly key: string
  readonly what: 'create' | 'change' | 'delete'
  readonly fields: readonly FieldChange[]
}

export interface AuditQuery {
  /** At most so many rows, newest first; 100 unless told. */
  readonly limit?: number | undefined
  readonly kind?: Kind | undefined
  readonly key?: string | undefined
  /** Not before this moment. */
  readonly since?: Millis | undefined
}

/** Where the configuration is kept. Two real ones: a database, and memory for tests. */
export interface ConfigurationStore {
  /** Everything, or objects of these kinds alone. */
  load(kinds?: readonly Kind[]): { rev: number; objects: StoredObject[] }
  /**
   * All changes and their audit rows in one transaction; the new revision is baseRev + 1 and stands on every object written.
   * Refused with directory.conflict when the revision is no longer baseRev, or when a `before` is not what is stored
   * (sameBody), is missing, or stands where something is to be created.
   */
  apply(set: ChangeSet, baseRev: number): Result<{ rev: number }>
  /** Newest first. */
  audit(query: AuditQuery): AuditRow[]
  /** The set that made this revision, with its sealed values, for inverse(); never shown. */
  changeSet(rev: number): ChangeSet | undefined
}

/** The set that takes `set` (which made revision `rev`) back: the same changes the other way round, last first. */
export function inverse(set: ChangeSet, rev: number, by: string, at: Millis, reason?: string): ChangeSet {
  const changes = set.changes.map(({ kind, key, before, after, system }): Change => (
    { kind, key, before: after, after: before, system })).reverse()
  return { by, at, via: 'undo', reason, undoes: rev, changes }
}

/** The configuration after a change set: what is not named stays as it is. */
export function changed(objects: readonly StoredObject[], changes: readonly Change[], rev = 0): StoredObject[] {
  const found = new Map(objects.map((object) => [`${object.kind}/${object.key}`, object]))
  for (const { kind, key, after, system } of changes) {
    if (after) found.set(`${kind}/${key}`, { kind, key, rev, body: after, ...(system ? { system } : {}) })
    else found.delete(`${kind}/${key}`)
  }
  return [...found.values()]
}

/** The rows that the audit shows for a set; the store keeps these beside the set itself. */
export function auditRows(set: ChangeSet, rev: number): AuditRow[] {
  const { by, at, via, reason, undoes } = set
  return set.changes.map(({ kind, key, before, after }) => ({
    rev, at, by, via, reason, undoes, kind, key,
    what: before === undefined ? 'create' : after === undefined ? 'delete' : 'change',
    fields: fieldChanges(before, after),
  }))
}

/** What differs between two bodies, field by field, groups opened, secrets masked. */
export function fieldChanges(before: Body | undefined, after: Body | undefined, path = ''): FieldChange[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  return names.flatMap((name) => {
    const [a, b] = [before?.[name], after?.[name]]
    if (sameJson(a, b)) return []
    const field = path + name
    if (isSealed(a) || isSealed(b)) return [{ field, before: masked(a), after: isSealed(a) && isSealed(b) ? '[secret changed]' : masked(b) }]
    if (isGroup(a) || isGroup(b)) return fieldChanges(isGroup(a) ? a : undefined, isGroup(b) ? b : undefined, `${field}.`)
    return [{ field, before: a, after: b }]
  })
}

export function isSealed(value: unknown): value is Sealed & Body {
  return isGroup(value) && typeof value.sealed === 'string' && typeof value.mark === 'string'
}

export function isGroup(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Equal as configurations: the order of fields does not count, the order of a list does. */
export function sameBody(a: Body | undefined, b: Body | undefined): boolean { return sameJson(a, b) }

export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameJson(item, b[i]))
  if (!isGroup(a) || !isGroup(b)) return false
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && sameJson(a[name], b[name]))
}

function masked(value: Json | undefined): Json | undefined { return isSealed(value) ? '[secret]' : value }
