/** Questions to the domain name system as they travel: through the driver, and through the simulated network. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openEdge } from '../../src/edge/drive.ts'
import { newGuard } from '../../src/edge/guard.ts'
import type { DnsReply, DnsType } from '../../src/kit/dns.ts'
import type { EdgeInput, EdgeOutput } from '../../src/kit/flow.ts'
import type { Wake } from '../../src/kit/machine.ts'
import { newNetwork } from '../../src/main/simulation/network.ts'

const here: DnsReply = { is: 'answer', records: [{ type: 'A', address: '192.0.2.1' }], ttl: 60 }

test('RFC 3263 4.2 the driver carries each question to its resolver and each reply back; closing closes the resolver', async () => {
  const heard: (EdgeInput | Wake)[] = [], asked: string[] = []
  let arrived = (): void => {}, closed = 0
  let comes: (reply: DnsReply) => void = () => {}
  const late = new Promise<DnsReply>((resolve) => { comes = resolve })
  const both = new Promise<void>((resolve) => { arrived = resolve })
  const engine = { wakeAt: undefined, step: (_now: number, input: EdgeInput | Wake): EdgeOutput[] => { heard.push(input); if (heard.length === 2) arrived(); return [] } }
  const dns = { ask: (type: DnsType, name: string) => { asked.push(`${type} ${name}`); return name === 'late.test' ? late : Promise.resolve(here) }, close: () => { closed++ } }
  const opened = await openEdge({ services: [], tls: undefined, guard: newGuard(), engine, now: () => 0, log: () => {}, dns })
  assert.ok(opened.ok)
  opened.value.perform([{ do: 'ask', id: 7, type: 'A', name: 'a.test' }, { do: 'ask', id: 8, type: 'SRV', name: '_sip._udp.a.test' }])
  assert.deepEqual(heard, [], 'not before the engine has had its turn')
  await both
  assert.deepEqual(heard, [{ is: 'reply', id: 7, reply: here }, { is: 'reply', id: 8, reply: here }])
  assert.deepEqual(asked, ['A a.test', 'SRV _sip._udp.a.test'])
  opened.value.perform([{ do: 'ask', id: 9, type: 'A', name: 'late.test' }])
  await opened.value.close(0)
  comes(here)
  await late
  assert.deepEqual([heard.length, closed], [2, 1], 'what comes after the end is nobody\'s')
})

test('RFC 3263 4.2 the simulated network answers from its table, as far away as everybody else', () => {
  const heard: [number, EdgeInput | Wake][] = []
  const engine = { wakeAt: undefined, step: (now: number, input: EdgeInput | Wake): EdgeOutput[] => { heard.push([now, input]); return [] } }
  const network = newNetwork({ seed: 1, weather: { delay: 10, jitter: 0, loss: 0, duplicate: 0, reorder: 0, chop: 0, reset: 0 }, names: { 'A a.test': [{ type: 'A', address: '192.0.2.1' }] } })
  network.add({ name: 'one', addresses: ['10.0.0.1'], services: [], engine })
  network.act('one', engine, () => [{ do: 'ask', id: 1, type: 'A', name: 'a.test' }, { do: 'ask', id: 2, type: 'AAAA', name: 'a.test' }])
  assert.ok(network.idle(1_000))
  assert.deepEqual(heard, [[20, { is: 'reply', id: 1, reply: here }], [20, { is: 'reply', id: 2, reply: { is: 'noAnswer', why: 'notFound' } }]])
})
