/**
 * A process of the system under the launcher's eye: started, pinged, replaced when it dies or hangs.
 *
 * Security   arguments go as an array, never through a shell; a process that dies in a circle is waited for longer and longer
 */
import type { ChildProcess } from 'node:child_process'
import type { Problem } from '../kit/result.ts'
import type { Log } from '../ops/log.ts'
import { asRoot } from './account.ts'
import { forkRole, takeBegun } from './ahead.ts'
import { mainProblem } from './problems.ts'
import type { FromChild, Role, RoleSettings, ToChild } from './talk.ts'

export interface WatchSetup {
  readonly role: Role
  readonly settings: RoleSettings
  readonly log: Log
  /** Silence after which it counts as hanging, ms. */
  readonly hangsAfter: number
  /** The wait before it is started again, ms; doubles up to `slowest` while it keeps dying. */
  readonly again: number
  readonly ready: (message: Extract<FromChild, { is: 'ready' }>, times: number) => void
  /** The first start did not succeed: the system does not start. */
  readonly failed: (message: Extract<FromChild, { is: 'failed' }>) => void
}

/** `stop`: what the process had acknowledged and could not put on the disk. */
export interface Watched { readonly pid: () => number | undefined; stop(): Promise<readonly Problem[]> }

const pingEvery = 1_000
const slowest = 30_000
/** The silence of a process that comes back and is not up yet. */
const slowStart = 60_000
/** A process that lived as long begins a new count. */
const longLife = 60_000
const stopLimit = 9_500
/** The silence of a process that has said that it is busy. */
const longWork = 900_000

interface State { child: ChildProcess | undefined; heardAt: number; startedAt: number; deaths: number; times: number; stopping: boolean; timer: NodeJS.Timeout | undefined; up: boolean; busy: boolean; unsaved: readonly Problem[] }

export function watch(setup: WatchSetup): Watched {
  const state: State = { child: undefined, heardAt: 0, startedAt: 0, deaths: 0, times: 0, stopping: false, timer: undefined, up: false, busy: false, unsaved: [] }
  const pings = setInterval(() => { ping(state, setup) }, pingEvery)
  begin(state, setup)
  return {
    pid: () => state.child?.pid,
    stop: () => { state.stopping = true; clearInterval(pings); clearTimeout(state.timer); return stop(state, setup) },
  }
}

function begin(state: State, setup: WatchSetup): void {
  const { account } = setup.settings, settings: RoleSettings = state.times === 0 ? setup.settings : { dataDir: setup.settings.dataDir, verify: false, account }
  const child = takeBegun(setup.role, settings) ?? asRoot(account, () => forkRole(setup.role, settings))
  state.child = child
  state.startedAt = state.heardAt = performance.now()
  state.up = state.busy = false
  child.on('message', (message: FromChild) => { if (state.child === child) hear(state, setup, message) })
  child.on('error', () => {})   // 'exit' follows where it ran; a send to a process that is gone is no news
  child.on('exit', (code, signal) => { if (state.child === child) died(state, setup, signal ?? String(code)) })
}

function hear(state: State, setup: WatchSetup, message: FromChild): void {
  state.heardAt = performance.now()
  switch (message.is) {
    case 'pong': break
    case 'unsaved': state.unsaved = message.problems; break
    case 'busy': state.busy = true; setup.log.write('info', 'process.busy', { role: setup.role, on: message.on }); break
    case 'idle': state.busy = false; break
    case 'ready':
      state.up = true
      state.times++
      setup.log.write('info', 'process.ready', { role: setup.role, child: state.child?.pid, times: state.times, milliseconds: Math.round(performance.now() - state.startedAt) })
      setup.ready(message, state.times)
      break
    case 'failed':
      if (state.times === 0) { state.stopping = true; setup.failed(message) }
      else for (const problem of message.problems) setup.log.problem('error', problem)
  }
}

function ping(state: State, { role, hangsAfter, log }: WatchSetup): void {
  const { child } = state, now = performance.now()
  if (!child?.connected) return
  child.send({ is: 'ping' } satisfies ToChild, () => {})
  // the first start may read a great database through, or hash passwords for minutes
  const limit = state.busy ? longWork : state.up ? hangsAfter : state.times === 0 ? Number.POSITIVE_INFINITY : slowStart
  if (now - state.heardAt < limit) return
  log.problem('error', mainProblem('main.processHangs', role, `silent for ${Math.round((now - state.heardAt) / 1_000)} s`))
  child.kill('SIGKILL')
}

function died(state: State, setup: WatchSetup, how: string): void {
  state.child = undefined
  if (state.stopping) return
  if (state.times === 0) { state.stopping = true; setup.failed({ is: 'failed', problems: [mainProblem('main.processEnded', setup.role, how)] }); return }
  const now = performance.now()
  state.deaths = now - state.startedAt > longLife ? 1 : state.deaths + 1
  const wait = Math.min(slowest, setup.again * 2 ** Math.min(20, state.deaths - 1))
  setup.log.problem('error', mainProblem('main.processEnded', setup.role, `${how}; the next starts in ${wait} ms`))
  state.timer = setTimeout(() => { begin(state, setup) }, state.deaths === 1 ? 0 : wait)
}

async function stop(state: State, { role }: WatchSetup): Promise<readonly Problem[]> {
  const { child } = state
  if (!child || child.exitCode !== null || child.signalCode !== null) return state.unsaved
  const gone = new Promise<void>((resolve) => { child.once('exit', () => { resolve() }) })
  const timer = setTimeout(() => { child.kill('SIGKILL') }, stopLimit)
  if (child.connected) child.send({ is: 'stop' } satisfies ToChild, () => {})
  await gone
  clearTimeout(timer)
  if (child.exitCode === 0 || state.unsaved.length > 0) return state.unsaved
  return role === 'call' ? [mainProblem('main.stopCutShort', role, child.signalCode ?? `exit code ${child.exitCode}`)] : []
}
