/** The dial plan: what a match costs with few and with many patterns, how long a plan takes to compile, what it holds. */
import { e164, nanp } from '../src/policy/dialling/numberingPlans.ts'
import { match } from '../src/policy/dialling/match.ts'
import { compilePlan, type DialPlan } from '../src/policy/dialling/plan.ts'
import type { DialTable, PatternRow } from '../src/policy/dialling/table.ts'
import { decide } from '../src/policy/dialling/translate.ts'
import { walk } from '../src/policy/dialling/walk.ts'
import { explainCall } from '../src/policy/explain.ts'
import { place } from '../src/policy/place.ts'
import { type Bench, type Figure, rate } from './figure.ts'
import { dialledNumbers, dialSite, type Size } from './load/dialSite.ts'

const partitions = 500, rounds = 1_000

/** Sites with an access code each: extensions, direct numbers, the outside world by wildcards. */
function table(patterns: number): DialTable {
  const names = Array.from({ length: partitions }, (_, at) => ({ name: `P${at}` }))
  const rows = Array.from({ length: patterns }, (_, at): PatternRow => {
    const pattern = at % 10 === 0 ? `9.0${String(2 + at / 10 % 8)}${String(at).padStart(4, '0')}!` : `9.0${String(2 + at % 8)}${String(at).padStart(4, '0')}XXXX`
    return { object: `routePatterns[${at}]`, pattern, partition: `P${at % partitions}`, to: { is: 'trunk', name: 'carrier' }, called: { discard: 'PreDot' } }
  })
  return {
    partitions: names, callingSearchSpaces: [{ name: 'All', partitions: names.map(({ name }) => name) }], patterns: rows, calledTransformations: [], callingTransformations: [], routeLists: [], routeGroups: [],
    trunks: [{ name: 'carrier' }], timePeriods: [], timeSchedules: [], numberingPlans: [nanp, e164], routeFilters: [],
  }
}

/** Numbers spread over the patterns, each of them matched. */
function numbers(patterns: number): string[] {
  return Array.from({ length: rounds }, (_, each) => {
    const at = each * 7_919 % patterns
    return `90${at % 10 === 0 ? 2 + at / 10 % 8 : 2 + at % 8}${String(at).padStart(4, '0')}${String(1_000 + each)}`
  })
}

const caller = { spaces: ['All'], calling: '1001', now: 0, zone: 'UTC' }

function prepared(patterns: number): { plan: DialPlan; dialled: readonly string[] } {
  const { plan, problems } = compilePlan(table(patterns)), dialled = numbers(patterns)
  if (problems.length > 0 || dialled.some((digits) => decide(plan, { ...caller, dialled: digits }).is !== 'found')) throw new Error('the plan is wrong')
  return { plan, dialled }
}

function matching(patterns: number): () => void {
  const { plan, dialled } = prepared(patterns), sight = plan.sight(caller.spaces, 0, 'UTC')
  return () => { for (const digits of dialled) if (match(plan.patterns.automaton, sight, digits).pattern < 0) throw new Error('no match') }
}

function deciding(patterns: number): () => void {
  const { plan, dialled } = prepared(patterns)
  return () => { for (const digits of dialled) if (decide(plan, { ...caller, dialled: digits }).is !== 'found') throw new Error('no match') }
}

/** Both by turns, round for round, so that a busy machine slows both. */
function byTurns(few: () => void, many: () => void): { few: number[]; many: number[] } {
  const pairs = Array.from({ length: 7 }, () => ({ few: rate(few, rounds, 1)[0]!, many: rate(many, rounds, 1)[0]! }))
  return { few: pairs.map((pair) => pair.few), many: pairs.map((pair) => pair.many) }
}

function explaining(patterns: number): number[] {
  const { plan, dialled } = prepared(patterns)
  return rate(() => { for (const digits of dialled) if (walk(plan, caller, digits).targets.length !== 1) throw new Error('no target') }, rounds)
}

/** What a call asks: the dial plan and toll control, up to the first trunk. */
function placing(size: Size): () => void {
  const { snapshot, who } = dialSite(size), dialled = dialledNumbers(size.patterns, rounds)
  return () => {
    for (const digits of dialled) {
      const found = place(snapshot, who, digits, 0)
      if (found.is !== 'routes' || !found.route.next()) throw new Error('no trunk')
    }
  }
}

const small: Size = { patterns: 10, partitions: 10, trunks: 10, lines: 1_000 }, large: Size = { patterns: 10_000, partitions, trunks: 1_000, lines: 100_000 }

/** Milliseconds of CPU an explanation in words, as the command asks for it. */
function explainingCalls(): number[] {
  const { snapshot } = dialSite(large), dialled = dialledNumbers(large.patterns, rounds), moment = { now: 0, reachable: () => true, calls: () => 0, down: () => undefined }
  return rate(() => { for (const digits of dialled) if (explainCall(snapshot, '100000', digits, moment).outcome !== 'trunk') throw new Error('no trunk') }, rounds, 5).map((each) => 1_000 / each)
}

/** Milliseconds of CPU a compilation. */
function compiling(patterns: number): number[] {
  const given = table(patterns)
  return rate(() => { if (compilePlan(given).problems.length > 0) throw new Error('the plan is wrong') }, 1, 5).map((each) => 1_000 / each)
}

/** Octets that a plan holds once all the numbers have been matched. */
function memory(patterns: number): number[] {
  const given = table(patterns)
  return Array.from({ length: 3 }, () => {
    globalThis.gc?.()
    const before = process.memoryUsage(), { plan } = compilePlan(given), sight = plan.sight(caller.spaces, 0, 'UTC')
    for (const digits of numbers(patterns)) match(plan.patterns.automaton, sight, digits)
    globalThis.gc?.()
    const after = process.memoryUsage()
    if (plan.patterns.rules.length !== patterns) throw new Error('the plan is wrong')
    return (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / 2 ** 20
  })
}

export const dialling: Bench = {
  name: 'dialling',
  what: `Matching ${rounds.toLocaleString('en')} numbers of 11 digits in plans of 10 and 10,000 patterns (a tenth with !, the rest with XXXX) in ${partitions} partitions, all of them in the calling search space; with the decision and with the explanation; then the same asked of the picture of a whole site, as calls and explain call ask it.`,
  run: async (): Promise<Figure[]> => {
    const { few, many } = byTurns(matching(10), matching(10_000)), decided = byTurns(deciding(10), deciding(10_000)), placed = byTurns(placing(small), placing(large))
    return [
      { what: 'matches, 10,000 patterns', unit: 'numbers per CPU second', values: many, peer: { name: '10 patterns', values: few } },
      { what: 'what a match costs with 10,000 patterns, as a multiple of 10 patterns', unit: '×', values: many.map((each, at) => few[at]! / each), aim: { value: 1.5, atMost: true } },
      { what: 'decisions, 10,000 patterns', unit: 'numbers per CPU second', values: decided.many, peer: { name: '10 patterns', values: decided.few } },
      { what: 'numbers placed with toll control up to the first trunk: 10,000 patterns, 500 partitions, 1,000 trunks, 100,000 lines', unit: 'numbers per CPU second', values: placed.many, peer: { name: '10 patterns, 10 trunks', values: placed.few } },
      { what: 'what a number costs there', unit: 'µs of CPU', values: placed.many.map((each) => 1_000_000 / each), aim: { value: 15, atMost: true }, note: 'of the 300 µs of a call' },
      { what: 'explain call, the same site', unit: 'ms of CPU', values: explainingCalls(), aim: { value: 10, atMost: true } },
      { what: 'explanations in words, 10,000 patterns', unit: 'numbers per CPU second', values: explaining(10_000) },
      { what: 'compiling 10,000 patterns', unit: 'ms of CPU', values: compiling(10_000), aim: { value: 1_000, atMost: true } },
      { what: 'memory of 10,000 patterns', unit: 'MiB', values: memory(10_000) },
    ]
  },
}
