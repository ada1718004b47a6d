/**
 * Guessing is slowed where it comes from: one user from one source first, then a source that tries many users.
 * Beyond the limit a password is not looked at: the answer is the challenge again, whether it was right or wrong.
 * Never a user everywhere: nobody can lock somebody else's phone, and one mistyped phone does not lock the house that it stands in (A14).
 *
 * Security   bounded: what failed longest ago is forgotten first
 */
import type { Millis } from '../kit/machine.ts'

export interface LockoutLimits {
  /** Wrong passwords of one user from one source before it is slowed. */
  readonly failures: number
  /** Users that failed from one source before it is slowed. */
  readonly users: number
  /** After that one more look at a password in this time. */
  readonly every: Millis
  readonly maxEntries: number
}
export const lockoutLimits: LockoutLimits = { failures: 30, users: 20, every: 3_000, maxEntries: 20_000 }

/** A bucket that fills by one each `every`: what it held `at` that moment. */
interface Bucket { left: number; at: Millis }
export interface Lockout { readonly limits: LockoutLimits; readonly pairs: Map<string, Bucket>; readonly sources: Map<string, Bucket> }

export function newLockout(limits: LockoutLimits = lockoutLimits): Lockout { return { limits, pairs: new Map(), sources: new Map() } }

/** Is no password of this user looked at from this source just now? */
export function isLocked(lockout: Lockout, source: string, user: string, now: Millis): boolean {
  const { pairs, sources, limits } = lockout
  if (pairs.size === 0) return false
  const pair = pairs.get(`${source} ${user}`)
  if (pair && level(pair, limits.failures, limits, now) < 1) return true
  const many = pair ? undefined : sources.get(source)                   // a user that failed from here before has its own bucket
  return many !== undefined && level(many, limits.users, limits, now) < 1
}

/** Counts a wrong password; says what this one has closed. */
export function failed(lockout: Lockout, source: string, user: string, now: Millis): 'nothing' | 'user' | 'source' {
  const { limits } = lockout, key = `${source} ${user}`, isNew = !lockout.pairs.has(key)
  const pair = taken(lockout.pairs, key, limits.failures, limits, now)
  const many = isNew ? taken(lockout.sources, source, limits.users, limits, now) : undefined
  if (many && many.left < 1) return 'source'
  return pair.left < 1 ? 'user' : 'nothing'
}

function level(bucket: Bucket, size: number, { every }: LockoutLimits, now: Millis): number {
  return Math.min(size, bucket.left + Math.max(0, now - bucket.at) / every)
}

function taken(table: Map<string, Bucket>, key: string, size: number, limits: LockoutLimits, now: Millis): Bucket {
  const before = table.get(key)
  const bucket = { left: (before ? level(before, size, limits, now) : size) - 1, at: now }
  table.delete(key)
  if (table.size >= limits.maxEntries) table.delete(table.keys().next().value!)
  table.set(key, bucket)
  return bucket
}
