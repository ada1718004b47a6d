/** The driver on loopback: datagrams, streams, listeners, timers, our own mistakes. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { planBindings } from '../../src/edge/bindings.ts'
import { openEdge } from '../../src/edge/drive.ts'
import { newGuard, overloadAt } from '../../src/edge/guard.ts'
import { withFallback } from '../../src/edge/listen.ts'
import { problem } from '../../src/edge/problems.ts'
import { boundSockets } from '../../src/edge/sockets.ts'
import type { EdgeOutput } from '../../src/kit/flow.ts'
import type { Problem } from '../../src/kit/result.ts'
import { askUdp, bindingsFor, closedOf, echo, openHouse, readOnce, tcpTo } from './harness.ts'

const message = 'OPTIONS sip:a SIP/2.0\r\n\r\n'

test('a datagram is answered from the socket that was asked, a flow says between whom', async () => {
  const house = await openHouse({ services: ['sip-udp'] })
  assert.equal(await askUdp(house.port('udp'), message), message)
  const { flow } = await house.wait('datagram')
  assert.deepEqual([flow.id, flow.service, flow.transport, flow.localAddress, flow.localPort, flow.remoteAddress], [0, 'sip-udp', 'udp', '127.0.0.1', house.port('udp'), '127.0.0.1'])
  await house.close()
})

test('A17 rubbish never reaches the engine, what follows it does', async () => {
  const house = await openHouse({ services: ['sip-udp'] })
  const socket = createSocket('udp4')
  for (const rubbish of ['\r\n\r\n', '\u0000\u0001', '{}', '']) socket.send(rubbish, house.port('udp'), '127.0.0.1')
  assert.equal(await askUdp(house.port('udp'), message), message)
  socket.close()
  assert.equal(house.heard.length, 1)
  await house.close()
})

const ipv6 = Object.values(networkInterfaces()).flat().some((i) => i?.address === '::1')
test('R037 the same on ::1 where the machine has it', async (t) => {
  if (!ipv6) { t.diagnostic('no ::1 on this machine'); return }
  const house = await openHouse({ services: ['sip-udp', 'sip-tcp'], listen: ['127.0.0.1', '::1'] })
  const six = house.edge.bound().find((b) => b.address === '::1' && b.transport === 'udp')
  assert.equal(await askUdp(six?.port ?? assert.fail(), message, '::1'), message)
  await house.close()
})

test('a stream: opened, bytes, closed, one flow; an answer goes out on it', async () => {
  const house = await openHouse({ services: ['sip-tcp'] })
  const socket = await tcpTo(house.port('tcp'))
  socket.write(message)
  assert.equal(await readOnce(socket), message)
  socket.end()
  await house.wait('closed')
  assert.deepEqual(house.heard.map((i) => i.is), ['opened', 'bytes', 'closed'])
  assert.equal(new Set(house.heard.map((i) => 'flow' in i ? i.flow : undefined)).size, 1)
  await house.close()
})

test('sendTo opens one connection to a hop, keeps what waits in order and reuses it', async () => {
  const got: string[] = []
  const peer = createServer((socket) => socket.on('data', (d) => { got.push(d.toString()); socket.write('pong') }))
  peer.listen(0, '127.0.0.1')
  await once(peer, 'listening')
  const house = await openHouse({ services: ['sip-tcp'], step: () => [] })
  const to = { transport: 'tcp', address: '127.0.0.1', port: (peer.address() as { port: number }).port } as const
  house.edge.perform([{ do: 'sendTo', to, data: 'one ', ref: '1' }, { do: 'sendTo', to, data: 'two ', ref: '2' }])
  await house.wait('bytes')
  house.edge.perform([{ do: 'sendTo', to, data: 'three', ref: '3' }])
  await house.wait('bytes', () => got.join('').endsWith('three'))
  assert.equal(got.join(''), 'one two three')
  assert.equal(house.heard.filter((i) => i.is === 'opened').length, 1)
  await house.close()
  peer.close()
})

test('sendTo over UDP leaves from the bound service socket', async () => {
  const peer = createSocket('udp4')
  peer.bind(0, '127.0.0.1')
  await once(peer, 'listening')
  const house = await openHouse({ services: ['sip-udp'] })
  house.edge.perform([{ do: 'sendTo', to: { transport: 'udp', address: '127.0.0.1', port: peer.address().port }, data: 'INVITE sip:b SIP/2.0\r\n', ref: 'r' }])
  const [, from] = await once(peer, 'message') as [Buffer, { port: number }]
  assert.equal(from.port, house.port('udp'))
  peer.close()
  await house.close()
})

/** What cannot go out is told with its ref: hop, code. */
const failures: [string, EdgeOutput & { do: 'sendTo' }, string][] = [
  ['nobody listens', { do: 'sendTo', to: { transport: 'tcp', address: '127.0.0.1', port: 1 }, data: 'x', ref: 'r' }, 'edge.connectFailed'],
  ['a port that is none', { do: 'sendTo', to: { transport: 'tcp', address: '127.0.0.1', port: 70_000 }, data: 'x', ref: 'r' }, 'edge.connectFailed'],
  ['RFC 7118 5 a browser cannot be called', { do: 'sendTo', to: { transport: 'wss', address: '127.0.0.1', port: 9 }, data: 'x', ref: 'r' }, 'edge.noConnection'],
  ['no socket of that family', { do: 'sendTo', to: { transport: 'udp', address: '::1', port: 9 }, data: 'x', ref: 'r' }, 'edge.noSocket'],
  ['too large for a datagram', { do: 'sendTo', to: { transport: 'udp', address: '127.0.0.1', port: 9 }, data: 'x'.repeat(70_000), ref: 'r' }, 'edge.datagramTooLarge'],
  ['a datagram to port 0', { do: 'sendTo', to: { transport: 'udp', address: '127.0.0.1', port: 0 }, data: 'x', ref: 'r' }, 'edge.sendFailed'],
]
for (const [name, output, code] of failures) {
  test(`failed: ${name} → ${code}`, async () => {
    const house = await openHouse({ services: ['sip-udp', 'sip-tcp'] })
    house.edge.perform([output])
    const { ref, why, to } = await house.wait('failed')
    assert.deepEqual([ref, why.code, to], ['r', code, output.to])
    await house.close()
  })
}

test('A1 an exception of the engine ends its input alone, is told once without the message and counted every time', async () => {
  const house = await openHouse({ services: ['sip-udp'], step: (now, input) => {
    if ('bytes' in input && input.bytes.includes('secret')) throw new Error('secret in the message')
    return echo(now, input)
  } })
  const socket = createSocket('udp4')
  for (let i = 0; i < 3; i++) socket.send('BOOM secret SIP/2.0 ', house.port('udp'), '127.0.0.1')
  assert.equal(await askUdp(house.port('udp'), message), message)
  socket.close()
  assert.equal(house.edge.report().engineFailures, 3)
  assert.deepEqual(house.logged.map((p) => p.code), ['edge.engineThrew'])
  assert.ok(!JSON.stringify(house.logged).includes('secret'))
  await house.close()
})

test('the engine is woken when its time has come, a wake that throws rests', async () => {
  let wakes = 0
  const done = Promise.withResolvers<void>()
  const engine = { wakeAt: 5 as number | undefined, step: () => {
    if (++wakes === 1) throw new Error('first')
    engine.wakeAt = undefined
    done.resolve()
    return []
  } }
  const opened = await openEdge({ services: [], tls: undefined, guard: newGuard(), engine, now: () => performance.now(), log: () => undefined })
  assert.ok(opened.ok)
  await done.promise
  assert.equal(wakes, 2)
  await opened.value.close(0)
})

test('A18 slow-loris: a connection that dribbles is closed, the one that speaks stays', async () => {
  const house = await openHouse({ services: ['sip-tcp'], limits: { firstFrameTimeout: 60, minimumRate: 1e6 }, step: (now, input) => 'bytes' in input && input.bytes.length > 5 ? echo(now, input) : [] })
  const loris = await tcpTo(house.port('tcp')), silent = await tcpTo(house.port('tcp')), good = await tcpTo(house.port('tcp'))
  loris.write('O')
  good.write(message)
  await readOnce(good)
  await Promise.all([closedOf(loris), closedOf(silent)])
  await house.wait('closed', ({ why }) => why?.code === 'edge.firstFrame')
  await house.wait('closed', ({ why }) => why?.code === 'edge.slowSender')
  good.write(message)
  assert.equal(await readOnce(good), message)
  await house.close()
})

test('A18 connections over the cap of a source are closed at once', async () => {
  const house = await openHouse({ services: ['sip-tcp'], limits: { loopbackKnown: false, maxConnectionsPerSource: 2 } })
  const two = [await tcpTo(house.port('tcp')), await tcpTo(house.port('tcp'))]
  await closedOf(await tcpTo(house.port('tcp')))
  assert.equal(house.edge.report().refusedConnections, 1)
  assert.equal(house.edge.report().open, 2)
  for (const socket of two) socket.destroy()
  await house.close()
})

test('A18 a peer that does not read is closed at the queue cap', async () => {
  const house = await openHouse({ services: ['sip-tcp'], limits: { maxWriteQueue: 100_000 }, step: (_now, input) => input.is === 'bytes' ? Array.from({ length: 200 }, () => ({ do: 'send' as const, flow: input.flow, data: 'x'.repeat(65_536) })) : [] })
  const socket = await tcpTo(house.port('tcp'))
  socket.pause()
  socket.write(message)
  const { why } = await house.wait('closed')
  assert.equal(why?.code, 'edge.slowReader')
  socket.destroy()
  await house.close()
})

test('a port in use: nothing is opened and the problem names service and port', async () => {
  const busy = createServer().listen(0, '127.0.0.1')
  await once(busy, 'listening')
  const { port } = busy.address() as { port: number }
  const plan = planBindings({ listen: '127.0.0.1', services: { 'sip-udp': { port: 0 }, 'sip-tcp': { port } } })
  assert.ok(plan.ok)
  const opened = await openEdge({ services: plan.value.bindings.filter((b) => b.transport !== 'tls' && b.transport !== 'wss' && b.name !== 'metrics'), tls: undefined, guard: newGuard(), engine: { wakeAt: undefined, step: echo }, now: () => 0, log: () => undefined })
  assert.ok(!opened.ok)
  assert.deepEqual(opened.problem.map((p) => `${p.code} ${p.where}`), [`edge.portInUse sip-tcp tcp/127.0.0.1:${port}`])
  busy.close()
})

test('R010 a port that is not permitted falls back and says so; any other failure does not', async () => {
  const binding = { ...bindingsFor(['sip-tcp'])[0]!, port: 143, fallback: 8143 }
  const logged: Problem[] = [], tried: number[] = []
  const open = (code: 'edge.portNotPermitted' | 'edge.portInUse') => withFallback(binding, (_level, p) => logged.push(p), async (port) => {
    tried.push(port)
    return port === 143 ? { ok: false, problem: problem(code) } : { ok: true, value: port }
  })
  assert.deepEqual(await open('edge.portNotPermitted'), { ok: true, value: 8143 })
  assert.deepEqual(tried.splice(0), [143, 8143])
  assert.deepEqual(logged.map((p) => p.code), ['edge.fallbackPort'])
  assert.equal((await open('edge.portInUse')).ok, false)
  assert.deepEqual(tried, [143])
})

test('close tells every connection, frees the ports and leaves nothing open', async () => {
  const house = await openHouse({ services: ['sip-udp', 'sip-tcp'] })
  const socket = await tcpTo(house.port('tcp'))
  await house.wait('opened')
  const port = house.port('tcp')
  const gone = closedOf(socket)
  await house.close()
  await gone
  assert.equal(house.edge.report().open, 0)
  const again = createServer().listen(port, '127.0.0.1')
  await once(again, 'listening')
  again.close()
})

test('R051 what the kernel says is bound is what the door says, before and after', async (t) => {
  const before = boundSockets()
  if (!before) { t.diagnostic('this system has no /proc'); return }
  const house = await openHouse({ services: ['sip-udp', 'sip-tcp'], listen: ipv6 ? ['127.0.0.1', '::1'] : '127.0.0.1' })
  const live = boundSockets()?.map((s) => `${s.transport} ${s.address} ${s.port}`) ?? []
  const declared = house.edge.bound().map((b) => `${b.transport} ${b.address} ${b.port}`)
  assert.deepEqual(declared.filter((socket) => !live.includes(socket)), [])
  assert.equal(live.length, before.length + declared.length)
  await house.close()
})

test('A17 a loop that falls behind a queue of datagrams says so to the engine and is calm again after it', async () => {
  const guard = newGuard({ queueInputs: 32, pressedDelay: 5, sheddingDelay: 20 }), seen = new Set<string>()
  const done = Promise.withResolvers<void>()
  const engine = { wakeAt: undefined, step: (now: number, input: { is: string; bytes?: Buffer }) => {
    seen.add(overloadAt(guard, now))
    for (const until = performance.now() + 1; performance.now() < until;);
    if (input.bytes?.includes('last')) done.resolve()
    return []
  } }
  const opened = await openEdge({ services: bindingsFor(['sip-udp']), tls: undefined, guard, engine, now: () => performance.now(), log: () => undefined })
  assert.ok(opened.ok)
  const socket = createSocket('udp4')
  const { port } = opened.value.localAddresses().udp?.[0] ?? assert.fail()
  for (let i = 0; i < 150; i++) socket.send(i === 149 ? 'last one of them' : message, port, '127.0.0.1')
  await done.promise
  socket.close()
  assert.ok(seen.has('calm') && seen.has('shedding'), [...seen].join())
  assert.equal(overloadAt(guard, performance.now() + 1_000), 'calm')
  await opened.value.close(0)
})
