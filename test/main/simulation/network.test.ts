import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EdgeInput, EdgeOutput, Hop, PeerCertificate, Transport } from '../../../src/kit/flow.ts'
import type { Wake } from '../../../src/kit/machine.ts'
import { type Network, newNetwork } from '../../../src/main/simulation/network.ts'
import { fair, foul, severed, type Weather } from '../../../src/main/simulation/weather.ts'

/** An engine that writes down what it gets; `answer` says what it does about it. */
interface Recorder {
  readonly got: (EdgeInput | Wake)[]
  readonly at: number[]
  wakeAt: number | undefined
  answer: (input: EdgeInput | Wake, now: number) => EdgeOutput[]
  step(now: number, input: EdgeInput | Wake): EdgeOutput[]
}
function recorder(answer: Recorder['answer'] = () => []): Recorder {
  return { got: [], at: [], wakeAt: undefined, answer, step(now, input) { this.got.push(input); this.at.push(now); return this.answer(input, now) } }
}

const services = [
  { name: 'sip-udp', transport: 'udp' as const, port: 5060 }, { name: 'sip-tcp', transport: 'tcp' as const, port: 5060 },
  { name: 'sip-tls', transport: 'tls' as const, port: 5061 }, { name: 'sip-wss', transport: 'wss' as const, port: 8443 },
]
const certificate = (name: string): PeerCertificate => ({ subject: name, names: [name], fingerprint: name })
const hop = (transport: Transport, port: number, name?: string): Hop => ({ transport, address: '10.0.0.2', port, name })

function pair(weather: Weather, seed = 1): { network: Network, a: Recorder, b: Recorder } {
  const network = newNetwork({ seed, weather })
  const a = recorder(), b = recorder()
  network.add({ name: 'a', addresses: ['10.0.0.1'], services, engine: a, certificate: certificate('a.test') })
  network.add({ name: 'b', addresses: ['10.0.0.2'], services, engine: b, certificate: certificate('b.test') })
  return { network, a, b }
}
const text = (inputs: (EdgeInput | Wake)[]) => inputs.flatMap((input) => 'bytes' in input ? [input.bytes.toString('latin1')] : [])
const kinds = (inputs: (EdgeInput | Wake)[]) => inputs.map((input) => input.is)
const sends = (network: Network, a: Recorder, to: Hop, lines: string[]) =>
  network.act('a', a, () => lines.map((data, i): EdgeOutput => ({ do: 'sendTo', to, data, ref: `r${i}` })))

test('a datagram arrives after the delay of the link and is answered to its source', () => {
  const { network, a, b } = pair({ ...fair, delay: 7 })
  b.answer = (input) => input.is === 'datagram' ? [{ do: 'send', flow: input.flow, data: 'pong\xff' }] : []
  sends(network, a, hop('udp', 5060), ['ping'])
  network.run(6)
  assert.equal(b.got.length, 0)
  assert.ok(network.idle(100))
  assert.deepEqual([b.at, text(b.got), a.at, text(a.got)], [[7], ['ping'], [14], ['pong\xff']])
  const flows = b.got.flatMap((input) => input.is === 'datagram' ? [input.flow] : [])
  assert.deepEqual(flows[0], { id: 0, service: 'sip-udp', transport: 'udp', localAddress: '10.0.0.2', localPort: 5060, remoteAddress: '10.0.0.1', remotePort: 5060 })
})

test('weather: loss, duplicates and reordering come as often as asked', () => {
  const { network, a, b } = pair({ ...fair, delay: 10, loss: 2_000, duplicate: 1_000, reorder: 1_000 })
  for (let n = 0; n < 10_000; n++) {
    sends(network, a, hop('udp', 5060), [String(n)])
    network.run(network.clock.now + 1)
  }
  assert.ok(network.idle(1_000))
  const order = text(b.got).map(Number)
  const late = order.filter((n, i) => i > 0 && n < order[i - 1]!).length
  assert.ok(Math.abs(order.length - 8_800) < 300, `${order.length} arrived`)
  assert.ok(Math.abs(order.length - new Set(order).size - 640) < 150, `${order.length - new Set(order).size} twice`)
  assert.ok(late > 500 && late < 1_500, `${late} out of order`)
})

test('the same seed gives the same run, another seed another', () => {
  const runs = [5, 5, 6].map((seed) => {
    const { network, a, b } = pair(foul, seed)
    b.answer = (input) => 'bytes' in input ? [{ do: 'send', flow: input.flow, data: 'back' }] : []
    for (let n = 0; n < 200; n++) sends(network, a, hop(n % 2 ? 'tcp' : 'udp', 5060), [`line ${n}`])
    network.idle(600_000)
    return JSON.stringify(network.trace())
  })
  assert.equal(runs[0], runs[1])
  assert.notEqual(runs[0], runs[2])
})

for (const transport of ['tcp', 'tls'] as const) {
  test(`${transport}: a stream is complete and in order however it is chopped, and opens once`, () => {
    for (let seed = 1; seed <= 50; seed++) {
      const { network, a, b } = pair({ ...foul, reset: 0 }, seed)
      const lines = Array.from({ length: 40 }, (_, n) => `message ${n}\r\n`)
      for (const line of lines) {
        sends(network, a, hop(transport, transport === 'tls' ? 5061 : 5060, 'b.test'), [line])
        network.run(network.clock.now + network.random.below(30))
      }
      assert.ok(network.idle(600_000))
      assert.equal(text(b.got).join(''), lines.join(''))
      assert.deepEqual([kinds(a.got), kinds(b.got).filter((is) => is !== 'bytes')], [['opened'], ['opened']])
      assert.equal(network.connections(), 2)
    }
  })
}

test('tcp: messages sent at one moment come glued; the answer goes back on the connection', () => {
  const { network, a, b } = pair(fair)
  b.answer = (input) => input.is === 'bytes' ? [{ do: 'send', flow: input.flow, data: 'ok' }] : []
  sends(network, a, hop('tcp', 5060), ['one', 'two'])
  assert.ok(network.idle(1_000))
  assert.deepEqual([text(b.got), text(a.got)], [['onetwo'], ['ok']])
})

test('RFC 7118: a WebSocket keeps messages apart and whole', () => {
  const { network, a, b } = pair({ ...fair, chop: 10_000 })
  sends(network, a, hop('wss', 8443, 'b.test'), ['one', 'two'])
  assert.ok(network.idle(1_000))
  assert.deepEqual([kinds(b.got), text(b.got)], [['opened', 'message', 'message'], ['one', 'two']])
})

test('RFC 5923: the called side reuses the connection for the name that was shown, and for no other', () => {
  const { network, a, b } = pair(fair)
  sends(network, a, hop('tls', 5061, 'b.test'), ['hello'])
  network.idle(1_000)
  const opened = b.got.find((input) => input.is === 'opened')
  assert.ok(opened?.is === 'opened' && opened.flow.peer?.subject === 'a.test')
  const back: Hop = { transport: 'tls', address: opened.flow.remoteAddress, port: opened.flow.remotePort, name: 'a.test' }
  network.act('b', b, () => [{ do: 'sendTo', to: back, data: 'same', ref: 'x' }, { do: 'sendTo', to: { ...back, name: 'c.test' }, data: 'other', ref: 'y' }])
  network.idle(10_000)
  assert.deepEqual(text(a.got), ['same'])
  assert.deepEqual(b.got.flatMap((input) => input.is === 'failed' ? [[input.ref, input.why.code]] : []), [['y', 'edge.connectFailed']])
})

/** What does not go out is told, with the ref of every message that waited. */
const failures: [what: string, to: Hop, weather: Weather, code: string][] = [
  ['nobody listens on the port', hop('tcp', 9), fair, 'edge.connectFailed'],
  ['nobody has the address', { transport: 'tcp', address: '10.9.9.9', port: 5060 }, fair, 'edge.connectTimeout'],
  ['the link is severed', hop('tcp', 5060), severed, 'edge.connectTimeout'],
  ['the certificate carries another name', hop('tls', 5061, 'c.test'), fair, 'edge.certificateName'],
  ['no listener of the address family', { transport: 'udp', address: '2001:db8::1', port: 5060 }, fair, 'edge.noSocket'],
]
for (const [what, to, weather, code] of failures) {
  test(`failed: ${what}: ${code}`, () => {
    const { network, a } = pair(weather)
    sends(network, a, to, ['one', 'two'])
    network.idle(60_000)
    assert.deepEqual(a.got.map((input) => input.is === 'failed' ? [input.ref, input.why.code] : input.is), [['r0', code], ['r1', code]])
    assert.equal(network.connections(), 0)
  })
}

test('failed: a datagram that is too large', () => {
  const { network, a } = pair(fair)
  sends(network, a, hop('udp', 5060), ['x'.repeat(65_508)])
  assert.ok(network.idle(10))
  assert.deepEqual(a.got.map((input) => input.is === 'failed' && input.why.code), ['edge.datagramTooLarge'])
})

test('A10 a connection that breaks is told once to both sides, and the next message opens another', () => {
  let resets = 0, opened = 0
  for (let seed = 1; seed <= 100; seed++) {
    const { network, a, b } = pair({ ...foul, reset: 1_000 }, seed)
    for (let n = 0; n < 50; n++) {
      sends(network, a, hop('tcp', 5060), ['hello'])
      network.run(network.clock.now + 50)
    }
    assert.ok(network.idle(600_000))
    for (const { got } of [a, b]) {
      const open = new Set<number>()
      for (const input of got) {
        if (input.is === 'opened') { assert.ok(!open.has(input.flow.id)); open.add(input.flow.id) }
        if (input.is === 'bytes') assert.ok(open.has(input.flow.id), 'bytes outside opened and closed')
        if (input.is === 'closed') assert.ok(open.delete(input.flow.id), 'closed twice or never opened')
      }
    }
    resets += network.counts.reset
    opened += network.counts.opened
  }
  assert.ok(resets > 200 && opened > 250, `${resets} resets, ${opened} connections`)
})

test('close: what was sent before still arrives, both sides hear of it, a send afterwards fails', () => {
  const { network, a, b } = pair({ ...fair, delay: 20 })
  const why = { code: 'test.bye', text: 'bye' }
  b.answer = (input) => input.is === 'bytes' ? [{ do: 'send', flow: input.flow, data: 'last words' }, { do: 'close', flow: input.flow, why }] : []
  sends(network, a, hop('tcp', 5060), ['hello'])
  assert.ok(network.idle(1_000))
  const closed = b.got.find((input) => input.is === 'closed')
  assert.ok(closed?.is === 'closed' && closed.why === why)
  assert.deepEqual([kinds(a.got), text(a.got)], [['opened', 'bytes', 'closed'], ['last words']])
  network.act('b', b, () => [{ do: 'send', flow: closed.flow, data: 'too late', ref: 'late' }])
  network.idle(1_000)
  assert.ok(b.got.some((input) => input.is === 'failed' && input.ref === 'late' && input.why.code === 'edge.noConnection'))
  assert.equal(network.connections(), 0)
})

test('a node that dies takes its connections along; the others hear of it', () => {
  const { network, a, b } = pair(fair)
  sends(network, a, hop('tcp', 5060), ['hello'])
  network.idle(100)
  network.remove('b')
  network.idle(100)
  assert.deepEqual([kinds(a.got), network.connections()], [['opened', 'closed'], 0])
  const heard = b.got.length
  sends(network, a, hop('udp', 5060), ['anybody?'])
  network.idle(100)
  assert.deepEqual([b.got.length, network.counts.nobody], [heard, 1])
})

test('wake: an engine is woken at its moment, not before, and moving the moment moves the wake', () => {
  const network = newNetwork({ seed: 1, now: 1_000 })
  const a = recorder()
  a.wakeAt = 1_500
  a.answer = (_input, now) => { a.wakeAt = now < 2_000 ? now + 250 : undefined; return [] }
  network.add({ name: 'a', addresses: ['10.0.0.1'], services, engine: a })
  assert.ok(network.idle(10_000))
  assert.deepEqual(a.at, [1_500, 1_750, 2_000])
})

test('wake: an engine that leaves its moment in the past does not stop time', () => {
  const network = newNetwork({ seed: 1 })
  const a = recorder()
  a.wakeAt = 0
  network.add({ name: 'a', addresses: ['10.0.0.1'], services, engine: a })
  network.run(100)
  assert.deepEqual([a.got.length, network.clock.now], [101, 100])
})

test('sever and setLink change one link both ways and no other', () => {
  const { network, a } = pair(fair)
  const c = recorder()
  network.add({ name: 'c', addresses: ['10.0.0.3'], services, engine: c })
  network.sever('a', 'b')
  sends(network, a, hop('udp', 5060), ['lost'])
  network.act('c', c, () => [{ do: 'sendTo', to: hop('udp', 5060), data: 'found', ref: 'c' }])
  network.idle(100)
  network.setLink('a', 'b', undefined)
  sends(network, a, hop('udp', 5060), ['healed'])
  network.idle(100)
  assert.deepEqual(network.trace().map(({ what, from, data }) => `${from} ${what} ${data}`), ['a lost lost', 'c datagram found', 'a datagram healed'])
})
