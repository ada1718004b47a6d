/** Restriction tables: which row decides, what is refused before any, what a table may hold. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shippedTables } from '../../../src/policy/restriction/shipped.ts'
import { checkTable, checkTables, compileTable, decide, insertRow, mayDelete, type RestrictionRow, type RestrictionTable, sayDecision } from '../../../src/policy/restriction/table.ts'

const block = (pattern: string): RestrictionRow => ({ pattern, blocked: true })
const allow = (pattern: string): RestrictionRow => ({ pattern, blocked: false })
const table = (rows: RestrictionRow[], more: Partial<RestrictionTable> = {}): RestrictionTable => ({ name: 't', rows, ...more })
/** `blocked 2`: row 2 blocks it; `blocked digits`: refused before any row. */
function decided(given: RestrictionTable, number: string): string {
  const decision = decide(compileTable(given), number)
  return `${decision.blocked ? 'blocked' : 'allowed'} ${decision.by === 'row' ? decision.row : decision.by}`
}

const transfer = shippedTables[0]!
const seed: [string, string][] = [
  ['900', 'blocked 5'], ['9001', 'blocked 7'], ['900442079460000', 'blocked 4'], ['90044', 'blocked 7'], ['+442079460000', 'blocked 0'], ['+', 'blocked digits'], ['9+44', 'blocked 1'],
  ['912125551234', 'blocked 2'], ['9123456', 'allowed 11'], ['901144', 'blocked 6'], ['9011442079460', 'blocked 3'], ['912345678901', 'blocked 2'], ['923456789012', 'blocked 4'], ['92345678901', 'allowed 11'],
  ['1001', 'allowed 11'], ['95551234', 'allowed 11'], ['', 'blocked unreadable'], ['1'.repeat(30), 'allowed 11'], ['1'.repeat(31), 'blocked digits'],
]
for (const [number, expected] of seed) test(`R127 R129 Default Transfer and ${JSON.stringify(number)}: ${expected}`, () => { assert.equal(decided(transfer, number), expected) })

const written = ['9-900', '9 900', '9 9 00', '9-00', '9.00', '(9)00', '9/00', '9,,00', '+44 20', '9 + 44', '9\u200b00', '９００', 'tel:9-00', 'sip:900@gw.test', '900@gw.test', 'sip:9.0.0@gw.test', 'sip:%39%30%30@gw.test', '٩٠٠', '9p00', 'sip:9;00@gw.test', 'tel:9;postd=00', 'sip:1001;rn=900@gw.test', 'tel:9;ext=00', 'sip:x:900@gw.test']
for (const number of written) test(`R131 no way past the table by writing it ${JSON.stringify(number)}`, () => { assert.match(decided(transfer, number), /^blocked/) })

test('R121 R134 from row 0 on, the first that matches decides; a new row comes first', () => {
  const first = table([allow('9021*'), block('9*'), allow('*')])
  assert.deepEqual(['90215', '9022', '1001'].map((n) => decided(first, n)), ['allowed 0', 'blocked 1', 'allowed 2'])
  assert.deepEqual(['90215', '9022'].map((n) => decided(insertRow(first, block('90*')), n)), ['blocked 0', 'blocked 0'])
})

const wildcards: [string, string, boolean][] = [
  ['9*', '9', true], ['9*', '912', true], ['9*', '19', false], ['9?', '9', false], ['9?', '91', true], ['9?', '912', false], ['*9', '129', true], ['*9', '9', true], ['*9', '91', false],
  ['1*2*3', '123', true], ['1*2*3', '199299923', true], ['1*2*3', '132', false], ['?*', '', false], ['??*', '1', false], ['??*', '12', true], ['#1', '#1', true], ['#1', '11', false], ['9#*', '9#123', true],
  ['**', '7', true], ['+*', '+1', true], ['+*', '1', false], ['9*', '*9', false], ['?9', '*9', true],
]
for (const [pattern, number, expected] of wildcards) {
  test(`R121 ${pattern} and ${number || 'nothing'}: ${expected ? 'match' : 'no match'}`, () => { assert.equal(decided(table([block(pattern), allow('*')], { minDigits: 1 }), number), expected ? 'blocked 0' : number === '' ? 'blocked unreadable' : 'allowed 1') })
}

test('R121 addresses may be patterns, without regard to case, port and parameters; a user part that is a number must pass as one', () => {
  const uris = table([block('abc*@dummy.com'), block('900*'), allow('*')])
  for (const address of ['abc@dummy.com', 'sip:ABCdef@Dummy.com', 'sip:abc@dummy.com:5070;transport=tcp', 'sips:abc;npdi@dummy.com.;x=y', 'sip:%61bc@dummy.com']) assert.equal(decided(uris, address), 'blocked 0', address)
  for (const address of ['ab@dummy.com', 'abc@dummy.com.evil.test', 'alice@example.test', 'alice']) assert.equal(decided(uris, address), 'allowed 2', address)
  assert.equal(decided(table([block('900'), allow('*')]), 'sip:900@gw.test'), 'blocked 0')
  assert.equal(decided(table([allow('*')], { maxDigits: 4 }), 'sip:12345@gw.test'), 'blocked digits')
})

test('R121 least and most digits are looked at before the rows, and + is no digit', () => {
  const few = table([allow('*')], { minDigits: 3, maxDigits: 5 })
  assert.deepEqual(['12', '123', '+123', '12345', '123456', '1-2'].map((n) => decided(few, n)), ['blocked digits', 'allowed 0', 'allowed 0', 'allowed 0', 'blocked digits', 'blocked digits'])
})

test('R121 a table without a last row blocks what no row matches; every decision says itself in words', () => {
  assert.equal(decided(table([allow('1*')]), '2'), 'blocked noRow')
  assert.equal(sayDecision(decide(compileTable(transfer), '900')), 'row 5 `900` blocks it')
  assert.equal(sayDecision(decide(compileTable(transfer), '1'.repeat(31))), 'refused before any row: it has 31 digits, and 1 to 30 are allowed')
})

const last = allow('*')
const wrong: [string, RestrictionTable, string[]][] = [
  ['R126 50 rows', table([...Array.from({ length: 49 }, (_, i) => block(`9${i}`)), last]), []], ['R126 51 rows', table([...Array.from({ length: 50 }, (_, i) => block(`9${i}`)), last]), ['rows']],
  ['R126 no row', table([]), ['rows']], ['R121 another last row', table([last, block('9*')]), ['lastRow']], ['R121 a last row that blocks', table([block('*')]), []],
  ['R131 a pattern with separators', table([block('9-00*'), block('9 00'), last]), ['separator', 'separator']], ['R121 an empty pattern', table([block(''), last]), ['pattern']],
  ['R121 a pattern of 65 characters', table([block('9'.repeat(65)), last]), ['pattern']], ['R121 a control character', table([block('a\n'), last]), ['pattern']], ['R121 the wildcards of addresses', table([block('abc*@dummy.com'), last]), []],
  ['R126 no name', table([last], { name: '' }), ['name']], ['R121 digits out of order', table([last], { minDigits: 9, maxDigits: 3 }), ['digits']], ['R121 no digits', table([last], { minDigits: 0 }), ['digits']],
  ['R121 31 digits', table([last], { maxDigits: 31 }), ['digits']],
]
for (const [about, given, expected] of wrong) test(`${about}: ${expected.join(', ') || 'taken'}`, () => { assert.deepEqual(checkTable(given).map(({ code }) => code.replace('policy.restriction.', '')), expected) })

test('R126 100 tables beside the shipped ones and no more, each with a name of its own', () => {
  const added = Array.from({ length: 100 }, (_, i) => table([last], { name: `t${i}` })), codes = (tables: RestrictionTable[]) => checkTables(tables).map(({ code }) => code.replace('policy.restriction.', ''))
  assert.deepEqual(codes([...shippedTables, ...added]), [])
  assert.deepEqual(codes([...shippedTables, ...added, table([last], { name: 'one more' })]), ['tooManyTables'])
  assert.deepEqual(codes([table([last]), table([last])]), ['sameName'])
})

test('R127 the shipped tables are not deleted, others are unless somebody uses them', () => {
  assert.equal(mayDelete(transfer, [])?.code, 'policy.restriction.shipped')
  assert.equal(mayDelete(table([last]), []), undefined)
  assert.match(mayDelete(table([last]), ['Voice Mail User'])!.text, /Voice Mail User/)
})
