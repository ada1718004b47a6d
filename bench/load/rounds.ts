/** Alternating rounds: each system in turn does the same work, and its CPU seconds are read before and after. */
import { once } from 'node:events'
import { join } from 'node:path'
import type { Figure } from '../figure.ts'
import { cpuSeconds, end, loadAverage, run, serverCore } from './process.ts'
import { windowed } from './window.ts'

export interface Contender {
  readonly name: string
  readonly cpu: () => number
  /** Does a round of work; how much of it went well. */
  work(): Promise<{ readonly good: number; readonly failed: number }>
}

export interface Outcome { readonly perSecond: number[]; good: number; failed: number }

/** Work that went well a CPU second; the first round of each warms up and does not count. */
export async function alternate(contenders: readonly Contender[], rounds = 3): Promise<Outcome[]> {
  const outcomes = contenders.map((): Outcome => ({ perSecond: [], good: 0, failed: 0 }))
  for (let round = -1; round < rounds; round++) {
    for (const [at, contender] of contenders.entries()) {
      const before = contender.cpu(), { good, failed } = await contender.work(), spent = contender.cpu() - before
      if (round < 0) continue
      const outcome = outcomes[at]!
      outcome.perSecond.push(good / spent)
      outcome.good += good
      outcome.failed += failed
    }
  }
  return outcomes
}

/** The first contender is ours, the second (if any) the peer; the load of the machine is told, because it moves absolute figures. */
export function compared(what: string, unit: string, contenders: readonly Contender[], outcomes: readonly Outcome[], aim: number): Figure {
  const [ours, theirs] = outcomes, peer = contenders[1]
  const failures = outcomes.map(({ failed }, n) => failed > 0 ? `${contenders[n]!.name} failed ${failed} of ${outcomes[n]!.good + failed}` : '').filter(Boolean)
  return {
    what, unit, values: ours!.perSecond, peer: peer && { name: peer.name, values: theirs!.perSecond }, aim: { value: aim },
    note: [...failures, `load ${loadAverage()}`].join('; '),
  }
}

const octets = Buffer.alloc(400, 'x')

/** What a bare echo does a CPU second now: the measure of the machine at this moment. */
export async function echoFigure(rounds = 3): Promise<Figure> {
  const child = run(serverCore, process.execPath, [join(import.meta.dirname, 'echo.ts')], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [said] = await once(child.stdout!, 'data') as [Buffer], port = Number(said.toString())
  const outcomes = await alternate([{ name: 'echo', cpu: () => cpuSeconds([child.pid!]), work: () => windowed(port, 100_000, () => octets) }], rounds)
  await end(child)
  return { what: 'bare dgram echo of 400 octets', unit: 'datagrams per CPU second', values: outcomes[0]!.perSecond, note: `the machine at this moment; load ${loadAverage()}` }
}
