/**
 * linphone, which verifies our certificate, calls linphone and baresip over each transport with each protection of media, and is called by them:
 * what one plays is measured at the other, what is on the wire is looked at. RFC 3261 26, 3264, 4568, 4733, 5763; R239, R253–R255, R269; A15, A16, A21, A22.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { test, type TestContext } from 'node:test'
import { ringfort, siteFile, until } from '../main/running.ts'
import { startLinphone } from './linphone.ts'
import { type Kind, type Phone, type Protection, startPhone, type Transport } from './phone.ts'
import { isInstalled } from './programs.ts'
import { bestShare } from './sound.ts'
import { anyPorts, domain, openTown, passwordOf, type Resident, siteOf, type Town } from './town.ts'
import { capture, overheard, readable, rtpTo } from './wire.ts'

const transports: readonly Transport[] = ['udp', 'tcp', 'tls'], protections: readonly Protection[] = ['plain', 'sdes', 'dtls']
const scenes = transports.flatMap((transport, t) => protections.map((protection, p) => ({ transport, protection, numbers: [1, 2, 3].map((n) => `5${t}${p}${n}`) })))
const residents: Resident[] = [
  ...scenes.flatMap(({ transport, protection, numbers }) => numbers.map((number): Resident => (
    { user: `u${number}`, number, mediaSecurity: protection === 'plain' ? 'off' : 'required', deviceSecurityMode: transport === 'tls' ? 'encrypted' : 'nonSecure' }))),
  ...['5901', '5902'].map((number): Resident => ({ user: `u${number}`, number, mediaSecurity: 'required', deviceSecurityMode: 'encrypted' })),
]
const needed = ['linphonec', 'baresip'], absent = `not judged: ${needed.join(' or ')} is not installed (tools/debian-packages.txt)`
const town: Promise<Town> | undefined = needed.every(isInstalled) ? openTown(siteOf(residents)) : undefined

/** Tones of the three phones of a scene, none a multiple of another. */
const tones = [440, 1_000, 620] as const
const kinds: readonly Kind[] = ['linphone', 'linphone', 'baresip']
/** Who calls whom. */
const pairs = [[0, 2], [2, 1], [1, 0]] as const

type Scene = (typeof scenes)[number]

async function phones(t: TestContext, { transport, protection, numbers }: Scene): Promise<Phone[]> {
  const open = await town!
  const all = await Promise.all(numbers.map((number, i) => startPhone(open, { kind: kinds[i]!, number, transport, protection, hertz: tones[i]!, autoAnswer: true })))
  t.after(() => Promise.all(all.map((one) => one.stop())))
  await Promise.all(all.map((one) => one.registered()))
  return all
}

const securityOf = ({ transport, protection }: Scene): string => transport !== 'tls' ? 'notAuthenticated' : protection === 'plain' ? 'authenticated' : 'encrypted'

async function oneScene(t: TestContext, scene: Scene): Promise<void> {
  const open = await town!, all = await phones(t, scene), name = `linphone-${scene.transport}-${scene.protection}`
  const wire = await capture(open.folder, `${all.map(({ rtpPorts }) => `udp portrange ${rtpPorts[0]}-${rtpPorts.at(-1)}`).join(' or ')} or tcp port ${open.tls}`, name)
  if (!wire) t.diagnostic('the wire was not looked at: tcpdump is absent or may not capture')
  const talked = [0, 0, 0], ended = [0, 0, 0]
  for (const [from, to] of pairs) {
    const [a, b] = [all[from]!, all[to]!]
    await a.dial(b.number)
    await Promise.all([a.talks(++talked[from]!), b.talks(++talked[to]!)])
    await Promise.all([a.hears(tones[to]), b.hears(tones[from])])
    await a.digit(String(from + 5))
    await b.heard(String(from + 5))
    assert.equal((await open.call(a.number, (one) => one.state === 'connected')).security, securityOf(scene))
    await a.hangUp()
    await Promise.all([a.over(++ended[from]!), b.over(++ended[to]!)])
    const record = await open.record(a.number, ({ to: called }) => called === b.number)
    assert.deepEqual([record.status, record.security, record.legs.map((leg) => leg.transport)], [200, securityOf(scene), [scene.transport, scene.transport]], `${a.kind} to ${b.kind}`)
  }
  if (wire) looksAt(await wire.stop(), all[2]!, scene, open)
}

/** To baresip, which speaks mu-law alone: the tone of the linphone that called it is there for everybody, or for nobody. */
function looksAt(packets: Parameters<typeof rtpTo>[0], { rtpPorts }: Phone, { transport, protection }: Scene, open: Town): void {
  const heard = bestShare(overheard(rtpPorts.flatMap((port) => rtpTo(packets, port))), tones[0])
  if (protection === 'plain') assert.ok(heard > 0.6, `the judge hears what is in the clear: ${heard}`)
  else assert.ok(heard < 0.3, `who listens in hears ${heard} of the tone`)
  if (transport !== 'tls') return
  const signalling = packets.filter((p) => p.protocol === 'tcp' && [p.from, p.to].includes(open.tls))
  assert.ok(signalling.length > 0, 'the signalling was seen')
  assert.deepEqual(readable(signalling), [], 'no SIP can be read on the wire')
}

test('RFC 3261 RFC 4568 RFC 5763 R269 linphone to baresip, baresip to linphone, linphone to linphone', { concurrency: 6, timeout: 280_000 }, async (t) => {
  if (!town) { t.diagnostic(absent); return }
  await Promise.all(scenes.map((scene) => t.test(`${scene.transport} ${scene.protection}`, (one) => oneScene(one, scene))))
})

test('RFC 3261 26.3 A15 linphone takes our certificate with our authority alone, and refuses it with another', { timeout: 100_000 }, async (t) => {
  if (!town) { t.diagnostic(absent); return }
  const open = await town, other = join(open.folder, 'other.pem')
  writeFileSync(other, rootCertificates[0]!)                                  // somebody else's authority
  const start = (number: string, ca: string) => startLinphone({ folder: open.folder, user: `u${number}`, number, password: passwordOf(`u${number}`), domain, transport: 'tls', server: open.tls, ca, encryption: 'srtp', hertz: 440 })
  const [trusting, doubting] = await Promise.all([start('5901', open.ca), start('5902', other)])
  t.after(() => Promise.all([trusting.stop(), doubting.stop()]))
  await trusting.registered()
  await doubting.logs(/handshake failed|Certificate verification failed|SSL handshake failed/i)
  const lines = (await open.registrations()).map(({ line, transport }) => `${line} ${transport}`)
  assert.deepEqual(lines.filter((one) => one.startsWith('59')), ['5901 tls'])
  assert.doesNotMatch(trusting.printed(), /Password for/, 'its user is not asked for a certificate that nobody needs')
})

test('R239 A26 a phone without a password registers with its certificate, from the moment that there is such a phone', { timeout: 100_000 }, async (t) => {
  if (!town) { t.diagnostic(absent); return }
  const open = await town, site = JSON.parse(siteOf(residents)) as { users: unknown[]; phones: unknown[] }
  site.users.push({ userId: 'u5903', extension: '5903' })
  site.phones.push({ name: 'u5903', user: 'u5903', mediaSecurity: 'required', deviceSecurityMode: 'encrypted' })
  const applied = await ringfort(['apply', siteFile(JSON.stringify({ ...site, services: anyPorts })), '--data', open.running.dataDir])
  assert.equal(applied.code, 0, applied.out + applied.error)
  const certified = await startPhone(open, { kind: 'linphone', number: '5903', transport: 'tls', protection: 'sdes', hertz: 440, certified: true })
  t.after(() => certified.stop())
  await certified.registered()
  await until(async () => (await open.registrations()).some(({ line }) => line === '5903') || undefined, '5903 is registered')
})
