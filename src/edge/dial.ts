/**
 * Connections that we make: one a hop (transport, address, port, name), reused while it lives.
 *
 * Standards  RFC 3261 18.1.1, 26.3.2.2; RFC 5922 7 (the name of the hop stands in its certificate); RFC 5923 (reuse)
 * Security   what waits for a connection is bounded in messages and octets; a name that was not verified never shares a connection
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { X509Certificate } from 'node:crypto'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Hop } from '../kit/flow.ts'
import type { Millis } from '../kit/machine.ts'
import type { Problem } from '../kit/result.ts'
import { type Connection, inboundKey, say } from './connections.ts'
import type { Door } from './door.ts'
import { peerOf } from './peers.ts'
import { type EdgeCode, problem, reasonOf } from './problems.ts'
import { attach, flowOf } from './stream.ts'
import { fitsHop, misfit, trustKey } from './trust.ts'
import { unwatch, type Watch, watchOutgoing } from './watch.ts'

interface Waiting { readonly data: string; readonly ref: string }

/** A connection to a hop: being made, or made. */
export interface Dial {
  readonly hop: Hop
  readonly key: string
  readonly since: Millis
  waiting: Waiting[]
  bytes: number
  socket?: Socket
  connection?: Connection
}

/** Sends over the connection to this hop, which is opened if there is none. */
export function sendOverConnection(door: Door, to: Hop, data: string, ref: string): void {
  const key = `${to.transport}/${to.address}/${to.port}/${to.name ?? ''}${to.trust ? `/${trustKey(to.trust)}` : ''}`
  const dial = door.dials.get(key)
  const connection = dial?.connection ?? (dial ? undefined : reusable(door, to))
  const refused = refusal(door, to)
  if (connection && connection.endedAt === undefined) speak(door, connection, to, { data, ref })
  else if (dial && !dial.connection) wait(door, dial, { data, ref })
  else if (refused) failed(door, to, ref, refused)
  else begin(door, { hop: to, key, since: door.now(), waiting: [{ data, ref }], bytes: data.length })
}

function refusal(door: Door, to: Hop): Problem | undefined {
  if (to.transport === 'ws' || to.transport === 'wss') return problem('edge.noConnection', whereOf(to))   // RFC 7118 5: a browser cannot be called
  return door.dials.size >= door.guard.limits.maxDials ? problem('edge.tooManyConnections', whereOf(to)) : undefined
}

/** RFC 5923: theirs may carry ours where the name we call stands in the certificate they showed. */
function reusable(door: Door, to: Hop): Connection | undefined {
  const connection = door.inbound.get(inboundKey(to.transport, to.address, to.port))
  if (!connection || to.name === undefined || to.transport === 'wss' || to.transport === 'ws' || to.transport === 'tcp') return connection
  return fitsHop(connection.flow, to) ? connection : undefined
}

function speak(door: Door, connection: Connection, to: Hop, { data, ref }: Waiting): void {
  say(door, connection, data, (error) => {
    if (error) failed(door, to, ref, problem('edge.connectionLost', to.address, reasonOf(error)))
  })
}

function failed(door: Door, to: Hop, ref: string, why: Problem): void { door.feed({ is: 'failed', ref, to, why }) }

function wait(door: Door, dial: Dial, waiting: Waiting): void {
  const { maxPendingSends, maxPendingBytes } = door.guard.limits
  if (dial.waiting.length >= maxPendingSends || dial.bytes + waiting.data.length > maxPendingBytes) {
    failed(door, dial.hop, waiting.ref, problem('edge.tooManyPending', dial.hop.address))
    return
  }
  dial.waiting.push(waiting)
  dial.bytes += waiting.data.length
}

function begin(door: Door, dial: Dial): void {
  const watch = watchOutgoing(door.guard, door.now(), dial.hop.address)
  door.dials.set(dial.key, dial)
  door.watchful()
  try {
    const socket = dial.hop.transport === 'tls' ? tlsSocket(door, dial.hop) : connectTcp({ host: dial.hop.address, port: dial.hop.port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 })
    dial.socket = socket
    follow(door, dial, socket, watch)
  } catch (error) {
    unwatch(door.guard, watch, door.now())
    giveUp(door, dial, problem('edge.connectFailed', whereOf(dial.hop), reasonOf(error)))   // a port outside 1–65535
  }
}

function whereOf(hop: Hop): string { return `${hop.transport}/${hop.address}:${hop.port}` }

function tlsSocket(door: Door, hop: Hop): TLSSocket {
  const name = hop.name ?? hop.address
  const sni = isIP(name) === 0 ? { servername: name } : {}
  if (!door.tls) throw new Error('no TLS contexts')
  const socket = connectTls({
    host: hop.address, port: hop.port, ...sni, secureContext: hop.trust ? door.tls.toTrunk(hop.trust.nullCipher) : door.tls.client, rejectUnauthorized: true,
    checkServerIdentity: (_host, certificate) => {
      const code = misfit(new X509Certificate(certificate.raw), hop, door.tls?.authorities ?? [])
      return code && new CertificateError(code)
    },
  })
  return socket.setNoDelay(true).setKeepAlive(true, 60_000)
}

class CertificateError extends Error {
  readonly code: EdgeCode
  constructor(code: EdgeCode) { super(code); this.code = code }
}

function follow(door: Door, dial: Dial, socket: Socket, watch: Watch): void {
  let broke: unknown
  const onError = (error: unknown) => { broke = error }
  const onClose = () => {
    unwatch(door.guard, watch, door.now())
    giveUp(door, dial, dialProblem(dial.hop, broke))
  }
  socket.on('error', onError)
  socket.on('close', onClose)
  socket.once(dial.hop.transport === 'tls' ? 'secureConnect' : 'connect', () => {
    const flow = flowOf(door, socket, dial.hop.transport === 'tls' ? 'sip-tls' : 'sip-tcp', dial.hop.transport, peerOf(socket))
    if (!flow) { socket.destroy(); return }
    socket.off('close', onClose)
    socket.off('error', onError)
    connected(door, dial, attach(door, socket, flow, watch, dial.key))
  })
}

function dialProblem(hop: Hop, broke: unknown): Problem {
  if (broke instanceof CertificateError) return problem(broke.code, whereOf(hop), broke.code === 'edge.certificateName' ? hop.name ?? hop.address : undefined)
  const code = (broke as { code?: string } | undefined)?.code
  if (code === 'edge.connectTimeout') return problem(code, whereOf(hop))
  const early = code === undefined || /^E[A-Z]+$/.test(code)   // the system's errors; OpenSSL's are longer words
  return problem(early ? 'edge.connectFailed' : 'edge.handshakeFailed', whereOf(hop), broke ? reasonOf(broke) : 'closed by the other side')
}

function connected(door: Door, dial: Dial, connection: Connection): void {
  dial.connection = connection
  const { waiting } = dial
  dial.waiting = []
  dial.bytes = 0
  for (const one of waiting) speak(door, connection, dial.hop, one)
}

function giveUp(door: Door, dial: Dial, why: Problem): void {
  if (door.dials.get(dial.key) === dial) door.dials.delete(dial.key)
  const { waiting } = dial
  dial.waiting = []
  for (const { ref } of waiting) failed(door, dial.hop, ref, why)
}

/** Attempts that took too long. */
export function sweepDials(door: Door, now: Millis): void {
  for (const dial of door.dials.values()) {
    if (dial.connection || now - dial.since <= door.guard.limits.connectTimeout) continue
    dial.socket?.destroy(Object.assign(new Error('timeout'), { code: 'edge.connectTimeout' }))
  }
}
