/** A44: how much somebody called, and when that is too much. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Limits } from '../../../src/directory/limits.ts'
import { isIdle, type LimitAlarm, minutesLeft, newCounter, release, take, talks } from '../../../src/policy/toll/limits.ts'

const second = 1_000, minute = 60 * second, hour = 60 * minute, start = Date.UTC(2026, 5, 6, 3)
const stop = (limits: Omit<Limits, 'stop'>): Limits => ({ ...limits, stop: true })

test('A44 each limit stops the call that is one too many, and lets the next go when there is room again', () => {
  const rows: [Omit<Limits, 'stop'>, number, boolean][] = [
    [{ callsPerSecond: 3 }, 1_100, true], [{ callsPerHour: 3 }, hour + minute, true], [{ callsPerHourAfterHours: 3 }, hour + minute, false],
  ]
  for (const [limits, later, officeOpen] of rows) {
    const counter = newCounter(), name = Object.keys(limits)[0]
    for (let call = 0; call < 3; call++) assert.equal(take(counter, stop(limits), start, officeOpen).is, 'ok', name)
    assert.deepEqual(take(counter, stop(limits), start + 1, officeOpen), { is: 'over', limit: name, alarm: { limit: name, calls: 1 } })
    assert.equal(take(counter, stop(limits), start + later, officeOpen).is, 'ok', name)
  }
})

test('A44 calls at once: a call that is refused takes nothing, one that ends makes room', () => {
  const counter = newCounter(), limits = stop({ callsAtOnce: 2 })
  assert.deepEqual([0, 1, 2, 3].map((at) => take(counter, limits, start + at, true).is), ['ok', 'ok', 'over', 'over'])
  release(counter, start + 5, false)
  assert.deepEqual([6, 7].map((at) => take(counter, limits, start + at, true).is), ['ok', 'over'])
  assert.equal(take(newCounter(), stop({ callsAtOnce: 0 }), start, true).is, 'over')
})

test('A44 after hours alone: by day the limit does not count, and calls of the day do not count at night', () => {
  const counter = newCounter(), limits = stop({ callsPerHourAfterHours: 1 })
  for (let call = 0; call < 5; call++) assert.equal(take(counter, limits, start, true).is, 'ok')
  assert.deepEqual([take(counter, limits, start, false).is, take(counter, limits, start, false).is, take(counter, limits, start, true).is], ['ok', 'over', 'ok'])
})

test('A44 minutes a day: calls that talk share what is left and end together; a new one is refused until the day has gone by', () => {
  const counter = newCounter(), limits = stop({ minutesPerDay: 60 })
  for (let call = 0; call < 2; call++) { take(counter, limits, start, true); talks(counter, start) }
  assert.equal(minutesLeft(counter, limits, start), 30)
  release(counter, start + 10 * minute, true)
  assert.equal(minutesLeft(counter, limits, start + 10 * minute), 40)
  assert.equal(minutesLeft(counter, limits, start + 50 * minute), 0)
  assert.equal(take(counter, limits, start + 51 * minute, true).is, 'over')
  release(counter, start + 50 * minute, true)
  assert.equal(take(counter, limits, start + 23 * hour, true).is, 'over')
  assert.equal(take(counter, limits, start + 26 * hour, true).is, 'ok')
  assert.equal(minutesLeft(counter, { stop: true }, start), undefined)
})

test('A44 without stop there is only the alarm, and no call is ended', () => {
  const counter = newCounter(), limits: Limits = { callsPerHour: 1, minutesPerDay: 1, stop: false }
  assert.deepEqual(take(counter, limits, start, true), { is: 'ok', alarm: undefined })
  assert.deepEqual(take(counter, limits, start, true), { is: 'ok', alarm: { limit: 'callsPerHour', calls: 1 } })
  talks(counter, start)
  assert.equal(minutesLeft(counter, limits, start + hour), undefined)
})

test('A44 the alarm: at the first call over a limit and at every doubling; anew after a quiet hour', () => {
  const counter = newCounter(), limits = stop({ callsPerHour: 0 }), alarms: number[] = []
  const told = (alarm: LimitAlarm | undefined): void => { if (alarm) alarms.push(alarm.calls) }
  for (let call = 0; call < 1_000; call++) told(take(counter, limits, start + call, true).alarm)
  assert.deepEqual(alarms, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
  alarms.length = 0
  told(take(counter, limits, start + 2 * hour, true).alarm)
  assert.deepEqual(alarms, [1])
})

/** [what, milliseconds later]. */
const events = fc.array(fc.tuple(fc.constantFrom('call', 'answer', 'end'), fc.integer({ min: 0, max: 2 * hour })), { maxLength: 60 })

test('A44 property: what is counted is never less than what was, never more than one slot longer; the counter stays as large as it is', () => {
  fc.assert(fc.property(events, (all) => {
    const counter = newCounter(), limits = stop({ callsPerHour: 5, minutesPerDay: 100, callsAtOnce: 3 }), size = JSON.stringify(Object.values(counter).map((value) => typeof value === 'object' ? value.counts.length : 1))
    const calls: number[] = [], talk: { from: number; to: number }[] = []
    let now = start, ringing = 0, answered: number[] = []
    const talked = (since: number): number => [...talk, ...answered.map((from) => ({ from, to: now }))].reduce((sum, { from, to }) => sum + Math.max(0, to - Math.max(from, since)), 0)
    for (const [what, later] of all) {
      now += later
      if (what === 'call') {
        const within = calls.filter((at) => at > now - hour).length, longer = calls.filter((at) => at > now - hour - minute).length
        const taken = take(counter, limits, now, true)
        const must = within >= 5 || ringing + answered.length >= 3 || talked(now - 24 * hour) >= 100 * minute, may = longer >= 5 || ringing + answered.length >= 3 || talked(now - 25 * hour) >= 100 * minute
        if (must) assert.equal(taken.is, 'over')
        if (!may) assert.equal(taken.is, 'ok')
        if (taken.is === 'ok') { calls.push(now); ringing++ }
      } else if (what === 'answer' && ringing > 0) { talks(counter, now); ringing--; answered.push(now) }
      else if (what === 'end' && answered.length > 0) { release(counter, now, true); talk.push({ from: answered[0]!, to: now }); answered = answered.slice(1) }
      assert.equal(counter.underWay, ringing + answered.length)
    }
    assert.equal(JSON.stringify(Object.values(counter).map((value) => typeof value === 'object' ? value.counts.length : 1)), size)
    while (ringing + answered.length > 0) { release(counter, now, answered.length > 0); if (answered.length > 0) answered.pop(); else ringing-- }
    assert.ok(isIdle(counter, now + 26 * hour))
  }), { numRuns: 3_000 })
})

test('A44 a clock that goes back forgets nothing; a counter is plain data', () => {
  const counter = newCounter(), limits = stop({ callsPerHour: 1 })
  take(counter, limits, start, true)
  assert.equal(take(counter, limits, start - 5 * hour, true).is, 'over')
  assert.deepEqual(JSON.parse(JSON.stringify(counter)), counter)
  assert.equal(isIdle(counter, start + 2 * hour), false)
})
