/** The corpus, and mutations of it, a short while: the long run is `npm run fuzz`. */
import { test } from 'node:test'
import { target } from '../../../../fuzz/sipDigest.ts'
import { seeded } from './scene.ts'

test('A1 A4 digest: the corpus and 20,000 mutations of it break no promise', () => {
  const random = seeded(7), seeds = target.seeds(), words = target.dictionary!.map((word) => Buffer.from(word, 'latin1'))
  for (const seed of seeds) target.run(seed)
  for (let i = 0; i < 20_000; i++) {
    let input = seeds[random.below(seeds.length)]!
    for (let n = random.below(6); n >= 0; n--) {
      const at = random.below(input.length + 1), end = Math.min(input.length, at + random.below(12))
      const word = random.below(2) ? words[random.below(words.length)]! : Buffer.from([random.below(256)])
      input = Buffer.concat([input.subarray(0, at), word, input.subarray(end)])
    }
    target.run(input)
  }
})
