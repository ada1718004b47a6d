/** A10: what comes into a dialog from somewhere else is believed of nobody but the very phone of the leg. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { body, header } from '../../src/wire/sip/index.ts'
import { alice, answer, bob, call, carol, flowFrom, newScene, register, type Scene, sdp, write } from '../rfc3263/scene.ts'

/** Alice calls without an offer; bob's 200 holds one, and waits for the answer in alice's ACK. */
async function delayed(): Promise<{ scene: Scene; to: string }> {
  const scene = await newScene()
  register(scene, bob, '1002', '<sip:1002@192.0.2.2:5060>')
  scene.hear(alice, write('INVITE', 'sip:1002@example.test', { headers: ['Contact: <sip:1001@192.0.2.1:5060>'] }))
  scene.takeAll('SIP/2.0 100')
  scene.hear(bob, answer(scene.take('INVITE').message, 200, ['Contact: <sip:1002@192.0.2.2:5060>'], sdp('192.0.2.2')))
  return { scene, to: header(scene.take('SIP/2.0 200').message, 'To')! }
}

for (const [who, flow] of [['another phone', carol], ['a stranger', flowFrom('203.0.113.66')], ['another port of the address', flowFrom('192.0.2.1', 6666)]] as const) {
  test(`A10 A20 an ACK with a session from ${who} is dropped: the media go nowhere else`, async () => {
    const { scene, to } = await delayed()
    scene.hear(flow, write('ACK', 'sip:192.0.2.99', { to, body: sdp('203.0.113.66', 6666) }))
    assert.deepEqual(scene.takeAll('ACK'), [])
    scene.hear(alice, write('ACK', 'sip:192.0.2.99', { to, body: sdp('192.0.2.1') }))
    assert.match(body(scene.take('ACK').message), /c=IN IP4 192\.0\.2\.1\r\n/)
  })
}

const methods = ['BYE', 'INVITE', 'UPDATE', 'INFO', 'REFER', 'MESSAGE'] as const
for (const method of methods) {
  test(`A10 ${method} in somebody else's call: 403 for another phone, a challenge for a stranger`, async () => {
    const scene = await newScene()
    register(scene, bob, '1002', '<sip:1002@192.0.2.2:5060>')
    call(scene)
    scene.hear(bob, answer(scene.take('INVITE').message, 200, ['Contact: <sip:1002@192.0.2.2:5060>'], sdp('192.0.2.2')))
    const to = header(scene.take('SIP/2.0 200').message, 'To')!
    scene.hear(alice, write('ACK', 'sip:192.0.2.99', { to }))
    scene.takeAll('ACK')
    const headers = ['Contact: <sip:1001@192.0.2.1:5060>', 'Refer-To: <sip:1003@example.test>']
    scene.hear(carol, write(method, 'sip:192.0.2.99', { to, cseq: 2, headers, from: '<sip:1003@example.test>;tag=a1' }))
    assert.equal(scene.take('SIP/2.0').message.status, 403)
    scene.hear(flowFrom('203.0.113.66'), write(method, 'sip:192.0.2.99', { to, cseq: 3, headers }))
    assert.equal(scene.take('SIP/2.0').message.status, 401)
    assert.equal(scene.x.calls.size, 1)
    assert.equal([...scene.x.calls.values()][0]!.state, 'connected')
  })
}

test('RFC 5630: a sips address is not reached without TLS', async () => {
  const scene = await newScene()
  register(scene, bob, '1002', '<sip:1002@192.0.2.2:5060>')
  scene.hear(alice, write('INVITE', 'sips:1002@example.test', { headers: ['Contact: <sip:1001@192.0.2.1:5060>'], body: sdp('192.0.2.1') }))
  const refused = scene.take('SIP/2.0').message
  assert.equal(refused.status, 403)
  assert.match(header(refused, 'Warning')!, /reached over TLS alone/)
  assert.deepEqual(scene.takeAll('INVITE'), [])
})
