/** What leaves the house and what does not, in calls: search spaces, restriction tables, off-net to off-net, limits. R120–R135; dial plan 11.10; A44 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { carrier, type Carrier, field, sdp } from './carrier.ts'
import type { PairPlan } from './pair.ts'

const invites = (c: Carrier) => new Set(c.heard.filter(({ text }) => text.startsWith('INVITE')).map((one) => field(one, 'Call-ID'))).size

async function dials(plan: PairPlan, number: string, phone = 'alice'): Promise<{ status: number | undefined; reason: string; out: number; invite: string }> {
  const c = await carrier(plan), talk = c.system.phone(phone).call(number)
  c.system.run(1_000)
  const found = { status: talk.ended?.status, reason: talk.reason, out: invites(c), invite: c.last('INVITE ')?.text.split('\r\n')[0] ?? '' }
  c.system.close()
  return found
}

test('dial plan 11.2: what no search space shows is 404; what matches goes out once', async () => {
  assert.deepEqual(await dials({}, '9131234567'), { status: 404, reason: '', out: 0, invite: '' })
  assert.equal((await dials({}, '9031234567')).out, 1)
})

test('A44 an international number is closed until a class of service opens it, and the refusal says so', async () => {
  const closed = await dials({}, '90041441234567')
  assert.deepEqual([closed.status, closed.out], [403, 0])
  assert.match(closed.reason, /abroad/)
  const open = await dials({ open: true }, '90041441234567')
  assert.equal(open.out, 1, open.reason)
  assert.equal(open.invite, 'INVITE sip:0041441234567@10.0.0.2 SIP/2.0')
})

test('A44 outside in to outside out: a caller from the carrier reaches a line, never the carrier again, whatever he dials', async () => {
  const c = await carrier({ trunk: 'callingSearchSpace: Staff' })
  const line = c.ask('INVITE', '1001', { body: sdp })
  c.system.run(500)
  assert.equal(c.system.phone('alice').talks.length, 1)
  for (const number of ['9031234567', '90041441234567', '+41441234567']) {
    const id = c.ask('INVITE', number, { body: sdp })
    c.system.run(500)
    assert.ok([403, 404].includes(c.statuses(id)[0]!), `${number}: ${c.statuses(id).join()}`)
  }
  assert.deepEqual([invites(c), c.statuses(line)], [0, []])
  assert.deepEqual(c.heard.flatMap((one) => field(one, 'Warning')).filter((text) => /carrier|patterns|table/i.test(text)), [], 'nothing is told of how the house is set up')
  c.system.close()
})

test('A44 R133 a line that forwards outside does so with its own rights, and not for a caller from outside', async () => {
  const lines = '  - { number: "1002", forwardAll: "9031234567", callingSearchSpace: Staff }'
  const inside = await dials({ lines }, '1002')
  assert.deepEqual([inside.out, inside.invite], [1, 'INVITE sip:031234567@10.0.0.2 SIP/2.0'])
  const c = await carrier({ lines }), id = c.ask('INVITE', '1002', { body: sdp })
  c.system.run(500)
  assert.deepEqual([invites(c), c.statuses(id)], [0, [404]])
  c.system.close()
  const without = await dials({ lines: '  - { number: "1002", forwardAll: "9031234567" }' }, '1002')
  assert.deepEqual([without.out, without.status], [0, 404], 'the phone of the forwarder is not asked: a forward has the rights of the line alone')
})

test('A44 R122 a transfer to the outside asks the transfer table: 9011… and 900… stay in, though the pattern would let them', async () => {
  const near = 'tollControl: { accessCodes: ["9"], internationalPrefixes: ["00"] }\n'
  for (const [number, leaves] of [['9031234567', true], ['90041441234567', false]] as const) {
    const c = await carrier({ near, open: true }), { system } = c
    const talk = system.phone('alice').call('1002')
    assert.ok(system.until(() => system.phone('bob').talks.length > 0))
    system.phone('bob').answer()
    assert.ok(system.until(() => talk.state === 'up'))
    system.phone('alice').transfer(number, talk)
    system.run(2_000)
    assert.equal(invites(c), leaves ? 1 : 0, number)
    system.close()
  }
})

test('A44 limits of a trunk: calls at once; the next is refused in words, an alarm is raised, and room comes back', async () => {
  const c = await carrier({ trunk: 'limits: { callsAtOnce: 1 }' }), { system } = c
  const first = system.phone('alice').call('9031234567')
  assert.ok(system.until(() => c.last('INVITE ') !== undefined))
  c.answer(c.last('INVITE ')!, '200 OK', '', sdp)
  assert.ok(system.until(() => first.state === 'up'))
  const second = system.phone('bob').call('9041234567')
  system.run(500)
  assert.deepEqual([second.ended?.status, invites(c)], [403, 1])
  assert.match(second.reason, /callsAtOnce/)
  assert.ok(system.news.some((one) => one.is === 'limit' && one.who === 'trunks[carrier]' && one.limit === 'callsAtOnce'))
  system.phone('alice').hangUp(first)
  assert.ok(system.until(() => c.last('BYE ') !== undefined))
  c.answer(c.last('BYE ')!, '200 OK')
  system.run(100)
  system.phone('bob').call('9041234567')
  system.run(500)
  assert.equal(invites(c), 2)
  system.close()
})

test('A44 limits of a user: calls an hour count every attempt once, whatever trunks were tried; minutes a day end the call that reaches them', async () => {
  const c = await carrier({ staff: 'limits: { callsPerHour: 2, minutesPerDay: 3 }' }), { system } = c
  for (let i = 0; i < 3; i++) {
    const talk = system.phone('alice').call('9031234567')
    system.run(500)
    const invite = c.last('INVITE ')
    if (i < 2) { c.answer(invite!, '486 Busy Here'); system.run(500) }
    assert.equal(talk.ended?.status, i < 2 ? 486 : 403, `${i}`)
  }
  system.run(3_700_000)
  const talk = system.phone('alice').call('9031234567')
  system.run(500)
  c.answer(c.last('INVITE ')!, '200 OK', '', sdp)
  assert.ok(system.until(() => talk.state === 'up'))
  system.run(170_000)
  assert.equal(talk.state, 'up')
  system.run(15_000)
  assert.equal(talk.state, 'ended')
  assert.match(system.records.at(-1)!.ending, /minutes/i)
  system.close()
})

test('an emergency number goes for everybody, past search spaces and limits', async () => {
  const emergency = '  - { pattern: "112", trunk: carrier, emergency: true }'
  const c = await carrier({ patterns: emergency, trunk: 'limits: { callsAtOnce: 0 }' }), talk = c.system.phone('bob').call('112')
  c.system.run(500)
  assert.deepEqual([invites(c), talk.ended], [1, undefined])
  c.system.close()
})

test('A44 a 302 of the carrier leads nowhere outside unless the rerouting search space, offNetTo and the system transfer table all let it', async () => {
  const open = 'restrictionTables: [{ name: Open, patterns: [{ pattern: "*", blocked: false }] }]\ntollControl: { systemTransferTable: Open }\n'
  for (const [more, near, expected] of [['', open, 1], ['reroutingCallingSearchSpace: Staff', open, 1], ['reroutingCallingSearchSpace: Staff, offNetTo: [carrier]', '', 1], ['reroutingCallingSearchSpace: Staff, offNetTo: [carrier]', open, 2]] as const) {
    const c = await carrier({ trunk: more, near }), talk = c.system.phone('alice').call('9031234567')
    assert.ok(c.system.until(() => c.last('INVITE ') !== undefined))
    const text = c.last('INVITE ')!
    c.send(`SIP/2.0 302 Moved\r\nVia: ${field(text, 'Via')}\r\nFrom: ${field(text, 'From')}\r\nTo: ${field(text, 'To')};tag=m\r\nCall-ID: ${field(text, 'Call-ID')}\r\nCSeq: ${field(text, 'CSeq')}\r\nContact: <sip:9041234567@near.test>\r\nContent-Length: 0\r\n\r\n`)
    c.system.run(1_000)
    assert.equal(invites(c), expected, `${more}: ${talk.reason}`)
    c.system.close()
  }
})

test('A44 R135 a carrier that transfers a call outside asks the system transfer table, whatever its search space and offNetTo let it reach', async () => {
  const open = 'restrictionTables: [{ name: Open, patterns: [{ pattern: "*", blocked: false }] }]\ntollControl: { systemTransferTable: Open }\n'
  for (const [near, expected] of [['', 1], [open, 2]] as const) {
    const c = await carrier({ trunk: 'callingSearchSpace: Staff, offNetTo: [carrier]', near }), { system } = c, talk = system.phone('alice').call('9031234567')
    assert.ok(system.until(() => c.last('INVITE ') !== undefined))
    const invite = c.last('INVITE ')!
    c.answer(invite, '200 OK', '', sdp)
    assert.ok(system.until(() => talk.state === 'up'))
    const uri = /<([^>]+)>/.exec(field(invite, 'Contact'))![1]!
    c.send(`REFER ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKrefer\r\nMax-Forwards: 70\r\nFrom: ${field(invite, 'To')};tag=carrier\r\nTo: ${field(invite, 'From')}\r\nCall-ID: ${field(invite, 'Call-ID')}\r\nCSeq: 7 REFER\r\nContact: <sip:carrier@10.0.0.2>\r\nRefer-To: <sip:9041234567@near.test>\r\nContent-Length: 0\r\n\r\n`)
    system.run(1_000)
    assert.equal(invites(c), expected)
    system.close()
  }
})

test('an emergency number is tried where no destination answers a ping; any other number is not', async () => {
  const c = await carrier({ patterns: '  - { pattern: "112", trunk: carrier, emergency: true }', trunk: 'pingRetries: 1, pingSeconds: 5' })
  c.alive = false
  c.system.run(60_000)
  assert.equal(c.system.exchange.trunks.byName.get('carrier')!.destinations[0]!.up, false)
  c.system.phone('alice').call('9031234567')
  c.system.run(500)
  assert.equal(invites(c), 0)
  c.system.phone('bob').call('112')
  c.system.run(500)
  assert.equal(invites(c), 1)
  c.system.close()
})

test('an emergency number goes to the next trunk whatever the first answers, as long as no telephone has rung', async () => {
  const plan: PairPlan = { patterns: '  - { pattern: "112", routeList: L, emergency: true }\n  - { pattern: "118", routeList: L }', near: 'routeGroups: [{ name: A, trunks: [carrier] }, { name: B, trunks: [carrier] }]\nrouteLists: [{ name: L, members: [{ group: A }, { group: B }] }]\n' }
  for (const [number, status, out] of [['112', '404 Not Found', 2], ['112', '603 Decline', 2], ['118', '404 Not Found', 1], ['118', '603 Decline', 1]] as const) {
    const c = await carrier(plan)
    c.system.phone('bob').call(number)
    assert.ok(c.system.until(() => c.last('INVITE ') !== undefined))
    c.answer(c.last('INVITE ')!, status)
    c.system.run(500)
    assert.equal(invites(c), out, `${number} ${status}`)
    c.system.close()
  }
})

test('limits of a trunk count what comes in by itself: the next is refused 503, and room comes back when one ends', async () => {
  const c = await carrier({ trunk: 'limits: { callsAtOnce: 1, callsPerSecond: 2 }' }), { system } = c
  const calls = (count: number): string[] => Array.from({ length: count }, () => c.ask('INVITE', '1001', { body: sdp })), [one, two] = calls(2)
  system.run(500)
  assert.deepEqual([c.statuses(one!), c.statuses(two!)], [[], [503]])
  assert.ok(system.news.some((each) => each.is === 'limit' && each.who === 'trunks[carrier] incoming'))
  system.phone('bob').call('9031234567')
  system.run(500)
  assert.equal(invites(c), 1, 'what goes out has its own room')
  system.phone('alice').refuse(486)
  system.run(2_000)
  const [three] = calls(1)
  system.run(500)
  assert.deepEqual([c.statuses(one!).at(-1), c.statuses(three!)], [486, []])
  system.close()
})

test('A17 while new calls are refused because the loop is behind, an emergency call is not', async () => {
  const c = await carrier({ patterns: '  - { pattern: "112", trunk: carrier, emergency: true }' }), { system } = c
  system.exchange.shedding = true
  const other = system.phone('alice').call('9031234567'), emergency = system.phone('bob').call('112')
  system.run(1_000)
  assert.deepEqual([other.ended?.status, emergency.ended, invites(c)], [503, undefined, 1])
  system.close()
})

test('dial plan 11.7 a parked caller from outside goes back to who parked him, though the trunk itself may not dial that line', async () => {
  const near = 'parkLots: [{ name: p, range: "70X", reversionSeconds: 10 }]\n', lines = '  - { number: "1001", partition: National, callingSearchSpace: Staff }'
  const c = await carrier({ near, lines }), { system } = c, alice = system.phone('alice')
  const talk = alice.call('9031234567')
  assert.ok(system.until(() => c.last('INVITE ') !== undefined))
  c.answer(c.last('INVITE ')!, '200 OK', '', sdp)
  assert.ok(system.until(() => talk.state === 'up'))
  alice.transfer('701', talk)
  system.run(2_000)
  assert.ok(system.until(() => alice.talks.some((one) => one.invite !== undefined), 60_000), 'it rings again at the parker')
  system.close()
})
