/** RFC 5118: IPv6 in SIP messages; what each section asks for. A table. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lines, parseMessage, parseUri, parseVia, type SipMessage } from '../../src/wire/sip/index.ts'
import { entries, octets } from '../vectors/vectors.ts'
import { newDesk } from '../wire/sip/desk.ts'

const host = (text: string) => { const read = parseUri(text); return read.ok ? [read.value.host, read.value.port] : undefined }

const verdicts: Record<string, { section: string; refused?: boolean; see?: (m: SipMessage) => void }> = {
  'ipv6-good': { section: '4.1', see: (m) => assert.deepEqual([host(m.uri), m.via.host], [['2001:db8::10', 0], '2001:db8::9:1']) },
  'ipv6-bad': { section: '4.2', refused: true },
  'port-ambiguous': { section: '4.3', see: (m) => assert.deepEqual(host(m.uri), ['2001:db8::10:5070', 0]) },
  'port-unambiguous': { section: '4.4', see: (m) => assert.deepEqual(host(m.uri), ['2001:db8::10', 5070]) },
  'via-received-param-with-delim': { section: '4.5', see: (m) => assert.equal(m.via.received, '2001:db8::9:255') },
  'via-received-param-no-delim': { section: '4.5', see: (m) => assert.equal(m.via.received, '2001:db8::9:255') },
  'ipv6-in-sdp': { section: '4.6' },
  'mult-ip-in-header': { section: '4.7', see: (m) => assert.ok(lines(m, 'Via').every((v) => parseVia(v))) },
  'mult-ip-in-sdp': { section: '4.8' },
  'ipv4-mapped-ipv6': { section: '4.9' },
  'ipv6-bug-abnf-3-colons': { section: '4.10', see: (m) => assert.ok(m.raw.includes(':::')) },
  'ipv6-correct-abnf-2-colons': { section: '4.10' },
}

test('RFC 5118 4: every message gets the verdict of its section, from the parser and from an endpoint', (t) => {
  for (const entry of entries(t, 'sip-torture').filter((e) => e.id.startsWith('sip-torture/rfc5118/'))) {
    const row = verdicts[entry.id.split('/').at(-1)!]
    assert.ok(row, `${entry.id} has no row`)
    const parsed = parseMessage(octets(entry)), desk = newDesk()
    assert.equal(parsed.ok, !row.refused, `${entry.id} (${row.section})`)
    if (parsed.ok) row.see?.(parsed.message)
    const said = desk.ask(octets(entry))
    if (row.refused) assert.deepEqual(said.map((s) => s.message.status), [400])
    desk.alive()
  }
})

test('RFC 5118: the archive holds bare LF, which is no line end: nothing is understood, nothing breaks', (t) => {
  for (const entry of entries(t, 'sip-torture').filter((e) => e.id.includes('rfc5118-raw-lf'))) {
    const desk = newDesk()
    assert.equal(parseMessage(octets(entry)).ok, false)
    desk.send(octets(entry))
    desk.alive()
  }
})

const received: [string, string | undefined][] = [
  ['received=[2001:db8::9:255]', '2001:db8::9:255'], ['received=2001:db8::9:255', '2001:db8::9:255'], ['received=::1', '::1'], ['received=[::ffff:192.0.2.1]', '::ffff:192.0.2.1'],
  ['received=192.0.2.1', '192.0.2.1'], ['received = 2001:DB8::1 ;rport=1', '2001:DB8::1'],
]
for (const [written, want] of received) {
  test(`RFC 5118 4.5 ${written}`, () => assert.equal(parseVia(`SIP/2.0/UDP [2001:db8::9:1];${written};branch=z9hG4bK1`)?.received, want))
}
for (const broken of ['received', 'received=', 'received=[2001:db8::1', 'received=2001:db8::g', 'received="2001:db8::1"']) {
  test(`RFC 5118 4.5 broken: ${broken}`, () => assert.equal(parseVia(`SIP/2.0/UDP a;${broken};branch=z9hG4bK1`), undefined))
}
