import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  printSdp, rejectMedia, removeAttribute, removeCapabilities, removeCrypto, removePayload, setConnection, setDirection, setOrigin, setProto, type Sdp,
} from '../../../src/wire/sdp/index.ts'
import { head, key, parsed, sdp, tail, text } from './fixtures.ts'

const crypto = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key.a}`
const weak = crypto.replace(':1', ':2').replace('AES_CM_128', 'NULL')
const lines = [
  'a=group:LS 1 2', 'm=audio 49170/2 RTP/AVP 0  8 101 ', 'c=IN IP4 192.0.2.7', crypto, 'a=sendonly', weak, 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-16',
  'a=rtcp-fb:101 nack', 'a=mid:1', 'm=video 51372 RTP/AVP 31', 'a=mid:2', 'a=crypto:3 broken',
]

/** what, the change, the lines that are there no longer, the lines that are new. */
type Row = [what: string, change: (s: Sdp) => Sdp, gone: string[], come: string[]]

const rows: Row[] = [
  ['RFC 3264 5.1 direction, in its place', (s) => setDirection(s, 0, 'inactive'), ['a=sendonly'], ['a=inactive']],
  ['RFC 3264 5.1 direction, at the end', (s) => setDirection(s, 1, 'recvonly'), [], ['a=recvonly']],
  ['RFC 3264 6 rejected: place, formats and mid stay', (s) => rejectMedia(s, 0), lines.slice(1, 9), ['m=audio 0 RTP/AVP 0 8 101']],
  ['RFC 3264 6 rejected: no key stays behind', (s) => rejectMedia(s, 1), [lines[10]!, lines[12]!], ['m=video 0 RTP/AVP 31']],
  ['transport', (s) => setProto(s, 0, 'RTP/SAVP'), [lines[1]!], ['m=audio 49170/2 RTP/SAVP 0 8 101']],
  ['attribute of one medium', (s) => removeAttribute(s, 1, 'mid'), ['a=mid:2'], []],
  ['attribute of the session', (s) => removeAttribute(s, 'session', 'group'), ['a=group:LS 1 2'], []],
  ['attribute everywhere', (s) => removeAttribute(s, 'everywhere', 'mid'), ['a=mid:1', 'a=mid:2'], []],
  ['attribute that is a part of another', (s) => removeAttribute(s, 'everywhere', 'rtcp'), [], []],
  ['attribute without a value', (s) => removeAttribute(s, 0, 'sendonly'), ['a=sendonly'], []],
  ['crypto of all media', (s) => removeCrypto(s, 'everywhere'), [crypto, weak, lines[12]!], []],
  ['A22 crypto lines that are too weak', (s) => removeCrypto(s, 'everywhere', (c) => c.strong), [weak, lines[12]!], []],
  ['payload with what belongs to it', (s) => removePayload(s, 0, '101'), lines.slice(1, 2).concat(lines.slice(6, 9)), ['m=audio 49170/2 RTP/AVP 0 8']],
  ['payload that is not there', (s) => removePayload(s, 0, '99'), [], []],
  ['the last payload', (s) => removePayload(s, 1, '31'), [lines[10]!, lines[12]!], ['m=video 0 RTP/AVP 31']],
  ['connection of a medium', (s) => setConnection(s, 0, '2001:db8::9'), ['c=IN IP4 192.0.2.7'], ['c=IN IP6 2001:db8::9']],
  ['connection of a medium that had none', (s) => setConnection(s, 1, '192.0.2.9'), [], ['c=IN IP4 192.0.2.9']],
  ['capabilities', (s) => removeCapabilities(s), [], []],
]

test('RFC 3264 8: a change touches its own lines and no other', () => {
  const before = sdp(...lines), printed = printSdp(before)
  for (const [what, change, gone, come] of rows) {
    const after = tail(change(before))
    assert.deepEqual([what, lines.filter((line) => !after.includes(line))], [what, gone])
    assert.deepEqual([what, after.filter((line) => !lines.includes(line))], [what, come])
    assert.deepEqual(after.filter((line) => lines.includes(line)), lines.filter((line) => after.includes(line)), what)
    assert.equal(printSdp(before), printed, 'the old one is as it was')
  }
})

test('RFC 3264 8: what is printed after a change is read as the change says', () => {
  const before = sdp(...lines)
  for (const [what, change] of rows) {
    const after = change(before), again = parsed(printSdp(after))
    assert.deepEqual(again.media, after.media, what)
    assert.deepEqual(again.session, after.session, what)
  }
})

test('RFC 8866 5.7: one connection for all', () => {
  assert.equal(printSdp(setConnection(sdp(...lines), 'everywhere', '198.51.100.1')), text(...head.slice(0, 3), 'c=IN IP4 198.51.100.1', head[4]!, ...lines.filter((l) => !l.startsWith('c='))))
})

test('RFC 8866 9: a connection stands before bandwidth, keys and attributes', () => {
  const none = parsed(text('v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'b=AS:64', 't=0 0', 'm=audio 0 RTP/AVP 0', 'i=one', 'b=AS:64', 'a=mid:1'))
  const all = printSdp(setConnection(setConnection(none, 'session', '192.0.2.2'), 0, '192.0.2.3')).split('\r\n')
  assert.deepEqual([all[3], all[8]], ['c=IN IP4 192.0.2.2', 'c=IN IP4 192.0.2.3'])
})

test('RFC 5939, 6871: potential configurations go from session and media', () => {
  const offer = sdp('a=csup:cap-v0', 'a=tcap:1 RTP/SAVP', 'm=audio 1 RTP/AVP 0', `a=acap:1 ${crypto.slice(2)}`, 'a=pcfg:1 t=1 a=1', 'a=rmcap:1 PCMU/8000', 'a=sendonly')
  assert.deepEqual(tail(removeCapabilities(offer)), ['m=audio 1 RTP/AVP 0', 'a=sendonly'])
})

test('A8 our own mistakes throw: a line end in a value, a medium that is not there', () => {
  const before = sdp(...lines)
  assert.throws(() => setOrigin(before, '-\r\na=x', '1', '1', '192.0.2.1'), /line end/)
  assert.throws(() => setConnection(before, 0, '192.0.2.1\n'), /line end/)
  assert.throws(() => setProto(before, 0, 'RTP/AVP\r'), /line end/)
  for (const change of [(s: Sdp) => setDirection(s, 2, 'inactive'), (s: Sdp) => rejectMedia(s, 2), (s: Sdp) => setProto(s, -1, 'x')]) assert.throws(() => change(before), /no medium/)
})
