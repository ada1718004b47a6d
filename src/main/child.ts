/** The common part of a started process: it says that it is up, answers pings, stops when told or when the launcher is gone. */
import type { Problem, Result } from '../kit/result.ts'
import type { BoundPort } from '../admin/live.ts'
import { openLog, type Log } from '../ops/log.ts'
import { dropTo, workAs } from './account.ts'
import type { FromChild, Role, RoleSettings, ToChild } from './talk.ts'

export interface Running {
  readonly services: readonly BoundPort[]
  /** A failure: something acknowledged is not on the disk. */
  stop(): Promise<Result<void>>
}

export type Opened = { ok: true; value: Running } | { ok: false; problem: readonly Problem[] }

/** Tells the launcher of work that may keep the process from answering; the end of it is told with no name. */
export type Busy = (on?: string) => void

const say = (message: FromChild): void => { if (process.connected) process.send!(message) }

/** The longest that a stop may take before the process ends anyway. */
const stopLimit = 9_000

export async function runChild(role: Role, settings: RoleSettings, open: (log: Log, busy: Busy) => Promise<Opened>): Promise<void> {
  const { account } = settings
  if (account && role === 'call') workAs(account)   // until its ports are bound
  else if (account) dropTo(account)
  const log = openLog({ dataDir: settings.dataDir, process: role, words: (line) => { process.stderr.write(`${line}\n`) }, file: { rotates: false } })
  process.on('unhandledRejection', (reason) => { crashed(log, reason) })
  process.on('uncaughtException', (error) => { crashed(log, error) })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})   // a terminal tells everybody: the launcher decides
  let running: Running | undefined
  let stopping: Promise<never> | undefined
  const stop = () => stopping ??= end(running, log)
  process.on('message', (message: ToChild) => { if (message.is === 'ping') say({ is: 'pong' }); else void stop() })
  process.on('disconnect', () => { void stop() })
  const opened = await open(log, (on) => { say(on === undefined ? { is: 'idle' } : { is: 'busy', on }) })
  if (!opened.ok) { say({ is: 'failed', problems: opened.problem }); await log.close(); process.disconnect(); return }
  running = opened.value
  if (stopping) { await running.stop(); return }
  say({ is: 'ready', services: running.services })
}

async function end(running: Running | undefined, log: Log): Promise<never> {
  setTimeout(() => { process.exit(1) }, stopLimit).unref()
  const ended = await running?.stop()
  if (ended?.ok === false) say({ is: 'unsaved', problems: [ended.problem] })
  await log.close()
  return process.exit(ended?.ok === false ? 1 : 0)
}

/** Ours: told with its place, then a new process is better than this one. */
function crashed(log: Log, error: unknown): void {
  const stack = error instanceof Error ? error.stack ?? error.name : String(error)
  const place = stack.split('\n').slice(1, 6).map((line) => line.trim()).join(' < ')
  log.problem('error', { code: 'main.crashed', text: `A defect of ours ended this process: ${error instanceof Error ? error.name : 'error'}.`, where: place, remedy: 'It is started again; please report this with the log.' })
  setTimeout(() => { process.exit(1) }, 1_000)
  void log.close().finally(() => { process.exit(1) })
}
