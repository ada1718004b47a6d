/** A call between two phones over IPv6: Via, Contact, Route and session description as they go out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { body, header, parseVia } from '../../src/wire/sip/index.ts'
import { answer, flowFrom, newScene, proxied, register, sdp, write } from '../rfc3263/scene.ts'

const alice = flowFrom('2001:db8::1'), bob = flowFrom('::1', 5062)
const via = 'SIP/2.0/UDP [2001:DB8::1]:5060'

test('RFC 6157 RFC 5118 a call over IPv6: brackets in Via and Contact, none in received and SDP, answers to the source', async () => {
  const scene = await newScene()
  register(scene, bob, '1002', '<sip:1002@[0:0:0:0:0:0:0:1]:5062>')
  scene.hear(alice, write('INVITE', 'sip:1002@[2001:db8::99]', { via, headers: ['Contact: <sip:1001@[2001:db8::1]:5060>'], body: sdp('2001:db8::1') }))
  const trying = scene.take('SIP/2.0 100')
  assert.equal(trying.to, 'flow 0 2001:db8::1 5060')
  const invite = scene.take('INVITE'), top = parseVia(header(invite.message, 'Via')!)
  assert.deepEqual([invite.to, invite.message.uri], ['udp ::1 5062', 'sip:1002@[0:0:0:0:0:0:0:1]:5062'])
  assert.match(header(invite.message, 'Via')!, /^SIP\/2\.0\/UDP \[2001:db8::99\]:5060;branch=/)
  assert.ok(top)
  assert.equal(header(invite.message, 'Contact'), '<sip:1002@[2001:db8::99]:5060>')
  assert.match(body(invite.message), /^o=- \d+ \d+ IN IP6 2001:db8::99\r$/m)
  assert.match(body(invite.message), /^c=IN IP6 2001:db8::1\r$/m)
  scene.hear(bob, answer(invite.message, 200, ['Contact: <sip:1002@[::1]:5062>'], sdp('::1', 4002)))
  const ack = scene.take('ACK'), ok = scene.take('SIP/2.0 200')
  assert.deepEqual([ack.to, ack.message.uri], ['udp ::1 5062', 'sip:1002@[::1]:5062'])
  assert.equal(ok.to, 'flow 0 2001:db8::1 5060')
  assert.match(header(ok.message, 'Via')!, /^SIP\/2\.0\/UDP \[2001:DB8::1\]:5060;branch=/)
  assert.match(body(ok.message), /^c=IN IP6 ::1\r$/m)
  scene.hear(alice, write('ACK', 'sip:1002@[2001:db8::99]', { via, to: header(ok.message, 'To')! }))
  scene.hear(alice, write('BYE', 'sip:1002@[2001:db8::99]', { via, to: header(ok.message, 'To')!, cseq: 2 }))
  const bye = scene.take('BYE')
  assert.deepEqual([bye.to, scene.take('SIP/2.0 200').to], ['udp ::1 5062', 'flow 0 2001:db8::1 5060'])
  scene.hear(bob, answer(bye.message, 200))
  scene.pass(40_000)
  assert.deepEqual([scene.x.calls.size, scene.x.legs.size], [0, 0])
})

test('RFC 5118 4.5 a Via whose host is not the source gets received without brackets, and rport', async () => {
  const scene = await newScene()
  register(scene, flowFrom('2001:db8::1', 40_000), '1001', '<sip:1001@[2001:db8::1]>')
  scene.hear(flowFrom('2001:db8::1', 40_000), write('OPTIONS', 'sip:example.test', { via: 'SIP/2.0/UDP [2001:db8::abcd];rport' }))
  const { message, to } = scene.take('SIP/2.0 200')
  assert.equal(to, 'flow 0 2001:db8::1 40000')
  assert.match(header(message, 'Via')!, /;rport=40000/)
  assert.match(header(message, 'Via')!, /;received=2001:db8::1(?:;|$)/)
})

test('RFC 6157 RFC 3263 4.1 a route that is an IPv6 address, of a trusted proxy, is used as it stands', async () => {
  const scene = await newScene({}, proxied)
  register(scene, bob, '1002', '<sip:1002@[::1]:5062>')
  scene.hear(alice, write('INVITE', 'sip:1002@[2001:db8::99]', { via, headers: ['Contact: <sip:1001@[2001:db8::1]:5060>'], body: sdp('2001:db8::1') }))
  const invite = scene.take('INVITE')
  scene.hear(bob, answer(invite.message, 200, ['Contact: <sip:1002@[::1]:5062>', 'Record-Route: <sip:[2001:DB8::7]:5066;lr>'], sdp('::1')))
  assert.equal(scene.take('ACK').to, 'udp 2001:db8::7 5066')
})
