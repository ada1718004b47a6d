/** What a registration and a live call take, and whether it is all given back. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench, Figure } from './figure.ts'
import { freePorts, newFolder, pause } from './load/process.ts'
import { startRingfort } from './load/ringfort.ts'
import { usersCsv } from './load/site.ts'
import { load, registerCallee, startCallee } from './load/sipp.ts'

const registrations = 100_000, calls = 10_000

interface Held { readonly registration: number; readonly fresh: number; readonly call: number; readonly bound: number; readonly active: number; readonly kept: number; readonly grown: number; readonly callsLeft: number; readonly legsLeft: number; readonly boundLeft: number }

function inHeap(): Figure[] {
  const held = JSON.parse(execFileSync(process.execPath, ['--expose-gc', '--max-old-space-size=3000', join(import.meta.dirname, 'load/held.ts'), String(registrations), String(calls)], { encoding: 'utf8', maxBuffer: 1e7 })) as Held
  const left = `calls ${held.callsLeft}, legs ${held.legsLeft}, bindings ${held.boundLeft}`
  return [
    { what: `a registration, ${held.bound.toLocaleString('en')} held`, unit: 'octets', values: [held.registration], aim: { value: 1_500, atMost: true }, note: 'heap and buffers after collection, over the bindings; digest, ladder full' },
    { what: `a live call, ${held.active.toLocaleString('en')} held, 40 s old`, unit: 'octets', values: [held.call], aim: { value: 12_000, atMost: true }, note: `with its transactions just after the answer: ${Math.round(held.fresh).toLocaleString('en')}` },
    { what: 'grown by doing all of it once more', unit: 'octets', values: [held.grown], aim: { value: 2_000_000, atMost: true }, note: `when all is gone for the second time: ${left}` },
    { what: 'kept for a user who was here once', unit: 'octets', values: [held.kept], note: 'opened digest keys, nonce counts, when the line was last busy: bounded by the users' },
  ]
}

async function resident(): Promise<Figure[]> {
  const [caller, callee] = await freePorts(2) as [number, number], csv = join(newFolder(), 'users.csv'), values: [string, number][] = []
  writeFileSync(csv, usersCsv(registrations))
  const system = await startRingfort({ caller, callee, users: registrations })
  const look = async (what: string, wait: number): Promise<void> => { await pause(wait); values.push([what, system.resident() / 2 ** 20]) }
  await look('directory of 100,000 users and phones', 5_000)
  await load({ scenario: 'register', port: system.port, count: registrations, rate: 2_000, users: csv })
  const bound = await system.metric('ringfort_registrations')
  await look(`${bound.toLocaleString('en')} registered`, 40_000)
  await registerCallee(system.port, callee)
  const answering = await startCallee(callee)
  const holding = load({ scenario: 'hold', port: system.port, from: caller, count: calls, rate: 250, holds: 90_000 })
  await pause(75_000)
  const active = await system.metric('ringfort_calls_active')
  await look(`and ${active.toLocaleString('en')} calls`, 0)
  const done = await holding
  await look('calls over', 60_000)
  await answering.stop()
  await system.stop()
  return values.map(([what, value]) => ({ what: `call process, ${what}`, unit: 'MiB resident', values: [value], note: what === 'calls over' ? `${done.failed} of ${calls.toLocaleString('en')} calls failed` : undefined }))
}

export const memory: Bench = {
  name: 'memory',
  what: `${registrations.toLocaleString('en')} registrations with digest and ${calls.toLocaleString('en')} live calls, each placed with digest, held at once in the exchange alone (bench/load/held.ts, no sockets), then all gone, and all of it again: the heap after collection, over their number.`,
  run: async () => inHeap(),
}

export const residentMemory: Bench = {
  name: 'resident',
  what: `Resident memory of the real call process under SIPp: ${registrations.toLocaleString('en')} phones register with digest, ${calls.toLocaleString('en')} calls are held at once, all end. About five minutes.`,
  run: resident,
}
