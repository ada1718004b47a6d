/** Processes that a bench starts: their CPU time and memory as the kernel counts them, and their end. Linux. */
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')
export const pause = (milliseconds: number): Promise<void> => new Promise((done) => { setTimeout(done, milliseconds) })

/** With two processors the generator runs on one and the server on the other, as the peers' figures were taken. */
const pinned = cpus().length > 1 && existsSync('/usr/bin/taskset')
export const generatorCore = '0', serverCore = '1'

const children = new Set<ChildProcess>()
process.on('exit', () => { for (const child of children) child.kill('SIGKILL') })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { process.exit(1) })

/** `core`: undefined for all of them. */
export function run(core: string | undefined, command: string, parameters: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const [program, ...rest] = pinned && core !== undefined ? ['taskset', '-c', core, command, ...parameters] : [command, ...parameters]
  const child = spawn(program!, rest, { stdio: 'ignore', ...options })
  children.add(child)
  child.once('exit', () => { children.delete(child) })
  return child
}

export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  const late = setTimeout(() => { child.kill('SIGKILL') }, 15_000)
  await gone
  clearTimeout(late)
}

/** A process and all that it started. */
export function family(pid: number): number[] {
  const own = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return [pid, ...own.split(' ').filter(Boolean).flatMap((child) => family(Number(child)))]
}

/** Seconds of CPU, user and system, over all threads that these processes have and had: clock ticks of 10 ms. */
export function cpuSeconds(pids: readonly number[]): number {
  let ticks = 0
  for (const pid of pids) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / 100
}

export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024
}

export function loadAverage(): string { return readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 1).join() }

/** Ports that nobody listens at now. */
export async function freePorts(count: number): Promise<number[]> {
  const sockets = await Promise.all(Array.from({ length: count }, async () => {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return socket
  }))
  const ports = sockets.map((socket) => socket.address().port)
  for (const socket of sockets) socket.close()
  return ports
}

const folders: string[] = []
process.on('exit', () => { for (const folder of folders) rmSync(folder, { recursive: true, force: true }) })
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringfort-bench-'))
  folders.push(folder)
  return folder
}
