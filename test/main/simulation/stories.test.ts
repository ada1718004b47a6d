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

/** What long runs found once, and where it was mended. */
const found: Readonly<Record<number, string>> = {
  619: '18.2.2: a reliable provisional that is said again finds its way although its connection is gone', 2172: '13.2.1: of several early dialogs the one of the 2xx counts',
  2295: 'RFC 3262 3: an answer behind a PRACK that was lost', 3408: '13.2.2.4: an offer in a 2xx that crosses our BYE is answered',
}
for (const [seed, what] of Object.entries(found)) {
  test(`RFC 3261 ${what} (story ${seed})`, async () => assert.deepEqual(playStory(await simulatedSite(storySite), Number(seed)).problems, []))
}

test('R000 the same seed tells the same story', async () => {
  const site = await simulatedSite(storySite)
  assert.deepEqual(playStory(site, 77), playStory(site, 77))
})
