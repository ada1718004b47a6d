import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  maxCrypto, maxFormats, maxLine, maxLines, maxMedia, maxSdp, parseSdp, printSdp, sdpCodes,
} from '../../../src/wire/sdp/index.ts'
import { code, head, key, parsed, text } from './fixtures.ts'

const audio = 'm=audio 49170 RTP/AVP 0'
const origin = (line: string) => text('v=0', line, 's=-', 't=0 0')
const connection = (line: string) => text('v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', line, 't=0 0', audio)
const many = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i))

/** what stands there, the text, what becomes of it. */
type Row = [what: string, text: string, code: string]

const tables: Record<string, Row[]> = {
  'RFC 8866 5: lines and their ends': [
    ['CRLF', text(...head, audio), 'ok'],
    ['bare LF', `${[...head, audio].join('\n')}\n`, 'ok'],
    ['no end of the last line', [...head, audio].join('\r\n'), 'ok'],
    ['empty lines after the last', `${text(...head, audio)}\r\n\r\n`, 'ok'],
    ['an empty line between', text(...head, '', audio), 'sdp.line'],
    ['a lone CR', text(...head, `${audio}\ra=sendonly`), 'sdp.character'],
    ['a CR before the CRLF', text(...head, `${audio}\r`), 'sdp.character'],
    ['a NUL', text(...head, `${audio}\0`), 'sdp.character'],
    ['nothing', '', 'sdp.empty'],
    ['line ends alone', '\r\n\r\n', 'sdp.version'],
    ['a space before =', text(...head, 'm =audio 1 RTP/AVP 0'), 'sdp.line'],
    ['octets over 127 in a name', text('v=0', head[1]!, 's=Bj\xf6rn', ...head.slice(3), audio), 'ok'],
  ],
  'RFC 8866 5: type letters': [
    ['one that nobody knows', text(...head, 'y=1'), 'sdp.lineType'],
    ['a capital', text(...head, 'A=sendonly'), 'sdp.lineType'],
    ['an octet over 127', text(...head, '\xe4=1'), 'sdp.lineType'],
    ['two origins', text(...head, head[1]!), 'sdp.repeated'],
    ['two names', text(...head, 's=-'), 'sdp.repeated'],
    ['two connections of the session', text(...head, 'c=IN IP4 192.0.2.2'), 'sdp.repeated'],
    ['a second description behind a medium', text(...head, audio, ...head), 'sdp.misplaced'],
    ['a version in a medium', text(...head, audio, 'v=0'), 'sdp.misplaced'],
    ['an address to write to in a medium', text(...head, audio, 'e=a@example.test'), 'sdp.misplaced'],
    ['a page in a medium', text(...head, audio, 'u=http://example.test/'), 'sdp.misplaced'],
    ['a time in a medium', text(...head, audio, 't=0 0'), 'sdp.misplaced'],
    ['several connections of a medium', text(...head, audio, 'c=IN IP4 192.0.2.2', 'c=IN IP4 192.0.2.3'), 'ok'],
    ['no name and no time', text(head[0]!, head[1]!, head[3]!, audio), 'ok'],
  ],
  'RFC 8866 5.1, 5.2: version and origin': [
    ['version 1', text('v=1', ...head.slice(1)), 'sdp.version'],
    ['origin first', text(head[1]!, 'v=0'), 'sdp.version'],
    ['no origin', text('v=0', 's=-', 't=0 0'), 'sdp.origin'],
    ['four fields', origin('o=1 1 IN IP4'), 'sdp.origin'],
    ['letters in the session id', origin('o=- one 1 IN IP4 192.0.2.1'), 'sdp.origin'],
    ['letters in the version', origin('o=- 1 1a IN IP4 192.0.2.1'), 'sdp.origin'],
    ['nothing', origin('o='), 'sdp.origin'],
    ['spaces', origin('o=      '), 'sdp.origin'],
    ['twenty digits', origin('o=- 18446744073709551615 1 IN IP4 192.0.2.1'), 'ok'],
    ['a hundred digits', origin(`o=- ${'9'.repeat(100)} 1 IN IP4 192.0.2.1`), 'sdp.origin'],
    ['a user with spaces', origin('o=Alice Adams 1 1 IN IP4 192.0.2.1'), 'ok'],
    ['RFC 7006: no user', origin('o=2987933123 2987933123 IN IP4 198.51.100.7'), 'ok'],
  ],
  'RFC 8866 5.7: addresses': [
    ['IPv4', connection('c=IN IP4 192.0.2.1'), 'ok'],
    ['IPv6', connection('c=IN IP6 2001:db8::1'), 'ok'],
    ['IPv6 with an IPv4 tail', connection('c=IN IP6 ::ffff:192.0.2.1'), 'ok'],
    ['a name', connection('c=IN IP4 host.example.test'), 'ok'],
    ['multicast with scope and count', connection('c=IN IP4 224.2.1.1/127/3'), 'ok'],
    ['multicast in IPv6', connection('c=IN IP6 ff15::101/3'), 'ok'],
    ['the telephone network (RFC 7195)', connection('c=PSTN E164 +15555556666'), 'ok'],
    ['a name of 255 octets', connection(`c=IN IP4 ${'x'.repeat(255)}`), 'ok'],
    ['a name of 256 octets', connection(`c=IN IP4 ${'x'.repeat(256)}`), 'sdp.connection'],
    ['an octet of 256', connection('c=IN IP4 192.0.2.256'), 'sdp.connection'],
    ['three octets', connection('c=IN IP4 192.0.2'), 'sdp.connection'],
    ['five octets', connection('c=IN IP4 192.0.2.1.1'), 'sdp.connection'],
    ['an empty octet', connection('c=IN IP4 192..2.1'), 'sdp.connection'],
    ['IPv6 as IP4', connection('c=IN IP4 2001:db8::1'), 'sdp.connection'],
    ['IPv6 with two gaps', connection('c=IN IP6 2001::db8::1'), 'sdp.connection'],
    ['IPv6 with nine groups', connection('c=IN IP6 1:2:3:4:5:6:7:8:9'), 'sdp.connection'],
    ['IPv6 with seven', connection('c=IN IP6 1:2:3:4:5:6:7'), 'sdp.connection'],
    ['IPv6 with a long group', connection('c=IN IP6 2001:db8::12345'), 'sdp.connection'],
    ['IPv6 in brackets', connection('c=IN IP6 [2001:db8::1]'), 'sdp.connection'],
    ['an unknown family', connection('c=IN IP5 192.0.2.1'), 'sdp.connection'],
    ['in small letters', connection('c=in IP4 $host'), 'sdp.connection'],
    ['a scope of 256', connection('c=IN IP4 224.2.1.1/256'), 'sdp.connection'],
    ['a third scope', connection('c=IN IP4 224.2.1.1/1/2/3'), 'sdp.connection'],
    ['two fields', connection('c=IN IP4'), 'sdp.connection'],
    ['none at all', connection('b=AS:64'), 'sdp.connectionMissing'],
    ['none, but in every medium', text('v=0', head[1]!, audio, 'c=IN IP4 192.0.2.1'), 'ok'],
    ['none in the last medium', text('v=0', head[1]!, audio, 'c=IN IP4 192.0.2.1', audio), 'sdp.connectionMissing'],
    ['none, medium closed', text('v=0', head[1]!, 'm=audio 0 RTP/AVP 0'), 'ok'],
  ],
  'RFC 8866 5.14: media': [
    ['a port count', text(...head, 'm=audio 49170/2 RTP/AVP 0'), 'ok'],
    ['the last port', text(...head, 'm=audio 65535 RTP/AVP 0'), 'ok'],
    ['A8 a port of 65536', text(...head, 'm=audio 65536 RTP/AVP 0'), 'sdp.port'],
    ['A8 a port of 2^32', text(...head, 'm=audio 4294967296 RTP/AVP 0'), 'sdp.port'],
    ['A8 a negative port', text(...head, 'm=audio -1 RTP/AVP 0'), 'sdp.port'],
    ['A8 a port of letters', text(...head, 'm=audio rtp RTP/AVP 0'), 'sdp.port'],
    ['A8 a port count of none', text(...head, 'm=audio 49170/0 RTP/AVP 0'), 'sdp.port'],
    ['A8 a port count past the last port', text(...head, 'm=audio 49170/32768 RTP/AVP 0'), 'sdp.port'],
    ['no formats', text(...head, 'm=audio 49170 RTP/AVP'), 'sdp.media'],
    ['no formats, closed', text(...head, 'm=audio 0 RTP/AVP'), 'ok'],
    ['no transport', text(...head, 'm=audio 49170'), 'sdp.media'],
    ['a space at the end', text(...head, 'm=audio 49170 RTP/AVP 0 '), 'ok'],
    ['A8 payload type 300', text(...head, 'm=audio 49170 RTP/AVP 300'), 'sdp.payload'],
    ['A8 payload type 128', text(...head, 'm=audio 49170 RTP/SAVPF 128'), 'sdp.payload'],
    ['A8 a payload type of letters', text(...head, 'm=audio 49170 UDP/TLS/RTP/SAVPF opus'), 'sdp.payload'],
    ['letters where formats are names', text(...head, 'm=image 49172 udptl t38'), 'ok'],
    ['A8 a map for payload type 300', text(...head, audio, 'a=rtpmap:300 X/8000'), 'sdp.payload'],
    ['A8 a map for nothing', text(...head, audio, 'a=rtpmap:'), 'sdp.payload'],
    ['a dynamic payload type without a map', text(...head, 'm=audio 49170 RTP/AVP 96'), 'ok'],
  ],
  'RFC 8866 6.4: packet time': [
    ['20', text(...head, audio, 'a=ptime:20'), 'ok'],
    ['a fraction', text(...head, audio, 'a=ptime:2.5'), 'ok'],
    ['2000', text(...head, audio, 'a=maxptime:2000'), 'ok'],
    ['A8 2001', text(...head, audio, 'a=maxptime:2001'), 'sdp.ptime'],
    ['A8 2000.5', text(...head, audio, 'a=ptime:2000.5'), 'sdp.ptime'],
    ['A8 2^32', text(...head, audio, 'a=ptime:4294967296'), 'sdp.ptime'],
    ['A8 nought', text(...head, audio, 'a=ptime:0'), 'sdp.ptime'],
    ['A8 0.0', text(...head, audio, 'a=ptime:0.0'), 'sdp.ptime'],
    ['A8 negative', text(...head, audio, 'a=ptime:-20'), 'sdp.ptime'],
    ['A8 an exponent', text(...head, audio, 'a=ptime:1e9'), 'sdp.ptime'],
    ['A8 no number', text(...head, audio, 'a=ptime:'), 'sdp.ptime'],
  ],
  'A8 limits: at each and one past it': [
    ['media', text(...head, ...many(maxMedia, () => audio)), 'ok'],
    ['media +1', text(...head, ...many(maxMedia + 1, () => audio)), 'sdp.tooManyMedia'],
    ['lines', text(...head, ...many(maxLines - head.length, () => 'a=x')), 'ok'],
    ['lines +1', text(...head, ...many(maxLines - head.length + 1, () => 'a=x')), 'sdp.tooManyLines'],
    ['line', text(...head, `a=${'x'.repeat(maxLine - 2)}`), 'ok'],
    ['line +1', text(...head, `a=${'x'.repeat(maxLine - 1)}`), 'sdp.lineTooLong'],
    ['whole', filled(maxSdp), 'ok'],
    ['whole +1', filled(maxSdp + 1), 'sdp.tooLong'],
    ['formats', text(...head, `m=audio 49170 RTP/AVP ${many(maxFormats, String).join(' ')}`), 'ok'],
    ['formats +1', text(...head, `m=audio 49170 RTP/AVP ${many(maxFormats + 1, () => '0').join(' ')}`), 'sdp.tooManyFormats'],
    ['crypto lines', text(...head, audio, ...many(maxCrypto, (i) => `a=crypto:${i + 1} AES_CM_128_HMAC_SHA1_80 inline:${key.a}`)), 'ok'],
    ['crypto lines +1', text(...head, audio, ...many(maxCrypto + 1, () => 'a=crypto:1')), 'sdp.tooManyCrypto'],
    ['crypto lines are counted in each medium', text(...head, ...many(4, () => text(audio, ...many(maxCrypto, () => 'a=crypto:1')).trimEnd())), 'ok'],
  ],
}

function filled(length: number): string {
  const start = text(...head, ...many(5, () => `a=${'x'.repeat(3000)}`))
  return text(start.trimEnd(), `a=${'x'.repeat(length - start.length - 4)}`)
}

for (const [name, rows] of Object.entries(tables)) {
  test(name, () => {
    for (const [what, words, expected] of rows) assert.deepEqual([what, code(words)], [what, expected])
  })
}

test('A8 every refusal of the parser has been shown, and says where', () => {
  const shown = new Set(Object.values(tables).flat().map(([, , expected]) => expected))
  assert.deepEqual(sdpCodes.filter((c) => !c.startsWith('sdp.answer') && !shown.has(c)), [])
  const refused = parseSdp(text(...head, audio, 'a=ptime:0'))
  assert.deepEqual(refused.ok ? undefined : [refused.problem.code, refused.problem.where], ['sdp.ptime', 'line 7'])
})

test('A8 a refusal never repeats what the stranger wrote', () => {
  for (const [, words] of Object.values(tables).flat()) {
    const result = parseSdp(words)
    if (!result.ok) assert.doesNotMatch(JSON.stringify(result.problem), /RTP\/AVP|192\.0\.2|inline/)
  }
})

test('RFC 8866 5: what was not changed is printed as it came', () => {
  const words = text(...head, 'a=x-unknown:  two  spaces ', 'm=audio 49170/1 RTP/AVP 0  8 ', 'a=sendrecv', 'a=rtpmap:0 PCMU/8000')
  assert.equal(printSdp(parsed(words)), words)
})

test('RFC 8866 5: lone line feeds and a missing last line end are made whole', () => {
  const words = text(...head, audio, 'a=sendonly')
  for (const variant of [words.replaceAll('\r', ''), words.trimEnd(), words.replaceAll('\r', '').trimEnd(), `${words}\r\n`]) {
    assert.equal(printSdp(parsed(variant)), words)
  }
})
