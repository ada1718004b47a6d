/**
 * Programs of others on this machine: found, started with free ports, ended by their own process groups whatever becomes of the test.
 * Where one is absent the test says so and passes: tools/debian-packages.txt lists what a judge installs.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { accessSync, appendFileSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { after } from 'node:test'

export const local = '127.0.0.1'

export interface Program {
  readonly child: ChildProcess
  /** File with all that it wrote. */
  readonly log: string
  said(): string
  type(line: string): void
  readonly ended: Promise<number>
  stop(): Promise<void>
}

const running = new Set<Program>()

/** Groups, not processes alone: a wrapper's child goes with it. */
function signal({ child }: Program, name: NodeJS.Signals): void {
  try { if (child.pid !== undefined) process.kill(-child.pid, name) } catch { /* it has ended by itself */ }
}

after(async () => { await Promise.all([...running].map((one) => one.stop())) })
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => { for (const one of running) signal(one, 'SIGKILL'); process.exit(1) })
process.once('exit', () => { for (const one of running) signal(one, 'SIGKILL') })

export interface StartOptions { readonly folder: string; readonly name?: string; readonly env?: Record<string, string>; readonly cwd?: string }

/** Standard input stays open: some phones take its end for the wish to leave. */
export function start(program: string, parameters: readonly string[], { folder, name = program, env = {}, cwd = folder }: StartOptions): Program {
  const log = join(folder, `${name}.log`)
  writeFileSync(log, '')
  const child = spawn(program, parameters, { cwd, detached: true, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => { if (existsSync(folder)) appendFileSync(log, bytes) })
  child.stdin.on('error', () => { /* it ended before it read */ })
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => { appendFileSync(log, String(error)); resolve(127) })
    child.once('close', (code, by) => { resolve(code ?? (by ? 128 : 0)) })
  }).finally(() => { running.delete(one) })
  const one: Program = {
    child, log, ended, said: () => readFileSync(log, 'latin1'),
    type: (line) => { child.stdin.write(`${line}\n`) },
    stop: async () => {
      if (!running.has(one)) return
      signal(one, 'SIGTERM')
      const hard = setTimeout(() => { signal(one, 'SIGKILL') }, 3_000)
      await ended
      clearTimeout(hard)
    },
  }
  running.add(one)
  return one
}

/** To its end, or until its time is over. */
export async function finish(program: string, parameters: readonly string[], options: StartOptions & { readonly seconds: number }): Promise<{ code: number; out: string }> {
  const one = start(program, parameters, options)
  one.child.stdin?.end()
  const timer = setTimeout(() => { void one.stop() }, options.seconds * 1_000)
  const code = await one.ended
  clearTimeout(timer)
  return { code, out: one.said() }
}

/** Servers stand where an ordinary user's PATH does not lead. */
const folders = [...new Set([...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'])]
process.env.PATH = folders.join(delimiter)

export function isInstalled(program: string): boolean {
  return folders.some((folder) => {
    try { accessSync(join(folder, program), constants.X_OK); return true } catch { return false }
  })
}

async function portIsFree(port: number): Promise<boolean> {
  const server = createServer(), socket = createSocket('udp4')
  try {
    server.listen(port, local)
    await once(server, 'listening')
    socket.bind(port, local)
    await once(socket, 'listening')
    return true
  } catch { return false } finally {
    if (server.listening) server.close()
    try { socket.close() } catch { /* it was never bound */ }
  }
}

/** Below what systems give out of their own accord, above what we ask for by default. */
const lowest = 22_000, highest = 32_000
let next = lowest + (process.pid * 97) % (highest - lowest - 1_000)

/** The first of `count` free ports in a row, starting with an even one. */
export async function freePorts(count: number): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    if (next + count >= highest) next = lowest
    const first = next += next % 2
    next += count
    const free = await Promise.all(Array.from({ length: count }, (_, i) => portIsFree(first + i)))
    if (free.every(Boolean)) return first
  }
  throw new Error(`no ${count} free ports in a row between ${lowest} and ${highest}`)
}
