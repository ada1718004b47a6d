/** Hunt groups, pickup, park: who gets a call that was not meant for them. Standards dial plan 11.6, 11.7; RFC 3891; A9 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replacesOf } from '../../src/main/simulation/phone/calling.ts'
import { assertTalking, type Town, town } from './town.ts'

const hunt = (algorithm: string, more = '') => `huntGroups: [{ number: "2000", algorithm: ${algorithm}, members: ["1002", "1003", "1004"], ringSeconds: 10${more} }]`
const ringing = (t: Town) => (['bob', 'carol', 'dave'] as const).filter((name) => t[name].talks.some((one) => one.state === 'ringing'))

test('hunt, broadcast: all ring, one answers', async () => {
  const t = await town({ more: hunt('broadcast') })
  const near = t.alice.call('2000')
  t.tick()
  assert.deepEqual(ringing(t), ['bob', 'carol', 'dave'])
  t.dave.answer()
  t.tick()
  assertTalking(near, t.dave.talk)
  t.close()
})

test('hunt, top down: one after the other, always from the first; who is busy is passed over', async () => {
  const t = await town({ more: hunt('topDown') })
  const near = t.alice.call('2000')
  const order: string[][] = []
  for (let i = 0; i < 3; i++) { t.tick(5_000); order.push(ringing(t)); t.tick(5_000) }
  t.tick(2_000)
  assert.deepEqual(order, [['bob'], ['carol'], ['dave']])
  assert.equal(near.ended?.status, 480)
  t.connect(t.erin, t.bob)
  t.alice.call('2000')
  t.tick()
  assert.deepEqual(ringing(t), ['carol'])
  t.close()
})

test('hunt, circular: each call begins one member further', async () => {
  const t = await town({ more: hunt('circular') })
  const first: string[][] = []
  for (let i = 0; i < 4; i++) {
    t.alice.call('2000')
    t.tick()
    first.push(ringing(t))
    t.alice.cancel()
    t.tick()
  }
  assert.deepEqual(first, [['bob'], ['carol'], ['dave'], ['bob']])
  t.close()
})

test('hunt, longest idle: who ended a call longest ago rings first', async () => {
  const t = await town({ more: hunt('longestIdle') })
  for (const phone of [t.carol, t.dave, t.bob]) {
    t.connect(t.erin, phone)
    t.tick()
    phone.hangUp()
    t.tick()
  }
  t.alice.call('2000')
  t.tick()
  assert.deepEqual(ringing(t), ['carol'])
  t.close()
})

test('hunt: nobody answers in time: the call goes on to onNoAnswer; everybody busy: to onBusy', async () => {
  const t = await town({ more: hunt('topDown', ', onNoAnswer: "1005", onBusy: "1006"') })
  const near = t.alice.call('2000')
  t.tick(31_000)
  t.erin.answer()
  t.tick()
  assertTalking(near, t.erin.talk)
  t.alice.hangUp()
  t.tick()
  for (const phone of [t.bob, t.carol]) t.connect(phone, phone === t.bob ? t.carol : t.dave)
  t.alice.call('2000')
  t.tick()
  assert.equal(t.frank.talk.state, 'ringing')
  t.close()
})

test('hunt, maxSeconds: the group gives up whoever rings', async () => {
  const t = await town({ more: hunt('topDown', ', maxSeconds: 15') })
  const near = t.alice.call('2000')
  t.tick(14_000)
  assert.equal(near.state, 'ringing')
  t.tick(2_000)
  assert.equal(near.ended?.status, 480)
  t.close()
})

const groups = {
  lines: '  - { number: "1002", pickupGroup: "1900" }\n  - { number: "1003", pickupGroup: "1900" }\n  - { number: "1004", pickupGroup: "1901" }',
  more: 'pickupGroups: [{ number: "1900" }, { number: "1901", associated: ["1900"] }]',
}
for (const { name, by, dials } of [
  { name: 'own group', by: 'carol', dials: '*8' }, { name: 'an associated group', by: 'dave', dials: '*8' },
  { name: 'a group by its number', by: 'carol', dials: '1900' }, { name: 'an associated group by its number', by: 'dave', dials: '1900' }, { name: 'directed, same group', by: 'carol', dials: '**1002' },
] as const) {
  test(`pickup, ${name}: who dials ${dials} talks to the caller, the phone that rang is told why it stops`, async () => {
    const t = await town(groups)
    const near = t.alice.call('1002')
    t.tick()
    const taker = t[by].call(dials)
    t.tick(3_000)
    assertTalking(near, taker)
    assert.equal(t.bob.talk.ended?.reason, '200 Call completed elsewhere')
    assert.equal(t.system.calls.size, 1)
    t.close()
  })
}

test('pickup of a call that came without offer', async () => {
  const t = await town(groups)
  const near = t.alice.call('1002', { delayed: true })
  t.tick()
  const taker = t.carol.call('*8')
  t.tick(3_000)
  assertTalking(near, taker)
  t.close()
})

test('pickup by a phone that makes no offer', async () => {
  const t = await town(groups)
  const near = t.alice.call('1002')
  t.tick()
  const taker = t.carol.call('*8', { delayed: true })
  t.tick(3_000)
  assertTalking(near, taker)
  t.close()
})

test('A9: pickup outside the group is refused: 403 directed, 404 by the code; the call rings on', async () => {
  const t = await town(groups)
  const near = t.alice.call('1002')
  t.tick()
  const directed = t.erin.call('**1002'), code = t.erin.call('*8'), number = t.erin.call('1900'), oneWay = t.carol.call('1901')
  t.tick()
  assert.deepEqual([directed, code, number, oneWay].map((one) => one.ended?.status), [403, 404, 403, 403])
  assert.equal(near.state, 'ringing')
  t.close()
})

for (const to of ['*8', '1900', '**1004', '*61971', '1971']) {
  test(`A9: a 302 to ${to} does nothing with the rights of who called: 404`, async () => {
    const t = await town({
      lines: '  - { number: "1001", pickupGroup: "1900" }\n  - { number: "1004", pickupGroup: "1900" }',
      more: 'pickupGroups: [{ number: "1900" }]\nparkLots: [{ name: hall, range: 197X }]',
    })
    t.connect(t.erin, t.carol)
    t.erin.transfer('1971')
    t.tick()
    const rung = t.frank.call('1004'), near = t.alice.call('1002')
    t.tick()
    t.bob.refuse(302, `Contact: <sip:${to}@example.test>\r\n`)
    t.tick()
    assert.deepEqual([near.ended?.status, rung.state, t.carol.talk.state], [404, 'ringing', 'up'])
    t.close()
  })
}

test('RFC 3891: Replaces of a call in progress by the same line: the other end talks to the newcomer', async () => {
  const t = await town({}, { bob2: { registers: true } })
  const { near, far } = t.connect(t.alice, t.bob)
  const taker = t.bob2.call('1002', { replaces: replacesOf(far) })
  t.tick(3_000)
  assertTalking(near, taker)
  assert.equal(far.ended?.by, 'them')
  t.close()
})

test('RFC 3891: Replaces of a ringing leg picks the call up', async () => {
  const t = await town({}, { bob2: { registers: true } })
  const near = t.alice.call('1002')
  t.tick()
  const taker = t.bob2.call('1002', { replaces: replacesOf(t.bob.talk) })
  t.tick(3_000)
  assertTalking(near, taker)
  t.close()
})

test('A9: Replaces by a stranger to the call gets the 481 of a call that does not exist; nothing happens to the call', async () => {
  const t = await town()
  const { near, far } = t.connect(t.alice, t.bob)
  const thief = t.erin.call('1002', { replaces: replacesOf(far) })
  const blind = t.erin.call('1002', { replaces: 'nosuchcall;to-tag=a;from-tag=b' })
  t.tick()
  assert.deepEqual([thief.ended?.status, blind.ended?.status], [481, 481])
  assertTalking(near, far)
  t.close()
})

const lot = { more: 'parkLots: [{ name: Main, range: 70XX, reversionSeconds: 30 }]' }

test('park: a call transferred to *5 waits on the first free slot, and is taken from there by its number', async () => {
  const t = await town(lot)
  const { near, far } = t.connect(t.alice, t.bob)
  t.bob.transfer('*5')
  t.tick()
  assert.equal(far.ended?.reason, '200 Transferred')
  assert.equal([...t.system.calls.values()][0]?.parked?.slot, '7000')
  const taker = t.carol.call('7000')
  t.tick(3_000)
  assertTalking(near, taker)
  t.close()
})

test('park: directed to a slot, taken with the code and by its owner after hold', async () => {
  const t = await town(lot)
  const { near, far } = t.connect(t.alice, t.bob)
  t.bob.hold(far)
  t.tick()
  t.bob.transfer('7042')
  t.tick()
  const taker = t.carol.call('*67042', { delayed: true })
  t.tick(3_000)
  assertTalking(near, taker)
  t.close()
})

test('park: a taken slot is busy for another call, an empty one answers 404', async () => {
  const t = await town(lot)
  t.connect(t.alice, t.bob)
  t.bob.transfer('7001')
  t.tick()
  const { far } = t.connect(t.carol, t.dave)
  t.dave.transfer('7001')
  t.tick()
  assert.equal(far.notified.at(-1), 'SIP/2.0 486 Busy Here')
  const empty = t.erin.call('7005')
  t.tick()
  assert.equal(empty.ended?.status, 404)
  t.close()
})

test('park: nobody comes: the one who parked is rung after reversionSeconds and gets the call back', async () => {
  const t = await town(lot)
  const { near } = t.connect(t.alice, t.bob)
  t.bob.transfer('*5')
  t.tick(31_000)
  assert.equal(t.bob.talk.state, 'ringing')
  t.bob.answer()
  t.tick(3_000)
  assertTalking(near, t.bob.talk)
  t.close()
})

test('park: nobody comes, and the parker does not answer either: the call ends', async () => {
  const t = await town(lot)
  const { near } = t.connect(t.alice, t.bob)
  t.bob.transfer('*5')
  t.tick(31_000 + 185_000)
  assert.equal(near.ended?.by, 'them')
  t.close()
})

test('park: the one who waits hangs up', async () => {
  const t = await town(lot)
  t.connect(t.alice, t.bob)
  t.bob.transfer('*5')
  t.tick()
  t.alice.hangUp()
  t.tick()
  assert.equal(t.system.calls.size, 0)
  t.close()
})

test('park: a call that was taken from its slot leaves the slot free for the next one', async () => {
  const t = await town(lot)
  t.connect(t.alice, t.bob)
  t.bob.transfer('*5')
  t.tick()
  const taker = t.carol.call('7000')
  t.tick(3_000)
  t.carol.transfer('*5', taker)
  t.tick()
  assert.deepEqual([...t.system.calls.values()].map((one) => one.parked?.slot), ['7000'])
  t.close()
})
