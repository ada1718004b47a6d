/**
 * The tables as Kysely sees them, and the one place where engines differ in types.
 * Times are whole milliseconds, truth is 0 or 1, JSON is text: SQLite and PostgreSQL then give the same (pg: set the int8 parser to Number).
 */
import type { Kind } from '../directory/changes.ts'

export interface Schema {
  objects: ObjectTable
  changes: ChangeTable
  audit: AuditTable
  position: PositionTable
  bindings: BindingTable
  calls: CallTable
  incidents: IncidentTable
}

export interface ObjectTable { kind: Kind; key: string; rev: number; body: string; system: number }

/** What was changed, with sealed values: what undo needs. Numbered within its revision. */
export interface ChangeTable { rev: number; number: number; kind: Kind; key: string; before: string | null; after: string | null; system: number }

/** What people see, no secret in it, each row chained to the one before (chain.ts). */
export interface AuditTable {
  id: number; rev: number; number: number; at: number; by: string; via: string; reason: string | null; undoes: number | null
  kind: Kind; key: string; what: 'create' | 'change' | 'delete'; fields: string; digest: string; hash: string
}

/** One row: where the configuration and the audit stand. */
export interface PositionTable { id: number; rev: number; auditId: number; auditHash: string }

export interface BindingTable { aor: string; key: string; expiresAt: number; body: string }

/** `detail` is the whole record as JSON; the others are what it is searched by. */
export interface CallTable { id: string; startedAt: number; from: string; to: string; ending: string; security: string; detail: string }

/** `before` is the hash of the row before it, `hash` covers that and the row. */
export interface IncidentTable { number: number; id: string; at: number; what: string; who: string; detail: string; before: string; hash: string }
