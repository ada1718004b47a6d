/** A4: what two readers could read differently is refused by us, or read as tshark reads it. A table. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { header, parseMessage } from '../../../src/wire/sip/index.ts'
import { requestText } from './fake.ts'
import { readByTshark, tshark } from './tshark.ts'

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
  'the same tag twice': [plain.replace(';tag=ours', ';tag=ours;tag=ours'), true],
  'NUL in a value': [put('Subject: a\0b\r\n'), false],
  'NUL in a name': [put('Sub\0ject: a\r\n'), false],
  'a control character around a Call-ID': [plain.replace('Call-ID: ', 'Call-ID: \x05'), false],
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

test('A4 what we accept, tshark reads with the same method, CSeq, Call-ID and tags', (t) => {
  if (!tshark(t)) return
  const fields = ['sip.Method', 'sip.CSeq', 'sip.Call-ID', 'sip.from.tag', 'sip.Max-Forwards'], accepted = Object.entries(rows).filter(([, [, good]]) => good)
  for (const [n, read] of readByTshark(accepted.map(([, [text]]) => text), fields).entries()) {
    const parsed = parseMessage(accepted[n]![1][0])
    assert.ok(parsed.ok)
    const m = parsed.message
    const theirs = fields.map((field) => read.get(field)?.[0]?.trim() ?? '')
    if (accepted[n]![0] === 'blanks before the colon' && theirs[3] === '') theirs[3] = m.fromTag   // HCOLON allows them (25.1, RFC 4475 3.1.1.1); tshark reads no From at all then
    assert.deepEqual(theirs, [m.method, header(m, 'CSeq'), m.callId, m.fromTag, String(m.maxForwards)], accepted[n]![0])
  }
})
