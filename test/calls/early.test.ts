/** Before the answer: early media from one and two branches, reliable provisional responses both ways, forks. Standards RFC 3261 13.2.2.4; 3262; 3264 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTalking, town } from './town.ts'
import { mediaApart } from '../../src/index.ts'
import { parseSdp } from '../../src/wire/sdp/index.ts'

test('RFC 3261 13.2.1: early media: the caller hears the phone before it answers, and the answer repeats it', async () => {
  const t = await town({}, { bob: { rings: false } })
  const near = t.alice.call('1002')
  t.tick()
  t.bob.ring(183, { early: true })
  t.tick()
  assert.deepEqual([near.statuses, mediaApart(near, t.bob.talk)], [[183], []])
  t.bob.answer()
  t.tick()
  assertTalking(near, t.bob.talk)
  t.close()
})

test('RFC 3261 21.1.5: 183 without a description is told as such, once', async () => {
  const t = await town({}, { bob: { rings: false } })
  const near = t.alice.call('1002')
  t.tick()
  t.bob.ring(180)
  t.bob.ring(180)
  t.bob.ring(183)
  t.tick()
  assert.deepEqual(near.statuses, [180, 183])
  t.bob.answer()
  t.tick()
  assertTalking(near, t.bob.talk)
  t.close()
})

for (const { name, media, body } of [
  { name: 'plain RTP where SRTP is required', media: { alice: 'required', bob: 'preferred' }, body: 'm=audio 5004 RTP/AVP 8\r\n' },
  { name: 'more media than were offered', media: {}, body: 'm=audio 5004 RTP/AVP 8\r\nm=audio 5006 RTP/AVP 8\r\n' },
  { name: 'another protocol than was offered', media: {}, body: 'm=audio 5004 RTP/AVPF 8\r\n' },
] as const) {
  test(`A22 RFC 3264 6: an early answer that is none, ${name}: the caller hears that it rings, and no description`, async () => {
    const t = await town({ media }, { alice: { security: 'alice' in media ? 'required' : 'none' }, bob: { rings: false } })
    const near = t.alice.call('1002')
    t.tick()
    const answer = parseSdp(`v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n${body}`)
    assert.ok(answer.ok)
    t.bob.talk.session = { ours: answer.value, theirs: answer.value, weOffered: false }
    t.bob.ring(183, { early: true })
    t.tick()
    assert.deepEqual(near.statuses, [180])
    assert.ok(t.system.ladder().every((one) => one.to !== 'alice' || !one.text.includes('m=audio')))
    t.close()
  })
}

test('RFC 3261 13.2.2.4: early media from two phones: two early dialogs; the one that answers is talked to', async () => {
  for (const winner of ['bob', 'bob2'] as const) {
    const t = await town({}, { bob: { rings: false }, bob2: { rings: false, registers: true } })
    const near = t.alice.call('1002')
    t.tick()
    t.bob.ring(183, { early: true })
    t.bob2.ring(183, { early: true })
    t.tick()
    assert.equal(near.early.size, 2)
    t[winner].answer()
    t.tick()
    assertTalking(near, t[winner].talk)
    t.close()
  }
})

test('early media from one phone, the answer from another that was not heard before', async () => {
  const t = await town({}, { bob: { rings: false }, bob2: { registers: true } })
  const near = t.alice.call('1002')
  t.tick()
  t.bob.ring(183, { early: true })
  t.tick()
  t.bob2.answer()
  t.tick()
  assertTalking(near, t.bob2.talk)
  t.close()
})

test('RFC 3261 13.2.2.4: a phone that forks: two To tags ring, one of them answers', async () => {
  const t = await town({}, { bob: { rings: false } })
  const near = t.alice.call('1002')
  t.tick()
  t.bob.ring(180, { branch: 'x' })
  t.bob.ring(180, { branch: 'y' })
  t.tick()
  t.bob.answer(undefined, 'y')
  t.tick()
  assertTalking(near, t.bob.talk)
  t.bob.hangUp()
  t.tick()
  assert.equal(near.ended?.by, 'them')
  t.close()
})

const both = { alice: { reliable: 'supported' }, bob: { reliable: 'supported' } } as const
test('RFC 3262: reliable provisional responses on both legs, each with its PRACK', async () => {
  const t = await town({}, { ...both, bob: { reliable: 'supported', rings: false } })
  const near = t.alice.call('1002')
  t.tick()
  t.said()
  t.bob.ring(183, { early: true })
  t.tick()
  assert.deepEqual(t.said(), ['bob>183 INVITE', 'bob<PRACK', 'alice<183 INVITE', 'bob>200 PRACK', 'alice>PRACK', 'alice<200 PRACK'])
  t.bob.answer()
  t.tick()
  assertTalking(near, t.bob.talk)
  t.close()
})

test('RFC 3262: the phone answers before our PRACK of the caller is through: the 200 waits for it', async () => {
  const t = await town({}, { ...both, bob: { reliable: 'supported', rings: false } })
  const near = t.alice.call('1002')
  t.tick()
  t.bob.ring(183, { early: true })
  t.bob.answer()
  t.tick()
  assertTalking(near, t.bob.talk)
  t.close()
})

test('RFC 3262 4: Require: 100rel of the caller: every provisional response is reliable, though the phone rings plainly', async () => {
  const t = await town({}, { alice: { reliable: 'required' } })
  const near = t.alice.call('1002')
  t.tick()
  t.bob.answer()
  t.tick()
  assertTalking(near, t.bob.talk)
  t.close()
})

test('RFC 3262: reliable ringing with early media, then the caller gives up', async () => {
  const t = await town({}, { ...both, bob: { reliable: 'supported', rings: false } })
  t.alice.call('1002')
  t.tick()
  t.bob.ring(183, { early: true })
  t.tick(2)
  t.alice.cancel()
  t.tick()
  assert.equal(t.bob.talk.ended?.status, 487)
  t.close()
})

test('RFC 3262 with a delayed offer: the call is set up all the same', async () => {
  const t = await town({}, both)
  const near = t.alice.call('1002', { delayed: true })
  t.tick()
  t.bob.answer()
  t.tick()
  assertTalking(near, t.bob.talk)
  t.close()
})

test('RFC 3262 3: a caller that never sends PRACK: the provisional response is repeated, then the call ends with 5xx', async () => {
  const t = await town({}, { ...both, bob: { reliable: 'supported', rings: false } })
  const near = t.alice.call('1002')
  t.tick()
  t.system.network.remove('alice')
  t.bob.ring(183, { early: true })
  t.tick(40_000)
  assert.equal(t.bob.talk.ended?.by, 'them')
  assert.equal(t.system.calls.size, 0)
  near.ended = { status: 0, by: 'network', reason: '' }
  t.close()
})

test('forward after early media: the next number is heard in a dialog of its own', async () => {
  const t = await town({ lines: '  - { number: "1002", forwardNoAnswer: "1003", noAnswerSeconds: 5 }' }, { bob: { rings: false }, carol: { rings: false } })
  const near = t.alice.call('1002')
  t.tick()
  t.bob.ring(183, { early: true })
  t.tick(6_000)
  t.carol.ring(183, { early: true })
  t.tick()
  t.carol.answer()
  t.tick()
  assertTalking(near, t.carol.talk)
  t.close()
})

test('RFC 3262: a phone that knows nothing of our PRACK any more: its INVITE is cancelled, not left to ring', async () => {
  const t = await town({}, { ...both, bob: { reliable: 'supported', rings: false } })
  const near = t.alice.call('1002')
  t.tick()
  t.bob.ring(180)
  t.bob.talk.dialog.localTag = 'another'                               // it answers the PRACK with 481
  t.tick()
  assert.equal(t.bob.talk.ended?.status, 487)
  t.tick(40_000)
  assert.notEqual(near.state, 'up')
  t.close()
})
