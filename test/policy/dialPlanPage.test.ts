/** docs/dial-plan.md: its example is a site that holds what it promises, and its words are the ones in use. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { causes } from '../../src/policy/dialling/causes.ts'
import { drillTollFraud } from '../../src/policy/drill.ts'
import { review } from '../../src/policy/review.ts'
import { isTollRule } from '../../src/policy/toll/mayCall.ts'
import { day, night, pictureOf } from './site.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../docs/dial-plan.md'), 'utf8')
const [, example = ''] = page.split('```yaml\n'), site = example.slice(0, example.indexOf('```'))

test('the example of the dial plan page is applied without an error, keeps its own promises and holds against the drill', async () => {
  const snapshot = await pictureOf(site)
  assert.ok(snapshot.dialLists.dialPlanTest.length >= 10)
  assert.deepEqual(review(snapshot, { now: day }).errors, [])
  const { rows, attacks } = drillTollFraud(snapshot, night)
  assert.deepEqual(rows.filter(({ outcome }) => outcome === 'through'), [])
  assert.ok(page.includes(`: ${attacks} patterns (`), `the page says another number of patterns than ${attacks}`)
})

test('causes and rules that the page names are those of the program', () => {
  const [, causesTable = '', rulesTable = ''] = page.split(/\| cause \||\| rule \|/)
  const named = (table: string): string[] => [...table.slice(0, table.indexOf('\n\n')).matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name!)
  assert.ok(named(causesTable).length >= 6 && named(causesTable).every((name) => Object.hasOwn(causes, name)), named(causesTable).join())
  assert.ok(named(rulesTable).length === 5 && named(rulesTable).every(isTollRule), named(rulesTable).join())
})
