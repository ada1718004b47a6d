/** Write-behind: what was acknowledged is there after anything; what cannot be written is told, once, and not lost. */
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { directWriter } from '../../src/store/direct.ts'
import { openKeeper } from '../../src/store/keeper.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { openStore } from '../../src/store/open.ts'
import { openSpool } from '../../src/store/spool.ts'
import type { CallRecord, Store } from '../../src/store/store.ts'
import { openWriter, type WriterEvent } from '../../src/store/writer.ts'
import { child, line, ownMounts, scratch } from './child.ts'
import { binding, call, code, hostile, value } from './compliance.ts'

const fresh = scratch()
const quick = { batchDelay: 5, retryDelay: 20, busyTimeout: 10 }

async function stored(store: Store): Promise<{ ids: string[]; bindings: number }> {
  const records: CallRecord[] = []
  for (;;) {
    const page = value(await store.records.list({ limit: 1_000, after: records.at(-1) }))
    records.push(...page)
    if (page.length === 0) break
  }
  return { ids: records.map(({ id }) => id).sort(), bindings: value(await store.registrations.live(0)).length }
}
const ids = (until: number) => Array.from({ length: until }, (_, i) => call(i).id)

/** The spool into the database, as the next start does it. */
function replayAll(dir: string): { records: number; damaged: number } {
  const keeper = openKeeper(dir, { retryDelay: 0, busyTimeout: 1_000 })
  const all = { records: 0, damaged: 0 }
  for (let done = keeper.replay(0); done; done = keeper.replay(0)) { all.records += done.records; all.damaged += done.damaged }
  keeper.close()
  return all
}

/** Hands out the next event, waiting for it. */
function listener(): { tell: (event: WriterEvent) => void; next: (is: WriterEvent['is']) => Promise<WriterEvent>; all: string[] } {
  const [come, waiting, all] = [[] as WriterEvent[], [] as { is: string; tell: (event: WriterEvent) => void }[], [] as string[]]
  return {
    all,
    tell: (event) => {
      all.push(event.is === 'failing' ? event.problem.code : event.is)
      const at = waiting.findIndex(({ is }) => is === event.is)
      if (at >= 0) waiting.splice(at, 1)[0]!.tell(event)
      else come.push(event)
    },
    next: (is) => {
      const at = come.findIndex((event) => event.is === is)
      return at >= 0 ? Promise.resolve(come.splice(at, 1)[0]!) : new Promise((resolve) => { waiting.push({ is, tell: resolve }) })
    },
  }
}

test('what is given is in the database after a flush, and at the latest after close', async () => {
  const dir = fresh()
  const store = value(await openStore(dir))
  const writer = openWriter(dir, () => {})
  for (let i = 0; i < 1_234; i++) { writer.record(call(i)); writer.save(binding(i)) }
  writer.drop(binding(7))
  assert.equal(code(await writer.flush()), 'ok')
  assert.deepEqual(await stored(store), { ids: ids(1_234), bindings: 1_233 })
  for (const [i, text] of hostile.entries()) writer.record(call(i, { id: `zzz-${i}`, from: text, note: text }))
  assert.equal(code(await writer.close()), 'ok')
  for (const [i, text] of hostile.entries()) assert.equal(value(await store.records.find(`zzz-${i}`))?.from, text)
  assert.deepEqual(writer.state(), { bindings: 0, records: 0, lostBindings: 0, lostRecords: 0, failing: undefined })
  await store.close()
})

test('without a flush a batch goes out by itself', async () => {
  const dir = fresh()
  const store = value(await openStore(dir))
  const writer = openWriter(dir, () => {}, quick)
  writer.record(call(0))
  while (writer.state().records > 0) await new Promise(setImmediate)
  assert.deepEqual((await stored(store)).ids, ids(1))
  await writer.close()
  await store.close()
})

test('a wrong record or binding is our mistake and throws where it is made', async () => {
  const dir = fresh()
  await value(await openStore(dir)).close()
  const writer = openWriter(dir, () => {})
  assert.throws(() => writer.record({ ...call(1), endedAt: Number.NaN }), TypeError)
  assert.throws(() => writer.record({ ...call(1), from: undefined as unknown as string }), TypeError)
  assert.throws(() => writer.save({ ...binding(1), expiresAt: Infinity }), TypeError)
  assert.throws(() => writer.save({ ...binding(1), body: undefined as never }), TypeError)
  assert.equal(code(await writer.close()), 'ok')
})

test('the direct writer of simulations does the same without a thread', async () => {
  const store = memoryStore()
  const writer = directWriter(store)
  for (let i = 0; i < 10; i++) { writer.record(call(i)); writer.save(binding(i)) }
  writer.drop(binding(3))
  assert.equal(code(await writer.close()), 'ok')
  assert.deepEqual(await stored(store), { ids: ids(10), bindings: 9 })
})

test('kill -9 at any moment: nothing acknowledged is lost, nothing is there twice (20 runs)', async (t) => {
  const acknowledged: number[] = []
  for (let run = 0; run < 20; run += 4) acknowledged.push(...await Promise.all([run, run + 1, run + 2, run + 3].map(crashRun)))
  t.diagnostic(`killed after ${Math.min(...acknowledged)} to ${Math.max(...acknowledged)} acknowledged records`)
})

async function crashRun(run: number): Promise<number> {
  const dir = fresh()
  await value(await openStore(dir)).close()
  const held = run % 2 ? new DatabaseSync(join(dir, 'ringfort.db'), { timeout: 5_000 }) : undefined   // every other run somebody else holds the database, so records go to the spool
  const writing = child('childWriter.ts', [dir, held ? 'records' : 'all'])
  let acknowledged = Number(await line(writing))
  for (let round = 0; round < (run * 7) % 12; round++) {
    if (held) held.exec(held.isTransaction ? 'rollback' : 'begin immediate')
    acknowledged = Number(await line(writing)) || acknowledged
  }
  const killed = killAt(writing.process, (run * 37) % 11)
  for (let more = await line(writing); more !== ''; more = await line(writing)) acknowledged = Number(more)
  await killed
  held?.close()
  replayAll(dir)
  await allThere(dir, run, acknowledged, held === undefined)
  return acknowledged
}

async function allThere(dir: string, run: number, acknowledged: number, bindings: boolean): Promise<void> {
  const store = value(await openStore(dir))
  const found = await stored(store)
  assert.ok(found.ids.length >= acknowledged, `run ${run}: ${found.ids.length} of ${acknowledged}`)
  assert.deepEqual(found.ids, ids(found.ids.length), `run ${run}`)   // no gap, no repeat
  assert.ok(!bindings || found.bindings >= acknowledged, `run ${run}: ${found.bindings} bindings of ${acknowledged}`)
  assert.equal(code(await store.check()), 'ok')
  assert.equal(existsSync(join(dir, 'spool', 'records.jsonl')), false)
  await store.close()
}

/** The moment is what varies: nothing is waited for. */
async function killAt(process: ReturnType<typeof child>['process'], after: number): Promise<void> {
  const gone = new Promise((resolve) => { process.once('exit', resolve) })
  await new Promise((resolve) => { setTimeout(resolve, after) })
  process.kill('SIGKILL')
  await gone
}

test('a database held by another process: told once, records go to the spool, all of it comes back', async () => {
  const dir = fresh()
  const store = value(await openStore(dir))
  const other = new DatabaseSync(join(dir, 'ringfort.db'))
  other.exec('begin immediate')
  const events = listener()
  const writer = openWriter(dir, events.tell, quick)
  for (let i = 0; i < 1_000; i++) writer.record(call(i))
  assert.equal(code(await writer.flush()), 'ok', 'on the disk, in the spool')
  writer.save(binding(1))
  assert.equal(code(await writer.flush()), 'store.busy')
  assert.equal(writer.state().failing?.code, 'store.busy')
  assert.deepEqual(await stored(store), { ids: [], bindings: 0 })
  other.exec('rollback')
  await events.next('recovered')
  assert.equal(code(await writer.flush()), 'ok')
  for (let replayed = 0; replayed < 1_000;) {
    const event = await events.next('replayed')
    replayed += event.is === 'replayed' ? event.records : 0
  }
  assert.deepEqual(await stored(store), { ids: ids(1_000), bindings: 1 })
  assert.deepEqual(events.all.filter((is) => is !== 'replayed'), ['store.busy', 'recovered'])
  assert.equal(code(await writer.close()), 'ok')
  other.close()
  await store.close()
})

test('a database removed while in use: records go to the spool, and into the copy that is put back', async () => {
  const dir = fresh()
  const path = join(dir, 'ringfort.db')
  await value(await openStore(dir)).close()
  const events = listener()
  const writer = openWriter(dir, events.tell, quick)
  writer.record(call(0))
  value(await writer.flush())
  copyFileSync(path, `${path}.copy`)
  rmSync(path)
  for (let i = 1; i < 100; i++) writer.record(call(i))
  value(await writer.flush())
  const event = await events.next('failing')
  assert.equal(event.is === 'failing' && event.problem.code, 'store.lost')
  copyFileSync(`${path}.copy`, path)   // while we run it stays lost: the old write-ahead log is still about
  for (let i = 100; i < 200; i++) writer.record(call(i))
  value(await writer.flush())
  writer.save(binding(1))
  assert.equal(code(await writer.close()), 'store.lost')
  for (const left of ['-wal', '-shm']) rmSync(path + left, { force: true })
  const { records } = replayAll(dir)
  assert.ok(records >= 199, 'what was written into the lost file is in the spool as well')
  const store = value(await openStore(dir))
  assert.deepEqual((await stored(store)).ids.slice(-199), ids(200).slice(1))
  assert.deepEqual(events.all, ['store.lost'])
  await store.close()
})

test('a writer thread that ends is replaced, and nothing is lost', async () => {
  const dir = fresh()
  const store = value(await openStore(dir))
  const threads: Worker[] = []
  const note = (worker: Worker) => { threads.push(worker) }
  process.on('worker', note)
  const events = listener()
  const writer = openWriter(dir, events.tell, quick)
  writer.record(call(0))
  value(await writer.flush())
  for (let i = 1; i < 700; i++) writer.record(call(i))
  await threads[0]!.terminate()
  await events.next('failing')
  for (let i = 700; i < 800; i++) writer.record(call(i))
  await events.next('recovered')
  assert.equal(code(await writer.close()), 'ok')
  process.off('worker', note)
  assert.equal(threads.length, 2)
  assert.deepEqual((await stored(store)).ids, ids(800))
  assert.deepEqual(events.all, ['store.writer', 'recovered'])
  await store.close()
})

test('what a killed run left in the spool comes into the database at the next start by itself', async () => {
  const dir = fresh()
  const store = value(await openStore(dir))
  value(openSpool(dir).append([1, 2, 1].map((number) => JSON.stringify(call(number))).join('\n')))
  const events = listener()
  const writer = openWriter(dir, events.tell, { ...quick, startDelay: 0 })
  assert.deepEqual(await events.next('replayed'), { is: 'replayed', records: 3, damaged: 0 })
  assert.deepEqual((await stored(store)).ids, [call(1).id, call(2).id])
  assert.equal(code(await writer.close()), 'ok')
  await store.close()
})

test('a writer that was given nothing closes at once; what is given afterwards starts nothing', async () => {
  const dir = fresh()
  await value(await openStore(dir)).close()
  const writer = openWriter(dir, () => {})
  assert.equal(code(await writer.close()), 'ok')
  writer.record(call(1))
  assert.equal(writer.state().records, 1)
})

test('the thread forgets expired bindings and old records; nothing of it while the database fails', async () => {
  const dir = fresh()
  const store = value(await openStore(dir))
  value(await store.registrations.write([binding(1, 10_000), binding(2, 90_000)], []))
  value(await store.records.append(Array.from({ length: 50 }, (_, i) => call(i))))
  const keeper = openKeeper(dir, { retryDelay: 0, busyTimeout: 10 })
  await keeper.tidy({ records: 1, age: 1 }, 50_000)
  assert.equal((await stored(store)).ids.length, 50, 'not before it has written once')
  assert.deepEqual(keeper.take({ saved: '[]', gone: '[]', records: JSON.stringify(call(50)), urgent: false }, 0), { records: 'stored', bindings: 'stored' })
  await keeper.tidy({ records: 20, age: 15_000 }, 50_000)
  assert.deepEqual((await stored(store)).ids, ids(51).slice(35))
  assert.deepEqual(value(await store.registrations.live(0)).map(({ aor }) => aor), [binding(2).aor])
  const raw = new DatabaseSync(join(dir, 'ringfort.db'), { readOnly: true })
  assert.equal(raw.prepare('select count(*) as n from calls').get()?.n, 16)
  raw.close()
  keeper.close()
  await store.close()
})

test('a window that is full counts what it loses and tells it', async () => {
  const dir = fresh()
  await value(await openStore(dir)).close()
  const events = listener()
  const writer = openWriter(dir, events.tell, { maxRecords: 10, maxBindings: 10 })
  for (let i = 0; i < 50; i++) writer.record(call(i))
  assert.deepEqual([writer.state().records, writer.state().lostRecords], [10, 40])
  for (let i = 0; i < 50; i++) writer.save(binding(i % 10))
  assert.equal(writer.state().lostBindings, 0, 'the same bindings again are no loss')
  assert.deepEqual(events.all, ['lost', 'lost', 'lost', 'lost', 'lost', 'lost'], 'told at 1, 2, 4 … 32')
  assert.equal(code(await writer.close()), 'ok')
})

test('a full disk: told once, nothing lost, goes on by itself', async (t) => {
  const wrapper = ownMounts()
  if (!wrapper) { t.diagnostic('this machine does not let us mount a tiny disk: the file limit test below stands alone'); return }
  const filling = child('childFullDisk.ts', [fresh(), 'mount'], wrapper)
  const full = JSON.parse(await line(filling))
  assert.deepEqual([full.before.ok, full.changed.problem?.code, full.full.problem?.code, full.rev], [true, 'store.full', 'store.full', 1])
  assert.deepEqual(full.events, ['store.full'])
  assert.equal(full.state.failing.code, 'store.full')
  const after = JSON.parse(await line(filling))
  await filling.ended
  assert.deepEqual([after.again.ok, after.retried.ok, after.closed.ok, after.lost], [true, true, true, 0])
  assert.deepEqual(after.stored, { records: 3_001, bindings: 3_000 })
  assert.deepEqual(after.events.filter((is: string) => is !== 'replayed'), ['store.full', 'recovered'])
})

test('a file that cannot grow: the change is refused in words, what was there stays whole', async () => {
  const limited = child('childFileLimit.ts', [fresh()], ['sh', '-c', `trap '' XFSZ; ulimit -f 2000; exec "$@"`, 'sh'])
  const said = JSON.parse(await line(limited))
  await limited.ended
  assert.match(said.told, /^store\.(?:full|failed)$/)
  assert.ok(said.rev > 5)
  assert.deepEqual([said.kept, said.audit], [[said.rev, said.rev], true])
})
