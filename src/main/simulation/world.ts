/** What a simulated network consists of: nodes with addresses and services, links with weather, connections, and a trace of everything. */
import type { Engine } from '../../edge/door.ts'
import type { DnsRecord } from '../../kit/dns.ts'
import type { EdgeInput, Flow, Hop, PeerCertificate, Transport } from '../../kit/flow.ts'
import type { Millis, Random } from '../../kit/machine.ts'
import type { Clock } from './clock.ts'
import type { Weather } from './weather.ts'

export interface SimulatedService { readonly name: string; readonly transport: Transport; readonly port: number }

export interface NodeSettings {
  readonly name: string
  /** IPv4 or IPv6 as text; the first is where calls to others leave from. */
  readonly addresses: readonly string[]
  readonly services: readonly SimulatedService[]
  readonly engine: Engine
  /** Shown on TLS and WSS, to clients and to servers; a node without one cannot be called over TLS. */
  readonly certificate?: PeerCertificate | undefined
}

export interface Node extends NodeSettings {
  alive: boolean
  /** When the network will next ask whether the engine wants waking. */
  wakeSet: Millis | undefined
  nextPort: number
  readonly ends: Map<number, End>
  readonly dials: Map<string, Dial>
  readonly inbound: Map<string, End>
}

/** One side of a connection. */
export interface End {
  readonly node: Node
  readonly flow: Flow
  readonly dial: Dial | undefined
  other: End | undefined
  open: boolean
  /** Under way to the other side, in order. */
  readonly queue: { readonly data: string; readonly arrival: Millis }[]
  lastArrival: Millis
}

/** A connection to a hop: being made, or made. */
export interface Dial {
  readonly key: string
  readonly hop: Hop
  waiting: { readonly data: string; readonly ref: string }[]
  end: End | undefined
}

export interface Listener { readonly node: Node; readonly service: SimulatedService; readonly address: string }

export type Happening = 'datagram' | 'lost' | 'duplicate' | 'nobody' | 'tooLarge' | 'opened' | 'refused' | 'bytes' | 'message' | 'reset' | 'closed' | 'known' | 'suspect'

/** One line of the trace. */
export interface Event {
  readonly at: Millis
  readonly what: Happening
  readonly from: string
  readonly to: string
  readonly transport: Transport
  readonly data: string
}

export interface World {
  readonly clock: Clock
  readonly random: Random
  readonly nodes: Map<string, Node>
  readonly listeners: Map<string, Listener>
  readonly addresses: Map<string, Node>
  weather: Weather
  readonly links: Map<string, Weather>
  nextFlow: number
  readonly counts: Record<Happening, number>
  /** The last events, as a ring. */
  readonly ring: Event[]
  readonly keep: number
  noted: number
  readonly names: Readonly<Record<string, readonly DnsRecord[]>>
  /** Gives one input to a node's engine and does what it says. */
  feed(node: Node, input: EdgeInput): void
}

export function newCounts(): Record<Happening, number> {
  return { datagram: 0, lost: 0, duplicate: 0, nobody: 0, tooLarge: 0, opened: 0, refused: 0, bytes: 0, message: 0, reset: 0, closed: 0, known: 0, suspect: 0 }
}

export function endpoint(transport: Transport, address: string, port: number): string { return `${transport}/${address}/${port}` }

export function weatherBetween(world: World, from: Node, to: Node | undefined): Weather {
  return (world.links.size > 0 && to ? world.links.get(`${from.name}>${to.name}`) : undefined) ?? world.weather
}

export function note(world: World, what: Happening, from: string, to: string, transport: Transport, data: string): void {
  world.counts[what]++
  if (world.keep > 0) world.ring[world.noted++ % world.keep] = { at: world.clock.now, what, from, to, transport, data }
}
