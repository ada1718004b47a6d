/**
 * A network in memory between whole engines, in virtual time, from a seed: what happens once happens again with the same seed.
 *
 * The engines see what edge/ would give them (kit/flow.ts): datagrams late, lost, doubled, out of order; connections chopped, glued, broken.
 */
import type { Engine } from '../../edge/door.ts'
import type { DnsRecord, DnsReply } from '../../kit/dns.ts'
import type { EdgeInput, EdgeOutput } from '../../kit/flow.ts'
import type { Millis, Random } from '../../kit/machine.ts'
import { type Clock, newClock, nextMoment, schedule, tick } from './clock.ts'
import { answerDatagram, sendDatagram } from './datagrams.ts'
import { seededRandom } from './random.ts'
import { closeFlow, reset, sendOnFlow, sendOverStream } from './streams.ts'
import { fair, severed, type Weather } from './weather.ts'
import { endpoint, type Event, newCounts, type Node, type NodeSettings, note, type World } from './world.ts'

export interface NetworkSettings {
  readonly seed: number
  /** Where the clock begins; 0 if left out. */
  readonly now?: Millis
  /** Of every link that has none of its own; fair if left out. */
  readonly weather?: Weather
  /** What the name servers know: `SRV _sip._udp.example.test` and its records; they may be changed while it runs. */
  readonly names?: Record<string, readonly DnsRecord[]>
  /** How many events the trace keeps; 10,000 if left out. */
  readonly keep?: number
}

export interface Network {
  readonly clock: Clock
  readonly random: Random
  /** Throws where a name or an address is taken. */
  add(node: NodeSettings): void
  /** The node dies: its listeners are gone, its connections break. */
  remove(name: string): void
  setWeather(weather: Weather): void
  /** Both ways; undefined: as everywhere. */
  setLink(a: string, b: string, weather: Weather | undefined): void
  /** Nothing passes between the two until setLink says otherwise. */
  sever(a: string, b: string): void
  /** Has a node do something by itself, as a person at a phone would. */
  act<E extends Engine>(name: string, engine: E, how: (engine: E, now: Millis) => readonly EdgeOutput[]): void
  /** Runs until the clock shows this. */
  run(until: Millis): void
  /** Runs until nothing is under way and nobody waits for anything: true. False once `within` milliseconds have passed. */
  idle(within: Millis): boolean
  /** Sides of connections that are open. */
  connections(): number
  readonly counts: Readonly<World['counts']>
  /** The last events, oldest first. */
  trace(): Event[]
  close(): void
}

export function newNetwork(settings: NetworkSettings): Network {
  const world = newWorld(settings)
  const { clock } = world
  return {
    clock, random: world.random, counts: world.counts,
    add: (node) => add(world, node),
    remove: (name) => remove(world, node(world, name)),
    setWeather: (weather) => { world.weather = weather },
    setLink: (a, b, weather) => link(world, a, b, weather),
    sever: (a, b) => link(world, a, b, severed),
    act: (name, engine, how) => turn(world, node(world, name), () => how(engine, clock.now)),
    run: (until) => run(clock, until),
    idle: (within) => idle(clock, within),
    connections: () => [...world.nodes.values()].reduce((sum, each) => sum + each.ends.size, 0),
    trace: () => trace(world),
    close: () => { for (const each of world.nodes.values()) each.alive = false; clock.heap.length = 0 },
  }
}

function newWorld({ seed, now = 0, weather = fair, keep = 10_000, names = {} }: NetworkSettings): World {
  const world: World = {
    clock: newClock(now), random: seededRandom(seed), weather, nodes: new Map(), listeners: new Map(), addresses: new Map(), links: new Map(),
    nextFlow: 1, counts: newCounts(), ring: [], keep, noted: 0, names,
    feed: (to, input) => feed(world, to, input),
  }
  return world
}

function node(world: World, name: string): Node {
  const found = world.nodes.get(name)
  if (!found) throw new Error(`no node ${name}`)
  return found
}

function add(world: World, settings: NodeSettings): void {
  const taken = settings.addresses.find((address) => world.addresses.has(address))
  if (world.nodes.has(settings.name) || taken !== undefined) throw new Error(`${taken ?? settings.name} is taken`)
  const added: Node = { ...settings, alive: true, wakeSet: undefined, nextPort: 32_768, ends: new Map(), dials: new Map(), inbound: new Map() }
  world.nodes.set(added.name, added)
  for (const address of added.addresses) {
    world.addresses.set(address, added)
    for (const service of added.services) world.listeners.set(endpoint(service.transport, address, service.port), { node: added, service, address })
  }
  watch(world, added)
}

function remove(world: World, gone: Node): void {
  gone.alive = false
  world.nodes.delete(gone.name)
  for (const address of gone.addresses) {
    world.addresses.delete(address)
    for (const { transport, port } of gone.services) world.listeners.delete(endpoint(transport, address, port))
  }
  for (const end of gone.ends.values()) reset(world, end, 0)
}

function link(world: World, a: string, b: string, weather: Weather | undefined): void {
  for (const key of [`${node(world, a).name}>${node(world, b).name}`, `${b}>${a}`]) {
    if (weather) world.links.set(key, weather)
    else world.links.delete(key)
  }
}

function feed(world: World, to: Node, input: EdgeInput): void {
  if (to.alive) turn(world, to, () => to.engine.step(world.clock.now, input))
}

function turn(world: World, who: Node, how: () => readonly EdgeOutput[]): void {
  for (const output of how()) perform(world, who, output)
  watch(world, who)
}

function perform(world: World, who: Node, output: EdgeOutput): void {
  switch (output.do) {
    case 'send':
      if (output.flow.transport === 'udp') answerDatagram(world, who, output.flow, output.data, output.ref)
      else sendOnFlow(world, who, output.flow, output.data, output.ref)
      return
    case 'sendTo':
      if (output.to.transport === 'udp') sendDatagram(world, who, output.to, output.data, output.ref)
      else sendOverStream(world, who, output.to, output.data, output.ref)
      return
    case 'close': closeFlow(world, who, output.flow, output.why); return
    case 'known': note(world, 'known', who.name, output.flow.remoteAddress, output.flow.transport, ''); return
    case 'suspect': note(world, 'suspect', who.name, output.flow.remoteAddress, output.flow.transport, output.why); return
    case 'ask': ask(world, who, output); return
  }
}

/** The name servers are as far as everybody else, there and back. */
function ask(world: World, who: Node, { id, type, name }: Extract<EdgeOutput, { do: 'ask' }>): void {
  const records = world.names[`${type} ${name}`]
  const reply: DnsReply = records && records.length > 0 ? { is: 'answer', records, ttl: 60 } : { is: 'noAnswer', why: 'notFound' }
  schedule(world.clock, world.clock.now + 2 * world.weather.delay, () => world.feed(who, { is: 'reply', id, reply }))
}

/** Has the clock ask again when the engine wants to be woken. */
function watch(world: World, who: Node, earliest: Millis = world.clock.now): void {
  const wanted = who.engine.wakeAt
  if (wanted === undefined || !who.alive) return
  const at = Math.max(wanted, earliest)
  if (who.wakeSet !== undefined && who.wakeSet <= at) return
  who.wakeSet = at
  schedule(world.clock, at, () => wake(world, who, at))
}

function wake(world: World, who: Node, at: Millis): void {
  if (who.wakeSet !== at || !who.alive) return   // an earlier moment was asked for since
  who.wakeSet = undefined
  const { now } = world.clock
  const due = who.engine.wakeAt !== undefined && who.engine.wakeAt <= now
  if (due) for (const output of who.engine.step(now, { is: 'wake' })) perform(world, who, output)
  watch(world, who, due ? now + 1 : now)   // an engine that leaves wakeAt in the past is asked again a millisecond later: time goes on
}

function run(clock: Clock, until: Millis): void {
  for (let next = nextMoment(clock); next !== undefined && next <= until; next = nextMoment(clock)) tick(clock)
  clock.now = Math.max(clock.now, until)
}

function idle(clock: Clock, within: Millis): boolean {
  const until = clock.now + within
  for (let next = nextMoment(clock); next !== undefined && next <= until; next = nextMoment(clock)) tick(clock)
  if (clock.heap.length === 0) return true
  clock.now = until
  return false
}

function trace(world: World): Event[] {
  const { ring, noted, keep } = world
  return noted <= keep ? [...ring] : [...ring.slice(noted % keep), ...ring.slice(0, noted % keep)]
}
