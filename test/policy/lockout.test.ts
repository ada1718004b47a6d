/** A14: guessing is slowed where it comes from, and nobody else is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failed, isLocked, lockoutLimits, newLockout } from '../../src/policy/lockout.ts'

const { failures, users, every, maxEntries } = lockoutLimits

test('A14 thirty wrong passwords close one user from one source, then one more is looked at every three seconds', () => {
  const lockout = newLockout()
  for (let i = 1; i < failures; i++) assert.equal(failed(lockout, '192.0.2.7', 'alice', 0), 'nothing')
  assert.equal(isLocked(lockout, '192.0.2.7', 'alice', 0), false)
  assert.equal(failed(lockout, '192.0.2.7', 'alice', 0), 'user')
  const rows: [string, string, number, boolean][] = [
    ['192.0.2.7', 'alice', 1, true], ['192.0.2.7', 'alice', every - 1, true], ['192.0.2.7', 'alice', every, false],
    ['192.0.2.8', 'alice', 1, false], ['192.0.2.7', 'bob', 1, false],
  ]
  for (const [source, user, now, expected] of rows) assert.equal(isLocked(lockout, source, user, now), expected, `${source} ${user} ${now}`)
  assert.equal(failed(lockout, '192.0.2.7', 'alice', every), 'user')
  assert.equal(isLocked(lockout, '192.0.2.7', 'alice', every + 1), true)
})

test('A14 an hour of guessing at one user from one source gets no more than 1,230 passwords looked at', () => {
  const lockout = newLockout()
  let looked = 0
  for (let now = 0; now < 3_600_000; now += 100) {
    if (isLocked(lockout, '192.0.2.7', 'alice', now)) continue
    looked++
    failed(lockout, '192.0.2.7', 'alice', now)
  }
  assert.ok(looked <= 3_600_000 / every + failures, `${looked}`)
})

test('A14 a source that tries many users is slowed for those that it has not tried', () => {
  const lockout = newLockout()
  for (let i = 1; i < users; i++) assert.equal(failed(lockout, '192.0.2.7', `user${i}`, 0), 'nothing')
  assert.equal(failed(lockout, '192.0.2.7', 'another', 0), 'source')
  assert.equal(isLocked(lockout, '192.0.2.7', 'never-tried', 1), true)
  assert.equal(isLocked(lockout, '192.0.2.8', 'never-tried', 1), false)
})

test('A48 a clock that jumps back opens nothing and closes nothing for ever', () => {
  const lockout = newLockout()
  for (let i = 0; i < failures; i++) failed(lockout, '192.0.2.7', 'alice', 1_000_000)
  assert.equal(isLocked(lockout, '192.0.2.7', 'alice', 0), true)
  assert.equal(isLocked(lockout, '192.0.2.7', 'alice', 1_000_000 + every), false)
})

test('A17 the tables are bounded whatever is tried', () => {
  const lockout = newLockout()
  for (let i = 0; i < 2 * maxEntries; i++) failed(lockout, `source${i}`, `user${i}`, i)
  assert.ok(lockout.pairs.size <= maxEntries && lockout.sources.size <= maxEntries)
})
