/** Calls from phone to phone: answered, refused, given up, several phones on a line. Standards RFC 3261 13, 9, 16.7; RFC 3326 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { header } from '../../src/wire/sip/index.ts'
import { assertTalking, town } from './town.ts'

test('RFC 3261 13: a call rings, is answered, media meet, either side hangs up', async () => {
  const t = await town()
  const near = t.alice.call('1002')
  t.tick()
  assert.deepEqual(t.said(), ['alice>INVITE', 'bob<INVITE', 'bob>180 INVITE', 'alice<180 INVITE'])
  t.bob.answer()
  t.tick()
  assert.deepEqual(t.said(), ['bob>200 INVITE', 'bob<ACK', 'alice<200 INVITE', 'alice>ACK'])
  assertTalking(near, t.bob.talk)
  t.bob.hangUp()
  t.tick()
  assert.deepEqual(t.said(), ['bob>BYE', 'bob<200 BYE', 'alice<BYE', 'alice>200 BYE'])
  const [record] = t.system.records
  assert.deepEqual([record!.ending, record!.status, record!.from, record!.to, record!.legs.map((leg) => [leg.phone, leg.side, leg.endedBy, leg.answeredAt !== undefined])],
    ['Hung up', 200, '1001', '1002', [['alice', 'in', 'near', true], ['bob', 'out', 'far', true]]])
  t.close()
})

test('RFC 3326: several phones ring together, the first answer wins, the others hear why', async () => {
  const t = await town({}, { bob2: { registers: true } })
  const near = t.alice.call('1002')
  t.tick()
  assert.deepEqual([t.bob.talk.state, t.bob2.talk.state], ['ringing', 'ringing'])
  t.bob2.answer()
  t.tick()
  assert.deepEqual(t.bob.talk.ended, { status: 487, by: 'them', reason: '200 Call completed elsewhere' })
  assertTalking(near, t.bob2.talk)
  t.close()
  const [record] = t.system.records
  assert.deepEqual(record!.legs.map(({ phone, status, reason }) => [phone, status, reason]).slice(1).sort(), [['bob', 200, 'Call completed elsewhere'], ['bob2', 200, '']])
})

test('RFC 3261 16.7: two phones answer at the same moment: one talks, the other is hung up', async () => {
  const t = await town({}, { bob2: { registers: true } })
  const near = t.alice.call('1002')
  t.tick()
  t.bob.answer()
  t.bob2.answer()
  t.tick()
  assert.equal(near.state, 'up')
  const [up, down] = t.bob.talk.state === 'up' ? [t.bob.talk, t.bob2.talk] : [t.bob2.talk, t.bob.talk]
  assertTalking(near, up)
  assert.equal(down.ended?.by, 'them')
  t.close()
})

const refusals: { name: string; status: number; told: number; ending: string }[] = [
  { name: 'busy', status: 486, told: 486, ending: 'Busy Here' },
  { name: 'declined', status: 603, told: 603, ending: 'Decline' },
  { name: 'not now', status: 480, told: 480, ending: 'Temporarily Unavailable' },
  { name: 'not acceptable', status: 488, told: 488, ending: 'Not Acceptable Here' },
]
for (const { name, status, told, ending } of refusals) {
  test(`RFC 3261 21: the called phone says ${name}: the caller hears ${told}, the record says why`, async () => {
    const t = await town()
    const near = t.alice.call('1002')
    t.tick()
    t.bob.refuse(status)
    t.tick()
    assert.equal(near.ended?.status, told)
    assert.equal(t.system.records[0]?.ending, ending)
    t.close()
  })
}

test('RFC 3261 9: the caller gives up: the phones stop ringing, the caller hears 487', async () => {
  const t = await town({}, { bob2: { registers: true } })
  const near = t.alice.call('1002')
  t.tick()
  t.said()
  t.alice.cancel()
  t.tick()
  assert.deepEqual(t.said(), ['alice>CANCEL', 'alice<200 CANCEL', 'alice<487 INVITE', 'bob<CANCEL', 'bob2<CANCEL', 'alice>ACK', 'bob>200 CANCEL', 'bob>487 INVITE', 'bob<ACK', 'bob2>200 CANCEL', 'bob2>487 INVITE', 'bob2<ACK'])
  assert.deepEqual([near.statuses.at(-1), t.bob.talk.ended?.status], [487, 487])
  t.close()
})

test('nobody has the number: 404; nobody is registered: 480; both are on record', async () => {
  const t = await town({}, { carol: { registers: false } })
  const none = t.alice.call('5555')
  const away = t.dave.call('1003')
  t.tick()
  assert.deepEqual([none.ended?.status, away.ended?.status], [404, 480])
  assert.deepEqual(t.system.records.map((one) => one.ending).sort(), ['No phone is registered', 'Nobody has this number'])
  t.close()
})

test('names dial as numbers do: sip:bob reaches the primary line of Bob', async () => {
  const t = await town()
  const near = t.alice.call('bob')
  t.tick()
  t.bob.answer()
  t.tick()
  assertTalking(near, t.bob.talk)
  t.close()
})

test('nobody answers: the call goes on ringing until the longest ring is over, then 480', async () => {
  const t = await town()
  const near = t.alice.call('1002')
  t.tick(179_000)
  assert.equal(near.state, 'ringing')
  t.tick(3_000)
  assert.deepEqual([near.ended?.status, t.bob.talk.ended?.status], [480, 487])
  assert.equal(t.system.records[0]?.ending, 'No answer')
  t.close()
})

test('a phone that is gone: no answer to the INVITE for 32 s counts as not reachable', async () => {
  const t = await town()
  t.system.network.remove('bob')
  const near = t.alice.call('1002')
  t.tick(40_000)
  assert.equal(near.ended?.status, 408)
  t.system.phones.get('bob')!.state.talks.length = 0
  t.close()
})

test('calling oneself is busy with oneself, not a loop', async () => {
  const t = await town({ lines: '  - { number: "1001", callWaiting: false }' })
  const near = t.alice.call('1001')
  t.tick()
  assert.equal(near.ended?.status, 486)
  t.close()
})

test('RFC 3261 7.3.1: a display name beyond ASCII goes out as UTF-8', async () => {
  const name = 'Zoë Łukasz "电话"'
  const t = await town({ lines: `  - { number: "1001", displayName: '${name}' }` })
  t.alice.call('1002')
  assert.ok(t.system.until(() => t.bob.talks.some((one) => one.invite !== undefined)), 'it rings')
  const from = header(t.bob.talks[0]!.invite!.message, 'From')!
  assert.ok(Buffer.from(from, 'latin1').toString('utf8').startsWith('"Zoë Łukasz \\"电话\\"" <sip:1001@example.test>'), from)
  t.close()
})
