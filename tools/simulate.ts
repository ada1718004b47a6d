/**
 * node tools/simulate.ts --runs 1000 [--from SEED] [--seed SEED]: seeded stories of eight phones over bad networks, and what became of them.
 * node tools/simulate.ts --trunks 500 [--from SEED]: seeded stories of trunks whose destinations come and go.
 * node tools/simulate.ts --walk 1000000 [--from SEED]: so many events of phones that say anything, in walks of a thousand.
 */
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { playStory, storySite } from '../src/main/simulation/story.ts'
import { type SimulatedSite, simulatedSite } from '../src/main/simulation/start.ts'
import { playTrunkStory, trunkSites } from '../src/main/simulation/trunkStory.ts'
import { playWalk, walkSite } from '../src/main/simulation/walk.ts'

interface Told { readonly seed: number; readonly problems: readonly string[] }

const { values } = parseArgs({ options: { runs: { type: 'string', default: '100' }, from: { type: 'string', default: '1' }, seed: { type: 'string' }, walk: { type: 'string' }, trunks: { type: 'string' } } })
const from = Number(values.seed ?? values.from), eventsOfWalk = 1_000
const total = values.walk === undefined ? Number(values.trunks ?? values.runs) : Math.ceil(Number(values.walk) / eventsOfWalk), runs = values.seed === undefined ? total : 1
const trunks = values.trunks === undefined ? undefined : await trunkSites()
const site = await simulatedSite(values.walk === undefined ? storySite : walkSite), began = performance.now()
const sums = new Map<string, number>(), bad: Told[] = []

/** Plays one run, adds up its figures. */
function play(play: (site: SimulatedSite, seed: number) => Told, seed: number): void {
  const told = play(site, seed)
  for (const [name, value] of Object.entries(told)) if (typeof value === 'number' && name !== 'seed') sums.set(name, (sums.get(name) ?? 0) + value)
  if (told.problems.length > 0) bad.push(told)
}

for (let seed = from; seed < from + runs; seed++) play(trunks ? (_, n) => playTrunkStory(trunks, n) : values.walk === undefined ? playStory : (one, n) => playWalk(one, n, eventsOfWalk), seed)
for (const { seed, problems } of bad.slice(0, 50)) console.log(`seed ${seed}\n${problems.slice(0, 8).map((one) => `  ${one}`).join('\n')}`)
console.log(`${runs} runs, ${bad.length} with problems; ${[...sums].map(([name, sum]) => `${name} ${sum}`).join(', ')}; ${((performance.now() - began) / 1_000).toFixed(1)} s`)
process.exitCode = bad.length > 0 ? 1 : 0
