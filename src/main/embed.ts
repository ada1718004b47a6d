/**
 * A whole system inside a program: on a simulated network and clock with virtual phones, or on real sockets and the real clock.
 *
 * Both are the same exchange. The real one is what `ringfort start --processes one` runs: its own data directory, store, log and commands.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { send } from '../admin/client.ts'
import type { Options } from '../admin/commands.ts'
import type { BoundPort } from '../admin/live.ts'
import type { Exchange } from '../calls/exchange.ts'
import { list } from '../calls/locations.ts'
import type { CallRecord } from '../calls/records.ts'
import type { Millis } from '../kit/machine.ts'
import { printPlace } from '../kit/place.ts'
import { printProblem, type Problem } from '../kit/result.ts'
import { openLog } from '../ops/log.ts'
import { lockDataDirectory } from '../store/lock.ts'
import { ladderLines, type LadderLine, type Ledger, ledgerOf } from './looking.ts'
import { pkiDirectory } from './keys.ts'
import { type SimulatedSystem, type SimulationSettings, startSimulation } from './simulation/start.ts'
import { type SiteDocument, textOf } from './siteFile.ts'
import { openWhole, type Whole } from './whole.ts'

export interface RealSettings {
  readonly network: 'real'
  /** Site file text (YAML), or the same as an object; what the data directory holds if left out. */
  readonly site?: SiteDocument
  /** Where all state lives; one of its own, removed by `stop`, if left out. */
  readonly dataDir?: string
  /** Services that the site does not name get any free port, so that systems stand beside each other; true if left out. */
  readonly freePorts?: boolean
  /** Command socket and metrics as well; true if left out. */
  readonly desk?: boolean
  /** Hears warnings and errors in words, as `ringfort start` prints them; nobody if left out. The log in the data directory has them all. */
  readonly words?: (line: string) => void
}

export interface RealSystem {
  readonly dataDir: string
  readonly exchange: Exchange
  readonly calls: Exchange['calls']
  /** Of calls that ended since the start; the store keeps them all. */
  readonly records: readonly CallRecord[]
  /** What is bound now. */
  services(): readonly BoundPort[]
  /** Of the first listener of this name; throws where there is none. */
  port(service: string): number
  /** The authority that phones trust, PEM. */
  authority(): string
  /** Messages of the system in order: of one call (by its record), or all. */
  ladder(record?: CallRecord): LadderLine[]
  ledger(): Ledger
  /** A command of `ringfort`, and its JSON document: `command('apply', { text })`, `command('show calls')`. Throws what is wrong; needs the desk. */
  command(name: string, options?: Options): Promise<unknown>
  /** Waits until it is so; false when `within` milliseconds were not enough (10,000 if left out). */
  until(isSo: () => boolean, within?: Millis): Promise<boolean>
  /** Calls end, everything is on the disk, every port is free. */
  stop(): Promise<void>
}

/** What keeps a system from starting: `problems` are what `ringfort start` would say. */
export class StartRefused extends Error {
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) { super(problems.map(printProblem).join('\n')); this.name = 'StartRefused'; this.problems = problems }
}

/** What was acknowledged and is not on the disk, thrown by `stop`. */
export class StopIncomplete extends Error {
  readonly problem: Problem
  constructor(problem: Problem) { super(printProblem(problem)); this.name = 'StopIncomplete'; this.problem = problem }
}

/** Throws StartRefused where the site or the data directory is wrong. */
export function startRingfort(settings: RealSettings): Promise<RealSystem>
export function startRingfort(settings: SimulationSettings): Promise<SimulatedSystem>
export function startRingfort(settings: RealSettings | SimulationSettings): Promise<RealSystem | SimulatedSystem> {
  return settings.network === 'real' ? startReal(settings) : startSimulation(settings)
}

async function startReal(settings: RealSettings): Promise<RealSystem> {
  const dataDir = settings.dataDir === undefined ? mkdtempSync(join(tmpdir(), 'ringfort-')) : resolve(settings.dataDir)
  const lock = lockDataDirectory(dataDir)
  if (!lock.ok) throw new StartRefused([lock.problem])
  const records: CallRecord[] = [], log = openLog({ dataDir, process: 'ringfort', words: settings.words })
  const leave = async (): Promise<void> => {
    await log.close()
    lock.value.release()
    if (settings.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
  }
  const whole = await openWhole({ dataDir, site: siteOf(settings, dataDir), log, desk: settings.desk ?? true, ended: (record) => { records.push(record) } })
  if (!whole.ok) { await leave(); throw new StartRefused(whole.problem) }
  let stopping: Promise<void> | undefined
  return realSystem(dataDir, whole.value, records, () => stopping ??= whole.value.stop().then(async (ended) => { await leave(); if (!ended.ok) throw new StopIncomplete(ended.problem) }))
}

/** A directory that has a configuration keeps it where no site is given. */
function siteOf({ site, freePorts = true }: RealSettings, dataDir: string): { text: string; name: string; freePorts: boolean } | undefined {
  return site === undefined && existsSync(join(dataDir, 'ringfort.db')) ? undefined : { text: textOf(site ?? '{}'), name: 'site', freePorts }
}

const lookEvery = 5

function realSystem(dataDir: string, { system, services }: Whole, records: readonly CallRecord[], stop: () => Promise<void>): RealSystem {
  const { exchange } = system
  return {
    dataDir, exchange, calls: exchange.calls, records, services, stop,
    port: (service) => {
      const found = services().find(({ name }) => name === service)
      if (!found) throw new Error(`${service} is not bound`)
      return found.port
    },
    authority: () => readFileSync(join(pkiDirectory(dataDir), 'ca.pem'), 'utf8'),
    ladder: (record) => ladderLines(exchange, namesOf(exchange, system.now()), record),
    ledger: () => ledgerOf(exchange),
    command: async (command, options = {}) => {
      const done = await send(dataDir, { command, options })
      if (!done.ok) throw new Error(done.problem.map(printProblem).join('\n'))
      return done.value.document
    },
    until: async (isSo, within = 10_000) => {
      const end = performance.now() + within
      while (!isSo() && performance.now() < end) await new Promise((resolve) => { setTimeout(resolve, lookEvery) })
      return isSo()
    },
  }
}

/** Phones by where they are registered; whoever is not is called by address and port. */
function namesOf(exchange: Exchange, now: Millis): (peer: { readonly address: string; readonly port: number }) => string {
  const names = new Map(list(exchange.locations, now).map(({ source, phone }) => [source, phone]))
  return ({ address, port }) => { const at = printPlace(address, port); return names.get(at) ?? at }
}
