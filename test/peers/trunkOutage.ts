/** Kamailio as a carrier that goes away and comes back: pings, the second destination, calls that go on, its registrar. R300, R321; RFC 3261 10.2, 11; RFC 3263 4.3; RFC 5626 4.5. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { type LogLine, logLines, newFolder, until } from '../main/running.ts'
import { type Baresip, startBaresip } from './baresip.ts'
import { type Kamailio, startKamailio } from './kamailio.ts'
import { freePorts } from './programs.ts'
import { domain, openTown, passwordOf, type Resident } from './town.ts'
import { type Peer, shownTrunk, trunkSite, type TrunkTown, twoPorts } from './trunkTown.ts'

const credentials = { realm: 'carrier.test', user: 'house', password: 'house-secret-7' }
const numbers = ['3001', '3002', '3003'], behind = '5001', prefix = '80'
const residents = numbers.map((number): Resident => ({ user: `u${number}`, number, mediaSecurity: 'off' }))
const [first, second, registrar] = ['127.0.13.1', '127.0.13.2', '127.0.13.3'] as const

interface Scene { readonly town: TrunkTown; readonly one: Kamailio; readonly other: Kamailio; readonly phones: readonly [number, number] }

/** Two machines of one carrier; the first is its registrar as well. */
async function openScene(): Promise<Scene> {
  const ports = await twoPorts(), port = await freePorts(2), phones = [await freePorts(2), await freePorts(2)] as const
  const ping = { optionsPing: true, pingSeconds: 5, pingDownSeconds: 5, pingRetries: 2, pingRetryMilliseconds: 500 }
  const peers: Peer[] = [
    { name: 'carrier', address: first, port, prefix, profile: { outgoingTransport: 'tcp' }, trunk: { ...ping, destinations: [{ address: first, port, priority: 0 }, { address: second, port, priority: 1 }] } },
    { name: 'registered', address: registrar, port, prefix: '81', profile: { outgoingTransport: 'tcp' }, trunk: { registration: { user: 'house', domain: 'carrier.test' } } },
  ]
  const way = (address: string) => ({ transport: 'tcp', address, port, house: ports.clear, prefix: '6' }) as const
  const both = (folder: string) => Promise.all([
    startKamailio({ folder, name: 'one', ways: [way(first), way(registrar)], phones: phones[0], credentials, expires: 10 }),
    startKamailio({ folder, name: 'other', ways: [way(second)], phones: phones[1], credentials }),
  ])
  const [one, other] = await both(newFolder())                       // first: who finds no registrar waits for half a minute
  const town: TrunkTown = { ...await openTown(trunkSite({ residents, peers, more: { sipRealms: [credentials] } }, ports)), ports }
  return { town, one, other, phones }
}

async function phones(t: TestContext, { town: { folder, ports }, phones: [atFirst, atSecond] }: Scene): Promise<Baresip[]> {
  const common = { folder, domain, transport: 'udp', autoAnswer: true } as const
  const all = await Promise.all([
    ...numbers.map((number) => startBaresip({ ...common, user: `u${number}`, number, password: passwordOf(`u${number}`), server: ports.clear, hertz: 440 })),
    startBaresip({ ...common, user: 'b1', number: behind, password: 'none', server: atFirst, hertz: 1_000 }), startBaresip({ ...common, user: 'b2', number: behind, password: 'none', server: atSecond, hertz: 620 }),
  ])
  t.after(() => Promise.all(all.map((phone) => phone.stop())))
  await Promise.all(all.map((phone) => phone.registered()))
  return all
}

const logged = ({ running }: TrunkTown, event: string, trunk: string, nth = 1): Promise<LogLine> =>
  until(() => logLines(running.dataDir).filter((line) => line.event === event && line.trunk === trunk)[nth - 1], `${event} of ${trunk}, the ${nth}.`)

const times = ({ running }: TrunkTown, event: string, trunk: string): number => logLines(running.dataDir).filter((line) => line.event === event && line.trunk === trunk).length
const warned = ({ program }: Baresip): boolean => /SIP\/2\.0 480.*Warning: 399 ringfort "[^"]*out of service/s.test(program.said())

/** Waits most of its time: for pings, for a refresh, for the back-off of a registration. */
export async function goesAndComesBack(t: TestContext): Promise<void> {
  const scene = await openScene(), { town, one, other } = scene, [a, b, c, behindOne, behindOther] = await phones(t, scene) as [Baresip, Baresip, Baresip, Baresip, Baresip]

  await t.test('R319 the trunk registers, is challenged, and registers again before its time is over', async () => {
    await one.says(/^challenges REGISTER/)
    await one.says(/^registered house for 3600 at .*<sip:house@127\.0\.0\.1:\d+;transport=tcp>/)
    await logged(town, 'trunk.registered', 'registered')
    const times = one.said().filter((line) => line.startsWith('registered house')).length
    await until(() => one.said().filter((line) => line.startsWith('registered house')).length > times || undefined, 'a refresh, where the carrier grants 10 s')
    assert.equal((await shownTrunk(town, 'registered')).registration?.state, 'registered')
  })
  await t.test('OPTIONS is seen at both destinations', async () => {
    await Promise.all([one.says(/^ping tcp 127\.0\.0\.1/), other.says(/^ping tcp 127\.0\.0\.1/)])
    await until(async () => (await shownTrunk(town, 'carrier')).destinations.every(({ up }) => up) || undefined, 'both destinations are up')
  })
  await t.test('a call by the first goes on when its machine has gone, and the next call goes by the second', async () => {
    await a.command('dial', `sip:${prefix}${behind}@${domain}`)
    await Promise.all([a.hears(1_000), behindOne.hears(440)])
    await one.stop()
    await b.command('dial', `sip:${prefix}${behind}@${domain}`)
    await Promise.all([b.hears(620), behindOther.hears(440)])
    await until(async () => { const { inService, destinations } = await shownTrunk(town, 'carrier'); return (inService && destinations[0]!.reason !== '' && !destinations[0]!.up && destinations[1]!.up) || undefined }, 'one destination is down, with the reason')
    assert.deepEqual(a.events.filter(({ type }) => type === 'CALL_CLOSED'), [], 'nobody was hung up on')
    assert.equal((await town.call('3001')).state, 'connected')
  })
  await t.test('without any machine the trunk is out of service, and a call is refused with the reason', async () => {
    const [outBefore, lostBefore] = [times(town, 'trunk.outOfService', 'carrier'), times(town, 'trunk.notRegistered', 'registered')]
    await other.stop()
    await b.command('dial', `sip:${prefix}${behind}@${domain}`)                          // no ping has told yet
    await until(() => warned(b) || undefined, 'who calls at once is told as well')
    const line = await logged(town, 'trunk.outOfService', 'carrier', outBefore + 1)
    assert.match(String(line.reason), /./)
    await c.command('dial', `sip:${prefix}${behind}@${domain}`)
    assert.match((await c.event('CALL_CLOSED')).param ?? '', /480/)
    await until(() => warned(c) || undefined, 'who calls afterwards is told')
    const gone = await logged(town, 'trunk.notRegistered', 'registered', lostBefore + 1)
    assert.match(String(gone.reason), /./)
  })
  await t.test('both come back: in service and registered again', async () => {
    const [inBefore, registeredBefore] = [times(town, 'trunk.inService', 'carrier'), times(town, 'trunk.registered', 'registered')]
    await Promise.all([one.start(), other.start()])
    await logged(town, 'trunk.inService', 'carrier', inBefore + 1)
    await logged(town, 'trunk.registered', 'registered', registeredBefore + 1)
    assert.equal((await shownTrunk(town, 'registered')).registration?.reason, '')
  })
}
