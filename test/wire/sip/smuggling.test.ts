/** A4: what two readers could read differently is refused by us, or read as tshark reads it. A table. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { header, parseMessage } from '../../../src/wire/sip/index.ts'
import { requestText } from './fake.ts'

const plain = requestText({ method: 'OPTIONS' })
const put = (lines: string) => plain.replace('Max-Forwards', `${lines}Max-Forwards`)

/** name → message and whether we accept it; what we accept, tshark must read with the same fields. */
const rows: Record<string, [string, boolean]> = {
  'as it should be': [plain, true],
  'blanks before the colon': [plain.replace('From:', 'From \t:'), true],
  'a folded To': [plain.replace('To: ', 'To:\r\n '), true],
  'compact forms': [plain.replace('From:', 'f:').replace('To:', 't:').replace('Call-ID:', 'i:').replace('Via:', 'v:'), true],
  'an unknown header': [put('X-Thing: a\r\n'), true],
  'two To': [put('To: <sip:eve@example.test>\r\n'), false],
  'To and its compact form': [put('t: <sip:eve@example.test>\r\n'), false],
  'two Call-IDs': [put('i: other\r\n'), false],
  'two lengths that agree': [put('l: 0\r\n'), false],
  'two tags': [plain.replace(';tag=ours', ';tag=ours;tag=eve'), false],
  'NUL in a value': [put('Subject: a\0b\r\n'), false],
  'NUL in a name': [put('Sub\0ject: a\r\n'), false],
  'a bare LF': [put('Subject: a\nTo: <sip:eve@example.test>\r\n'), false],
  'a bare CR': [put('Subject: a\rTo: <sip:eve@example.test>\r\n'), false],
  'a fold before the colon': [plain.replace('From:', 'From\r\n :'), false],
  'a line without a colon': [put('Subject\r\n'), false],
  'a name with a space': [put('Sub ject: a\r\n'), false],
  'no name': [put(': a\r\n'), false],
  'a first line that is folded': [plain.replace('\r\n', '\r\n folded: x\r\n'), false],
  'a control character in a quoted name': [plain.replace('From: <', 'From: "a\x07" <'), false],
  'headers escaped in the Request-URI': [plain.replace('sip:bob@example.test SIP', 'sip:bob@example.test?To=eve SIP'), false],
}
for (const [name, [text, accepted]] of Object.entries(rows)) {
  test(`A4 ${name}: ${accepted ? 'accepted' : 'refused'}`, () => assert.equal(parseMessage(text).ok, accepted))
}

function tsharkVersion(): string | undefined {
  try { return execFileSync('tshark', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0] } catch { return undefined }
}

/** A capture of one raw-IPv4 UDP datagram a text. */
function capture(texts: readonly string[]): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0); header.writeUInt16LE(2, 4); header.writeUInt16LE(4, 6); header.writeUInt32LE(65535, 16); header.writeUInt32LE(228, 20)
  return Buffer.concat([header, ...texts.map((text) => {
    const body = Buffer.from(text, 'latin1'), packet = Buffer.alloc(16 + 28)
    packet.writeUInt32LE(28 + body.length, 8); packet.writeUInt32LE(28 + body.length, 12)
    packet[16] = 0x45; packet.writeUInt16BE(28 + body.length, 18); packet[24] = 64; packet[25] = 17
    packet.set([192, 0, 2, 1], 28); packet.set([192, 0, 2, 9], 32)
    packet.writeUInt16BE(5060, 36); packet.writeUInt16BE(5060, 38); packet.writeUInt16BE(8 + body.length, 40)
    return Buffer.concat([packet, body])
  })])
}

test('A4 what we accept, tshark reads with the same method, CSeq, Call-ID and tags', (t) => {
  const version = tsharkVersion()
  if (version === undefined) return t.diagnostic('tshark is not installed: nothing was compared')
  t.diagnostic(version)
  const folder = mkdtempSync(join(tmpdir(), 'ringfort-smuggling-')), file = join(folder, 'sip.pcap')
  t.after(() => rmSync(folder, { recursive: true }))
  const accepted = Object.entries(rows).filter(([, [, good]]) => good)
  writeFileSync(file, capture(accepted.map(([, [text]]) => text)))
  const fields = ['sip.Method', 'sip.CSeq', 'sip.Call-ID', 'sip.from.tag', 'sip.Max-Forwards']
  const out = execFileSync('tshark', ['-r', file, '-T', 'fields', ...fields.flatMap((f) => ['-e', f])], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  for (const [n, line] of out.trimEnd().split('\n').entries()) {
    const parsed = parseMessage(accepted[n]![1][0])
    assert.ok(parsed.ok)
    const m = parsed.message
    const theirs = line.split('\t').map((v) => v.trim())
    if (accepted[n]![0] === 'blanks before the colon' && theirs[3] === '') theirs[3] = m.fromTag   // HCOLON allows them (25.1, RFC 4475 3.1.1.1); tshark reads no From at all then
    assert.deepEqual(theirs, [m.method, header(m, 'CSeq'), m.callId, m.fromTag, String(m.maxForwards)], accepted[n]![0])
  }
})
