/** Where a call goes that its number does not take: forwarding, loop guard, do not disturb, call waiting. Standards dial plan 11.7; RFC 5806. A47 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTalking, town } from './town.ts'

interface Row { name: string; line: string; refuse?: number; absent?: boolean; wait?: number; reason: string }
const rows: Row[] = [
  { name: 'all', line: 'forwardAll: "1003"', reason: 'unconditional' },
  { name: 'busy', line: 'forwardBusy: "1003"', refuse: 486, reason: 'user-busy' },
  { name: 'no answer', line: 'forwardNoAnswer: "1003", noAnswerSeconds: 10', wait: 11_000, reason: 'no-answer' },
  { name: 'not registered', line: 'forwardNotRegistered: "1003"', absent: true, reason: 'unavailable' },
  { name: 'do not disturb, as busy', line: 'doNotDisturb: true, forwardBusy: "1003"', reason: 'user-busy' },
]
for (const { name, line, refuse, absent, wait = 1_000, reason } of rows) {
  test(`forward ${name}: the next number rings, is told by Diversion from whom, and answers`, async () => {
    const t = await town({ lines: `  - { number: "1002", ${line} }` }, absent ? { bob: { registers: false } } : {})
    const near = t.alice.call('1002')
    t.tick(100)
    if (refuse !== undefined) t.bob.refuse(refuse)
    t.tick(wait)
    assert.deepEqual(t.carol.talk.diversions, [`<sip:1002@example.test>;reason=${reason}`])
    assert.ok(near.statuses.includes(181), 'the caller is told that the call is forwarded')
    t.carol.answer()
    t.tick()
    assertTalking(near, t.carol.talk)
    t.close()
  })
}

test('no answer: the phone that rang in vain is cancelled when the next one rings', async () => {
  const t = await town({ lines: '  - { number: "1002", forwardNoAnswer: "1003", noAnswerSeconds: 10 }' })
  t.alice.call('1002')
  t.tick(11_000)
  assert.equal(t.bob.talk.ended?.reason, '480 No answer')
  t.close()
})

test('forwarding over three numbers: Diversion tells all of them, latest first', async () => {
  const t = await town({ lines: '  - { number: "1002", forwardAll: "1003" }\n  - { number: "1003", forwardAll: "1004" }' })
  const near = t.alice.call('1002')
  t.tick()
  assert.deepEqual(t.dave.talk.diversions, ['<sip:1003@example.test>;reason=unconditional', '<sip:1002@example.test>;reason=unconditional'])
  t.dave.answer()
  t.tick()
  assertTalking(near, t.dave.talk)
  t.close()
})

test('A47: a circle of forwarding ends with 482 and a reason in words', async () => {
  const t = await town({ lines: '  - { number: "1002", forwardAll: "1003" }\n  - { number: "1003", forwardAll: "1004" }\n  - { number: "1004", forwardAll: "1002" }' })
  const near = t.alice.call('1002')
  t.tick()
  assert.equal(near.ended?.status, 482)
  assert.match(near.reason, /1002 was rung before/)
  t.close()
})

test('A47, RFC 3261 16.3: Max-Forwards 0 is answered 483; a call that goes on has one hop fewer', async () => {
  const t = await town()
  const last = t.alice.call('1002', { maxForwards: 0 })
  t.tick()
  assert.deepEqual([last.ended?.status, t.bob.talks.length], [483, 0])
  t.alice.call('1002')
  t.tick()
  const invite = t.system.ladder().findLast((one) => one.to === 'bob' && one.what === 'INVITE')
  assert.match(invite!.text, /^Max-Forwards: 69\r$/m)
  t.close()
})

test('RFC 3261 21.3: a phone that answers 302 sends the call to another number of this system', async () => {
  const t = await town()
  const near = t.alice.call('1002')
  t.tick()
  t.bob.refuse(302, 'Contact: <sip:1003@example.test>\r\n')
  t.tick()
  t.carol.answer()
  t.tick()
  assertTalking(near, t.carol.talk)
  assert.deepEqual(t.carol.talk.diversions, ['<sip:1002@example.test>;reason=deflection'])
  t.close()
})

test('a 302 to somewhere else is not followed', async () => {
  const t = await town()
  const near = t.alice.call('1002')
  t.tick()
  t.bob.refuse(302, 'Contact: <sip:1003@evil.test>\r\n')
  t.tick()
  assert.deepEqual([near.ended?.status, t.carol.talks.length], [480, 0])
  t.close()
})

test('do not disturb without forwarding: 480, and the phone does not ring', async () => {
  const t = await town({ lines: '  - { number: "1002", doNotDisturb: true }' })
  const near = t.alice.call('1002')
  t.tick()
  assert.deepEqual([near.ended?.status, t.bob.talks.length, t.system.records[0]?.ending], [480, 0, 'Do not disturb'])
  t.close()
})

test('call waiting: a second call rings; without it, it is busy; afterwards the line is free again', async () => {
  const t = await town({ lines: '  - { number: "1003", callWaiting: false }' })
  t.connect(t.alice, t.bob)
  const second = t.dave.call('1002')
  t.tick()
  assert.equal(second.state, 'ringing')
  t.dave.cancel()
  t.bob.hangUp()
  t.tick()
  t.connect(t.alice, t.carol)
  const busy = t.dave.call('1003')
  t.tick()
  assert.equal(busy.ended?.status, 486)
  t.carol.hangUp()
  t.tick()
  const free = t.dave.call('1003')
  t.tick()
  assert.equal(free.state, 'ringing')
  t.close()
})

test('maxCalls: the call beyond is busy whatever call waiting says', async () => {
  const t = await town({ lines: '  - { number: "1002", maxCalls: 1 }' })
  t.connect(t.alice, t.bob)
  const second = t.dave.call('1002')
  t.tick()
  assert.equal(second.ended?.status, 486)
  t.close()
})
