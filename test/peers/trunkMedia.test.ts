/**
 * baresip and linphone call through a trunk to Kamailio and who is behind it: what is encrypted on the way, what the call is said to be and why,
 * and that nobody who insists on SRTP is ever connected to somebody without. R253–R255, R269, R334, R335; RFC 3711, 4568, 8643; A16, A22.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { issue, writeIssued } from '../../src/edge/authority.ts'
import { until } from '../main/running.ts'
import { type Baresip, keysOf, startBaresip } from './baresip.ts'
import { type Kamailio, startKamailio, type Way } from './kamailio.ts'
import { type Kind, type Phone, startPhone } from './phone.ts'
import { freePorts, isInstalled } from './programs.ts'
import { bestShare } from './sound.ts'
import { domain, openTown, type Resident } from './town.ts'
import { goesAndComesBack } from './trunkOutage.ts'
import { type Certificate, certificateOf, type Peer, shownTrunk, trunkSite, type TrunkTown, twoPorts } from './trunkTown.ts'
import { type Capture, capture, opened, overheard, type Packet, readable, rtpTo } from './wire.ts'

interface Row {
  readonly name: string
  readonly transport: 'tcp' | 'tls'
  readonly trunk: Record<string, unknown>
  readonly kind?: Kind
  readonly mediaSecurity: Resident['mediaSecurity']
  readonly protection: 'plain' | 'sdes'
  /** Of baresip behind the carrier. */
  readonly behind: 'srtp-mand' | 'srtp' | undefined
  readonly status: 200 | 488
  readonly security?: string
  readonly why?: RegExp
  readonly from?: 'behind'
}

const trusted = { srtpAllowed: true, trustedForSecurityStatus: true }
const rows: readonly Row[] = [
  { name: 'R269 TLS and SRTP all the way, of a trunk whose word counts: encrypted', transport: 'tls', trunk: trusted, mediaSecurity: 'required', protection: 'sdes', behind: 'srtp-mand', status: 200, security: 'encrypted' },
  { name: 'R269 linphone the same', transport: 'tls', trunk: trusted, kind: 'linphone', mediaSecurity: 'required', protection: 'sdes', behind: 'srtp-mand', status: 200, security: 'encrypted' },
  { name: 'R269 and called from behind the trunk', from: 'behind', transport: 'tls', trunk: { ...trusted, srtpRequired: true }, kind: 'linphone', mediaSecurity: 'required', protection: 'sdes', behind: 'srtp-mand', status: 200, security: 'encrypted' },
  { name: 'R269 of a trunk whose word does not count: not authenticated, and why', transport: 'tls', trunk: { srtpAllowed: true }, mediaSecurity: 'required', protection: 'sdes', behind: 'srtp-mand', status: 200, security: 'notAuthenticated', why: /not trusted/ },
  { name: 'R269 SRTP without TLS: not authenticated, and why', transport: 'tcp', trunk: trusted, mediaSecurity: 'required', protection: 'sdes', behind: 'srtp-mand', status: 200, security: 'notAuthenticated', why: /without TLS/ },
  { name: 'R269 SRTP without TLS where SRTP is enough: encrypted', transport: 'tcp', trunk: { ...trusted, considerSecure: 'srtp' }, mediaSecurity: 'required', protection: 'sdes', behind: 'srtp-mand', status: 200, security: 'encrypted' },
  { name: 'RFC 8643 what may be encrypted and is not: authenticated, and why', transport: 'tls', trunk: trusted, mediaSecurity: 'preferred', protection: 'plain', behind: undefined, status: 200, security: 'authenticated', why: /not encrypted/ },
  { name: 'A22 a trunk that requires SRTP, and a phone without', transport: 'tls', trunk: { srtpRequired: true }, mediaSecurity: 'off', protection: 'plain', behind: 'srtp', status: 488 },
  { name: 'A22 R253 a phone that requires SRTP, and a trunk without', transport: 'tls', trunk: {}, mediaSecurity: 'required', protection: 'sdes', behind: 'srtp', status: 488 },
  { name: 'A22 R253 a phone that requires SRTP is called without', from: 'behind', transport: 'tls', trunk: trusted, mediaSecurity: 'required', protection: 'sdes', behind: undefined, status: 488 },
]
const numberOf = (at: number): string => `21${String(at).padStart(2, '0')}`, addressOf = (at: number): string => `127.0.15.${at + 1}`, subject = 'carrier.test', tones = [440, 1_000] as const
/** The trunk without encryption, beside the rows. */
const nullAt = rows.length

interface Scene { readonly town: TrunkTown; readonly carrier: Kamailio; readonly phones: number; readonly nullPhones: number }

async function openScene(): Promise<Scene> {
  const ports = await twoPorts(), port = await freePorts(2), phones = await freePorts(2), nullPhones = await freePorts(2), nullPort = await freePorts(2), tlsPort = await freePorts(2)
  const firstTls = rows.findIndex(({ transport }) => transport === 'tls')
  const peers = rows.map((row, at): Peer => ({
    name: `t${at}`, address: addressOf(at), port, prefix: `8${String(at).padStart(2, '0')}`, profile: row.transport === 'tcp' ? { outgoingTransport: 'tcp' } : { deviceSecurityMode: 'encrypted', secureCertificateSubjects: subject, incomingPort: tlsPort },                       // not the phones': linphonec asks its user when it is asked for a certificate
    trunk: { ...row.trunk, ...(row.transport === 'tls' && at !== firstTls ? { securityProfile: `To t${firstTls}` } : {}) },                     // R300: one profile, many trunks
  }))
  const readableTrunk: Peer = { name: 'null', address: addressOf(nullAt), port, prefix: `8${nullAt}`, profile: { deviceSecurityMode: 'authenticated', secureCertificateSubjects: 'null.test', incomingPort: nullPort } }
  const deafTrunk: Peer = { name: 'deaf', address: addressOf(0), port, prefix: '899', trunk: { securityProfile: 'To null', optionsPing: true, pingRetries: 1, pingRetryMilliseconds: 1_000, pingDownSeconds: 5 } }
  const residents = [...rows.map((row, at): Resident => ({ user: `u${numberOf(at)}`, number: numberOf(at), mediaSecurity: row.mediaSecurity, deviceSecurityMode: 'encrypted' })), { user: `u${numberOf(nullAt)}`, number: numberOf(nullAt), mediaSecurity: 'off' as const, deviceSecurityMode: 'nonSecure' as const }]
  const town: TrunkTown = { ...await openTown(trunkSite({ residents, peers: [...peers, readableTrunk, deafTrunk], system: { allowNullCipher: true } }, ports)), ports }
  const way = (at: number, transport: Way['transport'], house: number): Way => ({ transport, address: addressOf(at), port, house, prefix: `6${String(at).padStart(2, '0')}` })
  const ways = rows.map(({ transport }, at) => way(at, transport, transport === 'tls' ? tlsPort : ports.clear))
  const [carrier] = await Promise.all([
    startKamailio({ folder: town.folder, name: 'carrier', ways, phones, tls: await certificateOf(town, subject) }),
    startKamailio({ folder: town.folder, name: 'null', ways: [way(nullAt, 'tls', nullPort)], phones: nullPhones, tls: await ofRsa(town, 'null.test'), suites: 'NULL-SHA:@SECLEVEL=0' }),
  ])
  return { town, carrier, phones, nullPhones }
}

/** NULL-SHA is a suite of RSA keys alone. */
async function ofRsa({ folder, running }: TrunkTown, name: string): Promise<Certificate> {
  const issued = await issue(join(running.dataDir, 'pki'), name, 'peer', Date.now(), { keyKind: 'RSA-2048' }), out = join(folder, `${name}-pki`)
  assert.ok(issued.ok && writeIssued(out, name, issued.value).ok)
  return { certificate: join(out, `${name}.pem`), key: join(out, `${name}.key`), authority: join(out, 'ca.pem') }
}

const needed = ['kamailio', 'baresip', 'linphonec'], absent = `not judged: one of ${needed.join(', ')} is not installed (tools/debian-packages.txt)`
const scene = needed.every(isInstalled) ? openScene() : undefined

async function pair(t: TestContext, row: Row, at: number): Promise<[Phone, Baresip]> {
  const { town, phones } = await scene!
  const both = await Promise.all([
    startPhone(town, { kind: row.kind ?? 'baresip', number: numberOf(at), transport: 'tls', protection: row.protection, hertz: tones[0], autoAnswer: true }),
    startBaresip({ folder: town.folder, user: `b${at}`, number: `50${at}`, password: 'none', domain, transport: 'udp', server: phones, hertz: tones[1], autoAnswer: true, encryption: row.behind }),
  ])
  t.after(() => Promise.all(both.map((one) => one.stop())))
  await Promise.all(both.map((one) => one.registered()))
  return both
}

async function play(t: TestContext, row: Row, at: number): Promise<void> {
  const { town } = await scene!, [phone, behind] = await pair(t, row, at), number = numberOf(at), two = String(at).padStart(2, '0'), port = phone.rtpPorts
  const wire = await capture(town.folder, `udp portrange ${port[0]}-${port.at(-1)} or udp portrange ${behind.rtpPort}-${behind.rtpPort + 15} or (host ${addressOf(at)} and tcp)`, `media${at}`)
  if (!wire) t.diagnostic('the wire was not looked at: tcpdump is absent or may not capture')
  if (row.from === 'behind') await behind.command('dial', `sip:6${two}${number}@${domain}`)
  else await phone.dial(`8${two}50${at}`)
  if (row.status === 488) await refused(row, phone, behind)
  else await talked(row, number, phone, behind, async () => {
    await until(() => wire === undefined || voiceTo(wire.packets(), behind).length > 60 || undefined, 'more than a second of voice')
  })
  assert.equal((await town.record(number)).status, row.status)
  if (!wire) return
  if (row.status === 488) await marked(wire, behind.rtpPort)
  const packets = await wire.stop(), rtp = voiceTo(packets, behind)
  if (row.status === 488) assert.deepEqual(packets.filter(({ protocol, payload }) => protocol === 'udp' && !payload.equals(mark)), [], 'not one packet of media')
  else if (row.behind === undefined) assert.ok(bestShare(overheard(rtp), tones[0]) > 0.6, 'what is not encrypted can be heard')
  else {
    assert.ok(bestShare(overheard(rtp), tones[0]) < 0.3, 'nobody who listens in hears the tone')
    const inside = opened(rtp, keysOf(behind, 'got').at(-1) ?? '')
    assert.ok(inside.good > 20 && inside.good === inside.all, `${inside.good} of ${inside.all} tags are right with the key that went through the trunk`)
  }
  const read = dissected(join(town.folder, `media${at}.pcap`), packets.filter(({ protocol }) => protocol === 'tcp').flatMap(({ from, to }) => [from, to]))
  if (row.transport === 'tls') assert.deepEqual([read, readable(packets.filter(({ protocol }) => protocol === 'tcp'))], [0, []], 'no SIP can be read on the trunk')
  else assert.ok(read > 3, 'the judge reads SIP where it can be read')
}

const mark = Buffer.from('the end of what is looked at')
/** What was sent before this was seen has been seen. */
async function marked(wire: Capture, port: number): Promise<void> {
  const socket = createSocket('udp4')
  await new Promise((resolve) => { socket.send(mark, port, '127.0.0.1', resolve) })
  socket.close()
  await until(() => wire.packets().some(({ payload }) => payload.equals(mark)) || undefined, 'the mark on the wire')
}

const voiceTo = (packets: readonly Packet[], { rtpPort }: Baresip): Buffer[] => Array.from({ length: 16 }, (_, i) => rtpTo(packets, rtpPort + i)).flat()

/** SIP messages that tshark finds in the clear, whatever the ports. */
function dissected(file: string, ports: readonly number[]): number {
  if (!isInstalled('tshark')) return 0
  return execFileSync('tshark', ['-r', file, ...[...new Set(ports)].flatMap((port) => ['-d', `tcp.port==${port},sip`]), '-Y', 'sip.Method || sip.Status-Code', '-T', 'fields', '-e', 'sip.CSeq'], { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n').filter((line) => /[A-Z]/.test(line)).length
}

async function talked(row: Row, number: string, phone: Phone, behind: Baresip, heard: () => Promise<void>): Promise<void> {
  const { town } = await scene!
  await Promise.all([phone.hears(tones[1]), behind.hears(tones[0])])
  const call = await town.call(number, ({ state }) => state === 'connected')
  assert.equal(call.security, row.security)
  if (row.why) assert.match(call.why ?? '', row.why)
  await phone.digit('5')
  await behind.count('CALL_DTMF_START', 1, '5')
  await heard()
  await phone.hangUp()
  await behind.count('CALL_CLOSED', 1)
}

async function refused(row: Row, phone: Phone, behind: Baresip): Promise<void> {
  if (row.from === 'behind') {
    assert.match((await behind.event('CALL_CLOSED')).param ?? '', /488/)
    await until(() => /Warning: 399 ringfort "[^"]*SRTP/.test(behind.program.said()) || undefined, 'the carrier is told why')
  } else {
    await phone.over(1)
    assert.match(phone.why(), /488/)
    assert.deepEqual(behind.events.filter(({ type }) => type === 'CALL_ESTABLISHED'), [])
  }
}

test('R253 R269 A22 phones behind a trunk with and without SRTP; beside them a carrier that goes away', { concurrency: 4, timeout: 200_000 }, async (t) => {
  if (!scene) { t.diagnostic(absent); return }
  const goes = t.test('RFC 3261 10.2 RFC 5626 4.5 RFC 3263 4.3 a carrier goes, and comes back', goesAndComesBack)
  await scene
  await Promise.all([goes, ...rows.map((row, at) => t.test(row.name, (one) => play(one, row, at)))])
})

test('R334 R336 NULL-SHA: signalling that everybody reads and nobody changes; a peer without it is out of service, and why', { timeout: 100_000 }, async (t) => {
  if (!scene) { t.diagnostic(absent); return }
  const { town, nullPhones } = await scene, own = numberOf(nullAt)
  const [phone, behind] = await Promise.all([
    startPhone(town, { kind: 'baresip', number: own, transport: 'udp', protection: 'plain', hertz: tones[0], autoAnswer: true }),
    startBaresip({ folder: town.folder, user: 'bnull', number: '5099', password: 'none', domain, transport: 'udp', server: nullPhones, hertz: tones[1], autoAnswer: true }),
  ])
  t.after(() => Promise.all([phone.stop(), behind.stop()]))
  await Promise.all([phone.registered(), behind.registered()])
  const wire = await capture(town.folder, `host ${addressOf(nullAt)} and tcp`, 'null')
  await phone.dial(`8${nullAt}5099`)
  await Promise.all([phone.hears(tones[1]), behind.hears(tones[0])])
  await phone.hangUp()
  await behind.count('CALL_CLOSED', 1)
  await behind.command('dial', `sip:6${nullAt}${own}@${domain}`)
  await phone.talks(2)
  await behind.command('hangup')
  await phone.over(2)
  assert.equal((await town.record(own, ({ to }) => to === own)).legs[0]!.phone, 'trunk null')
  const deaf = await until(async () => { const shown = await shownTrunk(town, 'deaf'); return shown.inService ? undefined : shown }, 'the trunk without NULL-SHA at the other end is out of service')
  assert.match(deaf.destinations[0]!.reason, /cannot be reached|handshake|TLS/i)
  if (!wire) { t.diagnostic('the wire was not looked at: tcpdump is absent or may not capture'); return }
  const both = (read: readonly string[]): boolean => read.some((text) => text.includes('INVITE')) && read.some((text) => text.includes('SIP/2.0 200'))
  await until(() => both(readable(wire.packets())) || undefined, 'INVITE and 200 can be read')
  const said = await wire.stop()
  const sip = said.filter(({ payload }) => payload.includes('SIP/2.0')), digest = 20                                                       // RFC 5246 6.2.3.1: a record is content and HMAC
  for (const { payload } of sip) assert.ok(payload[0] === 23 && payload[1] === 3 && payload.readUInt16BE(3) > digest, 'each is a record of TLS')
})
