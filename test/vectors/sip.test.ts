/**
 * Collections of SIP messages that others made (JAIN, osip, sofia, the RFCs' flows, php-sip, fuzz seeds, PROTOS), each with its own opinion.
 * Where an opinion contradicts the RFC, it stands in a table here with the reason.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { body, edited, frame, type HeaderName, headerName, lines, lookUp, newFraming, otherHeader, parseAddress, parseMessage, parseUri, parseVia, type SipMessage } from '../../src/wire/sip/index.ts'
import { newDesk } from '../wire/sip/desk.ts'
import { entries, type Entry, files, folder, isThere, octets, onTheWire } from './vectors.ts'

/** id or problem → why the collection's opinion is not ours. */
const contradictions: Record<string, string> = {
  'sip-jain/tc007': 'RFC 3261 8.2.2.1: an unknown scheme is answered 416 by the user, the message is well-formed',
  'sip-jain/tc359': 'the collection lost the empty line between the two requests of RFC 4475 dblreq',
  'sip-jain/tc364': 'the markup <hex>20</hex> of RFC 4475 noreason was never expanded',
  'sip-osip/sip-malformed1': 'RFC 3261 8.1.1: From is mandatory', 'sip-osip/sip37': 'RFC 3261 8.2.6.2: Via is mandatory', 'sip-osip/sip44': 'RFC 3261 8.2.6.2: Via is mandatory',
  'sip-osip/sip91': 'RFC 3261 8.2.6.2: no Via, no CSeq', 'sip-osip/sip92': 'no header, a body and NUL where the head should be',
  'sip-osip/sip67': 'a Request-URI of 2,900 octets: our limit is 2,048 (414)', 'sip-osip/sip77': 'RFC 4475 3.1.2.16: version 7.0 is 505',
  'sip-osip/sip87': 'larger than a datagram can be',
  'sip-rfc-flows/rfc3428/004': 'two semicolons in From: the RFC\'s own slip', 'sip-rfc-flows/rfc4244/002': 'an indented Via is a continuation line',
  'sip-rfc-flows/rfc4916/003': 'Content-Length larger than the body: the RFC\'s own slip', 'sip-rfc-flows/rfc5806/009': 'ACK with CSeq INVITE', 'sip-rfc-flows/rfc5806/019': 'ACK with CSeq INVITE',
  'sip-rfc-flows/rfc5806/026': 'CSeq of another method', 'sip-rfc-flows/rfc5806/031': 'CSeq of another method', 'sip-rfc-flows/rfc7315/008': 'Via with a user part', 'sip-rfc-flows/rfc7315/011': 'Via with a user part',
}

const wire = (entry: Entry) => onTheWire(octets(entry).replace(/^expected_error[^\n]*\n/, ''))

function agrees(text: string): void {
  const desk = newDesk()
  desk.send(text)
  desk.alive()
  const parsed = parseMessage(text)
  if (!parsed.ok) return
  const again = parseMessage(edited(parsed.message, []))
  assert.ok(again.ok && again.message.callId === parsed.message.callId && body(again.message) === body(parsed.message))
}

for (const topic of ['sip-jain', 'sip-osip', 'sip-sofia', 'sip-rfc-flows']) {
  test(`RFC 3261 25 ${topic}: verdicts as the collection has them, but for the contradictions`, (t) => {
    for (const entry of entries(t, topic)) {
      const { verdict = '', kind = 'message' } = entry.expectation
      if (kind !== 'message' || /\.txt$|sdp/.test(files(entry)[0]!) && topic === 'sip-osip') continue
      const text = wire(entry)
      agrees(text)
      if (/fragment|no verdict|none stated/.test(verdict) || contradictions[entry.id]) continue
      const parsed = parseMessage(text)
      assert.equal(parsed.ok, /parse ok|well-formed/.test(verdict), `${entry.id} (${verdict}): ${parsed.ok ? '' : parsed.problem.code}`)
    }
  })
}

test('RFC 3261 25: the contradictions are still ones: none of them is accepted by us and by the collection alike', (t) => {
  for (const topic of ['sip-jain', 'sip-osip', 'sip-rfc-flows']) {
    for (const entry of entries(t, topic).filter((e) => contradictions[e.id])) {
      assert.notEqual(parseMessage(wire(entry)).ok, /parse ok|well-formed/.test(entry.expectation.verdict ?? ''), entry.id)
    }
  }
})

/**
 * osip's lists of lines: how many each grammar refuses, and what those are. osip expects most to pass; the RFC does not:
 * froms, tos: its own "invalid" and "bad" cases, a semicolon or bracket in URI headers; vias: a comment (RFC 2543), a line cut in two, an open quote;
 * urls: an empty parameter name or value, an empty header name (25.1: pname, pvalue and hname have at least one character).
 */
const lists: Record<string, { refused: number; read: (line: string) => boolean }> = {
  'froms.txt': { refused: 25, read: (l) => parseAddress(l) !== undefined }, 'tos.txt': { refused: 10, read: (l) => parseAddress(l) !== undefined },
  'vias.txt': { refused: 3, read: (l) => parseVia(l) !== undefined },
  'urls-2.txt': { refused: 11, read: (l) => parseUri(l).ok }, 'urls-3.txt': { refused: 10, read: (l) => parseUri(l).ok },
}

test('RFC 3261 20, 25 sip-osip lists: every line is read, but what the grammar forbids', (t) => {
  for (const entry of entries(t, 'sip-osip').filter((e) => files(e)[0]!.endsWith('.txt'))) {
    const name = files(entry)[0]!.split('/').at(-1)!, list = lists[name]
    if (!list) continue
    const refused = octets(entry).split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#') && !list.read(line))
    assert.equal(refused.length, list.refused, `${name}\n${refused.join('\n')}`)
  }
})

/** Name and value of each header as whoever has no grammar reads them: unfolded, cut at the first colon. */
function plainly(text: string): [name: string, value: string][] {
  const head = text.slice(text.indexOf('\r\n') + 2, text.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ')
  return head.split('\r\n').map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()])
}

test('RFC 3261 7.3, 18.3 sip-misc: every message of the php-sip flows is read with each value as it stands there, alone and as one stream cut anywhere', (t) => {
  for (const entry of entries(t, 'sip-misc').filter((e) => files(e)[0]!.endsWith('.yaml'))) {
    const texts = (parse(octets(entry)) as unknown[]).filter((one) => typeof one === 'string').map(onTheWire)
    for (const text of texts.filter((one) => /^(?:Via|v) *:/m.test(one))) {                // RFC 5626 9.4 prints a REGISTER without Via
      const parsed = parseMessage(text)
      assert.ok(parsed.ok, `${entry.id}\n${text}`)
      const found = new Map<string, string[]>()
      for (const [name, value] of plainly(text)) found.set(name.toLowerCase(), [...found.get(name.toLowerCase()) ?? [], value])
      for (const [name, values] of found) assert.deepEqual(named(parsed.message, name), values, `${entry.id} ${name}`)
      agrees(text)
    }
    const whole = texts.filter((one) => declares(one) === one.length - one.indexOf('\r\n\r\n') - 4)
    for (const size of [1, 7, 100, 65_536]) assert.deepEqual(streamed(whole.join(''), size), whole, `${entry.id} in pieces of ${size}`)
  }
})

const declares = (text: string) => Number(/^(?:Content-Length|l) *: *(\d+)\r$/im.exec(text)?.[1] ?? -1)

function named(message: SipMessage, name: string): string[] {
  const id = lookUp(name)
  return id >= 0 ? lines(message, headerName(id) as HeaderName) : [otherHeader(message, name)!]
}

function streamed(text: string, size: number): string[] {
  const framing = newFraming(), out: string[] = []
  for (let i = 0; i < text.length; i += size) out.push(...frame(framing, text.slice(i, i + size)).flatMap((one) => one.is === 'message' ? [one.text] : []))
  return out
}

test('A1 sip-fuzz: seeds of other people\'s fuzzers: nothing breaks', (t) => {
  for (const entry of entries(t, 'sip-fuzz')) {
    for (const file of files(entry)) {
      const desk = newDesk(), stream = newDesk('tcp'), text = readFileSync(join(folder, file), 'latin1')
      desk.send(text)
      desk.send(onTheWire(text))
      stream.send(text)
      desk.alive()
    }
  }
})

test('A1 A42 sip-protos: every open case of PROTOS c07-sip: well-formed answers or none, never amplified, then an OPTIONS is answered', (t) => {
  const archive = join(folder, 'sip-protos/cases-open.tar.xz')
  if (!isThere(t, 'sip-protos/cases-open.tar.xz')) return
  const cases = mkdtempSync(join(tmpdir(), 'ringfort-protos-'))
  t.after(() => rmSync(cases, { recursive: true }))
  execFileSync('tar', ['-xJf', archive, '-C', cases])
  const desk = newDesk(), words: Record<string, string> = {
    To: '1002@192.0.2.9', From: '1001@192.0.2.1', 'From-Address': '192.0.2.1', 'From-IP': '192.0.2.1', 'Local-Port': '5060', 'Call-ID': 'protos', CSeq: '1', 'Branch-ID': 'x', 'Teardown-Method': 'CANCEL', 'Content-Length': '0',
  }
  const names = readdirSync(cases, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).map((f) => join(f.parentPath, f.name))
  for (const [n, file] of names.entries()) {
    const text = readFileSync(file, 'latin1')
    for (let i = 0; i < text.length;) {
      const space = text.indexOf(' ', i), length = Number(text.slice(i, space))
      if (!Number.isInteger(length) || space < 0) break
      const sent = text.slice(space + 1, space + 1 + length).replace(/<([A-Z][A-Za-z-]+)>/g, (all, word: string) => words[word] === undefined ? all : word === 'Call-ID' ? `p${n}` : words[word]!)
      for (const said of desk.ask(sent)) assert.ok(said.message.status >= 200 && said.text.length <= sent.length * 1.4, file)
      i = space + 1 + length
    }
    if (n % 10 === 0) desk.alive()
  }
  assert.ok(names.length > 1_000)
  desk.pass(64_000)
  desk.alive()
})
