/** Whether the loop is behind, in virtual time: a loop that takes at most 32 datagrams a turn from a socket that others fill. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newGuard, type Overload, overloadAt, reportDelay } from '../../src/edge/guard.ts'
import { look, newPressure, sampleEvery } from '../../src/edge/pressure.ts'

interface Load {
  /** Datagrams a second that come from `from` to `until`, ms. */
  readonly rate: number
  readonly until: number
  /** Time that one takes, ms; one that the guard turns away takes a fiftieth. */
  readonly each: number
  /** Other work in each turn, ms. */
  readonly beside?: number
  /** Every how many is let in. */
  readonly oneIn?: number
  /** Begin and length of the times in which the process does not run, ms. */
  readonly pauses?: readonly (readonly [number, number])[]
}

/** What the guard thought at each look, and the longest that a datagram waited. */
function run({ rate, until, each, beside = 0, oneIn = 1, pauses = [] }: Load): { seen: { at: number; state: Overload }[]; waited: number } {
  const guard = newGuard(), pressure = newPressure(0), seen: { at: number; state: Overload }[] = []
  let now = 0, idle = 0, turns = 0, taken = 0, inputs = 0, waited = 0
  const total = Math.floor(rate * until / 1_000), left = [...pauses]
  const cameAt = (number: number) => number * 1_000 / rate
  const work = (time: number) => {
    now += time
    if (left[0] && now >= left[0][0]) now += left.shift()![1]
  }
  while (taken < total) {
    turns++
    work(beside)
    if (cameAt(taken) > now) { idle += cameAt(taken) - now; now = cameAt(taken) }
    for (let n = 0; n < 32 && taken < total && cameAt(taken) <= now; n++) {
      waited = Math.max(waited, now - cameAt(taken++))
      work(taken % oneIn === 0 ? each : each / 50)
      if (taken % oneIn !== 0 || ++inputs % sampleEvery !== 0) continue
      seen.push({ at: now, state: reportDelay(guard, now, look(pressure, now, { idle, turns, datagrams: taken }, guard.limits.queueInputs)) })
    }
  }
  assert.equal(overloadAt(guard, now + 1_000), 'calm')
  return { seen, waited }
}

const everySecond = (length: number) => Array.from({ length: 9 }, (_, i) => [500 + 1_000 * i, length] as const)

test('A17 a pause that is caught up with sheds nothing: 500 calls a second, and once a second nothing runs for a while', () => {
  for (const length of [20, 100, 180]) {
    const { seen, waited } = run({ rate: 3_000, until: 10_000, each: 0.2, pauses: everySecond(length) })
    assert.ok(waited > length - 1, `${waited} ms`)
    assert.deepEqual(seen.filter(({ state }) => state === 'shedding'), [], `${length} ms`)
  }
})

test('A17 a loop that never rests and still finds its socket empty is not behind', () => {
  const { seen, waited } = run({ rate: 4_000, until: 20_000, each: 0.2, beside: 0.5 })
  assert.ok(waited < 5, `${waited} ms`)
  assert.deepEqual(seen.filter(({ state }) => state !== 'calm'), [])
})

test('A17 more than it can take: new work is shed before anybody sends again for want of an answer (17.1.1.1: T1), and the verdict stays', () => {
  for (const rate of [6_000, 10_000, 40_000]) {
    const { seen } = run({ rate, until: 3_000, each: 0.2 })
    const first = seen.find(({ state }) => state === 'shedding')!
    assert.ok(first.at > 500 && first.at < 520, `${rate}: ${first.at} ms`)
    assert.ok(seen.every(({ at, state }) => at < first.at || state === 'shedding'))
  }
})

test('A17 a pause that is too long to be caught up with at this rate sheds', () => {
  const { seen } = run({ rate: 4_500, until: 5_000, each: 0.2, pauses: [[1_000, 300]] })
  assert.ok(seen.some(({ state }) => state === 'shedding'))
})

test('A17 datagrams that the door turns away fill the socket like any other', () => {
  const { seen } = run({ rate: 100_000, until: 2_000, each: 0.4, oneIn: 10 })
  assert.ok(seen.some(({ state }) => state === 'shedding'))
})
