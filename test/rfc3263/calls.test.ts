/** Phones that are reached by a name, and those behind a proxy: where the INVITE and everything after it goes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drain } from '../../src/calls/exchange.ts'
import { header } from '../../src/wire/sip/index.ts'
import { a, alice, answer, bob, call, flowFrom, newScene, proxied, register, type Scene, sdp, srv, write, type Zone } from './scene.ts'

const desk = '<sip:1002@desk.example.test>'
const zone: Zone = {
  'SRV _sip._udp.desk.example.test': [srv(1, 5070, 'one.example.test'), srv(2, 5080, 'two.example.test')],
  'A one.example.test': [a('192.0.2.2')], 'A two.example.test': [a('192.0.2.2')],
  'A edge.example.test': [a('198.51.100.5'), a('198.51.100.6')],
}
const path = ['Path: <sip:token@edge.example.test:5060;lr>', 'Supported: path'], overTcp = ['Path: <sip:token@edge.example.test:5060;transport=tcp;lr>', 'Supported: path']

/** The called phone answers, the caller acknowledges. */
function connect(scene: Scene, from = bob, headers: readonly string[] = []): void {
  const { message } = scene.take('INVITE')
  scene.hear(from, answer(message, 200, ['Contact: <sip:1002@192.0.2.2:5060>', ...headers], sdp('192.0.2.2')))
  const ok = scene.take('SIP/2.0 200').message
  scene.hear(alice, write('ACK', 'sip:192.0.2.99', { to: header(ok, 'To')!, cseq: 1 }))
}

/** Alice hangs up. */
function hangUp(scene: Scene): void {
  const leg = [...scene.x.legs.values()].find((one) => one.side === 'in')!
  scene.hear(alice, write('BYE', 'sip:192.0.2.99', { to: `<sip:1002@example.test>;tag=${leg.dialog.localTag}`, cseq: 2 }))
  scene.take('SIP/2.0 200')
}

test('RFC 3263 4 a contact by name: looked up by SRV, then invited', async () => {
  const scene = await newScene(zone)
  register(scene, bob, '1002', desk)
  call(scene)
  assert.deepEqual(scene.asked.filter((one) => !one.startsWith('AAAA')), ['SRV _sip._udp.desk.example.test', 'A one.example.test', 'A two.example.test'])
  const invite = scene.take('INVITE')
  assert.deepEqual([invite.to, invite.message.uri], ['udp 192.0.2.2 5070', 'sip:1002@desk.example.test'])
})

test('RFC 3263 4.3 failover: 503 and a broken way lead to the next address, with the same sequence number and a new branch', async () => {
  for (const how of ['503', 'failed'] as const) {
    const scene = await newScene(zone)
    register(scene, bob, '1002', desk)
    call(scene)
    const first = scene.take('INVITE')
    if (how === '503') { scene.hear(bob, answer(first.message, 503)); scene.take('ACK') }
    else scene.give({ is: 'failed', ref: first.ref, to: { transport: 'udp', address: '192.0.2.2', port: 5070 }, why: { code: 'edge.unreachable', text: '' } })
    const second = scene.take('INVITE')
    assert.deepEqual([second.to, second.message.cseq, second.message.callId, second.message.fromTag], ['udp 192.0.2.2 5080', 1, first.message.callId, first.message.fromTag], how)
    assert.notEqual(second.message.via.branch, first.message.via.branch)
    scene.hear(bob, answer(second.message, 503))
    scene.take('ACK')
    assert.equal(scene.take('SIP/2.0 480').to, 'flow 0 192.0.2.1 5060', 'both are down: the caller hears it')
    scene.hear(alice, write('ACK', 'sip:1002@example.test', {}))
    scene.pass(40_000)
    assert.deepEqual([scene.x.calls.size, scene.x.legs.size], [0, 0])
  }
})

test('RFC 3263 4.3 silence: the next address is tried after 64*T1', async () => {
  const scene = await newScene(zone)
  register(scene, bob, '1002', desk)
  call(scene)
  scene.pass(31_000)
  assert.deepEqual([...new Set(scene.takeAll('INVITE').map((one) => one.to))], ['udp 192.0.2.2 5070'])
  scene.pass(1_500)
  assert.deepEqual(scene.takeAll('INVITE').map((one) => one.to).at(-1), 'udp 192.0.2.2 5080')
})

test('RFC 3263 4.3 a cancelled call is not tried elsewhere', async () => {
  const scene = await newScene(zone)
  register(scene, bob, '1002', desk)
  call(scene)
  const first = scene.take('INVITE')
  scene.hear(bob, answer(first.message, 180, ['Contact: <sip:1002@192.0.2.2>']))
  const leg = [...scene.x.legs.values()].find((one) => one.side === 'in')!
  scene.hear(alice, `CANCEL sip:1002@example.test SIP/2.0\r\nVia: ${header(leg.served!.message, 'Via')}\r\nMax-Forwards: 70\r\nFrom: <sip:1001@example.test>;tag=a1\r\nTo: <sip:1002@example.test>\r\nCall-ID: c1\r\nCSeq: 1 CANCEL\r\nContent-Length: 0\r\n\r\n`)
  assert.equal(scene.takeAll('CANCEL').length, 1)
  scene.hear(bob, answer(first.message, 503))
  assert.deepEqual(scene.takeAll('INVITE'), [])
})

test('RFC 3263 4 nothing is found: the leg counts as refused, the caller hears it', async () => {
  const scene = await newScene({})
  register(scene, bob, '1002', '<sip:1002@10.1.1.7>', overTcp)
  call(scene)
  const refused = scene.take('SIP/2.0 480').message
  assert.match(header(refused, 'Warning') ?? '', /No address was found/)
  assert.deepEqual(scene.takeAll('INVITE'), [])
})

test('A25 name servers that are silent: 480 after three seconds; a call that ends before leaves nothing', async () => {
  const scene = await newScene()
  scene.zone = undefined
  register(scene, bob, '1002', '<sip:1002@10.1.1.7>', overTcp)
  call(scene)
  scene.pass(2_999)
  assert.deepEqual(scene.takeAll('SIP/2.0 480'), [])
  scene.pass(2)
  scene.take('SIP/2.0 480')
  scene.hear(alice, write('ACK', 'sip:1002@example.test', {}))
  scene.pass(40_000)
  assert.deepEqual([scene.x.calls.size, scene.x.legs.size, scene.x.locating.seekers.size], [0, 0, 0])
})

test('A24 A42 a name in a Contact leads only to where the phone registered from', async () => {
  const scene = await newScene({ 'A desk.example.test': [a('203.0.113.66'), a('192.0.2.2')] })
  register(scene, bob, '1002', desk)
  call(scene)
  assert.equal(scene.take('INVITE').to, 'udp 192.0.2.2 5060')
  const other = await newScene({ 'A desk.example.test': [a('203.0.113.66')] })
  register(other, bob, '1002', desk)
  call(other)
  assert.equal(other.take('INVITE').to, `udp 192.0.2.2 ${bob.remotePort}`)
})

test('RFC 3263 4 a phone that calls itself by a name that nobody knows is reached where it sends from', async () => {
  const scene = await newScene({})
  register(scene, bob, '1002', '<sip:1002@my-laptop.local>')
  call(scene)
  assert.equal(scene.take('INVITE').to, `udp ${bob.remoteAddress} ${bob.remotePort}`)
})

test('RFC 3327 5.4, RFC 3263 4 a Path by name: the INVITE goes to the proxy that it names, and fails over', async () => {
  const scene = await newScene(zone, proxied)
  register(scene, bob, '1002', '<sip:1002@10.1.1.7>', path)
  call(scene)
  const first = scene.take('INVITE')
  assert.deepEqual([first.to, first.message.uri, header(first.message, 'Route')], ['udp 198.51.100.5 5060', 'sip:1002@10.1.1.7', '<sip:token@edge.example.test:5060;lr>'])
  scene.hear(flowFrom('198.51.100.5'), answer(first.message, 503))
  scene.take('ACK')
  assert.equal(scene.take('INVITE').to, 'udp 198.51.100.6 5060')
})

test('RFC 3261 12.2.1.1 a called phone behind a proxy: ACK and BYE go through its Record-Route', async () => {
  const scene = await newScene(zone, proxied)
  register(scene, bob, '1002', '<sip:1002@192.0.2.2>')
  call(scene)
  connect(scene, bob, ['Record-Route: <sip:inner.example.test;lr>, <sip:198.51.100.9:5090;lr>'])
  const ack = scene.take('ACK')
  assert.deepEqual([ack.to, header(ack.message, 'Route')], ['udp 198.51.100.9 5090', '<sip:198.51.100.9:5090;lr>, <sip:inner.example.test;lr>'])
  hangUp(scene)
  const bye = scene.take('BYE')
  assert.deepEqual([bye.to, bye.message.uri], ['udp 198.51.100.9 5090', 'sip:1002@192.0.2.2:5060'])
})

test('RFC 3261 12.2.1.1 RFC 3263 4 a route by name: what is to be sent waits for the address, in order, and fails over', async () => {
  const scene = await newScene(zone, proxied)
  register(scene, bob, '1002', '<sip:1002@192.0.2.2>')
  call(scene)
  scene.zone = undefined
  connect(scene, bob, ['Record-Route: <sip:edge.example.test:5060;lr>'])
  hangUp(scene)
  assert.deepEqual([scene.takeAll('ACK'), scene.takeAll('BYE')], [[], []])
  const [first, second] = [...scene.x.locating.keys.keys()]
  scene.give({ is: 'reply', id: first!, reply: { is: 'answer', records: zone['A edge.example.test']!, ttl: 60 } })
  scene.give({ is: 'reply', id: second!, reply: { is: 'noAnswer', why: 'notFound' } })
  assert.deepEqual(scene.sent.map((one) => `${one.message.method} ${one.to}`), ['ACK udp 198.51.100.5 5060', 'BYE udp 198.51.100.5 5060'])
  const bye = scene.take('BYE')
  scene.give({ is: 'failed', ref: bye.ref, to: { transport: 'udp', address: '198.51.100.5', port: 5060 }, why: { code: 'edge.unreachable', text: '' } })
  const again = scene.take('BYE')
  assert.deepEqual([again.to, again.message.cseq], ['udp 198.51.100.6 5060', bye.message.cseq])
  scene.hear(flowFrom('198.51.100.6'), answer(again.message, 200))
  scene.pass(40_000)
  assert.equal(scene.x.legs.size, 0)
})

for (const [what, route] of [['an address', '203.0.113.66:5090'], ['a name', 'evil.example.test'], ['a name that leads to many', 'wide.example.test:5070']] as const) {
  const zoneOf: Zone = { ...zone, 'A evil.example.test': [a('203.0.113.66')], 'A wide.example.test': [a('203.0.113.66'), a('192.0.2.2'), a('203.0.113.67')] }
  const home = what === 'a name that leads to many' ? 'udp 192.0.2.2 5070' : 'udp 192.0.2.2 5060'

  test(`A24 A42 RFC 3261 8.1.2 a called phone whose Record-Route is ${what} that is neither its own nor a trusted proxy's: ACK and BYE go to the phone, said in the log once`, async () => {
    const scene = await newScene(zoneOf, proxied)
    register(scene, bob, '1002', '<sip:1002@192.0.2.2>')
    call(scene)
    connect(scene, bob, [`Record-Route: <sip:${route};lr>`])
    const ack = scene.take('ACK')
    assert.deepEqual([ack.to, header(ack.message, 'Route')], [home, `<sip:${route};lr>`])
    hangUp(scene)
    assert.equal(scene.take('BYE').to, home)
    call(scene, '1002', [], 'c2')
    assert.deepEqual(drain(scene.x).filter((one) => one.is === 'strayed'), home.endsWith('5070') ? [] : [{ is: 'strayed', phone: 'bob-desk' }])
  })

  test(`A24 A42 a calling phone whose Record-Route is ${what}: the BYE goes back to where it calls from`, async () => {
    const scene = await newScene({ ...zoneOf, 'A wide.example.test': [a('203.0.113.66'), a('192.0.2.1')] }, proxied)
    register(scene, bob, '1002', '<sip:1002@192.0.2.2>')
    call(scene, '1002', [`Record-Route: <sip:${route};lr>`])
    connect(scene)
    const { dialog } = [...scene.x.legs.values()].find((one) => one.side === 'out')!
    scene.hear(bob, write('BYE', 'sip:192.0.2.99', { from: `<sip:1002@example.test>;tag=${dialog.remoteTag}`, to: `<sip:1001@example.test>;tag=${dialog.localTag}`, callId: dialog.callId, cseq: 1, via: 'SIP/2.0/UDP 192.0.2.2:5060' }))
    assert.equal(scene.take('BYE').to, home.replace('0.2.2', '0.2.1'))
  })

  test(`A24 A42 RFC 3327 5.4 a Path that is ${what}: the INVITE and a MESSAGE go to where the phone registered from`, async () => {
    const scene = await newScene(zoneOf, proxied)
    register(scene, bob, '1002', '<sip:1002@10.1.1.7>', [`Path: <sip:${route};lr>`, 'Supported: path'])
    call(scene)
    assert.equal(scene.take('INVITE').to, home)
    scene.hear(alice, write('MESSAGE', 'sip:1002@example.test', { body: 'hello', type: 'text/plain', callId: 'm1' }))
    assert.equal(scene.take('MESSAGE').to, home)
  })
}

test('A24 A42 over a connection a route that is not followed leaves everything on the connection', async () => {
  const scene = await newScene({ 'A evil.example.test': [a('203.0.113.66')] }), flow = flowFrom('192.0.2.2', 40_000, 'tcp')
  scene.give({ is: 'opened', flow })
  register(scene, flow, '1002', '<sip:1002@192.0.2.2:5060;transport=tcp>')
  call(scene)
  const { message } = scene.take('INVITE')
  scene.hear(flow, answer(message, 200, ['Contact: <sip:1002@192.0.2.2:5060;transport=tcp>', 'Record-Route: <sip:evil.example.test;lr>'], sdp('192.0.2.2')))
  assert.equal(scene.take('ACK').to, 'flow 7 192.0.2.2 40000')
})

test('RFC 3261 12.2.1.1 a route that leads nowhere: requests go back to where the packets came from', async () => {
  const scene = await newScene({})
  register(scene, bob, '1002', '<sip:1002@192.0.2.2>')
  call(scene)
  connect(scene, bob, ['Record-Route: <sip:lost.example.test;lr>'])
  assert.equal(scene.take('ACK').to, 'udp 192.0.2.2 5060')
})

test('RFC 3261 12.1.1 a calling phone behind a proxy: the BYE to it goes through its Record-Route', async () => {
  const scene = await newScene(zone)
  register(scene, bob, '1002', '<sip:1002@192.0.2.2>')
  call(scene, '1002', ['Record-Route: <sip:192.0.2.1:5066;lr>'])
  connect(scene)
  const { dialog } = [...scene.x.legs.values()].find((one) => one.side === 'out')!
  scene.hear(bob, write('BYE', 'sip:192.0.2.99', { from: `<sip:1002@example.test>;tag=${dialog.remoteTag}`, to: `<sip:1001@example.test>;tag=${dialog.localTag}`, callId: dialog.callId, cseq: 1, via: 'SIP/2.0/UDP 192.0.2.2:5060' }))
  assert.equal(scene.take('BYE').to, 'udp 192.0.2.1 5066')
})

test('A24 a Contact that changes in the call moves the port, never the address', async () => {
  for (const [contact, to] of [['192.0.2.2:5099', 'udp 192.0.2.2 5099'], ['203.0.113.66:5099', 'udp 192.0.2.2 5060'], ['evil.example.test', 'udp 192.0.2.2 5060']]) {
    const scene = await newScene({ 'A evil.example.test': [a('203.0.113.66')] })
    register(scene, bob, '1002', '<sip:1002@192.0.2.2>')
    call(scene)
    const { message } = scene.take('INVITE')
    scene.hear(bob, answer(message, 200, [`Contact: <sip:1002@${contact}>`], sdp('192.0.2.2')))
    assert.equal(scene.take('ACK').to, to, contact)
  }
})

test('RFC 5923 RFC 3261 18 a phone on a connection without a route is reached over it, whatever its Contact says', async () => {
  const scene = await newScene(zone), flow = flowFrom('192.0.2.2', 40_000, 'tcp')
  scene.give({ is: 'opened', flow })
  register(scene, flow, '1002', '<sip:1002@192.0.2.2:5060;transport=tcp>')
  call(scene)
  const { to, message } = scene.take('INVITE')
  assert.equal(to, 'flow 7 192.0.2.2 40000')
  scene.hear(flow, answer(message, 200, ['Contact: <sip:1002@192.0.2.2:5060;transport=tcp>'], sdp('192.0.2.2')))
  assert.equal(scene.take('ACK').to, 'flow 7 192.0.2.2 40000')
  scene.take('SIP/2.0 200')
  scene.give({ is: 'closed', flow, why: undefined })
  hangUp(scene)
  assert.equal(scene.take('BYE').to, 'tcp 192.0.2.2 5060')
})

test('RFC 3428 RFC 3263 4 a MESSAGE to a phone that is reached by a name is looked up as well; else it goes where the phone sends from', async () => {
  for (const [known, expected] of [[zone, 'udp 192.0.2.2 5070'], [{}, `udp 192.0.2.2 ${bob.remotePort}`]] as [Zone, string][]) {
    const scene = await newScene(known)
    register(scene, bob, '1002', desk)
    scene.hear(alice, write('MESSAGE', 'sip:1002@example.test', { body: 'hello', type: 'text/plain' }))
    const copy = scene.take('MESSAGE')
    assert.equal(copy.to, expected)
    scene.hear(bob, answer(copy.message, 200))
    scene.take('SIP/2.0 200')
  }
})

test('RFC 3263 4.3 a MESSAGE: 503, silence and a broken way lead to the next address; a refusal is the answer', async () => {
  for (const how of ['503', 'silence', 'failed', '486'] as const) {
    const scene = await newScene(zone)
    register(scene, bob, '1002', desk)
    scene.hear(alice, write('MESSAGE', 'sip:1002@example.test', { body: 'hello', type: 'text/plain' }))
    const first = scene.take('MESSAGE')
    if (how === 'failed') scene.give({ is: 'failed', ref: first.ref, to: { transport: 'udp', address: '192.0.2.2', port: 5070 }, why: { code: 'edge.unreachable', text: '' } })
    else if (how === 'silence') { scene.pass(31_000); scene.takeAll('MESSAGE'); scene.pass(1_500) } else scene.hear(bob, answer(first.message, Number(how)))
    if (how === '486') { assert.deepEqual([scene.takeAll('MESSAGE'), scene.takeAll('SIP/2.0 486').length], [[], 1]); continue }
    const second = scene.takeAll('MESSAGE').at(-1)!
    assert.deepEqual([second.to, second.message.callId, second.message.cseq], ['udp 192.0.2.2 5080', first.message.callId, 1], how)
    assert.notEqual(second.message.via.branch, first.message.via.branch)
    scene.hear(bob, answer(second.message, 200))
    if (how !== 'silence') scene.take('SIP/2.0 200')                      // else the sender has given up meanwhile
    scene.pass(40_000)
    assert.equal(scene.x.endpoint.layer.clients.size, 0, how)
  }
})

test('RFC 3263 4.3, 17.1.1.2 the ACK to a 503 does not go out: the INVITE to the next address is not touched by it', async () => {
  const scene = await newScene(zone)
  register(scene, bob, '1002', desk)
  call(scene)
  const first = scene.take('INVITE')
  scene.hear(bob, answer(first.message, 503))
  const second = scene.take('INVITE')
  scene.hear(bob, answer(second.message, 180, ['Contact: <sip:1002@192.0.2.2>']))
  scene.give({ is: 'failed', ref: scene.take('ACK').ref, to: { transport: 'udp', address: '192.0.2.2', port: 5070 }, why: { code: 'edge.unreachable', text: '' } })
  assert.deepEqual([scene.takeAll('SIP/2.0 503'), scene.takeAll('SIP/2.0 480'), scene.x.calls.size], [[], [], 1])
  scene.hear(bob, answer(second.message, 200, ['Contact: <sip:1002@192.0.2.2>'], sdp('192.0.2.2')))
  scene.take('SIP/2.0 200')
})
