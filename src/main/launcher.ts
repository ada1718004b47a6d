/** `ringfort start`: holds the data directory, starts the processes (or all in one), says that it is ready, and ends everything well. */
import { resolve } from 'node:path'
import type { BoundPort } from '../admin/live.ts'
import { ok, type Problem, type Result } from '../kit/result.ts'
import { type Log, openLog } from '../ops/log.ts'
import { lockDataDirectory, type Lock } from '../store/lock.ts'
import { type Account, canRun, findAccount, giveDirectory, workAs } from './account.ts'
import { mainProblem } from './problems.ts'
import { checkFirstSite } from './siteFile.ts'
import type { Voice } from './voice.ts'
import { watch, type Watched } from './watch.ts'

export interface StartOptions {
  readonly dataDir: string
  readonly site?: string | undefined
  readonly json: boolean
  readonly processes: 'one' | 'split'
  /** Without it the call role runs alone: no command socket, no metrics. */
  readonly desk: boolean
  readonly evaluation: boolean
  /** Account to work as; needs root. */
  readonly user?: string | undefined
}

export interface RunOptions extends StartOptions { readonly account: Account | undefined }

/** Resolves with the exit code. */
export async function start(options: StartOptions, voice: Voice): Promise<number> {
  const dataDir = resolve(options.dataDir)
  const wrong = await checkFirstSite(dataDir, options.site === undefined ? undefined : resolve(options.site))
  if (wrong.length > 0) { voice.refused(wrong); return 1 }
  const account = become(dataDir, options.user)
  if (!account.ok) { voice.refused([account.problem]); return 1 }
  const lock = lockDataDirectory(dataDir)
  if (!lock.ok) { voice.refused([lock.problem]); return 1 }
  const log = openLog({ dataDir, process: 'launcher', words: (line) => { voice.warn(line) } })
  log.write('info', 'system.starting', { processes: options.processes, evaluation: options.evaluation })
  if (process.geteuid?.() === 0) log.problem('warn', mainProblem('main.asRoot'))
  const settings = { ...options, dataDir, account: account.value, site: options.site === undefined ? undefined : resolve(options.site) }
  const code = options.processes === 'one' ? await (await import('./one.ts')).runInOne(settings, voice, log) : await runSplit(settings, voice, log)
  return leave(lock.value, log, code)
}

/** Files are touched as the account from here on. */
function become(dataDir: string, user: string | undefined): Result<Account | undefined> {
  if (user === undefined) return ok(undefined)
  const account = findAccount(user)
  if (!account.ok) return account
  const readable = canRun(account.value), given = readable.ok ? giveDirectory(dataDir, account.value) : readable
  if (!given.ok) return given
  workAs(account.value)
  return account
}

async function leave(lock: Lock, log: Log, code: number): Promise<number> {
  log.write('info', 'system.ended', { code })
  await log.close()
  lock.release()
  return code
}

/** A refused start is in the log too: with its codes, and without the words that may quote the file. */
export function tellRefused(voice: Voice, log: Log, problems: readonly Problem[]): void {
  voice.refused(problems)
  log.write('error', 'start.refused', { problems: problems.map(({ code, where }) => ({ code, where })).slice(0, 50) })
}

/** The exit code: 0 only where everything acknowledged is on the disk. */
export function tellStopped(voice: Voice, unsaved: readonly Problem[]): number {
  if (unsaved.length === 0) { voice.event({ event: 'stopped' }); return 0 }
  voice.event({ event: 'unsaved', problems: unsaved })
  return 1
}

const callHangsAfter = 30_000, deskHangsAfter = 5_000

async function runSplit(options: RunOptions, voice: Voice, log: Log): Promise<number> {
  const { dataDir, site, account } = options, end = Promise.withResolvers<number>(), watched: Watched[] = []
  const failed = (problems: readonly Problem[]): void => { tellRefused(voice, log, problems); end.resolve(1) }
  let services: readonly BoundPort[] = []
  const startDesk = (): void => {
    watched.push(watch({
      role: 'desk', settings: { dataDir, account }, log, hangsAfter: deskHangsAfter, again: 250,
      ready: (message, times) => { if (times === 1) voice.ready([...services, ...message.services], dataDir); else voice.event({ event: 'replaced', process: 'desk' }) },
      failed: ({ problems }) => { failed(problems) },
    }))
  }
  watched.push(watch({
    role: 'call', settings: { dataDir, site, account }, log, hangsAfter: callHangsAfter, again: 100,
    ready: (message, times) => {
      if (times > 1) { voice.event({ event: 'replaced', process: 'call' }); return }
      services = message.services
      if (options.desk) startDesk()
      else voice.ready(services, dataDir)
    },
    failed: ({ problems }) => { failed(problems) },
  }))
  onSignal((signal) => { voice.event({ event: 'stopping', signal }); end.resolve(0) })
  const code = await end.promise
  const unsaved = (await Promise.all(watched.map((one) => one.stop()))).flat()
  return code === 0 ? tellStopped(voice, unsaved) : code
}

/** The first signal asks; a second one of a person who has waited long enough ends at once. */
export function onSignal(tell: (signal: string) => void): void {
  let asked = 0
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => {
    if (asked === 0) { asked = performance.now(); tell(signal) }
    else if (performance.now() - asked > 2_000) process.exit(1)
  })
}
