/** A3: multipart bodies made to keep a parser busy. A watchdog stands beside the thread that reads them: an endless loop fails the test and does not hang it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'

const budget = 5            // ms a message
const patience = 60_000     // ms without a word from the thread

interface Told { readonly name: string; readonly least: number }

/** What the thread says of each bomb, in order; ends it where it falls silent. */
function watched(file: string): Promise<Told[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(file), told: Told[] = []
    let dog = setTimeout(bite, patience)
    function bite(): void { void worker.terminate(); reject(new Error(`silent after ${told.at(-1)?.name ?? 'the start'}: the next one never ends`)) }
    worker.on('message', (one: Told) => {
      told.push(one)
      clearTimeout(dog)
      if (one.name === 'end') void worker.terminate().then(() => resolve(told))
      else dog = setTimeout(bite, patience)
    })
    worker.on('error', (error) => { clearTimeout(dog); reject(new Error('the thread failed', { cause: error })) })
  })
}

test(`RFC 2046 5.1, A3: multipart bombs of 60,000 octets take less than ${budget} ms each, parser and endpoint together, and end`, async (t) => {
  const told = await watched(join(import.meta.dirname, 'bombs.ts'))
  assert.ok(told.length > 15)
  const worst = told.toSorted((a, b) => b.least - a.least)[0]!
  t.diagnostic(`worst: ${worst.name}, ${worst.least.toFixed(2)} ms`)
  assert.deepEqual(told.filter(({ least }) => least > budget), [])
})
