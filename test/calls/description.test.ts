/** Session descriptions at the limit of what is taken: what we send for them can be read again. Standards RFC 3264 8; RFC 8866. A1 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsed } from '../../src/calls/legs/sip/agreed.ts'
import { description } from '../../src/calls/legs/sip/description.ts'
import { asOurs, inactiveOffer, maxLines, maxMedia, maxSdp } from '../../src/wire/sdp/index.ts'
import { parseMessage } from '../../src/wire/sip/index.ts'
import { town } from './town.ts'

const head = 'v=0\no=- 0 0 IN IP4 a\ns=-\nc=IN IP4 192.0.2.4\nt=0 0\n'

/** `media` m= lines, then attributes until there are `octets`, in as many lines as asked for. */
function filled(octets: number, media: number, lines: number, lineEnd: string): string {
  let text = (head + 'm=audio 5004 RTP/AVP 0\n'.repeat(media)).replaceAll('\n', lineEnd)
  const left = lines - media - 5, each = Math.floor((octets - text.length) / left)
  for (let i = 0; i < left; i++) {
    const size = i === left - 1 ? octets - text.length : each
    text += `a=${'x'.repeat(size - 2 - lineEnd.length)}${lineEnd}`
  }
  return text
}

function read(text: string) {
  const message = parseMessage(`INVITE sip:b@c SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\nContent-Length: ${text.length}\r\n\r\n${text}`)
  assert.ok(message.ok)
  return description(message.message)
}

for (const [name, octets, media, lines, lineEnd] of [
  ['octets', maxSdp - 512, 1, 40, '\r\n'], ['octets, every medium without a direction', maxSdp - 512, maxMedia, 80, '\r\n'],
  ['lines', 8_000, maxMedia, maxLines - maxMedia, '\r\n'], ['octets and lines, bare line ends', maxSdp - 512 - (maxLines - maxMedia), maxMedia, maxLines - maxMedia, '\n'],
] as const) {
  test(`A1 the longest description that is taken, in ${name}: with our o= line and a direction in each medium it is read again; one octet or line more gets 488`, () => {
    const text = filled(octets, media, lines, lineEnd)
    const said = read(text)
    assert.equal(said.is, 'sdp')
    if (said.is !== 'sdp') return
    const origin = { sessionId: '2147483647', address: '2001:db8:1111:2222:3333:4444:5555:6666', version: 999_999_999, lastText: '' }
    asOurs(origin, said.sdp)
    assert.equal(parsed(origin.lastText).media.length, media)
    asOurs(origin, inactiveOffer(parsed(origin.lastText)))
    assert.equal(parsed(origin.lastText).media.length, media)
    const more = read(`${text}a=${lines === maxLines - maxMedia ? '' : 'x'}${lineEnd}`)
    assert.deepEqual([more.is, more.is === 'refused' && more.status], ['refused', 488])
  })
}

test('A1 a phone that offers more than that hears 488, and the exchange goes on', async () => {
  const t = await town()
  for (const octets of [maxSdp - 512 + 1, maxSdp - 20, maxSdp]) {
    const said = t.alice.send('INVITE', 'sip:1002@example.test', 'Content-Type: application/sdp\r\n', filled(octets, 1, 40, '\r\n'))
    t.tick()
    assert.equal(said.at(-1), 488)
  }
  t.connect(t.alice, t.bob)
  t.close()
})

const sdp = 'v=0\r\no=- 0 0 IN IP4 192.0.2.4\r\ns=-\r\nc=IN IP4 192.0.2.4\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n'
/** A body of the description and one more part, with these header lines. */
function multipart(kind: string, more: string) {
  const text = `--cut\r\nContent-Type: application/sdp\r\n\r\n${sdp}\r\n--cut\r\n${more}\r\nsomething\r\n--cut--\r\n`
  const message = parseMessage(`INVITE sip:b@c SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Type: multipart/${kind};boundary=cut\r\nContent-Length: ${text.length}\r\n\r\n${text}`)
  assert.ok(message.ok)
  return description(message.message)
}

for (const [what, kind, more, is] of [
  ['that says that it must be understood', 'mixed', 'Content-Type: application/isup;version=x\r\nContent-Disposition: signal ; handling = Required\r\n', 'refused'],
  ['that must be understood, deeper', 'mixed', 'Content-Type: multipart/mixed;boundary=in\r\n\r\n--in\r\nContent-Type: a/b\r\nContent-Disposition: signal;handling=required\r\n\r\nx\r\n--in--\r\n', 'refused'],
  ['that may be passed over', 'mixed', 'Content-Type: application/isup\r\nContent-Disposition: signal;handling=optional\r\n', 'sdp'],
  ['that says nothing of it', 'mixed', 'Content-Type: application/pidf+xml\r\n', 'sdp'],
  ['of alternatives, where one is enough', 'alternative', 'Content-Type: application/isup\r\nContent-Disposition: signal;handling=required\r\n', 'sdp'],
] as const) {
  test(`RFC 5621 5.3: a description beside a part ${what}: ${is === 'sdp' ? 'taken' : '415'}`, () => {
    const said = multipart(kind, more)
    assert.equal(said.is, is)
    if (said.is === 'refused') assert.equal(said.status, 415)
    if (said.is === 'sdp') assert.equal(said.text, sdp)
  })
}
