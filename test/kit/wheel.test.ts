import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { arm, newWheel, nextLook, turn, type Sleeper, type Wheel } from '../../src/kit/wheel.ts'

interface Named extends Sleeper { name: number }

/** Turns the wheel; every sleeper that comes due lies down for good. */
function fired(wheel: Wheel<Named>, now: number): number[] {
  const names: number[] = []
  turn(wheel, now, (sleeper) => { names.push(sleeper.name); sleeper.wakeAt = undefined })
  return names
}

function armed(wheel: Wheel<Named>, name: number, wakeAt: number): Named {
  const sleeper = { name, wakeAt }
  arm(wheel, sleeper)
  return sleeper
}

/** [what, when armed first, then re-armed, when it must fire] */
const rearms: [what: string, first: number, then: number | undefined, at: number | undefined][] = [
  ['as armed', 500, 500, 500],
  ['re-armed later fires later, once', 500, 1_500, 1_500],
  ['re-armed earlier fires earlier, once', 1_500, 500, 500],
  ['re-armed within the same slot fires once', 1_500, 1_495, 1_500],
  ['laid down before it is due never fires', 500, undefined, undefined],
  ['beyond one round of the ring fires in its own round', 100_000, 100_000, 100_000],
  ['moved from a later round to a slot before it in the same place of the ring', 50_960, 10_000, 10_000],
  ['between two slots fires at the next', 501, 501, 510],
]
for (const [what, first, then, at] of rearms) {
  test(`wheel: ${what}`, () => {
    const wheel = newWheel<Named>(0)
    const sleeper = armed(wheel, 1, first)
    sleeper.wakeAt = then
    arm(wheel, sleeper)
    const times: number[] = []
    for (let now = 0; now <= 150_000; now += 5) for (const _ of fired(wheel, now)) times.push(now)
    assert.deepEqual(times, at === undefined ? [] : [at])
    assert.equal(wheel.count, 0)
  })
}

test('wheel: one that lay down long before its moment is let go at once', () => {
  const wheel = newWheel<Named>(0)
  const sleepers = Array.from({ length: 100 }, (_, name) => armed(wheel, name, 1_800_000 + name * 100))
  for (const sleeper of sleepers) { sleeper.wakeAt = undefined; arm(wheel, sleeper) }
  assert.equal(wheel.count, 0)
  assert.equal(nextLook(wheel), undefined)
  assert.deepEqual(fired(wheel, 40_960), [])
  sleepers[0]!.wakeAt = 50_000
  arm(wheel, sleepers[0]!)
  assert.deepEqual(fired(wheel, 60_000), [0])
})

test('wheel: a sleeper that fires and lies down again for the moment of its old entry wakes once', () => {
  const wheel = newWheel<Named>(0)
  const sleeper = armed(wheel, 1, 32_000)
  sleeper.wakeAt = 500
  arm(wheel, sleeper)
  const times: number[] = []
  for (let now = 0; now < 80_000; now += 10) {
    turn(wheel, now, (each) => { times.push(now); each.wakeAt = now === 500 ? 32_000 : undefined; arm(wheel, each) })
  }
  assert.deepEqual(times, [500, 32_000])
})

test('A48 wheel: a clock that jumps ahead wakes everything that fell due, once, and nothing else', () => {
  for (const jump of [40_950, 40_960, 40_970, 3_600_000, 86_400_000]) {
    const wheel = newWheel<Named>(1_000)
    for (let name = 0; name < 100; name++) armed(wheel, name, 1_010 + name * 300)
    armed(wheel, 100, 1_000 + jump + 50_000)
    assert.deepEqual(fired(wheel, 1_000 + jump).sort((a, b) => a - b), Array.from({ length: 100 }, (_, name) => name))
    assert.deepEqual(fired(wheel, 1_000 + jump + 49_990), [])
    assert.deepEqual(fired(wheel, 1_000 + jump + 50_010), [100])
  }
})

test('A48 wheel: a clock that jumps back wakes nobody twice, and who lies down then wakes by the new clock', () => {
  for (const back of [10, 1_000, 40_960, 3_600_000]) {
    const start = 10_000_000, wheel = newWheel<Named>(start)
    armed(wheel, 1, start + 100)
    armed(wheel, 2, start + 5_000)
    assert.deepEqual(fired(wheel, start + 200), [1])
    const now = start + 200 - back
    assert.deepEqual(fired(wheel, now), [])
    armed(wheel, 3, now + 500)
    assert.deepEqual(fired(wheel, now + 490), [])
    assert.ok(fired(wheel, now + 510).includes(3))
    for (let at = now; at < start + 5_000; at += 9_990) assert.deepEqual(fired(wheel, at), [], `${back} ${at}`)
    assert.deepEqual(fired(wheel, start + 5_010), [2])
  }
})

test('wheel: when one wake throws, the others of its slot come with the next turn', () => {
  const wheel = newWheel<Named>(0)
  for (const name of [1, 2, 3]) armed(wheel, name, 100)
  assert.throws(() => turn(wheel, 100, () => { throw new Error('ours') }), /ours/)
  assert.deepEqual(fired(wheel, 110), [2, 3])
})

test('wheel: in a crowded slot who lies down is let go when the slot comes round, and wakes no more', () => {
  const wheel = newWheel<Named>(0), sleepers = Array.from({ length: 1_000 }, (_, name) => armed(wheel, name, 5_000))
  for (const sleeper of sleepers.slice(1)) { sleeper.wakeAt = undefined; arm(wheel, sleeper) }
  assert.deepEqual(fired(wheel, 5_000), [0])
  assert.equal(wheel.count, 0)
})

test('wheel: an entry re-armed a thousand times within one slot is one entry', () => {
  const wheel = newWheel<Named>(0)
  const sleeper = armed(wheel, 1, 30_000)
  for (let i = 0; i < 1_000; i++) { sleeper.wakeAt = 29_999 - i % 9; arm(wheel, sleeper) }
  assert.equal(wheel.count, 1)
})

test('wheel: nextLook is never later than the next wake, and never in the past', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 100_000 }), fc.array(fc.integer({ min: 0, max: 120_000 }), { minLength: 1, maxLength: 8 }), (start, delays) => {
    const wheel = newWheel<Named>(start)
    for (const [name, delay] of delays.entries()) armed(wheel, name, start + delay)
    const next = nextLook(wheel)
    const due = Math.max(Math.ceil((start + Math.min(...delays)) / 10) * 10, Math.floor(start / 10) * 10 + 10)
    assert.ok(next !== undefined && next > start - 10 && next <= due, `${next} ${due}`)
    if (Math.max(...delays) < 40_000) assert.equal(next, due)
  }))
  assert.equal(nextLook(newWheel(0)), undefined)
})

type Act = { do: 'wake', name: number, after: number } | { do: 'lie', name: number } | { do: 'pass', time: number }
const acts = fc.array(fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wake' as const), name: fc.nat(5), after: fc.oneof(fc.nat(60), fc.nat(5_000), fc.nat(90_000)) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lie' as const), name: fc.nat(5) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), time: fc.oneof(fc.nat(30), fc.nat(3_000), fc.nat(200_000)) }) },
), { maxLength: 120 })

interface Waiting { from: number, by: number }

/** The model: a sleeper wakes never before its moment, and at the latest at the slot boundary at or after it (or after the slot in which it was armed). */
function compare(list: Act[]): void {
  const wheel = newWheel<Named>(0)
  const sleepers = Array.from({ length: 6 }, (_, name): Named => ({ name, wakeAt: undefined }))
  const waiting = new Map<number, Waiting>()
  let now = 0
  for (const act of list) {
    if (act.do === 'pass') {
      now += act.time
      const woken = fired(wheel, now)
      assert.equal(new Set(woken).size, woken.length, 'nobody wakes twice')
      for (const name of woken) assert.ok((waiting.get(name)?.from ?? Infinity) <= now, `${name} woke too early`)
      for (const name of woken) waiting.delete(name)
      for (const [name, { by }] of waiting) assert.ok(by > now, `${name} did not wake`)
      continue
    }
    const sleeper = sleepers[act.name]!
    sleeper.wakeAt = act.do === 'lie' ? undefined : now + act.after
    arm(wheel, sleeper)
    if (act.do === 'lie') waiting.delete(act.name)
    else waiting.set(act.name, { from: now + act.after, by: Math.max(Math.ceil((now + act.after) / 10) * 10, Math.floor(now / 10) * 10 + 10) })
  }
}

test('wheel: agrees with a list of moments over random arming, re-arming, lying down and passing of time', () => {
  fc.assert(fc.property(acts, compare), { numRuns: 2_000 })
})
