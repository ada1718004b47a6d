/** DATA/ringfort.db as a Store: made, checked, brought up to date, opened. */
import { existsSync, statSync } from 'node:fs'
import { fail, ok, type Result } from '../kit/result.ts'
import { configuration } from './configuration.ts'
import { type Database, openDatabase } from './database.ts'
import { prepareDirectory } from './lock.ts'
import { migrate, type Migrations, pendingMigrations } from './migrate.ts'
import { migrations as ours } from './migrations/index.ts'
import { guarded, StoreFailure, storeProblem } from './problems.ts'
import { checkedAtStart, databasePath } from './reader.ts'
import { incidents } from './incidents.ts'
import { records } from './records.ts'
import { registrations } from './registrations.ts'
import type { Store } from './store.ts'

export interface OpenOptions {
  /** For a process that only looks: changes nothing, makes nothing, migrates nothing. */
  readonly readOnly?: boolean | undefined
  /** Make the database where there is none; true if left out and not readOnly. A process that comes second never makes one. */
  readonly create?: boolean | undefined
  /** Check every page first. By default where the file is small or the last stop left its write-ahead log behind; a process under a launcher says false. */
  readonly verify?: boolean | undefined
  readonly migrations?: Migrations | undefined
}

export async function openStore(dataDir: string, options: OpenOptions = {}): Promise<Result<Store>> {
  const path = databasePath(dataDir)
  const ready = options.readOnly ? ok(undefined) : prepareDirectory(dataDir)
  if (!ready.ok) return ready
  const verify = options.verify ?? (existsSync(`${path}-wal`) || (statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= checkedAtStart)   // looked for before opening, which makes one
  const opened = openDatabase(path, { readOnly: options.readOnly, create: options.create ?? !options.readOnly })
  if (!opened.ok) return opened
  const fit = await makeFit(opened.value, options, verify)
  if (fit.ok) return ok(storeOn(opened.value))
  opened.value.close()
  return fit
}

async function makeFit(db: Database, { readOnly, migrations = ours }: OpenOptions, verify: boolean): Promise<Result<void>> {
  const sound = verify ? checkDatabase(db) : ok(undefined)
  if (!sound.ok) return sound
  const pending = pendingMigrations(db, migrations)
  if (!pending.ok) return pending
  if (pending.value.length === 0) return ok(undefined)
  return readOnly ? fail(storeProblem('store.older', db.path)) : migrate(db, migrations, Date.now())
}

function storeOn(db: Database): Store {
  return {
    configuration: configuration(db),
    registrations: registrations(db),
    records: records(db),
    incidents: incidents(db),
    check: async () => checkDatabase(db),
    close: async () => { db.close() },
  }
}

/** SQLite's own check of every page and index entry count. Its words may quote keys, so they are not passed on. */
export function checkDatabase(db: Database): Result<void> {
  return guarded(db.path, () => {
    const said = db.engine.prepare('pragma quick_check(1)').get()
    if (said?.quick_check !== 'ok') throw new StoreFailure(storeProblem('store.corrupt', db.path))
  })
}
