/** A14: guessing is stopped where it comes from, and nobody else is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failed, isLocked, lockoutLimits, newLockout } from '../../src/policy/lockout.ts'

const { failures, users, within, locked, maxEntries } = lockoutLimits

test('A14 ten wrong passwords lock one user from one source, for a minute', () => {
  const lockout = newLockout()
  for (let i = 1; i < failures; i++) assert.equal(failed(lockout, '192.0.2.7', 'alice', i), 'nothing')
  assert.equal(isLocked(lockout, '192.0.2.7', 'alice', 20), false)
  assert.equal(failed(lockout, '192.0.2.7', 'alice', 20), 'user')
  const rows: [string, string, number, boolean][] = [
    ['192.0.2.7', 'alice', 21, true], ['192.0.2.7', 'alice', 19 + locked, true], ['192.0.2.7', 'alice', 20 + locked, false],
    ['192.0.2.8', 'alice', 21, false], ['192.0.2.7', 'bob', 21, false],
  ]
  for (const [source, user, now, expected] of rows) assert.equal(isLocked(lockout, source, user, now), expected, `${source} ${user} ${now}`)
})

test('A14 failures further apart than a minute do not add up', () => {
  const lockout = newLockout()
  for (let i = 0; i < 3 * failures; i++) assert.equal(failed(lockout, '192.0.2.7', 'alice', i * (within + 1)), 'nothing')
})

test('A14 a source that tries many users is locked for all of them', () => {
  const lockout = newLockout()
  for (let i = 1; i < users; i++) assert.equal(failed(lockout, '192.0.2.7', `user${i}`, i), 'nothing')
  assert.equal(failed(lockout, '192.0.2.7', 'another', 100), 'source')
  assert.equal(isLocked(lockout, '192.0.2.7', 'never-tried', 101), true)
  assert.equal(isLocked(lockout, '192.0.2.8', 'never-tried', 101), false)
})

test('A17 the tables are bounded whatever is tried', () => {
  const lockout = newLockout()
  for (let i = 0; i < 2 * maxEntries; i++) failed(lockout, `source${i}`, `user${i}`, i)
  assert.ok(lockout.pairs.size <= maxEntries && lockout.sources.size <= maxEntries)
})
