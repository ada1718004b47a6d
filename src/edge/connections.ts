/**
 * One connection, whatever carries it: TCP, TLS or WebSocket, theirs or ours. Watched, written to, closed, told to the engine.
 *
 * Standards  RFC 3261 18.3, RFC 5626 (one flow from opened to closed), RFC 5923 (reuse only under the name that was verified)
 * Security   a reader that is slow holds at most maxWriteQueue octets of ours; every connection leaves the table exactly once
 */
import type { Flow } from '../kit/flow.ts'
import type { Problem } from '../kit/result.ts'
import type { Door } from './door.ts'
import { suspect } from './guard.ts'
import { problem } from './problems.ts'
import { answered, overdue, proved, received, unwatch, type Watch } from './watch.ts'

/** What the carrier can do. */
export interface Carrier {
  /** data is latin1. `done` is called once, with an error if it did not go out. */
  write(data: string, done?: (error?: Error | null) => void): void
  /** Octets that wait for the other side. */
  queued(): number
  pause(): void
  resume(): void
  /** After what is queued went out. */
  end(): void
  destroy(): void
}

export interface Connection {
  readonly flow: Flow
  readonly watch: Watch
  readonly carrier: Carrier
  /** Ours: the hop's key. */
  readonly hop?: string | undefined
  /** Why we close it. */
  why?: Problem | undefined
  endedAt?: number | undefined
  /** Not read before. */
  resumeAt?: number | undefined
}

const endTime = 2_000

export function inboundKey(transport: string, address: string, port: number): string { return `${transport}/${address}/${port}` }

export function openConnection(door: Door, flow: Flow, watch: Watch, carrier: Carrier, hop?: string): Connection {
  const connection: Connection = { flow, watch, carrier, hop }
  door.connections.set(flow.id, connection)
  if (hop === undefined) door.inbound.set(inboundKey(flow.transport, flow.remoteAddress, flow.remotePort), connection)
  if (flow.peer) proved(door.guard, watch, door.now())
  door.watchful()
  door.feed({ is: 'opened', flow })
  return connection
}

/** Octets or a message came: counted, given on, and the reader paused where its source is over its share. */
export function hear(door: Door, connection: Connection, bytes: Buffer, is: 'bytes' | 'message'): void {
  if (connection.endedAt !== undefined) return
  const now = door.now()
  const wait = received(door.guard, connection.watch, now, bytes.length)
  door.feed({ is, flow: connection.flow, bytes })
  if (wait <= 0 || connection.endedAt !== undefined) return
  connection.resumeAt = now + wait
  connection.carrier.pause()
  door.watchful()
}

export function say(door: Door, connection: Connection, data: string, done?: (error?: Error | null) => void): void {
  answered(door.guard, connection.watch, door.now())
  connection.carrier.write(data, done)
  if (connection.carrier.queued() > door.guard.limits.maxWriteQueue) drop(door, connection, problem('edge.slowReader'))
}

/** Closes after what is queued went out, at the latest two seconds from now. */
export function hangUp(door: Door, connection: Connection, why: Problem): void {
  if (connection.endedAt !== undefined) return
  connection.why ??= why
  connection.endedAt = door.now()
  door.watchful()
  connection.carrier.end()
}

/** Closes at once. */
export function drop(_door: Door, connection: Connection, why: Problem): void {
  connection.why ??= why
  connection.carrier.destroy()
}

/** The carrier is gone: out of the tables, told to the engine. Safe to call twice. */
export function closed(door: Door, connection: Connection, why?: Problem): void {
  const { flow } = connection
  if (!door.connections.delete(flow.id)) return
  unwatch(door.guard, connection.watch, door.now())
  const key = inboundKey(flow.transport, flow.remoteAddress, flow.remotePort)
  if (door.inbound.get(key) === connection) door.inbound.delete(key)
  if (connection.hop !== undefined && door.dials.get(connection.hop)?.connection === connection) door.dials.delete(connection.hop)
  connection.endedAt ??= door.now()
  door.feed({ is: 'closed', flow, why: connection.why ?? why })
}

const evidenceWeight = 10

/** Looks at every connection's deadline. Linear in connections, four times a second. */
export function sweepConnections(door: Door, now: number): void {
  for (const connection of door.connections.values()) {
    if (connection.resumeAt !== undefined && connection.resumeAt <= now) {
      connection.resumeAt = undefined
      connection.carrier.resume()
    }
    if (connection.endedAt !== undefined) {
      if (now - connection.endedAt > endTime) connection.carrier.destroy()
      continue
    }
    const why = overdue(door.guard, connection.watch, now)
    if (!why) continue
    if (why.code === 'edge.slowSender') blame(door, connection.flow, evidenceWeight)
    drop(door, connection, why)
  }
}

/** Evidence against the source of a flow; a quarantine is worth a line in the log. */
export function blame(door: Door, flow: Pick<Flow, 'remoteAddress' | 'transport'>, weight: number): void {
  if (suspect(door.guard, door.now(), flow.remoteAddress, flow.transport, weight)) door.log('warn', problem('edge.quarantined', flow.remoteAddress))
}
