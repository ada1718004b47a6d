/** `startRingfort` in a program: the same system on real sockets and the real clock, or on simulated ones. Issue 2, point 7. */
import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type RealSettings, type RealSystem, StartRefused, startRingfort } from '../../src/index.ts'
import { newFolder, until } from './running.ts'
import { call, newPhone, options, statusOf } from './speak.ts'

const phone = (name: string, user: string, password: string) => ({ name, user, digest: { user: name, password }, deviceSecurityMode: 'nonSecure', mediaSecurity: 'preferred' })
const site = {
  system: { domain: 'example.test' },
  users: [{ userId: 'alice', extension: '1001' }, { userId: 'bob', extension: '1002' }],
  phones: [phone('alice-desk', 'alice', 'battery-staple-1'), phone('bob-desk', 'bob', 'battery-staple-2')],
}

const running: RealSystem[] = []
after(async () => { for (const one of running) await one.stop() })

async function start(settings: Omit<RealSettings, 'network'>): Promise<RealSystem> {
  const one = await startRingfort({ ...settings, network: 'real' })
  running.push(one)
  return one
}

async function placeCall(system: RealSystem): Promise<void> {
  const port = system.port('sip-udp'), [alice, bob] = [await newPhone(port), await newPhone(port)]
  assert.equal(statusOf(await alice.register('alice-desk', 'battery-staple-1', '1001')), 200)
  assert.equal(statusOf(await bob.register('bob-desk', 'battery-staple-2', '1002')), 200)
  const talk = await call(alice, bob)
  assert.equal(system.calls.size, 1)
  await talk.hangUp()
  assert.ok(await system.until(() => system.records.length === 1))
  for (const one of [alice, bob]) one.close()
}

test('issue 2, point 7: two systems side by side in one process, on real sockets: each has its own phones, calls, ladder, commands and end', async (t) => {
  const began = performance.now(), systems = [await start({ site })]
  t.diagnostic(`the first was ready after ${Math.round(performance.now() - began)} ms`)
  systems.push(await start({ site: JSON.stringify(site) }))
  const [one, two] = systems as [RealSystem, RealSystem]
  assert.notEqual(one.dataDir, two.dataDir)
  assert.notEqual(one.authority(), two.authority())
  assert.deepEqual(one.services().map(({ name }) => name), ['sip-udp', 'sip-tcp', 'sip-tls', 'sip-wss', 'metrics'])
  await Promise.all(systems.map(placeCall))
  assert.equal(statusOf(await options('tls', two.port('sip-tls'), two.authority())), 200)
  const ladder = one.ladder(one.records[0])
  assert.deepEqual([ladder[0]?.from, ladder[0]?.what], ['alice-desk', 'INVITE'])
  assert.deepEqual(ladder.filter(({ to }) => to === 'bob-desk').map(({ what }) => what), ['INVITE', 'ACK', 'BYE'])
  const shown = await until(async () => ((await one.command('show calls', { ended: true })) as { records: { from: string; to: string }[] }).records[0], 'the record on the disk')
  assert.deepEqual([shown.from, shown.to], ['1001', '1002'])
  await assert.rejects(one.command('show call', { id: 'none' }), /admin\.notFound/)
  await one.stop()
  assert.ok(!existsSync(one.dataDir), 'a directory of its own goes with it')
  assert.equal(statusOf(await options('udp', two.port('sip-udp'))), 200)
  await two.stop()
})

test('issue 2, point 7: a data directory that is given stays, is held while the system runs, and opens again with what it holds', async () => {
  const dataDir = join(newFolder(), 'data'), first = await start({ site, dataDir })
  assert.equal(statSync(dataDir).mode & 0o777, 0o700)
  await assert.rejects(start({ dataDir }), (error) => error instanceof StartRefused && error.problems[0]?.code === 'store.running')
  await first.stop()
  await first.stop()
  const again = await start({ dataDir, desk: false })
  assert.deepEqual([...again.exchange.snapshot.phones.keys()], ['alice-desk', 'bob-desk'])
  assert.ok(!again.services().some(({ name }) => name === 'metrics'))
  assert.throws(() => again.port('metrics'), /not bound/)
  await again.stop()
})

test('issue 2, bad input: a site that is wrong is refused with every problem', async () => {
  const wrong = start({ site: { users: [{ userId: 'alice', extensoin: '1001' }], system: { domain: 1 } } })
  await assert.rejects(wrong, (error) => {
    assert.ok(error instanceof StartRefused)
    assert.deepEqual(error.problems.map(({ code }) => code).sort(), ['site.unknownField', 'site.wrongType'])
    return true
  })
})

test('RFC 3263 names: the simulated network has the name servers that it is given', async () => {
  const system = await startRingfort({ site, names: { 'A far.test': [{ type: 'A', address: '10.0.0.9' }] } })
  const asked: unknown[] = []
  system.network.add({ name: 'asker', addresses: ['10.9.9.9'], services: [], engine: { wakeAt: undefined, step: (_now, input) => { asked.push(input); return [] } } })
  system.network.act('asker', { wakeAt: undefined, step: () => [] }, () => [{ do: 'ask', id: 1, type: 'A', name: 'far.test' }])
  system.run(1_000)
  assert.deepEqual(asked.map((one) => (one as { reply?: unknown }).reply), [{ is: 'answer', records: [{ type: 'A', address: '10.0.0.9' }], ttl: 60 }])
  system.close()
})
