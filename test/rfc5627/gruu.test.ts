/** GRUU: one phone of a line is called by its own name. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addresses, addressParam, header, parseUri } from '../../src/wire/sip/index.ts'
import { alice, answer, bob, call, carol, flowFrom, newScene, register, type Scene, sdp, site, write } from '../rfc3263/scene.ts'

const soft = flowFrom('192.0.2.22')
const instance = (n: number) => `;+sip.instance="<urn:uuid:00000000-0000-1000-8000-00000000000${n}>"`
const gruu = ['Supported: gruu']

/** Bob has two phones; the GRUU of each as the answer to its REGISTER says it. */
function both(scene: Scene): string[] {
  return [[bob, 1] as const, [soft, 2] as const].map(([flow, n]) => {
    const { remoteAddress } = flow
    const answered = register(scene, flow, '1002', `<sip:1002@${remoteAddress}>${instance(n)}`, gruu)
    const own = addresses(answered, 'Contact')!.find((one) => one.uri.includes(`@${remoteAddress}`))!
    return addressParam(own, 'pub-gruu')!
  })
}

/** An INVITE of Alice to any URI; where it led. */
function dial(scene: Scene, uri: string, callId = 'c1'): string[] {
  scene.hear(alice, write('INVITE', uri, { callId, headers: ['Contact: <sip:1001@192.0.2.1>'], body: sdp('192.0.2.1') }))
  return scene.takeAll('INVITE').map((one) => `${one.to} ${one.message.uri}`)
}

test('RFC 5627 5.4 the answer to a REGISTER names the GRUU of each phone; a call to it rings that phone alone', async () => {
  const scene = await newScene()
  const [first, second] = both(scene)
  assert.equal(first, 'sip:1002@example.test;gr=urn:uuid:00000000-0000-1000-8000-000000000001')
  assert.deepEqual(dial(scene, first!, 'one'), ['udp 192.0.2.2 5060 sip:1002@192.0.2.2'])
  assert.deepEqual(dial(scene, second!, 'two'), ['udp 192.0.2.22 5060 sip:1002@192.0.2.22'])
  assert.equal(dial(scene, 'sip:1002@example.test', 'three').length, 2)
})

const rows: [title: string, uri: string, rung: number, status: string][] = [
  ['5.1 an instance that is not registered', 'sip:1002@example.test;gr=urn:uuid:00000000-0000-1000-8000-000000000009', 0, '480'],
  ['5.1 the instance of another line', 'sip:1003@example.test;gr=urn:uuid:00000000-0000-1000-8000-000000000001', 0, '480'],
  ['3.4 a gr without a value names no phone', 'sip:1002@example.test;gr', 0, '480'],
  ['5.1 a GRUU of a line that is not there', 'sip:1999@example.test;gr=urn:uuid:00000000-0000-1000-8000-000000000001', 0, '404'],
  ['5.1 a GRUU of another domain is not ours', 'sip:1002@other.test;gr=urn:uuid:00000000-0000-1000-8000-000000000001', 0, '404'],
  ['4.1 URNs compare without case', 'sip:1002@example.test;GR=URN:UUID:00000000-0000-1000-8000-000000000001', 1, ''],
]
for (const [title, uri, rung, status] of rows) {
  test(`RFC 5627 ${title}`, async () => {
    const scene = await newScene()
    both(scene)
    assert.equal(dial(scene, uri).length, rung)
    if (status !== '') scene.take(`SIP/2.0 ${status}`)
  })
}

test('RFC 5627 5.1 a call to a phone by its GRUU is not forwarded with the line: it rings there, or nowhere', async () => {
  const scene = await newScene(undefined, site.replace('{ number: "1002", pickupGroup: "1900" }', '{ number: "1002", forwardAll: "1003", forwardBusy: "1003" }'))
  const [first] = both(scene)
  register(scene, carol, '1003', '<sip:1003@192.0.2.3>')
  assert.deepEqual(dial(scene, 'sip:1002@example.test', 'line'), ['udp 192.0.2.3 5060 sip:1003@192.0.2.3'])
  scene.hear(alice, write('INVITE', first!, { callId: 'gruu', headers: ['Contact: <sip:1001@192.0.2.1>'], body: sdp('192.0.2.1') }))
  const invite = scene.take('INVITE')
  assert.equal(invite.to, 'udp 192.0.2.2 5060')
  scene.takeAll('SIP/2.0')
  scene.hear(bob, answer(invite.message, 486))
  scene.take('SIP/2.0 486')
  assert.deepEqual(scene.takeAll('INVITE'), [])
})

test('RFC 5627 3.4 a phone that registers by its own name has a GRUU of that name, and is reached by it', async () => {
  const scene = await newScene()
  scene.hear(soft, write('REGISTER', 'sip:example.test', { from: '<sip:bob-soft@example.test>;tag=r', to: '<sip:bob-soft@example.test>', callId: 'r', headers: [`Contact: <sip:bob-soft@192.0.2.22>${instance(2)}`, ...gruu] }))
  const own = addressParam(addresses(scene.take('SIP/2.0 200').message, 'Contact')![0]!, 'pub-gruu')!
  assert.match(own, /^sip:bob-soft@example.test;gr=/)
  assert.deepEqual(dial(scene, own), ['udp 192.0.2.22 5060 sip:bob-soft@192.0.2.22'])
})

test('RFC 5627 4.4 a phone whose Contact is its GRUU: what follows has that as Request-URI and goes to where its packets come from', async () => {
  const scene = await newScene(), target = 'sip:1002@example.test;gr=urn:uuid:00000000-0000-1000-8000-000000000001'
  both(scene)
  call(scene, '1002')
  const invite = scene.takeAll('INVITE').find((one) => one.to.includes(' 192.0.2.2 '))!
  scene.hear(bob, answer(invite.message, 200, [`Contact: <${target}>`], sdp('192.0.2.2')))
  const ack = scene.takeAll('ACK').find((one) => one.message.uri === target)!
  assert.equal(ack.to, 'udp 192.0.2.2 5060')
  const leg = [...scene.x.legs.values()].find((one) => one.side === 'in')!
  scene.hear(alice, write('ACK', 'sip:192.0.2.99', { to: header(scene.take('SIP/2.0 200').message, 'To')! }))
  scene.hear(alice, write('BYE', 'sip:192.0.2.99', { to: `<sip:1002@example.test>;tag=${leg.dialog.localTag}`, cseq: 2 }))
  const bye = scene.take('BYE')
  assert.deepEqual([bye.to, bye.message.uri], ['udp 192.0.2.2 5060', target])
  assert.deepEqual(scene.asked, [], 'our own domain is not asked for')
})

test('RFC 5627 5.1 RFC 3428 a MESSAGE to a GRUU goes to that phone alone', async () => {
  const scene = await newScene()
  const [, second] = both(scene)
  scene.hear(alice, write('MESSAGE', second!, { body: 'hello', type: 'text/plain' }))
  assert.equal(scene.take('MESSAGE').to, 'udp 192.0.2.22 5060')
})

test('RFC 5627 RFC 3515 a transfer to a GRUU rings that phone alone', async () => {
  const scene = await newScene()
  register(scene, carol, '1003', '<sip:1003@192.0.2.3>')
  const [, second] = both(scene)
  call(scene, '1003')
  const { message } = scene.take('INVITE')
  scene.hear(carol, answer(message, 200, ['Contact: <sip:1003@192.0.2.3>'], sdp('192.0.2.3')))
  const to = header(scene.take('SIP/2.0 200').message, 'To')!
  scene.hear(alice, write('ACK', 'sip:192.0.2.99', { to }))
  scene.takeAll('ACK')
  scene.hear(alice, write('REFER', 'sip:192.0.2.99', { to, cseq: 2, headers: ['Contact: <sip:1001@192.0.2.1>', `Refer-To: <${second}>`] }))
  scene.take('SIP/2.0 202')
  assert.deepEqual(scene.takeAll('INVITE').map((one) => one.to), ['udp 192.0.2.22 5060'])
  assert.equal(parseUri(second!).ok, true)
})
