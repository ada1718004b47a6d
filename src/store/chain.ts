/**
 * The chain of audit rows: each hash covers the row and the hash before it, so no row can be changed, dropped or slipped in
 * without every later hash telling. Pure; used by both stores.
 */
import { createHash } from 'node:crypto'
import type { AuditRow, Change } from '../directory/changes.ts'
import type { AuditTable } from './schema.ts'

export type AuditEntry = Omit<AuditTable, 'hash'>

/** The row as it is chained and stored. `number` is its place in its set. */
export function auditEntry(row: AuditRow, number: number, id: number, digest: string): AuditEntry {
  const { rev, at, by, via, reason = null, undoes = null, kind, key, what } = row
  return { id, rev, number, at, by, via, reason, undoes, kind, key, what, fields: JSON.stringify(row.fields), digest }
}

/** SHA-256 over the hash before and the row, hex. JSON of an array: unambiguous, no separator to forge. */
export function linkHash(previous: string, row: AuditEntry): string {
  const { id, rev, number, at, by, via, reason, undoes, kind, key, what, fields, digest } = row
  return sha256(JSON.stringify([previous, id, rev, number, at, by, via, reason, undoes, kind, key, what, fields, digest]))
}

/** What ties an audit row (which shows no secret) to the change itself (which holds sealed ones). */
export function changeDigest(before: string | null, after: string | null, system: number): string {
  return sha256(JSON.stringify([before, after, system]))
}

export interface ChangeText { before: string | null; after: string | null; system: number }

export function changeText({ before, after, system }: Change): ChangeText {
  return { before: before ? JSON.stringify(before) : null, after: after ? JSON.stringify(after) : null, system: system ? 1 : 0 }
}

function sha256(text: string): string { return createHash('sha256').update(text).digest('hex') }
