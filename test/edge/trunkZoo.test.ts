/**
 * A table of certificates at a port of trunks: who of them is let in, and who is shut out before an octet is read. Each at a port that
 * encrypts and at one that speaks NULL-SHA too, whose level lets more through. R333–R336, R349–R354; RFC 5280, 5922; A16, A22, A25, A26
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { type Bend, bend, chain, day, der, dnsName, type Made, permitted } from './certificates.ts'
import { bindingsFor, makePki, openHouse, tlsTo } from './harness.ts'
import type { TrunkSuites } from '../../src/edge/bindings.ts'
import type { Flow } from '../../src/kit/flow.ts'
import { findTrunk, indexTrunks } from '../../src/policy/trunk/find.ts'
import { completeProfile } from '../../src/policy/trunk/profile.ts'

const pki = await makePki(), stranger = await makePki()
after(() => { pki.remove(); stranger.remove() })
const { serverAuth, clientAuth, codeSigning, emailProtection } = x509.ExtendedKeyUsage, { digitalSignature, keyEncipherment, keyCertSign, cRLSign } = x509.KeyUsageFlags
const dns = (...values: string[]) => values.map((value) => ({ type: 'dns' as const, value }))
const uri = (...values: string[]) => values.map((value) => ({ type: 'url' as const, value }))
const raw = (...names: Buffer[]) => der(0x30, ...names)
const second = (name: string) => new x509.Extension('2.5.29.17', false, raw(dnsName(name)))

/** The carrier's own authority, trusted for trunks; others below it. */
const partner = await chain('itself', { commonName: 'Partner', keyUsage: keyCertSign | cRLSign }), partnerFile = join(pki.directory, 'partner.pem')
writeFileSync(partnerFile, partner.own)
const below = (...steps: Bend[]) => steps.reduce<Promise<Made>>(async (under, step, n) => bend({ commonName: `between ${n}`, usage: [], ca: true, keyUsage: keyCertSign | cRLSign, ...step, under: await under }, pki), Promise.resolve(partner))
const impostor = await chain('itself', { commonName: new x509.X509Certificate(pki.ca).subjectName.getField('CN')[0]!, keyUsage: keyCertSign | cRLSign })
const leaf = await bend({ names: dns('leaf.test'), ca: false }, pki)

/** sbc.test, an address, and as many others as 4,096 characters hold: the last one counts as the first. */
const padding = Array.from({ length: 400 }, (_, i) => `p${i}.test`).join(', ').slice(0, 4_000)
const subjects = `sbc.test; 192.0.2.9, b\u00fccher.test ${padding.slice(0, padding.lastIndexOf(','))} last.test`
const sbc = dns('sbc.test'), x = 'x.test', shut = 'shut'

/** `either`: where NULL-SHA is spoken too, if the verdict is another one there: no authority that stands between is looked at by OpenSSL. */
const zoo: [what: string, how: Bend, verdict: string, either?: string][] = [
  // who is on the list
  ['R350 the name in the common name alone', {}, 'sbc.test'],
  ['R350 the name as alternative name alone', { commonName: x, names: sbc }, 'sbc.test'],
  ['R350 without a subject', { commonName: '', names: sbc }, 'sbc.test'],
  ['R350 in both', { names: sbc }, 'sbc.test'],
  ['R351 one of several', { commonName: x, names: dns('b.test', 'sbc.test', 'c.test') }, 'sbc.test'],
  ['R353 the last name of a long list', { commonName: 'last.test' }, 'last.test'],
  ['R350 an address', { commonName: x, names: [{ type: 'ip', value: '192.0.2.9' }] }, '192.0.2.9'],
  ['RFC 5922 7.1 as a SIP URI', { commonName: x, names: uri('sip:sbc.test') }, 'sbc.test'],
  ['RFC 4343 in other letters', { commonName: x, names: dns('SBC.Test') }, 'sbc.test'],
  ['a dot after', { commonName: x, names: dns('sbc.test.') }, 'sbc.test'],
  ['RFC 5890 an A-label of a listed U-label', { commonName: x, names: dns('xn--bcher-kva.test') }, 'xn--bcher-kva.test'],
  ['for clients alone', { names: sbc, usage: [clientAuth] }, 'sbc.test'],
  ['no extended key usage', { names: sbc, usage: [] }, 'sbc.test'],
  ['a key that may sign', { names: sbc, keyUsage: digitalSignature }, 'sbc.test'],
  ['P-384', { names: sbc, key: 'P-384' }, 'sbc.test'],
  ['Ed25519', { names: sbc, key: 'Ed25519' }, 'sbc.test'],
  ['RSA of 2048 bits', { names: sbc, key: 'RSA-2048' }, 'sbc.test'],
  ['of an authority that is trusted for trunks', { names: sbc, under: partner }, 'sbc.test'],
  ['of one below it', { names: sbc, under: await below({}) }, 'sbc.test', shut],
  ['as many as a path length allows', { names: sbc, under: await below({ pathLength: 1 }, {}) }, 'sbc.test', shut],
  ['RFC 5280 4.2.1.10 a name that its authority may name', { commonName: x, names: sbc, under: await below({ extensions: [permitted('test')] }) }, 'sbc.test', shut],
  ['an empty list of alternative names', { rawNames: raw() }, 'sbc.test'],
  // time
  ['expired', { names: sbc, until: -1_000 }, shut],
  ['expired twenty years ago', { names: sbc, from: -8_000 * day, until: -7_300 * day }, shut],
  ['not yet valid', { names: sbc, from: day / 2 }, shut],
  ['ends before it begins', { names: sbc, from: day / 2, until: -day / 2 }, shut],
  ['below an authority that has expired', { names: sbc, under: await below({ until: -1_000 }) }, shut],
  ['below an authority that is not valid yet', { names: sbc, under: await below({ from: day / 2 }) }, shut],
  // what it is for
  ['for servers alone', { names: sbc, usage: [serverAuth] }, shut],
  ['for signing code', { names: sbc, usage: [codeSigning] }, shut],
  ['for mail', { names: sbc, usage: [emailProtection] }, shut],
  ['RFC 5280 4.2.1.12 for any purpose', { names: sbc, usage: ['2.5.29.37.0'] }, shut],
  ['a key that may only sign certificates', { names: sbc, keyUsage: keyCertSign }, shut],
  ['a key that may only encipher keys', { names: sbc, keyUsage: keyEncipherment }, shut],
  // who signed it
  ['of another authority', { names: sbc, under: stranger }, shut],
  ['of an authority with the name of ours', { names: sbc, under: impostor }, shut],
  ['signed by itself', { names: sbc, under: 'itself' }, shut],
  ['signed by itself, as an authority', { names: sbc, under: 'itself', ca: true }, shut],
  ['signed by a device of ours', { names: sbc, under: leaf }, shut],
  ['RFC 5280 4.2.1.9 below one of ours: our authority has none', { names: sbc, under: await chain(pki, { keyUsage: keyCertSign | cRLSign }) }, shut],
  ['below one that is no authority', { names: sbc, under: await below({ ca: false }) }, shut],
  ['below one whose key may not sign certificates', { names: sbc, under: await below({ keyUsage: digitalSignature }) }, shut],
  ['one too many below a path length', { names: sbc, under: await below({ pathLength: 0 }, {}) }, shut],
  ['RFC 5280 4.2.1.10 a name outside of what its authority may name', { names: sbc, under: await below({ extensions: [permitted('elsewhere.test')] }) }, shut],
  ['a chain of 120', { names: sbc, under: await below(...Array.from({ length: 120 }, () => ({}))) }, shut],
  ['one bit of the signature changed', { names: sbc, tamper: (octets) => { octets[octets.length - 4]! ^= 1 } }, shut],
  ['a name changed after it was signed', { commonName: x, names: dns('sbd.test'), tamper: (octets) => { octets[octets.lastIndexOf('sbd.test') + 2] = 'c'.charCodeAt(0) } }, shut],
  // extensions
  ['RFC 5280 4.2 an unknown critical extension', { names: sbc, extensions: [new x509.Extension('1.3.6.1.4.1.99999.1', true, der(0x04, 'x'))] }, shut],
  ['RFC 5280 4.2 the alternative names twice', { commonName: x, names: dns('other.test'), extensions: [second('sbc.test')] }, shut],
  ['RFC 5280 4.2 extended key usage twice', { names: sbc, usage: [codeSigning], extensions: [new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth])] }, shut],
  ['alternative names that are no list', { rawNames: Buffer.from('rubbish') }, shut],
  ['alternative names cut short', { rawNames: Buffer.from([0x30, 0x20, 0x82, 0x08, ...Buffer.from('sbc.test')]) }, shut],
  // weak
  ['RSA of 1024 bits', { names: sbc, key: 'RSA-1024' }, shut],
  ['SHA-1', { names: sbc, hash: 'SHA-1' }, shut],
  ['below one that was signed with SHA-1', { names: sbc, under: await below({ hash: 'SHA-1' }) }, shut],
  ['two below one that was signed with SHA-1', { names: sbc, under: await below({ hash: 'SHA-1' }, {}) }, shut],
  // names that are nearly right
  ['another name', { commonName: x, names: dns('other.test') }, shut],
  ['a longer name', { commonName: x, names: dns('sbc.test.evil.test') }, shut],
  ['a name below', { commonName: x, names: dns('a.sbc.test') }, shut],
  ['a dot before', { commonName: x, names: dns('.sbc.test') }, shut],
  ['RFC 5922 7.2 *.test', { commonName: x, names: dns('*.test') }, shut],
  ['RFC 5922 7.2 s*.test', { commonName: x, names: dns('s*.test') }, shut],
  ['RFC 5922 7.2 *', { commonName: x, names: dns('*') }, shut],
  ['RFC 5922 7.2 * in the common name', { commonName: '*.test' }, shut],
  ['RFC 5922 7.2 * in a URI', { commonName: x, names: uri('sip:*.test') }, shut],
  ['RFC 5922 7.1 a user at the domain', { commonName: x, names: uri('sip:alice@sbc.test') }, shut],
  ['RFC 5922 7.1 a URI with a user that looks like the domain', { commonName: x, names: uri('sip:sbc.test@evil.test') }, shut],
  ['RFC 5922 7.1 a URI with a port', { commonName: x, names: uri('sip:sbc.test:5061') }, shut],
  ['a URI of the web', { commonName: x, names: uri('https://sbc.test') }, shut],
  ['an e-mail address', { commonName: x, names: [{ type: 'email', value: 'a@sbc.test' }] }, shut],
  ['NUL after the name', { commonName: x, names: dns('sbc.test\u0000.evil.test') }, shut],
  ['NUL at the end', { commonName: x, rawNames: raw(dnsName('sbc.test\u0000')) }, shut],
  ['NUL in the common name', { commonName: 'sbc.test\u0000.evil.test' }, shut],
  ['NUL in a URI', { commonName: x, names: uri('sip:sbc.test\u0000.evil.test') }, shut],
  ['a comma that looks like a second name', { commonName: x, names: dns('x.test, DNS:sbc.test') }, shut],
  ['a line end that looks like a second name', { commonName: x, rawNames: raw(dnsName('x.test\nDNS:sbc.test')) }, shut],
  ['a quotation mark', { commonName: x, rawNames: raw(dnsName('"sbc.test"')) }, shut],
  ['a space', { commonName: x, rawNames: raw(dnsName('sbc.test ')) }, shut],
  ['a newline in the common name', { commonName: 'a\nCN=sbc.test' }, shut],
  ['two common names', { commonName: ['sbc.test', 'other.test'] }, shut],
  ['the name as organisation', { commonName: '', organization: 'sbc.test' }, shut],
  ['IDN: letters that look alike', { commonName: '\u0455bc.test' }, shut],
  ['IDN: octets over 127', { commonName: x, rawNames: raw(dnsName('b\xc3\xbccher.test')) }, shut],
  ['another address', { commonName: x, names: [{ type: 'ip', value: '192.0.2.10' }] }, shut],
  ['an address of five octets', { commonName: x, rawNames: raw(der(0x87, Buffer.from([192, 0, 2, 9, 1]))) }, shut],
  ['a separator of the list', { commonName: 'sbc.test;' }, shut],
  ['two listed names as one', { commonName: 'sbc.test; 192.0.2.9' }, shut],
  ['the name behind 300 others', { commonName: x, names: dns(...Array.from({ length: 300 }, (_, i) => `h${i}.test`), 'sbc.test') }, shut],
  ['a name of 300 octets', { commonName: x, names: dns(`${'a.'.repeat(146)}sbc.test`) }, shut],
]

const lax = { ciphers: 'DEFAULT:@SECLEVEL=0', sigalgs: 'ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:RSA-PSS+SHA256:RSA+SHA256:RSA+SHA1:ECDSA+SHA1:ed25519' }

/** A port of its own with the one trunk; what was let in is noted by the name that it was known by. */
async function openPort(suites: TrunkSuites) {
  const known: string[] = []
  const welcome = (flow: Flow): boolean => {
    const profile = completeProfile({ name: 'Zoo', deviceSecurityMode: 'encrypted', incomingPort: flow.localPort, secureCertificateSubjects: subjects })
    const found = findTrunk(indexTrunks([{ name: 'sbc', profile, destinations: [] }]), { source: flow.remoteAddress, sourcePort: flow.remotePort, transport: flow.transport, incomingPort: flow.localPort, peer: flow.peer, nullCipher: flow.nullCipher })
    if (found.is === 'trunk') known.push(found.name)
    return found.is === 'trunk'
  }
  const bindings = bindingsFor(['sip-tls']).map((binding) => ({ ...binding, name: 'sip-trunk-0', trunks: { only: true, suites } }))
  const house = await openHouse({ bindings, welcome, tls: pki.contexts({ trunkTrustFiles: [partnerFile] }), limits: { quarantineAt: Number.POSITIVE_INFINITY } })
  after(() => house.close())
  return { house, known }
}
const ports = { encrypting: await openPort('encrypting'), either: await openPort('either') }

/** The name that it is known by once it has said something and was answered. */
async function shown({ house, known }: typeof ports.either, made: Pick<Made, 'cert' | 'key'> | undefined, options: object = lax): Promise<string> {
  known.length = 0
  house.heard.length = 0
  const socket = await tlsTo(house.port('tls'), { ca: pki.ca, ...(made ? { cert: made.cert, key: made.key } : {}), ...options })
  if (typeof socket === 'string') return shut
  const heard = new Promise<string>((resolve) => { socket.once('data', () => { resolve(known[0] ?? 'unknown') }); socket.once('close', () => { resolve(shut) }) })
  socket.write('OPTIONS')
  const verdict = await heard
  socket.destroy()
  assert.equal(house.heard.some(({ is }) => is === 'opened' || is === 'bytes'), verdict !== shut, 'who is shut out is not heard')
  return verdict
}

for (const [what, how, verdict, either = verdict] of zoo) {
  test(`A26 at a port of trunks: ${what} → ${verdict}`, async () => {
    const made = await bend(how, pki)
    assert.deepEqual([await shown(ports.encrypting, made), await shown(ports.either, made)], [verdict, either])
  })
}

test('A16 A25 no certificate at all is shut out, whatever suites it speaks', async () => {
  assert.deepEqual([await shown(ports.encrypting, undefined), await shown(ports.either, undefined)], [shut, shut])
})

test('R336 A22 the right certificate of an encrypted trunk over NULL-SHA is shut out where both are spoken', async () => {
  const plain = { ciphers: 'NULL-SHA:@SECLEVEL=0', maxVersion: 'TLSv1.2' }
  assert.equal(await shown(ports.either, await bend({ names: sbc }, pki), plain), shut)
  assert.equal(await shown(ports.encrypting, await bend({ names: sbc }, pki), plain), shut)
})
