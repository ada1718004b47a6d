/**
 * The configuration and the registrations, read without the query builder: what the process that handles calls needs at its start.
 * Gives nothing where anything is unusual (no database, another version, damage): openStore then looks closer and says why.
 *
 * Security   constant texts with bound parameters; changes nothing
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { AuditRow, Body, Change, ChangeSet, Json, Kind } from '../directory/changes.ts'
import { guarded, StoreFailure, storeProblem } from './problems.ts'
import { type Configuration, maxAuditPage, type Registrations } from './store.ts'

export interface Reader {
  readonly configuration: Pick<Configuration, 'load' | 'rev' | 'changesSince'>
  readonly registrations: Pick<Registrations, 'live'>
  close(): Promise<void>
}

export function databasePath(dataDir: string): string { return join(dataDir, 'ringfort.db') }

/** A file up to this size, octets, is checked whole at every start (3 ms a MB); a greater one in a thread, once the system is up. */
export const checkedAtStart = 32 * 1024 * 1024

const busyTimeout = 5_000
const pragmas = ['pragma trusted_schema = off', 'pragma cell_size_check = on']

/** `leftBehind`: a write-ahead log that is there was left by a run that is still going on, not by one that broke off. */
export function openReader(dataDir: string, leftBehind = false): Reader | undefined {
  const path = databasePath(dataDir)
  if (!existsSync(path) || (existsSync(`${path}-wal`) && !leftBehind)) return undefined
  const opened = guarded(path, () => open(path, !leftBehind && statSync(path).size <= checkedAtStart))
  return opened.ok && opened.value ? reader(path, opened.value) : undefined
}

function open(path: string, check: boolean): DatabaseSync | undefined {
  const place = pathToFileURL(path)
  place.searchParams.set('mode', 'rw')
  const engine = new DatabaseSync(place, { timeout: busyTimeout, defensive: true })
  try {
    for (const pragma of pragmas) engine.prepare(pragma).all()
    const isWhole = !check || engine.prepare('pragma quick_check(1)').get()?.quick_check === 'ok'
    if (isWhole && engine.prepare('select name from kysely_migration order by name').all().map((row) => row.name).join() === migrationNames().join()) return engine
  } catch { /* not ours, or older than migrations: openStore says what it is */ }
  engine.close()
  return undefined
}

/** By their files: loading them would load the query builder. */
export function migrationNames(): string[] {
  return readdirSync(join(import.meta.dirname, 'migrations')).filter((file) => /^\d{4}_\w+\.ts$/.test(file)).map((file) => file.slice(0, -3)).sort()
}

function reader(path: string, engine: DatabaseSync): Reader {
  const rows = <Row>(text: string, ...values: (string | number)[]): Row[] => engine.prepare(text).all(...values) as Row[]
  const json = (text: string): Json => {
    try { return JSON.parse(text) as Json } catch { throw new StoreFailure(storeProblem('store.corrupt', path)) }   // the error would quote what it read
  }
  const thrown = <T>(work: () => T): T => {
    const done = guarded(path, work)
    if (!done.ok) throw new StoreFailure(done.problem)
    return done.value
  }
  const rev = () => rows<{ rev: number }>('select rev from position where id = 1')[0]?.rev ?? 0
  return {
    configuration: {
      rev: () => thrown(rev),
      load: () => thrown(() => ({ rev: rev(), objects: rows<ObjectRow>('select kind, key, rev, body, system from objects order by kind, key')
        .map(({ kind, key, rev: at, body, system }) => ({ kind, key, rev: at, body: json(body) as Body, ...system ? { system: true as const } : {} })) })),
      changesSince: (after, limit = maxAuditPage) => thrown(() => changeSets(rows, json, after, limit)),
    },
    registrations: {
      live: async (now) => guarded(path, () => rows<BindingRow>('select aor, key, expiresAt, body from bindings where expiresAt > ?', now).map((row) => ({ ...row, body: json(row.body) }))),
    },
    close: async () => { engine.close() },
  }
}

interface ObjectRow { kind: Kind; key: string; rev: number; body: string; system: number }
interface BindingRow { aor: string; key: string; expiresAt: number; body: string }
interface ChangeRow { rev: number; kind: Kind; key: string; before: string | null; after: string | null; system: number }
type HeadRow = Pick<AuditRow, 'rev' | 'at' | 'by' | 'via'> & { reason: string | null; undoes: number | null }
type Rows = <Row>(text: string, ...values: (string | number)[]) => Row[]

function changeSets(rows: Rows, json: (text: string) => Json, after: number, limit: number): { rev: number; set: ChangeSet }[] {
  const heads = rows<HeadRow>('select distinct rev, at, "by", via, reason, undoes from audit where rev > ? order by rev limit ?', after, Math.min(Math.max(1, limit), maxAuditPage))
  const until = heads.at(-1)?.rev ?? after
  const changes = Map.groupBy(rows<ChangeRow>('select rev, kind, key, before, after, system from changes where rev > ? and rev <= ? order by rev, number', after, until), (row) => row.rev)
  return heads.map(({ rev, at, by, via, reason, undoes }) => ({ rev, set: {
    at, by, via, ...reason === null ? {} : { reason }, ...undoes === null ? {} : { undoes }, changes: (changes.get(rev) ?? []).map((row) => changeOf(row, json)),
  } }))
}

function changeOf({ kind, key, before, after, system }: ChangeRow, json: (text: string) => Json): Change {
  return { kind, key, ...before === null ? {} : { before: json(before) as Body }, ...after === null ? {} : { after: json(after) as Body }, ...system ? { system: true as const } : {} }
}
