/** Cost grows with the load, not with the size; and how late the loop is under load. */
import type { Bench, Figure } from './figure.ts'
import { freePorts, loadAverage } from './load/process.ts'
import { type Ringfort, startRingfort } from './load/ringfort.ts'
import { alternate } from './load/rounds.ts'
import { load, registerCallee, startCallee } from './load/sipp.ts'

const [small, large] = [100, 100_000], count = 5_000, rate = 500

async function sizes(): Promise<Figure> {
  const [caller, callee] = await freePorts(2) as [number, number], systems: Ringfort[] = []
  for (const users of [large, small]) systems.push(await startRingfort({ caller, callee, users }))
  for (const { port } of systems) await registerCallee(port, callee)
  const answering = await startCallee(callee)
  const contenders = systems.map(({ port, cpu }, n) => ({ name: n === 0 ? 'large' : 'small', cpu, work: () => load({ scenario: 'call', port, from: caller, count, rate }) }))
  const [many, few] = await alternate(contenders, 5)
  await answering.stop()
  for (const system of systems) await system.stop()
  return {
    what: `calls with ${large.toLocaleString('en')} users and phones in the directory, beside ${small}`, unit: 'calls per CPU second', values: many!.perSecond,
    peer: { name: `the same with ${small} users`, values: few!.perSecond }, note: `aim: the ratio between 0.9 and 1.1; failed ${many!.failed} and ${few!.failed}; load ${loadAverage()}`,
  }
}

/** The highest rate without a failed call, found by steps; then the loop's delay at 70 % of it. */
async function delays(): Promise<Figure[]> {
  const [caller, callee] = await freePorts(2) as [number, number], system = await startRingfort({ caller, callee })
  await registerCallee(system.port, callee)
  const answering = await startCallee(callee), calls = (speed: number, seconds: number) => load({ scenario: 'call', port: system.port, from: caller, count: speed * seconds, rate: speed })
  await calls(rate, 8)
  let highest = 100
  for (let speed = 200; speed <= 2_000; speed += 100) {
    const { failed, good } = await calls(speed, 4)
    if (failed > good / 1_000) break
    highest = speed
  }
  const values: number[] = []
  for (let round = 0; round < 3; round++) {
    await system.metric('ringfort_loop_delay_seconds{quantile="p99"}')       // a reading begins the next
    await calls(Math.round(highest * 0.7), 8)
    values.push(await system.metric('ringfort_loop_delay_seconds{quantile="p99"}') * 1_000)
  }
  await answering.stop()
  await system.stop()
  return [
    { what: 'highest load with less than one failed call in a thousand', unit: 'calls a second of wall time', values: [highest], note: `both sides of SIPp share the machine; load ${loadAverage()}` },
    { what: `event loop delay p99 at ${Math.round(highest * 0.7)} calls a second`, unit: 'ms', values, aim: { value: 10, atMost: true } },
  ]
}

export const size: Bench = {
  name: 'size',
  what: `The calls of \`calls\`, ${rate} a second, ${count.toLocaleString('en')} a round: two systems at once, rounds alternating; then the delay of the call process's event loop as its own metric says (resolution 20 ms, subtracted).`,
  run: async () => [await sizes(), ...await delays()],
}
