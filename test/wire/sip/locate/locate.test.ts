/** Locating, as a table: a zone, a target, and the hops in their order. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { DnsRecord, DnsReply } from '../../../../src/kit/dns.ts'
import type { Transport } from '../../../../src/kit/flow.ts'
import { hopFailed, hopWorked, inOrder, newDnsCache, newFailedHops, newLocator, type LocateOutput, type LocatorSetup, type Target } from '../../../../src/wire/sip/locate/index.ts'
import { maxHops, maxHosts } from '../../../../src/wire/sip/locate/locate.ts'
import { recall, remember } from '../../../../src/wire/sip/locate/cache.ts'
import { domainName, isIPv6, literal } from '../../../../src/wire/sip/locate/names.ts'
import { drawnSrv } from '../../../../src/wire/sip/locate/records.ts'
import { seeded } from '../digest/scene.ts'

type Zone = Record<string, DnsRecord[] | 'timeout' | 'failed'>
const a = (address: string): DnsRecord => ({ type: 'A', address })
const aaaa = (address: string): DnsRecord => ({ type: 'AAAA', address })
const srv = (priority: number, weight: number, port: number, target: string): DnsRecord => ({ type: 'SRV', priority, weight, port, target })
const naptr = (order: number, preference: number, flags: string, service: string, replacement: string, regexp = ''): DnsRecord => ({ type: 'NAPTR', order, preference, flags, service, replacement, regexp })

function setup(more: Partial<LocatorSetup> = {}): LocatorSetup {
  return { random: seeded(), cache: newDnsCache(), transports: ['udp', 'tcp', 'tls'], families: ['IPv4', 'IPv6'], ...more }
}

/** Answers every question from the zone; what is said at the end, and what was asked for. */
function locate(zone: Zone, target: Partial<Target>, given = setup(), now = 0): { end: string; asked: string[] } {
  const locator = newLocator(given), { state, outputs } = locator.start({ host: 'example.test', secure: false, ...target }, now)
  const asked: string[] = [], queue: LocateOutput[] = [...outputs]
  for (let output = queue.shift(); output; output = queue.shift()) {
    if (output.do === 'notFound') return { end: output.problem.code.slice('sip.locate'.length), asked }
    if (output.do === 'found') return { end: output.hops.map((h) => `${h.transport} ${h.address} ${h.port}${h.name ? ` ${h.name}` : ''}`).join(', '), asked }
    asked.push(`${output.type} ${output.name}`)
    const said = zone[`${output.type} ${output.name}`]
    const reply: DnsReply = said === undefined ? { is: 'noAnswer', why: 'notFound' } : typeof said === 'string' ? { is: 'noAnswer', why: said } : { is: 'answer', records: said, ttl: 60 }
    queue.push(...locator.step(state, now, { ...reply, id: output.id }))
  }
  return { end: `waits until ${state.wakeAt}`, asked }
}

/** The example of RFC 3263 4.1, with addresses. */
const rfc: Zone = {
  'NAPTR example.test': [naptr(100, 50, 's', 'SIP+D2U', '_sip._udp.example.test'), naptr(50, 50, 's', 'SIPS+D2T', '_sips._tcp.example.test'), naptr(90, 50, 's', 'SIP+D2T', '_sip._tcp.example.test')],
  'SRV _sips._tcp.example.test': [srv(0, 1, 5061, 'server1.example.test')],
  'SRV _sip._tcp.example.test': [srv(0, 1, 5060, 'server1.example.test'), srv(1, 2, 5070, 'server2.example.test')],
  'SRV _sip._udp.example.test': [srv(0, 1, 5060, 'server2.example.test')],
  'A server1.example.test': [a('192.0.2.1')], 'AAAA server1.example.test': [aaaa('2001:db8::1')], 'A server2.example.test': [a('192.0.2.2')],
  'A example.test': [a('192.0.2.9')],
}
const noNaptr: Zone = Object.fromEntries(Object.entries(rfc).filter(([key]) => !key.startsWith('NAPTR')))
const onlyA: Zone = { 'A example.test': [a('192.0.2.9'), a('192.0.2.8')] }

const rows: [name: string, zone: Zone, target: Partial<Target>, expected: string, given?: Partial<LocatorSetup>][] = [
  ['4.1 an IPv4 address: udp, default port', {}, { host: '192.0.2.5' }, 'udp 192.0.2.5 5060'],
  ['4.1 an IPv6 address and port', {}, { host: '[2001:DB8::5]', port: 5080 }, 'udp 2001:db8::5 5080'],
  ['4.1 an address with sips: tls, by its address', {}, { host: '192.0.2.5', secure: true }, 'tls 192.0.2.5 5061 192.0.2.5'],
  ['4.1 a port: no service is looked up', rfc, { port: 5099 }, 'udp 192.0.2.9 5099'],
  ['4.1 a port with sips', rfc, { port: 5099, secure: true }, 'tls 192.0.2.9 5099 example.test'],
  ['4.1 NAPTR in its order, SRV, A and AAAA', rfc, {}, 'tls 192.0.2.1 5061 example.test, tls 2001:db8::1 5061 example.test, tcp 192.0.2.1 5060, tcp 2001:db8::1 5060, tcp 192.0.2.2 5070, udp 192.0.2.2 5060'],
  ['4.1 NAPTR with sips: TLS alone', rfc, { secure: true }, 'tls 192.0.2.1 5061 example.test, tls 2001:db8::1 5061 example.test'],
  ['4.1 services that we do not speak are passed over', rfc, {}, 'udp 192.0.2.2 5060', { transports: ['udp'] }],
  ['4.1 IPv6 first, IPv4 never', rfc, { secure: true }, 'tls 2001:db8::1 5061 example.test', { families: ['IPv6'] }],
  ['4.1 a domain that offers none of ours', { ...rfc, 'NAPTR example.test': [naptr(1, 1, 's', 'SIP+D2U', '_sip._udp.example.test')] }, { secure: true }, 'Transport'],
  ['4.1 NAPTR of other services are as none', { ...onlyA, 'NAPTR example.test': [naptr(1, 1, 'u', 'E2U+sip', '', '!.*!sip:x@y!')] }, {}, 'udp 192.0.2.9 5060, udp 192.0.2.8 5060'],
  ['4.1 no NAPTR: SRV of every transport in our order', noNaptr, {}, 'udp 192.0.2.2 5060, tcp 192.0.2.1 5060, tcp 2001:db8::1 5060, tcp 192.0.2.2 5070, tls 192.0.2.1 5061 example.test, tls 2001:db8::1 5061 example.test'],
  ['4.1 no NAPTR with sips', noNaptr, { secure: true }, 'tls 192.0.2.1 5061 example.test, tls 2001:db8::1 5061 example.test'],
  ['4.2 a transport: its SRV alone', rfc, { transport: 'tcp' }, 'tcp 192.0.2.1 5060, tcp 2001:db8::1 5060, tcp 192.0.2.2 5070'],
  ['4.2 transport=tcp of sips is TLS', rfc, { transport: 'tcp', secure: true }, 'tls 192.0.2.1 5061 example.test, tls 2001:db8::1 5061 example.test'],
  ['4.2 neither NAPTR nor SRV: udp and the default port', onlyA, {}, 'udp 192.0.2.9 5060, udp 192.0.2.8 5060'],
  ['4.2 the same with sips: tls', onlyA, { secure: true }, 'tls 192.0.2.9 5061 example.test, tls 192.0.2.8 5061 example.test'],
  ['RFC 7118 5 wss without a port', onlyA, { transport: 'wss' }, 'wss 192.0.2.9 443 example.test, wss 192.0.2.8 443 example.test', { transports: ['wss'] }],
  ['A22 sips with transport=udp', rfc, { transport: 'udp', secure: true }, 'Transport'],
  ['a transport that we do not speak', rfc, { transport: 'tls' }, 'Transport', { transports: ['udp'] }],
  ['RFC 2782 the root as target: not available, and no falling back', { ...onlyA, 'SRV _sip._tcp.example.test': [srv(0, 0, 0, '.')] }, { transport: 'tcp' }, 'Unavailable'],
  ['A22 silence of the name server is no reason to leave TLS or the SRV port', { ...onlyA, 'SRV _sip._tcp.example.test': 'timeout' }, { transport: 'tcp' }, 'NoAnswer'],
  ['an SRV that leads nowhere', { ...rfc, 'A server2.example.test': [] }, {}, 'NotFound', { transports: ['udp'] }],
  ['nothing at all', {}, {}, 'NotFound'],
  ['a name server that fails', { 'A example.test': 'failed' }, {}, 'NoAnswer'],
  ['A25 not a name', {}, { host: 'exa mple.test' }, 'Name'],
  ['A25 a broken address', {}, { host: '192.0.2.256' }, 'Name'],
  ['A25 RFC 3403 4.1 NAPTR records in a ring', { 'NAPTR example.test': [naptr(1, 1, '', 'SIP+D2U', 'b.test')], 'NAPTR b.test': [naptr(1, 1, '', 'SIP+D2U', 'EXAMPLE.test.')] }, {}, 'Loop'],
  ['A25 a chain without end', Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`NAPTR ${i ? `c${i}` : 'example'}.test`, [naptr(1, 1, '', 'SIP+D2U', `c${i + 1}.test`)]])), {}, 'Loop'],
  ['RFC 3403 4.1 a chain of two', { ...rfc, 'NAPTR example.test': [naptr(1, 1, '', 'SIP+D2U', 'b.test')], 'NAPTR b.test': [naptr(1, 1, 's', 'SIP+D2U', '_sip._udp.example.test')] }, {}, 'udp 192.0.2.2 5060'],
  ['A25 records that are none', { ...onlyA, 'SRV _sip._udp.example.test': [srv(-1, 0, 5060, 'x.test'), srv(0, 0, 70000, 'x.test'), srv(0, 0, 0, 'x.test'), srv(0, 0, 5060, 'x y')], 'A example.test': [a('1.2.3'), a('192.0.2.9')] }, { transport: 'udp' }, 'udp 192.0.2.9 5060'],
]
for (const [name, zone, target, expected, given] of rows) {
  test(`RFC 3263 ${name}`, () => assert.equal(locate(zone, target, setup(given)).end, expected))
}

test('A25 a zone of a thousand hosts is cut to what is named', () => {
  const zone: Zone = { 'SRV _sip._udp.example.test': Array.from({ length: 1000 }, (_, i) => srv(i, 0, 5060, `h${i}.test`)) }
  for (let i = 0; i < 1000; i++) zone[`A h${i}.test`] = Array.from({ length: 100 }, (_, k) => a(`10.0.${i % 256}.${k}`))
  const { end, asked } = locate(zone, { transport: 'udp' })
  assert.equal(end.split(', ').length, maxHops)
  assert.equal(asked.length, 1 + 2 * maxHosts)
})

test('RFC 3263 4: what was asked is not asked again within its time, and then it is', () => {
  const given = setup()
  assert.equal(locate(rfc, {}, given).asked.length, 8)
  assert.deepEqual(locate(rfc, {}, given, 29_999).asked, [])
  assert.deepEqual(locate(rfc, {}, given, 30_000).asked, ['AAAA server2.example.test'])   // RFC 2308: that it is missing is kept half a minute
  assert.deepEqual(locate(rfc, {}, given, 59_999).asked, [])
  assert.equal(locate(rfc, {}, given, 60_000).asked.length, 8)
})

test('A25 the cache is bounded, keeps no failure, and nothing beyond a day', () => {
  const cache = newDnsCache(2), reply = (ttl: number): DnsReply => ({ is: 'answer', records: [a('192.0.2.1')], ttl })
  for (const name of ['a', 'b', 'c']) remember(cache, 0, 'A', name, reply(1e9))
  assert.deepEqual(['a', 'b', 'c'].map((name) => recall(cache, 86_399_999, 'A', name) !== undefined), [false, true, true])
  assert.equal(recall(cache, 86_400_000, 'A', 'c'), undefined)
  remember(cache, 0, 'A', 'd', { is: 'noAnswer', why: 'timeout' })
  remember(cache, 0, 'A', 'e', reply(0))
  assert.deepEqual([recall(cache, 0, 'A', 'd'), recall(cache, 0, 'A', 'e')], [undefined, undefined])
})

test('A25 answers that are late, doubled or of another question change nothing; silence ends in its time', () => {
  const given = setup(), locator = newLocator(given), { state, outputs } = locator.start({ host: 'example.test', secure: false, transport: 'udp' }, 0)
  assert.deepEqual(outputs, [{ do: 'ask', id: 1, type: 'SRV', name: '_sip._udp.example.test' }])
  assert.deepEqual(locator.step(state, 1, { is: 'answer', id: 7, records: [], ttl: 1 }), [])
  const next = locator.step(state, 2, { is: 'answer', id: 1, records: [a('192.0.2.66'), srv(0, 0, 5062, 'x.test')], ttl: 1 })
  assert.deepEqual(next.map((o) => o.do === 'ask' && o.type), ['A', 'AAAA'])
  assert.deepEqual(locator.step(state, 3, { is: 'answer', id: 1, records: [], ttl: 1 }), [])
  assert.deepEqual(locator.step(state, 4, { is: 'answer', id: 2, records: [a('192.0.2.1')], ttl: 1 }), [])
  assert.deepEqual(locator.step(state, state.wakeAt! - 1, { is: 'wake' }), [])
  assert.deepEqual(locator.step(state, state.wakeAt!, { is: 'wake' }), [{ do: 'found', hops: [{ transport: 'udp', address: '192.0.2.1', port: 5062 }] }])
  assert.equal(state.wakeAt, undefined)
  assert.deepEqual(locator.step(state, 9_999, { is: 'answer', id: 3, records: [], ttl: 1 }), [])
})

test('RFC 2782: priorities in order, weights by their share, each record once', () => {
  const random = seeded(11), records = [srv(2, 1, 1, 'late'), srv(1, 0, 1, 'zero'), srv(1, 30, 1, 'light'), srv(1, 90, 1, 'heavy')].map((r) => r as Extract<DnsRecord, { type: 'SRV' }>)
  const first: Record<string, number> = {}
  for (let i = 0; i < 4000; i++) {
    const order = drawnSrv(records, random).map((r) => r.target)
    assert.deepEqual([[...order].sort(), order[3]], [['heavy', 'late', 'light', 'zero'], 'late'])
    first[order[0]!] = (first[order[0]!] ?? 0) + 1
  }
  assert.ok(first.heavy! > 2800 && first.heavy! < 3150, `heavy was first ${first.heavy} of 4000 times`)
  assert.ok(first.light! > 850 && first.light! < 1150, `light was first ${first.light} of 4000 times`)
  assert.ok((first.zero ?? 0) < 100)
})

test('RFC 3263 4.3: hops that failed come last until their pause is over; it doubles, and success forgets it', () => {
  const hops = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) => ({ transport: 'udp' as Transport, address, port: 5060 })), [h1, h2, h3] = hops as [typeof hops[0], typeof hops[0], typeof hops[0]]
  const failed = newFailedHops(2), ends = (now: number) => inOrder(failed, now, hops).map((h) => h.address.slice(-1)).join('')
  hopFailed(failed, 0, h1)
  assert.deepEqual([ends(0), ends(29_999), ends(30_000)], ['231', '231', '123'])
  hopFailed(failed, 30_000, h1)
  hopFailed(failed, 31_000, h2)
  assert.deepEqual([ends(60_000), ends(61_000), ends(90_000)], ['321', '231', '123'])
  hopWorked(failed, h1)
  assert.equal(ends(31_001), '132')
  hopFailed(failed, 32_000, h1)
  hopFailed(failed, 33_000, h3)
  assert.equal(failed.hops.size, 2)
})

test('RFC 3261 25.1: addresses and names', () => {
  for (const [text, is] of [['::', true], ['::1', true], ['1::', true], ['1:2:3:4:5:6:7:8', true], ['::ffff:192.0.2.1', true], ['1:2:3:4:5:6:192.0.2.1', true], ['1:2:3:4:5:6:7::', true],
    [':::', false], ['1::2::3', false], ['1:2:3:4:5:6:7', false], ['1:2:3:4:5:6:7:8:9', false], ['1:2:3:4:5:6:7:8::', false], ['12345::', false], ['g::', false], ['::192.0.2', false], [':1', false], ['1.2.3.4::', false], ['fe80::1%eth0', false]] as const) {
    assert.equal(isIPv6(text), is, text)
  }
  for (const text of ['010.0.0.1', '1.2.3.4.5', '1.2.3', '0x7f.0.0.1', '[192.0.2.1]', '1.2.3.256', '']) assert.equal(literal(text), undefined, text)
  for (const text of ['', '.', 'a..b', '-a.b', 'a-.b', 'a b', '1.2.3', `${'a'.repeat(64)}.b`, `${'a.'.repeat(127)}aa`, 'a\0.b', '\xe4.test']) assert.equal(domainName(text), undefined, text)
  assert.equal(domainName('_Sip._UDP.Example.Test.'), '_sip._udp.example.test')
})

test('A1 A25 no record and no host throws, or gives a hop that leaves TLS', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('example.test', '_sips._tcp.example.test', '.', '', 's', 'SIPS+D2T', 'SIP+D2U', '192.0.2.1', '__proto__'))
  const number = fc.oneof(fc.integer(), fc.constantFrom(0, 1, 5060, Number.NaN))
  const record = fc.oneof(
    fc.record({ type: fc.constant('A' as const), address: text }), fc.record({ type: fc.constant('SRV' as const), priority: number, weight: number, port: number, target: text }),
    fc.record({ type: fc.constant('NAPTR' as const), order: number, preference: number, flags: text, service: text, regexp: fc.constantFrom('', 'x'), replacement: text }))
  fc.assert(fc.property(fc.array(record, { maxLength: 12 }), fc.oneof(fc.constant('example.test'), text), (records, host) => {
    const locator = newLocator(setup()), { state, outputs } = locator.start({ host, secure: true }, 0)
    const queue = [...outputs]
    for (let output = queue.shift(), n = 0; output; output = queue.shift(), n++) {
      assert.ok(n < 100)
      if (output.do === 'found') for (const hop of output.hops) assert.ok(hop.transport === 'tls' && hop.name !== undefined && hop.port > 0 && hop.port < 65536)
      if (output.do === 'ask') queue.push(...locator.step(state, 0, { is: 'answer', id: output.id, records, ttl: 1 }))
    }
    assert.equal(state.stage, 'done')
  }), { numRuns: 500 })
})
