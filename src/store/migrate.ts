/**
 * Brings a database to the schema of this program: a copy first, then everything in one transaction or nothing.
 *
 * Security   refuses what is not ours and what a newer version wrote, rather than guess
 */
import { chmodSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { backup } from 'node:sqlite'
import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { fail, ok, type Result } from '../kit/result.ts'
import type { Database } from './database.ts'
import { makeDirectory } from './lock.ts'
import type { Schema } from './schema.ts'
import { guarded, problemOf, StoreFailure, storeProblem } from './problems.ts'

export type Migrations = Readonly<Record<string, Migration>>

/** 'RFRT': what migration 0001 writes into the file's head. */
const applicationId = 1_380_340_308
/** Copies kept in DATA/backup; older ones go. */
export const maxBackups = 5

/** Which migrations this file still needs; refuses a file that is foreign or newer. */
export function pendingMigrations(db: Database, migrations: Migrations): Result<string[]> {
  const read = guarded(db.path, () => executedMigrations(db))
  if (!read.ok) return read
  const unknown = read.value.find((name) => !Object.hasOwn(migrations, name))
  if (unknown !== undefined) return fail(storeProblem('store.newer', db.path))
  return ok(Object.keys(migrations).sort().filter((name) => !read.value.includes(name)))
}

function executedMigrations(db: Database): string[] {
  const tables = db.engine.prepare('select name from sqlite_schema where type = ?').all('table').map((row) => row.name)
  if (tables.length === 0) return []
  const id = db.engine.prepare('pragma application_id').get()?.application_id
  if (id !== applicationId || !tables.includes('kysely_migration')) throw new StoreFailure(storeProblem('store.notDatabase', db.path))
  return db.engine.prepare('select name from kysely_migration order by name').all().map((row) => String(row.name))
}

/** All of them in one transaction; on failure the file is as it was. */
export async function migrate(db: Database, migrations: Migrations, now: number): Promise<Result<void>> {
  const existing = guarded(db.path, () => executedMigrations(db).length > 0)
  if (!existing.ok) return existing
  const copied = existing.value ? await copyDatabase(db, now) : ok(undefined)
  if (!copied.ok) return copied
  try {
    await db.build.transaction().execute(async (whole) => { await migrateWithin(whole, migrations) })
    return ok(undefined)
  } catch (error) {
    return fail(problemOf(error, db.path) ?? storeProblem('store.migration', db.path, failureText(error)))
  }
}

/** The migrator reports instead of throwing: thrown on, so that the transaction rolls back. */
async function migrateWithin(whole: Kysely<Schema>, migrations: Migrations): Promise<void> {
  const { error } = await new Migrator({ db: whole, provider: { getMigrations: async () => migrations } }).migrateToLatest()
  if (error !== undefined) throw error instanceof Error ? error : new Error('the migrator failed', { cause: error })
}

/** What the engine says about a statement of ours (table and column names, never a row's value). */
function failureText(error: unknown): string {
  const detail = error instanceof Error && 'errcode' in error ? `: ${error.message}` : ''
  return `Bringing the database up to date failed${detail}; it is as it was.`
}

/** A consistent copy of the open database in DATA/backup, whole or not there at all; says where. */
export async function copyDatabase(db: Database, now: number): Promise<Result<string>> {
  const folder = join(dirname(db.path), 'backup')
  const stamp = new Date(now).toISOString().replaceAll(':', '-')
  const target = join(folder, `${basename(db.path, '.db')}-${stamp}.db`)
  try {
    makeDirectory(folder)
    await backup(db.engine, `${target}.part`)
    chmodSync(`${target}.part`, 0o600)
    renameSync(`${target}.part`, target)
    dropOldest(folder)
    return ok(target)
  } catch (error) {
    rmSync(`${target}.part`, { force: true })
    const problem = problemOf(error, folder)
    if (!problem) throw error
    return fail(problem)
  }
}

/** The names hold their time, so the order of names is the order of age. */
function dropOldest(folder: string): void {
  const copies = readdirSync(folder).filter((name) => name.endsWith('.db')).sort()
  for (const name of copies.slice(0, Math.max(0, copies.length - maxBackups))) rmSync(join(folder, name), { force: true })
}
