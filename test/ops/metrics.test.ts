/** Counters for Prometheus, and one word on health. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openExposition } from '../../src/ops/exposition.ts'
import { healthOf } from '../../src/ops/health.ts'
import { metricsText } from '../../src/ops/metrics.ts'
import type { Reading } from '../../src/ops/reading.ts'

const now = 1_000_000_000_000, day = 86_400_000
const reading: Reading = {
  uptime: 5_000, rev: 7, registrations: { bound: 3, lines: 2, totals: { bound: 4, expired: 1 } }, calls: { active: 1, started: 9, answered: 8, ended: 8, refused: 0 },
  requests: { INVITE: 9, other: 1 }, malformed: { 'sip.version': 2 }, challenged: 5, wrongPasswords: 1, locked: 0, unknown: { source: 8, subject: 9 }, shed: 0, transactions: 6, legs: 2, octets: { in: 100, out: 200 },
  guard: { datagrams: 20 }, overload: 'calm', loopDelay: { p50: 0.5, p99: 2, max: 9 }, memory: { resident: 1, heap: 1 },
  store: { bindings: 0, records: 1, lostBindings: 0, lostRecords: 0, failing: undefined }, engineFailures: 0, logLost: 0, certificateEnds: now + 60 * day,
}

test('R034 every counter has a name, a help line and its labels', async () => {
  const text = await metricsText(reading)
  for (const line of ['ringfort_up 1', 'ringfort_registrations 3', 'ringfort_requests_total{method="INVITE"} 9', 'ringfort_malformed_total{code="sip.version"} 2', 'ringfort_calls_total{outcome="answered"} 8', 'ringfort_store_queue{kind="records"} 1', 'ringfort_loop_delay_seconds{quantile="p99"} 0.002', '# TYPE ringfort_shed_total counter']) {
    assert.ok(text.split('\n').includes(line), line)
  }
  assert.equal((await metricsText(undefined)).split('\n').filter((line) => line.startsWith('ringfort_')).join(), 'ringfort_up 0')
})

test('health says what is wrong and what to do', () => {
  assert.deepEqual(healthOf(reading, now), { status: 'ok', reasons: [] })
  assert.equal(healthOf(undefined, now).status, 'failing')
  const cases: [Partial<Reading>, string][] = [
    [{ store: { ...reading.store, failing: 'store.full' } }, 'health.store'], [{ store: { ...reading.store, lostRecords: 1 } }, 'health.lost'], [{ overload: 'shedding' }, 'health.overload'],
    [{ loopDelay: { p50: 1, p99: 500, max: 500 } }, 'health.slow'], [{ certificateEnds: now + 2 * day }, 'health.certificate'], [{ logLost: 3 }, 'health.log'],
  ]
  for (const [change, code] of cases) assert.deepEqual(healthOf({ ...reading, ...change }, now).reasons.map((r) => r.code), [code])
})

test('R034 the listener answers /metrics and /health and nothing else', async () => {
  let known: Reading | undefined = reading
  const opened = await openExposition({ address: '127.0.0.1', port: 0, read: async () => known, now: () => now })
  assert.ok(opened.ok)
  const get = async (path: string, method = 'GET') => { const answer = await fetch(`http://127.0.0.1:${opened.value.port}${path}`, { method }); return [answer.status, await answer.text()] as const }
  assert.match((await get('/metrics'))[1], /ringfort_up 1/)
  assert.deepEqual(await get('/health'), [200, '{"status":"ok","reasons":[]}\n'])
  known = undefined
  assert.equal((await get('/health'))[0], 503)
  assert.equal((await get('/'))[0], 404)
  assert.equal((await get('/metrics', 'POST'))[0], 405)
  const second = await openExposition({ address: '127.0.0.1', port: opened.value.port, read: async () => known, now: () => now })
  assert.ok(!second.ok)
  await opened.value.close()
})
