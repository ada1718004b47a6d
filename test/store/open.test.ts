/** Opening: what is found on the disk and what is said about it. */
import assert from 'node:assert/strict'
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type Kysely, sql } from 'kysely'
import { printProblem } from '../../src/kit/result.ts'
import { maxBackups, type Migrations } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { openStore } from '../../src/store/open.ts'
import { storeProblems } from '../../src/store/problems.ts'
import { child, line, scratch } from './child.ts'
import { binding, call, change, code, set, value } from './compliance.ts'

const fresh = scratch()

async function filled(): Promise<{ dir: string; path: string }> {
  const dir = fresh()
  const store = value(await openStore(dir))
  value(store.configuration.apply(set(change('alice', undefined, { name: 'Alice', password: { sealed: 'topSecretValue', mark: 'm' } })), 0))
  value(await store.records.append(Array.from({ length: 2_000 }, (_, i) => call(i))))
  await store.close()
  return { dir, path: join(dir, 'ringfort.db') }
}

test('A45 files are for the owner alone', async () => {
  const dir = fresh()
  const store = value(await openStore(dir))
  value(await store.registrations.write([binding(1)], []))
  const modes = readdirSync(dir).map((name) => [name, (statSync(join(dir, name)).mode & 0o777).toString(8)])
  await store.close()
  assert.deepEqual(modes.sort(), [['ringfort.db', '600'], ['ringfort.db-shm', '600'], ['ringfort.db-wal', '600']])
})

test('opened again, everything is there; read-only changes nothing', async () => {
  const { dir } = await filled()
  const store = value(await openStore(dir, { readOnly: true }))
  assert.equal(store.configuration.load().rev, 1)
  assert.equal(code(store.configuration.apply(set(change('bob', undefined, {})), 1)), 'store.unwritable')
  assert.equal(code(await store.records.append([call(9_999)])), 'store.unwritable')
  assert.equal(value(await store.records.list({ limit: 1 }))[0]?.id, call(1_999).id)
  assert.equal(code(await store.check()), 'ok')
  await store.close()
  assert.equal(code(await store.records.list({})), 'store.closed')
})

test('read-only on an empty directory makes nothing', async () => {
  const dir = fresh()
  assert.equal(code(await openStore(dir, { readOnly: true })), 'store.missing')
  assert.equal(existsSync(dir), false)
})

test('A43 a corrupted database: each kind of damage is told in words, never as an exception, and no secret is quoted', async () => {
  const damages: [string, (path: string) => void, string[]][] = [
    ['the head overwritten', (path) => overwrite(path, 0, 100), ['store.notDatabase']],
    ['text instead of a database', (path) => writeFileSync(path, 'x'.repeat(10_000)), ['store.notDatabase']],
    ['the first page overwritten behind its head', (path) => overwrite(path, 100, 3_000), ['store.corrupt']],
    ['pages in the middle overwritten', (path) => overwrite(path, 4_096, 40_000), ['store.corrupt']],
    ['cut in half', (path) => writeFileSync(path, readFileSync(path).subarray(0, statSync(path).size >> 1)), ['store.corrupt']],
    ['a directory in its place', (path) => { rmSync(path); mkdirSync(path) }, ['store.unwritable']],
  ]
  for (const [what, damage, codes] of damages) {
    const { dir, path } = await filled()
    damage(path)
    const opened = await openStore(dir, { verify: true })
    assert.ok(!opened.ok, what)
    assert.ok(codes.includes(opened.problem.code), `${what}: ${opened.problem.code}`)
    assert.ok(opened.problem.remedy, what)
    assert.doesNotMatch(printProblem(opened.problem), /topSecretValue|Error|\bat \//)
  }
})

test('damage that is met only while reading is told as well', async () => {
  const { dir, path } = await filled()
  const raw = new DatabaseSync(path)
  raw.exec(`update objects set body = '{"password": "topSecretValue'`)
  raw.close()
  const store = value(await openStore(dir))
  assert.throws(() => store.configuration.load(), (error: Error & { problem?: { code: string } }) => (
    error.problem?.code === 'store.corrupt' && !/topSecretValue/.test(JSON.stringify(error) + error.stack + error.message)))
  assert.equal(code(store.configuration.verifyAudit()), 'store.corrupt')
  await store.close()
})

function overwrite(path: string, at: number, length: number): void {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(length, 0xa5), 0, length, at)
  closeSync(file)
}

test('a data directory that cannot be made, and a database that may not be read', async () => {
  assert.equal(code(await openStore('/proc/ringfort-data')), 'store.unwritable')
  const { dir, path } = await filled()
  if (process.getuid?.() !== 0) {
    chmodSync(path, 0)
    assert.equal(code(await openStore(dir, { readOnly: true })), 'store.unwritable')
  }
  writeFileSync(join(dir, 'plain'), '')
  assert.equal(code(await openStore(join(dir, 'plain'))), 'store.notDirectory')
})

test('a database of another program, and one of a newer version, are refused untouched', async () => {
  const dir = fresh()
  mkdirSync(dir)
  const foreign = new DatabaseSync(join(dir, 'ringfort.db'))
  foreign.exec('create table calls (id text)')
  foreign.close()
  assert.equal(code(await openStore(dir)), 'store.notDatabase')
  const { dir: other } = await filled()
  const grown: Migrations = { ...migrations, '9002_later': { up: async (db: Kysely<never>) => { await sql`create table later (id text)`.execute(db) } } }
  await value(await openStore(other, { migrations: grown })).close()
  assert.equal(code(await openStore(other)), 'store.newer')
  assert.equal(code(await openStore(other, { readOnly: true })), 'store.newer')
  await value(await openStore(other, { migrations: grown })).close()
})

test('before migrating a copy is made; a failed migration leaves the database as it was', async () => {
  const { dir, path } = await filled()
  const before = contents(path)
  const broken: Migrations = {
    ...migrations,
    '9002_good': { up: async (db: Kysely<never>) => { await sql`create table later (id text)`.execute(db); await sql`delete from calls`.execute(db) } },
    '9003_bad': { up: async (db: Kysely<never>) => { await sql`create table half (id text)`.execute(db); await sql`create table half (id text)`.execute(db) } },
  }
  assert.equal(code(await openStore(dir, { readOnly: true, migrations: broken })), 'store.older')
  const opened = await openStore(dir, { migrations: broken })
  assert.equal(code(opened), 'store.migration')
  assert.deepEqual(contents(path), before)
  const [copy] = readdirSync(join(dir, 'backup'))
  assert.ok(copy)
  assert.deepEqual(contents(join(dir, 'backup', copy)), before)
  assert.equal(statSync(join(dir, 'backup', copy)).mode & 0o777, 0o600)
  await value(await openStore(dir)).close()
})

test('the copies in the backup directory are bounded', async () => {
  const { dir } = await filled()
  const broken: Migrations = { ...migrations, '9002_bad': { up: async () => { throw new Error('no') } } }
  for (let i = 0; i < maxBackups + 2; i++) assert.equal(code(await openStore(dir, { migrations: broken })), 'store.migration')
  assert.equal(readdirSync(join(dir, 'backup')).length, maxBackups)
})

/** Every table with every row. */
function contents(path: string): unknown {
  const raw = new DatabaseSync(path, { readOnly: true })
  const tables = raw.prepare('select name, sql from sqlite_schema order by name').all()
  const rows = tables.filter(({ sql }) => String(sql).startsWith('CREATE TABLE') || String(sql).startsWith('create table'))
    .map(({ name }) => [name, raw.prepare(`select * from "${name}"`).all()])
  raw.close()
  return { tables, rows }
}

test('the audit is append-only, and a change made behind its back is found', async () => {
  const tampering: [string, string][] = [
    ['an object changed', `update objects set body = '{"name":"Mallory"}'`],
    ['an object removed', 'delete from objects'],
    ['an object added', `insert into objects values ('user', 'mallory', 1, '{}', 0)`],
    ['an audit row changed', `drop trigger audit_fixed; update audit set by = 'someone else'`],
    ['an audit row removed', 'drop trigger audit_kept; delete from audit where id = 1'],
    ['the last audit row removed', 'drop trigger audit_kept; delete from audit where id = (select max(id) from audit)'],
    ['a change rewritten', `drop trigger changes_fixed; update changes set after = '{"name":"Mallory"}'; update objects set body = '{"name":"Mallory"}'`],
    ['a change removed', 'drop trigger changes_kept; delete from changes where rev = 1'],
    ['the head moved', `update position set "auditHash" = 'x'`],
  ]
  for (const [what, statement] of tampering) {
    const { dir, path } = await filled()
    const store = value(await openStore(dir))
    value(store.configuration.apply(set(change('bob', undefined, { name: 'Bob' })), 1))
    assert.equal(code(store.configuration.verifyAudit()), 'ok')
    const raw = new DatabaseSync(path)
    raw.exec('pragma recursive_triggers = on')
    for (const refused of ['update audit set by = by', 'delete from audit', 'update changes set rev = 9', 'delete from changes', 'replace into audit select * from audit']) {
      assert.throws(() => raw.exec(refused), /append-only/, refused)
    }
    raw.exec(statement)
    raw.close()
    assert.equal(code(store.configuration.verifyAudit()), 'store.tampered', what)
    await store.close()
  }
})

test('two processes write one database: nothing is lost, a conflict is a conflict', async () => {
  const dir = fresh()
  const both = [child('childOpen.ts', [dir, 'one', '60']), child('childOpen.ts', [dir, 'two', '60'])]   // both may find it missing and make it
  const counts = await Promise.all(both.map(async (process) => JSON.parse(await line(process))))
  await Promise.all(both.map(({ ended }) => ended))
  assert.deepEqual(counts.map(({ won, failed }) => [won, failed]), [[60, 0], [60, 0]])
  const store = value(await openStore(dir))
  assert.equal(store.configuration.rev(), 120)
  assert.equal(store.configuration.load().objects.length, 120)
  assert.equal(code(store.configuration.verifyAudit()), 'ok')
  await store.close()
})

test('100,000 registrations are read in one pass', async (t) => {
  const dir = fresh()
  const first = value(await openStore(dir))
  value(await first.registrations.write(Array.from({ length: 100_000 }, (_, i) => binding(i, i % 10 ? 9_000 : 1)), []))
  await first.close()
  const from = performance.now()
  const store = value(await openStore(dir))
  const live = value(await store.registrations.live(5))
  t.diagnostic(`opened and loaded ${live.length} of 100,000 bindings in ${Math.round(performance.now() - from)} ms`)
  assert.equal(live.length, 90_000)
  await store.close()
})

/** SQL text glued from pieces, or made raw: where a value could become a statement. */
function gluedSql(text: string): string[] {
  const words = /\b(?:select|insert|update|delete|create|drop|alter|pragma|where|values|attach|begin)\b/i
  const templates = [...text.matchAll(/`[^`]*\$\{[^`]*`/g)].filter(([template]) => words.test(template.replace(/\$\{[^}]*\}/g, '')))
  const raw = [...text.matchAll(/sql\.(?:raw|lit|ref|id|table|join)\b|CompiledQuery\.raw\((?!'begin immediate'\))|\.prepare\((?!'|query\.|db\.build|text\)|pragma\))/g)]
  const joined = [...text.matchAll(/'[^'\n]*'\s*\+|\+\s*'[^'\n]*'/g)].filter(([piece]) => words.test(piece))
  return [...templates, ...raw, ...joined].map(([found]) => found)
}

test('A28 no SQL text is put together from values anywhere in the store', () => {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: these are the texts that must be found
  for (const wrong of ['db.engine.prepare(`select * from calls where id = ${id}`)', "'delete from calls where id = ' + id", 'sql.raw(order)', 'CompiledQuery.raw(given)',
    'engine.prepare(order)', 'sql`order by ${x} where`']) assert.ok(gluedSql(wrong).length > 0, wrong)
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: so far
  const folder = join(import.meta.dirname, '../../src/store')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  assert.ok(files.length > 15)
  assert.deepEqual(files.flatMap((name) => gluedSql(readFileSync(join(folder, name), 'utf8')).map((found) => `${name}: ${found}`)), [])
})

test('every code has a sentence of its own', () => {
  const sentences = Object.values(storeProblems)
  assert.equal(new Set(sentences).size, sentences.length)
  for (const sentence of sentences) assert.match(sentence, /^[A-Z].*\.$/)
})
