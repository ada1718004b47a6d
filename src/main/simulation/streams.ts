/** Connections over a simulated network: in order and complete while they live; chopped, glued and broken by the weather. */
import { type EdgeCode, problem } from '../../edge/problems.ts'
import type { Flow, Hop, Transport } from '../../kit/flow.ts'
import type { Problem } from '../../kit/result.ts'
import { schedule } from './clock.ts'
import { happens, oneWay, streamDelay } from './weather.ts'
import { type Dial, type End, endpoint, type Listener, type Node, note, type World, weatherBetween } from './world.ts'

const connectTime = 5_000
const hopKey = (to: Hop) => `${endpoint(to.transport, to.address, to.port)}/${to.name ?? ''}`
const secure = (transport: Transport) => transport === 'tls' || transport === 'wss'
const whole = (transport: Transport) => transport === 'ws' || transport === 'wss'

/** Over the connection to this hop, which is opened if there is none. */
export function sendOverStream(world: World, node: Node, to: Hop, data: string, ref: string): void {
  const dial = node.dials.get(hopKey(to))
  const end = dial?.end ?? (dial ? undefined : reusable(node, to))
  if (end) say(world, end, data, ref)
  else if (dial) dial.waiting.push({ data, ref })
  else connect(world, node, { key: hopKey(to), hop: to, waiting: [{ data, ref }], end: undefined })
}

/** RFC 5923: theirs may carry ours where the name we call stands in the certificate they showed. */
function reusable(node: Node, to: Hop): End | undefined {
  const end = node.inbound.get(endpoint(to.transport, to.address, to.port))
  return !end || to.transport !== 'tls' || to.name === undefined || end.flow.peer?.names.includes(to.name) ? end : undefined
}

export function sendOnFlow(world: World, node: Node, flow: Flow, data: string, ref: string | undefined): void {
  const end = node.ends.get(flow.id)
  if (end) say(world, end, data, ref)
  else if (ref !== undefined) failLater(world, node, { transport: flow.transport, address: flow.remoteAddress, port: flow.remotePort }, ref, 'edge.noConnection')
}

export function closeFlow(world: World, node: Node, flow: Flow, why: Problem): void {
  const end = node.ends.get(flow.id)
  if (!end?.open) return
  const { other } = end
  end.open = false
  schedule(world.clock, world.clock.now, () => finish(world, end, why))
  if (!other) return
  const at = Math.max(end.lastArrival, world.clock.now + oneWay(world.random, weatherBetween(world, node, other.node)))
  schedule(world.clock, at, () => finish(world, other, undefined))
}

function connect(world: World, node: Node, dial: Dial): void {
  const { hop } = dial
  node.dials.set(dial.key, dial)
  const machine = world.addresses.get(hop.address)
  const weather = weatherBetween(world, node, machine)
  const there = streamDelay(world.random, weather), back = streamDelay(world.random, weather)
  if (!machine || there === undefined || back === undefined || there + back > connectTime) {
    schedule(world.clock, world.clock.now + connectTime, () => giveUp(world, node, dial, 'edge.connectTimeout'))
    return
  }
  const trips = secure(hop.transport) ? 2 : 1   // RFC 8446 2: TLS costs one more
  schedule(world.clock, world.clock.now + trips * (there + back), () => establish(world, node, dial, there))
}

function establish(world: World, node: Node, dial: Dial, there: number): void {
  const { hop } = dial
  if (!node.alive) return
  const listener = world.listeners.get(endpoint(hop.transport, hop.address, hop.port))
  const why = refusal(hop, listener)
  if (!listener || why) { giveUp(world, node, dial, why ?? 'edge.connectFailed'); return }
  const address = node.addresses.find((each) => each.includes(':') === hop.address.includes(':')) ?? hop.address
  const port = node.nextPort++
  const ours = newEnd(world, node, dial, {
    id: world.nextFlow++, service: node.services.find((each) => each.transport === hop.transport)?.name ?? `sip-${hop.transport}`, transport: hop.transport,
    localAddress: address, localPort: port, remoteAddress: hop.address, remotePort: hop.port, ...certificate(hop.transport, listener.node),
  })
  const theirs = newEnd(world, listener.node, undefined, {
    id: world.nextFlow++, service: listener.service.name, transport: hop.transport,
    localAddress: hop.address, localPort: hop.port, remoteAddress: address, remotePort: port, ...certificate(hop.transport, node),
  })
  join(world, dial, ours, theirs, there)
}

function refusal(hop: Hop, listener: Listener | undefined): EdgeCode | undefined {
  if (!listener) return 'edge.connectFailed'
  if (!secure(hop.transport)) return undefined
  const shown = listener.node.certificate
  if (!shown) return 'edge.handshakeFailed'
  const name = hop.name ?? hop.address
  return shown.names.includes(name) ? undefined : 'edge.certificateName'
}

function certificate(transport: Transport, node: Node): Pick<Flow, 'peer'> {
  return secure(transport) && node.certificate ? { peer: node.certificate } : {}
}

function newEnd(world: World, node: Node, dial: Dial | undefined, flow: Flow): End {
  return { node, flow, dial, other: undefined, open: true, queue: [], lastArrival: world.clock.now }
}

function join(world: World, dial: Dial, ours: End, theirs: End, there: number): void {
  ours.other = theirs
  theirs.other = ours
  ours.lastArrival = world.clock.now + there
  dial.end = ours
  ours.node.ends.set(ours.flow.id, ours)
  note(world, 'opened', ours.node.name, theirs.node.name, ours.flow.transport, '')
  schedule(world.clock, ours.lastArrival, () => accept(world, theirs))
  world.feed(ours.node, { is: 'opened', flow: ours.flow })
  for (const { data, ref } of dial.waiting.splice(0)) say(world, ours, data, ref)
}

function accept(world: World, end: End): void {
  if (!end.open) return
  const { flow, node } = end
  node.ends.set(flow.id, end)
  node.inbound.set(endpoint(flow.transport, flow.remoteAddress, flow.remotePort), end)
  world.feed(node, { is: 'opened', flow })
}

function giveUp(world: World, node: Node, dial: Dial, code: EdgeCode): void {
  node.dials.delete(dial.key)
  note(world, 'refused', node.name, world.addresses.get(dial.hop.address)?.name ?? dial.hop.address, dial.hop.transport, code)
  for (const { ref } of dial.waiting) world.feed(node, { is: 'failed', ref, to: dial.hop, why: problem(code, dial.hop.address) })
}

function failLater(world: World, node: Node, to: Hop, ref: string, code: EdgeCode): void {
  schedule(world.clock, world.clock.now, () => world.feed(node, { is: 'failed', ref, to, why: problem(code, to.address) }))
}

function say(world: World, end: End, data: string, ref: string | undefined): void {
  const { node, flow, other, dial } = end
  const to = dial?.hop ?? { transport: flow.transport, address: flow.remoteAddress, port: flow.remotePort }
  if (!end.open || !other) {
    if (ref !== undefined) failLater(world, node, to, ref, 'edge.connectionLost')
    return
  }
  const weather = weatherBetween(world, node, other.node)
  const delay = streamDelay(world.random, weather)
  note(world, whole(flow.transport) ? 'message' : 'bytes', node.name, other.node.name, flow.transport, data)
  if (delay === undefined || happens(world.random, weather.reset)) { reset(world, end, delay === undefined ? 32_000 : 0); return }
  end.lastArrival = Math.max(end.lastArrival, world.clock.now + delay)
  end.queue.push({ data, arrival: end.lastArrival })
  schedule(world.clock, end.lastArrival, () => drain(world, end, other))
}

/** What has arrived meanwhile comes glued together, unless the transport keeps messages apart; then the weather chops it. */
function drain(world: World, end: End, other: End): void {
  const arrived: string[] = []
  while (end.queue.length > 0 && end.queue[0]!.arrival <= world.clock.now) arrived.push(end.queue.shift()!.data)
  const pieces = whole(end.flow.transport) ? arrived : chopped(world, end, arrived.join(''))
  const is = whole(end.flow.transport) ? 'message' : 'bytes'
  for (const piece of pieces) if (other.open && piece) world.feed(other.node, { is, flow: other.flow, bytes: Buffer.from(piece, 'latin1') })
}

function chopped(world: World, end: End, data: string): string[] {
  if (!happens(world.random, weatherBetween(world, end.node, end.other?.node).chop)) return [data]
  const longest = world.random.below(4) === 0 ? 1 : 1 + world.random.below(Math.max(1, data.length))
  const pieces: string[] = []
  for (let at = 0; at < data.length;) {
    // after 64 pieces the rest comes at once: enough to cut every boundary, cheap enough to do a lot
    const size = pieces.length < 64 ? 1 + world.random.below(longest) : data.length
    pieces.push(data.slice(at, at + size))
    at += size
  }
  return pieces
}

/** The connection breaks: what is under way is lost, both sides hear of it. */
export function reset(world: World, end: End, after: number): void {
  const { other } = end
  note(world, 'reset', end.node.name, other?.node.name ?? '', end.flow.transport, '')
  end.queue.length = 0
  const why = problem('edge.connectionLost', end.flow.remoteAddress)
  schedule(world.clock, world.clock.now + after, () => finish(world, end, why))
  if (!other) return
  other.queue.length = 0
  const delay = after || oneWay(world.random, weatherBetween(world, end.node, other.node))
  schedule(world.clock, Math.max(end.lastArrival, world.clock.now + delay), () => finish(world, other, why))
}

/** Out of the tables, told to the engine, once. */
function finish(world: World, end: End, why: Problem | undefined): void {
  const { node, flow, dial } = end
  end.open = false
  if (!node.ends.delete(flow.id)) return
  const key = endpoint(flow.transport, flow.remoteAddress, flow.remotePort)
  if (node.inbound.get(key) === end) node.inbound.delete(key)
  if (dial && node.dials.get(dial.key) === dial) node.dials.delete(dial.key)
  note(world, 'closed', node.name, end.other?.node.name ?? '', flow.transport, why?.code ?? '')
  world.feed(node, { is: 'closed', flow, why })
}
