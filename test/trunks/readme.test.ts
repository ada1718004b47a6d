/** The two site files of the README are taken as they stand there, and do what it says. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { simulatedSite } from '../../src/index.ts'
import { place } from '../../src/policy/place.ts'

test('README: a carrier in ten lines: a national number goes out by it, an international one does not, a caller from it reaches an extension and nothing outside', async () => {
  const blocks = [...readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8').matchAll(/^ *```yaml\n([\s\S]*?)^ *```/gm)].map((found) => found[1]!.replace(/^ {3}(?=system|users|phones| {2}-)/gm, ''))
  const site = blocks[0]! + blocks[1]!, { snapshot } = await simulatedSite(site), line = snapshot.lines.get('1001')!, trunk = snapshot.trunks.get('carrier')!
  assert.ok(blocks[1]!.split('\n').length <= 11)
  const out = place(snapshot, { is: 'line', line }, '9044123456', 0)
  assert.ok(out.is === 'routes')
  assert.equal(out.route.next()?.called, '044123456')
  assert.notEqual(place(snapshot, { is: 'line', line }, '900441234567', 0).is, 'routes')
  assert.equal(place(snapshot, { is: 'trunk', trunk, use: 'inbound' }, '1001', 0).is, 'own')
  assert.notEqual(place(snapshot, { is: 'trunk', trunk, use: 'inbound' }, '9044123456', 0).is, 'routes')
})
