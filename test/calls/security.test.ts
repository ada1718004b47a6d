/** Media protection and security status: no plain RTP where SRTP is required, at no moment. Standards sip-trunk 1.7; RFC 4568, 8643. R253–R255, R263, R269–R271; A22 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streamOf } from '../../src/index.ts'
import { parseSdp } from '../../src/wire/sdp/index.ts'
import { assertTalking, town } from './town.ts'

type Directory = 'off' | 'preferred' | 'required'
type Phone = 'none' | 'optional' | 'required'
const secure = ['alice', 'bob', 'carol'] as const
const told: Directory[] = ['off', 'preferred', 'required'], can: Phone[] = ['none', 'optional', 'required']

/** What the rules say: by the directory of caller and called, what the caller offers and the called phone can. */
function expected(a: Directory, b: Directory, offer: Phone, answer: Phone): 'plain' | 'sdes' | 488 {
  const insists = a === 'required' || b === 'required'
  if (insists && offer === 'none') return 488                                           // an offer that can only be answered in the clear
  const counts: Phone = insists ? 'required' : offer                                    // RFC 8643: keys beside RTP/AVP are raised
  if (counts === 'required' && (a === 'off' || b === 'off')) return 488
  const passed: Phone = b === 'off' && counts === 'optional' ? 'none' : counts
  if ((passed === 'required' && answer === 'none') || (answer === 'required' && passed === 'none')) return 488
  return passed !== 'none' && answer !== 'none' ? 'sdes' : 'plain'
}

for (const a of told) for (const b of told) {
  test(`A22, R254: media ${a} calls media ${b}, whatever the phones offer and answer`, async () => {
    for (const offer of can) for (const answer of can) {
      const t = await town({ media: { alice: a, bob: b } }, { alice: { security: offer }, bob: { security: answer } })
      const near = t.alice.call('1002')
      t.tick()
      if (t.bob.talks.some((one) => one.invite)) t.bob.answer()
      t.tick()
      const want = expected(a, b, offer, answer), what = `offer ${offer}, answer ${answer}`
      if (want === 488) {
        assert.equal(near.ended?.status, 488, what)
        if (t.bob.talks.length === 0) assert.match(near.reason, /\b100[12] .*SRTP/, what)             // the number, not the name of the device
      } else {
        assertTalking(near, t.bob.talk)
        assert.equal(streamOf(near)?.protection, want === 'plain' ? 'none' : 'sdes', what)
      }
      if (a === 'required' || b === 'required') assertNoPlainRtp(t.system.ladder().map((one) => one.from === 'ringfort' ? one.text : ''), what)
      t.close()
    }
  })
}

/** What the system sends to anybody in a call with a leg that requires SRTP holds no plain medium; RFC 8643 3: RTP/AVP with a key is the answer to RTP/AVP with keys, never an offer. */
function assertNoPlainRtp(messages: string[], what: string): void {
  const plain = messages.filter((text) => /^m=audio [1-9]\d* RTP\/AVP/m.test(text) && (!/^a=crypto:/m.test(text) || !/^(?:SIP\/2\.0|ACK|PRACK) /.test(text)))
  assert.deepEqual(plain, [], what)
}

for (const { who, media, security } of [
  { who: 'a phone that prefers SRTP calls one that insists', media: { alice: 'preferred', bob: 'required' }, security: { alice: 'optional', bob: 'required' } },
  { who: 'a phone that insists, and offers keys beside RTP/AVP, calls', media: { alice: 'required', bob: 'preferred' }, security: { alice: 'optional', bob: 'optional' } },
] as const) {
  test(`A22 RFC 8643 ${who}: RTP/SAVP goes out, RTP/AVP with a key comes back, at the call, at hold, after the change of either side`, async () => {
    const t = await town({ media, secure }, { alice: { security: security.alice }, bob: { security: security.bob } })
    const near = t.alice.call('1002')
    t.tick()
    t.bob.ring(183, { early: true })
    t.tick()
    t.bob.answer()
    t.tick()
    const sent = (to: string, what: string) => t.system.ladder().filter((one) => one.to === to && one.what === what && one.from === 'ringfort').map((one) => /^m=audio \d+ (\S+)/m.exec(one.text)?.[1])
    assert.deepEqual([sent('bob', 'INVITE'), sent('alice', '183 INVITE'), sent('alice', '200 INVITE')], [['RTP/SAVP'], ['RTP/AVP'], ['RTP/AVP']])
    for (const step of [() => { t.alice.hold(near) }, () => { t.alice.resume(near) }, () => { t.bob.hold(t.bob.talk, { by: 'UPDATE' }) }, () => { t.bob.resume() }, () => { t.bob.reoffer({ delayed: true }) }]) {
      step()
      t.tick()
      assertTalking(near, t.bob.talk)
      assert.deepEqual([streamOf(near)?.protection, [...t.system.calls.values()][0]!.security], ['sdes', 'encrypted'])
    }
    assertNoPlainRtp(t.system.ladder().map((one) => one.from === 'ringfort' ? one.text : ''), 'the whole call')
    t.close()
  })

  test(`A22 RFC 8643 ${who}: an answer without a key ends the call, in the 183 and in the 200, and never reaches the caller`, async () => {
    for (const early of [true, false]) {
      const t = await town({ media }, { alice: { security: security.alice }, bob: { security: security.bob, rings: false } })
      const near = t.alice.call('1002')
      t.tick()
      const answer = parseSdp('v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 5004 RTP/AVP 8\r\n')
      assert.ok(answer.ok)
      t.bob.talk.session = { ours: answer.value, theirs: answer.value, weOffered: false }
      if (early) t.bob.ring(183, { early: true })
      else t.bob.answer()
      t.tick()
      assert.deepEqual([near.state === 'up', near.session], [false, undefined])
      assertNoPlainRtp(t.system.ladder().map((one) => one.from === 'ringfort' ? one.text : ''), 'the answer')
      t.close()
    }
  })
}

test('A22 RFC 8643 a raised offer that is answered in RTP/AVP, though with a key: that is no answer to RTP/SAVP', async () => {
  const t = await town({ media: { alice: 'preferred', bob: 'required' } }, { bob: { rings: false } })
  const near = t.alice.call('1002')
  t.tick()
  const answer = parseSdp(`v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 5004 RTP/AVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${'A'.repeat(40)}\r\n`)
  assert.ok(answer.ok)
  t.bob.talk.session = { ours: answer.value, theirs: answer.value, weOffered: false }
  t.bob.answer()
  t.tick()
  assert.equal(near.ended?.status, 488)
  t.close()
})

test('A22 RFC 8643 keys that are no keys are not raised: a weak suite, a broken line; a fingerprint is, to DTLS', async () => {
  for (const [line, proto] of [
    ['a=crypto:1 NULL_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj', undefined], ['a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:short', undefined],
    [`a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`, 'UDP/TLS/RTP/SAVP'], ['a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj', 'RTP/SAVP'],
  ] as const) {
    const t = await town({ media: { alice: 'preferred', bob: 'required' } })
    const said = t.alice.send('INVITE', 'sip:1002@example.test', 'Content-Type: application/sdp\r\n', `v=0\r\no=- 1 1 IN IP4 10.0.1.1\r\ns=-\r\nc=IN IP4 10.0.1.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 8\r\n${line}\r\n`)
    t.tick()
    const went = t.system.ladder().find((one) => one.to === 'bob' && one.what === 'INVITE')
    assert.equal(went && /^m=audio \d+ (\S+)/m.exec(went.text)?.[1], proto, line)
    if (proto === undefined) assert.equal(said.at(-1), 488)
    t.system.close()
  }
})

test('A22: an answer in the clear to a required offer ends the call: it never reaches the caller', async () => {
  const t = await town({ media: { alice: 'required', bob: 'preferred' } })
  const near = t.alice.call('1002')
  t.tick()
  t.bob.talk.security = 'none'
  t.bob.answer()
  t.tick()
  assert.notEqual(near.state, 'up')
  assertNoPlainRtp(t.system.ladder().map((one) => one.from === 'ringfort' ? one.text : ''), 'answer')
  t.close()
})

test('A22: a re-INVITE cannot take SRTP away from a leg that requires it: 488 with a Warning, the call stays encrypted', async () => {
  const t = await town({ media: { alice: 'required', bob: 'preferred' } })
  const { near, far } = t.connect(t.alice, t.bob)
  for (const by of ['INVITE', 'UPDATE'] as const) {
    far.security = 'none'
    t.bob.reoffer({ by })
    t.tick()
    assert.equal(far.statuses.at(-1), 488)
    assert.match(far.reason, /SRTP/)
  }
  assert.deepEqual([near.state, streamOf(near)?.protection], ['up', 'sdes'])
  t.close()
})

test('A22, R263: transfer to a phone without SRTP does not make a required leg plain: the transfer fails, the two talk on or end', async () => {
  const t = await town({ media: { alice: 'required', bob: 'required', carol: 'off' } })
  const { near, far } = t.connect(t.alice, t.bob)
  t.bob.transfer('1003')
  t.tick()
  if (t.carol.talks.some((one) => one.invite)) t.carol.answer()
  t.tick(3_000)
  assertNoPlainRtp(t.system.ladder().filter((one) => one.to === 'alice').map((one) => one.text), 'transfer')
  assert.notEqual(streamOf(near)?.protection ?? 'sdes', 'none')
  assert.ok(far.notified.length > 0)
  t.close()
})

test('R270, R271: TLS and SRTP on both legs: encrypted, told to the caller in the 200 and to the called phone by UPDATE', async () => {
  const t = await town({ media: { alice: 'required', bob: 'required' }, secure })
  const { near, far } = t.connect(t.alice, t.bob)
  t.tick()
  const call = [...t.system.calls.values()][0]!
  assert.deepEqual([call.security, near.shown, far.shown], ['encrypted', 'Encrypted', 'Encrypted'])
  t.close()
  const [record] = t.system.records
  assert.deepEqual([record?.security, record?.why], ['encrypted', undefined])
})

test('R269: TLS with plain media: authenticated, with the reason in words', async () => {
  const t = await town({ media: { alice: 'off', bob: 'off' }, secure })
  const { near } = t.connect(t.alice, t.bob)
  t.tick()
  const call = [...t.system.calls.values()][0]!
  assert.deepEqual([call.security, near.shown, call.record.why], ['authenticated', 'Authenticated', 'The media of alice are not encrypted.'])
  t.close()
})

test('R269: one leg over UDP: the call is not authenticated, and says which leg', async () => {
  const t = await town({ media: { alice: 'required', dave: 'required' }, secure })
  const { near, far } = t.connect(t.alice, t.dave)
  t.tick()
  const call = [...t.system.calls.values()][0]!
  assert.deepEqual([call.security, near.shown, far.shown, call.record.why], ['notAuthenticated', 'NotAuthenticated', 'NotAuthenticated', 'dave signals without TLS.'])
  t.close()
})

test('R263: after a transfer to a phone over UDP the status falls, and the phone is told', async () => {
  const t = await town({ media: { alice: 'required', bob: 'required', dave: 'required' }, secure })
  const { near } = t.connect(t.alice, t.bob)
  t.tick()
  assert.equal(near.shown, 'Encrypted')
  t.bob.transfer('1004')
  t.tick()
  t.dave.answer()
  t.tick(3_000)
  const call = [...t.system.calls.values()][0]!
  assertTalking(near, t.dave.talk)
  assert.deepEqual([call.security, near.shown], ['notAuthenticated', 'NotAuthenticated'])
  t.close()
})

test('R263: hold and resume keep an encrypted call encrypted', async () => {
  const t = await town({ media: { alice: 'required', bob: 'required' }, secure })
  const { near, far } = t.connect(t.alice, t.bob)
  t.alice.hold()
  t.tick()
  assert.equal([...t.system.calls.values()][0]!.security, 'encrypted')
  t.alice.resume()
  t.tick()
  assertTalking(near, far)
  assert.equal([...t.system.calls.values()][0]!.security, 'encrypted')
  t.close()
})

test('a phone that is not trusted for the security status keeps the call at notAuthenticated', async () => {
  const t = await town({ media: { alice: 'required' }, secure, phones: '  - { name: odd, lines: ["1007"], digest: { user: odd, password: "battery-staple-odd" }, trustedForSecurityStatus: false }' })
  const odd = t.system.phone('odd')
  t.tick()
  t.connect(t.alice, odd)
  t.tick()
  assert.deepEqual([...t.system.calls.values()].map((one) => [one.security, one.record.why]), [['notAuthenticated', 'odd is not trusted for the security status.']])
  t.close()
})

test('A22 RFC 8643 a phone that insists picks up with keys beside RTP/AVP: its offer is answered with a key at once, though nothing flows yet', async () => {
  const t = await town({ media: { alice: 'required', bob: 'required', carol: 'required' }, lines: '  - { number: "1002", pickupGroup: "1900" }\n  - { number: "1003", pickupGroup: "1900" }', more: 'pickupGroups: [{ number: "1900" }]' }, { carol: { security: 'optional' } })
  const near = t.alice.call('1002')
  t.tick()
  t.carol.call('*8')
  t.tick()
  assertTalking(near, t.carol.talk)
  assert.equal(streamOf(near)?.protection, 'sdes')
  assertNoPlainRtp(t.system.ladder().map((one) => one.from === 'ringfort' ? one.text : ''), 'pickup')
  t.close()
})
