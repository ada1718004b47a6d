/** RFC 5626: several flows of one phone, and what becomes of a binding when its flow closes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { targetOf } from '../../src/calls/binding.ts'
import { bindingsOf, bindingsOfGruu, flowClosed, isRegistered } from '../../src/calls/locations.ts'
import { registrarLimits } from '../../src/wire/sip/registrar.ts'
import { flowOf, newDesk } from './registering.ts'

const instance = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"'
const flowContact = (regId: number, host = '192.0.2.4', more = '') => `Contact: <sip:1001@${host};transport=tcp>;reg-id=${regId};${instance}${more}`
const supported = 'Supported: path, outbound'
const proxied = 'Via: SIP/2.0/TCP 198.51.100.1;branch=z9hG4bKp\r\nVia: SIP/2.0/TCP 192.0.2.4;branch=z9hG4bKa'

function ways(desk: ReturnType<typeof newDesk>) {
  return bindingsOf(desk.locations, '1001').map((b) => targetOf(b)?.way)
}

test('RFC 5626 6: a binding is instance and reg-id, whatever the contact; the new flow replaces the old', () => {
  const desk = newDesk()
  desk.flow = flowOf('tcp', { id: 1 })
  const said = desk.send([flowContact(1), supported])
  assert.deepEqual(said.contacts, [`<sip:1001@192.0.2.4;transport=tcp>;${instance};reg-id=1;expires=3600`])
  assert.ok(said.headers.includes('Require: outbound'))
  desk.flow = flowOf('tcp', { id: 2, remotePort: 40_000 })
  desk.send([flowContact(2), supported])
  desk.flow = flowOf('tcp', { id: 3, remotePort: 40_001 })
  const renewed = desk.send([flowContact(1, '192.0.2.77'), supported], { callId: 'after-reboot' })
  assert.deepEqual(renewed.contacts.map((c) => c.split(';')[0]), ['<sip:1001@192.0.2.77', '<sip:1001@192.0.2.4'])
  assert.deepEqual(ways(desk), [{ is: 'flow', flowId: 3 }, { is: 'flow', flowId: 2 }])
  assert.deepEqual(flowClosed(desk.locations, desk.now, 1), [])
  assert.equal(desk.locations.flows.size, 2)
})

test('RFC 5626 4.1: instance ids compare as URNs, without case', () => {
  const desk = newDesk()
  desk.send([flowContact(1), supported])
  assert.equal(desk.send([flowContact(1).toLowerCase().replace('contact', 'Contact'), supported]).contacts.length, 1)
})

test('RFC 5626 7: a closed flow takes its binding along, the other flow stays', () => {
  const desk = newDesk()
  for (const id of [1, 2]) {
    desk.flow = flowOf('tls', { id })
    desk.send([flowContact(id), supported])
  }
  const [event] = flowClosed(desk.locations, desk.now, 1)
  assert.deepEqual([event?.is, event?.why, event?.registered, event?.turned], ['released', 'closed', true, false])
  const [last] = flowClosed(desk.locations, desk.now, 2)
  assert.deepEqual([last?.is, last?.registered, last?.turned], ['released', false, true])
  assert.equal(isRegistered(desk.locations, '1001'), false)
  assert.deepEqual([desk.locations.count, desk.locations.flows.size], [0, 0])
})

test('RFC 5626 6: over UDP the flow is the source of the REGISTER, whatever the contact says', () => {
  const desk = newDesk()
  desk.flow = flowOf('udp', { remoteAddress: '203.0.113.9', remotePort: 33_000 })
  desk.send([`Contact: <sip:1001@203.0.113.9:5060>;reg-id=1;${instance}`, supported])
  assert.deepEqual(ways(desk), [{ is: 'hop', hop: { transport: 'udp', address: '203.0.113.9', port: 33_000 } }])
})

test('RFC 5626 6: behind a proxy that does not say ob: 439, and without outbound in Supported reg-id is ignored', () => {
  const desk = newDesk()
  assert.equal(desk.send([flowContact(1), supported], { via: proxied }).status, 439)
  assert.equal(desk.send([flowContact(1), supported, 'Path: <sip:edge.example.test;lr>'], { via: proxied }).code, 'sip.register.firstHop')
  const ignored = desk.send([flowContact(1), 'Supported: path', 'Path: <sip:edge.example.test;lr>'], { via: proxied })
  assert.deepEqual([ignored.status, ignored.headers.includes('Require: outbound')], [200, false])
  assert.equal(bindingsOf(desk.locations, '1001')[0]!.regId, 0)
  const outbound = desk.send([flowContact(1), supported, 'Path: <sip:edge.example.test;lr;ob>'], { via: proxied })
  assert.ok(outbound.headers.includes('Require: outbound'))
  assert.equal(desk.send([flowContact(1), supported], { via: 'Via: SIP/2.0/TCP a.test, SIP/2.0/TCP b.test' }).status, 439)
})

test('RFC 5626 6: reg-id without instance is ignored, nonsense is 400, two contacts with a reg-id are 400', () => {
  const desk = newDesk()
  assert.ok(!desk.send(['Contact: <sip:1001@192.0.2.4>;reg-id=1', supported]).contacts[0]!.includes('reg-id'))
  for (const regId of ['0', '-1', 'x', '2147483648', '""']) assert.equal(desk.send([`Contact: <sip:1001@192.0.2.4>;reg-id=${regId};${instance}`]).status, 400, regId)
  assert.equal(desk.send([`${flowContact(1)}, <sip:1001@192.0.2.5>`, supported]).code, 'sip.register.severalFlows')
  assert.equal(desk.send([`${flowContact(1)}, <sip:1001@192.0.2.4>;expires=0`, supported]).status, 200)
})

test('RFC 5626 5.4: a Flow-Timer is told on connections that use outbound, where one is set', () => {
  const desk = newDesk()
  desk.limits = { ...registrarLimits, flowTimer: 120 }
  assert.ok(!desk.send([flowContact(1), supported]).headers.some((h) => h.startsWith('Flow-Timer')), 'not over UDP')
  desk.flow = flowOf('tcp')
  assert.ok(desk.send([flowContact(1), supported]).headers.includes('Flow-Timer: 120'))
  assert.ok(!desk.send([flowContact(1)]).headers.some((h) => /^(?:Flow-Timer|Require)/.test(h)), 'not without outbound in Supported')
})

test('RFC 5626 6: what an earlier run of the same instance left makes room, a living phone does not', () => {
  const desk = newDesk()
  for (let run = 1; run <= 7; run++) {
    const said = desk.send([`Contact: <sip:1001@192.0.2.4:${4000 + run}>;${instance}`], { callId: `run-${run}`, cseq: 1 })
    assert.deepEqual([said.status, said.contacts.length], [200, Math.min(run, 5)])
  }
  assert.deepEqual(bindingsOf(desk.locations, '1001').map((b) => b.callId), ['run-3', 'run-4', 'run-5', 'run-6', 'run-7'])
  assert.equal(desk.send(['Contact: <sip:1001@192.0.2.5>;+sip.instance="<urn:uuid:b>"'], { callId: 'other' }).status, 403)
})

test('RFC 5627 5.2, 5.4: a public GRUU for who supports it; it leads to that instance alone', () => {
  const desk = newDesk(), contact = `Contact: <sip:1001@192.0.2.4>;${instance};pub-gruu="sip:mallory@example.test;gr=x"`
  const said = desk.send([contact, 'Supported: gruu'], { to: 'sip:1001@example.test;user=phone' })
  const gr = 'urn:uuid:00000000-0000-1000-8000-000A95A0E128'
  assert.deepEqual(said.contacts, [`<sip:1001@192.0.2.4>;${instance};pub-gruu="sip:1001@example.test;gr=${gr}";expires=3600`])
  assert.ok(!desk.send([contact]).contacts[0]!.includes('gruu'))
  desk.send(['Contact: <sip:1001@192.0.2.5>'])
  assert.deepEqual(bindingsOfGruu(desk.locations, '1001', gr).map((b) => b.contact), ['sip:1001@192.0.2.4'])
  assert.equal(desk.send([`Contact: <sip:1001@example.test;gr=${gr}>;${instance}`]).code, 'sip.register.loop')
})
