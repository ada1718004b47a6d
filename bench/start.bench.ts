/** From the command to the first answered OPTIONS, on a data directory that is there already. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench, Figure } from './figure.ts'
import { answersOptions } from './load/datagram.ts'
import { end, loadAverage, root, run } from './load/process.ts'
import { prepareSite } from './load/ringfort.ts'
import { siteOf } from './load/site.ts'

const runs = 9

async function once(port: number, parameters: readonly string[]): Promise<number> {
  const child = run(undefined, 'node', [join(root, 'bin/ringfort.mjs'), 'start', '--json', ...parameters])
  const took = await answersOptions(port, 120_000)
  await new Promise((resolve) => { setTimeout(resolve, 1_000) })
  await end(child)
  return took
}

async function started(what: string, users: number, aim: number): Promise<Figure> {
  const { ports, dataDir, site } = await prepareSite({ users })
  writeFileSync(site, siteOf({ ports, users }))
  await once(ports.sip, ['--data', dataDir, '--site', site])                 // installs: keys, certificates, the site file
  const values: number[] = []
  for (let n = 0; n < runs; n++) values.push(await once(ports.sip, ['--data', dataDir]) / 1_000)
  return { what, unit: 's', values, aim: { value: aim, atMost: true }, note: `load ${loadAverage()}` }
}

export const start: Bench = {
  name: 'start',
  what: `Seconds from \`node bin/ringfort.mjs start\` to the first answered OPTIONS over UDP (asked every 5 ms), launcher and processes included, on a data directory that an earlier start made; ${runs} runs.`,
  run: async () => [await started('an empty system', 0, 0.5), await started('10,000 users with a phone each', 10_000, 1.5)],
}
