/**
 * The driver: owns every socket and the one timer of signalling, and turns any machine that main hands it.
 *
 * Standards  none of its own: it moves bytes and says where they came from
 * Security   the only place that catches our own mistakes: an exception ends the input that caused it and nothing else
 */
import { performance } from 'node:perf_hooks'
import type { EdgeInput, EdgeOutput, Flow, Transport } from '../kit/flow.ts'
import type { Millis, Wake } from '../kit/machine.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import type { Binding } from './bindings.ts'
import { blame, drop, hangUp, say, sweepConnections } from './connections.ts'
import { sendOverConnection, sweepDials } from './dial.ts'
import type { Door, EdgeLog, Engine } from './door.ts'
import { type Guard, guardReport, type GuardReport, makeKnown, reportDelay, tidy } from './guard.ts'
import { closeListener, type Listener, openListeners, reconcileListeners } from './listeners.ts'
import { look, newPressure, type Pressure, sampleEvery } from './pressure.ts'
import { problem, reasonOf } from './problems.ts'
import type { TlsContexts } from './tls.ts'
import { type DnsClient, newDnsClient } from './resolve.ts'
import { answerDatagram, sendDatagram } from './udp.ts'
import { proved } from './watch.ts'

export interface EdgeOptions {
  /** Rows with transport udp, tcp, tls or wss whose bytes go to the engine. */
  readonly services: readonly Binding[]
  readonly tls: TlsContexts | undefined
  readonly guard: Guard
  readonly engine: Engine
  /** Whether somebody is expected at a flow of a listener that trunks alone have; without it nobody is. */
  readonly welcome?: ((flow: Flow) => boolean) | undefined
  /** Milliseconds; should not jump with the wall clock. */
  readonly now: () => Millis
  readonly log: EdgeLog
  /** Answers the engine's questions, closed with the edge; the machine's own resolver if left out. */
  readonly dns?: DnsClient | undefined
}

export interface BoundService { readonly name: string; readonly transport: Transport; readonly address: string; readonly port: number }

export interface EdgeReport extends GuardReport { readonly inputs: number; readonly engineFailures: number; readonly dials: number }

export interface Edge {
  /** What is bound now. */
  bound(): BoundService[]
  /** The first bound address of each transport, for Via and Contact; a wildcard stays one. */
  localAddresses(): LocalAddresses
  /** Opens and closes what differs, all or nothing; connections that no listener answers for any more end. */
  reconcile(services: readonly Binding[]): Promise<readonly Problem[]>
  /** Certificates and versions for connections to come; those that are open stay. */
  setTls(contexts: TlsContexts): void
  /** Ends connections that trunks alone may have, where nobody is expected any more. */
  sift(): void
  /** Gives the engine a turn at once: main changed something behind it, or has output of its own to be done. */
  perform(outputs: readonly EdgeOutput[]): void
  report(): EdgeReport
  /** No new connections; waits up to `grace` ms for what is queued to go out. */
  close(grace: Millis): Promise<void>
}

/** Of each transport, in the order of the configuration. */
export type LocalAddresses = Partial<Record<Transport, readonly { readonly address: string; readonly port: number }[]>>

const sweepEvery = 250
/** After an exception on wake the engine rests this long, or a time that has passed would wake it in a circle. */
const restAfterThrow = 100

interface Drive {
  readonly door: Door
  readonly engine: Engine
  dns: DnsClient | undefined
  inputs: number
  engineFailures: number
  readonly failures: Set<string>
  running: boolean
  readonly inbox: EdgeInput[]
  timer: NodeJS.Timeout | undefined
  timerAt: Millis
  sweepAt: Millis | undefined
  restUntil: Millis
  readonly pressure: Pressure
  listeners: Listener[]
  /** Of `listeners`: asked for every message that goes out. */
  local: LocalAddresses
  closing: boolean
}

/** Opens every listener, or none: the problems then say why. */
export async function openEdge(options: EdgeOptions): Promise<Result<Edge, Problem[]>> {
  const drive = newDrive(options)
  const opened = await openListeners(drive.door, options.services)
  if (!opened.ok) return fail(opened.problem)
  setListeners(drive, opened.value)
  arm(drive)
  return ok(edgeOf(drive))
}

function newDrive({ guard, engine, now, log, tls, dns, welcome = () => false }: EdgeOptions): Drive {
  const door: Door = {
    guard, now, log, tls, welcome, udp: [], nextFlow: 1,
    connections: new Map(), dials: new Map(), inbound: new Map(),
    feed: (input) => feed(drive, input),
    watchful: () => { if (drive.sweepAt === undefined) { drive.sweepAt = now() + sweepEvery; arm(drive) } },
  }
  const drive: Drive = {
    door, engine, dns, inputs: 0, engineFailures: 0, failures: new Set(), running: false, inbox: [], timer: undefined, timerAt: 0,
    sweepAt: undefined, restUntil: 0, pressure: newPressure(now()), listeners: [], local: {}, closing: false,
  }
  return drive
}

function setListeners(drive: Drive, listeners: Listener[]): void {
  drive.listeners = listeners
  drive.local = localAddresses(listeners)
  drive.door.udp = listeners.flatMap((l) => l.udp ?? [])
}

function edgeOf(drive: Drive): Edge {
  const { door } = drive
  return {
    bound: () => drive.listeners.map(({ binding, address, port }) => ({ name: binding.name, transport: binding.transport, address, port })),
    localAddresses: () => drive.local,
    reconcile: async (services) => {
      const { listeners, problems } = await reconcileListeners(door, drive.listeners, services)
      setListeners(drive, listeners)
      return problems
    },
    setTls: (contexts) => {
      door.tls = contexts
      for (const listener of drive.listeners) listener.stream?.setTls(contexts)
    },
    sift: () => { sift(drive) },
    perform: (outputs) => { doAll(drive, outputs); drain(drive); arm(drive) },
    report: () => ({ ...guardReport(door.guard, door.now()), inputs: drive.inputs, engineFailures: drive.engineFailures, dials: door.dials.size }),
    close: (grace) => close(drive, grace),
  }
}

/** What the configuration does not know any more goes; what it knows is not touched. */
function sift({ door, listeners }: Drive): void {
  const services = new Set(listeners.flatMap(({ binding }) => binding.trunks?.only ? [binding.name] : []))
  for (const connection of services.size === 0 ? [] : door.connections.values()) {
    const { flow, hop } = connection
    if (hop === undefined && services.has(flow.service) && !door.welcome(flow)) hangUp(door, connection, problem('edge.notExpected', flow.remoteAddress))
  }
}

function localAddresses(listeners: readonly Listener[]): LocalAddresses {
  return Object.groupBy(listeners, ({ binding }) => binding.transport)
}

function feed(drive: Drive, input: EdgeInput): void {
  if (drive.running) { drive.inbox.push(input); return }
  turn(drive, input)
  if (drive.inbox.length > 0) drain(drive)
  if (++drive.inputs % sampleEvery === 0) measure(drive)
  arm(drive)
}

function drain(drive: Drive): void {
  for (let i = 0; i < drive.inbox.length; i++) turn(drive, drive.inbox[i]!)
  drive.inbox.length = 0
}

/** One input, one step, its outputs. Nothing that the engine does wrong goes further than this. */
function turn(drive: Drive, input: EdgeInput | Wake): void {
  drive.running = true
  const now = drive.door.now()
  try {
    doAll(drive, drive.engine.step(now, input))
  } catch (error) {
    if (input.is === 'wake') drive.restUntil = now + restAfterThrow
    blameEngine(drive, input.is, error)
  } finally {
    drive.running = false
  }
}

const failuresRemembered = 100

/** Each place that throws is told once; every time is counted. */
function blameEngine(drive: Drive, input: string, error: unknown): void {
  drive.engineFailures++
  const stack = error instanceof Error ? error.stack ?? error.message : String(error)
  const place = stack.split('\n').slice(0, 2).join(' ').slice(0, 300)
  if (drive.failures.has(place) || drive.failures.size >= failuresRemembered) return
  drive.failures.add(place)
  const frames = stack.split('\n').slice(1, 6).map((line) => line.trim()).join(' < ')   // not the message: it may quote what a stranger sent
  drive.door.log('error', problem('edge.engineThrew', input, `${error instanceof Error ? error.name : 'error'} ${frames}`))
}

function doAll(drive: Drive, outputs: readonly EdgeOutput[]): void {
  const outer = drive.running
  drive.running = true
  try {
    for (const output of outputs) if (output.do === 'ask') ask(drive, output); else perform(drive.door, output)
  } finally {
    drive.running = outer
  }
}

/** The resolver is made at the first question: who asks none reads no hosts file and opens no socket. */
function ask(drive: Drive, { id, type, name }: Extract<EdgeOutput, { do: 'ask' }>): void {
  drive.dns ??= newDnsClient()
  void drive.dns.ask(type, name).then((reply) => { if (!drive.closing) feed(drive, { is: 'reply', id, reply }) })
}

function perform(door: Door, output: Exclude<EdgeOutput, { do: 'ask' }>): void {
  switch (output.do) {
    case 'send':    if (output.flow.id === 0) answerDatagram(door, output.flow, output.data, output.ref); else sendOnFlow(door, output); break
    case 'sendTo':  if (output.to.transport === 'udp') sendDatagram(door, output.to, output.data, output.ref); else sendOverConnection(door, output.to, output.data, output.ref); break
    case 'close':   closeFlow(door, output.flow.id, output.why); break
    case 'known':   known(door, output); break
    case 'suspect': blame(door, output.flow, output.weight); break
  }
}

function sendOnFlow(door: Door, { flow, data, ref }: Extract<EdgeOutput, { do: 'send' }>): void {
  const connection = door.connections.get(flow.id)
  const refuse = (why: Problem) => {
    const { transport, remoteAddress: address, remotePort: port } = flow
    if (ref !== undefined) door.feed({ is: 'failed', ref, to: { transport, address, port }, why })
  }
  if (!connection || connection.endedAt !== undefined) refuse(problem('edge.noConnection', flow.remoteAddress))
  else say(door, connection, data, ref === undefined ? undefined : (error) => { if (error) refuse(problem('edge.connectionLost', flow.remoteAddress, reasonOf(error))) })
}

function closeFlow(door: Door, id: number, why: Problem): void {
  const connection = door.connections.get(id)
  if (connection) hangUp(door, connection, why)
}

function known(door: Door, { flow, until }: Extract<EdgeOutput, { do: 'known' }>): void {
  makeKnown(door.guard, flow.remoteAddress, until)
  tidy(door.guard, door.now())
  const connection = door.connections.get(flow.id)
  if (connection) proved(door.guard, connection.watch, door.now())
}

function measure(drive: Drive): void {
  const { idleTime: idle, uvMetricsInfo: { loopCount: turns } } = performance.nodeTiming
  const { guard, now } = drive.door, at = now()
  reportDelay(guard, at, look(drive.pressure, at, { idle, turns, datagrams: guard.counters.datagrams }, guard.limits.queueInputs))
}

/** The one timer: the engine's next wake or the next sweep, whichever comes first. */
function arm(drive: Drive): void {
  const wake = drive.engine.wakeAt
  const wakeAt = wake === undefined ? undefined : Math.max(wake, drive.restUntil)
  const at = wakeAt === undefined ? drive.sweepAt : Math.min(wakeAt, drive.sweepAt ?? wakeAt)
  if (at === undefined || drive.closing || (drive.timer && drive.timerAt <= at)) return
  clearTimeout(drive.timer)
  drive.timerAt = at
  drive.timer = setTimeout(() => ring(drive), Math.min(Math.max(1, Math.ceil(at - drive.door.now())), 2 ** 31 - 1))
}

function ring(drive: Drive): void {
  drive.timer = undefined
  const now = drive.door.now()
  const { wakeAt } = drive.engine
  if (wakeAt !== undefined && wakeAt <= now && drive.restUntil <= now) {
    turn(drive, { is: 'wake' })
    drain(drive)
  }
  if (drive.sweepAt !== undefined && drive.sweepAt <= now) sweep(drive, now)
  arm(drive)
}

function sweep(drive: Drive, now: Millis): void {
  const { door } = drive
  sweepConnections(door, now)
  sweepDials(door, now)
  for (const listener of drive.listeners) listener.stream?.sweep(now)
  tidy(door.guard, now)
  drive.sweepAt = door.guard.open > 0 || door.dials.size > 0 ? now + sweepEvery : undefined
}

async function close(drive: Drive, grace: Millis): Promise<void> {
  const { door } = drive
  const why = problem('edge.closing')
  const streams = drive.listeners.filter((l) => !l.udp)
  for (const listener of streams) closeListener(listener)
  for (const connection of door.connections.values()) hangUp(door, connection, why)
  for (const dial of door.dials.values()) if (!dial.connection) dial.socket?.destroy()
  await allClosed(door, grace)
  for (const connection of door.connections.values()) drop(door, connection, why)
  drive.closing = true
  drive.dns?.close()
  clearTimeout(drive.timer)
  for (const listener of drive.listeners) if (listener.udp) closeListener(listener)
}

/** Resolves once no connection is open, at the latest after `grace` ms. */
async function allClosed(door: Door, grace: Millis): Promise<void> {
  const until = performance.now() + grace
  while (door.guard.open > 0 && performance.now() < until) await new Promise((resolve) => { setTimeout(resolve, 10) })
}
