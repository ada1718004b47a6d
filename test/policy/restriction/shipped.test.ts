/** The shipped tables, the wizard for a site's own codes, the templates, and where tables are asked. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lintTables } from '../../../src/policy/restriction/lint.ts'
import { areas, chainsOf, checkCodes, type DialCodes, noInternational, shippedCodes, shippedTables, tablesFor } from '../../../src/policy/restriction/shipped.ts'
import { checkTables, compileTable, decide, type RestrictionTable } from '../../../src/policy/restriction/table.ts'
import { isRefusedAt, type Moment, tableNameFor, violations } from '../../../src/policy/restriction/uses.ts'

const isBlocked = (table: RestrictionTable, number: string): boolean => decide(compileTable(table), number).blocked
function rewritten(plan: DialCodes): readonly RestrictionTable[] {
  const made = tablesFor(plan)
  assert.ok(made.ok)
  return made.value
}

test('R127 six tables are shipped, with the rows of the seed first, and all of them are what a table may be', () => {
  assert.deepEqual(shippedTables.map(({ name }) => name), ['Default Transfer', 'Default Outdial', 'Default Fax', 'Default System Transfer',
    'User-Defined and Automatically-Added Alternate Extensions', 'Excluded Extensions for Automatically Added Alternate Extensions'])
  for (const { rows } of shippedTables) assert.deepEqual(rows.slice(0, 6).map(({ pattern, blocked }) => `${pattern} ${blocked}`), ['+* true', '9+* true', '91???????* true', '9011???????* true', '9???????????* true', '900 true'])
  assert.deepEqual(checkTables(shippedTables), [])
})

test('R129 the international operator is blocked in all shipped tables, and the lint is clean', () => {
  for (const table of shippedTables) for (const number of ['900', '9001', '90044', '9011', '901144', '+', '+44', '9+44']) assert.ok(isBlocked(table, number), `${table.name} ${number}`)
  assert.deepEqual(lintTables(shippedTables.map(compileTable), shippedCodes), [])
})

test('R135 a caller whom nobody knows is transferred nowhere until somebody says so', () => {
  const system = shippedTables.find(({ name }) => name === 'Default System Transfer')!
  for (const number of ['1001', '0', '95551234', 'alice@example.test', '900']) assert.ok(isBlocked(system, number), number)
  assert.equal(isBlocked({ ...system, rows: [{ pattern: '4711', blocked: false }, ...system.rows] }, '4711'), false)
})

/** Codes and prefixes, what must be blocked, what must not. */
const plans: [string, DialCodes, string[], string[]][] = [
  ['R128 code 0, prefix 00', { codes: ['0'], international: ['00'] }, ['000', '00044', '+44', '0+44', '000-44', '0000044'], ['1001', '05551234']],
  ['R130 codes 9 and 99', { codes: ['9', '99'], international: ['00'] }, ['900', '9900', '99900', '999900', '99+1', '999+1', '9990044'], ['1001', '95551234', '995551234']],
  ['R128 no code', { codes: [], international: ['00', '011'] }, ['00', '0044', '01144', '+1'], ['1001', '04930']],
  ['R128 code 9 with long distance', { codes: ['9'], international: ['011'], longDistance: '1' }, ['912125551234', '9011', '901144'], ['95551234']],
]
for (const [about, plan, blocked, open] of plans) {
  test(`${about}: the rewritten tables block it and the lint is clean`, () => {
    const tables = rewritten(plan)
    assert.deepEqual(tables.map(({ name }) => name), shippedTables.map(({ name }) => name))
    assert.deepEqual([checkTables(tables), lintTables(tables.map(compileTable), plan)], [[], []])
    for (const number of blocked) assert.ok(isBlocked(tables[0]!, number), number)
    for (const number of open) assert.equal(isBlocked(tables[0]!, number), false, number)
  })
}

test('R130 every code, and each two one after the other', () => {
  assert.deepEqual(chainsOf({ codes: ['9', '99'], international: ['00'] }), ['9', '99', '999', '9999'])
  assert.deepEqual(chainsOf({ codes: [], international: ['00'] }), [''])
})

test('R128 codes that are none are refused, and so are more than a table has rows for', () => {
  for (const plan of [{ codes: ['9x'], international: ['00'] }, { codes: ['9'], international: [] }, { codes: [''], international: ['00'] }, { codes: ['9'], international: ['0000000'] }]) {
    assert.equal(checkCodes(plan), false)
    const made = tablesFor(plan)
    assert.equal(made.ok ? '' : made.problem.code, 'policy.restriction.codes')
  }
  const many = tablesFor({ codes: ['1', '2', '3', '4', '5', '6', '7', '8'], international: ['00', '011'] })
  assert.equal(many.ok ? '' : many.problem.code, 'policy.restriction.tooManyPatterns')
})

test('R132 a table without international numbers, and nothing else', () => {
  const table = noInternational('No International', shippedCodes)
  for (const number of ['9011442079460000', '90044', '+44', '9+44', '9-011-44']) assert.ok(isBlocked(table, number), number)
  for (const number of ['912125551234', '1001', '95551234']) assert.equal(isBlocked(table, number), false, number)
  assert.deepEqual(lintTables([compileTable(table)], shippedCodes), [])
})

test('R134 chosen areas alone, or all but some; international numbers stay in', () => {
  const only = areas('Only', shippedCodes, ['1212', '1718'], true), but = areas('All but', shippedCodes, ['1900', '1876'], false)
  assert.deepEqual(['912125551234', '917185551234', '913105551234', '95551234', '1001', '90044'].map((n) => isBlocked(only, n)), [false, false, true, true, false, true])
  assert.deepEqual(['919005551234', '918765551234', '912125551234', '1001', '90044'].map((n) => isBlocked(but, n)), [true, true, false, false, true])
  assert.deepEqual(lintTables([only, but].map(compileTable), shippedCodes), [])
})

test('R122 R123 R124 R125 each use has its table: three of the class of service, two of the system', () => {
  const service = { transferTable: 'T', outdialTable: 'O', faxTable: 'F' }, system = { systemTransferTable: 'S', alternateExtensionTable: 'A' }
  assert.deepEqual((['transfer', 'notification', 'fax', 'systemTransfer', 'alternateExtension'] as const).map((use) => tableNameFor(use, service, system)), ['T', 'O', 'F', 'S', 'A'])
})

const moments: [string, Moment, boolean][] = [
  ['a user sets it', { use: 'transfer', when: 'set', by: 'user', recheckAtDial: true }, true], ['an administrator sets it', { use: 'transfer', when: 'set', by: 'administrator', recheckAtDial: true }, false],
  ['an administrator sets an alternate extension', { use: 'alternateExtension', when: 'set', by: 'administrator', recheckAtDial: true }, true], ['it is dialled later', { use: 'transfer', when: 'dialled', by: 'user', recheckAtDial: true }, true],
  ['it is dialled later without recheckAtDial', { use: 'fax', when: 'dialled', by: 'user', recheckAtDial: false }, false], ['a caller dials it without recheckAtDial', { use: 'systemTransfer', when: 'dialled', by: 'caller', recheckAtDial: false }, true],
]
for (const [about, moment, expected] of moments) test(`R133 ${about}: ${expected ? 'the table decides' : 'the table is not asked'}`, () => { assert.equal(isRefusedAt(moment), expected) })

test('R133 what was set before a table was tightened is reported with the row that blocks it now', () => {
  const table = compileTable(noInternational('No International', shippedCodes))
  assert.deepEqual(violations([{ owner: 'alice', field: 'transfer', table, number: '9011 44 20' }, { owner: 'bob', field: 'transfer', table, number: '1001' }]),
    [{ owner: 'alice', field: 'transfer', table: 'No International', text: 'row 2 `9011*` blocks it' }])
})
