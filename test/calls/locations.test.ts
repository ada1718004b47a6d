/** The table of who is where: reaching a phone, expiry, closed connections, what is written behind and read back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Binding, fromRow, targetOf, toRow, type Way } from '../../src/calls/binding.ts'
import { isDirty, takeDirty } from '../../src/calls/dirty.ts'
import { apply, bindingsOf, flowClosed, giveBack, isRegistered, list, newLocations, restore, wake, wakeAt, withdraw } from '../../src/calls/locations.ts'
import type { Transport } from '../../src/kit/flow.ts'
import { lostFlow } from '../../src/wire/sip/registrar.ts'
import { flowOf, newDesk, noon } from '../rfc5626/registering.ts'

const here = 'Contact: <sip:1001@192.0.2.4>'
const hop = (transport: 'udp' | 'tcp', address: string, port: number): Way => ({ is: 'hop', hop: { transport, address, port } })
const name = (transport: 'udp' | 'tcp' | 'tls', host: string, port = 0): Way => ({ is: 'name', transport, host, port, only: '192.0.2.4' })

/** transport and source of the REGISTER, contact, the way while its connection is open, the way once it is closed. */
const ways: [title: string, transport: Transport, source: string, contact: string, open: Way | undefined, closed?: Way | undefined][] = [
  ['UDP: the contact, where it is the source', 'udp', '192.0.2.4', 'sip:1001@192.0.2.4:5070', hop('udp', '192.0.2.4', 5070)],
  ['UDP: the default port', 'udp', '192.0.2.4', 'sip:1001@192.0.2.4', hop('udp', '192.0.2.4', 5060)],
  ['UDP behind NAT: the source', 'udp', '203.0.113.9', 'sip:1001@10.0.0.7:5070', hop('udp', '203.0.113.9', 40_000)],
  ['UDP, a name', 'udp', '192.0.2.4', 'sip:1001@Desk.example.test', { ...name('udp', 'desk.example.test'), otherwise: { transport: 'udp', address: '192.0.2.4', port: 40_000 } } as Way],
  ['UDP, .invalid', 'udp', '192.0.2.4', 'sip:1001@x7.invalid', hop('udp', '192.0.2.4', 40_000)],
  ['UDP, IPv6 spelled in two ways', 'udp', '2001:db8::1', 'sip:1001@[2001:DB8:0:0:0:0:0:1]:5070', hop('udp', '2001:db8::1', 5070)],
  ['UDP, another IPv6 address', 'udp', '2001:db8::1', 'sip:1001@[2001:db8::2]', hop('udp', '2001:db8::1', 40_000)],
  ['UDP, the contact wants TCP', 'udp', '192.0.2.4', 'sip:1001@192.0.2.4;transport=TCP', hop('tcp', '192.0.2.4', 5060)],
  ['TCP: the connection, then the contact', 'tcp', '192.0.2.4', 'sip:1001@192.0.2.4:5070;transport=tcp', { is: 'flow', flowId: 7 }, hop('tcp', '192.0.2.4', 5070)],
  ['A42 TCP: no address is dialled that did not register', 'tcp', '192.0.2.4', 'sip:1001@127.0.0.1:22', { is: 'flow', flowId: 7 }, undefined],
  ['TCP, a name', 'tcp', '192.0.2.4', 'sip:1001@desk.example.test', { is: 'flow', flowId: 7 }, name('tcp', 'desk.example.test')],
  ['TLS: the connection, then nothing', 'tls', '192.0.2.4', 'sip:1001@192.0.2.4:5061;transport=tls', { is: 'flow', flowId: 7 }, undefined],
  ['TLS, a name', 'tls', '192.0.2.4', 'sip:1001@desk.example.test:5061', { is: 'flow', flowId: 7 }, name('tls', 'desk.example.test', 5061)],
  ['A22 TLS, the contact says UDP: never weaker', 'tls', '192.0.2.4', 'sip:1001@desk.example.test;transport=udp', { is: 'flow', flowId: 7 }, name('tls', 'desk.example.test')],
  ['RFC 7118: WebSocket has nothing but its connection', 'wss', '192.0.2.4', 'sip:1001@desk.example.test;transport=ws', { is: 'flow', flowId: 7 }, undefined],
]

for (const [title, transport, source, contact, open, closed] of ways) {
  test(`RFC 3261 16.6, 18.1.1: the way to a phone: ${title}`, () => {
    const desk = newDesk()
    desk.flow = flowOf(transport, { remoteAddress: source, remotePort: 40_000 })
    desk.send([`Contact: <${contact}>`])
    const binding = bindingsOf(desk.locations, '1001')[0]!
    assert.deepEqual(targetOf(binding)?.way, open)
    if (transport === 'udp') return
    flowClosed(desk.locations, desk.now, 7)
    assert.equal(isRegistered(desk.locations, '1001'), closed !== undefined)
    assert.deepEqual(targetOf({ ...binding, flowId: lostFlow })?.way, closed)
  })
}

test('RFC 3261 19.1.5: headers of a contact URI stay out of the Request-URI', () => {
  const desk = newDesk()
  desk.send(['Contact: <sip:1001@192.0.2.4;x=1?Route=%3Csip:evil.test%3E>'])
  assert.equal(targetOf(bindingsOf(desk.locations, '1001')[0]!)?.uri, 'sip:1001@192.0.2.4;x=1')
})

test('RFC 3261 19.1.1: a method parameter of a contact URI stays out of the Request-URI, in a user part it is no parameter', () => {
  for (const [contact, uri] of [['sip:1001@192.0.2.4;method=BYE;x=1', 'sip:1001@192.0.2.4;x=1'], ['sip:1001;method=a@192.0.2.4;Method=BYE?a=b', 'sip:1001;method=a@192.0.2.4']]) {
    const desk = newDesk()
    desk.send([`Contact: <${contact}>`])
    assert.equal(targetOf(bindingsOf(desk.locations, '1001')[0]!)?.uri, uri)
  }
})

test('RFC 3261 10.2.1: a binding that is not renewed is gone when its time is up; a renewed one is not', () => {
  const desk = newDesk(), { locations } = desk
  desk.send([here, 'Expires: 60'])
  desk.now = noon + 30_000
  desk.send([here, 'Expires: 60'])
  assert.deepEqual(wake(locations, noon + 61_000), [])
  assert.ok(wakeAt(locations)! <= noon + 90_000)
  const [event] = wake(locations, noon + 90_010)
  assert.deepEqual([event?.is, event?.why, event?.binding.contact, event?.registered, event?.turned], ['released', 'expired', 'sip:1001@192.0.2.4', false, true])
  assert.deepEqual([locations.count, locations.places.size, isRegistered(locations, '1001')], [0, 0, false])
  assert.deepEqual(locations.totals, { bound: 1, refreshed: 1, released: 0, expired: 1, closed: 0 })
})

test('A48 a clock that jumps a day ahead, or back, loses nothing but what has expired', () => {
  const desk = newDesk(), { locations } = desk
  desk.send([here, 'Expires: 600'])
  assert.deepEqual(wake(locations, noon - 86_400_000), [])
  assert.equal(isRegistered(locations, '1001'), true)
  assert.equal(wake(locations, noon + 86_400_000).length, 1)
})

test('events: the first contact of a phone registers it, the last one unregisters it; a refresh is none', () => {
  const desk = newDesk()
  const seen = [here, here, 'Contact: <sip:1001@192.0.2.5>', `${here};expires=0`, 'Contact: <sip:1001@192.0.2.5>;expires=0']
    .map((contact) => desk.send([contact]).events.map((e) => [e.is, e.registered, e.turned]))
  assert.deepEqual(seen, [[['bound', true, true]], [], [['bound', true, false]], [['released', true, false]], [['released', false, true]]])
})

test('RFC 5626 7: a phone over TLS whose connection closed is lost until it registers over another', () => {
  const desk = newDesk(), { locations } = desk
  desk.flow = flowOf('tls', { id: 1 })
  desk.send([here])
  assert.deepEqual(flowClosed(locations, desk.now, 1).map((e) => [e.is, e.why, e.registered, e.turned]), [['lost', 'closed', false, true]])
  assert.deepEqual([...list(locations, desk.now)].map((r) => [r.line, r.phone, r.source, r.expiresIn, r.reachable]), [['1001', 'desk', '192.0.2.4:5060', 3600, false]])
  desk.flow = flowOf('tls', { id: 2 })
  assert.deepEqual(desk.send([here]).events.map((e) => [e.is, e.registered, e.turned]), [['bound', true, true]])
  assert.equal(flowClosed(locations, desk.now, 2).length, 1)
  for (let id = 3; id < 20; id++) {                                                      // a new contact each time it connects: what is dead makes room
    desk.flow = flowOf('tls', { id, remotePort: 40_000 + id })
    assert.equal(desk.send([`Contact: <sip:1001@192.0.2.4:${40_000 + id};transport=tls>`]).status, 200)
    flowClosed(locations, desk.now, id)
  }
  assert.deepEqual([locations.count, locations.flows.size], [5, 0])
})

test('many phones behind one connection all go with it', () => {
  const locations = newLocations(noon), flow = flowOf('ws')
  for (let i = 0; i < 50; i++) bindOne(locations, `line-${i}`, flow)
  assert.equal(flowClosed(locations, noon, 7).length, 50)
  assert.deepEqual([locations.count, locations.flows.size], [0, 0])
})

function bindOne(locations: ReturnType<typeof newLocations>, line: string, flow = flowOf(), contact = 'sip:a@192.0.2.4') {
  const now = { contact, params: '', q: -1, expiresAt: noon + 60_000, callId: 'c', cseq: 1, instance: '', regId: 0, path: '', flowId: flow.id }
  return apply(locations, noon, { line, phone: 'desk', flow }, [{ is: 'bind', was: undefined, now }])
}

test('A17 the table is bounded, in all and for a line; a full one refuses as a whole', () => {
  const locations = newLocations(noon, { maxBindings: 3, maxOfLine: 2 })
  assert.deepEqual(['sip:a@x.test', 'sip:b@x.test', 'sip:c@x.test'].map((contact) => bindOne(locations, '1001', flowOf(), contact).ok), [true, true, false])
  assert.deepEqual([bindOne(locations, '1002').ok, bindOne(locations, '1003').ok], [true, false])
  assert.deepEqual([locations.count, locations.places.size], [3, 2])
})

test('A17 a phone that comes and goes a thousand times leaves nothing behind', () => {
  const desk = newDesk(), { locations } = desk
  for (let i = 0; i < 1000; i++) {
    desk.now += 100
    desk.send([`Contact: <sip:1001@192.0.2.4:${1024 + i}>`])
    desk.send(['Contact: *', 'Expires: 0'])
    wake(locations, desk.now)
    assert.ok(locations.wheel.count < 10, `${locations.wheel.count} on the wheel`)
  }
  assert.deepEqual([locations.count, isDirty(locations.dirty)], [0, false])
  for (let now = desk.now; now < desk.now + 120_000; now += 1000) wake(locations, now)
  assert.deepEqual([locations.places.size, locations.wheel.count], [0, 0])
})

test('an administrator takes a phone from a line: its contacts go, the others\' stay', () => {
  const desk = newDesk()
  desk.send([here])
  desk.phone = 'soft'
  desk.send([here], { callId: 'call-2' })
  assert.deepEqual(withdraw(desk.locations, desk.now, '1001', 'desk').map((e) => [e.why, e.binding.phone, e.turned]), [['withdrawn', 'desk', true]])
  assert.deepEqual(bindingsOf(desk.locations, '1001').map((b) => b.phone), ['soft'])
  assert.equal(withdraw(desk.locations, desk.now, '1001').length, 1)
  assert.deepEqual(withdraw(desk.locations, desk.now, '1002'), [])
})

test('write-behind: a change is written, a plain refresh only when less than half of the time on disk is left', () => {
  const desk = newDesk(), { dirty } = desk.locations
  const written = () => takeDirty(dirty, 100).saved.map((row) => row.expiresAt - noon)
  desk.send([here])
  assert.deepEqual(written(), [3_600_000])
  desk.send([here], { callId: 'call-2', cseq: 1 })
  assert.deepEqual([written(), bindingsOf(desk.locations, '1001')[0]!.callId], [[], 'call-2'], 'another Call-ID is remembered and not worth a row')
  const dialogue: [after: number, headers: string[], rows: number[]][] = [
    [1_000_000, [here], []],
    [1_700_000, [here], []],
    [1_900_000, [here], [5_500_000]],
    [1_900_001, [`${here};q=0.5`], [5_500_001]],
    [1_900_002, [`${here};q=0.5`, 'Expires: 60'], [1_960_002]],
  ]
  for (const [after, headers, rows] of dialogue) {
    desk.now = noon + after
    desk.send(headers)
    assert.deepEqual([after, written()], [after, rows])
  }
  desk.flow = flowOf('udp', { remotePort: 40_000 })
  desk.send([`${here};q=0.5`, 'Expires: 60'])
  assert.equal(written().length, 1)
})

test('write-behind: what goes is taken away, what was never written leaves no trace, what expired is the store\'s to sweep', () => {
  const desk = newDesk(), { dirty } = desk.locations
  desk.send([here])
  desk.send([`${here};expires=0`])
  assert.deepEqual(takeDirty(dirty, 100), { saved: [], gone: [] })
  desk.send([here])
  takeDirty(dirty, 100)
  desk.send(['Contact: <sip:1001@192.0.2.4;x=1>'])
  const batch = takeDirty(dirty, 100)
  assert.deepEqual([batch.gone, batch.saved.map((r) => r.key)], [[{ aor: '1001', key: 'desk sip:1001@192.0.2.4' }], ['desk sip:1001@192.0.2.4;x=1']])
  wake(desk.locations, noon + 3_601_000)
  assert.deepEqual([desk.locations.count, takeDirty(dirty, 100)], [0, { saved: [], gone: [] }])
})

test('write-behind: a batch that could not be written is due again; batches keep what goes before what is saved', () => {
  const desk = newDesk(), { locations } = desk, { dirty } = locations
  desk.send([1, 2, 3].map((n) => `Contact: <sip:1001@192.0.2.${n}>`))
  const batch = takeDirty(dirty, 2)
  assert.equal(batch.saved.length, 2)
  giveBack(locations, batch)
  assert.equal(takeDirty(dirty, 100).saved.length, 3)
  desk.send(['Contact: <sip:1001@192.0.2.1>;expires=0, <sip:1001@192.0.2.2>;expires=0, <sip:1001@192.0.2.4>'])
  const [first, second] = [takeDirty(dirty, 1), takeDirty(dirty, 10)]
  assert.deepEqual([first.gone.length, first.saved.length, second.gone.length, second.saved.length], [1, 0, 1, 1])
  giveBack(locations, first)
  assert.deepEqual(takeDirty(dirty, 10), first)
})

test('registrations survive a restart: everything comes back, connections as lost', () => {
  const desk = newDesk()
  desk.send(['Contact: <sip:1001@192.0.2.4>;audio;q=0.3', 'Supported: path', 'Path: <sip:192.0.2.4:5070;lr>'])
  desk.flow = flowOf('tls')
  desk.send(['Contact: <sip:1001@192.0.2.4;transport=tls>;reg-id=1;+sip.instance="<urn:uuid:A>"', 'Supported: outbound'], { callId: 'call-2' })
  const rows = takeDirty(desk.locations.dirty, 100).saved.map((row) => JSON.parse(JSON.stringify(row)))
  const after = newLocations(noon + 60_000)
  assert.deepEqual(restore(after, noon + 60_000, rows), { restored: 2, refused: 0 })
  const plain = (b: Binding) => toRow(b)
  assert.deepEqual(bindingsOf(after, '1001').map(plain), bindingsOf(desk.locations, '1001').map(plain))
  assert.deepEqual([...list(after, noon + 60_000)].map((r) => [r.expiresIn, r.reachable]), [[3540, true], [3540, false]])
  assert.equal(isDirty(after.dirty), false)
  const again = newDesk(after)
  again.now = noon + 60_000
  assert.equal(again.send([], {}).contacts.length, 2)
  assert.equal(wake(after, noon + 3_700_000).length, 2)
})

test('a row on disk that is damaged, expired or one too many is left out', () => {
  const locations = newLocations(noon, { maxBindings: 1, maxOfLine: 1 }), good = { contact: 'sip:a@x.test', phone: 'desk', address: '192.0.2.4', transport: 'udp', port: 5060 }
  const row = (body: unknown, expiresAt = noon + 1000) => ({ aor: '1001', key: 'k', expiresAt, body: body as null })
  const bad = [null, 1, 'x', [], {}, { ...good, transport: 'carrier pigeon' }, { ...good, contact: 5 }, { ...good, phone: undefined }]
  for (const body of bad) assert.equal(fromRow(row(body)), undefined)
  assert.deepEqual(restore(locations, noon, [...bad.map((b) => row(b)), row(good, noon - 1), row(good), row(good)]), { restored: 1, refused: bad.length + 1 })
})

test('A17 what is kept of a message is its own: no slice keeps the message alive', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void, locations = newLocations(noon), desk = newDesk(locations)
  desk.limits = { ...desk.limits, maxBindings: 64 }
  const padding = Array.from({ length: 7 }, () => `X-Padding: ${'x'.repeat(8000)}`)
  collect()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 60; i++) {
    const said = desk.send([`Contact: <sip:1001-with-a-long-name@192.0.2.4:${5000 + i}>;methods="INVITE, BYE";+sip.instance="<urn:uuid:${i}-0123456789>"`,
      'Supported: path', 'Path: <sip:edge.example.test:5070;lr>', ...padding], { callId: `a-long-call-id-${i}` })
    assert.equal(said.status, 200)
  }
  collect()
  assert.equal(locations.count, 60)
  assert.ok(process.memoryUsage().heapUsed - before < 60 * 57_000 / 4, 'sixty messages of 57 kB are not kept')
})
