/** What a call to a trunk costs beside one from phone to phone, with a small dial plan and with a large one. */
import { join } from 'node:path'
import type { Bench, Figure } from './figure.ts'
import { end, freePorts, generatorCore, pause, run } from './load/process.ts'
import { startRingfort } from './load/ringfort.ts'
import { alternate } from './load/rounds.ts'
import { hasSipp, load, registerCallee, startCallee } from './load/sipp.ts'

const count = 3_000, rate = 300
const large = { patterns: 10_000, partitions: 500, trunks: 1_000 }

export const trunks: Bench = {
  name: 'trunks',
  what: `Calls over UDP as for calls, from a phone to a phone and from the phone to a trunk, in one system with one pattern, and in another with ${large.patterns.toLocaleString('en')} patterns, ${large.partitions} partitions and ${large.trunks.toLocaleString('en')} trunks; SIPp at ${rate} calls a second, ${count.toLocaleString('en')} a round, rounds alternating. CPU of the call process.`,
  run: async () => {
    if (!hasSipp()) throw new Error('SIPp is not installed: apt-get install sip-tester')
    const [caller, callee, outside] = await freePorts(3) as [number, number, number]
    const small = await startRingfort({ caller, callee, outside: { port: outside, patterns: 1, partitions: 1, trunks: 1 } }), great = await startRingfort({ caller, callee, outside: { port: outside, ...large } })
    await registerCallee(small.port, callee)
    const answering = [await startCallee(callee), await startCallee(outside)]
    const contender = (name: string, system: typeof small, to: string) => ({ name, cpu: system.cpu, work: () => load({ scenario: 'call', port: system.port, from: caller, count, rate, to }) })
    const outcomes = await alternate([contender('phone', small, '2002'), contender('trunk', small, '92345678'), contender('trunk, large plan', great, '92345678')])
    for (const one of [...answering, small, great]) await one.stop()
    const [phone, trunk, wide] = outcomes.map(({ perSecond }) => perSecond) as [number[], number[], number[]]
    const failed = outcomes.map(({ failed: n }) => n).join(', ')
    const cost = (what: string, values: readonly number[], most: number): Figure => ({ what, unit: 'times the cost of a call to a phone', values: values.map((one, i) => phone[i]! / one), aim: { value: most, atMost: true }, note: `failed of each: ${failed}` })
    return [{ what: 'a call to a phone', unit: 'calls per CPU second', values: phone }, cost('a call to a trunk', trunk, 1.3), cost('a call to a trunk with the large plan', wide, 1.5)]
  },
}

const refusedRate = 10_000, patientCount = 600, patientRate = 40

export const refusals: Bench = {
  name: 'refusals',
  what: `A phone calls a trunk ${patientRate} times a second, ${patientCount} a round, while a stranger at one other address sends ${refusedRate.toLocaleString('en')} INVITEs a second that are refused; beside it the same without the stranger, alternating. From INVITE to 200, p99.`,
  run: async () => {
    if (!hasSipp()) throw new Error('SIPp is not installed: apt-get install sip-tester')
    const [caller, outside] = await freePorts(2) as [number, number]
    const system = await startRingfort({ caller, outside: { port: outside, patterns: 1, partitions: 1, trunks: 1 } }), answering = await startCallee(outside)
    const calm: number[] = [], busy: number[] = []
    let failed = 0
    for (let round = -1; round < 5; round++) for (const values of [calm, busy]) {
      const stranger = values === busy ? run(generatorCore, process.execPath, [join(import.meta.dirname, 'load/oneSource.ts'), String(system.port), String(refusedRate)], { stdio: 'ignore' }) : undefined
      if (stranger) await pause(2_000)
      const done = await load({ scenario: 'call', port: system.port, from: caller, count: patientCount, rate: patientRate, to: '92345678', times: true })
      if (stranger) await end(stranger, 'SIGKILL')
      if (round >= 0) { values.push(percentile(done.setup, 0.99)); failed += done.failed }
      await pause(3_000)
    }
    await answering.stop()
    await system.stop()
    return [
      { what: 'call set-up p99 without the stranger', unit: 'ms', values: calm },
      { what: 'call set-up p99 under refusals, in times of that without', unit: 'times', values: busy.map((one, i) => one / Math.max(calm[i]!, 1)), aim: { value: 1.2, atMost: true }, note: `${failed} calls failed` },
    ]
  },
}

function percentile(values: readonly number[], part: number): number { return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0 }
