import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { numbersIn, printTrace, traceTests } from '../../tools/trace.ts'

// put together here, so that this file bears none of them
const r = (number: string) => 'R'.concat(number), a = (number: string) => 'A'.concat(number)

const rows: [what: string, source: string, found: [id: string, lines: number[]][]][] = [
  ['a number in a name, with its line', `\ntest('${r('343')} every request')`, [[r('343'), [2]]]],
  ['a range counts as each of its numbers', `test('${r('001')}–${r('003')} ports')`, [[r('001'), [1]], [r('002'), [1]], [r('003'), [1]]]],
  ['attack classes at the beginning, beside others', `test('${a('9')} RFC 3261 17 ${a('48')}, ${r('400')}: walk')`, [[r('400'), [1]], [a('9'), [1]], [a('48'), [1]]]],
  ['a letter with a number inside a sentence is no attack class', `test('RFC 7616 the hash of ${a('1')} and more')`, []],
  ['a test that may be skipped shows nothing, the next one does', `\ntest('${a('8')} others', (t) => {\n  for (const e of entries(t, 'x')) run(e)\n})\n\ntest('${r('343')} own', () => {})`, [[r('343'), [6]]]],
  ['comments are not names', `// ${r('343')}\n/* '${r('344')}' */`, []],
]
for (const [what, source, found] of rows) test(`trace: ${what}`, () => assert.deepEqual([...numbersIn(source)], found))

test('trace: every number has words; the list is in order and printed whole', () => {
  const traced = traceTests()
  const ids = Object.keys(JSON.parse(readFileSync(new URL('../../docs/requirements.json', import.meta.url), 'utf8')) as object)
  assert.deepEqual(traced.map(({ id }) => id), ids)
  assert.deepEqual([ids.filter((id) => /^R\d{3}$/.test(id)).length, ids.filter((id) => /^A\d{1,2}$/.test(id)).length], [294, 48])
  assert.ok(traced.every(({ what }) => what.length > 3 && what.length < 80))
  assert.equal(printTrace(traced).split('\n').length, ids.length + 2)
})
