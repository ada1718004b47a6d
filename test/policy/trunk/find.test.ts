/** Whose request is this: by address and port, by certificate and port, or nobody's. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findTrunk, indexTrunks, type RequestSource, type Trunk } from '../../../src/policy/trunk/find.ts'
import { certificate, from, trunk } from './sample.ts'

function found(trunks: readonly Trunk[], given: Partial<RequestSource>): string {
  const answer = findTrunk(indexTrunks(trunks), from(given))
  return answer.is === 'trunk' ? `${answer.trunk.name} by ${answer.by} ${answer.name}` : `${answer.answer} ${answer.counter} ${answer.problem.code.replace('policy.trunk.', '')}`
}

test('R333 R338 a clear trunk is known by the address of a destination and the incoming port, over TCP and UDP', () => {
  const trunks = [trunk('a', {}, '192.0.2.10', '2001:DB8::0:10'), trunk('b', {}, '192.0.2.20')]
  for (const transport of ['udp', 'tcp'] as const) {
    assert.equal(found(trunks, { transport }), 'a by address 192.0.2.10')
    assert.equal(found(trunks, { transport, source: '2001:db8::10' }), 'a by address 2001:db8::10')
    assert.equal(found(trunks, { transport, source: '::FFFF:192.0.2.20' }), 'b by address 192.0.2.20')
  }
})

test('A1 A12 an address with a zone is read as it is, and is no other address', () => {
  assert.equal(found([trunk('a', {}, 'fe80::1')], { source: 'fe80::1%eth0' }), 'silence sip_unknown_source_total unknownSource')
  assert.equal(found([trunk('a', {}, 'FE80::1%eth0')], { source: 'fe80::1%eth0', transport: 'tcp' }), 'a by address fe80::1%eth0')
  assert.equal(found([trunk('a', { deviceSecurityMode: 'encrypted', secureCertificateSubjects: 'x.test' })], { source: 'fe80::1%eth0', transport: 'tls', incomingPort: 5061, peer: certificate('fe80::1%eth0', 'x.test') }), 'a by certificate x.test')
})

test('R333 addresses that a destination\'s name stands for count as well', () => {
  const named: Trunk = { ...trunk('a', {}), destinations: [{ address: 'Carrier.test', port: 5060, resolved: ['198.51.100.1', '198.51.100.2'] }] }
  assert.equal(found([named], { source: '198.51.100.2' }), 'a by address 198.51.100.2')
})

test('A42 A11 nobody: silence for a datagram, no handshake for TLS, 403 for the rest, and a counter each', () => {
  const trunks = [trunk('a', {}), trunk('s', { deviceSecurityMode: 'encrypted', secureCertificateSubjects: 'sbc.test' })], source = '203.0.113.9'
  assert.equal(found(trunks, { source }), 'silence sip_unknown_source_total unknownSource')
  assert.equal(found(trunks, { source, transport: 'tcp' }), 'refuse sip_unknown_source_total unknownSource')
  assert.equal(found(trunks, { source, transport: 'tls', incomingPort: 5061 }), 'noHandshake sip_unknown_subject_total noCertificate')
  assert.equal(found(trunks, { source, transport: 'tls', incomingPort: 5061, peer: certificate('evil.test') }), 'noHandshake sip_unknown_subject_total unknownSubject')
  assert.equal(found(trunks, { incomingPort: 5061, transport: 'tcp' }), 'refuse sip_unknown_source_total unknownSource')
  for (const transport of ['ws', 'wss'] as const) assert.equal(found(trunks, { transport }), 'refuse sip_unknown_source_total unknownSource')
})

test('R354 R350 TLS is known by the certificate of the connection and the port, wherever it comes from', () => {
  const trunks = [trunk('a', { deviceSecurityMode: 'encrypted', secureCertificateSubjects: 'sbc1.test' }), trunk('b', { deviceSecurityMode: 'encrypted', incomingPort: 5071, secureCertificateSubjects: 'sbc1.test' })]
  const given = { transport: 'tls', source: '203.0.113.9', peer: certificate('x', 'sbc1.test') } as const
  assert.equal(found(trunks, { ...given, incomingPort: 5061 }), 'a by certificate sbc1.test')
  assert.equal(found(trunks, { ...given, incomingPort: 5071 }), 'b by certificate sbc1.test')
  assert.equal(found(trunks, { ...given, incomingPort: 5081 }), 'noHandshake sip_unknown_subject_total unknownSubject')
})

test('R359 several trunks to one address are told apart by their incoming ports', () => {
  const trunks = [trunk('a', {}), trunk('b', { incomingPort: 5065 })]
  assert.equal(found(trunks, {}), 'a by address 192.0.2.10')
  assert.equal(found(trunks, { incomingPort: 5065 }), 'b by address 192.0.2.10')
})

test('R300 A12 trunks of one profile: the port of the other side or its names tell them apart, and nothing is guessed', () => {
  const [a, b] = [5071, 5072].map((port, i): Trunk => ({ ...trunk('ab'[i]!, { name: 'one' }), destinations: [{ address: '192.0.2.10', port }] }))
  assert.equal(found([a!, b!], { sourcePort: 5072 }), 'b by address 192.0.2.10')
  assert.equal(found([a!, b!], { sourcePort: 40_000 }), 'silence sip_unknown_source_total ambiguous')
  const secure = { deviceSecurityMode: 'encrypted', name: 'one', secureCertificateSubjects: 'sbc1.test sbc2.test ha.test' } as const, trunks = [trunk('c', secure, 'sbc1.test'), trunk('d', secure, 'sbc2.test', '192.0.2.44')]
  const over = { transport: 'tls', incomingPort: 5061, source: '203.0.113.9' } as const
  assert.equal(found(trunks, { ...over, peer: certificate('sbc2.test') }), 'd by certificate sbc2.test')
  assert.equal(found(trunks, { ...over, peer: certificate('ha.test') }), 'noHandshake sip_unknown_subject_total ambiguous')
  assert.equal(found(trunks, { ...over, peer: certificate('ha.test'), source: '192.0.2.44' }), 'd by certificate ha.test')
})

test('R336 A22 NULL-SHA alone for an authenticated trunk, and never for an encrypted one that shares its port', () => {
  const trunks = [trunk('plain', { deviceSecurityMode: 'authenticated', secureCertificateSubjects: 'old.test' }), trunk('secret', { deviceSecurityMode: 'encrypted', secureCertificateSubjects: 'new.test' })]
  const over = (subject: string, nullCipher: boolean) => found(trunks, { transport: 'tls', incomingPort: 5061, peer: certificate(subject), nullCipher })
  assert.equal(over('old.test', true), 'plain by certificate old.test')
  assert.equal(over('old.test', false), 'noHandshake sip_unknown_subject_total nullOnly')
  assert.equal(over('new.test', false), 'secret by certificate new.test')
  assert.equal(over('new.test', true), 'noHandshake sip_unknown_subject_total notEncrypted')
})

test('R356 port 0: nothing comes in; a profile without names lets no certificate in', () => {
  assert.equal(found([trunk('a', { incomingPort: 0 })], { incomingPort: 0 }), 'silence sip_unknown_source_total unknownSource')
  assert.equal(found([trunk('a', { deviceSecurityMode: 'encrypted' })], { transport: 'tls', incomingPort: 5061, peer: certificate('', 'a.test') }), 'noHandshake sip_unknown_subject_total unknownSubject')
})

test('A17 what one request costs does not grow with the trunks', () => {
  const many = Array.from({ length: 5_000 }, (_, i) => trunk(`t${i}`, {}, `10.0.${i >> 8}.${i & 255}`)), index = indexTrunks(many)
  assert.equal(index.byAddress.size, 5_000)
  for (const [i, one] of many.entries()) assert.deepEqual(findTrunk(index, from({ source: `10.0.${i >> 8}.${i & 255}` })), { is: 'trunk', trunk: one, by: 'address', name: `10.0.${i >> 8}.${i & 255}` })
})

const profiles = fc.record({ deviceSecurityMode: fc.constantFrom('nonSecure', 'authenticated', 'encrypted'), incomingPort: fc.constantFrom(0, 5060, 5061), secureCertificateSubjects: fc.subarray(['a.test', 'b.test', 'c.test']).map((names) => names.join(';')) })
const someTrunks = fc.array(fc.tuple(profiles, fc.subarray(['192.0.2.1', '192.0.2.2', 'a.test']), fc.nat(2)), { maxLength: 6 })
  .map((list) => list.map(([given, addresses, name], i) => trunk(`t${i}`, { ...given, ...(i % 2 ? {} : { name: `profile ${name}` }) }, ...addresses)))
const someSource: fc.Arbitrary<RequestSource> = fc.record({
  source: fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.10', '::1'), sourcePort: fc.constantFrom(5060, 40_000), transport: fc.constantFrom('udp', 'tcp', 'tls', 'ws', 'wss'), incomingPort: fc.constantFrom(0, 5060, 5061),
  peer: fc.option(fc.constantFrom(certificate('a.test'), certificate('', 'b.test', 'sip:c.test'), certificate('*.test', '*.test'), certificate('')), { nil: undefined }), nullCipher: fc.boolean(),
})

test('A12 property: a request is a trunk\'s by an exact address and port or by a name of its certificate and port, and by nothing else', () => {
  const byWhat = new Map<string, number>()
  fc.assert(fc.property(someTrunks, someSource, (trunks, request) => {
    const answer = findTrunk(indexTrunks(trunks), request), isTls = request.transport === 'tls'
    byWhat.set(answer.is === 'trunk' ? answer.by : answer.problem.code, 1 + (byWhat.get(answer.is === 'trunk' ? answer.by : answer.problem.code) ?? 0))
    if (answer.is === 'nobody') return
    const { profile, destinations } = answer.trunk
    assert.ok(profile.incomingPort === request.incomingPort && request.incomingPort !== 0)
    assert.equal(profile.deviceSecurityMode === 'nonSecure', !isTls)
    if (!isTls) { assert.ok(['udp', 'tcp'].includes(request.transport) && destinations.some(({ address }) => address === request.source)); return }
    assert.equal(profile.deviceSecurityMode === 'authenticated', request.nullCipher)
    assert.ok(profile.secureCertificateSubjects.split(';').some((name) => [request.peer?.subject, ...request.peer?.names ?? []].some((one) => one === name || one === `sip:${name}`)))
  }), { numRuns: 20_000, seed: 12 })
  for (const by of ['address', 'certificate', 'policy.trunk.ambiguous']) assert.ok((byWhat.get(by) ?? 0) > 50, `${by}: ${byWhat.get(by)}`)
})
