import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { traces, tracesPage } from '../../tools/traces.ts'

test('docs/trunk-traces.md is what goes over the wire: run node tools/traces.ts after a change', async () => {
  assert.equal(await traces(), readFileSync(tracesPage, 'utf8'))
})
