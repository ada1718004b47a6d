/** Media protection and security status: no plain RTP where SRTP is required, at no moment. Standards sip-trunk 1.7; RFC 4568, 8643. R253–R255, R263, R269–R271; A22 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streamOf } from '../../src/index.ts'
import { assertTalking, town } from './town.ts'

type Directory = 'off' | 'preferred' | 'required'
type Phone = 'none' | 'optional' | 'required'
const told: Directory[] = ['off', 'preferred', 'required'], can: Phone[] = ['none', 'optional', 'required']

/** What the rules say: by the directory of caller and called, what the caller offers and the called phone can. */
function expected(a: Directory, b: Directory, offer: Phone, answer: Phone): 'plain' | 'sdes' | 488 {
  if ((a === 'required' || b === 'required') && offer !== 'required') return 488        // an offer that may be answered in the clear
  if (offer === 'required' && (a === 'off' || b === 'off')) return 488
  const passed: Phone = b === 'off' && offer === 'optional' ? 'none' : offer
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

/** What the system sends to anybody in a call with a leg that requires SRTP holds no plain medium. */
function assertNoPlainRtp(messages: string[], what: string): void {
  assert.deepEqual(messages.filter((text) => /^m=audio [1-9]\d* RTP\/AVP/m.test(text)), [], what)
}

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

const secure = ['alice', 'bob', 'carol'] as const
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
