/**
 * The automaton against a matcher that asks a regular expression of each pattern, on random plans and numbers; and plans made to be costly.
 * DIALLING_CHECKS=1000000 for a longer run.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { match } from '../../../src/policy/dialling/match.ts'
import { maxStates } from '../../../src/policy/dialling/compile.ts'
import type { PatternRow } from '../../../src/policy/dialling/table.ts'
import { planOf, row, seeded } from './table.ts'

const checks = Number(process.env.DIALLING_CHECKS ?? 100_000)
const keys = '0123456789*#+'

interface Token { readonly text: string; readonly keys: string; readonly repeat: '' | '*' | '+' }
interface Known { readonly tokens: readonly Token[]; readonly regex: RegExp; readonly partition: number }

const literal = (key: string): Token => ({ text: key === '+' ? '\\+' : key, keys: key, repeat: '' })
const tokens: readonly Token[] = [
  ...[...'001112', '*', '#', '+'].map(literal), { text: 'X', keys: '0123456789', repeat: '' }, { text: 'X', keys: '0123456789', repeat: '' },
  { text: '[0-2]', keys: '012', repeat: '' }, { text: '[^1-8]', keys: '09*#', repeat: '' }, { text: '!', keys: '0123456789', repeat: '+' },
  { text: '1?', keys: '1', repeat: '*' }, { text: '[01]+', keys: '01', repeat: '+' }, { text: 'X?', keys: '0123456789', repeat: '*' },
]

function known(any: (below: number) => number, partitions: number): Known {
  let negated = false
  const own = Array.from({ length: 1 + any(5) }, () => tokens[any(tokens.length)]!).filter((token) => {
    const second = negated && token.text.includes('^')
    negated ||= token.text.includes('^')
    return !second
  })
  const regex = new RegExp(`^${own.map((token) => `[${token.keys}]${token.repeat}`).join('')}$`)
  return { tokens: own, regex, partition: any(partitions + 1) }
}

/** Places in a pattern after these digits. */
function after(own: readonly Token[], digits: string): Set<number> {
  const open = (places: Iterable<number>): Set<number> => {
    const all = new Set(places)
    for (const place of all) if (own[place]?.repeat === '*') all.add(place + 1)
    return all
  }
  let places = open([0])
  for (const digit of digits) places = open([...places].flatMap((place) => {
    const here = own[place]?.keys.includes(digit) ? [place + 1] : [], last = own[place - 1]
    return last && last.repeat !== '' && last.keys.includes(digit) ? [...here, place] : here
  }))
  return places
}

const mayGrow = (own: readonly Token[], digits: string): boolean => [...after(own, digits)].some((place) => place < own.length || (own[place - 1]?.repeat ?? '') !== '')

/** Numbers of a length that match, by walking every set of places; each number is on one way. */
function countNaively(own: readonly Token[], length: number, at: readonly number[] = [...after(own, '')], memo = new Map<string, bigint>()): bigint {
  const key = `${length}:${at.join()}`, there = memo.get(key)
  if (there !== undefined) return there
  const total = length === 0 ? BigInt(at.includes(own.length)) : [...keys].reduce((sum, digit) => {
    const next = stepNaively(own, at, digit)
    return next.length === 0 ? sum : sum + countNaively(own, length - 1, next, memo)
  }, 0n)
  memo.set(key, total)
  return total
}

function stepNaively(own: readonly Token[], at: readonly number[], digit: string): readonly number[] {
  const out = new Set<number>()
  for (const place of at) {
    if (own[place]?.keys.includes(digit)) out.add(place + 1)
    const last = own[place - 1]
    if (last && last.repeat !== '' && last.keys.includes(digit)) out.add(place)
  }
  for (const place of out) if (own[place]?.repeat === '*') out.add(place + 1)
  return [...out].sort((a, b) => a - b)
}

/** The best pattern by asking each: fewest numbers, then the foremost partition, then the first row. */
function best(all: readonly Known[], order: readonly number[], digits: string): number {
  const matching = [...all.entries()].filter(([, { regex, partition }]) => order.includes(partition) && regex.test(digits))
  if (matching.length < 2) return matching[0]?.[0] ?? -1
  const ranked = matching.map(([index, { tokens: own, partition }]) => ({ index, count: countNaively(own, digits.length), rank: order.indexOf(partition) }))
  return ranked.reduce((a, b) => b.count < a.count || (b.count === a.count && b.rank < a.rank) ? b : a).index
}

/** One row for each text and partition. */
function plansRows(any: (below: number) => number, patterns: number, partitions: number): { all: Known[]; rows: PatternRow[] } {
  const all: Known[] = [], seen = new Set<string>()
  while (all.length < patterns) {
    const made = known(any, partitions), key = `${made.regex.source} ${made.partition}`
    if (made.tokens.length === 0 || seen.has(key)) continue
    seen.add(key)
    all.push(made)
  }
  return { all, rows: all.map(({ tokens: own, partition }) => row(own.map(({ text }) => text).join(''), partition === 0 ? undefined : `P${partition}`)) }
}

test(`11.2 ${checks.toLocaleString('en')} numbers in random plans: the automaton says what asking every pattern says, and whether more could follow`, () => {
  const any = seeded(2), partitions = 4, perPlan = 500
  let matched = 0, several = 0
  for (let done = 0; done < checks; done += perPlan) {
    const { all, rows } = plansRows(any, 2 + any(30), partitions)
    const plan = planOf({ patterns: rows, partitions: Array.from({ length: partitions }, (_, at) => ({ name: `P${at + 1}` })), callingSearchSpaces: [{ name: 'S', partitions: ['P3', 'P1'] }] })
    const sight = plan.sight(['S'], 0, 'UTC'), order = [3, 1, 0]
    for (let each = 0; each < perPlan; each++) {
      const digits = Array.from({ length: 1 + any(6) }, () => keys[any(4) === 0 ? any(keys.length) : any(3)]!).join('')
      const got = match(plan.patterns.automaton, sight, digits), expected = best(all, order, digits)
      assert.equal(got.pattern, expected, `${digits} in ${rows.map(({ object }) => object).join(' ')}`)
      assert.equal(got.more, all.some(({ tokens: own, partition }) => order.includes(partition) && mayGrow(own, digits)), `more after ${digits} in ${rows.map(({ object }) => object).join(' ')}`)
      if (expected >= 0) matched++
      if (expected >= 0 && all.filter(({ regex, partition }) => order.includes(partition) && regex.test(digits)).length > 1) several++
    }
  }
  assert.ok(matched > checks / 10 && several > checks / 50, `${matched} matched, ${several} of them more than one pattern: the plans say little`)
})

test('A4 plans and numbers made to fill the automaton: never more than its states, still the right answer', () => {
  const any = seeded(5), length = 16, digitsOf = (key: () => string): string => Array.from({ length }, key).join('')
  const patterns = new Set(Array.from({ length: 400 }, () => digitsOf(() => any(5) === 0 ? String(any(3)) : 'X')))
  const plan = planOf({ patterns: [...patterns].map((pattern) => row(pattern)) }), sight = plan.sight([], 0, 'UTC'), { automaton, rules } = plan.patterns
  const texts = rules.map(({ pattern: { text } }) => ({ regex: new RegExp(`^${text.replaceAll('X', '[0-9]')}$`), fixed: [...text].filter((char) => char !== 'X').length }))
  let most = 0, matched = 0, emptied = 0
  for (let each = 0; each < 60_000 && emptied < 2; each++) {
    const digits = digitsOf(() => String(any(3))), before = automaton.size.states(), { pattern } = match(automaton, sight, digits)
    most = Math.max(most, automaton.size.states())
    if (automaton.size.states() < before) emptied++
    if (each % 20 !== 0) continue
    const candidates = [...texts.keys()].filter((at) => texts[at]!.regex.test(digits)), top = Math.max(...candidates.map((at) => texts[at]!.fixed))
    assert.equal(pattern, candidates.find((at) => texts[at]!.fixed === top) ?? -1, digits)
    if (pattern >= 0) matched++
  }
  assert.ok(most <= maxStates && emptied > 0, `${most} states, emptied ${emptied} times`)
  assert.ok(matched > 100, `${matched} matched`)
})

test('A4 a number of any length and any character is matched or not, and nothing else happens', () => {
  const plan = planOf({ patterns: [row('!'), row('[0-9]+#'), row('\\+!')] }), sight = plan.sight([], 0, 'UTC')
  const rows: [string, number][] = [['1'.repeat(50), 0], ['1'.repeat(51), -1], ['1'.repeat(1_000_000), -1], ['', -1], ['12é', -1], ['\0', -1], ['1 2', -1], ['+49', 2], ['4+9', -1], ['12#', 1], ['12##', -1]]
  for (const [digits, expected] of rows) assert.equal(match(plan.patterns.automaton, sight, digits).pattern, expected, digits.slice(0, 60))
})
