/** What changes inside a call: hold, UPDATE, delayed offers, glare, INFO, MESSAGE, session timers. Standards RFC 3261 14; 3264 8; 3311; 4028; 6086 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streamOf } from '../../src/index.ts'
import { assertTalking, town } from './town.ts'

for (const by of ['INVITE', 'UPDATE'] as const) {
  test(`RFC 3264 8.4: hold and resume by ${by}: both ends and the call say so`, async () => {
    const t = await town()
    const { near, far } = t.connect(t.alice, t.bob), call = [...t.system.calls.values()][0]!
    t.alice.hold(near, { by })
    t.tick()
    assertTalking(near, far)
    assert.deepEqual([streamOf(near)?.direction, streamOf(far)?.direction, call.held], ['sendonly', 'recvonly', true])
    t.alice.resume(near, { by })
    t.tick()
    assertTalking(near, far)
    assert.deepEqual([streamOf(near)?.direction, call.held], ['sendrecv', false])
    t.close()
  })
}

test('RFC 3264 8.4: both hold: nothing flows until both have resumed', async () => {
  const t = await town()
  const { near, far } = t.connect(t.alice, t.bob)
  t.alice.hold()
  t.tick()
  t.bob.hold()
  t.tick()
  assertTalking(near, far)
  assert.equal(streamOf(far)?.direction, 'inactive')
  t.alice.resume()
  t.tick()
  t.bob.resume()
  t.tick()
  assertTalking(near, far)
  assert.equal(streamOf(far)?.direction, 'sendrecv')
  t.close()
})

test('RFC 3261 14.1: a re-INVITE without offer: the other end makes it, the answer travels in the ACK', async () => {
  const t = await town()
  const { near, far } = t.connect(t.alice, t.bob)
  t.tick()
  t.said()
  t.alice.reoffer({ delayed: true })
  t.tick()
  assert.deepEqual(t.said(), ['alice>INVITE', 'bob<INVITE', 'bob>200 INVITE', 'alice<200 INVITE', 'alice>ACK', 'bob<ACK'])
  assertTalking(near, far)
  t.close()
})

test('RFC 3261 13.2.1: a call without offer: the called phone offers in its 200, the caller answers in the ACK', async () => {
  const t = await town()
  const near = t.alice.call('1002', { delayed: true })
  t.tick()
  t.bob.answer()
  t.tick()
  assertTalking(near, t.bob.talk)
  t.alice.hold()
  t.tick()
  assertTalking(near, t.bob.talk)
  t.close()
})

test('RFC 3261 14.1: both offer at the same moment: 491 both ways, then one after the other', async () => {
  const t = await town()
  const { near, far } = t.connect(t.alice, t.bob)
  t.said()
  t.alice.hold()
  t.bob.hold()
  t.tick()
  const said = t.said()
  assert.ok(said.some((one) => one.includes('491')), said.join(' '))
  t.tick(15_000)
  assertTalking(near, far)
  assert.equal(streamOf(near)?.direction, 'inactive')
  t.close()
})

test('RFC 3311 5.2: UPDATE against re-INVITE: glare is settled', async () => {
  const t = await town()
  const { near, far } = t.connect(t.alice, t.bob)
  t.alice.hold(near, { by: 'UPDATE' })
  t.bob.hold(far)
  t.tick(15_000)
  assertTalking(near, far)
  assert.equal(streamOf(near)?.direction, 'inactive')
  t.close()
})

test('the other side refuses a new offer: the call goes on as it was', async () => {
  const t = await town({ media: { alice: 'preferred' } }, { bob: { security: 'none' } })
  const { near, far } = t.connect(t.alice, t.bob)
  near.security = 'required'
  t.alice.reoffer()
  t.tick()
  assert.equal(near.statuses.at(-1), 488)
  assert.deepEqual([near.state, far.state], ['up', 'up'])
  t.close()
})

test('RFC 6086: INFO with DTMF passes untouched, and its answer comes back', async () => {
  const t = await town()
  const { near, far } = t.connect(t.alice, t.bob)
  t.alice.press('5')
  t.bob.press('#')
  t.tick()
  assert.deepEqual([near.infos, far.infos], [['Signal=#\r\nDuration=160\r\n'], ['Signal=5\r\nDuration=160\r\n']])
  assert.deepEqual([near.statuses.at(-1), far.statuses.at(-1)], [200, 200])
  t.close()
})

test('RFC 6086 8: INFO and MESSAGE keep Content-Type with its parameters, Info-Package and Content-Disposition', async () => {
  for (const method of ['INFO', 'MESSAGE']) {
    const t = await town(), lines = 'Content-Type: text/plain;charset="utf-8"\r\nInfo-Package: conference;v=2\r\nContent-Disposition: Info-Package\r\n'
    const { near } = t.connect(t.alice, t.bob)
    t.alice.sendIn(near.dialog, method, lines)
    t.tick()
    const got = t.system.ladder().find((one) => one.to === 'bob' && one.what === method)
    for (const line of lines.split('\r\n')) assert.ok(got?.text.includes(line), `${method} ${line}`)
    t.close()
  }
})

test('RFC 3428: a MESSAGE goes in the clear to nonSecure phones alone, and to no phone that lost the line or whose time is up: 480', async () => {
  const message = ['MESSAGE', 'sip:1002@example.test', 'Content-Type: text/plain\r\n', 'x'] as const
  const rows: [plan: Parameters<typeof town>[0], status: number][] = [
    [{}, 200], [{ secure: ['alice'] }, 200], [{ secure: ['bob'] }, 480], [{ phones: '  - { name: old, lines: ["1002"] }' }, 200],
  ]
  for (const [plan, status] of rows) {
    const t = await town(), later = await town(plan)
    t.system.exchange.snapshot = later.system.exchange.snapshot                       // bob registered over UDP, then the directory changed
    const said = t.carol.send(...message)
    t.tick()
    assert.deepEqual([said.at(-1), t.bob.state.messages.length], [status, status === 200 ? 1 : 0])
    later.close()
    t.close()
  }
  const t = await town({ secure: ['alice', 'bob'] }), said = t.alice.send(...message)
  t.tick()
  assert.deepEqual([said.at(-1), t.bob.state.messages.length], [200, 1])
  t.close()
})

test('RFC 3428: MESSAGE reaches every phone of the number; unknown number 404, nobody there 480', async () => {
  const t = await town({}, { bob2: { registers: true }, carol: { registers: false } })
  t.alice.message('1002', 'lunch?')
  const none = t.alice.send('MESSAGE', 'sip:7777@example.test', 'Content-Type: text/plain\r\n', 'x')
  const away = t.alice.send('MESSAGE', 'sip:1003@example.test', 'Content-Type: text/plain\r\n', 'x')
  t.tick()
  assert.deepEqual([t.bob.state.messages, t.bob2.state.messages, none.at(-1), away.at(-1)], [['lunch?'], ['lunch?'], 404, 480])
  t.close()
})

test('RFC 4028 10: the session is refreshed at half its interval, and the call lives on', async () => {
  const t = await town({}, { alice: { sessionSeconds: 90 } })
  const { near, far } = t.connect(t.alice, t.bob)
  t.tick(3_600_000)
  assertTalking(near, far)
  assert.ok(t.said().filter((one) => one === 'alice>UPDATE').length >= 70)
  t.close()
})

for (const gone of ['caller', 'called'] as const) {
  test(`RFC 4028 10: the ${gone} phone is gone without a word: the call ends, the other end is told`, async () => {
    const t = await town({}, { alice: { sessionSeconds: 90 } })
    const { near, far } = t.connect(t.alice, t.bob)
    t.system.network.remove(gone === 'caller' ? 'alice' : 'bob')
    t.tick(2_000_000)
    const [lost, left] = gone === 'caller' ? [t.alice, far] : [t.bob, near]
    assert.equal(left.ended?.by, 'them')
    assert.equal(t.system.calls.size, 0)
    lost.state.talks.length = 0
    t.close()
  })
}

test('RFC 4028 6: an interval below 90 s is refused with 422 and Min-SE', async () => {
  const t = await town({}, { alice: { sessionSeconds: 60 } })
  const near = t.alice.call('1002')
  t.tick()
  assert.equal(near.ended?.status, 422)
  t.close()
})

test('RFC 3264 8: their answer of before, said again as an offer, is an offer: it reaches the other end', async () => {
  const t = await town()
  const { near, far } = t.connect(t.alice, t.bob)
  t.alice.hold()
  t.tick()
  t.alice.reoffer({ delayed: true })
  t.tick()
  t.alice.hold()
  t.tick()
  assertTalking(near, far)
  assert.equal(streamOf(far)?.direction, 'recvonly')
  t.close()
})

test('RFC 3261 13.2.2.4: the answer to a call without offer comes after CANCEL: it is acknowledged with every medium refused, then BYE', async () => {
  const t = await town()
  t.alice.call('1002', { delayed: true })
  t.tick()
  t.bob.answer()
  t.alice.cancel()
  t.tick()
  assert.equal(t.bob.talk.ended?.by, 'them')
  t.close()
})
