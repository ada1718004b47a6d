/** Who may do what: strangers, phones that claim to be others, wrong passwords, hostile names. A10, A11, A12, A14, A32 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VirtualPhone } from '../../src/index.ts'
import { secret } from '../../src/kit/secret.ts'
import { lockoutLimits } from '../../src/policy/lockout.ts'
import { assertTalking, town } from './town.ts'

const table: { method: string; stranger: number; phone: number }[] = [
  { method: 'REGISTER', stranger: 401, phone: 403 },
  { method: 'MESSAGE', stranger: 401, phone: 200 },
  { method: 'SUBSCRIBE', stranger: 401, phone: 489 },
  { method: 'NOTIFY', stranger: 401, phone: 481 },
  { method: 'PUBLISH', stranger: 401, phone: 489 },
  { method: 'REFER', stranger: 401, phone: 403 },
  { method: 'OPTIONS', stranger: 200, phone: 200 },
  { method: 'INFO', stranger: 481, phone: 481 },
  { method: 'BYE', stranger: 481, phone: 481 },
  { method: 'PRACK', stranger: 481, phone: 481 },
  { method: 'UPDATE', stranger: 481, phone: 481 },
  { method: 'WALK', stranger: 501, phone: 501 },
]
for (const { method, stranger, phone } of table) {
  test(`A11: ${method} outside a call: ${stranger} for a stranger, ${phone} for a phone`, async () => {
    const t = await town({}, { erin: { registers: false, password: 'not the password' } })
    const uri = method === 'REGISTER' ? 'sip:example.test' : 'sip:1002@example.test'
    const seen = [t.erin, t.alice].map((one) => one.send(method, uri, 'Event: presence\r\nContent-Type: text/plain\r\n', 'x'))
    t.tick()
    assert.equal(seen[0]![0], stranger)
    assert.equal(seen[1]!.at(-1), phone)                                  // REGISTER: its To names nobody
    t.close()
  })
}

const registrars: [string, number][] = [['sip:1001@example.test', 200], ['sip:1001@EXAMPLE.test', 200], ['sip:1001@other.test', 404], ['sip:1001@example.test.other.test', 404]]
for (const [uri, status] of registrars) {
  test(`RFC 3261 10.3 step 1 and 5: REGISTER of ${uri}: ${status}`, async () => {
    const t = await town(), seen = t.alice.send('REGISTER', uri, '', '')
    t.tick()
    assert.equal(seen.at(-1), status)
    t.close()
  })
}

test('A11: INVITE of a stranger is challenged, nobody rings, nothing is kept', async () => {
  const t = await town({}, { erin: { registers: false, password: 'not the password' } })
  const near = t.erin.call('1002')
  t.tick()
  assert.deepEqual([near.ended?.status, t.bob.talks.length, t.system.calls.size, t.system.records.length], [401, 0, 0, 0])
  t.close()
})

test('A12: a phone that says in From that it is somebody else is refused with 403', async () => {
  const t = await town()
  const near = t.alice.call('1002', { from: '1003' })
  t.tick()
  assert.equal(near.ended?.status, 403)
  assert.match(near.reason, /From/)
  assert.equal(t.bob.talks.length, 0)
  t.close()
})

test('A12: the called phone sees the name and number of the directory, not what the caller writes', async () => {
  const t = await town()
  t.alice.call('1002', { displayName: '"The Bank"' })
  t.tick()
  const invite = t.system.ladder().findLast((one) => one.to === 'bob' && one.what === 'INVITE')!.text
  assert.match(invite, /^From: "Alice" <sip:1001@example.test>/m)
  assert.doesNotMatch(invite, /Bank/)
  t.close()
})

for (const method of ['BYE', 'INVITE', 'UPDATE', 'INFO', 'REFER']) {
  test(`A10: ${method} in a call from somewhere else, with its tags seen on the wire, does nothing to the call`, async () => {
    const t = await town({}, { erin: { registers: false, password: 'not the password' } })
    const { near, far } = t.connect(t.alice, t.bob)
    const seen = t.erin.sendIn({ ...near.dialog, localSeq: near.dialog.localSeq + 50 }, method, method === 'REFER' ? 'Refer-To: <sip:1005@example.test>\r\n' : '')
    t.tick()
    assert.ok([401, 403, 481].includes(seen[0]!), `${seen}`)
    assertTalking(near, far)
    t.alice.hold()
    t.tick()
    assertTalking(near, far)
    t.close()
  })
}

test('A10: another phone of the system, with a good password, cannot end a call that is not its own', async () => {
  const t = await town()
  const { near, far } = t.connect(t.alice, t.bob)
  const seen = t.erin.sendIn({ ...near.dialog, localSeq: near.dialog.localSeq + 50 }, 'BYE')
  t.tick()
  assert.ok(seen.at(-1)! >= 400, `${seen}`)
  assertTalking(near, far)
  t.close()
})

test('A14: more wrong passwords than the lockout takes answer 401 like unknown users: the right one is not taken at once there, and from elsewhere it is', async () => {
  const t = await town({}, { erin: { registers: false, password: 'guess' }, frank: { registers: false, line: '1005' } })
  const { registration } = t.erin.state
  const knowsIt = (phone: VirtualPhone) => { Object.assign(phone.state.settings, { credentials: [{ ...phone.state.settings.credentials[0]!, user: 'erin', password: secret('battery-staple-erin') }] }) }
  for (let i = 0; i < 40; i++) { t.erin.register(); t.tick(100) }
  assert.ok(registration.statuses.length >= 40 && registration.statuses.every((status) => status === 401 || status === 403))
  assert.ok(t.system.exchange.counters.wrongPasswords <= lockoutLimits.failures + 2, 'beyond the limit no password is looked at')
  assert.ok(t.system.exchange.counters.locked > 0)
  assert.ok(t.system.news.some((one) => one.is === 'locked' && one.what === 'user'))
  knowsIt(t.erin)                                                                  // the attacker's right guess, at once
  t.erin.register()
  t.tick(100)
  assert.equal(t.erin.registered, false)
  knowsIt(t.frank)                                                                 // the one who is attacked, from another address
  t.frank.register()
  t.tick(100)
  assert.equal(t.frank.state.registration.statuses.at(-1), 200)
  t.tick(lockoutLimits.every * 2)                                                  // slowed, not shut out
  t.erin.register()
  t.tick(100)
  assert.equal(t.erin.registered, true)
  const { near, far } = t.connect(t.alice, t.bob)
  assertTalking(near, far)
  for (const one of [t.erin, t.frank]) one.state.registration.wanted = false
  t.close()
})

test('A32: hostile text in names and in the User-Agent stays data: no header of its own, no line in the record', async () => {
  const t = await town()
  const nasty = '<script>alert(1)</script>=cmd|\'/c calc\'!A1'
  const near = t.alice.call('1002', { displayName: `"${nasty}"`, headers: `User-Agent: ${nasty}\r\nSubject: ${nasty}\r\n` })
  t.tick()
  t.bob.answer()
  t.tick()
  assertTalking(near, t.bob.talk)
  t.close()
  assert.doesNotMatch(JSON.stringify(t.system.records), /script|calc/)
  assert.ok(t.system.ladder().filter((one) => one.to === 'bob').every((one) => !one.text.includes('script')))
})

test('A47: a called phone that answers 302 to itself, again and again, is not called for ever', async () => {
  const t = await town()
  const near = t.alice.call('1002')
  t.tick()
  t.bob.refuse(302, 'Contact: <sip:1002@example.test>\r\n')
  t.tick()
  assert.equal(near.ended?.status, 482)
  assert.equal(t.bob.talks.length, 1)
  t.close()
})
