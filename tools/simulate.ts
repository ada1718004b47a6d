/** node tools/simulate.ts --runs 1000 [--from SEED] [--seed SEED]: seeded stories of eight phones over bad networks, and what became of them. */
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { playStory, type Story, storySite } from '../src/main/simulation/story.ts'
import { simulatedSite } from '../src/main/simulation/start.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '100' }, from: { type: 'string', default: '1' }, seed: { type: 'string' } } })
const from = Number(values.seed ?? values.from), runs = values.seed === undefined ? Number(values.runs) : 1

const site = await simulatedSite(storySite), began = performance.now(), bad: Story[] = []
let calls = 0, answered = 0, messages = 0, lost = 0
for (let seed = from; seed < from + runs; seed++) {
  const story = playStory(site, seed)
  calls += story.calls
  answered += story.answered
  messages += story.messages
  lost += story.lost
  if (story.problems.length > 0) bad.push(story)
}
for (const { seed, problems } of bad.slice(0, 50)) console.log(`seed ${seed}\n${problems.slice(0, 8).map((one) => `  ${one}`).join('\n')}`)
console.log(`${runs} runs, ${bad.length} with problems; ${calls} calls, ${answered} answered; ${messages} messages, ${lost} datagrams lost; ${((performance.now() - began) / 1_000).toFixed(1)} s`)
process.exitCode = bad.length > 0 ? 1 : 0
