/** Random tables against a matcher that anybody can read, and random separators against every table. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readDialled } from '../../../src/policy/restriction/dialled.ts'
import { closedPrefixes, lintTables, numbersThrough } from '../../../src/policy/restriction/lint.ts'
import { compileRows, firstMatch } from '../../../src/policy/restriction/rows.ts'
import { shippedTables } from '../../../src/policy/restriction/shipped.ts'
import { compileTable, decide, type RestrictionTable } from '../../../src/policy/restriction/table.ts'
import { linear } from '../../linear.ts'

const runs = Number(process.env.RINGFORT_RESTRICTION_RUNS ?? 8_000)

/** The rule, word for word: a star is nothing, or one character and the star again. */
function matches(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  if (pattern[0] === '*') return matches(pattern.slice(1), text) || (text !== '' && matches(pattern, text.slice(1)))
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && matches(pattern.slice(1), text.slice(1))
}

const few = fc.string({ unit: fc.constantFrom('0', '9', '1', '+', '#'), maxLength: 9 })
const pattern = fc.oneof(fc.string({ unit: fc.constantFrom('0', '9', '1', '+', '#', '*', '?', '*'), minLength: 1, maxLength: 8 }), fc.constantFrom('*', '?', '900*', '9?0*', '*?*?*', '9'.repeat(40), `${'?'.repeat(33)}*`))
const rows = fc.array(fc.record({ pattern, blocked: fc.boolean() }), { maxLength: 12 }).chain((list) => fc.boolean().map((blocked) => [...list, { pattern: '*', blocked }]))

test('R121 property: the row that decides is the one that a naive matcher finds', () => {
  const hits = new Set<number>()
  fc.assert(fc.property(rows, fc.oneof(few, fc.string({ unit: fc.constantFrom('9', '0'), minLength: 28, maxLength: 70 })), (list, text) => {
    const patterns = list.map((row) => row.pattern), found = firstMatch(compileRows(patterns), text)
    assert.equal(found, patterns.findIndex((one) => matches(one, text)))
    hits.add(found)
  }), { numRuns: runs, seed: 121 })
  assert.ok(hits.size > 8, `only rows ${[...hits].join()} ever decided`)
})

const between = fc.constantFrom(' ', '-', '.', '(', ')', '/', ',', '\u00a0', '\u200b', '\u2014', '\u202d', '\t', '_', '')
const tables = fc.oneof(fc.constantFrom(...shippedTables), rows.map((list): RestrictionTable => ({ name: 't', rows: list })))
const number = fc.oneof(few, fc.string({ unit: fc.constantFrom('0', '1', '4', '9', '*', '#'), minLength: 1, maxLength: 16 }).map((n) => `9${n}`)).filter((n) => n !== '')

test('R131 A44 property: separators between digits change nothing, and open nothing, in numbers, tel and sip addresses', () => {
  let blocked = 0
  fc.assert(fc.property(tables, number, fc.array(between, { minLength: 20, maxLength: 20 }), (table, digits, gaps) => {
    const compiled = compileTable(table), plain = decide(compiled, digits), written = [...digits].map((digit, i) => gaps[i % gaps.length]! + digit).join('') + gaps[0]!
    assert.deepEqual(decide(compiled, written), plain)
    assert.deepEqual(decide(compiled, `tel:${written}`), plain)
    if (!plain.blocked) return
    blocked++
    for (const address of [`sip:${digits}@gw.test`, `${digits}@gw.test:5070;user=phone`, `sip:${digits.split('').join('.')};npdi@gw.test`]) assert.equal(decide(compiled, address).blocked, true, address)
  }), { numRuns: runs / 4, seed: 131 })
  assert.ok(blocked > runs / 40, `${blocked} were blocked at all`)
})

test('A1 property: whatever is dialled, nothing throws, and what is read holds no separator', () => {
  fc.assert(fc.property(fc.oneof(fc.string({ maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ unit: fc.constantFrom('s', 'i', 'p', ':', '@', '%', '3', '9', '[', ']', ';', '+', '.', '\u200b'), maxLength: 30 })), (text) => {
    const read = readDialled(text)
    if (read.is === 'number') assert.match(read.text, /^[+0-9*#]+$/)
    if (read.is === 'address') assert.doesNotMatch(read.text, /[\s\p{Cc}\p{Cf}]/u)
    decide(compileTable(shippedTables[0]!), text)
  }), { numRuns: runs / 2, seed: 1 })
})

/** All numbers of a few keys that begin so. */
function every(prefix: string, most: number): string[] {
  const out = [prefix]
  for (let from = 0; from < out.length; from++) if (out[from]!.length < most) for (const key of '019#') out.push(out[from]! + key)
  return out
}

test('R129 R130 property: the lint is silent exactly where no number gets through, and what it shows gets through by the row it names', () => {
  const plan = { codes: ['9'], international: ['00'] }
  let silent = 0, loud = 0
  fc.assert(fc.property(rows, fc.integer({ min: 1, max: 4 }), (list, minDigits) => {
    const compiled = compileTable({ name: 't', rows: list, minDigits, maxDigits: 6 })
    for (const prefix of closedPrefixes(plan)) {
      const { through, decided } = numbersThrough(compiled, prefix)
      assert.ok(decided)
      for (const [row, shown] of through) assert.deepEqual([shown.startsWith(prefix), decide(compiled, shown)], [true, { by: 'row', blocked: false, row, pattern: list[row]!.pattern }])
      const open = every(prefix, 6).map((one) => decide(compiled, one)).filter((one) => !one.blocked)
      for (const one of open) assert.ok(one.by === 'row' && through.has(one.row), prefix)
      if (through.size === 0) silent++; else loud++
    }
    assert.equal(lintTables([compiled], plan).some(({ code }) => code === 'restriction.undecided'), false)
  }), { numRuns: 150, seed: 129 })
  assert.ok(silent > 50 && loud > 50, `${silent} silent, ${loud} loud`)
})

const stars = compileRows(Array.from({ length: 50 }, (_, i) => `*${'9*'.repeat(12)}${i}`)), single = compileRows([`*${'9*'.repeat(30)}8`])
linear('A5 restriction table:', 2_000, { 'fifty patterns of stars': (n) => { const text = '9'.repeat(n); return () => firstMatch(stars, text) }, 'one pattern of stars': (n) => { const text = '9'.repeat(n); return () => firstMatch(single, text) } })
