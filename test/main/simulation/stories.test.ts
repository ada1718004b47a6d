/** A slice of the seeded stories; `node tools/simulate.ts --runs 1000` tells more of them. Standards RFC 3261 17, 18; attack classes A9, A22, A47 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulatedSite } from '../../../src/main/simulation/start.ts'
import { playStory, storySite } from '../../../src/main/simulation/story.ts'

test('R000 sixty stories over bad networks: no call stuck, nothing left behind, both ends agree, media meet', async () => {
  const site = await simulatedSite(storySite)
  let answered = 0
  for (let seed = 5_001; seed <= 5_060; seed++) {
    const story = playStory(site, seed)
    assert.deepEqual(story.problems, [], `seed ${seed}`)
    answered += story.answered
  }
  assert.ok(answered > 150, `only ${answered} calls were answered: the stories do not show much`)
})

test('R000 the same seed tells the same story', async () => {
  const site = await simulatedSite(storySite)
  assert.deepEqual(playStory(site, 77), playStory(site, 77))
})
