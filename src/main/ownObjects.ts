/**
 * Objects that the system makes itself: at the first start, and where a database is older than they are.
 *
 * Standards  R127, R302, R304 (the predefined profile, the tables that are shipped)
 */
import type { Body, Change, ChangeSet, Kind, StoredObject } from '../directory/changes.ts'
import { complete } from '../directory/complete.ts'
import { shippedTables } from '../policy/restriction/shipped.ts'
import { predefinedProfile } from '../policy/trunk/profile.ts'

const own: readonly { readonly kind: Kind; readonly key: string; readonly body: () => Body }[] = [
  { kind: 'trunkProfile', key: predefinedProfile.name, body: () => ({ ...predefinedProfile }) },
  ...shippedTables.map(({ name, rows }) => ({ kind: 'restrictionTable' as const, key: name, body: () => complete('restrictionTable', { name, patterns: rows.map((row) => ({ ...row })) }) })),
  { kind: 'classOfService', key: 'Voice Mail User', body: () => complete('classOfService', { name: 'Voice Mail User' }) },
]

/** What this configuration lacks of them. Of a kind of which the system has made something nothing is made again: it may have been renamed. */
export function lackingObjects(objects: readonly StoredObject[]): readonly Change[] {
  const made = new Set(objects.flatMap(({ kind, system }) => system ? [kind] : []))
  const wanted = own.filter(({ kind }) => !made.has(kind))
  if (wanted.length === 0) return []
  const named = new Set(objects.map(({ kind, key }) => `${kind}/${key}`))
  return wanted.filter(({ kind, key }) => !named.has(`${kind}/${key}`)).map(({ kind, key, body }) => ({ kind, key, after: body(), system: true }))
}

export function ownSet(changes: readonly Change[], now: number): ChangeSet {
  return { by: 'system', at: now, via: 'start', reason: 'Objects that every system has', changes }
}

/** As they are stored: what a first site file finds. */
export function ownObjects(): StoredObject[] { return lackingObjects([]).map(({ kind, key, after }) => ({ kind, key, rev: 0, body: after!, system: true })) }
