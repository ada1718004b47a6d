/** RFC 4475: each message through the parser and through a whole endpoint, with the verdict that the RFC's text gives it. A table. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addresses, address, body, header, lines, parseMessage, parseUri, part, uriParam, type SipMessage } from '../../src/wire/sip/index.ts'
import { entries, octets } from '../vectors/vectors.ts'
import { newDesk } from '../wire/sip/desk.ts'

interface Row { section: string; problem?: string; status?: number; see?: (m: SipMessage) => void }

const uri = (text: string) => { const read = parseUri(text); assert.ok(read.ok, text); return read.value }

/** A problem: refused with the status, undefined meaning that nothing is answered. Without a problem the message is passed on. */
const verdicts: Record<string, Row> = {
  wsinv: { section: '3.1.1.1', see: (m) => {
    assert.deepEqual([m.maxForwards, m.cseq, m.callId], [68, 9, 'wsinv.ndaksdj@192.0.2.1'])
    assert.equal(address(m, 'From')!.display, 'J Rosenberg \\"')
    assert.deepEqual(lines(m, 'Via').length, 2)
    assert.equal(header(m, 'Subject'), '')
  } },
  intmeth: { section: '3.1.1.2', see: (m) => {
    assert.equal(m.method, '!interesting-Method0123456789_*+`.%indeed\'~')
    assert.equal(address(m, 'To')!.display, 'BEL:\x07 NUL:\0 DEL:\x7f')
  } },
  esc01: { section: '3.1.1.3', see: (m) => assert.equal(uri(m.uri).user, 'sips:user@example.com') },
  escnull: { section: '3.1.1.4', see: (m) => assert.equal(uri(address(m, 'To')!.uri).user, 'null-\0-null') },
  esc02: { section: '3.1.1.5', see: (m) => assert.equal(m.method, 'RE%47IST%45R') },
  lwsdisp: { section: '3.1.1.6', see: (m) => assert.equal(address(m, 'From')!.display, 'caller') },
  longreq: { section: '3.1.1.7', see: (m) => assert.ok(header(m, 'Call-ID')!.length > 100) },
  dblreq: { section: '3.1.1.8', see: (m) => assert.deepEqual([m.method, m.cseq, m.bodyEnd - m.bodyStart], ['REGISTER', 8, 0]) },
  semiuri: { section: '3.1.1.9', see: (m) => assert.equal(uri(m.uri).user, 'user;par=u@example.net') },
  transports: { section: '3.1.1.10', see: (m) => assert.deepEqual(lines(m, 'Via').map((v) => v.slice(8, 11)), ['UDP', 'SCT', 'TLS', 'UNK', 'TCP']) },
  mpart01: { section: '3.1.1.11', see: (m) => {
    assert.equal(body(m).length, 553)
    assert.equal(part(m, 'text/plain'), 'Hello')
    assert.ok(part(m, 'application/octet-stream')!.includes('\0'))
  } },
  unreason: { section: '3.1.1.12', see: (m) => assert.equal(m.status, 200) },
  noreason: { section: '3.1.1.13', see: (m) => assert.deepEqual([m.status, m.reason], [100, '']) },
  badinv01: { section: '3.1.2.1', problem: 'sip.address', status: 400 },
  clerr: { section: '3.1.2.2', problem: 'sip.contentLength', status: 400 },
  ncl: { section: '3.1.2.3', problem: 'sip.contentLength', status: 400 },
  scalar02: { section: '3.1.2.4', problem: 'sip.header', status: 400 },
  scalarlg: { section: '3.1.2.5', problem: 'sip.header' },
  quotbal: { section: '3.1.2.6', problem: 'sip.address', status: 400 },
  ltgtruri: { section: '3.1.2.7', problem: 'sip.requestUri', status: 400 },
  lwsruri: { section: '3.1.2.8', problem: 'sip.startLine', status: 400 },
  lwsstart: { section: '3.1.2.9', problem: 'sip.startLine', status: 400 },
  trws: { section: '3.1.2.10', problem: 'sip.startLine', status: 400 },
  escruri: { section: '3.1.2.11', problem: 'sip.requestUri', status: 400 },
  baddate: { section: '3.1.2.12' },
  regbadct: { section: '3.1.2.13', see: (m) => assert.equal(addresses(m, 'Contact'), undefined) },
  badaspec: { section: '3.1.2.14', problem: 'sip.address', status: 400 },
  baddn: { section: '3.1.2.15', problem: 'sip.address', status: 400 },
  badvers: { section: '3.1.2.16', problem: 'sip.version', status: 505 },
  mismatch01: { section: '3.1.2.17', problem: 'sip.mismatch', status: 400 },
  mismatch02: { section: '3.1.2.18', problem: 'sip.mismatch', status: 400 },
  bigcode: { section: '3.1.2.19', problem: 'sip.startLine' },
  badbranch: { section: '3.2.1', see: (m) => assert.equal(m.via.branch, 'z9hG4bK') },
  insuf: { section: '3.3.1', problem: 'sip.missing', status: 400 },
  unkscm: { section: '3.3.2', see: (m) => assert.equal(uri(m.uri).scheme, 'nobodyknowsthisscheme') },
  novelsc: { section: '3.3.3', see: (m) => assert.equal(uri(m.uri).scheme, 'soap.beep') },
  unksm2: { section: '3.3.4', see: (m) => assert.equal(uri(address(m, 'To')!.uri).scheme, 'isbn') },
  bext01: { section: '3.3.5', see: (m) => assert.ok(header(m, 'Require')!.includes('nothingSupportsThis')) },
  invut: { section: '3.3.6', see: (m) => assert.equal(header(m, 'Content-Type'), 'application/unknownformat') },
  regaut01: { section: '3.3.7', see: (m) => assert.ok(header(m, 'Authorization')!.startsWith('NoOneKnowsThisScheme')) },
  multi01: { section: '3.3.8', problem: 'sip.twice', status: 400 },
  mcl01: { section: '3.3.9', problem: 'sip.twice', status: 400 },
  bcast: { section: '3.3.10', see: (m) => assert.ok(lines(m, 'Via')[1]!.includes('255.255.255.255')) },
  zeromf: { section: '3.3.11', see: (m) => assert.equal(m.maxForwards, 0) },
  cparam01: { section: '3.3.12', see: (m) => assert.equal(addresses(m, 'Contact')![0]!.params, ';unknownparam') },
  cparam02: { section: '3.3.13', see: (m) => assert.equal(uriParam(uri(addresses(m, 'Contact')![0]!.uri), 'unknownparam'), '') },
  regescrt: { section: '3.3.14', see: (m) => assert.ok(uri(addresses(m, 'Contact')![0]!.uri).headers.startsWith('Route=')) },
  sdp01: { section: '3.3.15', see: (m) => assert.equal(header(m, 'Accept'), 'text/nobodyKnowsThis') },
  inv2543: { section: '3.4.1', see: (m) => assert.deepEqual([m.fromTag, m.via.branch, m.maxForwards], ['', '', -1]) },
  test: { section: 'archive', problem: 'sip.startLine' },
}

const named = (id: string) => id.split('/').at(-1)!

test('A1 RFC 4475 3: every message gets the verdict of its section', (t) => {
  for (const entry of entries(t, 'sip-torture').filter((e) => e.id.includes('/rfc4475'))) {
    const row = verdicts[named(entry.id)]
    assert.ok(row, `${entry.id} has no row`)
    const parsed = parseMessage(octets(entry)), at = `${entry.id} (${row.section})`
    if (row.problem !== undefined) assert.deepEqual([at, !parsed.ok && parsed.problem.code], [at, row.problem])
    else {
      assert.ok(parsed.ok, `${at}: ${parsed.ok ? '' : parsed.problem.text}`)
      row.see?.(parsed.message)
    }
  }
})

test('A1 RFC 4475 3: through a whole endpoint: the answer of its section or none, then an OPTIONS is answered', (t) => {
  for (const entry of entries(t, 'sip-torture').filter((e) => e.id.includes('/rfc4475'))) {
    const row = verdicts[named(entry.id)]!, desk = newDesk(), text = octets(entry)
    const said = desk.ask(text)
    if (row.problem !== undefined) {
      assert.deepEqual([entry.id, said.map((s) => s.message.status)], [entry.id, row.status === undefined ? [] : [row.status]])
      for (const s of said) assert.ok(s.text.length <= text.length * 1.4, `A42 ${entry.id}: ${s.text.length} of ${text.length}`)
    }
    desk.alive()
  }
})

for (const transport of ['tcp', 'ws'] as const) {
  test(`A1 RFC 4475 3: the same over ${transport}: an answer or none, the connection closed or in step`, (t) => {
    for (const entry of entries(t, 'sip-torture')) {
      const desk = newDesk(transport)
      desk.send(octets(entry), transport === 'ws' ? 'message' : 'bytes')
      newDesk(transport === 'ws' ? 'tcp' : transport).alive()
      if (transport === 'ws') assert.ok(!desk.isClosed())
      else if (['ncl', 'mcl01'].includes(named(entry.id))) assert.ok(desk.isClosed(), `${entry.id}: 3.1.2.3, 3.3.9: closed`)
    }
  })
}
