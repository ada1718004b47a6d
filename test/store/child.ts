/** What the tests need around child processes and scratch directories. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after } from 'node:test'

export function scratch(): () => string {
  const root = mkdtempSync(join(tmpdir(), 'ringfort-store-'))
  after(() => rmSync(root, { recursive: true, force: true }))
  let count = 0
  return () => join(root, String(count++))
}

const started: ChildProcess[] = []
after(() => { for (const process of started) process.kill('SIGKILL') })   // whatever a failed test left

export interface Child { process: ChildProcess; lines: AsyncIterator<string>; ended: Promise<unknown> }

/** Runs a program of this folder; it speaks in lines. */
export function child(program: string, args: string[], wrapper: readonly string[] = []): Child {
  const command = [...wrapper, process.execPath, join(import.meta.dirname, program), ...args]
  const born = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] })
  started.push(born)
  return { process: born, lines: createInterface({ input: born.stdout! })[Symbol.asyncIterator](), ended: once(born, 'exit') }
}

export async function line(from: Child): Promise<string> {
  const { value, done } = await from.lines.next()
  return done ? '' : value
}

/** How to run a program in mounts of its own, so that it may have a tiny disk; undefined where the machine does not let us. */
export function ownMounts(): string[] | undefined {
  return [['unshare', '--mount'], ['unshare', '--mount', '--map-root-user']]
    .find((wrapper) => spawnSync(wrapper[0]!, [...wrapper.slice(1), 'mount', '-t', 'tmpfs', 'none', tmpdir()]).status === 0)
}
