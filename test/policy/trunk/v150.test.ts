/** The V.150.1 filter on offers that go out over a trunk. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { effectiveFilter, filterV150 } from '../../../src/policy/trunk/v150.ts'
import { linear } from '../../linear.ts'

const session = ['v=0', 'o=- 1 1 IN IP4 192.0.2.7', 's=-', 'c=IN IP4 192.0.2.7', 't=0 0']
const codecs = ['a=rtpmap:0 PCMU/8000', 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15']
const mer = ['a=rtpmap:118 v150fw/8000', 'a=sqn:0', 'a=cdsc:1 audio RTP/AVP 118 0 18', 'a=cdsc:4 audio udpsprt 120', 'a=cpar: a=sprtmap:120 v150mr/8000',
  'a=cpar: a=fmtp:120 mr=1;mg=0;CDSCselect=1;mrmods=1-4,10-12;jmdelay=no', 'a=sprtparm:140 140 132 132 5 8', 'a=vndpar:2 0', 'a=gpmd:0 vbd=yes']
const preMer = ['a=rtpmap:100 X-NSE/8000', 'a=fmtp:100 192-194', 'a=X-sqn:0', 'a=X-cap: 1 audio RTP/AVP 100', 'a=X-cpar: a=rtpmap:100 X-NSE/8000', 'a=X-cap: 2 image udptl t38']
const offer = [...session, 'm=audio 20000 RTP/AVP 0 118 101 100', ...codecs, ...mer, ...preMer, 'a=sendrecv']

test('R372 R373 the choice of a profile, the cluster\'s default behind useDefault, nothing by default', () => {
  assert.equal(effectiveFilter('useDefault'), 'none')
  assert.equal(effectiveFilter('useDefault', 'removeMer'), 'removeMer')
  for (const choice of ['none', 'removeMer', 'removePreMer'] as const) assert.equal(effectiveFilter(choice, 'removeMer'), choice)
  assert.equal(filterV150(offer, 'none'), offer)
})

test('R374 Remove MER takes the modem\'s lines and payload types, and leaves the older form', () => {
  assert.deepEqual(filterV150(offer, 'removeMer'), [...session, 'm=audio 20000 RTP/AVP 0 101 100', ...codecs, 'a=cdsc:1 audio RTP/AVP 0 18', ...preMer, 'a=sendrecv'].toSpliced(9, 0, 'a=sqn:0'))
})

test('R375 Remove Pre-MER takes the older form, and leaves MER', () => {
  assert.deepEqual(filterV150(offer, 'removePreMer'), [...session, 'm=audio 20000 RTP/AVP 0 118 101', ...codecs, ...mer, 'a=sendrecv'])
})

/** What is filtered, the lines after one another, and what is left of them. */
const rows: [string, 'removeMer' | 'removePreMer', string[], string[]][] = [
  ['R374 a payload type that telephone-event uses as well stays', 'removeMer', ['m=audio 1 RTP/AVP 0 101', 'a=rtpmap:101 telephone-event/8000', 'a=rtpmap:101 v150fw/8000', 'a=fmtp:101 0-15'], ['m=audio 1 RTP/AVP 0 101', 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15']],
  ['R375 nor does X-NSE take it', 'removePreMer', ['m=audio 1 RTP/AVP 101 0', 'a=rtpmap:101 telephone-event/8000', 'a=rtpmap:101 X-NSE/8000'], ['m=audio 1 RTP/AVP 101 0', 'a=rtpmap:101 telephone-event/8000']],
  ['R374 the same number in another medium is another payload type', 'removeMer', ['m=audio 1 RTP/AVP 0 96', 'a=rtpmap:96 V150FW/8000', 'm=video 2 RTP/AVP 96', 'a=rtpmap:96 H264/90000'], ['m=audio 1 RTP/AVP 0', 'm=video 2 RTP/AVP 96', 'a=rtpmap:96 H264/90000']],
  ['R374 RFC 3264 8.2 a medium of SPRT alone is declined and keeps its place', 'removeMer', ['m=audio 9 udpsprt 120', 'a=sprtmap:120 v150mr/8000', 'm=audio 1 RTP/AVP 0'], ['m=audio 0 udpsprt 120', 'm=audio 1 RTP/AVP 0']],
  ['R374 RFC 3264 8.2 so is one with nothing left', 'removeMer', ['m=audio 9 RTP/AVP 118', 'a=rtpmap:118 v150fw/8000'], ['m=audio 0 RTP/AVP 118']],
  ['R374 RFC 3407 a set of capabilities without a modem stays as it is', 'removeMer', ['m=audio 1 RTP/AVP 0 118', 'a=rtpmap:118 v150fw/8000', 'a=sqn:0', 'a=cdsc:1 image udptl t38', 'a=cpar: a=T38FaxVersion:0'], ['m=audio 1 RTP/AVP 0', 'a=sqn:0', 'a=cdsc:1 image udptl t38', 'a=cpar: a=T38FaxVersion:0']],
  ['R374 RFC 3407 what follows a descriptor that goes is counted anew', 'removeMer', ['m=audio 1 RTP/AVP 0', 'a=sqn:0', 'a=cdsc:1 audio udpsprt 120', 'a=cpar: a=sprtmap:120 v150mr/8000', 'a=cdsc:2 image udptl t38', 'a=cpar: a=T38FaxVersion:0'], ['m=audio 1 RTP/AVP 0', 'a=sqn:0', 'a=cdsc:1 image udptl t38', 'a=cpar: a=T38FaxVersion:0']],
  ['R374 RFC 3407 a set of modems alone goes as a whole', 'removeMer', ['m=audio 1 RTP/AVP 0', 'a=sqn:0', 'a=cdsc:1 audio udpsprt 120', 'a=cpar: a=sprtmap:120 v150mr/8000'], ['m=audio 1 RTP/AVP 0']],
  ['R374 a payload type that is mapped inside the capabilities alone', 'removeMer', ['m=audio 1 RTP/AVP 0', 'a=sqn:0', 'a=cdsc:1 audio RTP/AVP 0 118', 'a=cpar: a=rtpmap:118 v150fw/8000'], ['m=audio 1 RTP/AVP 0', 'a=sqn:0', 'a=cdsc:1 audio RTP/AVP 0']],
  ['R374 capabilities of the whole session', 'removeMer', ['v=0', 'a=sqn:0', 'a=cdsc:1 audio RTP/AVP 0 118', 'm=audio 1 RTP/AVP 0 118', 'a=rtpmap:118 v150fw/8000'], ['v=0', 'a=sqn:0', 'a=cdsc:1 audio RTP/AVP 0', 'm=audio 1 RTP/AVP 0']],
  ['R374 what else is said of a codec stays', 'removeMer', ['m=audio 1 RTP/AVP 0', 'a=gpmd:0 vbd=yes', 'a=gpmd:0 something=else', 'a=fmtp:0 annexb=no'], ['m=audio 1 RTP/AVP 0', 'a=gpmd:0 something=else', 'a=fmtp:0 annexb=no']],
  ['R374 SRTP keys and directions are not touched', 'removeMer', ['m=audio 1 RTP/SAVP 0 118', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x', 'a=rtpmap:118 NoAudio/8000', 'a=sendonly'], ['m=audio 1 RTP/SAVP 0', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x', 'a=sendonly']],
]
for (const [about, filter, given, expected] of rows) test(about, () => { assert.deepEqual(filterV150(given, filter), expected) })

const line = fc.oneof(fc.constantFrom(...offer), fc.constantFrom('m=', 'm=audio', 'a=rtpmap:', 'a=cdsc:', 'a=cpar:', 'a=:', 'a', '', 'a=rtpmap:0 v150fw/8000', 'm=audio 1 udpsprt'), fc.string({ maxLength: 30 }))
test('R374 R375 A8 property: nothing throws, media keep their order, kinds and ways, and filtering twice is filtering once', () => {
  let changed = 0
  fc.assert(fc.property(fc.array(line, { maxLength: 25 }), fc.constantFrom('removeMer', 'removePreMer'), (lines, filter) => {
    const once = filterV150(lines, filter), media = (list: readonly string[]) => list.filter((one) => one.startsWith('m=')).map((one) => one.split(' ').filter((word) => word !== '')).map(([kind, , way]) => `${kind} ${way}`)
    if (once !== lines) changed++
    assert.deepEqual(media(once), media(lines))
    assert.deepEqual([...filterV150(once, filter)], [...once])
    for (const kept of ['a=rtpmap:101 telephone-event/8000', 'a=rtpmap:0 PCMU/8000', 'a=sendrecv']) assert.equal(once.filter((one) => one === kept).length, lines.filter((one) => one === kept).length)
  }), { numRuns: 5_000, seed: 374 })
  assert.ok(changed > 500)
})

const many = (n: number, lines: readonly string[]) => { const long = Array.from({ length: n }, (_, i) => lines[i % lines.length]!); return () => filterV150(long, 'removeMer') }
linear('A5 A8 V.150 filter:', 2_000, {
  'many media': (n) => many(n, ['m=audio 1 RTP/AVP 0 118', 'a=rtpmap:118 v150fw/8000']), 'many capabilities': (n) => many(n, ['a=cdsc:1 audio RTP/AVP 118 0', 'a=cpar: a=sprtmap:120 v150mr/8000']),
  'one long line': (n) => { const long = ['m=audio 1 RTP/AVP 0', 'a=rtpmap:118 v150fw/8000', `a=cdsc:1 audio RTP/AVP ${'118 '.repeat(n)}`]; return () => filterV150(long, 'removeMer') },
})
