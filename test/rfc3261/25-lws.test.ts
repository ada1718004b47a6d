/** RFC 3261 25.1: LWS is SP, HTAB and folds. Nothing else is taken away from a value, not half a letter, not a control character; and nothing of another is added. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { header, parseAddress, parseMessage, parseVia, split } from '../../src/wire/sip/index.ts'
import { requestText } from '../wire/sip/fake.ts'

const octets = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

test('RFC 3261 7.3.1, 25.1: a display name that ends in à (C3 A0) keeps its last octet, folded or not', () => {
  const name = octets('Voilà')
  for (const written of [`${name} <sip:a@b>`, `"${name}" <sip:a@b>`, ` ${name}\t<sip:a@b>`]) assert.equal(parseAddress(written)?.display, name)
  assert.deepEqual(split(`${name}, ${name}`, ','), [name, name])
  const parsed = parseMessage(requestText().replace('Max-Forwards', `Subject: ${name}\r\n ${name}\r\nMax-Forwards`))
  assert.ok(parsed.ok)
  assert.equal(header(parsed.message, 'Subject'), `${name} ${name}`)
})

test('RFC 3261 25.1, A4: octets that other programs take for blanks stand in no Call-ID, CSeq, tag or Content-Length', () => {
  for (const octet of ['\x01', '\x05', '\x07', '\v', '\f', '\x1c', '\x1f', '\x7f', '\x85', '\xa0']) {
    for (const [was, is] of [['Call-ID: ', `Call-ID: ${octet}`], ['192.0.2.1\r\nCSeq', `192.0.2.1${octet}\r\nCSeq`], ['CSeq: 1', `CSeq: ${octet}1`], ['INVITE\r\n', `INVITE${octet}\r\n`], ['tag=ours', `tag=ours${octet}`], ['Length: 0', `Length: ${octet}0`]] as const) {
      assert.equal(parseMessage(requestText().replace(was, is)).ok, false, JSON.stringify([is]))
    }
  }
})

test('RFC 3261 8.1.1.7: a Via without a branch has none, whatever the Via that was read before it had', () => {
  assert.equal(parseVia('SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKlong;received=192.0.2.7;rport=7')?.branch, 'z9hG4bKlong')
  assert.deepEqual(parseVia('SIP/2.0/UDP 192.0.2.2'), { transport: 'UDP', host: '192.0.2.2', port: 0, branch: '', rport: undefined, received: undefined })
})
