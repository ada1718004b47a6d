/** Kamailio as a carrier over UDP, TCP and TLS with certificates both ways: calls out and in, its challenges, its route, its registrar, what happens when it is gone. R333–R355, R319; RFC 3261, 3262, 3264, 3311. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { type Baresip, startBaresip } from './baresip.ts'
import { type Kamailio, startKamailio, type Way } from './kamailio.ts'
import { freePorts, isInstalled } from './programs.ts'
import { domain, openTown, passwordOf, type Resident } from './town.ts'
import { certificateOf, type Peer, type TrunkSite, trunkSite, type TrunkTown, twoPorts } from './trunkTown.ts'

const transports = ['udp', 'tcp', 'tls'] as const
type Transport = (typeof transports)[number]
const credentials = { realm: 'carrier.test', user: 'house', password: 'house-secret-7' }
const residents: Resident[] = transports.flatMap((_, t): Resident[] => [{ user: `u3${t}01`, number: `3${t}01`, mediaSecurity: 'off' }])
const needed = ['kamailio', 'baresip'], absent = `not judged: ${needed.join(' or ')} is not installed (tools/debian-packages.txt)`

interface Scene { readonly town: TrunkTown; readonly carrier: Kamailio; readonly phones: number }

const addressOf = (t: number): string => `127.0.12.${t + 1}`
const secure = (names: string): Record<string, unknown> => ({ deviceSecurityMode: 'encrypted', secureCertificateSubjects: names })

async function openScene(): Promise<Scene> {
  const ports = await twoPorts(), first = await freePorts(4), phones = await freePorts(2)
  const peers = transports.map((transport, t): Peer => ({ name: `carrier-${transport}`, address: addressOf(t), port: first + t, prefix: `8${t}`, profile: transport === 'tls' ? secure(addressOf(t)) : { outgoingTransport: transport } }))
  const site: TrunkSite = { residents, peers, more: { sipRealms: [credentials] } }
  const town: TrunkTown = { ...await openTown(trunkSite(site, ports)), ports }
  const ways = transports.map((transport, t): Way => ({ transport, address: addressOf(t), port: first + t, house: transport === 'tls' ? ports.tls : ports.clear, prefix: `6${t}` }))
  const carrier = await startKamailio({ folder: town.folder, name: 'carrier', ways, phones, tls: await certificateOf(town, addressOf(2)), credentials })
  return { town, carrier, phones }
}

const scene = needed.every(isInstalled) ? openScene() : undefined

/** A phone of the house, and one behind the carrier. */
async function pair(t: TestContext, open: Scene, at: number): Promise<[Baresip, Baresip]> {
  const { folder } = open.town, common = { folder, domain, transport: 'udp', autoAnswer: true } as const, own = `3${at}01`
  const both = await Promise.all([
    startBaresip({ ...common, user: `u${own}`, number: own, password: passwordOf(`u${own}`), server: open.town.ports.clear, hertz: 440 }),
    startBaresip({ ...common, user: `b500${at}`, number: `500${at}`, password: 'none', server: open.phones, hertz: 1_000 }),
  ])
  t.after(() => Promise.all(both.map((one) => one.stop())))
  await Promise.all(both.map((one) => one.registered()))
  return both
}

async function bothWays(t: TestContext, transport: Transport, at: number): Promise<void> {
  const open = await scene!, { town, carrier } = open, [own, behind] = await pair(t, open, at)
  await own.command('dial', `sip:8${at}500${at}@${domain}`)
  await Promise.all([own.hears(1_000), behind.hears(440)])
  await carrier.says(/^challenges INVITE/)
  await carrier.says(new RegExp(`^admits INVITE 500${at} by ${transport}`))
  await own.command('hold')
  await behind.hearsNothing()
  await own.command('resume')
  await behind.hears(440)
  await own.command('hangup')
  await behind.count('CALL_CLOSED', 1)
  await carrier.says(new RegExp(`^within BYE ${transport}`))
  assert.equal((await town.record(`3${at}01`)).status, 200)
  await behind.command('dial', `sip:6${at}3${at}01@${domain}`)
  await Promise.all([own.count('CALL_ESTABLISHED', 2), behind.count('CALL_ESTABLISHED', 2)])
  await Promise.all([behind.hears(440), own.hears(1_000)])
  await behind.command('hangup')
  await own.count('CALL_CLOSED', 2)
  const back = await town.record(`3${at}01`, ({ to }) => to === `3${at}01`)
  assert.deepEqual([back.status, back.legs[0]!.phone, back.legs[0]!.transport], [200, `trunk carrier-${transport}`, transport])
}

test('R340 RFC 3261 16.6 22.3 a carrier over each transport: out, held, back; challenged calls, and a route that is kept', { concurrency: 3, timeout: 120_000 }, async (t) => {
  if (!scene) { t.diagnostic(absent); return }
  await Promise.all(transports.map((transport, at) => t.test(transport, (one) => bothWays(one, transport, at))))
})
