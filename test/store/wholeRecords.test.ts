/** Migration 0002: records that stood in parts, a row and its legs, are whole afterwards. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { migrations } from '../../src/store/migrations/index.ts'
import { openStore } from '../../src/store/open.ts'
import type { CallRecord } from '../../src/store/store.ts'
import { scratch } from './child.ts'
import { call, code, hostile, value } from './compliance.ts'

const fresh = scratch()

/** A database of the first migration with these records, written as it was done then. */
async function parted(records: readonly CallRecord[]): Promise<{ dir: string; db: DatabaseSync }> {
  const dir = fresh()
  await value(await openStore(dir, { migrations: { '0001_first': migrations['0001_first']! } })).close()
  const db = new DatabaseSync(join(dir, 'ringfort.db'))
  const row = db.prepare('insert into calls values (?, ?, ?, ?, ?, ?, ?, ?, ?)'), leg = db.prepare('insert into legs values (?, ?, ?)')
  for (const { id, startedAt, answeredAt = null, endedAt, from, to, ending, security, legs, ...detail } of records) {
    row.run(id, startedAt, answeredAt, endedAt, from, to, ending, security, JSON.stringify(detail))
    for (const number of [...legs.keys()].reverse()) leg.run(id, number, JSON.stringify(legs[number] ?? null))
  }
  return { dir, db }
}

const old = hostile.flatMap((text, i) => [
  call(2 * i, { id: text, from: text, to: text, ending: text, why: text, legs: [{ callId: text, reason: text }, null, { number: i, more: { a: [text, 1.5, true] } }] }),
  call(2 * i + 1, { answeredAt: 7 + i, legs: [] }),
])

test('old records are carried over whole: each field, each leg in its place, whatever stands in them', async () => {
  const { dir, db } = await parted(old)
  db.close()
  const store = value(await openStore(dir))
  assert.deepEqual(value(await store.records.list({})), old.toReversed())
  for (const record of old) assert.deepEqual(value(await store.records.find(record.id)), record)
  for (const [i, text] of hostile.entries()) assert.deepEqual(value(await store.records.list({ party: text })), [old[2 * i]])
  const known = call(90, { legs: [{ callId: 'first@192.0.2.1' }] }), later = call(91, { legs: [{ callId: 'last@192.0.2.1' }] })
  value(await store.records.append([known, later]))
  assert.deepEqual(value(await store.records.find('last@192.0.2.1')), later)
  assert.equal(code(await store.check()), 'ok')
  await store.close()
  const after = new DatabaseSync(join(dir, 'ringfort.db'), { readOnly: true })
  assert.deepEqual(after.prepare("select name from sqlite_schema where tbl_name in ('legs', 'parted')").all(), [])
  after.close()
})

test('an old record is found by the Call-ID of a leg', async () => {
  const { dir, db } = await parted([call(1, { legs: [{ callId: 'a"b\\c@192.0.2.1' }] }), call(2, { from: '"callId":"x@192.0.2.1"' })])
  db.close()
  const store = value(await openStore(dir))
  assert.equal(value(await store.records.find('a"b\\c@192.0.2.1'))?.id, call(1).id)
  assert.equal(value(await store.records.find('x@192.0.2.1')), undefined)
  await store.close()
})

test('a record that cannot be read stops the migration, and everything is as it was', async () => {
  const { dir, db } = await parted([call(1), call(2)])
  db.exec(`update calls set detail = '{' where id = '${call(2).id}'`)
  assert.equal(code(await openStore(dir)), 'store.migration')
  assert.equal(db.prepare('select count(*) as n from legs').get()?.n, call(1).legs.length + call(2).legs.length)
  db.close()
})
