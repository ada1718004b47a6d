/** A table of certificates that somebody bent: each as a peer who calls us, and as the hop that we call. Standards RFC 5280, 5922 7, 9525. A26 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { type Bend, bend, chain, day, der, dnsName, type Made, permitted } from './certificates.ts'
import { secureContexts } from '../../src/edge/tls.ts'
import { type House, makePki, openHouse, tlsTo } from './harness.ts'

const pki = await makePki(), stranger = await makePki()
after(() => { pki.remove(); stranger.remove() })
const { serverAuth, clientAuth, codeSigning, emailProtection } = x509.ExtendedKeyUsage, { digitalSignature, keyEncipherment, keyCertSign, cRLSign } = x509.KeyUsageFlags
const dns = (...values: string[]) => values.map((value) => ({ type: 'dns' as const, value }))
const uri = (...values: string[]) => values.map((value) => ({ type: 'url' as const, value }))
const raw = (...names: Buffer[]) => der(0x30, ...names)

/** An authority of somebody else that the administrator trusts: it may have others below it. */
const partner = await chain('itself', { commonName: 'Partner', keyUsage: keyCertSign | cRLSign })
const partnerFile = join(pki.directory, 'partner.pem')
writeFileSync(partnerFile, partner.own)
const authority: Bend = { keyUsage: keyCertSign | cRLSign }
const below = (...steps: Bend[]) => steps.reduce<Promise<Made>>(async (under, step, n) => bend({ commonName: `between ${n}`, usage: [], ca: true, ...authority, ...step, under: await under }, pki), Promise.resolve(partner))
/** The same words in its name as our authority, another key. */
const impostor = await chain('itself', { commonName: new x509.X509Certificate(pki.ca).subjectName.getField('CN')[0]!, keyUsage: keyCertSign | cRLSign })
const leaf = await bend({ names: dns('leaf.test'), ca: false }, pki)
const sbc = dns('sbc.test'), unknown = new x509.Extension('1.3.6.1.4.1.99999.1', true, der(0x04, 'x'))
const second = (name: string) => new x509.Extension('2.5.29.17', false, raw(dnsName(name)))

const taken = 'sbc.test: sbc.test', name = 'edge.certificateName', broken = 'edge.handshakeFailed'
/**
 * What a caller who shows it is taken for (`common name: alternative names`), 'nobody', or 'refused' where there is no connection;
 * what becomes of a message to the hop `sbc.test` that shows it; undefined where our own TLS does not take it to show it.
 */
const zoo: [what: string, how: Bend, caller: string, hop: string | undefined][] = [
  // as they should be
  ['as it should be', { names: sbc }, taken, 'sent'],
  ['several names', { names: dns('b.test', 'sbc.test') }, 'sbc.test: b.test sbc.test', 'sent'],
  ['RFC 4343 in other letters', { names: dns('SBC.Test') }, 'sbc.test: SBC.Test', 'sent'],
  ['RFC 5922 7.1 as a SIP URI', { names: uri('sip:sbc.test') }, 'sbc.test: sip:sbc.test', 'sent'],
  ['RFC 5922 7.1 the common name where there is no other', {}, 'sbc.test: ', 'sent'],
  ['names of every type', { names: [...sbc, { type: 'email', value: 'a@sbc.test' }, { type: 'ip', value: '127.0.0.1' }, { type: 'id', value: '1.2.3.4' }, ...uri('sip:sbc.test')] }, 'sbc.test: sbc.test 127.0.0.1 sip:sbc.test', 'sent'],
  ['no subject, names alone', { commonName: '', names: sbc }, ': sbc.test', 'sent'],
  ['no extended key usage', { names: sbc, usage: [] }, taken, 'sent'],
  ['P-384', { names: sbc, key: 'P-384' }, taken, 'sent'],
  ['P-521', { names: sbc, key: 'P-521' }, taken, 'sent'],
  ['Ed25519', { names: sbc, key: 'Ed25519' }, taken, 'sent'],
  ['RSA of 2048 bits', { names: sbc, key: 'RSA-2048' }, taken, 'sent'],
  ['of an authority below one that is trusted', { names: sbc, under: await below({}) }, taken, 'sent'],
  // time
  ['expired', { names: sbc, until: -1_000 }, 'nobody', broken],
  ['not yet valid', { names: sbc, from: day / 2 }, 'nobody', broken],
  ['ends before it begins', { names: sbc, from: day / 2, until: -day / 2 }, 'nobody', broken],
  ['expired twenty years ago', { names: sbc, from: -8_000 * day, until: -7_300 * day }, 'nobody', broken],
  ['below an authority that has expired', { names: sbc, under: await below({ until: -1_000 }) }, 'nobody', broken],
  ['below an authority that is not valid yet', { names: sbc, under: await below({ from: day / 2 }) }, 'nobody', broken],
  // what it is for
  ['for servers alone', { names: sbc, usage: [serverAuth] }, 'nobody', 'sent'],
  ['for clients alone', { names: sbc, usage: [clientAuth] }, taken, broken],
  ['for signing code', { names: sbc, usage: [codeSigning] }, 'nobody', broken],
  ['for mail', { names: sbc, usage: [emailProtection] }, 'nobody', broken],
  ['RFC 5280 4.2.1.12 for any purpose', { names: sbc, usage: ['2.5.29.37.0'] }, 'nobody', broken],
  ['a key that may only sign certificates', { names: sbc, keyUsage: keyCertSign }, 'nobody', broken],
  ['a key that may only encipher keys', { names: sbc, keyUsage: keyEncipherment }, 'nobody', 'sent'],
  ['a key that may sign', { names: sbc, keyUsage: digitalSignature }, taken, 'sent'],
  // who signed it
  ['of another authority', { names: sbc, under: stranger }, 'nobody', broken],
  ['of an authority with the name of ours', { names: sbc, under: impostor }, 'nobody', broken],
  ['signed by itself', { names: sbc, under: 'itself' }, 'nobody', broken],
  ['signed by itself, as an authority', { names: sbc, under: 'itself', ca: true }, 'nobody', broken],
  ['signed by a device of ours, CA:FALSE', { names: sbc, under: leaf }, 'nobody', broken],
  ['RFC 5280 4.2.1.9 our authority has none below it: path length', { names: sbc, under: await chain(pki, authority) }, 'nobody', broken],
  ['below one that is no authority', { names: sbc, under: await below({ ca: false }) }, 'nobody', broken],
  ['below one whose key may not sign certificates', { names: sbc, under: await below({ keyUsage: digitalSignature }) }, 'nobody', broken],
  ['one too many below a path length', { names: sbc, under: await below({ pathLength: 0 }, {}) }, 'nobody', broken],
  ['as many as a path length allows', { names: sbc, under: await below({ pathLength: 1 }, {}) }, taken, 'sent'],
  ['RFC 5280 4.2.1.10 a name outside what its authority may name', { names: sbc, under: await below({ extensions: [permitted('elsewhere.test')] }) }, 'nobody', broken],
  ['RFC 5280 4.2.1.10 a common name outside of it, no other', { under: await below({ extensions: [permitted('elsewhere.test')] }) }, 'nobody', broken],
  ['RFC 5280 4.2.1.10 a name within', { names: sbc, under: await below({ extensions: [permitted('test')] }) }, taken, 'sent'],
  ['a chain of 120', { names: sbc, under: await below(...Array.from({ length: 120 }, () => ({}))) }, 'nobody', broken],
  ['one bit of the signature changed', { names: sbc, tamper: (octets) => { octets[octets.length - 4]! ^= 1 } }, 'nobody', broken],
  ['a name changed after it was signed', { names: dns('sbd.test'), tamper: (octets) => { octets[octets.lastIndexOf('sbd.test') + 2] = 'c'.charCodeAt(0) } }, 'nobody', broken],
  // extensions
  ['RFC 5280 4.2 an unknown critical extension', { names: sbc, extensions: [unknown] }, 'nobody', broken],
  ['RFC 5280 4.2 the alternative names twice', { names: dns('other.test'), extensions: [second('sbc.test')] }, 'nobody', undefined],
  ['RFC 5280 4.2 the same alternative names twice', { names: sbc, extensions: [second('sbc.test')] }, 'nobody', undefined],
  ['RFC 5280 4.2 extended key usage twice', { names: sbc, usage: [codeSigning], extensions: [new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth])] }, 'nobody', undefined],
  ['alternative names that are no list', { rawNames: Buffer.from('rubbish') }, 'nobody', undefined],
  ['alternative names cut short', { rawNames: Buffer.from([0x30, 0x20, 0x82, 0x08, ...Buffer.from('sbc.test')]) }, 'nobody', undefined],
  ['an empty list of alternative names', { rawNames: raw() }, 'sbc.test: ', name],
  // weak
  ['RSA of 1024 bits', { names: sbc, key: 'RSA-1024' }, 'nobody', broken],
  ['SHA-1', { names: sbc, hash: 'SHA-1' }, 'nobody', broken],
  ['below one that was signed with SHA-1', { names: sbc, under: await below({ hash: 'SHA-1' }) }, 'nobody', broken],
  ['RFC 8446 4.2.7 a curve that TLS has not', { names: sbc, key: 'secp256k1' }, 'nobody', broken],
  // names
  ['another name', { names: dns('other.test') }, 'sbc.test: other.test', name],
  ['a longer name', { names: dns('sbc.test.evil.test') }, 'sbc.test: sbc.test.evil.test', name],
  ['a name below', { names: dns('a.sbc.test') }, 'sbc.test: a.sbc.test', name],
  ['a dot before', { names: dns('.sbc.test') }, 'sbc.test: .sbc.test', name],
  ['a dot after', { names: dns('sbc.test.') }, 'sbc.test: sbc.test.', name],
  ['RFC 5922 7.1 the common name does not count beside others', { names: dns('other.test'), commonName: 'sbc.test' }, 'sbc.test: other.test', name],
  ['RFC 5922 7.1 nor beside an e-mail address', { names: [{ type: 'email', value: 'a@sbc.test' }] }, 'sbc.test: ', name],
  ['RFC 5922 7.1 a URI with a user is no domain', { names: uri('sip:sbc.test@evil.test') }, 'sbc.test: sip:sbc.test@evil.test', name],
  ['RFC 5922 7.1 a user at our domain', { names: uri('sip:alice@sbc.test') }, 'sbc.test: sip:alice@sbc.test', name],
  ['RFC 5922 7.1 a URI with a port', { names: uri('sip:sbc.test:5061') }, 'sbc.test: sip:sbc.test:5061', name],
  ['RFC 5922 7.1 a sips URI', { names: uri('sips:sbc.test') }, 'sbc.test: sips:sbc.test', name],
  ['a URI of the web', { names: uri('https://sbc.test') }, 'sbc.test: https://sbc.test', name],
  ['RFC 5922 7.2 *.test', { names: dns('*.test') }, 'sbc.test: *.test', name],
  ['RFC 5922 7.2 s*.test', { names: dns('s*.test') }, 'sbc.test: s*.test', name],
  ['RFC 5922 7.2 sbc.*', { names: dns('sbc.*') }, 'sbc.test: sbc.*', name],
  ['RFC 5922 7.2 *', { names: dns('*') }, 'sbc.test: *', name],
  ['RFC 5922 7.2 *.sbc.test', { names: dns('*.sbc.test') }, 'sbc.test: *.sbc.test', name],
  ['RFC 5922 7.2 * in the common name', { commonName: '*.test' }, '*.test: ', name],
  ['RFC 5922 7.2 * in a URI', { names: uri('sip:*.test') }, 'sbc.test: sip:*.test', name],
  ['NUL after the name', { names: dns('sbc.test\u0000.evil.test', 'b.test') }, 'sbc.test: b.test', name],
  ['NUL at the end', { rawNames: raw(dnsName('sbc.test\u0000')) }, 'sbc.test: ', name],
  ['NUL in the common name', { commonName: 'sbc.test\u0000.evil.test' }, ': ', name],
  ['NUL in a URI', { names: uri('sip:sbc.test\u0000.evil.test') }, 'sbc.test: ', name],
  ['a comma that looks like a second name', { names: dns('x.test, DNS:sbc.test') }, 'sbc.test: ', name],
  ['a line end that looks like a second name', { rawNames: raw(dnsName('x.test\nDNS:sbc.test')) }, 'sbc.test: ', name],
  ['a quotation mark', { rawNames: raw(dnsName('"sbc.test"')) }, 'sbc.test: ', name],
  ['a space', { rawNames: raw(dnsName('sbc.test ')) }, 'sbc.test: ', name],
  ['an empty name', { rawNames: raw(dnsName('')) }, 'sbc.test: ', name],
  ['a newline in the common name', { commonName: 'a\nCN=sbc.test' }, ': ', name],
  ['two common names', { commonName: ['sbc.test', 'other.test'] }, ': ', name],
  ['the name as organisation', { commonName: '', organization: 'sbc.test' }, ': ', name],
  ['IDN: letters that look alike', { commonName: '\u0455bc.test' }, ': ', name],
  ['IDN: the same in ASCII', { names: dns('xn--bc-jlc.test') }, 'sbc.test: xn--bc-jlc.test', name],
  ['IDN: octets over 127 in a name', { rawNames: raw(dnsName('\xc5\x9fbc.test')) }, 'sbc.test: ', name],
  ['an address as a name', { names: dns('127.0.0.1') }, 'sbc.test: 127.0.0.1', name],
  ['an address of five octets', { rawNames: raw(der(0x87, Buffer.from([127, 0, 0, 1, 1]))) }, 'sbc.test: ', name],
  ['a name of 300 octets', { names: dns(`${'a.'.repeat(146)}sbc.test`) }, 'sbc.test: ', name],
  ['300 names', { names: dns(...Array.from({ length: 300 }, (_, i) => `h${i}.test`)) }, `sbc.test: ${Array.from({ length: 100 }, (_, i) => `h${i}.test`).join(' ')}`, name],
  ['a name of 150,000 octets: more than a handshake may carry', { rawNames: raw(dnsName('a'.repeat(150_000))) }, 'refused', broken],
]
/** Whoever shows a weak one has to be allowed to at the other end. */
const lax = { ciphers: 'DEFAULT:@SECLEVEL=0', sigalgs: 'ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:RSA-PSS+SHA256:RSA+SHA256:RSA+SHA1:ECDSA+SHA1:ed25519' }
const house = await openHouse({ services: ['sip-tls'], tls: pki.contexts({ trustFiles: [partnerFile] }), limits: { quarantineAt: Number.POSITIVE_INFINITY }, step: () => [] })

for (const [what, how, caller, outcome] of zoo) {
  test(`A26 a caller's certificate: ${what} → ${caller.length > 60 ? 'cut' : caller}`, async () => {
    assert.equal(await shown(await bend(how, pki)), caller)
  })
  if (outcome !== undefined) test(`A26 a hop's certificate: ${what} → ${outcome}`, async () => {
    const peer = await hop(await bend(how, pki))
    house.heard.length = 0
    assert.equal(await send(house, peer.port, 'sbc.test'), outcome)
    assert.equal(peer.got(), outcome === 'sent' ? 'x' : '')
    peer.close()
  })
}

/** Hops that are called by their address. */
const addressed: [string, Bend, string][] = [
  ['its address', { names: [{ type: 'ip', value: '127.0.0.1' }] }, 'sent'], ['another address', { names: [{ type: 'ip', value: '127.0.0.2' }] }, name],
  ['an address written as a name', { names: dns('127.0.0.1') }, name], ['an address as common name', { commonName: '127.0.0.1' }, name], ['an address as a URI', { names: uri('sip:127.0.0.1') }, name],
]
for (const [what, how, outcome] of addressed) {
  test(`A26 a hop called by its address shows ${what} → ${outcome}`, async () => {
    const peer = await hop(await bend(how, pki))
    house.heard.length = 0
    assert.equal(await send(house, peer.port, undefined), outcome)
    peer.close()
  })
}

test('A26 our own authority, shown as somebody\'s certificate, is nobody', async () => {
  assert.equal(await shown({ cert: pki.ca, key: readFileSync(join(pki.directory, 'ca.key'), 'utf8') }), 'nobody')
})

test('A26 what OpenSSL finds wrong with a stranger\'s certificate is not taken for a fault of our own key when that is read next', async () => {
  for (const how of [{ names: sbc, under: impostor }, { names: sbc, extensions: [second('x.test')] }, { rawNames: Buffer.from('rubbish') }, { names: sbc, hash: 'SHA-1' as const }]) {
    const made = await bend(how, pki)
    assert.equal(await shown(made), 'nobody')
    const again = secureContexts(pki.directory, { trustFiles: [partnerFile] }, Date.now())
    assert.ok(again.ok, JSON.stringify(again))
  }
})

test('A26 a name that was not verified does not share the connection of one that was', async () => {
  const peer = await hop(await bend({ names: sbc }, pki))
  house.heard.length = 0
  assert.equal(await send(house, peer.port, 'sbc.test'), 'sent')
  house.heard.length = 0
  assert.equal(await send(house, peer.port, 'evil.test'), name)
  peer.close()
})

test('RFC 5923 an inbound connection carries ours only under a name that its certificate shows', async () => {
  const socket = await tlsTo(house.port('tls'), { ca: pki.ca, ...await bend({ names: sbc }, pki) })
  assert.ok(typeof socket !== 'string')
  const { localPort } = socket, { flow } = await house.wait('opened', (one) => one.flow.remotePort === localPort)
  const to = { transport: 'tls', address: '127.0.0.1', port: flow.remotePort } as const
  house.edge.perform([{ do: 'sendTo', to: { ...to, name: 'evil.test' }, data: 'no', ref: 'evil' }, { do: 'sendTo', to: { ...to, name: 'sbc.test' }, data: 'yes', ref: 'good' }])
  assert.equal(String((await once(socket, 'data'))[0]), 'yes')
  await house.wait('failed', ({ ref }) => ref === 'evil')
  socket.destroy()
})

after(() => house.close())

/** Whom the door takes this for. */
async function shown({ cert, key }: Pick<Made, 'cert' | 'key'>): Promise<string> {
  const socket = await tlsTo(house.port('tls'), { ca: pki.ca, cert, key, ...lax })
  if (typeof socket === 'string') return 'refused'
  const { localPort } = socket, gone = new Promise<undefined>((resolve) => { socket.once('close', () => { resolve(undefined) }) })
  socket.resume()
  const opened = await Promise.race([house.wait('opened', (one) => one.flow.remotePort === localPort), gone])   // TLS 1.3: the client is told only afterwards
  socket.destroy()
  if (!opened) return 'refused'
  const { peer } = opened.flow
  return peer ? `${peer.subject}: ${peer.names.join(' ')}` : 'nobody'
}

async function hop({ cert, key }: Made) {
  let got = ''
  const server = createTlsServer({ cert, key, ...lax }, (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data) => { got += data.toString(); socket.write('pong') })
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as { port: number }).port, got: () => got, close: () => server.close() }
}

let refs = 0
function send(door: House, port: number, called: string | undefined): Promise<string> {
  const ref = String(++refs)
  door.edge.perform([{ do: 'sendTo', to: { transport: 'tls', address: '127.0.0.1', port, name: called }, data: 'x', ref }])
  return Promise.race([door.wait('bytes').then(() => 'sent'), door.wait('failed', (input) => input.ref === ref).then(({ why }) => why.code)])
}
