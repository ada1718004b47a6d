/** Lives on a disk of 6 MB of its own (or under a limit of file size), fills it, goes on, frees it. Prints what happened, one JSON a line. */
import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../../src/store/open.ts'
import { openWriter } from '../../src/store/writer.ts'
import { binding, call, change, set, value } from './compliance.ts'

const dir = process.argv[2]!
mkdirSync(dir, { recursive: true })
if (process.argv[3] === 'mount') {
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'none', dir])
  if (mounted.status !== 0) throw new Error(String(mounted.stderr))
}
const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`)

const store = value(await openStore(dir))
const events: string[] = []
const writer = openWriter(dir, (event) => { events.push(event.is === 'failing' ? event.problem.code : event.is) }, { batchDelay: 5, retryDelay: 20 })
value(store.configuration.apply(set(change('alice', undefined, { name: 'Alice' })), 0))
writer.record(call(0))
const before = await writer.flush()

const ballast = join(dir, 'ballast')
for (let size = 1 << 20; size >= 1; size >>= 1) fill(size)
const great = { name: 'x'.repeat(500_000) }
const changed = store.configuration.apply(set(change('bob', undefined, great)), 1)
for (let i = 1; i <= 3_000; i++) { writer.record(call(i)); writer.save(binding(i)) }
const full = await writer.flush()
await writer.flush()
say({ before, changed, full, rev: store.configuration.load().rev, state: writer.state(), events: [...events] })

rmSync(ballast)
const again = await writer.flush()
const retried = store.configuration.apply(set(change('bob', undefined, great)), 1)
const closed = await writer.close()
const stored = { records: 0, bindings: value(await store.registrations.live(0)).length }
for (let i = 0; i <= 3_000; i++) if (value(await store.records.find(call(i).id))) stored.records++
await store.close()
say({ again, retried, closed, stored, lost: writer.state().lostRecords + writer.state().lostBindings, events })

function fill(size: number): void {
  for (;;) try { appendFileSync(ballast, Buffer.alloc(size)) } catch { return }
}
