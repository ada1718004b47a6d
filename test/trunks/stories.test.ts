/** A slice of the seeded stories with failing destinations; 500 and more with `node tools/simulate.ts --trunks 500`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { playTrunkStory, trunkSites } from '../../src/main/simulation/trunkStory.ts'

test('RFC 3263 4.3 dial plan 11.3: links break and mend, calls fail over, nobody who talks is lost, each call is answered once, nothing is left behind', async () => {
  const sites = await trunkSites()
  let failedOver = 0
  for (let seed = 1; seed <= 25; seed++) {
    const story = playTrunkStory(sites, seed)
    assert.deepEqual(story.problems, [], `seed ${seed}`)
    failedOver += story.failedOver
  }
  assert.ok(failedOver > 20, String(failedOver))
})
