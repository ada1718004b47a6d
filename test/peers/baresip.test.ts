/**
 * Two baresip call each other through us over every transport with every protection of media: what one plays is measured at the other,
 * what is on the wire is looked at. RFC 3261, 3264, 4568, 4733, 5763; R253–R255, R269–R271; A14, A21, A22.
 */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { until } from '../main/running.ts'
import { options } from '../main/speak.ts'
import { type Baresip, keysOf, startBaresip } from './baresip.ts'
import { dialogOf, type Transport } from './phone.ts'
import { isInstalled } from './programs.ts'
import { bestShare } from './sound.ts'
import { domain, openTown, passwordOf, type Resident, siteOf, type Town } from './town.ts'
import { capture, opened, overheard, type Packet, readable, rtpTo } from './wire.ts'

interface Media { readonly name: string; readonly encryption: string | undefined; readonly mediaSecurity: Resident['mediaSecurity'] }

const transports: readonly Transport[] = ['udp', 'tcp', 'tls']
const media: readonly Media[] = [
  { name: 'plain', encryption: undefined, mediaSecurity: 'off' },
  { name: 'sdes', encryption: 'srtp-mand', mediaSecurity: 'required' },
  { name: 'dtls', encryption: 'dtls_srtp', mediaSecurity: 'required' },
]
const codecs: Record<string, [string, number]> = { 'udp plain': ['PCMA', 8_000], 'tcp plain': ['G722/16000/1', 16_000], 'tls plain': ['opus/48000/2', 48_000] }

const rows = transports.flatMap((transport, t) => media.map((one, m) => ({ transport, media: one, from: `1${t}${m}1`, to: `1${t}${m}2` })))
const mixed = [
  { from: '2001', to: '2002', fromTransport: 'tls', toTransport: 'udp', fromMedia: 'preferred', fromEncryption: 'srtp', toMedia: 'off', toEncryption: undefined, status: 200, security: 'notAuthenticated' },
  { from: '2011', to: '2012', fromTransport: 'udp', toTransport: 'tls', fromMedia: 'preferred', fromEncryption: 'srtp-mand', toMedia: 'required', toEncryption: 'srtp', status: 200, security: 'notAuthenticated' },
  { from: '2021', to: '2022', fromTransport: 'tls', toTransport: 'tcp', fromMedia: 'required', fromEncryption: 'srtp-mand', toMedia: 'off', toEncryption: undefined, status: 488, security: undefined },
  { from: '2031', to: '2032', fromTransport: 'tcp', toTransport: 'tls', fromMedia: 'preferred', fromEncryption: undefined, toMedia: 'required', toEncryption: 'srtp-mand', status: 488, security: undefined },
  { from: '2041', to: '2042', fromTransport: 'tls', toTransport: 'tls', fromMedia: 'preferred', fromEncryption: 'srtp', toMedia: 'preferred', toEncryption: 'srtp', status: 200, security: 'encrypted' },
] as const

const residents: Resident[] = [
  ...rows.flatMap(({ from, to, transport, media: { mediaSecurity } }) => [from, to].map((number): Resident => ({ user: `u${number}`, number, mediaSecurity, deviceSecurityMode: transport === 'tls' ? 'encrypted' : 'nonSecure' }))),
  ...mixed.flatMap((row): Resident[] => [{ user: `u${row.from}`, number: row.from, mediaSecurity: row.fromMedia }, { user: `u${row.to}`, number: row.to, mediaSecurity: row.toMedia }]),
  ...['3001', '3002', '3003'].map((number): Resident => ({ user: `u${number}`, number, mediaSecurity: 'required', deviceSecurityMode: 'encrypted' })),
  ...['3101', '3102', '3103'].map((number): Resident => ({ user: `u${number}`, number, mediaSecurity: 'off' })),
  { user: 'u4001', number: '4001', mediaSecurity: 'preferred' },
]

const needed = ['baresip']
const town: Promise<Town> | undefined = needed.every(isInstalled) ? openTown(siteOf(residents)) : undefined

interface Wish { readonly number: string; readonly transport: Transport; readonly encryption: string | undefined; readonly hertz: number; readonly autoAnswer?: boolean; readonly row?: string; readonly password?: string }

async function phone({ number, transport, encryption, hertz, autoAnswer = false, row = '', password }: Wish): Promise<Baresip> {
  const { folder, ca, [transport]: server } = await town!, user = `u${number}`, [codec, rate] = codecs[row] ?? ['PCMU', 8_000]
  return startBaresip({ folder, user, number, password: password ?? passwordOf(user), domain, transport, server, hertz, encryption, autoAnswer, codec, rate, ca })
}

async function pair(t: TestContext, a: Wish, b: Wish): Promise<[Baresip, Baresip]> {
  const both = await Promise.all([phone(a), phone({ ...b, autoAnswer: true })])
  t.after(() => Promise.all(both.map((one) => one.stop())))
  await Promise.all(both.map((one) => one.registered()))
  return both
}

/** What the call's row of `show calls` must say. */
function expected(transport: Transport, { encryption }: Media): { security: string; why: RegExp | undefined } {
  if (transport !== 'tls') return { security: 'notAuthenticated', why: /without TLS/ }
  return encryption === undefined ? { security: 'authenticated', why: /media.*not encrypted/ } : { security: 'encrypted', why: undefined }
}

async function oneRow(t: TestContext, { transport, media: kind, from, to }: (typeof rows)[number]): Promise<void> {
  const open = await town!, row = `${transport} ${kind.name}`
  const wish = { transport, encryption: kind.encryption, row }
  const [a, b] = await pair(t, { ...wish, number: from, hertz: 440 }, { ...wish, number: to, hertz: 1_000 })
  const wire = await capture(open.folder, `udp portrange ${a.rtpPort}-${a.rtpPort + 15} or udp portrange ${b.rtpPort}-${b.rtpPort + 15} or tcp portrange ${a.sipPort}-${a.sipPort + 3} or tcp port ${open.tls}`, row.replace(' ', '-'))
  if (!wire) t.diagnostic('the wire was not looked at: tcpdump is absent or may not capture')
  await a.command('dial', `sip:${to}@${domain}`)
  await Promise.all([a.event('CALL_ESTABLISHED'), b.event('CALL_ESTABLISHED')])
  await Promise.all([a.hears(1_000), b.hears(440)])
  await shows(open, from, transport, kind)
  await a.command('sndcode', '5')
  assert.equal((await b.event('CALL_DTMF_START')).param, '5', 'RFC 4733 the digit arrives')
  if (wire) {
    await until(() => rtpAt(wire.packets(), b).length > 100 || undefined, `${row}: RTP flows straight from phone to phone`)
    await looksAt(await wire.stop(), b, keysOf(a, 'sent'), row, open)
  }
  await holdAndResume(open, a, b, from)
  await a.command('hangup')
  await b.event('CALL_CLOSED')
  const { security, why } = expected(transport, kind), record = await open.record(from)
  assert.equal(record.security, security)
  if (why) assert.match(record.why ?? '', why)
  else assert.equal(record.why, undefined)
  assert.deepEqual(record.legs.map((leg) => [leg.side, leg.transport, leg.security]), [['in', transport, security], ['out', transport, security]])
}

async function shows(open: Town, number: string, transport: Transport, kind: Media): Promise<void> {
  const { security, why } = expected(transport, kind), call = await open.call(number, (one) => one.state === 'connected')
  assert.equal(call.security, security)
  if (why) assert.match(call.why ?? '', why)
  else assert.equal(call.why, undefined)
}

async function holdAndResume(open: Town, a: Baresip, b: Baresip, number: string): Promise<void> {
  await a.command('hold')
  const { security } = await open.call(number, (one) => one.held)
  await b.hearsNothing()
  await a.command('resume')
  const after = await open.call(number, (one) => !one.held && one.state === 'connected')
  assert.equal(after.security, security, 'R269 the security of a call is the same after hold and resume')
  await Promise.all([a.hears(1_000), b.hears(440)])
}

/** RTP to a phone, whichever port of its range it chose. */
function rtpAt(packets: readonly Packet[], { rtpPort }: Baresip): Buffer[] { return [...Array(16).keys()].flatMap((i) => rtpTo(packets, rtpPort + i)) }

async function looksAt(packets: readonly Packet[], b: Baresip, keys: readonly string[], row: string, open: Town): Promise<void> {
  const toB = rtpAt(packets, b)
  if (row.endsWith('plain')) return
  const clear = bestShare(overheard(toB), 440)
  assert.ok(clear < 0.3, `${row}: who listens in hears ${clear} of the tone`)
  if (row.endsWith('sdes')) {
    const found = keys.map((key) => opened(toB, key)).sort((one, other) => other.good - one.good)[0]!
    assert.equal(found.good, found.all, `${row}: RFC 3711 every tag is right`)
    assert.ok(bestShare(found.sound, 440) > 0.6, `${row}: with the key the tone is there`)
  }
  if (row.startsWith('tls')) {
    const tcp = packets.filter((p) => p.protocol === 'tcp' && [p.from, p.to].includes(open.tls))
    assert.ok(tcp.length > 0, 'the signalling was seen')
    assert.deepEqual(readable(tcp), [], `${row}: no SIP can be read on the wire`)
  }
}

test('RFC 3261 RFC 3264 R269 baresip to baresip: each transport, each protection of media', { concurrency: 6, timeout: 200_000 }, async (t) => {
  if (!town) { t.diagnostic('not judged: baresip is not installed (tools/debian-packages.txt)'); return }
  await Promise.all(rows.map((row) => t.test(`${row.transport} ${row.media.name}`, (one) => oneRow(one, row))))
})

test('R253 R254 R255 A22 different transports and wishes for media meet', { concurrency: 6, timeout: 100_000 }, async (t) => {
  if (!town) { t.diagnostic('not judged: baresip is not installed'); return }
  await Promise.all(mixed.map((row) => t.test(`${row.fromTransport} ${row.fromMedia} (${row.fromEncryption ?? 'plain'}) to ${row.toTransport} ${row.toMedia} (${row.toEncryption ?? 'plain'})`, async (one) => {
    const open = await town
    const [a, b] = await pair(one, { number: row.from, transport: row.fromTransport, encryption: row.fromEncryption, hertz: 440 }, { number: row.to, transport: row.toTransport, encryption: row.toEncryption, hertz: 1_000 })
    await a.command('dial', `sip:${row.to}@${domain}`)
    if (row.status === 200) {
      await Promise.all([a.event('CALL_ESTABLISHED'), b.event('CALL_ESTABLISHED')])
      await Promise.all([a.hears(1_000), b.hears(440)])
      assert.equal((await open.call(row.from, (call) => call.state === 'connected')).security, row.security)
    } else {
      assert.match((await a.event('CALL_CLOSED')).param ?? '', /488/)
      assert.deepEqual(b.events.filter((event) => event.type === 'CALL_ESTABLISHED'), [])
      assert.match(a.program.said(), /Warning: 399 ringfort/)
      assert.equal((await open.record(row.from)).status, 488)
    }
  })))
})

async function three(t: TestContext, transport: Transport, encryption: string | undefined): Promise<[Baresip, Baresip, Baresip]> {
  const first = encryption === undefined ? '31' : '30'
  const all = await Promise.all([[1, 440], [2, 1_000], [3, 600]].map(([n, hertz]) => phone({ transport, encryption, number: `${first}0${n}`, hertz: hertz!, autoAnswer: n !== 1 })))
  t.after(() => Promise.all(all.map((one) => one.stop())))
  await Promise.all(all.map((one) => one.registered()))
  await all[0]!.command('dial', `sip:${first}02@${domain}`)
  await Promise.all([all[0]!.hears(1_000), all[1]!.hears(440)])
  return all as [Baresip, Baresip, Baresip]
}

/** baresip 1.0.0 takes no new key inside a dialog, so whether it was told the right one is read from the wire. */
test('RFC 3515 RFC 4568 R269 blind transfer of an encrypted call: it stays encrypted, and both are told the new keys', { timeout: 100_000 }, async (t) => {
  if (!town) { t.diagnostic('not judged: baresip is not installed'); return }
  const open = await town, [a, b, c] = await three(t, 'tls', 'srtp-mand')
  await b.command('transfer', `sip:3003@${domain}`)
  await c.event('CALL_ESTABLISHED')
  await Promise.all([c.hears(440), b.event('CALL_CLOSED')])
  const call = await open.call('3001', (one) => one.state === 'connected' && one.legs.some((leg) => leg.phone === 'u3003'))
  assert.equal(call.security, 'encrypted')
  const wire = await capture(open.folder, `udp portrange ${a.rtpPort}-${a.rtpPort + 15}`, 'transfer'), told = keysOf(a, 'got').at(-1)!
  assert.ok(keysOf(c, 'sent').includes(told), 'the key that a was told last is the one that c sends with')
  if (wire) {
    const packets = await until(() => { const seen = rtpAt(wire.packets(), a); return seen.length > 50 ? seen : undefined }, 'RTP from c to a')
    const inside = opened(packets, told)
    assert.ok(inside.good > 50 && inside.good === inside.all, `${inside.good} of ${inside.all} tags are right with the key that a was told`)
    assert.ok(bestShare(inside.sound, 600) > 0.6)
    await wire.stop()
  }
  await c.command('hangup')
  await a.event('CALL_CLOSED')
  assert.deepEqual((await open.record('3001')).legs.map((leg) => leg.phone), ['u3001', 'u3002', 'u3003'])
})

test('RFC 3515 5589 blind transfer over UDP: the two who are left hear each other', { timeout: 100_000 }, async (t) => {
  if (!town) { t.diagnostic('not judged: baresip is not installed'); return }
  const [a, b, c] = await three(t, 'udp', undefined)
  await b.command('transfer', `sip:3103@${domain}`)
  await Promise.all([a.hears(600), c.hears(440), b.event('CALL_CLOSED')])
  assert.match(b.program.said(), /SIP\/2\.0 200 OK/, 'RFC 3515 2.4.5 the transferor is told that it went well')
})

/** baresip 1.0.0 plays nothing after it was held and then got an answer in an ACK: that the tone arrives is read from the wire. */
test('RFC 3891 5589 attended transfer: b asks c first, then connects a and c by Replaces', { timeout: 100_000 }, async (t) => {
  if (!town) { t.diagnostic('not judged: baresip is not installed'); return }
  const open = await town, [a, b, c] = await three(t, 'udp', undefined)
  const { id, theirs, ours } = dialogOf(b)
  await b.command('hold')
  await open.call('3101', (one) => one.held)
  const from = b.events.length
  await b.command('dial', `sip:3103@${domain}`)
  await b.event('CALL_ESTABLISHED', from)
  await Promise.all([b.hears(600), c.hears(1_000)])
  await b.command('transfer', `<sip:3101@${domain}?Replaces=${encodeURIComponent(`${id};to-tag=${theirs};from-tag=${ours}`)}>`)
  await c.hears(440)
  const wire = await capture(open.folder, `udp portrange ${a.rtpPort}-${a.rtpPort + 15}`, 'attended')
  if (wire) {
    await until(() => bestShare(overheard(rtpAt(wire.packets(), a)), 600) > 0.6 || undefined, 'the tone of c arrives at a')
    await wire.stop()
  }
  const talking = await until(async () => { const found = (await open.calls()).filter((one) => one.legs.some((leg) => leg.phone === 'u3101')); return found.length === 1 ? found : undefined }, 'one call is left')
  assert.deepEqual(talking[0]!.legs.map((leg) => leg.phone).sort(), ['u3101', 'u3103'])
})

test('RFC 3261 22 A14 a wrong password is refused and leaves no registration', { timeout: 60_000 }, async (t) => {
  if (!town) { t.diagnostic('not judged: baresip is not installed'); return }
  const open = await town
  const wrong = await phone({ number: '4001', transport: 'udp', encryption: undefined, hertz: 440, password: 'not-the-password' })
  t.after(() => wrong.stop())
  await until(() => /401 Unauthorized \(/.test(wrong.program.said()) || undefined, 'the phone says that it was refused')
  assert.doesNotMatch(wrong.program.said(), /\} 200 OK/)
  assert.deepEqual((await open.registrations()).filter(({ line }) => line === '4001'), [])
})

test('A21 the judge of the wire reads what is in the clear', { timeout: 60_000 }, async (t) => {
  if (!town) { t.diagnostic('not judged: baresip is not installed'); return }
  const open = await town, wire = await capture(open.folder, `udp port ${open.udp}`, 'clear')
  if (!wire) { t.diagnostic('not judged: tcpdump is absent or may not capture'); return }
  await options('udp', open.udp)
  await until(() => readable(wire.packets()).length > 0 || undefined, 'OPTIONS in the clear')
  await wire.stop()
})
