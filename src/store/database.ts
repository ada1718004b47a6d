/**
 * One SQLite file: opened with the pragmas that this house wants, queries built and typed by Kysely, run at once.
 * node:sqlite is synchronous, so a transaction is one piece of work that nothing can slip into.
 *
 * Security   every value is a bound parameter; SQL text comes from Kysely's builder alone (A28)
 */
import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { type Compilable, CompiledQuery, type DatabaseConnection, type Driver, Kysely, SqliteAdapter, SqliteDialect, type SqliteDatabase, SqliteDriver } from 'kysely'
import type { Result } from '../kit/result.ts'
import { guarded, StoreFailure, storeProblem } from './problems.ts'
import type { Schema } from './schema.ts'

/** How long a write waits for another process's transaction, ms. */
export const busyTimeout = 5_000
const maxStatements = 100

export interface Statement<Row> {
  all(...values: SQLInputValue[]): Row[]
  /** Rows changed. */
  run(...values: SQLInputValue[]): number
}

export interface Database {
  readonly path: string
  /** Builds queries; its own execute() is for migrations only. */
  readonly build: Kysely<Schema>
  readonly engine: DatabaseSync
  all<Row>(query: Compilable<Row>): Row[]
  first<Row>(query: Compilable<Row>): Row | undefined
  run(query: Compilable): number
  /** A query to be run many times: the values of the build are only examples, those of the call are bound, in the order of the text. */
  prepare<Row>(query: Compilable<Row>): Statement<Row>
  /** Takes the write lock first, so that what is read is what is written upon; rolls back on any throw. */
  transaction<T>(work: () => T): T
  /** Is the file that was opened still the one at that path? */
  inPlace(): boolean
  close(): void
}

export interface DatabaseOptions {
  readonly readOnly?: boolean | undefined
  /** Make the file if it is missing; without it a missing file is store.missing. */
  readonly create?: boolean | undefined
  readonly busyTimeout?: number | undefined
}

export function openDatabase(path: string, options: DatabaseOptions = {}): Result<Database> {
  return guarded(path, () => {
    if (!existsSync(path)) {
      if (!options.create) throw new StoreFailure(storeProblem('store.missing', path))
      closeSync(openSync(path, 'a', 0o600))   // only a file that this process has not open: closing one drops the process's locks on it
    }
    if (!options.readOnly && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600)   // -wal and -shm take this mode
    const engine = openEngine(path, options)
    try {
      return database(path, engine)
    } catch (error) {
      engine.close()
      throw error
    }
  })
}

/** WAL lets others read while one writes; full: what is acknowledged survives a power cut. */
const writerPragmas = ['pragma journal_mode = wal', 'pragma synchronous = full', 'pragma journal_size_limit = 67108864']
/** The file is not trusted to call functions; a damaged cell is found; REPLACE fires the delete triggers of the audit. */
const pragmas = ['pragma trusted_schema = off', 'pragma cell_size_check = on', 'pragma recursive_triggers = on', 'pragma temp_store = memory']

function openEngine(path: string, { readOnly = false, busyTimeout: timeout = busyTimeout }: DatabaseOptions): DatabaseSync {
  const place = pathToFileURL(path)
  place.searchParams.set('mode', readOnly ? 'ro' : 'rw')                                   // never makes a file in place of a lost one
  const engine = new DatabaseSync(place, { readOnly, timeout, defensive: true, enableForeignKeyConstraints: true })
  try {
    if (!readOnly) for (const pragma of writerPragmas) engine.prepare(pragma).all()
    for (const pragma of pragmas) engine.prepare(pragma).all()
    engine.prepare('select count(*) from sqlite_schema').get()                            // reads the first page: not a database? now
  } catch (error) {
    engine.close()
    throw error
  }
  return engine
}

function database(path: string, engine: DatabaseSync): Database {
  const build = new Kysely<Schema>({ dialect: new WholeSqliteDialect(shim(engine)) })
  const statements = new Map<string, StatementSync>()
  const opened = statSync(path)
  const statement = (text: string): StatementSync => {
    let found = statements.get(text)
    if (!found) {
      if (statements.size >= maxStatements) statements.clear()
      statements.set(text, found = engine.prepare(text))
    }
    return found
  }
  const all = <Row>(query: Compilable<Row>): Row[] => {
    const { sql, parameters } = query.compile()
    return statement(sql).all(...parameters as SQLInputValue[]) as Row[]
  }
  return {
    path, build, engine, all,
    first: (query) => all(query)[0],
    run: (query) => {
      const { sql, parameters } = query.compile()
      return Number(statement(sql).run(...parameters as SQLInputValue[]).changes)
    },
    prepare: <Row>(query: Compilable<Row>) => {
      const ready = statement(query.compile().sql)
      return { all: (...values) => ready.all(...values) as Row[], run: (...values) => Number(ready.run(...values).changes) }
    },
    transaction: (work) => transaction(engine, work),
    inPlace: () => {
      const now = statSync(path, { throwIfNoEntry: false })
      return now !== undefined && now.ino === opened.ino && now.dev === opened.dev
    },
    close: () => { if (engine.isOpen) engine.close() },
  }
}

function transaction<T>(engine: DatabaseSync, work: () => T): T {
  engine.prepare('begin immediate').run()
  try {
    const value = work()
    engine.prepare('commit').run()
    return value
  } catch (error) {
    if (engine.isOpen && engine.isTransaction) engine.prepare('rollback').run()
    throw error
  }
}

/** node:sqlite as Kysely wants it. */
function shim(engine: DatabaseSync): SqliteDatabase {
  return {
    close: () => { engine.close() },
    prepare: (text) => {
      const ready = engine.prepare(text)
      const values = (list: ReadonlyArray<unknown>) => list as SQLInputValue[]
      return {
        reader: ready.columns().length > 0,
        all: (list) => ready.all(...values(list)),
        run: (list) => ready.run(...values(list)),
        iterate: (list) => ready.iterate(...values(list)),
      }
    },
  }
}

/** SQLite rolls DDL back, which Kysely's own adapter denies: with it a failed migration would stay half done. */
class WholeAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean { return true }
}

class WholeDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(begin)
  }
}
const begin = CompiledQuery.raw('begin immediate')

class WholeSqliteDialect extends SqliteDialect {
  readonly #engine: SqliteDatabase
  constructor(engine: SqliteDatabase) { super({ database: engine }); this.#engine = engine }
  override createAdapter(): SqliteAdapter { return new WholeAdapter() }
  override createDriver(): Driver { return new WholeDriver({ database: this.#engine }) }
}
