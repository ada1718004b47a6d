/** What is acknowledged, and how long it may be in memory alone. Issue 2, point 4 (registrations survive a restart); docs/operation.md. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noteGone } from '../../src/calls/dirty.ts'
import { newLocations } from '../../src/calls/locations.ts'
import { writeBehind } from '../../src/main/behind.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { directWriter } from '../../src/store/direct.ts'

test('issue 2, point 4: a changed registration is with the writer 50 ms later at most', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const dropped: unknown[] = [], writer = { ...directWriter(memoryStore()), drop: (key: unknown) => { dropped.push(key) } }
  const locations = newLocations(0), behind = writeBehind(locations, writer)
  noteGone(locations.dirty, { aor: '1001', key: 'a' })
  t.mock.timers.tick(50)
  assert.deepEqual(dropped, [{ aor: '1001', key: 'a' }])
  behind.close()
})
