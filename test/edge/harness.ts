/** A door on loopback with an engine of the test's own; everything it heard can be waited for. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { after } from 'node:test'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { ensureAuthority, issue } from '../../src/edge/authority.ts'
import { type Binding, planBindings } from '../../src/edge/bindings.ts'
import { type Edge, openEdge } from '../../src/edge/drive.ts'
import type { Engine } from '../../src/edge/door.ts'
import { newGuard } from '../../src/edge/guard.ts'
import type { GuardLimits } from '../../src/edge/limits.ts'
import { secureContexts, type TlsContexts, type TlsOptions } from '../../src/edge/tls.ts'
import type { EdgeInput, EdgeOutput, Flow, Transport } from '../../src/kit/flow.ts'
import type { Wake } from '../../src/kit/machine.ts'
import type { Problem } from '../../src/kit/result.ts'

export type Heard = EdgeInput | Wake

/** Answers every datagram, piece and message with what it got. */
export function echo(_now: number, input: Heard): EdgeOutput[] {
  return 'bytes' in input ? [{ do: 'send', flow: input.flow, data: input.bytes.toString('latin1') }] : []
}

export interface House {
  readonly edge: Edge
  readonly heard: Heard[]
  readonly logged: Problem[]
  /** The first input that fits, now or to come. */
  wait<T extends Heard['is']>(is: T, fits?: (input: Extract<Heard, { is: T }>) => boolean): Promise<Extract<Heard, { is: T }>>
  port(transport: Transport): number
  close(): Promise<void>
}

export interface HouseOptions {
  readonly services?: readonly string[]
  /** Instead of `services`. */
  readonly bindings?: readonly Binding[]
  readonly welcome?: (flow: Flow) => boolean
  readonly listen?: string | string[]
  readonly tls?: TlsContexts
  readonly limits?: Partial<GuardLimits>
  readonly step?: Engine['step']
}

export function bindingsFor(names: readonly string[], listen: string | string[] = '127.0.0.1'): Binding[] {
  const plan = planBindings({ listen, services: Object.fromEntries(['sip-udp', 'sip-tcp', 'sip-tls', 'sip-wss'].map((name) => [name, { port: 0 }])) })
  assert.ok(plan.ok)
  return plan.value.bindings.filter((b) => names.includes(b.name))
}

/** A test that fails leaves its door open: closed here, or the run would never end. */
const open = new Set<Edge>()
after(async () => { for (const edge of open) await edge.close(0) })

export async function openHouse({ services = ['sip-udp'], bindings, welcome, listen, tls, limits, step = echo }: HouseOptions): Promise<House> {
  const heard: Heard[] = [], logged: Problem[] = [], waiting = new Set<() => void>()
  const engine: Engine = {
    wakeAt: undefined,
    step(now, input) {
      heard.push(input)
      for (const look of waiting) look()
      return step(now, input)
    },
  }
  const opened = await openEdge({ services: bindings ?? bindingsFor(services, listen), welcome, tls, guard: newGuard(limits), engine, now: () => performance.now(), log: (_level, problem) => logged.push(problem) })
  assert.ok(opened.ok, JSON.stringify(opened))
  const edge = opened.value
  open.add(edge)
  return {
    edge, heard, logged,
    wait: (is, fits = () => true) => new Promise((resolve) => {
      const look = () => {
        const found = heard.find((input): input is Extract<Heard, { is: typeof is }> => input.is === is && fits(input as Extract<Heard, { is: typeof is }>))
        if (found) { waiting.delete(look); resolve(found) }
      }
      waiting.add(look)
      look()
    }),
    port: (transport) => edge.localAddresses()[transport]?.[0]?.port ?? assert.fail(transport),
    close: () => {
      open.delete(edge)
      return edge.close(200)
    },
  }
}

export interface Pki { readonly directory: string; readonly ca: string; contexts(options?: TlsOptions): TlsContexts; device(name: string): Promise<{ cert: string; key: string }>; remove(): void }

export async function makePki(names: string[] = ['example.test'], now = Date.now()): Promise<Pki> {
  const directory = join(mkdtempSync(join(tmpdir(), 'ringfort-edge-')), 'pki')
  const made = await ensureAuthority(directory, names, now)
  assert.ok(made.ok, JSON.stringify(made))
  return {
    directory, ca: readFileSync(join(directory, 'ca.pem'), 'utf8'),
    contexts: (options = {}) => {
      const contexts = secureContexts(directory, options, now)
      assert.ok(contexts.ok, JSON.stringify(contexts))
      return contexts.value
    },
    device: async (name) => {
      const issued = await issue(directory, name, 'peer', now)
      assert.ok(issued.ok)
      return { cert: issued.value.certificate, key: issued.value.key.reveal() }
    },
    remove: () => rmSync(join(directory, '..'), { recursive: true, force: true }),
  }
}

export async function tcpTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** A TLS connection, or the code of what went wrong. */
export function tlsTo(port: number, options: ConnectionOptions): Promise<TLSSocket | string> {
  return new Promise((resolve) => {
    const socket = connectTls({ port, host: '127.0.0.1', ...options }, () => resolve(socket))
    socket.on('error', (error) => resolve((error as { code?: string }).code ?? error.message))
  })
}

export function closedOf(socket: Socket): Promise<unknown> {
  socket.resume()
  return socket.destroyed ? Promise.resolve() : once(socket, 'close')
}

/** What came back for one datagram. */
export async function askUdp(port: number, data: string, address = '127.0.0.1'): Promise<string> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  socket.send(data, port, address)
  const [bytes] = await once(socket, 'message') as [Buffer]
  socket.close()
  return bytes.toString()
}

export async function readOnce(socket: Socket): Promise<string> {
  const [bytes] = await once(socket, 'data') as [Buffer]
  return bytes.toString('latin1')
}
