/** What somebody tried and was kept from: kept, chained, replayed without harm, never changed. R120, R136, A14, A44 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openKeeper } from '../../src/store/keeper.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { openStore } from '../../src/store/open.ts'
import { openSpool } from '../../src/store/spool.ts'
import type { Incident, Store } from '../../src/store/store.ts'
import { openWriter } from '../../src/store/writer.ts'
import { scratch } from './child.ts'
import { value } from './compliance.ts'

const fresh = scratch()
const one = (n: number, what = 'source.locked'): Incident => ({ id: `i${n}`, at: 1_000 + n, what, who: `192.0.2.${n}`, detail: { what: 'user', quote: '"\u2028' } })

for (const [name, open] of [['memory', async () => memoryStore()], ['sqlite', async () => value(await openStore(fresh()))]] as const satisfies readonly (readonly [string, () => Promise<Store>])[]) {
  test(`${name}: R136 incidents are read newest first, by what they are, and their chain holds; one that comes twice stands once`, async () => {
    const store = await open()
    value(await store.incidents.append([one(1), one(2, 'toll.limit')]))
    value(await store.incidents.append([one(2, 'toll.limit'), one(3)]))
    assert.deepEqual(value(await store.incidents.list({})), [one(3), one(2, 'toll.limit'), one(1)])
    assert.deepEqual(value(await store.incidents.list({ what: 'toll.limit' })), [one(2, 'toll.limit')])
    assert.deepEqual(value(await store.incidents.list({ limit: 1 })), [one(3)])
    const { rows, hash } = value(await store.incidents.verify())
    assert.equal(rows, 3)
    assert.match(hash, /^[0-9a-f]{64}$/)
    assert.equal(value(await store.incidents.trim(1_002)), 1)
    assert.deepEqual(value(await store.incidents.verify()), { rows: 2, hash }, 'what is forgotten goes from the oldest end, and the rest still proves itself')
    await store.close()
  })
}

test('R136 a row that was changed, dropped or slipped in breaks the chain; the database refuses to change one', async () => {
  const tampers = ["update incidents set who = 'somebody else' where number = 2", 'delete from incidents where number = 2', "insert into incidents select 4, 'x', at, what, who, detail, before, hash from incidents where number = 3"]
  for (const tamper of tampers) {
    const dir = fresh(), store = value(await openStore(dir))
    value(await store.incidents.append([one(1), one(2), one(3)]))
    const raw = new DatabaseSync(join(dir, 'ringfort.db'))
    if (tamper.startsWith('update')) { assert.throws(() => { raw.exec(tamper) }, /append-only/); raw.exec('drop trigger incidents_fixed') }
    raw.exec(tamper)
    raw.close()
    const found = await store.incidents.verify()
    assert.equal(found.ok ? '' : found.problem.code, 'store.tampered', tamper)
    await store.close()
  }
})

test('R136 written behind with the records: there after a flush, in the spool while the database is away, and once after the replay', async () => {
  const dir = fresh()
  await value(await openStore(dir)).close()
  const writer = openWriter(dir, () => {}, { batchDelay: 5 })
  writer.incident(one(1))
  value(await writer.flush())
  value(await writer.close())
  value(openSpool(dir).append([one(1), one(2)].map((each) => JSON.stringify(each)).join('\n')))
  const keeper = openKeeper(dir, { retryDelay: 0, busyTimeout: 1_000 })
  for (let done = keeper.replay(0); done; done = keeper.replay(0)) assert.equal(done.damaged, 0)
  keeper.close()
  const store = value(await openStore(dir))
  assert.deepEqual(value(await store.incidents.list({})).map(({ id }) => id), ['i2', 'i1'])
  assert.equal(value(await store.incidents.verify()).rows, 2)
  await store.close()
})
