/**
 * npm run bench [-- NAME…]: runs bench/*.bench.ts one after another, each alone, and writes what came out to bench/RESULTS.md.
 * A section that was not run keeps its figures and its date.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Bench, Figure } from './figure.ts'

const results = resolve(import.meta.dirname, 'RESULTS.md')
const head = `# Measured

Written by \`npm run bench\`. Figures depend on the machine and on what else runs there: compare ratios, which were measured in one run.
Each is least / median / most over the rounds of one run.
`

async function benches(wanted: readonly string[]): Promise<Bench[]> {
  const files = globSync('*.bench.ts', { cwd: import.meta.dirname }).sort()
  const modules = await Promise.all(files.map((file) => import(pathToFileURL(resolve(import.meta.dirname, file)).href) as Promise<Record<string, unknown>>))
  const all = modules.flatMap((module) => Object.values(module)).filter(isBench)
  const unknown = wanted.filter((name) => !all.some((bench) => bench.name === name))
  if (unknown.length > 0) throw new Error(`no bench ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`)
  return all.filter(({ name, byName }) => wanted.includes(name) || (wanted.length === 0 && !byName))
}

function isBench(value: unknown): value is Bench {
  return typeof value === 'object' && value !== null && 'name' in value && 'what' in value && 'run' in value
}

function sorted(values: readonly number[]): number[] { return [...values].sort((a, b) => a - b) }
function median(values: readonly number[]): number { return sorted(values)[values.length >> 1] ?? Number.NaN }
function short(value: number): string { return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3) }

function row({ what, unit, values, peer, aim, note }: Figure): string {
  const [least = Number.NaN, most = Number.NaN] = [sorted(values)[0], sorted(values).at(-1)]
  const ratio = peer ? `${(median(values) / median(peer.values)).toFixed(2)} × ${peer.name} (${short(median(peer.values))})` : ''
  const met = aim && (aim.atMost ? median(values) <= aim.value : median(values) >= aim.value)
  const aimed = aim ? `${aim.atMost ? 'at most' : 'at least'} ${short(aim.value)}: ${met ? 'met' : 'missed'}` : ''
  return `| ${what} | ${short(least)} / **${short(median(values))}** / ${short(most)} | ${unit} | ${ratio} | ${aimed} | ${note ?? ''} |`
}

function machine(): string {
  const [cpu] = cpus()
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node.js ${process.version}`
}

function commit(): string {
  try { return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' }).trim() } catch { return 'no commit' }
}

function section({ name, what }: Bench, figures: readonly Figure[]): string {
  return [
    `## ${name}`, what, '',
    '| what | least / median / most | unit | ratio | aim | note |', '|---|---|---|---|---|---|', ...figures.map(row), '',
    `\`npm run bench -- ${name}\` on ${new Date().toISOString().slice(0, 10)} at ${commit()}; ${machine()}`, '',
  ].join('\n')
}

/** The sections that stand in the file, by name. */
function kept(): Map<string, string> {
  const text = existsSync(results) ? readFileSync(results, 'utf8') : ''
  return new Map(text.split(/^(?=## )/m).filter((part) => part.startsWith('## ')).map((part) => [part.slice(3, part.indexOf('\n')), `${part.trimEnd()}\n`]))
}

const sections = kept()
for (const bench of await benches(process.argv.slice(2))) {
  console.log(`${bench.name}: ${bench.what}`)
  const text = section(bench, await bench.run())
  console.log(text.split('\n').filter((line) => line.startsWith('| ')).slice(1).join('\n'))
  sections.set(bench.name, text)
  writeFileSync(results, [head, ...[...sections].sort(([a], [b]) => a < b ? -1 : 1).map(([, each]) => each)].join('\n'))
}
