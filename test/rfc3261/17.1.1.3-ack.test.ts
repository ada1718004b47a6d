import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ackRequest } from '../../src/wire/sip/transaction/ack.ts'
import { cancelRequest } from '../../src/wire/sip/transaction/cancel.ts'
import { cut, cutTo, tagOf } from '../../src/wire/sip/transaction/cut.ts'
import { parsed } from '../wire/sip/fake.ts'

const invite = 'INVITE sip:bob@biloxi.com SIP/2.0\r\nVia: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKkjshdyff\r\n'
  + 'To: Bob <sip:bob@biloxi.com>\r\nFrom: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\nMax-Forwards: 70\r\nCall-ID: 987asjd97y7atg\r\nCSeq: 986759 INVITE\r\n'
const busy = 'SIP/2.0 486 Busy Here\r\nt: Bob <sip:bob@biloxi.com>;tag=99sa0xk\r\n\r\n'
const end = 'Content-Length: 0\r\n\r\n'

test('RFC 3261 17.1.1.3 the ACK of the example', () => {
  assert.equal(ackRequest(`${invite}${end}`, busy),
    'ACK sip:bob@biloxi.com SIP/2.0\r\nVia: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKkjshdyff\r\nMax-Forwards: 70\r\nFrom: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\n'
    + 'To: Bob <sip:bob@biloxi.com>;tag=99sa0xk\r\nCall-ID: 987asjd97y7atg\r\nCSeq: 986759 ACK\r\nContent-Length: 0\r\n\r\n')
})

test('RFC 3261 17.1.1.3 a single Via, every Route in its order, no Contact, Require, Content-Type or body', () => {
  const text = invite.replace('yff\r\n', 'yff, SIP/2.0/TCP second.example;branch=z9hG4bK2\r\nVia: SIP/2.0/TCP third.example\r\nRoute: <sip:p1;lr>, <sip:p2;lr>\r\nRoute: <sip:p3;lr>\r\n')
    + 'Contact: <sip:a@b>\r\nRequire: 100rel\r\nProxy-Require: x\r\nContent-Type: text/plain\r\nContent-Length: 26\r\n\r\nTo: <sip:evil@example.test>'
  for (const made of [ackRequest(text, busy), cancelRequest(text)]) {
    assert.deepEqual([...made.matchAll(/^(\S+):/gm)].map((m) => m[1]), ['Via', 'Route', 'Route', 'Max-Forwards', 'From', 'To', 'Call-ID', 'CSeq', 'Content-Length'])
    assert.match(made, /\r\nVia: SIP\/2\.0\/UDP pc33\.atlanta\.com;branch=z9hG4bKkjshdyff\r\nRoute: <sip:p1;lr>, <sip:p2;lr>\r\nRoute: <sip:p3;lr>\r\n/)
    assert.doesNotMatch(made, /evil/)
  }
})

test('RFC 3261 9.1 the CANCEL has the To of the INVITE, its CSeq number with CANCEL, and a Reason where one is given (RFC 3326)', () => {
  const made = cancelRequest(`${invite}${end}`, 'Reason: SIP;cause=487\r\n')
  assert.equal(made, ackRequest(`${invite}${end}`, '').replaceAll('ACK', 'CANCEL').replace('CANCEL\r\nContent', 'CANCEL\r\nReason: SIP;cause=487\r\nContent'))
  assert.match(made, /\r\nTo: Bob <sip:bob@biloxi\.com>\r\n/)
  assert.equal(parsed(made).method, 'CANCEL')
})

const cuts: [name: string, header: string, value: string][] = [
  ['7.3.1 any case', 'tO: <sip:a@b>;tag=1', '<sip:a@b>;tag=1'],
  ['7.3.3 the compact form', 't:<sip:a@b>;tag=1', '<sip:a@b>;tag=1'],
  ['7.3.1 blanks before the colon', 'To   : <sip:a@b>;tag=1', '<sip:a@b>;tag=1'],
  ['7.3.1 a folded line', 'To: <sip:a@b>\r\n ;tag=1', '<sip:a@b>\r\n ;tag=1'],
  ['20 no other header whose name begins or ends so', 'X-To: x\r\nTop: y\r\nTo: z', 'z'],
  ['7.3.1 no name that every object has', 'constructor: x\r\n__proto__: y\r\nTo: z', 'z'],
  ['20 none at all', 'Subject: x', ''],
]
for (const [name, header, value] of cuts) {
  test(`RFC 3261 ${name}: To is found as written`, () => {
    const text = `SIP/2.0 200 OK\r\nVia: x\r\n${header}\r\nCSeq: 1 INVITE\r\n\r\nTo: body`
    assert.deepEqual([cutTo(text), cut(text).to, cut(`\r\n\r\n${text}`).to, cutTo(`\r\n\r\n${text}`)], [value, value, value, value])
  })
}

const tags: [value: string, tag: string][] = [
  ['<sip:a@b>;tag=1', '1'], ['sip:a@b;tag=1', '1'], ['"x;tag=no" <sip:a@b;tag=no>;x=y;TAG = 2 ;z', '2'], ['<sip:a@b>', ''], ['"\\";tag=no" <sip:a@b>', ''], ['<sip:a@b>;tag', ''], ['', ''],
]
for (const [value, tag] of tags) test(`RFC 3261 19.3 the tag of ${value || 'nothing'}`, () => assert.equal(tagOf(value), tag))

test('A5 cutting is one walk: over two million of anything it ends (a quadratic one would not today) and copies nothing twice', () => {
  for (const piece of [';', '<', '"', ':', '\r\n ', ' ', 'a', ';=', 'x\r\n', 'Route:\r\n']) {
    const text = `INVITE sip:a@b SIP/2.0\r\nTo: ${piece.repeat(2_000_000 / piece.length)}`
    assert.ok(ackRequest(text, text).length < 3 * text.length)
    assert.equal(tagOf(text), '')
  }
})
