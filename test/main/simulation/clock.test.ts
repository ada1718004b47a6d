import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { newClock, nextMoment, schedule, tick } from '../../../src/main/simulation/clock.ts'
import { seededRandom } from '../../../src/main/simulation/random.ts'

test('moments come in order of time, equal ones in the order in which they were asked for', () => {
  fc.assert(fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (moments) => {
    const clock = newClock(5), seen: [number, number][] = []
    for (const [order, at] of moments.entries()) schedule(clock, at, () => seen.push([clock.now, order]))
    while (nextMoment(clock) !== undefined) tick(clock)
    const expected = moments.map((at, order): [number, number] => [Math.max(5, at), order]).sort((a, b) => a[0] - b[0] || a[1] - b[1])
    assert.deepEqual(seen, expected)
  }))
})

test('what is scheduled while the clock ticks takes its place', () => {
  const clock = newClock(0), seen: string[] = []
  schedule(clock, 10, () => { seen.push('ten'); schedule(clock, 5, () => seen.push(`past at ${clock.now}`)); schedule(clock, 15, () => seen.push('fifteen')) })
  schedule(clock, 20, () => seen.push('twenty'))
  while (nextMoment(clock) !== undefined) tick(clock)
  assert.deepEqual(seen, ['ten', 'past at 10', 'fifteen', 'twenty'])
})

test('seeded randomness: same seed, same numbers; in range; tokens of the asked size in the alphabet of kit/machine.ts', () => {
  const [one, two, other] = [seededRandom(7), seededRandom(7), seededRandom(8)].map((random) => Array.from({ length: 1_000 }, () => random.below(1_000)))
  assert.deepEqual(one, two)
  assert.notDeepEqual(one, other)
  assert.ok(one!.every((n) => Number.isInteger(n) && n >= 0 && n < 1_000))
  const buckets = new Array<number>(10).fill(0), random = seededRandom(9)
  for (let i = 0; i < 100_000; i++) buckets[random.below(10)]!++
  assert.ok(buckets.every((count) => Math.abs(count - 10_000) < 500), buckets.join())
  for (const bytes of [1, 5, 16, 64]) assert.match(random.token(bytes), new RegExp(`^[a-z2-7]{${Math.ceil(bytes * 8 / 5)}}$`))
})
