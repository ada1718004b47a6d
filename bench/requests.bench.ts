/** Requests that begin no call: registers with digest, OPTIONS, and what strangers are refused. */
import type { Bench, Figure } from './figure.ts'
import { openPair } from './load/pair.ts'
import { alternate, compared, echoFigure } from './load/rounds.ts'
import { type Load, load } from './load/sipp.ts'
import { strangersRequest, windowed } from './load/window.ts'

const users = 1_000

const kinds: readonly { readonly what: string; readonly scenario: Load['scenario']; readonly count: number; readonly rate: number; readonly aim: number }[] = [
  { what: 'registers: REGISTER 401 REGISTER (MD5 digest) 200', scenario: 'register', count: 7_500, rate: 1_500, aim: 10_000 },
  { what: 'options: OPTIONS 200', scenario: 'options', count: 36_000, rate: 6_000, aim: 18_000 },
  { what: 'INVITE without credentials: 401 ACK', scenario: 'stranger', count: 18_000, rate: 3_000, aim: 40_000 },
  { what: 'a method that nobody knows: 501', scenario: 'unknown', count: 36_000, rate: 6_000, aim: 40_000 },
]

/** The loop never idles: 64 requests are always under way, as the bare echo is measured. */
const saturated = [
  { what: 'at saturation: OPTIONS 200', method: 'OPTIONS', aim: 18_000 },
  { what: 'at saturation: INVITE without credentials 401', method: 'INVITE', aim: 40_000 },
  { what: 'at saturation: a method that nobody knows 501', method: 'FOO', aim: 40_000 },
] as const

export const requests: Bench = {
  name: 'requests',
  what: `SIPp over UDP, one kind after another, rounds alternating with Kamailio; ${users.toLocaleString('en')} users register in turn. CPU as for calls. Kamailio keeps its locations in memory.`,
  run: async () => {
    const pair = await openPair({ users }), figures: Figure[] = []
    for (const { what, scenario, count, rate, aim } of kinds) {
      const contenders = pair.all.map((system) => ({ name: system.name, cpu: system.cpu, work: () => load({ scenario, port: system.port, count, rate, users: scenario === 'register' ? pair.users : undefined }) }))
      figures.push(compared(what, 'requests per CPU second', contenders, await alternate(contenders), aim))
    }
    for (const { what, method, aim } of saturated) {
      let number = 0
      const contenders = pair.all.map((system) => ({ name: system.name, cpu: system.cpu, work: () => windowed(system.port, 60_000, () => strangersRequest(method, number++)) }))
      figures.push(compared(what, 'requests per CPU second', contenders, await alternate(contenders), aim))
    }
    await pair.stop()
    return [...figures, await echoFigure()]
  },
}
