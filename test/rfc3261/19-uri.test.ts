/** RFC 3261 19.1: URIs read, refused and compared. Tables, those of 19.1.3 and 19.1.4 first. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { escapeUser, parseUri, sameUri } from '../../src/wire/sip/index.ts'

const uri = (text: string) => { const read = parseUri(text); assert.ok(read.ok, text); return read.value }

const pairs: [boolean, string, string][] = [
  [true, 'sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
  [true, 'sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
  [true, 'sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
  [true, 'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com', 'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com'],
  [true, 'sip:alice@atlanta.com?subject=project%20x&priority=urgent', 'sip:alice@atlanta.com?priority=urgent&subject=project%20x'],
  [false, 'SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
  [false, 'sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
  [false, 'sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
  [false, 'sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
  [false, 'sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
  [false, 'sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
  [false, 'sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
]
for (const [same, a, b] of pairs) {
  test(`RFC 3261 19.1.4 ${same ? 'the same' : 'not the same'}: ${a} and ${b}`, () => assert.deepEqual([sameUri(uri(a), uri(b)), sameUri(uri(b), uri(a))], [same, same]))
}

const refused = [
  'sip:', 'sip:@a', 'sip::p@a', 'sip:a@', 'sip:a@b:', 'sip:a@b:0x', 'sip:a@b:65536', 'sip:a b@c', 'sip:a@b;', 'sip:a@b;;x', 'sip:a@b;=x', 'sip:a@b;x=', 'sip:a@b?', 'sip:a@b?x', 'sip:a@b?=x', 'sip:a@b?x=y&',
  'sip:a%@b', 'sip:a%4@b', 'sip:a%zz@b', 'sip:2001:db8::10', 'sip:[2001:db8::10', 'sip:[]', 'sip:[g::1]', 'sip:a..b', 'sip:.a', 'sip:a@b@c', 'sip:"a"@b', 'sip:a<b@c', 'sip:a\0b@c', 'sip:\xe4@b', '1sip:a@b', 'tel:', 'tel:+', 'tel:12x',
]
for (const text of refused) test(`RFC 3261 25.1 no URI: ${JSON.stringify(text)}`, () => assert.equal(parseUri(text).ok, false))

const read: [string, string, string, number][] = [
  ['sip:alice:secret@atlanta.com;transport=tcp', 'alice', 'atlanta.com', 0], ['sip:null-%00-null@a', 'null-\0-null', 'a', 0], ['sips:a@[2001:DB8::1]:5061', 'a', '2001:db8::1', 5061],
  ['sip:my_pc', '', 'my_pc', 0], ['sip:user;par=u%40example.net@example.com', 'user;par=u@example.net', 'example.com', 0], ['sip:a@Example.COM.', 'a', 'example.com', 0],
]
for (const [text, user, host, port] of read) {
  test(`RFC 3261 19.1.1 ${text}`, () => {
    const got = uri(text)
    assert.deepEqual([got.user, got.host, got.port], [user, host, port])
    assert.equal(uri(`sip:${escapeUser(user || 'x')}@h`).user, user || 'x')
  })
}
