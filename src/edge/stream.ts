/**
 * Stream listeners: TCP and TLS. A connection is admitted before a TLS handshake costs anything.
 *
 * Standards  RFC 3261 18, 26.3; RFC 5922 (whose certificate it is); RFC 8446
 * Security   anyone may connect; a certificate is asked for where one may be needed and never demanded, `peer` is set only where it was verified
 */
import { createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls'
import type { Flow, PeerCertificate, Transport } from '../kit/flow.ts'
import { fail, ok, type Result } from '../kit/result.ts'
import type { Binding } from './bindings.ts'
import { blame, type Carrier, closed, type Connection, hear, openConnection } from './connections.ts'
import type { Door } from './door.ts'
import { listenProblem } from './listen.ts'
import { callerOf, isNullCipher, welcomed } from './peers.ts'
import { problem, reasonOf } from './problems.ts'
import { describePeer, type TlsContexts, withFloor } from './tls.ts'
import { admit, handshakeDone, isWatch, overdue, unwatch, type Watch } from './watch.ts'

export interface StreamListener {
  readonly binding: Binding
  readonly address: string
  readonly port: number
  /** New contexts for connections to come. */
  setTls(contexts: TlsContexts): void
  /** Handshakes that took too long. */
  sweep(now: number): void
  close(): void
}

/** A connection that was let in and is not a flow yet: in the TLS handshake, or asking to become a WebSocket. */
export interface Visitor {
  readonly binding: Binding
  readonly watch: Watch
  readonly socket: Socket
  /** It is a flow from now on: the connection answers for the watch. */
  readonly leave: () => void
}

/** What is done with a socket once it may speak. */
export type Speaker = (socket: Socket, visitor: Visitor) => void

type Visitors = Map<string, Visitor>

export function openStream(door: Door, binding: Binding, port: number, speak: Speaker): Promise<Result<StreamListener>> {
  const visitors: Visitors = new Map()
  const newEnd = (contexts: TlsContexts | undefined) => binding.transport === 'tcp' ? undefined : tlsEnd(door, binding, contexts, visitors, speak)
  let end = newEnd(door.tls)
  const server = createNetServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) => {
    accept(door, binding, socket, visitors, end, speak)
  })
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(fail(listenProblem(binding, port, error))))
    server.listen({ host: binding.address, port, ipv6Only: true, backlog: 1_024 }, () => {
      server.removeAllListeners('error')
      server.on('error', (error) => door.log('warn', problem('edge.listenFailed', binding.name, reasonOf(error))))
      resolve(ok(streamListener(door, binding, server, visitors, (contexts) => { end = newEnd(contexts) })))
    })
  })
}

function streamListener(door: Door, binding: Binding, server: NetServer, visitors: Visitors, setTls: StreamListener['setTls']): StreamListener {
  const at = server.address() as { address: string; port: number }
  return {
    binding, address: at.address, port: at.port, setTls,
    sweep: (now) => { for (const { socket, watch } of visitors.values()) if (overdue(door.guard, watch, now)) socket.destroy() },
    close: () => {
      server.close()
      for (const { socket } of visitors.values()) socket.destroy()
    },
  }
}

function accept(door: Door, binding: Binding, socket: Socket, visitors: Visitors, tlsServer: TlsServer | undefined, speak: Speaker): void {
  const address = socket.remoteAddress
  socket.on('error', () => undefined)                            // told by the layer above, or by nobody once it is refused
  if (address === undefined) { socket.destroy(); return }        // gone before it was looked at
  if (binding.trunks?.only && !tlsServer && !isExpected(door, binding, socket)) { socket.destroy(); return }
  const watch = admit(door.guard, door.now(), address, tlsServer !== undefined)
  if (!isWatch(watch)) { socket.destroy(); return }
  const key = keyOf(socket)
  const visitor: Visitor = { binding, watch, socket, leave: () => { visitors.delete(key) } }
  visitors.set(key, visitor)
  socket.once('close', () => {
    if (visitors.get(key) !== visitor) return
    visitors.delete(key)
    unwatch(door.guard, watch, door.now())
  })
  door.watchful()
  if (tlsServer) tlsServer.emit('connection', socket)
  else speak(socket, visitor)
}

/** R333: in the clear the address alone tells a trunk, before anything is said. */
function isExpected(door: Door, { name, transport }: Binding, { localAddress, localPort, remoteAddress, remotePort }: Socket): boolean {
  if (localAddress === undefined || localPort === undefined || remoteAddress === undefined || remotePort === undefined) return false
  return door.welcome({ id: 0, service: name, transport, localAddress, localPort, remoteAddress, remotePort })
}

/** One listener, one remote address and port: one socket. */
function keyOf(socket: Socket): string { return `${socket.remoteAddress}/${socket.remotePort}` }

/**
 * A TLS server without a listener of its own: it is given the sockets that were admitted, and gives way to another when the contexts change.
 * A browser asks its user for the certificate that we ask for: over WebSocket we never do.
 */
function tlsEnd(door: Door, binding: Binding, contexts: TlsContexts | undefined, visitors: Visitors, speak: Speaker): TlsServer {
  if (!contexts) throw new Error(`${binding.name} needs TLS contexts`)
  const { trunks } = binding, options = withFloor(trunks ? contexts.trunks[trunks.suites] : contexts.server, binding.row.tlsFloor)
  const requestCert = (contexts.asksCallers || trunks?.only === true) && binding.transport === 'tls'
  const server = createTlsServer({ ...options, requestCert, rejectUnauthorized: false, handshakeTimeout: 2 * door.guard.limits.handshakeTimeout })
  server.on('secureConnection', (secure) => {
    const visitor = visitors.get(keyOf(secure))
    if (!visitor) { secure.destroy(); return }
    handshakeDone(visitor.watch, door.now())
    speak(secure, visitor)
  })
  server.on('tlsClientError', (_error, secure) => {
    if (secure.remoteAddress) blame(door, { remoteAddress: secure.remoteAddress, transport: 'tls' }, handshakeWeight)
    secure.destroy()
  })
  return server
}

const handshakeWeight = 2

/** A raw SIP stream: a flow from now on. */
export function speakSip(door: Door): Speaker {
  return (socket, { binding, watch, leave }) => {
    const certificate = callerOf(door, socket, binding), made = flowOf(door, socket, binding.name, binding.transport, certificate && describePeer(certificate))
    const flow = made && (binding.transport === 'tls' ? welcomed(door, binding, made, certificate) : made)
    if (!flow) {
      if (made) blame(door, made, handshakeWeight)
      socket.destroy()
      return
    }
    leave()
    attach(door, socket, flow, watch)
  }
}

/** Makes a connection of a socket that is open: events in, carrier out. */
export function attach(door: Door, socket: Socket, flow: Flow, watch: Watch, hop?: string): Connection {
  const held: { connection?: Connection } = {}
  let broke: unknown
  socket.on('error', (error) => { broke = error })
  socket.on('close', () => {
    if (held.connection) closed(door, held.connection, broke ? problem('edge.connectionLost', flow.remoteAddress, reasonOf(broke)) : undefined)
  })
  const connection = openConnection(door, flow, watch, streamCarrier(socket), hop)
  held.connection = connection
  socket.on('data', (bytes: Buffer) => hear(door, connection, bytes, 'bytes'))
  return connection
}

function streamCarrier(socket: Socket): Carrier {
  return {
    write: (data, done) => { if (done) socket.write(data, 'latin1', done); else socket.write(data, 'latin1') },
    queued: () => socket.writableLength,
    pause: () => { socket.pause() },
    resume: () => { socket.resume() },
    end: () => { socket.destroySoon() },
    destroy: () => { socket.destroy() },
  }
}

export function flowOf(door: Door, socket: Socket, service: string, transport: Transport, peer: PeerCertificate | undefined): Flow | undefined {
  const { localAddress, localPort, remoteAddress, remotePort } = socket
  if (localAddress === undefined || localPort === undefined || remoteAddress === undefined || remotePort === undefined) return undefined
  return { id: door.nextFlow++, service, transport, localAddress, localPort, remoteAddress, remotePort, peer, ...(transport === 'tls' && isNullCipher(socket) ? { nullCipher: true } : {}) }
}
