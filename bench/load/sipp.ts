/** SIPp as the load: one scenario, so many times, at a rate; told what went well. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { end, generatorCore, newFolder, pause, run } from './process.ts'

export interface Load {
  readonly scenario: 'call' | 'hold' | 'register' | 'options' | 'stranger' | 'unknown'
  readonly port: number
  /** Port of SIPp. */
  readonly from?: number | undefined
  readonly count: number
  /** A second. */
  readonly rate: number
  readonly users?: string | undefined
  /** The number that a `call` dials; 2002 if left out. */
  readonly to?: string | undefined
  /** Tell how long each call took to be set up. */
  readonly times?: boolean | undefined
  /** Milliseconds that a call of `hold` lasts. */
  readonly holds?: number | undefined
}

/** `setup`: milliseconds from INVITE to 200 of each call, where `times` was asked for. */
export interface Done { readonly good: number; readonly failed: number; readonly retransmitted: number; readonly setup: readonly number[] }

const scenarioFile = (name: string): string => join(import.meta.dirname, 'scenarios', `${name}.xml`)
const local = ['-i', '127.0.0.1', '-nostdin', '-recv_timeout', '20000']

export function hasSipp(): boolean { try { execFileSync('sipp', ['-v']); return true } catch (error) { return (error as { code?: string }).code !== 'ENOENT' } }

export async function load({ scenario, port, from, count, rate, users, holds, to = '2002', times = false }: Load): Promise<Done> {
  const folder = newFolder(), statistics = join(folder, 'statistics.csv')
  const child = run(generatorCore, 'sipp', [
    `127.0.0.1:${port}`, '-sf', scenarioFile(scenario), '-s', to, '-m', String(count), '-r', String(rate), '-l', String(Math.max(2_000, holds === undefined ? 0 : count)), ...local,
    ...from === undefined ? [] : ['-p', String(from)], ...users === undefined ? [] : ['-inf', users], ...holds === undefined ? [] : ['-d', String(holds)],
    ...times ? ['-trace_rtt', '-rtt_freq', '1'] : [], '-trace_stat', '-stf', statistics, '-fd', '3600',
  ], { cwd: folder })
  await once(child, 'exit')
  if (!existsSync(statistics)) throw new Error(`SIPp did not run ${scenario}`)
  return { ...statisticsOf(readFileSync(statistics, 'utf8')), setup: times ? timesIn(folder) : [] }
}

/** SIPp's own file of response times: date, milliseconds, number of the timer. */
function timesIn(folder: string): number[] {
  const file = readdirSync(folder).find((name) => name.endsWith('_rtt.csv'))
  return file === undefined ? [] : readFileSync(join(folder, file), 'utf8').trim().split('\n').slice(1).map((line) => Number(line.split(';')[1]))
}

function statisticsOf(text: string): Omit<Done, 'setup'> {
  const lines = text.trim().split('\n').map((line) => line.split(';')), [names = []] = lines, last = lines.at(-1)!
  const value = (name: string): number => Number(last[names.indexOf(name)])
  return { good: value('SuccessfulCall(C)'), failed: value('FailedCall(C)'), retransmitted: value('Retransmissions(C)') }
}

/** The called side: answers every call at once. */
export async function startCallee(port: number): Promise<{ stop(): Promise<void> }> {
  const child = run(generatorCore, 'sipp', ['-sf', scenarioFile('called'), '-p', String(port), ...local], { cwd: newFolder() })
  await pause(300)
  return { stop: () => end(child, 'SIGKILL') }
}

/** Registers the called side's line where SIPp answers. */
export async function registerCallee(server: number, port: number): Promise<void> {
  const folder = newFolder()
  const child = run(generatorCore, 'sipp', [`127.0.0.1:${server}`, '-sf', scenarioFile('callee'), '-m', '1', '-p', String(port), ...local], { cwd: folder })
  const [code] = await once(child, 'exit') as [number]
  if (code !== 0) throw new Error('the called side could not register')
}
