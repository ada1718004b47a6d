/** What the walks of simulation/walk.ts found, each as a dialogue of its own. Standards RFC 3261 12, 13, 14; 3515; A9 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { body, header } from '../../src/wire/sip/index.ts'
import { alice, answer, bob, call, carol, newScene, register, sdp, write } from '../rfc3263/scene.ts'

test('RFC 3261 13.2.2.4 a second fork that answers: each of its 2xx is acknowledged, one BYE is sent, numbered after its PRACK', async () => {
  const scene = await newScene(), contact = 'Contact: <sip:1002@192.0.2.2:5060>', late = (): void => { scene.hear(bob, answer(invite, 200, [contact], sdp('192.0.2.2'), 'b2')) }
  register(scene, bob, '1002', '<sip:1002@192.0.2.2:5060>')
  call(scene, '1002', ['Supported: 100rel'])
  const invite = scene.take('INVITE').message
  scene.hear(bob, answer(invite, 183, [contact, 'Require: 100rel', 'RSeq: 1'], sdp('192.0.2.2'), 'b2'))
  scene.hear(bob, answer(scene.take('PRACK').message, 200))
  scene.hear(bob, answer(invite, 200, [contact], sdp('192.0.2.2'), 'b1'))
  assert.equal(scene.take('ACK').message.toTag, 'b1')
  for (let i = 0; i < 3; i++) late()
  assert.deepEqual(scene.takeAll('ACK').map(({ message }) => message.toTag), ['b2', 'b2', 'b2'])
  assert.deepEqual(scene.takeAll('BYE').map(({ message }) => [message.toTag, message.cseq]), [['b2', 3]])
})

test('RFC 3515 A9 who has just picked up a call asks for a transfer before the media are agreed: 491, and nobody is left without a call', async () => {
  const scene = await newScene()
  register(scene, bob, '1002', '<sip:1002@192.0.2.2:5060>')
  scene.hear(carol, write('INVITE', 'sip:1002@example.test', { from: '<sip:1003@example.test>;tag=c', callId: 'ringing', headers: ['Contact: <sip:1003@192.0.2.3:5060>'], body: sdp('192.0.2.3'), via: 'SIP/2.0/UDP 192.0.2.3:5060' }))
  call(scene, '*8', [], 'pickup')
  const to = header(scene.takeAll('SIP/2.0 200').at(-1)!.message, 'To')!
  scene.hear(alice, write('ACK', 'sip:192.0.2.99', { to, callId: 'pickup' }))
  const offer = scene.takeAll('INVITE').at(-1)!.message
  scene.hear(alice, write('REFER', 'sip:192.0.2.99', { to, callId: 'pickup', cseq: 2, headers: ['Contact: <sip:1001@192.0.2.1:5060>', 'Refer-To: <sip:*8@example.test>'] }))
  scene.take('SIP/2.0 202')
  assert.match(body(scene.takeAll('NOTIFY').at(-1)!.message), /^SIP\/2\.0 491 /)
  scene.hear(alice, answer(offer, 200, ['Contact: <sip:1001@192.0.2.1:5060>'], sdp('192.0.2.1', 4100)))
  assert.match(body(scene.take('SIP/2.0 200').message), /^m=audio 4100 /m, 'carol is answered with what alice said')
  assert.deepEqual([...scene.x.calls.values()].map((one) => [one.a?.peer.line, one.b?.peer.line, one.a?.call === one.id, one.b?.call === one.id]), [['1003', '1001', true, true]])
})

test('RFC 3261 13.2.2.4, 14.1 the 200 to one re-INVITE comes again while the next is on its way: it is acknowledged again, and answers nothing', async () => {
  const scene = await newScene(), contact = 'Contact: <sip:1002@192.0.2.2:5060>', port = (text: string) => /^m=audio (\d+)/m.exec(text)?.[1]
  register(scene, bob, '1002', '<sip:1002@192.0.2.2:5060>')
  call(scene)
  scene.hear(bob, answer(scene.take('INVITE').message, 200, [contact], sdp('192.0.2.2', 4100)))
  const to = header(scene.take('SIP/2.0 200').message, 'To')!, hers = (method: string, cseq: number, text = '') => { scene.hear(alice, write(method, 'sip:192.0.2.99', { to, cseq, headers: ['Contact: <sip:1001@192.0.2.1:5060>'], body: text })) }
  hers('ACK', 1)
  scene.takeAll('ACK')
  hers('INVITE', 2, sdp('192.0.2.1', 4002))
  const first = answer(scene.take('INVITE').message, 200, [contact], sdp('192.0.2.2', 4102))
  scene.hear(bob, first)
  assert.equal(port(body(scene.takeAll('SIP/2.0 200').at(-1)!.message)), '4102')
  hers('ACK', 2)
  scene.takeAll('ACK')
  hers('INVITE', 3, sdp('192.0.2.1', 4004))
  const second = scene.take('INVITE').message
  scene.hear(bob, first)
  assert.equal(scene.take('ACK').message.cseq, second.cseq - 1)
  assert.deepEqual(scene.takeAll('SIP/2.0 200'), [])
  scene.hear(bob, answer(second, 200, [contact], sdp('192.0.2.2', 4104)))
  assert.equal(scene.take('ACK').message.cseq, second.cseq)
  assert.equal(port(body(scene.take('SIP/2.0 200').message)), '4104')
})
