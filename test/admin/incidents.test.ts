/** `ringfort show incidents`: from the exchange through the writer to the command. R136, A14, A44 */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { setTimeout } from 'node:timers/promises'
import { test } from 'node:test'
import { newHouse } from './house.ts'

const site = 'system: { domain: example.test }\nservices: { sip-udp: { port: 0 }, sip-tcp: { port: 0 }, sip-tls: { port: 0 }, sip-wss: { port: 0 }, metrics: { port: 0 } }\n'
interface Shown { readonly chain: { readonly holds: boolean; readonly rows: number }; readonly incidents: readonly { readonly what: string; readonly who: string }[] }

test('R136 A14 A44 who was kept from something stands in the history of incidents, and the history proves itself', async () => {
  const house = await newHouse(site), { port } = house.system.bound().find(({ name }) => name === 'sip-udp')!, asker = createSocket('udp4')
  assert.deepEqual((await house.document<Shown>('show incidents')).incidents, [])
  house.system.exchange.news.push({ is: 'locked', source: '192.0.2.7', what: 'user' }, { is: 'admission', trunk: 'carrier', method: 'REFER', rule: 'profile.acceptOutOfDialogRefer' }, { is: 'limit', who: 'users[alice]', limit: 'callsPerHour', calls: 1 })
  asker.send('OPTIONS sip:example.test SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx\r\nMax-Forwards: 70\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:example.test>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n', port, '127.0.0.1')
  let shown = await house.document<Shown>('show incidents')
  for (const end = Date.now() + 20_000; shown.incidents.length < 3 && Date.now() < end; shown = await house.document<Shown>('show incidents')) await setTimeout(20)
  assert.deepEqual(shown.incidents.map(({ what, who }) => [what, who]), [['toll.limit', 'users[alice]'], ['trunk.refused', 'trunks[carrier]'], ['source.locked', '192.0.2.7']])
  assert.deepEqual([shown.chain.holds, shown.chain.rows], [true, 3])
  assert.equal((await house.document<Shown>('show incidents', { what: 'toll.limit' })).incidents.length, 1)
  asker.close()
  await house.close()
})
