/** Datagrams over a simulated network: late, lost, doubled, out of order. */
import { problem } from '../../edge/problems.ts'
import type { Flow, Hop } from '../../kit/flow.ts'
import { schedule } from './clock.ts'
import { datagramDelay, happens } from './weather.ts'
import { endpoint, type Node, note, type World, weatherBetween } from './world.ts'

const maxDatagram = 65_507   // octets that fit into a UDP datagram over IPv4

/** Answers from the address that was asked. */
export function answerDatagram(world: World, node: Node, flow: Flow, data: string, ref: string | undefined): void {
  post(world, node, flow.localAddress, flow.localPort, { transport: 'udp', address: flow.remoteAddress, port: flow.remotePort }, data, ref)
}

export function sendDatagram(world: World, node: Node, to: Hop, data: string, ref: string): void {
  const service = node.services.find((each) => each.transport === 'udp')
  const family = to.address.includes(':')
  const address = node.addresses.find((each) => each.includes(':') === family)
  if (service && address !== undefined) post(world, node, address, service.port, to, data, ref)
  else schedule(world.clock, world.clock.now, () => world.feed(node, { is: 'failed', ref, to, why: problem('edge.noSocket', to.address) }))
}

function post(world: World, node: Node, address: string, port: number, to: Hop, data: string, ref: string | undefined): void {
  if (data.length > maxDatagram) {
    note(world, 'tooLarge', node.name, to.address, 'udp', data)
    if (ref !== undefined) schedule(world.clock, world.clock.now, () => world.feed(node, { is: 'failed', ref, to, why: problem('edge.datagramTooLarge', to.address) }))
    return
  }
  const target = world.listeners.get(endpoint('udp', to.address, to.port))
  const weather = weatherBetween(world, node, target?.node)
  const name = target?.node.name ?? to.address
  const copies = happens(world.random, weather.duplicate) ? 2 : 1
  for (let copy = 0; copy < copies; copy++) {
    const delay = datagramDelay(world.random, weather)
    note(world, delay === undefined ? 'lost' : copy > 0 ? 'duplicate' : 'datagram', node.name, name, 'udp', data)
    if (delay !== undefined) schedule(world.clock, world.clock.now + delay, () => arrive(world, node, address, port, to, data))
  }
}

function arrive(world: World, from: Node, address: string, port: number, to: Hop, data: string): void {
  const target = world.listeners.get(endpoint('udp', to.address, to.port))
  if (!target) { note(world, 'nobody', from.name, to.address, 'udp', data); return }
  const flow: Flow = {
    id: 0, service: target.service.name, transport: 'udp', localAddress: to.address, localPort: to.port, remoteAddress: address, remotePort: port,
  }
  world.feed(target.node, { is: 'datagram', flow, bytes: Buffer.from(data, 'latin1') })
}
