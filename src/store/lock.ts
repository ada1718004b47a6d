/**
 * The data directory: made with mode 0700, and held by one launcher at a time.
 * The lock is SQLite's exclusive lock on an empty file of its own: an fcntl lock of the kernel, so it ends with the process
 * however that ends (kill -9, power), needs no pid that could be someone else's by now, and no native module.
 *
 * Security   a pid is written beside it for the message alone; nothing in this process may open ringfort.lock otherwise,
 *            for closing any descriptor of a file drops the process's fcntl locks on it
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isMainThread } from 'node:worker_threads'
import { fail, ok, type Result } from '../kit/result.ts'
import { guarded, StoreFailure, storeProblem } from './problems.ts'

export interface Lock { release(): void }

/** Makes the directory if it is missing and shuts it for everyone else. Sets the process's umask to 077. */
export function prepareDirectory(dir: string): Result<void> {
  return guarded(dir, () => {
    if (isMainThread) process.umask(0o077)   // process-wide, children inherit it; a worker may not set it
    makeDirectory(resolve(dir))
    const found = statSync(dir)
    if (!found.isDirectory()) throw new StoreFailure(storeProblem('store.notDirectory', dir))
    if ((found.mode & 0o777) !== 0o700) chmodSync(dir, 0o700)
  })
}

/** With the ones above it, mode 0700. Not mkdir's own `recursive`: where the system says ENOENT below a directory that is there (/proc), Node 24 tries for ever. */
export function makeDirectory(dir: string): void {
  if (existsSync(dir)) return
  makeDirectory(dirname(dir))   // ends at the root, which is there
  try {
    mkdirSync(dir, { mode: 0o700 })
  } catch (error) {
    if (!existsSync(dir)) throw error   // another process may have been first
  }
}

/** Refused with store.running while another process (or another holder in this one) has it. */
export function lockDataDirectory(dir: string): Result<Lock> {
  const ready = prepareDirectory(dir)
  if (!ready.ok) return ready
  const place = join(dir, 'ringfort.lock')
  const taken = guarded(place, () => takeLock(place))
  if (!taken.ok) return taken.problem.code === 'store.busy' ? fail(storeProblem('store.running', dir, runningText(dir))) : taken
  const noted = guarded(join(dir, 'ringfort.pid'), () => writeFileSync(join(dir, 'ringfort.pid'), String(process.pid), { mode: 0o600 }))
  if (!noted.ok) { taken.value.close(); return noted }
  return ok({ release: () => release(dir, taken.value) })
}

function takeLock(place: string): DatabaseSync {
  const engine = new DatabaseSync(place, { timeout: 0 })
  try {
    engine.prepare('pragma journal_mode = memory').get()   // no journal file to be left behind
    engine.prepare('begin exclusive').run()
  } catch (error) {
    engine.close()
    throw error
  }
  return engine
}

function release(dir: string, engine: DatabaseSync): void {
  if (!engine.isOpen) return
  rmSync(join(dir, 'ringfort.pid'), { force: true })   // before the lock goes: afterwards it could be the next one's
  engine.close()
}

function runningText(dir: string): string {
  const noted = guarded(dir, () => readFileSync(join(dir, 'ringfort.pid'), 'latin1').slice(0, 10))
  const pid = noted.ok && /^[0-9]+$/.test(noted.value) ? ` (process ${noted.value})` : ''
  return `Another ringfort works on this data directory${pid}.`
}
