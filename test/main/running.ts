/** A whole Ringfort in real processes: started, heard, spoken to, ended. Every port is free, every directory its own. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after } from 'node:test'

export const main = resolve(import.meta.dirname, '../../src/main.ts')

/** Long enough for a machine that has much else to do. */
const patience = 60_000

const folders: string[] = [], running = new Set<Running>()
after(async () => {
  for (const one of running) await one.kill()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Short: a socket's path has 107 octets. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rf-'))
  folders.push(folder)
  return folder
}

/** Ports that the system chooses. */
export const anyPorts = 'services: { sip-udp: { port: 0 }, sip-tcp: { port: 0 }, sip-tls: { port: 0 }, sip-wss: { port: 0 }, metrics: { port: 0 } }\n'

export const twoPhones = `system: { domain: example.test }
${anyPorts}users:
  - { userId: alice, displayName: Alice Adams, extension: "1001" }
  - { userId: bob, extension: "1002" }
phones:
  - { name: alice-desk, user: alice, digest: { user: alice-desk, password: "battery-staple-1" }, deviceSecurityMode: nonSecure, mediaSecurity: preferred }
  - { name: bob-desk, user: bob, digest: { user: bob-desk, password: "battery-staple-2" }, deviceSecurityMode: nonSecure, mediaSecurity: preferred }
`

export function siteFile(text: string): string {
  const file = join(newFolder(), 'site.yaml')
  writeFileSync(file, text)
  return file
}

export interface Service { readonly name: string; readonly transport: string; readonly address: string; readonly port: number }
export interface Event { readonly event: string; readonly services?: readonly Service[]; readonly [field: string]: unknown }

export interface Running {
  readonly child: ChildProcess
  readonly dataDir: string
  readonly events: readonly Event[]
  said(): { out: string; error: string }
  /** The first event of this name that comes after `from` of them. */
  event(name: string, from?: number): Promise<Event>
  port(name: string): number
  ended(): Promise<number>
  stop(signal?: NodeJS.Signals): Promise<number>
  kill(): Promise<void>
}

export function launch(dataDir: string, options: readonly string[] = [], command: readonly string[] = []): Running {
  const [program, ...before] = [...command, process.execPath]
  const child = spawn(program!, [...before, main, 'start', '--data', dataDir, '--json', ...options], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_TEST_CONTEXT: undefined } })
  const events: Event[] = [], waiting = new Set<() => void>()
  let [out, error, rest] = ['', '', '']
  const look = (): void => { for (const one of waiting) one() }
  child.stderr.on('data', (bytes: Buffer) => { error += bytes.toString() })
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString()
    const lines = (rest + bytes.toString()).split('\n')
    rest = lines.pop()!
    for (const line of lines) events.push(JSON.parse(line) as Event)
    look()
  })
  const ended = once(child, 'close').then(([code]) => { running.delete(one); look(); return code as number })
  const one: Running = {
    child, dataDir, events, said: () => ({ out, error }),
    event: (name, from = 0) => heard(() => events.filter((e) => e.event === name)[from], waiting, () => child.exitCode !== null, `${name}: ${out}${error}`),
    port: (name) => events[0]?.services?.find((s) => s.name === name)?.port ?? assert.fail(`${name} is not bound: ${out}${error}`),
    ended: () => ended,
    stop: async (signal = 'SIGTERM') => { child.kill(signal); return ended },
    kill: async () => { if (child.exitCode === null && child.signalCode === null) { child.kill('SIGTERM'); await ended } },
  }
  running.add(one)
  return one
}

function heard<T>(find: () => T | undefined, waiting: Set<() => void>, over: () => boolean, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => { waiting.delete(look); reject(new Error(`not heard: ${what}`)) }, patience)
    const look = (): void => {
      const found = find()
      if (found === undefined && !over()) return
      waiting.delete(look)
      clearTimeout(timer)
      if (found === undefined) reject(new Error(`ended before: ${what}`))
      else resolve(found)
    }
    waiting.add(look)
    look()
  })
}

/** Starts, and waits until every listener answers. */
export async function up(dataDir: string, options: readonly string[] = []): Promise<Running> {
  const one = launch(dataDir, options)
  await one.event('ready')
  return one
}

/** Runs one command to its end. */
export async function ringfort(parameters: readonly string[], cwd = newFolder()): Promise<{ code: number; out: string; error: string }> {
  const child = spawn(process.execPath, [main, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'], cwd, env: { ...process.env, NODE_TEST_CONTEXT: undefined } })
  let [out, error] = ['', '']
  child.stdout.on('data', (bytes: Buffer) => { out += bytes.toString() })
  child.stderr.on('data', (bytes: Buffer) => { error += bytes.toString() })
  const [code] = await once(child, 'close')
  return { code: code as number, out, error }
}

export interface LogLine { readonly event: string; readonly process: string; readonly level: string; readonly [field: string]: unknown }

export function logText(dataDir: string): string { return readFileSync(join(dataDir, 'log/ringfort.log'), 'utf8') }

/** Asked again until it holds: for what another process does in its own time. */
export async function until<T>(find: () => T | undefined | Promise<T | undefined>, what: string): Promise<T> {
  const end = performance.now() + patience
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    if (performance.now() > end) assert.fail(`never: ${what}`)
    await new Promise((resolve) => { setTimeout(resolve, 50) })
  }
}

export function logLines(dataDir: string): LogLine[] { return logText(dataDir).split('\n').filter(Boolean).map((line) => JSON.parse(line) as LogLine) }

/** The process of this role that the launcher reported last. */
export function pidOf(dataDir: string, role: string, times = 1): Promise<number> {
  return until(() => logLines(dataDir).find((l) => l.event === 'process.ready' && l.role === role && l.times === times)?.child as number | undefined, `${role} ${times}`)
}
