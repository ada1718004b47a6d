/** Listeners that change while the system runs, on loopback: all or nothing, and what was open answers again where the new cannot be had. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import type { Binding } from '../../src/edge/bindings.ts'
import { askUdp, bindingsFor, closedOf, type House, makePki, openHouse, readOnce, tcpTo, tlsTo } from './harness.ts'

const message = 'OPTIONS sip:a SIP/2.0\r\n\r\n'

test('reconcile opens and closes what differs; what stays is untouched; a failure changes nothing', async () => {
  const house = await openHouse({ services: ['sip-udp', 'sip-tcp'] })
  const [udp, tcp] = bindingsFor(['sip-udp', 'sip-tcp'])
  const before = house.port('udp')
  const socket = await tcpTo(house.port('tcp'))
  const bad = { ...tcp!, address: '192.0.2.1', port: 5060 }
  assert.deepEqual((await house.edge.reconcile([udp!, bad])).map((p) => p.code), ['edge.addressNotHere'])
  assert.equal(house.edge.bound().length, 2)
  assert.deepEqual(await house.edge.reconcile([udp!]), [])
  await closedOf(socket)
  const { why } = await house.wait('closed')
  assert.equal(why?.code, 'edge.listenerClosed')
  assert.deepEqual(house.edge.bound().map((b) => `${b.name} ${b.port}`), [`sip-udp ${before}`])
  assert.equal(await askUdp(before, message), message)
  await house.close()
})

test('reconcile: the same port on another address: ours makes way', async () => {
  const house = await openHouse({ services: ['sip-udp', 'sip-tcp'] })
  const [udp, tcp] = bindingsFor(['sip-udp', 'sip-tcp']), port = house.port('udp'), tcpPort = house.port('tcp')
  const everywhere = [{ ...udp!, address: '0.0.0.0', port }, { ...tcp!, address: '0.0.0.0', port: tcpPort }]
  assert.deepEqual(await house.edge.reconcile(everywhere), [])
  assert.deepEqual(house.edge.bound().map((b) => `${b.address} ${b.port}`), [`0.0.0.0 ${port}`, `0.0.0.0 ${tcpPort}`])
  await house.close()
})

test('reconcile: a connection stays where the listener that takes its place has the same address and port too', async () => {
  const house = await openHouse({ services: ['sip-tcp'] })
  const [tcp] = bindingsFor(['sip-tcp']), port = house.port('tcp'), socket = await tcpTo(port)
  await house.wait('opened')
  assert.deepEqual(await house.edge.reconcile([{ ...tcp!, address: '0.0.0.0', port }]), [])
  socket.write(message)
  assert.equal(await readOnce(socket), message)
  const gone = closedOf(socket)
  assert.deepEqual(await house.edge.reconcile([{ ...tcp!, address: '127.0.0.2', port }]), [])
  await gone
  assert.equal((await house.wait('closed')).why?.code, 'edge.listenerClosed')
  await house.close()
})

/** What cannot be opened beside listeners that had to make way for the rest: what it is, the code that says so. */
const failing: readonly (readonly [name: string, code: string, bad: (tcp: Binding, taken: number) => Binding])[] = [
  ['an address that is not of this machine', 'edge.addressNotHere', (tcp) => ({ ...tcp, address: '192.0.2.1' })],
  ['a port that another program has', 'edge.portInUse', (tcp, taken) => ({ ...tcp, port: taken })],
]
for (const [name, code, bad] of failing) {
  test(`reconcile fails after ours made way (${name}): the old ones answer again, connections go on`, async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port: taken } = other.address() as { port: number }
    const house = await openHouse({ services: ['sip-udp', 'sip-tcp'] }), before = house.edge.bound()
    const [udp, tcp] = bindingsFor(['sip-udp', 'sip-tcp']), port = house.port('udp'), socket = await tcpTo(house.port('tcp'))
    const wrong = bad({ ...tcp!, port: house.port('tcp') }, taken)
    const problems = await house.edge.reconcile([{ ...udp!, address: '0.0.0.0', port }, wrong])
    assert.deepEqual(problems.map((p) => `${p.code} ${p.where}`), [`${code} sip-tcp tcp/${wrong.address}:${wrong.port}`])
    assert.deepEqual(house.edge.bound(), before)
    socket.write(message)
    assert.equal(await readOnce(socket), message)
    assert.deepEqual(house.heard.filter((input) => input.is === 'closed'), [])
    await answersAll(house)
    assert.deepEqual(await house.edge.reconcile([{ ...udp!, address: '0.0.0.0', port }, tcp!]), [], 'and the next change finds everything as it was')
    assert.equal(await askUdp(port, message), message)
    socket.destroy()
    await house.close()
    other.close()
  })
}

test('reconcile fails after ours made way, TLS: it shakes hands again with the certificate that is in use', async () => {
  const pki = await makePki(), house = await openHouse({ services: ['sip-udp', 'sip-tls'], tls: pki.contexts() })
  const [udp, tls] = bindingsFor(['sip-udp', 'sip-tls']), port = house.port('tls'), to = { ca: pki.ca, servername: 'example.test' }
  const registered = await tlsTo(port, to)
  assert.ok(typeof registered !== 'string', String(registered))
  await house.wait('opened')
  const problems = await house.edge.reconcile([{ ...udp!, address: '192.0.2.1' }, { ...tls!, address: '0.0.0.0', port }])
  assert.deepEqual(problems.map((p) => p.code), ['edge.addressNotHere'])
  const next = await tlsTo(port, to)
  assert.ok(typeof next !== 'string', String(next))
  for (const socket of [registered, next]) {
    socket.write(message)
    assert.equal(await readOnce(socket), message)
    socket.destroy()
  }
  await house.close()
  pki.remove()
})

test('reconcile: a listener that made way and lost its port to another program is told, and no longer said to be bound', async () => {
  const house = await openHouse({ services: ['sip-udp', 'sip-tcp'] })
  const [udp, tcp] = bindingsFor(['sip-udp', 'sip-tcp']), port = house.port('udp'), thief = createSocket({ type: 'udp4', lookup: (address, _options, done) => { done(null, address, 4) } })   // binds at once
  const change = house.edge.reconcile([{ ...udp!, address: '192.0.2.1', port }, tcp!])   // ours has made way by now: nothing was awaited before
  const stolen = once(thief, 'listening')
  thief.bind({ address: '127.0.0.1', port, exclusive: true })
  await stolen
  assert.deepEqual((await change).map((p) => `${p.code} ${p.where}`), [`edge.addressNotHere sip-udp udp/192.0.2.1:${port}`, `edge.portInUse sip-udp udp/127.0.0.1:${port}`])
  assert.deepEqual(house.edge.bound().map((b) => b.name), ['sip-tcp'])
  thief.close()
  await once(thief, 'close')
  assert.deepEqual(await house.edge.reconcile([{ ...udp!, port }, tcp!]), [], 'a later change opens it')
  assert.equal(await askUdp(port, message), message)
  await house.close()
})

async function answersAll(house: House): Promise<void> {
  assert.equal(await askUdp(house.port('udp'), message), message)
  const socket = await tcpTo(house.port('tcp'))
  socket.write(message)
  assert.equal(await readOnce(socket), message)
  socket.destroy()
}
