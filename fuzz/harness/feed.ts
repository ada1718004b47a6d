/** Feeds one target and judges: an exception, more than 5 ms for an input, memory that grows. Keeps what reaches new code. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Random } from '../../src/kit/machine.ts'
import { type Coverage, newCoverage } from './coverage.ts'
import { mutate } from './mutate.ts'
import { slowness } from './speed.ts'
import type { FuzzTarget } from '../target.ts'

export const slowest = 5      // ms an input (A3)
const maxCorpus = 400         // inputs a target
const maxKept = 4_096         // octets of an input that is kept
const maxGrowth = 24 << 20    // octets of heap over a run, after garbage collection
const lookShare = 4           // a look at the coverage costs tens of milliseconds: feed at least so many times as long between two
const warmUp = 500            // inputs before time is taken: code that was never run is slow
const maxRecent = 20_000      // inputs between two looks

export interface Finding { readonly target: string, readonly why: string, readonly input: Buffer }

export interface Fuzzing {
  readonly target: FuzzTarget
  readonly random: Random
  readonly corpus: Buffer[]
  /** Names of what the corpus holds, so that nothing is held twice. */
  readonly held: Set<string>
  coverage: Coverage | undefined
  /** Fed since the last look at the coverage. */
  recent: Buffer[]
  lookAfter: number
  /** Milliseconds that an input may take. */
  readonly limit: number
  heapAtStart: number
  /** Milliseconds that the slowest input so far took, at the best of its tries. */
  worst: number
  inputs: number
  /** When something new was last reached, in inputs. */
  freshAt: number
  kept: number
}

export const corpusFolder = (name: string) => join(import.meta.dirname, '../corpus', name)
const digest = (input: Buffer) => createHash('sha256').update(input).digest('hex').slice(0, 16)

function readCorpus(name: string): Buffer[] {
  const folder = corpusFolder(name)
  return existsSync(folder) ? readdirSync(folder).sort().map((file) => readFileSync(join(folder, file))) : []
}

export function newFuzzing(target: FuzzTarget, random: Random, withCoverage: boolean, limit: number): Fuzzing {
  const fuzzing: Fuzzing = {
    target, random, corpus: [], held: new Set(), coverage: withCoverage ? newCoverage() : undefined, recent: [], lookAfter: 0, limit: Math.max(limit, target.slowest ?? 0), heapAtStart: 0, worst: 0, inputs: 0, freshAt: 0, kept: 0,
  }
  for (const input of [...target.seeds(), ...readCorpus(target.name), Buffer.alloc(0)]) hold(fuzzing, input)
  return fuzzing
}

function hold(fuzzing: Fuzzing, input: Buffer): boolean {
  const name = digest(input)
  if (fuzzing.held.has(name)) return false
  fuzzing.held.add(name)
  fuzzing.corpus.push(input)
  return true
}

/** Everything that is known to work: seeds and corpus, as they are. */
export function feedCorpus(fuzzing: Fuzzing): Finding | undefined {
  for (let n = 0; n < warmUp; n++) caught(fuzzing.target, fuzzing.corpus[n % fuzzing.corpus.length]!)
  for (const input of fuzzing.corpus) {
    const finding = feed(fuzzing, input)
    if (finding) return finding
  }
  const { coverage } = fuzzing
  coverage?.reachedOf(coverage.fresh())
  for (const input of coverage ? fuzzing.corpus : []) caught(fuzzing.target, input)
  coverage?.reachedOf(coverage.fresh())
  fuzzing.heapAtStart = heap()
  return undefined
}

/** `count` mutated inputs. */
export function feedMutations(fuzzing: Fuzzing, count: number): Finding | undefined {
  const { corpus, random, target } = fuzzing
  for (let n = 0; n < count; n++) {
    const input = mutate(random, corpus[random.below(corpus.length)]!, corpus[random.below(corpus.length)]!, target.dictionary ?? [])
    const finding = feed(fuzzing, input)
    if (finding) return finding
    if (fuzzing.coverage) sample(fuzzing, fuzzing.coverage, input)
  }
  return undefined
}

function feed(fuzzing: Fuzzing, input: Buffer): Finding | undefined {
  fuzzing.inputs++
  const started = performance.now()
  const thrown = caught(fuzzing.target, input)
  const took = performance.now() - started
  if (thrown !== undefined) return { target: fuzzing.target.name, why: thrown, input }
  if (took <= fuzzing.worst) return undefined
  fuzzing.worst = Math.max(fuzzing.worst, Math.min(took, retimed(fuzzing.target, input, fuzzing.limit)))
  return fuzzing.worst > fuzzing.limit ? { target: fuzzing.target.name, why: `took ${fuzzing.worst.toFixed(1)} ms at best, ${fuzzing.limit} allowed`, input } : undefined
}

function caught(target: FuzzTarget, input: Buffer): string | undefined {
  try { target.run(input) } catch (error) { return error instanceof Error ? error.stack ?? error.message : String(error) }
  return undefined
}

/** Garbage collection, compilation and other programs also take time: the best of some more tries is the input's own, measured against the machine's speed just now. */
function retimed(target: FuzzTarget, input: Buffer, limit: number): number {
  let best = Infinity
  for (let n = 0; n < 3 || (n < 16 && best > limit); n++) {
    const slow = n < 3 ? 1 : slowness(), started = performance.now()
    target.run(input)
    best = Math.min(best, (performance.now() - started) / slow)
  }
  return best
}

/** Looks at the coverage now and then; where it has grown, finds the inputs that did it. */
function sample(fuzzing: Fuzzing, coverage: Coverage, input: Buffer): void {
  fuzzing.recent.push(input)
  const started = performance.now()
  if (started < fuzzing.lookAfter && fuzzing.recent.length < maxRecent) return
  const fresh = coverage.fresh(), { recent } = fuzzing
  const cost = performance.now() - started
  fuzzing.recent = []
  if (fresh.length > 0) {
    fuzzing.freshAt = fuzzing.inputs
    find(fuzzing, coverage, recent, fresh)
  }
  fuzzing.lookAfter = performance.now() + lookShare * cost
}

/** Halves the inputs until those stand alone that reach the fresh blocks. */
function find(fuzzing: Fuzzing, coverage: Coverage, inputs: readonly Buffer[], fresh: readonly string[]): void {
  if (fresh.length === 0 || inputs.length === 0) return
  const first = inputs.slice(0, Math.ceil(inputs.length / 2))
  for (const input of first) caught(fuzzing.target, input)
  const reached = new Set(coverage.reachedOf(fresh))
  if (first.length === 1 && reached.size > 0) keep(fuzzing, first[0]!)
  else if (reached.size > 0) find(fuzzing, coverage, first, [...reached])
  find(fuzzing, coverage, inputs.slice(first.length), fresh.filter((block) => !reached.has(block)))
}

function keep(fuzzing: Fuzzing, input: Buffer): void {
  if (fuzzing.corpus.length >= maxCorpus || !hold(fuzzing, input)) return
  fuzzing.kept++
  if (input.length > maxKept) return
  mkdirSync(corpusFolder(fuzzing.target.name), { recursive: true })
  writeFileSync(join(corpusFolder(fuzzing.target.name), digest(input)), input)
}

function heap(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

/** Octets of heap left after garbage collection beyond what was there at the start. Needs --expose-gc to be fair. */
export function grown(fuzzing: Fuzzing): number { return heap() - fuzzing.heapAtStart }

/** Memory that grows with the inputs. */
export function growth(fuzzing: Fuzzing, octets: number): Finding | undefined {
  if (!globalThis.gc || octets < maxGrowth) return undefined
  return { target: fuzzing.target.name, why: `the heap grew by ${mebibytes(octets)} over ${fuzzing.inputs} inputs`, input: Buffer.alloc(0) }
}

export function mebibytes(octets: number): string { return `${(octets / 1_048_576).toFixed(1)} MiB` }

export function writeFinding({ target, why, input }: Finding): string {
  const folder = join(import.meta.dirname, '../findings', target)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, digest(input))
  writeFileSync(path, input)
  writeFileSync(`${path}.txt`, `${why}\n`)
  return path
}
