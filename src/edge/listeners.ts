/** The set of open listeners: opened all or none, and brought from one set to another without touching what stays. */
import { isIPv6 } from 'node:net'
import type { Flow } from '../kit/flow.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { type Binding, isAny } from './bindings.ts'
import { hangUp } from './connections.ts'
import type { Door } from './door.ts'
import { withFallback } from './listen.ts'
import { problem } from './problems.ts'
import { openStream, speakSip, type StreamListener } from './stream.ts'
import { openUdp, type UdpListener } from './udp.ts'
import { speakWebSocket } from './websocket.ts'

export interface Listener {
  readonly binding: Binding
  readonly address: string
  readonly port: number
  readonly udp?: UdpListener
  readonly stream?: StreamListener
}

function openListener(door: Door, binding: Binding): Promise<Result<Listener>> {
  return withFallback(binding, door.log, async (port): Promise<Result<Listener>> => {
    if (binding.transport === 'udp') {
      const udp = await openUdp(door, binding, port)
      return udp.ok ? ok({ binding, address: udp.value.address, port: udp.value.port, udp: udp.value }) : udp
    }
    const stream = await openStream(door, binding, port, binding.transport === 'wss' ? speakWebSocket(door) : speakSip(door))
    return stream.ok ? ok({ binding, address: stream.value.address, port: stream.value.port, stream: stream.value }) : stream
  })
}

/** All of them, or none and every problem. */
export async function openListeners(door: Door, bindings: readonly Binding[]): Promise<Result<Listener[], Problem[]>> {
  const results = await Promise.all(bindings.map((binding) => openListener(door, binding)))
  const opened = results.flatMap((r) => r.ok ? [r.value] : [])
  const problems = results.flatMap((r) => r.ok ? [] : [r.problem])
  if (problems.length === 0) return ok(opened)
  for (const listener of opened) closeListener(listener)
  return fail(problems)
}

export function closeListener({ udp, stream }: Listener): void {
  udp?.socket.close()
  stream?.close()
}

/** What is open after a change, and why it is not what was wanted. */
export interface Reconciled { readonly listeners: Listener[]; readonly problems: readonly Problem[] }

/**
 * Opens what is new first; where that fails what was open is open. Connections that no listener answers for any more end.
 * A listener of ours that holds a port for another address makes way first, and comes back where the new one cannot be opened.
 */
export async function reconcileListeners(door: Door, now: readonly Listener[], wanted: readonly Binding[]): Promise<Reconciled> {
  const wantedKeys = new Set(wanted.map(keyOf))
  const standing = new Set(now.map((l) => keyOf(l.binding)))
  const fresh = wanted.filter((binding) => !standing.has(keyOf(binding)))
  const leaving = now.filter((l) => !wantedKeys.has(keyOf(l.binding)))
  const inTheWay = leaving.filter((l) => fresh.some((binding) => samePort(binding, l)))
  for (const listener of inTheWay) closeListener(listener)
  const opened = await openListeners(door, fresh)
  if (!opened.ok) return comeBack(door, now, inTheWay, opened.problem)
  for (const listener of leaving) if (!inTheWay.includes(listener)) closeListener(listener)
  const all = [...now, ...opened.value], listeners = wanted.flatMap((binding) => all.find((l) => keyOf(l.binding) === keyOf(binding)) ?? [])
  for (const listener of leaving) hangUpOn(door, listener, listeners)
  return { listeners, problems: [] }
}

function samePort(binding: Binding, { binding: { transport }, port }: Listener): boolean {
  return binding.port === port && (binding.transport === 'udp') === (transport === 'udp')
}

/** Those that made way open again where they were; their connections were never touched, unless somebody else has the port by now. */
async function comeBack(door: Door, now: readonly Listener[], closed: readonly Listener[], problems: readonly Problem[]): Promise<Reconciled> {
  const again = new Map(await Promise.all(closed.map(async (listener) => [listener, await openListener(door, { ...listener.binding, port: listener.port })] as const)))
  const listeners = now.flatMap((listener) => {
    const back = again.get(listener)
    if (!back) return [listener]
    return back.ok ? [{ ...back.value, binding: listener.binding }] : []
  })
  for (const [listener, back] of again) if (!back.ok) hangUpOn(door, listener, listeners)
  return { listeners, problems: [...problems, ...[...again.values()].flatMap((back) => back.ok ? [] : [back.problem])] }
}

/** Who may come in and what TLS speaks are part of it: with another answer it is another listener, and connections stay. */
function keyOf({ name, transport, address, port, trunks }: Binding): string { return `${name} ${transport} ${address} ${port} ${trunks?.only} ${transport === 'tls' ? trunks?.suites : ''}` }

/** Ends what came in through a listener that is closed, but for connections that one of the open ones would take as well. */
function hangUpOn(door: Door, { binding: { name }, port }: Listener, open: readonly Listener[]): void {
  const why = problem('edge.listenerClosed', name)
  for (const connection of door.connections.values()) {
    const { flow, hop } = connection
    if (hop === undefined && flow.service === name && flow.localPort === port && !open.some((l) => takes(l, flow))) hangUp(door, connection, why)
  }
}

function takes({ binding: { name }, address, port }: Listener, { service, localAddress, localPort }: Flow): boolean {
  return name === service && port === localPort && (address === localAddress || isAny(address) && isIPv6(address) === isIPv6(localAddress))
}
