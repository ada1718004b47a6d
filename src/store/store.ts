/**
 * What the store gives to the rooms: configuration with its audit, registrations, call records.
 * Two real ones: openStore (open.ts, SQLite) and memoryStore (memory.ts); test/store/compliance.ts runs against both.
 */
import type { ChangeSet, ConfigurationStore, Json } from '../directory/changes.ts'
import type { Millis } from '../kit/machine.ts'
import type { Result } from '../kit/result.ts'

export interface Store {
  readonly configuration: Configuration
  readonly registrations: Registrations
  readonly records: Records
  readonly incidents: Incidents
  /** Reads every page and checks it: linear in the size of the database. */
  check(): Promise<Result<void>>
  close(): Promise<void>
}

/** Where the chain of audit rows ends: noted elsewhere, it proves later that nothing before it was changed. */
export interface AuditHead { readonly id: number; readonly hash: string }

export interface Configuration extends ConfigurationStore {
  rev(): number
  /** The sets after a revision, oldest first, at most `limit` (1,000): what another process or node has to take over. */
  changesSince(rev: number, limit?: number): { rev: number; set: ChangeSet }[]
  auditHead(): AuditHead
  /** Recomputes the whole chain and compares it with the configuration and, if given, with a head noted earlier. */
  verifyAudit(noted?: AuditHead): Result<AuditHead>
}

/** One registered contact of an address of record. `body` belongs to the registrar: JSON, not looked into. */
export interface Binding {
  readonly aor: string
  /** What tells contacts of one aor apart: instance id and reg-id, or the contact URI. */
  readonly key: string
  readonly expiresAt: Millis
  readonly body: Json
}
export interface BindingKey { readonly aor: string; readonly key: string }

export interface Registrations {
  /** Everything that is still valid at `now`, in one pass. */
  live(now: Millis): Promise<Result<Binding[]>>
  /** One transaction: first `gone`, then `saved`; a later one of the same key wins. */
  write(saved: readonly Binding[], gone: readonly BindingKey[]): Promise<Result<void>>
  /** Forgets what expired before `now`. */
  expire(now: Millis): Promise<Result<number>>
}

/** The least that a record of a call has; whatever else it carries is kept as well. */
export interface CallRecord {
  readonly id: string
  readonly startedAt: Millis
  readonly answeredAt?: Millis | undefined
  readonly endedAt: Millis
  readonly from: string
  readonly to: string
  readonly ending: string
  readonly security: string
  readonly legs: readonly unknown[]
}

/** What somebody tried and was kept from: a source that guesses, a trunk's request that was refused, a limit that was reached. No number, no password. */
export interface Incident {
  readonly id: string
  readonly at: Millis
  /** `source.locked`, `trunk.refused`, `toll.limit`. */
  readonly what: string
  /** A source, a trunk, a user. */
  readonly who: string
  readonly detail: { readonly [name: string]: Json }
}

export interface IncidentQuery { /** 1 to 1,000; 100 unless told. */ readonly limit?: number | undefined; readonly what?: string | undefined; readonly since?: Millis | undefined }

export interface Incidents {
  /** One transaction; one whose id is there already is left as it is. */
  append(incidents: readonly Incident[]): Promise<Result<void>>
  /** Newest first. */
  list(query: IncidentQuery): Promise<Result<Incident[]>>
  /** Recomputes the chain. */
  verify(): Promise<Result<{ rows: number; hash: string }>>
  /** Forgets what is older, but for the newest, and what is over maxIncidents. */
  trim(before: Millis): Promise<Result<number>>
}

/** Of several filters a record meets all. */
export interface RecordQuery {
  /** 1 to 1,000; 100 unless told. */
  readonly limit?: number | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** From or to. */
  readonly party?: string | undefined
  readonly ending?: string | undefined
  readonly security?: string | undefined
  /** Started at or after. */
  readonly since?: Millis | undefined
  /** Started before. */
  readonly until?: Millis | undefined
  /** The last record of the page before: newest first goes on behind it. */
  readonly after?: { readonly startedAt: Millis; readonly id: string } | undefined
}

export interface Retention {
  /** Records kept at most. */
  readonly records: number
  /** Records older than so many ms go. */
  readonly age: Millis
}

export interface Records {
  /** One transaction; a record whose id is there already is left as it is. */
  append(records: readonly CallRecord[]): Promise<Result<void>>
  /** By its id, or by the Call-ID of one of its legs. */
  find(id: string): Promise<Result<CallRecord | undefined>>
  /** Newest first. */
  list(query: RecordQuery): Promise<Result<CallRecord[]>>
  /** Forgets what is over the count or the age; says how many. */
  trim(keep: Retention, now: Millis): Promise<Result<number>>
}

export const maxRecordPage = 1_000
export const maxAuditPage = 1_000

export function isBinding({ aor, key, expiresAt, body }: Binding): boolean {
  return typeof aor === 'string' && typeof key === 'string' && Number.isFinite(expiresAt) && body !== undefined
}

/** Whether a value has the fields of a record: asked of what comes back from the spool, and of what is given to the writer. */
export function isCallRecord(value: unknown): value is CallRecord {
  if (typeof value !== 'object' || value === null) return false
  const { id, startedAt, answeredAt, endedAt, from, to, ending, security, legs } = value as Record<string, unknown>
  return typeof id === 'string' && Number.isFinite(startedAt) && (answeredAt === undefined || Number.isFinite(answeredAt)) && Number.isFinite(endedAt)
    && typeof from === 'string' && typeof to === 'string' && typeof ending === 'string' && typeof security === 'string' && Array.isArray(legs)
}

/** Whether a value has the fields of an incident: asked of what comes back from the spool. */
export function isIncident(value: unknown): value is Incident {
  if (typeof value !== 'object' || value === null) return false
  const { id, at, what, who, detail } = value as Record<string, unknown>
  return typeof id === 'string' && Number.isFinite(at) && typeof what === 'string' && typeof who === 'string' && typeof detail === 'object' && detail !== null
}
