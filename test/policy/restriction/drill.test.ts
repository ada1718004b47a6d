/** The lint in words, and the drill: attacks by name on tables and on the dial plan behind them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attacks, numbersOf } from '../../../src/policy/restriction/attacks.ts'
import { drill, type Reach } from '../../../src/policy/restriction/drill.ts'
import { lintTables } from '../../../src/policy/restriction/lint.ts'
import { shippedCodes, shippedTables } from '../../../src/policy/restriction/shipped.ts'
import { compileTable, type RestrictionRow } from '../../../src/policy/restriction/table.ts'

const lint = (rows: RestrictionRow[], codes: string[]): string[] => lintTables([compileTable({ name: 't', rows })], { codes, international: ['00'] }).map(({ code, row, number }) => `${code.replace('restriction.', '')} ${row} ${number ?? ''}`.trim())
const block = (pattern: string): RestrictionRow => ({ pattern, blocked: true })
const allow = (pattern: string): RestrictionRow => ({ pattern, blocked: false })
const closed = [block('+*'), block('9+*'), block('99+*')]

const cases: [string, RestrictionRow[], string[], string[]][] = [
  ['R129 the shipped row alone, without the star', [...closed, block('900'), block('9900*'), allow('*')], ['9'], ['international 5 9000']],
  ['R129 with the star', [...closed, block('900*'), block('9900*'), allow('*')], ['9'], []],
  ['R129 a row above it that allows too much', [...closed, allow('90?4*'), block('900*'), block('9900*'), allow('*')], ['9'], ['international 3 9004']],
  ['R129 blocked by length alone', [...closed, block('9?????*'), allow('*')], ['9'], ['international 4 900', 'international 4 9900']],
  ['R129 everything blocked', [block('*')], ['9', '8'], []],
  ['R129 + is let through', [block('900*'), block('9900*'), allow('*')], ['9'], ['international 2 +0', 'international 2 9+', 'international 2 99+']],
  ['R130 a second code demands 99900', [...closed, block('999+*'), block('9999+*'), block('900*'), block('9900*'), allow('*')], ['9', '99'], ['international 7 99900', 'international 7 999900']],
  ['R131 a row for the prefix without the code', [...closed, block('00*'), allow('*')], ['9'], ['international 4 900', 'international 4 9900', 'withoutCode 3']],
  ['R129 rows after one that matches everything', [block('+*'), allow('*'), block('900*'), allow('*')], [], ['international 1 00', 'neverReached 1']],
]
for (const [about, rows, codes, expected] of cases) test(`${about}: ${expected.join(', ') || 'clean'}`, () => { assert.deepEqual(lint(rows, codes), expected) })

test('R129 a finding says which row, which number and what to do', () => {
  const [finding] = lintTables([compileTable({ name: 'Default Fax', rows: [block('+*'), allow('*')] })], { codes: ['9'], international: ['00'] }).filter(({ number }) => number === '900')
  assert.equal(finding?.text, 'Default Fax lets numbers that begin with 900 through: row 1 `*` allows 900. Block `900*` above it.')
})

test('R129 a table too intricate to be walked to the end is said to be undecided; blocked in row 0, it is clean', () => {
  const intricate = Array.from({ length: 40 }, (_, i): RestrictionRow => block(`*${i % 10}${'?'.repeat(10 + i % 20)}${(i * 7) % 10}`))
  assert.deepEqual(lint([block('+*'), ...intricate, allow('*')], []), ['international 41 00', 'undecided undefined'])
  assert.deepEqual(lint([block('00*'), block('+*'), ...intricate, allow('*')], []), [])
})

const compiled = shippedTables.map(compileTable)
/** A dial plan that takes everything behind a 9 to a carrier, and addresses of the gateway as well: as careless as can be. */
const careless = (number: string): Reach => /^[9+]|@gateway/.test(number) ? { trunk: 'carrier', by: 'pattern 9.! takes it to carrier' } : { by: 'no pattern takes it' }

test('R120 A44 at least 40 attacks, each with a name of its own, each dialled with every code', () => {
  assert.ok(attacks.length >= 40, `${attacks.length}`)
  assert.equal(new Set(attacks.map(({ name }) => name)).size, attacks.length)
  for (const attack of attacks) {
    const numbers = numbersOf(attack, { codes: ['9', '99'], international: ['00'] })
    assert.ok(numbers.length > 0 && numbers.every((number) => !number.includes('{')), attack.name)
  }
})

test('R127–R131 A44 the shipped tables stop every international attack in every spelling, by a row or before any', () => {
  const report = drill(compiled, shippedCodes, careless), out = new Set(report.rows.filter(({ outcome }) => outcome === 'through').map(({ attack }) => attack))
  assert.deepEqual([...out], ['the operator of the carrier', 'the code alone, for a dial tone'])
  assert.equal(report.rows.length, report.stopped + report.unreachable + report.through)
  for (const { outcome, row, by, trunk } of report.rows) {
    if (outcome === 'stopped') assert.match(by, row === undefined ? /^refused before any row/ : /blocks it$/)
    assert.equal(trunk, outcome === 'through' ? 'carrier' : undefined)
  }
  assert.equal(report.rows.filter(({ table, outcome }) => table === 'Default System Transfer' && outcome !== 'stopped').length, 0)
})

test('R135 A44 an open table lets through what the dial plan takes, each with the row and the trunk', () => {
  const report = drill([compileTable({ name: 'Open', rows: [allow('*')] })], shippedCodes, careless), through = report.rows.filter(({ outcome }) => outcome === 'through')
  assert.ok(through.some(({ attack, by, trunk }) => attack === 'the international operator' && by === 'row 0 `*` allows it, and pattern 9.! takes it to carrier' && trunk === 'carrier'))
  assert.deepEqual(report.rows.filter(({ attack }) => attack === 'digits that are dialled on' || attack === 'a routing number beside an extension').map(({ outcome }) => outcome), ['stopped', 'stopped', 'stopped', 'stopped'])
  for (const spelled of ['hyphens', 'escaped digits', 'digits of full width', 'a sip address at a gateway', 'parameters in the user part']) assert.ok(through.some(({ attack }) => attack === spelled), spelled)
  assert.ok(report.rows.some(({ attack, outcome }) => attack === 'digits escaped twice' && outcome === 'stopped'))
})

test('A44 the drill asks and does nothing: the same question twice has the same answer', () => {
  const before = JSON.stringify(shippedTables), asked: string[] = [], ask = (number: string): Reach => { asked.push(number); return careless(number) }
  assert.deepEqual(drill(compiled, shippedCodes, ask), drill(compiled, shippedCodes, careless))
  assert.ok(asked.every((number) => !/[\s\-()]/.test(number)))
  assert.equal(JSON.stringify(shippedTables), before)
})
