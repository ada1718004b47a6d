import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkAnswer, commonCodecs, narrowDirections, negotiated, sdpCodes, type AnswerRules } from '../../../src/wire/sdp/index.ts'
import { key, md5, sdp, sha1, sha256, tail } from './fixtures.ts'

const avp = 'm=audio 49170 RTP/AVP 0 8'
const savp = 'm=audio 49170 RTP/SAVP 0 8'
const tls = 'm=audio 49170 UDP/TLS/RTP/SAVPF 0 8'
const video = 'm=video 51372 RTP/AVP 31'
const crypto = (tag: number, keySalt = key.a, more = '', suite = 'AES_CM_128_HMAC_SHA1_80') => `a=crypto:${tag} ${suite} inline:${keySalt}${more}`
const gcm = (tag: number, keySalt = key.gcm) => crypto(tag, keySalt, '', 'AEAD_AES_128_GCM')
const gcmAnswer = gcm(1, key.gcm.replace('AAEC', 'BBEC'))

/** what, offer, answer, what becomes of it. */
type Row = [what: string, offer: string[], answer: string[], code: string]

const tables: Record<string, Row[]> = {
  'RFC 3264 6: as many media, in the same order, of the same kind': [
    ['the same', [avp, video], [avp, video], 'ok'],
    ['none and none', [], [], 'ok'],
    ['one is missing', [avp, video], [avp], 'sdp.answerMediaCount'],
    ['one too many', [avp], [avp, video], 'sdp.answerMediaCount'],
    ['turned round', [avp, video], [video, avp], 'sdp.answerKind'],
    ['one rejected', [avp, video], [avp, 'm=video 0 RTP/AVP 31'], 'ok'],
    ['rejected with another transport', [avp, 'm=video 1 RTP/SAVPF 31'], [avp, 'm=video 0 RTP/AVP 0'], 'ok'],
    ['offered closed, answered open', [avp, 'm=video 0 RTP/AVP 31'], [avp, video], 'sdp.answerRevived'],
    ['offered bundled at port zero, answered open', ['m=audio 0 RTP/AVP 0', 'a=bundle-only'], [avp], 'ok'],
  ],
  'RFC 3264 6.1: transport and formats': [
    ['one of the formats', [avp], ['m=audio 1 RTP/AVP 8'], 'ok'],
    ['one more', [avp], ['m=audio 1 RTP/AVP 8 3'], 'ok'],
    ['none of them', [avp], ['m=audio 1 RTP/AVP 3'], 'sdp.answerFormats'],
    ['the same codec under another number', ['m=audio 1 RTP/AVP 97', 'a=rtpmap:97 iLBC/8000'], ['m=audio 1 RTP/AVP 99', 'a=rtpmap:99 ilbc/8000'], 'ok'],
    ['another codec under another number', ['m=audio 1 RTP/AVP 97', 'a=rtpmap:97 iLBC/8000'], ['m=audio 1 RTP/AVP 99', 'a=rtpmap:99 speex/8000'], 'sdp.answerFormats'],
    ['fax', ['m=image 1 udptl t38'], ['m=image 2 udptl t38'], 'ok'],
    ['fax with another format', ['m=image 1 udptl t38'], ['m=image 2 udptl t37'], 'sdp.answerFormats'],
    ['another transport', [avp], ['m=audio 1 RTP/AVPF 0'], 'sdp.answerProto'],
    ['A22 protection dropped', [savp, crypto(1)], [avp], 'sdp.answerProto'],
    ['protection invented', [avp], [savp, crypto(1, key.b)], 'sdp.answerProto'],
  ],
  'RFC 4568 5.1.2: the answer chooses one crypto line': [
    ['the first', [savp, crypto(1), gcm(2)], [savp, crypto(1, key.b)], 'ok'],
    ['the second', [savp, crypto(7), gcm(1)], [savp, gcmAnswer], 'ok'],
    ['none', [savp, crypto(1)], [savp], 'sdp.answerKeyMissing'],
    ['a tag that was not offered', [savp, crypto(1)], [savp, crypto(2, key.b)], 'sdp.answerCrypto'],
    ['a suite that was not offered', [savp, crypto(1)], [savp, crypto(1, key.b, '', 'AES_CM_128_HMAC_SHA1_32')], 'sdp.answerCrypto'],
    ['two', [savp, crypto(1), gcm(2)], [savp, crypto(1, key.b), gcm(2)], 'sdp.answerCrypto'],
    ['a key that is too short', [savp, crypto(1)], [savp, crypto(1, key.gcm)], 'sdp.answerCrypto'],
    ['A22 unencrypted, but not so offered', [savp, crypto(1)], [savp, crypto(1, key.b, ' UNENCRYPTED_SRTP')], 'sdp.answerCrypto'],
    ['A22 unauthenticated, but not so offered', [savp, crypto(1)], [savp, crypto(1, key.b, ' UNAUTHENTICATED_SRTP')], 'sdp.answerCrypto'],
    ['unencrypted SRTCP, offered and answered', [savp, crypto(1, key.a, ' UNENCRYPTED_SRTCP')], [savp, crypto(1, key.b, ' UNENCRYPTED_SRTCP')], 'ok'],
    ['RFC 4568 6.1 the key of the offer again', [savp, crypto(1), gcm(2)], [savp, crypto(1)], 'sdp.answerKeyReused'],
    ['a crypto line in a medium that was offered plain', [avp], [avp, crypto(1, key.b)], 'sdp.answerCrypto'],
    ['a rejected medium needs none', [savp, crypto(1)], ['m=audio 0 RTP/SAVP 0'], 'ok'],
  ],
  'RFC 8643 3: OSRTP offers keys beside RTP/AVP': [
    ['taken', [avp, crypto(1)], [avp, crypto(1, key.b)], 'ok'],
    ['declined', [avp, crypto(1)], [avp], 'ok'],
    ['taken with DTLS', [avp, sha256, 'a=setup:actpass', crypto(1)], [avp, sha256, 'a=setup:active'], 'ok'],
    ['taken with a tag of its own', [avp, crypto(1)], [avp, crypto(3, key.b)], 'sdp.answerCrypto'],
  ],
  'RFC 5763 5: fingerprints and roles': [
    ['actpass, active', [tls, sha256, 'a=setup:actpass'], [tls, sha256, 'a=setup:active'], 'ok'],
    ['actpass, passive', [tls, sha256, 'a=setup:actpass'], [tls, sha256, 'a=setup:passive'], 'ok'],
    ['actpass, actpass', [tls, sha256, 'a=setup:actpass'], [tls, sha256, 'a=setup:actpass'], 'sdp.answerSetup'],
    ['active, active', [tls, sha256, 'a=setup:active'], [tls, sha256, 'a=setup:active'], 'sdp.answerSetup'],
    ['passive, passive', [tls, sha256, 'a=setup:passive'], [tls, sha256, 'a=setup:passive'], 'sdp.answerSetup'],
    ['actpass, nothing said', [tls, sha256, 'a=setup:actpass'], [tls, sha256], 'ok'],
    ['of the session', [sha256, 'a=setup:actpass', tls], [sha256, 'a=setup:active', tls], 'ok'],
    ['no fingerprint in the answer', [tls, sha256], [tls], 'sdp.answerKeyMissing'],
    ['none in the offer', [tls], [tls, sha256], 'sdp.answerKeyMissing'],
    ['RFC 8122 5 MD5', [tls, sha256], [tls, md5, 'a=setup:passive'], 'sdp.answerKeyMissing'],
    ['a crypto line is no key there', [tls, crypto(1)], [tls, crypto(1, key.b)], 'sdp.answerKeyMissing'],
    ['RTP/SAVP with both, DTLS taken', [savp, crypto(1), sha1, 'a=setup:actpass'], [savp, sha256, 'a=setup:active'], 'ok'],
  ],
  'RFC 5939 3.6.2: a potential configuration': [
    ['taken', [avp, 'a=tcap:1 RTP/SAVP', `a=acap:1 ${crypto(1).slice(2)}`, 'a=pcfg:1 t=1 a=1'], [savp, crypto(1, key.b), 'a=acfg:1 t=1 a=1'], 'ok'],
    ['declined', [avp, 'a=tcap:1 RTP/SAVP', `a=acap:1 ${crypto(1).slice(2)}`, 'a=pcfg:1 t=1 a=1'], [avp], 'ok'],
    ['of the session', ['a=tcap:1 RTP/SAVPF RTP/SAVP', `a=acap:1 ${crypto(1).slice(2)}`, avp], [savp, crypto(1, key.b), 'a=acfg:1 t=2 a=1'], 'ok'],
    ['taken without saying so', [avp, 'a=tcap:1 RTP/SAVP', `a=acap:1 ${crypto(1).slice(2)}`], [savp, crypto(1, key.b)], 'sdp.answerProto'],
    ['one that was not offered', [avp, 'a=tcap:1 RTP/SAVP', `a=acap:1 ${crypto(1).slice(2)}`], ['m=audio 1 RTP/SAVPF 0', crypto(1, key.b), 'a=acfg:1 t=1'], 'sdp.answerProto'],
    ['without a key', [avp, 'a=tcap:1 RTP/SAVP', `a=acap:1 ${crypto(1).slice(2)}`], [savp, 'a=acfg:1 t=1'], 'sdp.answerKeyMissing'],
  ],
}

const judged = (offer: string[], answer: string[], rules?: AnswerRules) => {
  const result = checkAnswer(sdp(...offer), sdp(...answer), rules)
  return result.ok ? 'ok' : result.problem.code
}

for (const [name, rows] of Object.entries(tables)) {
  test(name, () => {
    for (const [what, offer, answer, expected] of rows) assert.deepEqual([what, judged(offer, answer)], [what, expected])
  })
}

/** RFC 3264 6.1: which answers fit, and what the offerer is left with where they do. */
const directions: Record<string, Record<string, string>> = {
  sendrecv: { sendrecv: 'sendrecv active', sendonly: 'recvonly held', recvonly: 'sendonly holding', inactive: 'inactive inactive' },
  sendonly: { recvonly: 'sendonly holding', inactive: 'inactive inactive' },
  recvonly: { sendonly: 'recvonly held', inactive: 'inactive inactive' },
  inactive: { inactive: 'inactive inactive' },
}

test('RFC 3264 6.1, 8.4: all sixteen pairs of directions', () => {
  for (const asked of Object.keys(directions)) {
    for (const said of Object.keys(directions)) {
      const offer = sdp(avp, `a=${asked}`), answer = sdp(avp, `a=${said}`)
      const fits = directions[asked]![said]
      assert.deepEqual([asked, said, judged([avp, `a=${asked}`], [avp, `a=${said}`])], [asked, said, fits ? 'ok' : 'sdp.answerDirection'])
      const [agreed] = negotiated(offer, answer)
      if (fits) assert.equal(`${agreed!.direction} ${agreed!.hold}`, fits)
    }
  }
})

test('RFC 3264 6.1: an answer that says too much about directions can be narrowed', () => {
  const narrowed = (asked: string, ...said: string[]) => tail(narrowDirections(sdp(avp, `a=${asked}`), sdp(...said)))
  assert.deepEqual(narrowed('sendonly', avp), [avp, 'a=recvonly'])
  assert.deepEqual(narrowed('sendonly', avp, 'a=sendrecv', 'a=ptime:20'), [avp, 'a=recvonly', 'a=ptime:20'])
  assert.deepEqual(narrowed('recvonly', avp), [avp, 'a=sendonly'])
  assert.deepEqual(narrowed('sendonly', avp, 'a=sendonly'), [avp, 'a=inactive'])
  assert.deepEqual(narrowed('inactive', 'a=sendrecv', avp), ['a=sendrecv', avp, 'a=inactive'])
  assert.deepEqual(narrowed('sendrecv', avp, 'a=recvonly'), [avp, 'a=recvonly'])
  assert.deepEqual(narrowed('sendonly', 'm=audio 0 RTP/AVP 0'), ['m=audio 0 RTP/AVP 0'])
})

test('RFC 3264 8.4: the old hold, an address of 0.0.0.0', () => {
  const hold = (offer: string[], answer: string[]) => negotiated(sdp(avp, ...offer), sdp(avp, ...answer))[0]!.hold
  assert.equal(hold(['c=IN IP4 0.0.0.0'], []), 'holding')
  assert.equal(hold([], ['c=IN IP4 0.0.0.0']), 'held')
  assert.equal(hold(['c=IN IP4 0.0.0.0'], ['c=IN IP4 0.0.0.0']), 'inactive')
  assert.equal(hold(['c=IN IP6 ::'], []), 'holding')
  assert.equal(hold(['c=IN IP4 0.0.0.0', 'a=ice-ufrag:abcd'], []), 'active')
})

test('A22 R261 R262 what a pair really protects', () => {
  const weak = 'NULL_HMAC_SHA1_80'
  const rows: [string[], string[], string][] = [
    [[avp], [avp], 'none'],
    [[savp, crypto(1)], [savp, crypto(1, key.b)], 'sdes AES_CM_128_HMAC_SHA1_80'],
    [[savp, crypto(1), gcm(2)], [savp, gcm(2, key.gcm.replace('AAEC', 'BBEC'))], 'sdes AEAD_AES_128_GCM'],
    [[avp, crypto(1)], [avp, crypto(1, key.b)], 'sdes AES_CM_128_HMAC_SHA1_80'],
    [[avp, crypto(1)], [avp], 'none'],
    [[avp, crypto(1)], [avp, crypto(2, key.b)], 'none'],
    [[savp, crypto(1)], [avp], 'none'],
    [[savp, crypto(1, key.a, ' UNENCRYPTED_SRTP')], [savp, crypto(1, key.b, ' UNENCRYPTED_SRTP')], 'none'],
    [[savp, crypto(1, key.a, '', weak), gcm(2)], [savp, crypto(1, key.b, '', weak)], 'none'],
    [[savp, crypto(1, key.a, '', weak), sha256], [savp, crypto(1, key.b, '', weak), sha256], 'none'],
    [[tls, sha256], [tls, sha256], 'dtls'],
    [[tls, sha256], [tls], 'none'],
    [[tls, sha256, crypto(1)], [tls, crypto(1, key.b)], 'none'],
    [[avp, sha256], [avp, sha256], 'dtls'],
    [[savp, crypto(1)], ['m=audio 0 RTP/SAVP 0'], 'none'],
  ]
  for (const [offer, answer, expected] of rows) {
    const { protection, suite } = negotiated(sdp(...offer), sdp(...answer))[0]!
    assert.equal([protection, suite].filter(Boolean).join(' '), expected, `${offer.join(' ')} / ${answer.join(' ')}`)
  }
})

test('A22 the Cisco fall-back from RTP/SAVP to RTP/AVP only where both announced it, and then it is no protection', () => {
  assert.equal(judged([savp, crypto(1)], [avp]), 'sdp.answerProto')
  assert.equal(judged([savp, crypto(1)], [avp], { fallbackToRtp: true }), 'ok')
  assert.equal(judged([tls, sha256], [avp], { fallbackToRtp: true }), 'sdp.answerProto')
  assert.equal(negotiated(sdp(savp, crypto(1)), sdp(avp))[0]!.protection, 'none')
})

test('RFC 3264 6.1: codecs that both list, by name, in the order of the answer', () => {
  const offer = sdp('m=audio 1 RTP/AVP 0 8 97 101', 'a=rtpmap:97 opus/48000/2', 'a=rtpmap:101 telephone-event/8000', video)
  const answer = sdp('m=audio 1 RTP/AVP 98 8 3 101', 'a=rtpmap:98 opus/48000/2', 'a=rtpmap:101 telephone-event/8000', 'm=video 0 RTP/AVP 31')
  assert.deepEqual(commonCodecs(offer.media[0]!, answer.media[0]!), ['OPUS/48000/2', 'PCMA/8000', 'TELEPHONE-EVENT/8000'])
  assert.deepEqual(negotiated(offer, answer)[1], { kind: 'video', state: 'rejected', protection: 'none', direction: 'inactive', hold: 'inactive' })
})

test('RFC 3264 6: a refusal says which medium', () => {
  const result = checkAnswer(sdp(avp, video), sdp(avp, avp))
  assert.equal(result.ok ? undefined : result.problem.where, 'media 2')
})

test('A22 every refusal of an answer has been shown', () => {
  const shown = new Set([...Object.values(tables).flat().map(([, , , expected]) => expected), 'sdp.answerDirection'])
  assert.deepEqual(sdpCodes.filter((c) => c.startsWith('sdp.answer') && !shown.has(c)), [])
})
