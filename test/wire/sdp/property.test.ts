import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { target } from '../../../fuzz/sdp.ts'
import { asOurs, checkAnswer, cryptoLines, maxSdp, negotiated, origin, parseSdp, printSdp, redactKeys } from '../../../src/wire/sdp/index.ts'
import { parsed, text } from './fixtures.ts'

const octet = fc.integer({ min: 0, max: 255 })
const address = fc.oneof(fc.ipV4().map((a) => `IP4 ${a}`), fc.ipV6().map((a) => `IP6 ${a}`), fc.constant('IP4 host.example.test'))
const printable = fc.string({ unit: fc.integer({ min: 32, max: 255 }).map((c) => String.fromCharCode(c)), maxLength: 40 })
const keySalt = (octets: number) => fc.uint8Array({ minLength: octets, maxLength: octets }).map((b) => Buffer.from(b).toString('base64'))
const crypto = fc.tuple(fc.integer({ min: 0, max: 999 }), keySalt(30)).map(([tag, k]) => `a=crypto:${tag} AES_CM_128_HMAC_SHA1_80 inline:${k}|2^31`)
const attribute = fc.oneof(
  crypto,
  fc.constantFrom('a=sendonly', 'a=recvonly', 'a=inactive', 'a=sendrecv', 'a=rtcp-mux', 'a=ptime:20', 'a=setup:actpass', 'a=rtpmap:96 opus/48000/2'),
  printable.map((words) => `a=x-${words}`),
)
const port = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 65_535 }))
const payloads = fc.uniqueArray(fc.integer({ min: 0, max: 127 }), { minLength: 1, maxLength: 8 })
const proto = fc.constantFrom('RTP/AVP', 'RTP/SAVP', 'RTP/SAVPF', 'UDP/TLS/RTP/SAVPF')
const media = fc.tuple(fc.constantFrom('audio', 'video'), port, proto, payloads, fc.array(attribute, { maxLength: 8 }))
  .map(([kind, p, transport, formats, attributes]) => [`m=${kind} ${p} ${transport} ${formats.join(' ')}`, ...attributes])
const session = fc.tuple(printable, address, address, fc.array(attribute, { maxLength: 3 }), fc.array(media, { maxLength: 6 }))
  .map(([name, o, c, attributes, all]) => text('v=0', `o=- 1 1 IN ${o}`, `s=${name}`, `c=IN ${c}`, 't=0 0', ...attributes, ...all.flat()))

test('RFC 8866 9: any valid description is read and printed octet for octet', () => {
  fc.assert(fc.property(session, (words) => { assert.equal(printSdp(parsed(words)), words) }))
})

test('RFC 8866 5: with line feeds alone it is the same description', () => {
  fc.assert(fc.property(session, (words) => { assert.equal(printSdp(parsed(words.replaceAll('\r\n', '\n'))), words) }))
})

test('A8 any octets: nothing throws, every promise of the fuzz target holds', () => {
  fc.assert(fc.property(fc.array(octet, { maxLength: 400 }), (bytes) => { target.run(Buffer.from(bytes)) }))
})

test('A8 a valid description with a piece replaced by anything: nothing throws, every promise holds', () => {
  const piece = fc.oneof(printable, fc.constantFrom(...target.dictionary!), fc.array(octet, { maxLength: 6 }).map((b) => String.fromCharCode(...b)))
  fc.assert(fc.property(session, fc.nat(), fc.nat(30), piece, (words, at, cut, put) => {
    const from = at % (words.length + 1)
    target.run(Buffer.from(words.slice(0, from) + put + words.slice(from + cut), 'latin1'))
  }), { numRuns: 300 })
})

test('A8 the seeds of the fuzz corpus keep every promise, and those written by hand are read', () => {
  const read = target.seeds().filter((seed) => parseSdp(seed.toString('latin1')).ok)
  assert.ok(read.length >= 8)
  for (const seed of target.seeds()) target.run(seed)
})

test('A8 the worst of full size: repeated marks of every kind end at once', () => {
  for (const word of [...target.dictionary!, ' ', ':', '|', ';', '/', '.', 'a=', 'o=', 'c=IN IP6 ::', 'inline:', 'crypto:', 'k=', '=', '0', '\r', '\n\r']) {
    const much = word.repeat(Math.ceil(maxSdp / word.length)).slice(0, maxSdp)
    for (const words of [much, `v=0\no=- 1 1 IN IP4 1.1.1.1\n${much}`.slice(0, maxSdp), `v=0\no=- 1 1 IN IP4 1.1.1.1\nc=IN IP4 1.1.1.1\nm=audio 1 RTP/AVP 0\na=crypto:1 A_B ${much}`.slice(0, 4000)]) {
      target.run(Buffer.from(words, 'latin1'))
    }
  }
})

test('R254 no key of any description is left after redaction', () => {
  fc.assert(fc.property(session, (words) => {
    const safe = redactKeys(words)
    for (const m of parsed(words).media) for (const c of cryptoLines(m)) for (const k of c.keys) assert.ok(!safe.includes(k.keySalt.reveal()))
    assert.equal(safe.split('\n').length, words.split('\n').length)
  }))
})

test('RFC 3264 8: along any walk of descriptions the version counts the changes', () => {
  fc.assert(fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 20 }), fc.array(session, { minLength: 4, maxLength: 4 }), (walk, all) => {
    const state = { sessionId: '1', address: '192.0.2.1', version: 1, lastText: '' }
    let version = 1, last: string | undefined
    for (const step of walk) {
      const rest = all[step]!.replace(/o=.*\r\n/, '')
      if (last !== undefined && rest !== last) version++
      last = rest
      assert.equal(origin(asOurs(state, parsed(all[step]!))).version, String(version))
    }
  }))
})

/** What a phone may make of one crypto line of an offer: its own key, no line, plain RTP, weaker, another tag. */
const answerings: Record<string, (line: string, own: string) => string> = {
  own: (line, own) => line.replace(/inline:.*/, `inline:${own}`),
  same: (line) => line,
  none: () => 'a=x-none',
  weaker: (line, own) => line.replace(/inline:.*/, `inline:${own} UNENCRYPTED_SRTP`),
  otherTag: (line, own) => line.replace(/:\d+ .*inline:.*/, `:1000 AES_CM_128_HMAC_SHA1_80 inline:${own}`),
  otherSuite: (line, own) => line.replace(/AES.*inline:.*/, `NULL_HMAC_SHA1_80 inline:${own}`),
}

test('A22 an answer that was passed to an offer of RTP/SAVP is protected in every live medium', () => {
  const secured = fc.array(fc.tuple(port, crypto, keySalt(30), fc.constantFrom(...Object.keys(answerings)), fc.boolean()), { minLength: 1, maxLength: 4 })
  const passed = new Map<string, number>()
  fc.assert(fc.property(secured, (all) => {
    const description = (lines: string[]) => parsed(text('v=0', 'o=- 1 1 IN IP4 192.0.2.1', 'c=IN IP4 192.0.2.1', ...lines))
    const offer = description(all.flatMap(([, line]) => ['m=audio 4000 RTP/SAVP 0', line]))
    const answer = description(all.flatMap(([p, line, own, how, plain]) => [`m=audio ${p} RTP/${plain && how === 'none' ? 'AVP' : 'SAVP'} 0`, answerings[how]!(line, own)]))
    const agreed = negotiated(offer, answer)
    if (!checkAnswer(offer, answer).ok) return
    for (const medium of agreed) assert.ok(medium.state === 'rejected' || medium.protection === 'sdes')
    for (const medium of agreed) passed.set(medium.state, (passed.get(medium.state) ?? 0) + 1)
  }), { numRuns: 500 })
  assert.ok((passed.get('live') ?? 0) > 10, 'live answers were among those that passed')
})
