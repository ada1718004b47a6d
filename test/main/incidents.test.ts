/** From the exchange to the store: every incident is kept, a flood of them is counted. R136, A14, A44 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { incident, perMinute } from '../../src/main/incidents.ts'
import { startRingfort } from '../../src/index.ts'
import type { Incident } from '../../src/store/store.ts'
import type { Writer } from '../../src/store/writer.ts'

test('R136 so many a minute are written, the rest is counted and told with the next one', async () => {
  const { exchange: x, close } = await startRingfort({ site: 'system: { domain: example.test }' }), written: Incident[] = []
  const writer = { incident: (one: Incident) => { written.push(one) } } as Writer
  for (let i = 0; i < perMinute + 50; i++) incident(x, writer, 'trunk.refused', 'trunks[t]', { method: 'REFER' })
  assert.equal(written.length, perMinute)
  assert.equal(new Set(written.map(({ id }) => id)).size, perMinute)
  x.now += 60_000
  incident(x, writer, 'source.locked', '192.0.2.1', { what: 'user' })
  assert.deepEqual(written.slice(perMinute).map(({ what, who, detail }) => [what, who, detail]), [['incidents.more', '', { count: 50 }], ['source.locked', '192.0.2.1', { what: 'user' }]])
  close()
})
