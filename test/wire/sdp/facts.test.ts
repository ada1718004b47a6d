import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  attribute, attributes, bandwidths, codecNames, connection, direction, fingerprint, formatParameters, hasIce, isLive, mediaId, origin,
  payloadMaps, ptime, rtcpMux, rtcpPort, setup, telephoneEvent,
} from '../../../src/wire/sdp/index.ts'
import { head, md5, medium, parsed, sdp, sha1, sha256, text } from './fixtures.ts'

const audio = 'm=audio 49170 RTP/AVP 0'

test('RFC 8866 5.14: an m= line is kind, port, count, transport, formats', () => {
  const { kind, port, portCount, proto, formats } = medium('m=video 49170/2 RTP/AVP 31 99')
  assert.deepEqual([kind, port, portCount, proto, formats], ['video', 49170, 2, 'RTP/AVP', ['31', '99']])
})

test('RFC 8866 5.2: the origin, with a user of two words and with none', () => {
  const of = (line: string) => Object.values(origin(parsed(text('v=0', line))))
  assert.deepEqual(of('o=Alice Adams 7 8 IN IP6 2001:db8::1'), ['Alice Adams', '7', '8', 'IN', 'IP6', '2001:db8::1'])
  assert.deepEqual(of('o=7 8 IN IP4 192.0.2.1'), ['', '7', '8', 'IN', 'IP4', '192.0.2.1'])
})

test('RFC 8866 5.7: the connection of the medium goes before that of the session; a scope is not part of it', () => {
  assert.equal(connection(medium(audio))?.address, '192.0.2.1')
  assert.equal(connection(medium(audio, 'c=IN IP6 2001:db8::2'))?.address, '2001:db8::2')
  assert.equal(connection(medium(audio, 'c=IN IP4 224.2.1.1/127/3'))?.address, '224.2.1.1')
})

test('RFC 8866 6.7: the direction of the medium, of the session, else sendrecv', () => {
  assert.equal(direction(medium(audio)), 'sendrecv')
  assert.equal(direction(medium('a=inactive', audio)), 'inactive')
  assert.equal(direction(medium('a=inactive', audio, 'a=recvonly')), 'recvonly')
  assert.equal(direction(medium(audio, 'a=sendonlyx', 'a=sendonly:1')), 'sendrecv')
})

test('RFC 8866 6: an attribute is found by its whole name', () => {
  const media = medium(audio, 'a=label:1', 'a=labelled:2', 'a=label', 'a=flag', 'a=label:3')
  assert.equal(attribute(media, 'label'), '1')
  assert.equal(attribute(media, 'flag'), '')
  assert.equal(attribute(media, 'lab'), undefined)
  assert.deepEqual(attributes(media, 'label'), ['1', '3'])
})

test('RFC 8866 6.6: payload maps, the first of two counts, one without a clock is read', () => {
  const maps = payloadMaps(medium('m=audio 1 RTP/AVP 96 97 98', 'a=rtpmap:96 opus/48000/2', 'a=rtpmap:96 EVIL/1', 'a=rtpmap:97 NAMELESS', 'a=rtpmap:98'))
  assert.deepEqual([...maps.values()], [
    { payload: 96, name: 'opus', clock: 48000, channels: 2 },
    { payload: 97, name: 'NAMELESS', clock: undefined, channels: 1 },
  ])
})

test('RFC 3551 6: static payload types need no map, dynamic ones do; other formats are names', () => {
  const names = (...lines: string[]) => [...codecNames(medium(...lines))].map((pair) => pair.join('='))
  assert.deepEqual(names('m=audio 1 RTP/AVP 0 8 9 18 96 97', 'a=rtpmap:96 Opus/48000/2'), ['0=PCMU/8000', '8=PCMA/8000', '9=G722/8000', '18=G729/8000', '96=OPUS/48000/2'])
  assert.deepEqual(names('m=image 1 udptl t38'), ['t38=t38'])
  assert.deepEqual(names('m=audio 1 RTP/AVP 0', 'a=rtpmap:0 iLBC/8000/1'), ['0=ILBC/8000'])
})

test('RFC 4733 2.4: telephone events have the payload that the m= line lists', () => {
  assert.equal(telephoneEvent(medium('m=audio 1 RTP/AVP 0 101', 'a=rtpmap:101 telephone-event/8000')), 101)
  assert.equal(telephoneEvent(medium('m=audio 1 RTP/AVP 0 96', 'a=rtpmap:96 Telephone-Event/8000')), 96)
  assert.equal(telephoneEvent(medium('m=audio 1 RTP/AVP 0', 'a=rtpmap:101 telephone-event/8000')), undefined)
})

test('RFC 8866 6: fmtp, ptime, bandwidth', () => {
  const media = medium(audio, 'b=AS:64', 'b=TIAS:64000', 'b=X-YZ:none', 'a=fmtp:101 0-16', 'a=fmtp:96 mode=1; x=2', 'a=fmtp:97', 'a=ptime:20 ')
  assert.deepEqual([...formatParameters(media)], [['101', '0-16'], ['96', 'mode=1; x=2']])
  assert.equal(ptime(media), 20)
  assert.equal(ptime(medium(audio)), undefined)
  assert.deepEqual([...bandwidths(media)], [['AS', 64], ['TIAS', 64000]])
})

test('RFC 3605, 5761, 5888, 8839: rtcp, rtcp-mux, mid, ICE', () => {
  const media = medium('a=ice-ufrag:abcd', audio, 'a=rtcp:53020 IN IP4 192.0.2.1', 'a=rtcp-mux', 'a=mid:one', 'a=ice-pwd:0123456789012345678901')
  assert.deepEqual([rtcpPort(media), rtcpMux(media), mediaId(media), hasIce(media)], [53020, true, 'one', true])
  assert.deepEqual([rtcpPort(medium(audio)), rtcpMux(medium(audio)), mediaId(medium(audio)), hasIce(medium(audio))], [undefined, false, undefined, false])
  assert.equal(rtcpPort(medium(audio, 'a=rtcp:70000')), undefined)
})

test('RFC 8122 5: a fingerprint is whole or it is none; MD5 is none; the medium goes before the session', () => {
  const whole: [string, number | undefined][] = [
    [sha256, 64], [sha1, 40], [sha256.replace('sha-256', 'SHA-256'), 64], [sha256.toLowerCase(), 64],
    [md5, undefined], [sha256.slice(0, -3), undefined], [`${sha256}:00`, undefined], [sha256.replace('sha-256', 'sha-1'), undefined],
    [sha256.replace('sha-256', 'toString'), undefined], [sha256.replaceAll(':', '-'), undefined], [`${sha256.slice(0, -2)}GG`, undefined], ['a=fingerprint: SHA-1 \\', undefined],
  ]
  for (const [line, length] of whole) assert.deepEqual([line, fingerprint(medium(audio, line))?.value.length], [line, length])
  assert.equal(fingerprint(medium(sha1, audio, sha256))?.hash, 'sha-256')
  assert.equal(fingerprint(medium(sha1, audio))?.hash, 'sha-1')
})

test('RFC 4145 4: setup roles', () => {
  assert.equal(setup(medium('a=setup:actpass', audio)), 'actpass')
  assert.equal(setup(medium('a=setup:actpass', audio, 'a=setup:passive')), 'passive')
  assert.equal(setup(medium(audio, 'a=setup:toString')), undefined)
})

test('RFC 9143 6: a bundle-only medium is live at port zero', () => {
  assert.deepEqual([isLive(medium(audio)), isLive(medium('m=audio 0 RTP/AVP 0')), isLive(medium('m=audio 0 RTP/AVP 0', 'a=bundle-only'))], [true, false, true])
})

test('RFC 8866: a description without media is one', () => {
  assert.equal(sdp().media.length, 0)
  assert.equal(sdp().session.lines.length, head.length)
})
