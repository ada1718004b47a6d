/** The reader gives what the store gives, and nothing where anything is unusual. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { migrations } from '../../src/store/migrations/index.ts'
import { openStore } from '../../src/store/open.ts'
import { migrationNames, openReader } from '../../src/store/reader.ts'
import { change, set, value } from './compliance.ts'

const root = mkdtempSync(join(tmpdir(), 'rf-reader-'))
after(() => { rmSync(root, { recursive: true }) })

test('it reads what the store reads: configuration, change sets, registrations, while the store writes on', async () => {
  const dir = join(root, 'same'), store = value(await openStore(dir))
  value(store.configuration.apply(set(change('alice', undefined, { name: 'Alice' }), change('bob', undefined, { name: 'Bob' })), 0))
  value(store.configuration.apply(set(change('bob', { name: 'Bob' }, undefined)), 1))
  value(await store.registrations.write([{ aor: '1001', key: 'a', expiresAt: 1_000, body: { contact: 'sip:a' } }, { aor: '1002', key: 'b', expiresAt: 10, body: {} }], []))
  const reader = openReader(dir, true)
  assert.ok(reader)
  const same = async () => {
    assert.deepEqual(reader.configuration.load(), store.configuration.load())
    assert.equal(reader.configuration.rev(), store.configuration.rev())
    for (const rev of [0, 1, 2]) assert.deepEqual(reader.configuration.changesSince(rev), store.configuration.changesSince(rev))
    assert.deepEqual(value(await reader.registrations.live(100)), value(await store.registrations.live(100)))
  }
  await same()
  value(store.configuration.apply(set(change('carol', undefined, { name: 'Carol' })), 2))
  await same()
  await reader.close()
  await store.close()
})

test('a missing database, a foreign one, an older one, a log left behind: nothing, so that the store looks closer', async () => {
  assert.equal(openReader(join(root, 'missing')), undefined)
  const foreign = mkdtempSync(join(root, 'foreign-'))
  writeFileSync(join(foreign, 'ringfort.db'), Buffer.alloc(8_192, 'garbage '))
  assert.equal(openReader(foreign), undefined)
  const dir = join(root, 'left')
  await value(await openStore(dir)).close()
  writeFileSync(join(dir, 'ringfort.db-wal'), '')
  assert.equal(openReader(dir), undefined)
  rmSync(join(dir, 'ringfort.db-wal'))
  const older = value(await openStore(dir))
  await older.close()
  const { DatabaseSync } = await import('node:sqlite')
  const engine = new DatabaseSync(join(dir, 'ringfort.db'))
  engine.prepare('delete from kysely_migration').run()
  engine.close()
  assert.equal(openReader(dir), undefined)
})

test('the names of migrations by their files are those of the table', () => {
  assert.deepEqual(migrationNames(), Object.keys(migrations).sort())
})
