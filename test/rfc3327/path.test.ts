/** RFC 3327: a proxy in front of the phones leaves its address; calls go back through it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { targetOf } from '../../src/calls/binding.ts'
import { bindingsOf, flowClosed } from '../../src/calls/locations.ts'
import { flowOf, newDesk } from '../rfc5626/registering.ts'

const contact = 'Contact: <sip:UA1@192.0.2.4>'
const via = 'Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKp\r\nVia: SIP/2.0/UDP 192.0.2.4;branch=z9hG4bKa'

test('RFC 3327 5.3, 5.5.2: the path is kept in order, copied into the answer, and becomes the route', () => {
  const desk = newDesk()
  desk.flow = flowOf('udp', { remoteAddress: '198.51.100.1' })
  const said = desk.send([contact, 'Supported: path', 'Path: <sip:P3.EXAMPLEHOME.COM;lr>,<sip:P1.EXAMPLEVISITED.COM;lr>', 'Path: <sip:p0.test;lr>'], { via })
  assert.ok(said.headers.includes('Path: <sip:P3.EXAMPLEHOME.COM;lr>,<sip:P1.EXAMPLEVISITED.COM;lr>, <sip:p0.test;lr>'))
  assert.deepEqual(targetOf(bindingsOf(desk.locations, '1001')[0]!), {
    uri: 'sip:UA1@192.0.2.4', route: '<sip:P3.EXAMPLEHOME.COM;lr>,<sip:P1.EXAMPLEVISITED.COM;lr>, <sip:p0.test;lr>',
    way: { is: 'name', transport: 'udp', host: 'p3.examplehome.com', port: 0, only: '198.51.100.1', otherwise: { transport: 'udp', address: '198.51.100.1', port: desk.flow.remotePort } },
  })
})

test('RFC 3327 5.3: a query does not echo a path, and a new path replaces the old', () => {
  const desk = newDesk()
  desk.send([contact, 'Supported: path', 'Path: <sip:192.0.2.4:5070;lr>'], { via })
  assert.ok(!desk.send(['Supported: path', 'Path: <sip:x.test;lr>'], { via }).headers.some((h) => h.startsWith('Path:')))
  assert.deepEqual(targetOf(bindingsOf(desk.locations, '1001')[0]!)?.way, { is: 'hop', hop: { transport: 'udp', address: '192.0.2.4', port: 5070 } })
  desk.send([contact])
  assert.equal(bindingsOf(desk.locations, '1001')[0]!.path, '')
})

test('RFC 3327 5.3: a path that the phone does not support is 420 with Unsupported: path', () => {
  const said = newDesk().send([contact, 'Path: <sip:p1.test;lr>'], { via })
  assert.deepEqual([said.status, said.headers[0], said.code], [420, 'Unsupported: path', 'sip.register.pathNotSupported'])
})

test('RFC 3327 4: a malformed path is 400', () => {
  for (const path of ['sip:p1.test;lr', '<mailto:p1@p1.test>', '<sip:>', '<sip:p1.test', '<sip:p1.test>, ', '', '*']) {
    assert.equal(newDesk().send([contact, 'Supported: path', `Path: ${path}`], { via }).code, 'sip.register.path', path)
  }
  assert.equal(newDesk().send([contact, 'Supported: path', `Path: <sip:${'p'.repeat(1100)}.test;lr>`], { via }).status, 400)
})

test('RFC 3327 5.4: a path over a connection goes back over it; when it is closed, to the proxy by name, by TLS where TLS was used', () => {
  const desk = newDesk()
  desk.flow = flowOf('tls', { id: 9, remoteAddress: '198.51.100.1' })
  desk.send([contact, 'Supported: path', 'Path: <sip:edge.example.test:5071;transport=tcp;lr>'], { via })
  assert.deepEqual(targetOf(bindingsOf(desk.locations, '1001')[0]!)?.way, { is: 'flow', flowId: 9 })
  assert.deepEqual(flowClosed(desk.locations, desk.now, 9), [])
  assert.deepEqual(targetOf(bindingsOf(desk.locations, '1001')[0]!)?.way, { is: 'name', transport: 'tls', host: 'edge.example.test', port: 5071, only: '198.51.100.1' })
})
