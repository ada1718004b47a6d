/** The page about the site file is what the definitions say. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { page, siteReference } from '../../tools/docs.ts'

test('docs/site.md is made from the definitions: run node tools/docs.ts after a change', () => {
  assert.equal(readFileSync(page, 'utf8'), siteReference())
})
