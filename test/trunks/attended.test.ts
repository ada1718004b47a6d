/** Attended transfer brings nobody together whom a blind one could not: off-net to off-net, tables, minutes; and whose trunk a request is, in calls that go on. R122, R131, R135, R309, R321; dial plan 11.10; A44 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulatedSite, type Talk } from '../../src/index.ts'
import { decide } from '../../src/calls/decide.ts'
import { trunkAt } from '../../src/calls/trunks/admitted.ts'
import { carrier, type Carrier, sdp } from './carrier.ts'
import { nearSite, type PairPlan } from './pair.ts'

/** Alice talks with somebody who called her from outside. */
async function called(plan: PairPlan): Promise<{ c: Carrier; first: Talk }> {
  const c = await carrier(plan), id = c.ask('INVITE', '1001', { body: sdp }), alice = c.system.phone('alice')
  assert.ok(c.system.until(() => alice.talks.length > 0))
  alice.answer()
  c.system.run(500)
  const ok = c.heard.findLast(({ message }) => message.is === 'response' && message.callId === id)!
  c.ask('ACK', '1001', { callId: id, tags: { from: ok.message.fromTag, to: ok.message.toTag } })
  c.system.run(500)
  assert.equal(alice.talk.state, 'up')
  return { c, first: alice.talk }
}

/** She calls outside and connects the two. */
function connects({ system, ...c }: Carrier, first: Talk, number: string, answers: boolean): Talk {
  const alice = system.phone('alice'), second = alice.call(number)
  assert.ok(system.until(() => c.last('INVITE ') !== undefined))
  c.answer(c.last('INVITE ')!, answers ? '200 OK' : '180 Ringing', '', answers ? sdp : '')
  assert.ok(system.until(() => second.state === (answers ? 'up' : 'ringing')))
  alice.transferTo(second, first)
  system.run(1_000)
  return second
}

for (const answers of [true, false]) {
  for (const [trunk, passes] of [['', false], ['offNetTo: [carrier]', true]] as const) {
    test(`A44 ${answers ? 'attended' : 'semi-attended'}: a caller from outside is connected to the outside ${passes ? 'where offNetTo and the table of the system let it' : 'never, and both calls stay'}`, async () => {
      const near = passes ? 'restrictionTables: [{ name: Open, patterns: [{ pattern: "*", blocked: false }] }]\ntollControl: { systemTransferTable: Open }\n' : ''
      const { c, first } = await called({ trunk, near }), second = connects(c, first, '9031234567', answers)
      assert.deepEqual([first.ended === undefined, second.ended === undefined], [!passes, !passes])
      assert.match(first.notified.at(-1)!, passes ? /200/ : /403/)
      c.system.close()
    })
  }
}

test('A44 R122 attended: who is in the house is connected to what the transfer table lets through, however the call began', async () => {
  for (const [number, passes] of [['9031234567', true], ['90041441234567', false]] as const) {
    const c = await carrier({ near: 'tollControl: { accessCodes: ["9"], internationalPrefixes: ["00"] }\n', open: true }), { system } = c
    const first = system.phone('alice').call('1002')
    assert.ok(system.until(() => system.phone('bob').talks.length > 0))
    system.phone('bob').answer()
    assert.ok(system.until(() => first.state === 'up'))
    const second = connects(c, first, number, true)
    assert.equal(second.ended !== undefined, passes, number)
    system.close()
  }
})

test('A44 minutes a day end a call that was transferred too', async () => {
  const c = await carrier({ staff: 'limits: { minutesPerDay: 3 }' }), { system } = c, first = system.phone('alice').call('1002')
  assert.ok(system.until(() => system.phone('bob').talks.length > 0))
  system.phone('bob').answer()
  assert.ok(system.until(() => first.state === 'up'))
  connects(c, first, '9031234567', true)
  c.answer(c.last('INVITE ')!, '200 OK', '', sdp)
  system.run(170_000)
  assert.equal(system.phone('bob').talk.state, 'up')
  system.run(15_000)
  assert.equal(system.phone('bob').talk.state, 'ended')
  assert.match(system.records.at(-1)!.ending, /minutes/i)
  system.close()
})

test('A44 a system of the house sends a caller from outside no further than that caller may go', async () => {
  const plan: PairPlan = { trunk: 'callingSearchSpace: Staff }, { name: pbx, securityProfile: Pbx, offNet: false, callingSearchSpace: Staff, destinations: [{ address: 10.0.0.3 }]', profile: 'incomingPort: 5060 }, { name: Pbx, incomingPort: 5064' }
  const { c } = await called(plan), [call] = c.system.calls.values(), ask = (use: 'inbound' | 'rerouting') => decide(c.system.exchange, call!, { is: 'trunk', trunk: 'pbx', use, transfer: true }, '9031234567').is
  assert.equal(ask('inbound'), 'refused')
  assert.equal(decide(c.system.exchange, { ...call!, a: undefined }, { is: 'trunk', trunk: 'pbx', use: 'inbound', transfer: true }, '9031234567').is, 'outside')
  c.system.close()
})

test('RFC 5922 7.1 R350 on a connection that we made, a certificate of sip:sbc.carrier.test is the trunk: its BYE is heard', async () => {
  const c = await carrier({ transport: 'tls', profile: 'deviceSecurityMode: encrypted, secureCertificateSubjects: sbc.carrier.test' }), at = (...names: string[]) => trunkAt(c.system.exchange, {
    id: 1, service: 'sip-tls', transport: 'tls', localAddress: '10.0.0.1', localPort: 40_000, remoteAddress: '10.0.0.2', remotePort: 5061, peer: { subject: '', names, fingerprint: 'ab'.repeat(32) },
  })?.ready.name
  assert.deepEqual([at('sip:sbc.carrier.test'), at('SBC.carrier.test'), at('sip:other@sbc.carrier.test'), at('sbc.carrier.test.evil.test')], ['carrier', 'carrier', undefined, undefined])
  c.system.close()
})

test('R309 R321 a call goes on under the new name of its trunk: the other side hangs up as before', async () => {
  const { c, first } = await called({}), [invite] = c.heard.filter(({ message }) => message.is === 'response' && message.status === 200 && message.method === 'INVITE')
  const renamed = nearSite({ profile: 'outgoingTransport: udp' }).replaceAll('name: carrier', 'name: other').replaceAll('trunk: carrier', 'trunk: other')
  c.system.exchange.snapshot = (await simulatedSite(renamed)).snapshot
  const id = c.ask('BYE', '1001', { callId: invite!.message.callId, cseq: 2, tags: { from: invite!.message.fromTag, to: invite!.message.toTag } })
  c.system.run(500)
  assert.deepEqual([c.statuses(id).at(-1), first.state, ...c.system.exchange.trunks.byName.keys()], [200, 'ended', 'other'])
  c.system.close()
})
