/** A REFER outside any call: who is named is rung, and connected to where it says; the trunk hears how it goes. R368; RFC 3515, 4488, 6665 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallRecord } from '../../src/calls/records.ts'
import { carrier, type Carrier, type CarrierPlan, field, type Heard, sdp } from './carrier.ts'

/** Who is referred out again, as an administrator opens it: for the trunk, and in the table of system transfers. */
const ways = { trunk: 'referCallingSearchSpace: Staff, offNetTo: [carrier]', near: 'restrictionTables: [{ name: Open, patterns: [{ pattern: "*", blocked: false }] }]\ntollControl: { systemTransferTable: Open }\n' }
const open = { profile: 'acceptOutOfDialogRefer: true', trunk: 'referCallingSearchSpace: Staff', near: '' } satisfies CarrierPlan

const notifies = (c: Carrier, id: string): Heard[] => [...new Map(c.heard.flatMap((one): [number, Heard][] => one.text.startsWith('NOTIFY') && one.message.callId === id ? [[one.message.cseq, one]] : [])).values()]

/** Answers each NOTIFY; gives their lines: `100 active`. */
function listening(c: Carrier, id: string, answered = new Set<number>()): () => string[] {
  return () => notifies(c, id).map((one) => {
    if (!answered.has(one.message.cseq)) { answered.add(one.message.cseq); c.answer(one, '200 OK') }
    return `${one.text.split('\r\n\r\n')[1]?.split(' ')[1]} ${field(one, 'Subscription-State').split(';')[0]}`
  })
}

interface Referral { readonly c: Carrier; readonly id: string; readonly told: () => string[]; /** Alice has answered. */ answered(): void; /** The NOTIFYs so far, nothing is left, and the record of the call. */ over(): CallRecord }

async function referral(plan: CarrierPlan = open, to = '<sip:1002@near.test>', more = '', who = '1001'): Promise<Referral> {
  const c = await carrier(plan), { system } = c, id = c.ask('REFER', who, { headers: `Refer-To: ${to}\r\n${more}` }), told = listening(c, id)
  system.run(500)
  return {
    c, id, told,
    answered() {
      assert.ok(system.until(() => system.phone('alice').talks.some(({ state }) => state === 'ringing')), `${c.statuses(id)} ${told()}`)
      system.phone('alice').answer()
      system.run(500)
      told()
    },
    over() {
      told()
      assert.ok(system.until(() => { told(); return system.calls.size === 0 }, 400_000))
      system.run(70_000)
      assert.deepEqual([system.exchange.legs.size, system.exchange.trunks.byName.get('carrier')!.calls, system.violations()], [0, 0, []])
      system.close()
      return system.records.at(-1)!
    },
  }
}
const last = (c: Carrier, to: string): string => c.system.ladder().findLast(({ what, to: peer }) => what === 'INVITE' && peer === to)?.text ?? ''

test('R368 RFC 3515 2.4: 202, NOTIFY 100 at once; the line is rung, answers, is connected to Refer-To; NOTIFY 180 and 200, and the record shows it all', async () => {
  const { c, id, told, answered, over } = await referral(), { system } = c, alice = system.phone('alice'), bob = system.phone('bob')
  assert.deepEqual([c.statuses(id), told()], [[202], ['100 active']])
  const accepted = c.heard.find(({ message }) => message.callId === id && message.status === 202)!, notify = c.last('NOTIFY ')!
  assert.deepEqual([field(notify, 'Event'), field(notify, 'Content-Type'), notify.message.toTag, notify.message.fromTag], ['refer;id=1', 'message/sipfrag;version=2.0', accepted.message.fromTag, accepted.message.toTag])
  assert.match(field(accepted, 'Contact'), /^<sip:/)
  assert.match(last(c, 'alice'), /From: <sip:\+41441234567@near\.test>/, 'RFC 3325: who asks is who calls')
  answered()
  assert.ok(system.until(() => bob.talks.length > 0))
  assert.match(last(c, 'bob'), /From: "Alice Adams" <sip:1001@near\.test>/)
  assert.deepEqual(told(), ['100 active', '180 active'])
  bob.answer()
  assert.ok(system.until(() => told().length === 3 && bob.talk.state === 'up'))
  assert.deepEqual(told().at(-1), '200 terminated')
  system.run(2_000)
  const port = (talk: typeof bob.talk): string => /m=audio (\d+)/.exec(talk.session!.theirs.text ?? '')?.[1] ?? ''
  assert.deepEqual([port(alice.talk), port(bob.talk)], [String(bob.talk.rtpPort), String(alice.talk.rtpPort)], 'they hear each other')
  assert.equal(c.last('BYE'), undefined, 'a subscription ends by its NOTIFY')
  alice.hangUp()
  const record = over()
  assert.deepEqual([record.from, record.to, record.status, record.answeredAt !== undefined], ['+41441234567', '1001', 200, true])
  assert.deepEqual(record.legs.map(({ phone, side, reason }) => [phone, side, reason]), [['trunk carrier', 'in', 'Transferred'], ['alice', 'out', ''], ['bob', 'out', '']])
})

test('RFC 3515 2.4.4 nobody answers: NOTIFY 480 and the end', async () => {
  const { told, over } = await referral()
  assert.equal(over().answeredAt, undefined)
  assert.deepEqual(told(), ['100 active', '480 terminated'])
})

const ends: [string, (r: Referral) => void, string][] = [
  ['who is to be referred refuses', ({ c }) => { c.system.phone('alice').refuse(603) }, '603 terminated'],
  ['who is referred to is busy: they do not stay on a silent line', ({ c, answered }) => { answered(); c.system.phone('bob').refuse(486) }, '486 terminated'],
  ['who is referred hangs up while it rings', ({ c, answered }) => { answered(); c.system.phone('alice').hangUp() }, '487 terminated'],
  ['nobody answers at Refer-To', ({ answered }) => { answered() }, '480 terminated'],
]
for (const [what, act, status] of ends) {
  test(`RFC 3515 2.4.4 ${what}: NOTIFY ${status}`, async () => {
    const one = await referral()
    act(one)
    const record = one.over()
    assert.equal(one.told().at(-1), status)
    assert.deepEqual([one.c.system.phone('alice').talk.state, record.endedAt > 0], ['ended', true])
  })
}

test('A44 what a REFER may reach says the trunk\'s own search space for it: without one nothing, not even own lines; off-net to off-net stays closed', async () => {
  const none = await referral({ ...open, trunk: 'callingSearchSpace: Staff' })
  assert.equal(none.c.statuses(none.id).length, 1)
  assert.ok([403, 404].includes(none.c.statuses(none.id)[0]!))
  assert.deepEqual([none.told(), none.c.system.phone('alice').talks.length, none.c.system.records.length], [[], 0, 0])
  none.c.system.close()
  for (const to of ['<sip:9031234567@near.test>', '<tel:+900011234>', '<sip:9999@near.test>', '<sip:*8@near.test>']) {
    const shut = await referral(open, to)
    assert.deepEqual([shut.c.statuses(shut.id), shut.told()[0], /^40[34] terminated$/.test(shut.told()[1] ?? ''), shut.c.system.phone('alice').talks.length], [[202], '100 active', true, 0], `${to} ${shut.told().join()}`)
    assert.match(shut.over().ending, /dial plan|Nobody/)
  }
})

test('R368 Refer-To outside, where that is allowed: over the trunk, in the rights of the REFER', async () => {
  const { c, answered, told, over } = await referral({ ...open, ...ways }, '<sip:9031234567@near.test>'), { system } = c
  answered()
  assert.ok(system.until(() => c.last('INVITE ') !== undefined), told().join())
  const invite = c.last('INVITE ')!
  assert.match(invite.text, /^INVITE sip:031234567@/)
  c.answer(invite, '200 OK', '', sdp)
  assert.ok(system.until(() => told().at(-1) === '200 terminated'))
  system.run(1_000)
  system.phone('alice').hangUp()
  assert.ok(system.until(() => c.last('BYE ') !== undefined))
  c.answer(c.last('BYE ')!, '200 OK')
  over()
})

test('RFC 4488 4 Refer-Sub: false: the call is made, and nothing is told', async () => {
  const { c, id, answered, told, over } = await referral(open, '<sip:1002@near.test>', 'Refer-Sub: false\r\n'), { system } = c
  assert.equal(field(c.heard.find(({ message }) => message.callId === id && message.status === 202), 'Refer-Sub'), 'false')
  answered()
  system.phone('bob').answer()
  assert.ok(system.until(() => system.phone('bob').talk.state === 'up'))
  system.phone('bob').hangUp()
  over()
  assert.deepEqual(told(), [])
})

const wrong: [string, string, number, RegExp, string?][] = [
  ['Replaces in Refer-To (A9)', '<sip:1002@near.test?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>', 403, /takes nobody's place/], ['Join in Refer-To (A9)', '<sip:1002@near.test?Subject=x&join=a>', 403, /takes nobody's place/],
  ['another host', '<sip:1002@elsewhere.test>', 403, /another host/], ['another method', '<sip:1002@near.test;method=BYE>', 501, /calls, and does nothing else/], ['no address', 'nonsense', 400, /Refer-To/], ['nobody there', '<sip:1002@near.test>', 404, /./, '9999'], ['a feature to refer', '<sip:1002@near.test>', 403, /./, '*8'],
  ['somebody outside to refer (A44)', '<sip:1002@near.test>', 403, /./, '9031234567'],
]
for (const [what, to, status, words, who = '1001'] of wrong) {
  test(`RFC 3515 2.4.2 ${what}: ${status} in words, and no state`, async () => {
    const { c, id, over } = await referral(open, to, '', who)
    assert.deepEqual(c.statuses(id), [status])
    assert.match(field(c.last('SIP/2.0 '), 'Warning'), words)
    assert.equal(c.system.records.length, 0)
    assert.equal(over(), undefined)
  })
}

test('A47 however long everybody rings on and on: seven minutes, then NOTIFY 408, and nobody rings or waits any more', async () => {
  const { c, told, over } = await referral({ ...open, lines: '  - { number: "1001", forwardNoAnswer: "1002", noAnswerSeconds: 300 }\n  - { number: "1002", callWaiting: true }' }, '<sip:1001@near.test>'), { system } = c, began = system.now
  system.run(350_000)
  system.phone('bob').answer()
  assert.ok(system.until(() => told().at(-1) === '408 terminated', 300_000), told().join())
  assert.ok(system.now - began >= 419_000 && system.now - began < 421_000, String(system.now - began))
  assert.equal(over().ending, 'The referral took too long')
  assert.deepEqual(['alice', 'bob'].flatMap((name) => system.phone(name).talks.map(({ state }) => state)).filter((state) => state !== 'ended'), [])
})

test('RFC 6665 4.1.2.3 3515 2.4.6 in its dialog: SUBSCRIBE asks again, with Expires 0 for no more; the call goes on; a BYE or INVITE is none of it', async () => {
  const { c, id, answered, told, over } = await referral(), { system } = c, { message } = c.heard.find((one) => one.message.callId === id && one.message.status === 202)!, tags = { from: message.fromTag, to: message.toTag }
  answered()
  const before = told().length
  c.ask('SUBSCRIBE', '1001', { callId: id, tags, cseq: 2, headers: 'Event: refer;id=1\r\nExpires: 60\r\n' })
  c.ask('BYE', '1001', { callId: id, tags, cseq: 3 })
  c.ask('INVITE', '1001', { callId: id, tags, cseq: 4, body: sdp })
  c.ask('OPTIONS', '1001', { callId: id, tags, cseq: 5 })
  c.ask('SUBSCRIBE', '1001', { callId: id, tags, cseq: 6, headers: 'Event: refer;id=1\r\nExpires: 0\r\n' })
  system.run(500)
  assert.deepEqual(c.statuses(id).slice(1), [200, 405, 405, 200, 200])
  assert.deepEqual(told().slice(before), ['100 active', '100 terminated'])
  system.phone('bob').answer()
  assert.ok(system.until(() => system.phone('bob').talk.state === 'up'))
  system.run(1_000)
  assert.equal(told().length, before + 2)
  system.phone('bob').hangUp()
  over()
})

test('R319 RFC 3261 22.2 our NOTIFYs are challenged and say who we are, the last one too', async () => {
  const plan = { ...open, near: 'sipRealms: [{ realm: carrier.test, user: us, password: "pepper-mill-9" }]' }, c = await carrier(plan), { system } = c
  const id = c.ask('REFER', '1001', { headers: 'Refer-To: <sip:1002@near.test>\r\n' })
  system.run(500)
  c.answer(c.last('NOTIFY ')!, '200 OK')
  system.phone('alice').refuse(486)
  system.run(100)
  const final = notifies(c, id).at(-1)!
  assert.match(final.text, /SIP\/2\.0 486/)
  c.answer(final, '401 Unauthorized', 'WWW-Authenticate: Digest realm="carrier.test", nonce="n1", qop="auth", algorithm=MD5\r\n')
  system.run(100)
  const again = notifies(c, id).at(-1)!
  assert.deepEqual([again.message.cseq, /486/.test(again.text), field(again, 'Authorization').startsWith('Digest '), again.message.callId], [final.message.cseq + 1, true, true, id])
  assert.equal(system.exchange.legs.size, 1)
  c.answer(again, '200 OK')
  system.run(100)
  assert.equal(system.exchange.legs.size, 0, 'with the answer it is over')
  system.close()
})

test('RFC 3515 2.4.4 NOTIFYs that nobody answers, or answers 481: the call is made all the same, and nothing is left behind', async () => {
  for (const says of ['', '481 Subscription does not exist']) {
    const c = await carrier(open), { system } = c, id = c.ask('REFER', '1001', { headers: 'Refer-To: <sip:1002@near.test>\r\n' })
    system.run(500)
    if (says !== '') { c.answer(c.last('NOTIFY ')!, says); system.run(100) }
    system.phone('alice').answer()
    assert.ok(system.until(() => system.phone('bob').talks.length > 0))
    system.phone('bob').answer()
    assert.ok(system.until(() => system.phone('bob').talk.state === 'up'))
    system.run(100)
    assert.equal(c.heard.some(({ text, message }) => message.callId === id && text.includes('SIP/2.0 200 OK\r\n') && text.startsWith('NOTIFY')), says === '')
    system.phone('bob').hangUp()
    system.run(70_000)
    assert.deepEqual([system.calls.size, system.exchange.legs.size, system.violations()], [0, 0, []])
    system.close()
  }
})

test('dial plan 11.7 somebody of the group picks up: who answers is referred', async () => {
  const plan = { ...open, lines: '  - { number: "1001", pickupGroup: "8800" }\n  - { number: "1002", pickupGroup: "8800" }', ...ways, near: `${ways.near}pickupGroups: [{ number: "8800" }]\n` }
  const { c, told, over } = await referral(plan, '<sip:9031234567@near.test>'), { system } = c
  assert.ok(system.until(() => system.phone('alice').talks.length > 0))
  const talk = system.phone('bob').call('*8')
  assert.ok(system.until(() => c.last('INVITE ') !== undefined), `${talk.statuses.join()} ${told().join()}`)
  assert.match(c.last('INVITE ')!.text, /From: "Bob Brown" <sip:1002@/)
  c.answer(c.last('INVITE ')!, '486 Busy Here')
  system.run(500)
  assert.equal(told().at(-1), '486 terminated')
  assert.equal(talk.state, 'ended')
  over()
})
