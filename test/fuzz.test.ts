/** A short slice of `npm run fuzz`: every target, its corpus and some thousand mutations of it from a fixed seed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { feedCorpus, feedMutations, newFuzzing } from '../fuzz/harness/feed.ts'
import { mutate, maxInput } from '../fuzz/harness/mutate.ts'
import { findTargets } from '../fuzz/harness/targets.ts'
import type { FuzzTarget } from '../fuzz/target.ts'
import { seededRandom } from '../src/main/simulation/random.ts'

const wanted = 20_000
const hang = 100   // ms of CPU; `npm run fuzz` allows 5: no test depends on the speed of the machine

for (const target of await findTargets('')) {
  const slice = target.slowest === undefined ? wanted : wanted / 10   // inputs that hold more take longer
  test(`A1 fuzz ${target.name}: the corpus and ${slice} mutations: no exception, no hang`, () => {
    const fuzzing = newFuzzing(target, seededRandom(20_070_328), false, hang)
    const finding = feedCorpus(fuzzing) ?? feedMutations(fuzzing, slice)
    assert.equal(finding && `${finding.why}\ninput (base64): ${finding.input.toString('base64').slice(0, 4_000)}`, undefined)
  })
}

/** What the harness must find, or it shows nothing. */
const defects: Record<string, FuzzTarget> = {
  'an exception behind a word of the dictionary': { name: 't', seeds: () => [Buffer.from('hello world')], dictionary: ['MAGIC'], run: (input) => { if (input.includes('MAGIC')) throw new Error('found') } },
  'a length that lies': { name: 't', seeds: () => [Buffer.from('Content-Length: 5\r\n\r\nhello')], run: (input) => { if (/Length: \d{8}/.test(input.toString('latin1'))) throw new Error('found') } },
  'a line that stands twice': { name: 't', seeds: () => [Buffer.from('a\r\nb\r\nc\r\n')], run: (input) => { if (input.includes('b\r\nb\r\n')) throw new Error('found') } },
  'an input that takes too long': { name: 't', seeds: () => [Buffer.from('aaaa')], run: (input) => { if (input.length > 1_000) for (const end = performance.now() + 8; performance.now() < end;); } },
}
for (const [name, target] of Object.entries(defects)) {
  test(`fuzz: the harness finds ${name}`, () => {
    const finding = feedMutations(newFuzzing({ ...target, name: 'no-such-corpus' }, seededRandom(1), false, 5), wanted)
    assert.match(finding?.why ?? '', /found|took/)
  })
}

test('fuzz: a mutation stays within the bound and is the same for the same seed', () => {
  const [one, two] = [seededRandom(3), seededRandom(3)]
  for (let n = 0; n < 5_000; n++) {
    const input = Buffer.alloc(n % 2 ? 69_000 : n % 50, 'ab1\n')
    const changed = mutate(one, input, Buffer.from('other 7'), ['word'])
    assert.ok(changed.length <= maxInput)
    assert.deepEqual(changed, mutate(two, input, Buffer.from('other 7'), ['word']))
  }
})
