/**
 * What the writer thread does with a batch: into the database; if that refuses, records into the spool and bindings back to
 * the sender. A record is acknowledged when it is on the disk, in one place or the other.
 *
 * Security   the disk may be full, the database held, damaged, removed: every answer is a value
 */
import type { Millis } from '../kit/machine.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { type Database, openDatabase } from './database.ts'
import { pendingMigrations } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { guarded, StoreFailure, storeProblem } from './problems.ts'
import { databasePath } from './reader.ts'
import { appendIncidents, incidents } from './incidents.ts'
import { appendRecords, records } from './records.ts'
import { registrations, writeBindings } from './registrations.ts'
import { openSpool } from './spool.ts'
import { type Binding, type BindingKey, type CallRecord, type Incident, isIncident, type Retention } from './store.ts'

/** Texts, not objects: one copy between the threads, and the records' lines are the spool's lines. */
export interface Batch {
  /** JSON of Binding[]. */
  readonly saved: string
  /** JSON of BindingKey[]. */
  readonly gone: string
  /** One JSON record or incident a line, '' for none. */
  readonly records: string
  /** Somebody waits for it: try the database even if it failed a moment ago. */
  readonly urgent: boolean
}

export interface Ack {
  readonly records: 'stored' | 'spooled' | 'kept'
  readonly bindings: 'stored' | 'kept'
  /** Why not everything is stored. */
  readonly problem?: Problem | undefined
}

export interface Keeper {
  take(batch: Batch, now: Millis): Ack
  /** A piece of the spool into the database; undefined when there is nothing to do now. */
  replay(now: Millis): { records: number; damaged: number; more: boolean } | undefined
  /** Forgets expired bindings and old records. */
  tidy(keep: Retention, now: Millis): Promise<void>
  /** Why the database does not take anything; undefined while it does. */
  failing(): Problem | undefined
  close(): void
}

export interface KeeperOptions {
  /** Time between two attempts on a database that failed, ms. */
  readonly retryDelay: Millis
  readonly busyTimeout: Millis
}

interface Held { readonly path: string; readonly options: KeeperOptions; db: Database | undefined; failing: Problem | undefined; retryAt: Millis }

export function openKeeper(dataDir: string, options: KeeperOptions): Keeper {
  const held: Held = { path: databasePath(dataDir), options, db: undefined, failing: undefined, retryAt: 0 }
  const spool = openSpool(dataDir)
  const put = (lines: string): Result<void> => lines === '' ? ok(undefined) : spool.append(lines)
  return {
    take: (batch, now) => {
      const saved = JSON.parse(batch.saved) as Binding[]
      const gone = JSON.parse(batch.gone) as BindingKey[]
      const lines = batch.records === '' ? [] : batch.records.split('\n').map((text) => ({ record: JSON.parse(text) as CallRecord | Incident, text }))
      const stored = write(held, now, batch.urgent, (db) => { writeBindings(db, saved, gone); appendLines(db, lines) })
      if (stored.ok) return { records: 'stored', bindings: 'stored' }
      const spooled = put(batch.records)
      return { records: spooled.ok ? 'spooled' : 'kept', bindings: saved.length + gone.length === 0 ? 'stored' : 'kept', problem: stored.problem }
    },
    replay: (now) => {
      const read = spool.peek()
      if (!read.ok || !read.value) return undefined
      const { value } = read
      const stored = write(held, now, false, (db) => { appendLines(db, value.records.map((record) => ({ record, text: JSON.stringify(record) }))) })
      if (!stored.ok) return undefined
      spool.take(value)
      return { records: value.records.length, damaged: value.damaged, more: true }
    },
    tidy: async (keep, now) => {
      if (!held.db || held.failing) return
      await registrations(held.db).expire(now)   // a failure here shows at the next write as well
      await records(held.db).trim(keep, now)
      await incidents(held.db).trim(now - keep.age)
    },
    failing: () => held.failing,
    close: () => { held.db?.close() },
  }
}

/** Records and incidents come along one way, in the order in which they happened. */
function appendLines(db: Database, lines: readonly { readonly record: CallRecord | Incident; readonly text: string }[]): void {
  appendRecords(db, lines.flatMap(({ record, text }) => isIncident(record) ? [] : [{ record, text }]))
  appendIncidents(db, lines.map(({ record }) => record).filter(isIncident))
}

/** One transaction on the database, which is opened again if it was lost. */
function write<T>(held: Held, now: Millis, urgent: boolean, work: (db: Database) => T): Result<T> {
  if (held.failing && now < held.retryAt && !urgent) return fail(held.failing)
  const done = attempt(held, work)
  if (done.ok) { held.failing = undefined; return done }
  held.failing = done.problem
  held.retryAt = now + held.options.retryDelay
  if (done.problem.code !== 'store.full' && done.problem.code !== 'store.busy') { held.db?.close(); held.db = undefined }
  return done
}

function open({ path, options }: Held): Result<Database> {
  const opened = openDatabase(path, { busyTimeout: options.busyTimeout })   // never makes one: an empty one would hide the loss
  if (!opened.ok) return opened.problem.code === 'store.missing' ? fail(storeProblem('store.lost', path)) : opened
  const pending = pendingMigrations(opened.value, migrations)
  if (pending.ok && pending.value.length === 0) return opened
  opened.value.close()
  return pending.ok ? fail(storeProblem('store.older', path)) : pending
}

function attempt<T>(held: Held, work: (db: Database) => T): Result<T> {
  if (!held.db) {
    if (held.failing?.code === 'store.lost') return fail(held.failing)   // a file put back now would meet the old one's -wal: restart first
    const opened = open(held)
    if (!opened.ok) return opened
    held.db = opened.value
  }
  const { db } = held
  return guarded(db.path, () => {
    const value = db.transaction(() => work(db))
    if (!db.inPlace()) throw new StoreFailure(storeProblem('store.lost', db.path))   // written into a file that nobody will find again
    return value
  })
}
