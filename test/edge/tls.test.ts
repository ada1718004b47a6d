/** TLS at the door: versions, whose certificate it is, renewal, half-open handshakes, names of hops, WebSocket. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createNetServer } from 'node:net'
import { after, test } from 'node:test'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { WebSocket } from 'ws'
import { ensureAuthority } from '../../src/edge/authority.ts'
import { cipherString, withFloor } from '../../src/edge/tls.ts'
import { closedOf, echo, makePki, openHouse, readOnce, tcpTo, tlsTo } from './harness.ts'

const pki = await makePki(['example.test'])
const stranger = await makePki(['example.test'])
after(() => { pki.remove(); stranger.remove() })
const message = 'OPTIONS sip:a SIP/2.0\r\n\r\n'
const old = { ca: pki.ca, ciphers: 'DEFAULT:@SECLEVEL=0' }

/** minimum, version offered, outcome. */
const versions: ['1.0' | '1.1' | '1.2' | '1.3' | undefined, 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3', boolean][] = [
  [undefined, 'TLSv1', false], [undefined, 'TLSv1.1', false], [undefined, 'TLSv1.2', true], [undefined, 'TLSv1.3', true],
  ['1.3', 'TLSv1.2', false], ['1.3', 'TLSv1.3', true], ['1.1', 'TLSv1', false], ['1.1', 'TLSv1.1', true], ['1.0', 'TLSv1', true], ['1.0', 'TLSv1.3', true],
]
for (const [minimum, offered, accepted] of versions) {
  test(`R093 R094 R095 minimum ${minimum ?? 'not set (1.2)'}: ${offered} is ${accepted ? 'accepted' : 'refused'}`, async () => {
    const house = await openHouse({ services: ['sip-tls'], tls: pki.contexts({ tlsMinVersion: minimum }) })
    const socket = await tlsTo(house.port('tls'), { ...old, minVersion: offered, maxVersion: offered })
    if (accepted) assert.equal(typeof socket === 'string' ? socket : socket.getProtocol(), offered)
    else assert.equal(socket, 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
    if (typeof socket !== 'string') socket.destroy()
    await house.close()
  })
}

test('R335 AES128-SHA only where legacy ciphers are allowed; never without forward secrecy by default', async () => {
  for (const legacyCiphers of [false, true]) {
    const house = await openHouse({ services: ['sip-tls'], tls: pki.contexts({ legacyCiphers }) })
    const socket = await tlsTo(house.port('tls'), { ca: pki.ca, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' })
    assert.equal(typeof socket !== 'string', legacyCiphers)
    if (typeof socket !== 'string') socket.destroy()
    await house.close()
  }
  assert.doesNotMatch(cipherString({ legacyCiphers: true }), /SECLEVEL|NULL|RC4|DES|EXP/)
})

test('R099 a row keeps its floor whatever the system allows', () => {
  assert.equal(withFloor({ minVersion: 'TLSv1' }, '1.2').minVersion, 'TLSv1.2')
  assert.equal(withFloor({ minVersion: 'TLSv1.3' }, '1.2').minVersion, 'TLSv1.3')
})

test('A26 peer is there for a certificate of our authority, and for nothing else', async () => {
  const house = await openHouse({ services: ['sip-tls'], tls: pki.contexts() })
  const ours = await pki.device('alice-desk'), theirs = await stranger.device('alice-desk')
  const shown: [string, object, string | undefined][] = [['none', {}, undefined], ['ours', ours, 'alice-desk'], ['a stranger with the same name', theirs, undefined]]
  for (const [name, certificate, subject] of shown) {
    const socket = await tlsTo(house.port('tls'), { ca: pki.ca, servername: 'example.test', ...certificate })
    assert.ok(typeof socket !== 'string', `${name} may connect: ${socket}`)
    const { localPort } = socket
    const { flow } = await house.wait('opened', (i) => i.flow.remotePort === localPort)
    assert.equal(flow.peer?.subject, subject, name)
    assert.deepEqual(flow.peer?.names, subject && [subject])
    socket.write(message)
    assert.equal(await readOnce(socket), message)
    socket.destroy()
  }
  await house.close()
})

test('R239 callers who are not asked for a certificate show none; asked from now on, the next one does', async () => {
  const house = await openHouse({ services: ['sip-tls'], tls: pki.contexts({ asksCallers: false }) }), ours = await pki.device('alice-desk')
  const shown = async () => {
    const socket = await tlsTo(house.port('tls'), { ca: pki.ca, servername: 'example.test', ...ours }) as TLSSocket, { localPort } = socket
    const { flow } = await house.wait('opened', (i) => i.flow.remotePort === localPort)
    return { socket, subject: flow.peer?.subject }
  }
  const before = await shown()
  house.edge.setTls(pki.contexts({ asksCallers: true }))
  const after = await shown()
  assert.deepEqual([before.subject, after.subject], [undefined, 'alice-desk'])
  before.socket.write(message)
  assert.equal(await readOnce(before.socket), message, 'who was there stays')
  for (const { socket } of [before, after]) socket.destroy()
  await house.close()
})

test('R109 renewal: a connection goes on under its certificate, the next one sees the new', async () => {
  const house = await openHouse({ services: ['sip-tls'], tls: pki.contexts() })
  const before = await tlsTo(house.port('tls'), { ca: pki.ca }) as TLSSocket
  const renewed = await ensureAuthority(pki.directory, ['example.test', 'more.test'], Date.now())
  assert.ok(renewed.ok && renewed.value.made.includes('server'))
  house.edge.setTls(pki.contexts({ tlsMinVersion: '1.3' }))
  const next = await tlsTo(house.port('tls'), { ca: pki.ca, servername: 'more.test' }) as TLSSocket
  assert.notEqual(next.getPeerX509Certificate()?.fingerprint256, before.getPeerX509Certificate()?.fingerprint256)
  assert.equal(await tlsTo(house.port('tls'), { ca: pki.ca, maxVersion: 'TLSv1.2' }), 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
  before.write(message)
  assert.equal(await readOnce(before), message)
  before.destroy()
  next.destroy()
  await house.close()
})

test('A18 half-open handshakes are counted, capped and closed; rubbish instead of a hello ends alone', async () => {
  const house = await openHouse({ services: ['sip-tls'], tls: pki.contexts(), limits: { loopbackKnown: false, handshakeTimeout: 60, maxHalfOpenPerSource: 3 } })
  const silent = await Promise.all([1, 2, 3].map(() => tcpTo(house.port('tls'))))
  await closedOf(await tcpTo(house.port('tls')))
  assert.equal(house.edge.report().refusedConnections, 1)
  await Promise.all(silent.map(closedOf))
  const rubbish = await tcpTo(house.port('tls'))
  rubbish.write('GET / HTTP/1.0\r\n\r\n')
  await closedOf(rubbish)
  const good = await tlsTo(house.port('tls'), { ca: pki.ca }) as TLSSocket
  good.write(message)
  assert.equal(await readOnce(good), message)
  good.destroy()
  await house.wait('closed')
  assert.deepEqual([house.edge.report().open, house.edge.report().halfOpen], [0, 0])
  await house.close()
})

test('A18 renegotiation is refused', async () => {
  const house = await openHouse({ services: ['sip-tls'], tls: pki.contexts() })
  const socket = await tlsTo(house.port('tls'), { ca: pki.ca, maxVersion: 'TLSv1.2' }) as TLSSocket
  const refused = new Promise((resolve) => { socket.once('error', resolve); socket.once('close', resolve); socket.renegotiate({}, (error) => resolve(error ?? 'done')) })
  assert.notEqual(await refused, 'done')
  socket.destroy()
  await house.close()
})

test('A18 a hop that takes the connection and never shakes hands ends with connectTimeout', async () => {
  const peer = createNetServer((socket) => { socket.on('error', () => undefined) }).listen(0, '127.0.0.1')
  await once(peer, 'listening')
  const house = await openHouse({ services: ['sip-tls'], tls: pki.contexts(), limits: { connectTimeout: 50 }, step: () => [] })
  house.edge.perform([{ do: 'sendTo', to: { transport: 'tls', address: '127.0.0.1', port: (peer.address() as { port: number }).port }, data: message, ref: 'r' }])
  const { why } = await house.wait('failed')
  assert.equal(why.code, 'edge.connectTimeout')
  await house.close()
  assert.deepEqual([house.edge.report().open, house.edge.report().dials], [0, 0])
  peer.close()
})

test('A26 a peer of another authority is not spoken to', async () => {
  const { cert, key } = await stranger.device('sbc.carrier.test')
  const peer = createTlsServer({ cert, key }).listen(0, '127.0.0.1')
  peer.on('tlsClientError', () => undefined)
  await once(peer, 'listening')
  const house = await openHouse({ services: ['sip-tls'], tls: pki.contexts(), step: () => [] })
  house.edge.perform([{ do: 'sendTo', to: { transport: 'tls', address: '127.0.0.1', port: (peer.address() as { port: number }).port, name: 'sbc.carrier.test' }, data: message, ref: 'r' }])
  const { why } = await house.wait('failed')
  assert.equal(why.code, 'edge.handshakeFailed')
  await house.close()
  peer.close()
})

function webSocket(port: number, path: string, protocols: string[], shown: { cert?: string; key?: string } = {}): Promise<WebSocket | number> {
  const ws = new WebSocket(`wss://localhost:${port}${path}`, protocols, { ca: pki.ca, ...shown })
  return new Promise((resolve) => {
    ws.on('open', () => resolve(ws))
    ws.on('unexpected-response', (request, response) => { resolve(response.statusCode ?? 0); request.destroy() })
    ws.on('error', () => undefined)
  })
}

test('RFC 7118 4: /sip with subprotocol sip is a flow of whole messages; anything else is not found', async () => {
  const house = await openHouse({ services: ['sip-wss'], tls: pki.contexts() })
  const port = house.port('wss')
  assert.equal(await webSocket(port, '/other', ['sip']), 404)
  assert.equal(await webSocket(port, '/sip', ['xmpp']), 400)
  const ws = await webSocket(port, '/sip', ['xmpp', 'sip']) as WebSocket
  assert.equal(ws.protocol, 'sip')
  ws.send(message)
  const [data, binary] = await once(ws, 'message') as [Buffer, boolean]
  assert.deepEqual([data.toString(), binary], [message, false])
  assert.deepEqual((await house.wait('message')).flow.transport, 'wss')
  ws.close()
  await house.wait('closed')
  const plain = await tlsTo(port, { ca: pki.ca }) as TLSSocket
  plain.write('GET /sip HTTP/1.1\r\nHost: x\r\n\r\n')
  assert.match(await readOnce(plain), /^HTTP\/1\.1 404 /)
  await closedOf(plain)
  await house.close()
})

test('R239 a browser is asked for no certificate: it would interrupt its user', async () => {
  const house = await openHouse({ services: ['sip-wss'], tls: pki.contexts() })
  const ws = await webSocket(house.port('wss'), '/sip', ['sip'], await pki.device('alice-desk')) as WebSocket
  assert.equal((await house.wait('opened')).flow.peer, undefined)
  ws.close()
  await house.close()
})

test('A2 a WebSocket message over the bound ends the connection, not the door', async () => {
  const house = await openHouse({ services: ['sip-wss'], tls: pki.contexts(), limits: { maxWebSocketMessage: 1_000 }, step: echo })
  const ws = await webSocket(house.port('wss'), '/sip', ['sip']) as WebSocket
  ws.send('x'.repeat(1_001))
  const { why } = await house.wait('closed')
  assert.equal(why?.code, 'edge.badWebSocket')
  assert.equal(house.heard.some((i) => i.is === 'message'), false)
  await house.close()
})

test('A18 an HTTP head that never ends is closed by the guard', async () => {
  const house = await openHouse({ services: ['sip-wss'], tls: pki.contexts(), limits: { firstFrameTimeout: 60 } })
  const socket = await tlsTo(house.port('wss'), { ca: pki.ca }) as TLSSocket
  socket.write('GET /sip HTTP/1.1\r\nX: ')
  await closedOf(socket)
  assert.equal(house.edge.report().closedByGuard, 1)
  await house.close()
  assert.equal(house.edge.report().open, 0)
})
