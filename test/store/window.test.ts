/** The window before the writer thread: merged, bounded, nothing forgotten between a batch and its answer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxBatch, maxRecord, maxRecords, newWindow } from '../../src/store/window.ts'
import { binding } from './compliance.ts'

const open = { bindings: false, records: false }
const stored = { records: 'stored', bindings: 'stored' } as const
const kept = { records: 'kept', bindings: 'kept' } as const

function read(batch: ReturnType<ReturnType<typeof newWindow>['next']>) {
  assert.ok(batch)
  return { saved: JSON.parse(batch.saved).map(({ aor, expiresAt }: { aor: string; expiresAt: number }) => [aor, expiresAt]), gone: JSON.parse(batch.gone).map(({ aor }: { aor: string }) => aor), records: batch.records }
}

test('the newest word of a binding counts, in the place of its oldest', () => {
  const window = newWindow()
  window.save(binding(1, 10))
  window.save(binding(2, 10))
  window.save(binding(1, 20))
  window.save(binding(3, 10))
  window.drop(binding(3))
  assert.deepEqual(window.count(), { bindings: 3, records: 0, lostBindings: 0, lostRecords: 0 })
  assert.deepEqual(read(window.next(open)), { saved: [[binding(1).aor, 20], [binding(2).aor, 10]], gone: [binding(3).aor], records: '' })
})

test('aor and key cannot be confused with each other', () => {
  const window = newWindow()
  for (const [aor, key] of [['a', 'bc'], ['ab', 'c'], ['', 'abc'], ['1:a', 'bc'], ['a\u0000', 'bc']] as const) window.save({ aor, key, expiresAt: 1, body: null })
  assert.equal(window.count().bindings, 5)
})

test('one batch is out at a time; what was kept comes again, a newer word first', () => {
  const window = newWindow()
  window.save(binding(1, 10))
  window.save(binding(2, 10))
  window.record('"a"')
  window.next(open)
  assert.equal(window.next(open), undefined)
  window.save(binding(2, 20))
  window.save(binding(3, 10))
  window.record('"b"')
  assert.equal(window.oldest(), 1)
  window.done(kept)
  assert.equal(window.oldest(), 1)
  assert.deepEqual(read(window.next(open)), { saved: [[binding(1).aor, 10], [binding(2).aor, 20], [binding(3).aor, 10]], gone: [], records: '"a"\n"b"' })
  window.done(stored)
  assert.equal(window.empty(), true)
  assert.equal(window.oldest(), Infinity)
})

test('spooled records are done while kept bindings wait', () => {
  const window = newWindow()
  window.save(binding(1))
  window.record('"a"')
  window.next(open)
  window.done({ records: 'spooled', bindings: 'kept' })
  assert.deepEqual(window.count(), { bindings: 1, records: 0, lostBindings: 0, lostRecords: 0 })
  assert.equal(window.next({ bindings: true, records: false }), undefined)
})

test('batches are bounded and in order', () => {
  const window = newWindow()
  for (let i = 0; i < 2 * maxBatch + 1; i++) { window.record(String(i)); window.save(binding(i)) }
  const sizes = []
  for (let batch = window.next(open); batch; batch = window.next(open)) {
    sizes.push([batch.records.split('\n').length, JSON.parse(batch.saved).length])
    window.done(stored)
  }
  assert.deepEqual(sizes, [[maxBatch, maxBatch], [maxBatch, maxBatch], [1, 1]])
})

test('a full window loses the newest records and the oldest bindings, and counts them', () => {
  const window = newWindow({ maxBindings: 3, maxRecords: 2 })
  for (let i = 0; i < 5; i++) { window.save(binding(i)); window.record(String(i)) }
  assert.deepEqual(window.count(), { bindings: 3, records: 2, lostBindings: 2, lostRecords: 3 })
  const batch = window.next(open)
  assert.deepEqual(read(batch).saved.map(([aor]: [string]) => aor), [2, 3, 4].map((i) => binding(i).aor))
  window.record('while out')
  assert.equal(window.count().lostRecords, 4, 'what is out counts')
  window.done(stored)
  window.record('room again')
  assert.equal(window.count().records, 1)
})

test('records are bounded in bytes as well', () => {
  const window = newWindow()
  const great = 'x'.repeat(maxRecord)
  window.record(`${great}x`)
  for (let i = 0; i < 299; i++) window.record(great)
  assert.deepEqual([window.count().records, window.count().lostRecords], [256, 44])
  assert.ok(256 < maxRecords)
})
