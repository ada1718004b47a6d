/** Ports of trunks on a running system: who comes in, what is spoken, what a change does to them. R308, R321–R322, R333–R336, R349–R360; A16, A22, A25, A26, A42 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { newHouse, type TestHouse } from '../admin/house.ts'
import { makePki } from '../edge/harness.ts'
import { anyPorts, until } from './running.ts'
import { print, statusOf } from './speak.ts'

const folder = mkdtempSync(join(tmpdir(), 'rf-door-')), carrier = await makePki()
after(() => { rmSync(folder, { recursive: true, force: true }); carrier.remove() })

/** Ports that are free now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, async () => { const server = createServer().listen(0, '127.0.0.1'); await once(server, 'listening'); return server }))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map(async (server) => { server.close(); await once(server, 'close') }))
  return ports
}

const clearSite = (port: number) => `${anyPorts}sipTrunkSecurityProfiles: [{ name: Clear, incomingPort: ${port} }]
trunks: [{ name: one, securityProfile: Clear, optionsPing: false, destinations: [{ address: 127.0.0.1 }] }]\n`
const tlsSite = (port: number, subjects: string, more = '', trunk = '', system = 'allowNullCipher: true') => `system: { ${system} }\n${anyPorts}sipTrunkSecurityProfiles:
  - { name: Tls, deviceSecurityMode: encrypted, incomingPort: ${port}, secureCertificateSubjects: "${subjects}" }\n${more}
trunks:\n  - { name: sbc, securityProfile: Tls, optionsPing: false, destinations: [{ address: sbc.test }], ${trunk} }\n`
const ask = (transport: string): string => print({ method: 'OPTIONS', uri: 'sip:127.0.0.1', user: 'peer', port: 5060, transport })

const unknown = ({ system }: TestHouse) => system.reading().unknown
const bound = ({ system }: TestHouse): string[] => system.bound().filter(({ name }) => name.startsWith('sip-trunk')).map(({ name, transport, port }) => `${name} ${transport} ${port}`).sort()

/** The status of the answer to one OPTIONS; 0 where the connection ended without a word. */
function answerOn(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    socket.once('data', (bytes: Buffer) => { resolve(statusOf(bytes.toString('latin1'))) })
    socket.once('close', () => { resolve(0) })
    socket.on('error', () => undefined)
    socket.write(ask(socket instanceof Object && 'encrypted' in socket ? 'TLS' : 'TCP'))
  })
}

interface Shown { readonly status: number; readonly socket: Socket }
/** Shows a certificate, or none, and asks. */
async function showTls(house: TestHouse, port: number, options: ConnectionOptions): Promise<Shown> {
  const socket = connectTls({ host: '127.0.0.1', port, ca: readFileSync(join(house.dataDir, 'pki/ca.pem')), servername: '', ...options })
  socket.on('error', () => undefined)
  await Promise.race([once(socket, 'secureConnect'), once(socket, 'close')])
  return { status: socket.destroyed ? 0 : await answerOn(socket), socket }
}

/** As an administrator gives it to a peer. */
async function issued(house: TestHouse, name: string): Promise<ConnectionOptions> {
  await house.document('certificate issue', { name, out: folder })
  return { cert: readFileSync(join(folder, `${name}.pem`)), key: readFileSync(join(folder, `${name}.key`)) }
}

async function datagram(port: number, from: string): Promise<{ answered: Promise<number>; close(): void }> {
  const socket = createSocket('udp4')
  socket.bind(0, from)
  await once(socket, 'listening')
  const answered = once(socket, 'message').then(([bytes]) => statusOf(String(bytes)))
  socket.send(ask('UDP').replaceAll('127.0.0.1:5060', `${from}:${socket.address().port}`), port, '127.0.0.1')
  return { answered, close: () => { socket.close() } }
}

test('R333 R356 A42 a clear port of trunks: an address that is listed is answered, any other is silence and a number', async () => {
  const [port = 0] = await freePorts(1), house = await newHouse(clearSite(port))
  assert.deepEqual(bound(house), [`sip-trunk-${port} tcp ${port}`, `sip-trunk-${port} udp ${port}`])
  const stranger = await datagram(port, '127.0.0.2'), known = await datagram(port, '127.0.0.1')
  assert.equal(await known.answered, 200)
  await until(() => unknown(house).source === 1 || undefined, 'the stranger was counted')
  assert.equal(await Promise.race([stranger.answered, Promise.resolve('silence')]), 'silence')
  assert.equal(house.system.reading().requests.OPTIONS, 1, 'the parser saw one of them')
  stranger.close()
  known.close()
  const listed = connect(port, '127.0.0.1'), other = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' })
  other.on('error', () => undefined)
  await Promise.all([once(listed, 'connect'), once(other, 'close')])
  assert.equal(await answerOn(listed), 200)
  assert.equal(unknown(house).source, 2)
  listed.destroy()
  await house.close()
})

test('R308 R356 a port that moves: the new one is opened, the old one closed, and show ports says for whom', async () => {
  const [first = 0, second = 0] = await freePorts(2), house = await newHouse(clearSite(first))
  const done = await house.document<{ wire: { trunk: string; effects: string[] }[] }>('apply', { file: 'x.yaml', text: clearSite(second) })
  assert.deepEqual(done.wire.map(({ trunk, effects }) => [trunk, effects]), [['one', ['listener closed', 'new listener']]])
  assert.deepEqual(bound(house), [`sip-trunk-${second} tcp ${second}`, `sip-trunk-${second} udp ${second}`])
  const { ports } = await house.document<{ ports: { name: string; purpose: string; bound: unknown[] }[] }>('show ports')
  assert.deepEqual(ports.filter(({ name }) => name.startsWith('sip-trunk')).map(({ name, purpose, bound: all }) => [name, purpose, all.length]), [[`sip-trunk-${second}`, 'SIP of one', 2]])
  await house.document('apply', { file: 'x.yaml', text: 'trunks: []' })
  assert.deepEqual(bound(house), [])
  await house.close()
})

test('R359 a port that phones have too is shared: strangers are answered there as before', async () => {
  const [port = 0] = await freePorts(1)
  const house = await newHouse(clearSite(port).replace('sip-udp: { port: 0 }', `sip-udp: { port: ${port} }`).replace('sip-tcp: { port: 0 }', `sip-tcp: { port: ${port} }`))
  assert.deepEqual(bound(house), [])
  const stranger = await datagram(port, '127.0.0.2')
  assert.equal(await stranger.answered, 200)
  stranger.close()
  await house.close()
})

test('R350 R354 A16 A25 a TLS port of trunks: a listed subject is heard; no certificate, another name, another authority: not one octet is read', async () => {
  const [port = 0] = await freePorts(1), house = await newHouse(tlsSite(port, 'sbc.test, other.test'))
  assert.equal((await showTls(house, port, await issued(house, 'sbc.test'))).status, 200)
  assert.equal((await showTls(house, port, {})).status, 0)
  assert.equal((await showTls(house, port, await issued(house, 'evil.test'))).status, 0)
  assert.equal((await showTls(house, port, await carrier.device('sbc.test'))).status, 0)
  assert.deepEqual([unknown(house).subject, house.system.reading().requests.OPTIONS], [3, 1])
  await house.close()
})

test('R322 a subject taken away ends its connections, others go on; a pinned certificate is the only one', async () => {
  const [port = 0] = await freePorts(1), house = await newHouse(tlsSite(port, 'sbc.test, other.test'))
  const stays = await showTls(house, port, await issued(house, 'sbc.test')), goes = await showTls(house, port, await issued(house, 'other.test'))
  assert.deepEqual([stays.status, goes.status], [200, 200])
  const gone = once(goes.socket, 'close')
  await house.document('apply', { file: 'x.yaml', text: tlsSite(port, 'sbc.test') })
  await gone
  assert.equal(await answerOn(stays.socket), 200)
  const first = await issued(house, 'sbc.test'), pin = (await house.document<{ certificates: { fingerprint: string }[] }>('show certificates')).certificates[0]!.fingerprint
  await house.document('apply', { file: 'x.yaml', text: tlsSite(port, 'sbc.test', '', `pinnedCertificates: ["${pin}"]`) })
  assert.equal((await showTls(house, port, first)).status, 0)
  stays.socket.destroy()
  await house.close()
})

test('R349 A26 certificate trust: an authority of others for trunks, until it is trusted no more; its certificates are no phone\'s', async () => {
  const [port = 0] = await freePorts(1), phones = 'phones: [{ name: lobby.test, lines: ["1100"] }]\n'
  const house = await newHouse(tlsSite(port, 'sbc.test') + phones), their = await carrier.device('sbc.test')
  const tls = house.system.bound().find(({ name }) => name === 'sip-tls')!.port
  assert.equal((await showTls(house, port, their)).status, 0)
  await house.document('certificate trust', { file: 'ca.pem', text: carrier.ca, name: 'carrier' })
  assert.equal((await showTls(house, port, their)).status, 200)
  const { certificates } = await house.document<{ certificates: { file: string; purpose: string }[] }>('show certificates')
  assert.deepEqual(certificates.filter(({ purpose }) => purpose === 'trusted').map(({ file }) => file), ['trusted/carrier.pem'])
  const register = async (options: ConnectionOptions): Promise<number> => {
    const { socket } = await showTls(house, tls, options)
    const answered = once(socket, 'data').then(([bytes]) => statusOf(String(bytes)))
    socket.write(print({ method: 'REGISTER', uri: 'sip:localhost', user: '1100', port: 5060, transport: 'TLS', to: 'sip:1100@localhost' }))
    const status = await answered
    socket.destroy()
    return status
  }
  assert.equal(await register(await issued(house, 'lobby.test')), 200)
  assert.notEqual(await register(await carrier.device('lobby.test')), 200)
  for (const [text, code] of [[String(their.cert), 'edge.noAuthority'], ['nonsense', 'edge.certificateGarbage']] as const) {
    const refused = await house.command('certificate trust', { file: 'x.pem', text, name: 'other' })
    assert.deepEqual(!refused.ok && refused.problem.map((problem) => problem.code), [code])
  }
  await house.document('certificate untrust', { name: 'carrier' })
  assert.equal((await showTls(house, port, their)).status, 0)
  assert.equal((await house.command('certificate untrust', { name: 'carrier' })).ok, false)
  await house.close()
})

const nullProfile = (port: number) => `  - { name: Plain, deviceSecurityMode: authenticated, incomingPort: ${port}, secureCertificateSubjects: plain.test }\n`
const nullTrunk = '  - { name: plain, securityProfile: Plain, optionsPing: false, destinations: [{ address: plain.test }] }\n'

const tool = 'openssl'

/** `openssl s_client`, which asks for OPTIONS once it is connected. */
async function openssl(house: TestHouse, port: number, name: string, options: readonly string[]): Promise<number> {
  await issued(house, name)
  const file = (end: string) => join(folder, `${name}.${end}`), child = spawn(tool, ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', join(house.dataDir, 'pki/ca.pem'), '-cert', file('pem'), '-key', file('key'), '-verify_return_error', '-quiet', '-no_ign_eof', ...options], { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  child.stdin.on('error', () => undefined)
  const over = once(child, 'close')
  child.stdin.write(ask('TLS'))
  child.stderr.resume()
  child.stdout.on('data', (bytes: Buffer) => { said += bytes.toString('latin1'); if (said.includes('\r\n\r\n')) child.kill() })
  await over
  return statusOf(said)
}

test('R334 R336 A22 an authenticated profile speaks NULL-SHA and nothing else, of TLS 1.2; an encrypted one never speaks it', async () => {
  const [open = 0, secret = 0] = await freePorts(2), house = await newHouse(tlsSite(secret, 'sbc.test', nullProfile(open)) + nullTrunk)
  const level = ['-cipher', 'NULL-SHA:@SECLEVEL=0', '-tls1_2']
  assert.equal(await openssl(house, open, 'plain.test', level), 200)
  assert.equal(await openssl(house, open, 'plain.test', []), 0, 'no silent upgrade')
  assert.equal(await openssl(house, open, 'plain.test', ['-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256', '-tls1_2']), 0)
  assert.equal(await openssl(house, secret, 'sbc.test', level), 0)
  assert.equal(await openssl(house, secret, 'sbc.test', []), 200)
  assert.equal(await openssl(house, secret, 'sbc.test', ['-cipher', 'AES128-SHA', '-tls1_2']), 200, 'R335')
  assert.equal(await openssl(house, open, 'sbc.test', level), 0, 'a name of the other profile')
  await house.close()
})

test('R336 R359 A22 both modes on one port: each trunk its own suite, or no connection', async () => {
  const [port = 0] = await freePorts(1), house = await newHouse(tlsSite(port, 'sbc.test', nullProfile(port)) + nullTrunk), level = ['-cipher', 'NULL-SHA:@SECLEVEL=0', '-tls1_2']
  assert.equal(await openssl(house, port, 'plain.test', level), 200)
  assert.equal(await openssl(house, port, 'plain.test', []), 0)
  assert.equal(await openssl(house, port, 'sbc.test', level), 0)
  assert.equal(await openssl(house, port, 'sbc.test', []), 200)
  await house.close()
})

test('R334 without system.allowNullCipher an authenticated profile is refused, and the phones\' port never speaks NULL-SHA', async () => {
  const [port = 0] = await freePorts(1), house = await newHouse(tlsSite(port, 'sbc.test'))
  const refused = await house.command('apply', { file: 'x.yaml', text: tlsSite(port, 'sbc.test', nullProfile(port), '', '') + nullTrunk })
  assert.deepEqual(!refused.ok && refused.problem.map(({ code }) => code), ['policy.trunk.nullCipher'])
  const tls = house.system.bound().find(({ name }) => name === 'sip-tls')!.port
  assert.equal(await openssl(house, tls, 'sbc.test', ['-cipher', 'NULL-SHA:@SECLEVEL=0', '-tls1_2']), 0)
  await house.close()
})
