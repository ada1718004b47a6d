/** A18 with real sockets: who opens connections and does nothing with them takes from himself alone, and everything comes back. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { type House, makePki, openHouse, readOnce, tlsTo } from '../edge/harness.ts'

const pki = await makePki(['example.test'])
after(() => { pki.remove() })
const message = 'OPTIONS sip:a SIP/2.0\r\n\r\n', services = ['sip-tcp', 'sip-tls', 'sip-wss'] as const, transports = ['tcp', 'tls', 'wss'] as const

/** From one of loopback's many addresses. */
async function open(port: number, from = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** Hung up on, politely or not. */
function closedOf(socket: Socket): Promise<void> {
  socket.on('error', () => undefined).resume()
  return socket.destroyed ? Promise.resolve() : new Promise((resolve) => { socket.once('close', () => { resolve() }) })
}

/** Says something over TLS and hears it back; false where it is hung up on. */
function isServed(house: House, from: string): Promise<boolean> {
  const raw = connect({ port: house.port('tls'), host: '127.0.0.1', localAddress: from }), socket = connectTls({ socket: raw, ca: pki.ca })
  return new Promise((resolve) => {
    const done = (served: boolean) => { socket.destroy(); raw.destroy(); resolve(served) }
    for (const one of [raw, socket]) one.on('error', () => undefined).once('close', () => { done(false) })
    socket.once('secureConnect', () => { socket.write(message) }).once('data', (bytes: Buffer) => { done(bytes.toString() === message) })
  })
}

const settled = async (house: House, is: (report: ReturnType<House['edge']['report']>) => boolean): Promise<void> => {
  for (const end = performance.now() + 20_000; !is(house.edge.report()); assert.ok(performance.now() < end, JSON.stringify(house.edge.report()))) await new Promise((resolve) => { setTimeout(resolve, 20) })
}
const calm = (house: House): Promise<void> => settled(house, ({ open }) => open === 0)
const descriptors = (): number => { try { return readdirSync('/proc/self/fd').length } catch { return 0 } }

test('A18 half handshakes: a source has as many as its cap over all transports together, another source is served, and after their time all are gone', async () => {
  const house = await openHouse({ services, tls: pki.contexts(), limits: { loopbackKnown: false, handshakeTimeout: 4_000, firstFrameTimeout: 4_000 } })
  const before = descriptors()
  const half = await Promise.all(Array.from({ length: 64 }, (_, n) => open(house.port(transports[n % 3]!))))
  for (const [n, one] of half.entries()) if (n % 3 > 0 && n % 2 === 0) one.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]))         // the beginning of a hello
  await settled(house, ({ halfOpen }) => halfOpen === 64)
  await Promise.all(transports.map(async (transport) => closedOf(await open(house.port(transport)))))
  assert.deepEqual([house.edge.report().halfOpen, house.edge.report().refusedConnections], [64, 3])
  assert.equal(await isServed(house, '127.0.0.1'), false)
  assert.equal(await isServed(house, '127.0.0.2'), true)
  await Promise.all(half.map(closedOf))
  await calm(house)
  assert.equal(house.edge.report().halfOpen, 0)
  assert.equal(await isServed(house, '127.0.0.1'), true)
  await calm(house)
  assert.ok(descriptors() <= before + 2, `${descriptors()} descriptors, ${before} before`)
  await house.close()
})

test('A18 connections that speak and stay: a source has as many as its cap, another is served', async () => {
  const house = await openHouse({ services, tls: pki.contexts(), limits: { loopbackKnown: false, maxConnectionsPerSource: 12 } })
  const held: Socket[] = []
  for (let n = 0; n < 12; n++) {
    const socket = n % 2 === 0 ? await open(house.port('tcp')) : await tlsTo(house.port('tls'), { ca: pki.ca }) as TLSSocket
    socket.write(message)
    await readOnce(socket)
    held.push(socket)
  }
  await closedOf(await open(house.port('tcp')))
  assert.equal(await isServed(house, '127.0.0.1'), false)
  assert.equal(await isServed(house, '127.0.0.2'), true)
  held[0]!.write(message)
  assert.equal(await readOnce(held[0]!), message, 'those that are there go on')
  for (const one of held) one.destroy()
  await calm(house)
  assert.equal(await isServed(house, '127.0.0.1'), true)
  await house.close()
})

test('A18 all sources together: the last tenth of the connections is for who is known', async () => {
  const house = await openHouse({ services, tls: pki.contexts(), limits: { loopbackKnown: false, maxConnections: 20 } })
  const held = await Promise.all(Array.from({ length: 18 }, (_, n) => open(house.port('tcp'), `127.0.0.${10 + n}`)))
  await settled(house, ({ open: count }) => count === 18)
  await closedOf(await open(house.port('tcp'), '127.0.0.99'))
  assert.equal(house.edge.report().open, 18)
  house.edge.perform([{ do: 'known', flow: { ...(await house.wait('opened')).flow, remoteAddress: '127.0.0.98' }, until: performance.now() + 60_000 }])
  assert.equal(await isServed(house, '127.0.0.98'), true)
  assert.equal(await isServed(house, '127.0.0.99'), false)
  for (const one of held) one.destroy()
  await calm(house)
  await house.close()
})

test('A18 slow senders over TLS: one octet at a time, a message that never ends, silence after the handshake: closed; who speaks stays', async () => {
  const house = await openHouse({ services, tls: pki.contexts(), limits: { firstFrameTimeout: 1_500, minimumRate: 1e6 }, step: (_now, input) => 'bytes' in input && input.bytes.length > 5 ? [{ do: 'send', flow: input.flow, data: 'pong' }] : [] })
  const [dribbles, silent, good] = await Promise.all([1, 2, 3].map(() => tlsTo(house.port('tls'), { ca: pki.ca }))) as [TLSSocket, TLSSocket, TLSSocket]
  good.write(message)
  assert.equal(await readOnce(good), 'pong')
  const drip = setInterval(() => { dribbles.write('O') }, 40)
  await Promise.all([closedOf(dribbles), closedOf(silent)])
  clearInterval(drip)
  good.write(message)
  assert.equal(await readOnce(good), 'pong')
  good.destroy()
  await calm(house)
  await house.close()
})

test('A18 fifty handshakes that are rubbish shut their source out for a while, nobody else', async () => {
  const house = await openHouse({ services, tls: pki.contexts(), limits: { loopbackKnown: false } })
  for (let n = 0; n < 60 && house.edge.report().quarantines === 0; n++) {
    const socket = await open(house.port('tls'))
    socket.write('GET / HTTP/1.0\r\n\r\n')
    await closedOf(socket)
  }
  assert.equal(house.edge.report().quarantines, 1)
  assert.equal(await isServed(house, '127.0.0.1'), false)
  assert.equal(await isServed(house, '127.0.0.2'), true)
  await house.close()
})
