/**
 * npm run fuzz -- [PREFIX] [--minutes N | --inputs N] [--seed N] [--no-coverage]
 * Feeds every target whose name begins with PREFIX, each its share of the time. Exit 1 on a finding, which stands in fuzz/findings/.
 */
import { parseArgs } from 'node:util'
import { seededRandom } from '../src/main/simulation/random.ts'
import { feedCorpus, feedMutations, type Finding, type Fuzzing, grown, growth, mebibytes, newFuzzing, slowest, writeFinding } from './harness/feed.ts'
import { findTargets } from './harness/targets.ts'
import type { FuzzTarget } from './target.ts'

const batch = 512
const patience = 200_000   // inputs without anything new, after which coverage is switched off: without it the target runs several times as fast

const { values, positionals } = parseArgs({
  allowPositionals: true, allowNegative: true,
  options: { minutes: { type: 'string' }, inputs: { type: 'string' }, seed: { type: 'string' }, coverage: { type: 'boolean', default: true } },
})

function number(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text.replaceAll('_', ''))
  if (!Number.isFinite(value) || value < 0) { console.error(`not a number: ${text}`); process.exit(2) }
  return value
}

const seed = number(values.seed) ?? Date.now() % 2 ** 31
const inputs = number(values.inputs)
const minutes = number(values.minutes) ?? (inputs === undefined ? 1 : undefined)

function fuzz(target: FuzzTarget, share: number): Finding | undefined {
  const fuzzing = newFuzzing(target, seededRandom(seed), values.coverage, slowest)
  const started = performance.now(), until = minutes === undefined ? Infinity : started + minutes * 60_000 / share, most = inputs === undefined ? Infinity : inputs / share
  let finding = feedCorpus(fuzzing), told = started
  while (!finding && fuzzing.inputs < most && performance.now() < until) {
    finding = feedMutations(fuzzing, batch)
    if (fuzzing.coverage && fuzzing.inputs - fuzzing.freshAt > patience) { fuzzing.coverage.close(); fuzzing.coverage = undefined }
    if (process.stdout.isTTY && performance.now() - told > 1_000) { told = performance.now(); process.stdout.write(`\r${progress(fuzzing, started)}`) }
  }
  fuzzing.coverage?.close()
  const line = progress(fuzzing, started), more = grown(fuzzing)
  console.log(`${process.stdout.isTTY ? '\r' : ''}${line}  worst ${fuzzing.worst.toFixed(2)} ms  heap ${more < 0 ? '' : '+'}${mebibytes(more)}, at most ${mebibytes(process.resourceUsage().maxRSS * 1_024)} resident`)
  return finding ?? growth(fuzzing, more)
}

function progress({ target, inputs: fed, corpus, kept }: Fuzzing, started: number): string {
  const seconds = (performance.now() - started) / 1_000
  return `${target.name.padEnd(24)} ${fed.toLocaleString('en').padStart(12)} inputs  ${Math.round(fed / seconds).toLocaleString('en').padStart(8)}/s  corpus ${corpus.length} (${kept} new)  ${seconds.toFixed(0)} s`
}

const targets = await findTargets(positionals[0] ?? '')
if (targets.length === 0) { console.error(`no target begins with ${positionals[0] ?? ''}`); process.exit(2) }
console.log(`seed ${seed}; ${targets.length} target${targets.length > 1 ? 's' : ''}`)
for (const target of targets) {
  const finding = fuzz(target, targets.length)
  if (!finding) continue
  console.log(`✖ ${target.name}: ${finding.why}\n  input: ${writeFinding(finding)} (repeat with --seed ${seed})`)
  process.exitCode = 1
}
