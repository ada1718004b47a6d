/**
 * Datagram listeners: screened, given to the engine, answered from the socket that was asked.
 *
 * Standards  RFC 3261 18.1.1, 18.2.2 (answers leave from the address that was asked: RFC 3581 4)
 * Security   libuv hands over at most 32 datagrams a socket and turn, so a flood cannot starve timers and connections;
 *            what is not SIP-like is dropped before any string is made
 */
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Flow, Hop } from '../kit/flow.ts'
import { fail, ok, type Result } from '../kit/result.ts'
import type { Binding } from './bindings.ts'
import type { Door } from './door.ts'
import { screenDatagram } from './guard.ts'
import { listenProblem } from './listen.ts'
import { problem, reasonOf } from './problems.ts'

const receiveBuffer = 4 * 1_048_576

export interface UdpListener {
  readonly binding: Binding
  readonly address: string
  readonly port: number
  readonly ipv6: boolean
  readonly socket: Socket
}

export function openUdp(door: Door, binding: Binding, port: number): Promise<Result<UdpListener>> {
  const ipv6 = isIPv6(binding.address)
  const socket = createSocket({
    type: ipv6 ? 'udp6' : 'udp4', ipv6Only: ipv6, recvBufferSize: receiveBuffer,
    lookup: (address, _options, done) => done(null, address, ipv6 ? 6 : 4),   // hops are addresses already: never a name, never a detour
  })
  return new Promise((resolve) => {
    socket.once('error', (error) => {
      socket.close()
      resolve(fail(listenProblem(binding, port, error)))
    })
    socket.bind({ address: binding.address, port, exclusive: true }, () => {
      const { address, port: bound } = socket.address()
      const listener: UdpListener = { binding, address, port: bound, ipv6, socket }
      socket.removeAllListeners('error')
      socket.on('error', (error) => door.log('warn', problem('edge.sendFailed', binding.name, reasonOf(error))))
      receive(door, listener)
      resolve(ok(listener))
    })
  })
}

function receive(door: Door, { socket, binding, address, port }: UdpListener): void {
  const { guard, now, feed, welcome } = door, { name } = binding, only = binding.trunks?.only === true
  socket.on('message', (bytes, from) => {
    if (screenDatagram(guard, now(), from.address, bytes) !== '') return
    const flow: Flow = { id: 0, service: name, transport: 'udp', localAddress: address, localPort: port, remoteAddress: from.address, remotePort: from.port }
    if (only && !welcome(flow)) return                       // A42: silence
    feed({ is: 'datagram', flow, bytes })
  })
}

/** Back to where a datagram came from, from the socket that got it. */
export function answerDatagram(door: Door, flow: Flow, data: string, ref: string | undefined): void {
  const { remoteAddress, remotePort } = flow
  post(door, listenerAt(door, flow.localAddress, flow.localPort) ?? socketFor(door, remoteAddress), remoteAddress, remotePort, data, ref)
}

export function sendDatagram(door: Door, to: Hop, data: string, ref: string): void {
  post(door, socketFor(door, to.address, to.localPort), to.address, to.port, data, ref)
}

function listenerAt(door: Door, address: string, port: number): UdpListener | undefined {
  for (const listener of door.udp) if (listener.port === port && listener.address === address) return listener
  return undefined
}

/** The one with this port where one has it, else the first of the family. */
function socketFor(door: Door, address: string, port?: number): UdpListener | undefined {
  const ipv6 = address.includes(':')                        // a hop is an address already
  let first: UdpListener | undefined
  for (const listener of door.udp) {
    if (listener.ipv6 !== ipv6) continue
    if (port === undefined || listener.port === port) return listener
    first ??= listener
  }
  return first
}

function refuse(door: Door, address: string, port: number, ref: string | undefined, code: Parameters<typeof problem>[0], detail?: string): void {
  if (ref !== undefined) door.feed({ is: 'failed', ref, to: { transport: 'udp', address, port }, why: problem(code, `${address}:${port}`, detail) })
}

function post(door: Door, listener: UdpListener | undefined, address: string, port: number, data: string, ref: string | undefined): void {
  if (!listener) { refuse(door, address, port, ref, 'edge.noSocket'); return }
  if (data.length > door.guard.limits.maxDatagram) { refuse(door, address, port, ref, 'edge.datagramTooLarge'); return }
  try {
    const bytes = Buffer.from(data, 'latin1')               // whole, without offset and length: node:dgram would cut it once more
    if (ref === undefined) listener.socket.send(bytes, port, address)
    else listener.socket.send(bytes, port, address, (error) => { if (error) refuse(door, address, port, ref, 'edge.sendFailed', reasonOf(error)) })
  } catch (error) {
    refuse(door, address, port, ref, 'edge.sendFailed', reasonOf(error))   // a port outside 1–65535, a socket that has just been closed
  }
}
