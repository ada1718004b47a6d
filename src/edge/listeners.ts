/** The set of open listeners: opened all or none, and brought from one set to another without touching what stays. */
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import type { Binding } from './bindings.ts'
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

/**
 * Opens what is new first; where that fails nothing has changed. Connections of what is closed end.
 * A listener of ours that holds a port for another address makes way first, and comes back where the new one cannot be opened.
 */
export async function reconcileListeners(door: Door, now: readonly Listener[], wanted: readonly Binding[]): Promise<Result<Listener[], Problem[]>> {
  const wantedKeys = new Set(wanted.map(keyOf))
  const standing = new Set(now.map((l) => keyOf(l.binding)))
  const fresh = wanted.filter((binding) => !standing.has(keyOf(binding)))
  const inTheWay = now.filter((l) => !wantedKeys.has(keyOf(l.binding)) && fresh.some((binding) => samePort(binding, l)))
  for (const listener of inTheWay) closeListener(listener)
  const opened = await openListeners(door, fresh)
  if (!opened.ok) return fail([...opened.problem, ...await comeBack(door, inTheWay)])
  for (const listener of now) if (!wantedKeys.has(keyOf(listener.binding))) retire(door, listener, inTheWay.includes(listener))
  const all = [...now, ...opened.value]
  return ok(wanted.flatMap((binding) => all.find((l) => keyOf(l.binding) === keyOf(binding)) ?? []))
}

function samePort(binding: Binding, { binding: { transport }, port }: Listener): boolean {
  return binding.port === port && (binding.transport === 'udp') === (transport === 'udp')
}

async function comeBack(door: Door, closed: readonly Listener[]): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  for (const listener of closed) {
    const { binding, port } = listener, again = await openListener(door, { ...binding, port })
    if (again.ok) Object.assign(listener, again.value, { binding })
    else problems.push(again.problem)
  }
  return problems
}

function keyOf({ name, transport, address, port }: Binding): string { return `${name} ${transport} ${address} ${port}` }

function retire(door: Door, listener: Listener, isClosed: boolean): void {
  if (!isClosed) closeListener(listener)
  const why = problem('edge.listenerClosed', listener.binding.name)
  for (const connection of door.connections.values()) {
    const { flow, hop } = connection
    if (hop === undefined && flow.service === listener.binding.name && flow.localPort === listener.port) hangUp(door, connection, why)
  }
}
