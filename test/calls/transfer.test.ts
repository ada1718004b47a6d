/** Transfer: blind, attended, semi-attended, and what goes wrong with it. Standards RFC 3515, 3891, 5589; A9 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { partiesOf } from '../../src/calls/call.ts'
import { assertTalking, town } from './town.ts'

test('RFC 5589 6.1: blind transfer: the transferor is told how it goes and let go, the other two talk', async () => {
  const t = await town()
  const { far } = t.connect(t.alice, t.bob)
  t.alice.transfer('1003')
  t.tick()
  assert.equal(t.carol.talk.state, 'ringing')
  t.carol.answer()
  t.tick()
  assertTalking(far, t.carol.talk)
  const alice = t.alice.talk
  assert.deepEqual(alice.notified, ['SIP/2.0 100 Trying', 'SIP/2.0 180 Ringing', 'SIP/2.0 200 OK'])
  assert.deepEqual([alice.statuses.includes(202), alice.ended?.by, alice.ended?.reason], [true, 'them', '200 Transferred'])
  t.close()
})

test('RFC 5589 6.1: the one who was called transfers the caller', async () => {
  const t = await town()
  const { near } = t.connect(t.alice, t.bob)
  t.bob.transfer('1003')
  t.tick()
  t.carol.answer()
  t.tick()
  assertTalking(near, t.carol.talk)
  t.close()
})

const failures = [
  { name: 'busy', how: (t: Awaited<ReturnType<typeof town>>) => { t.carol.refuse(486); t.tick() }, status: 'SIP/2.0 486 Busy Here' },
  { name: 'no answer', how: (t: Awaited<ReturnType<typeof town>>) => { t.tick(185_000) }, status: 'SIP/2.0 480 Temporarily Unavailable' },
]
for (const { name, how, status } of failures) {
  test(`RFC 5589 6.1: blind transfer, ${name}: the transferor is told and the two talk on`, async () => {
    const t = await town()
    const { near, far } = t.connect(t.alice, t.bob)
    t.alice.transfer('1003')
    t.tick()
    how(t)
    assert.equal(near.notified.at(-1), status)
    assertTalking(near, far)
    t.alice.hold()
    t.tick()
    t.alice.resume()
    t.tick()
    assertTalking(near, far)
    t.close()
  })
}

test('transfer to a number that nobody has: 404 in the NOTIFY, the two talk on', async () => {
  const t = await town()
  const { near, far } = t.connect(t.alice, t.bob)
  t.alice.transfer('7777')
  t.tick()
  assert.equal(near.notified.at(-1), 'SIP/2.0 404 Not Found')
  assertTalking(near, far)
  t.close()
})

test('RFC 5589 6.1: the transferor hangs up as soon as the target rings: the transfer goes on', async () => {
  const t = await town()
  const { far } = t.connect(t.alice, t.bob)
  t.alice.transfer('1003')
  t.tick(100)
  t.alice.hangUp()
  t.tick()
  assert.equal(far.state, 'up')
  t.carol.answer()
  t.tick()
  assertTalking(far, t.carol.talk)
  t.close()
})

test('the transferor hangs up early and nobody answers: the one who waits is let go', async () => {
  const t = await town()
  const { far } = t.connect(t.alice, t.bob)
  t.alice.transfer('1003')
  t.tick(100)
  t.alice.hangUp()
  t.tick(190_000)
  assert.equal(far.ended?.by, 'them')
  t.close()
})

test('the one who is transferred hangs up while the target rings: nobody is left', async () => {
  const t = await town()
  t.connect(t.alice, t.bob)
  t.alice.transfer('1003')
  t.tick()
  t.bob.hangUp()
  t.tick()
  assert.deepEqual([t.carol.talk.ended?.status, t.alice.talk.ended?.by], [487, 'them'])
  t.close()
})

test('RFC 5589 7: attended transfer: the two far ends talk, both calls of the transferor end', async () => {
  const t = await town()
  const { near: first, far: bob } = t.connect(t.alice, t.bob)
  t.alice.hold(first)
  t.tick()
  const { near: second, far: carol } = t.connect(t.alice, t.carol)
  t.alice.transferTo(second, first)
  t.tick()
  assertTalking(bob, carol)
  assert.deepEqual([first.ended?.by, second.ended?.by, first.notified.at(-1)], ['them', 'them', 'SIP/2.0 200 OK'])
  const [call] = [...t.system.calls.values()]
  assert.deepEqual([t.system.calls.size, partiesOf(call!), call!.record.from, call!.record.to], [1, { from: '1002', to: '1003' }, '1001', '1002'], 'who talks now; the record keeps who called whom')
  assert.deepEqual(call!.record.legs.map((leg) => leg.callId), [first, bob, carol].map((talk) => talk.dialog.callId))
  t.carol.hangUp()
  t.tick()
  assert.equal(bob.ended?.by, 'them')
  t.close()
})

test('RFC 5589 7: attended transfer while both are on hold and the transferor was called by one of them', async () => {
  const t = await town()
  const { near: bob, far: first } = t.connect(t.bob, t.alice)
  t.alice.hold(first)
  t.tick()
  const { near: second, far: carol } = t.connect(t.alice, t.carol)
  t.alice.hold(second)
  t.tick()
  t.alice.transferTo(second, first)
  t.tick()
  assertTalking(bob, carol)
  t.close()
})

test('RFC 5589 7.5: semi-attended transfer: the second call still rings, and rings on for the one who is transferred', async () => {
  const t = await town()
  const { near: first, far: bob } = t.connect(t.alice, t.bob)
  t.alice.hold(first)
  t.tick()
  const second = t.alice.call('1003')
  t.tick()
  t.alice.transferTo(second, first)
  t.tick()
  assert.equal(t.carol.talk.state, 'ringing')
  t.carol.answer()
  t.tick(3_000)
  assertTalking(bob, t.carol.talk)
  assert.equal(t.system.calls.size, 1)
  t.close()
})

test('semi-attended transfer: nobody answers: the one who waits is let go, nothing is left', async () => {
  const t = await town()
  const { near: first, far: bob } = t.connect(t.alice, t.bob)
  const second = t.alice.call('1003')
  t.tick()
  t.alice.transferTo(second, first)
  t.tick()
  t.carol.refuse(486)
  t.tick()
  assert.equal(bob.ended?.by, 'them')
  t.close()
})

test('A9: a phone cannot transfer to a dialog that is not its own', async () => {
  const t = await town()
  const { near: first } = t.connect(t.alice, t.bob)
  const { near: theirs } = t.connect(t.carol, t.dave)
  t.alice.transferTo(theirs, first)
  t.tick()
  assert.equal(first.notified.at(-1), 'SIP/2.0 481 Call/Transaction Does Not Exist')
  assert.equal(theirs.state, 'up')
  t.close()
})

test('transfer of a call on hold to a phone that answers: media flow both ways again', async () => {
  const t = await town()
  const { near, far } = t.connect(t.alice, t.bob)
  t.alice.hold(near)
  t.tick()
  t.alice.transfer('1003')
  t.tick()
  t.carol.answer()
  t.tick()
  assertTalking(far, t.carol.talk)
  t.close()
})

test('a transferred call is transferred again', async () => {
  const t = await town()
  const { far } = t.connect(t.alice, t.bob)
  t.alice.transfer('1003')
  t.tick()
  t.carol.answer()
  t.tick()
  t.carol.transfer('1004')
  t.tick()
  t.dave.answer()
  t.tick()
  assertTalking(far, t.dave.talk)
  t.close()
})

test('semi-attended transfer of a call that was made without an offer', async () => {
  const t = await town()
  const { near: first, far: bob } = t.connect(t.alice, t.bob)
  const second = t.alice.call('1003', { delayed: true })
  t.tick()
  t.alice.transferTo(second, first)
  t.tick()
  t.carol.answer()
  t.tick(3_000)
  assertTalking(bob, t.carol.talk)
  t.close()
})

test('somebody picks up what a transfer rings: the transferor is told and let go', async () => {
  const t = await town({ lines: '  - { number: "1003", pickupGroup: "1900" }\n  - { number: "1004", pickupGroup: "1900" }', more: 'pickupGroups: [{ number: "1900" }]' })
  const { near, far } = t.connect(t.alice, t.bob)
  t.alice.transfer('1003')
  t.tick()
  const taker = t.dave.call('*8')
  t.tick(3_000)
  assertTalking(far, taker)
  assert.equal(near.ended?.reason, '200 Transferred')
  t.close()
})

test('RFC 3261 14.2: the target of a transfer answers while the two are still negotiating: the offer under way does not get lost in the new pair', async () => {
  for (const who of ['alice', 'bob'] as const) for (const by of ['INVITE', 'UPDATE'] as const) {
    const t = await town()
    const { near, far } = t.connect(t.alice, t.bob)
    t.alice.transfer('1003')
    t.tick()
    t[who].hold(undefined, { by })
    t.tick(1)                                                           // on its way to the other phone
    t.carol.answer()
    t.tick(10_000)
    assert.equal(near.ended?.by, 'them')
    assertTalking(far, t.carol.talk)
    t.close()
  }
})
