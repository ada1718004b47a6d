/**
 * Wrong passwords lock out where they come from: first one user from one source, then a source that tries many users.
 * Never a user everywhere: nobody can lock somebody else's phone, and one mistyped phone does not lock the house that it stands in (A14).
 *
 * Security   bounded: what failed longest ago is forgotten first
 */
import type { Millis } from '../kit/machine.ts'

export interface LockoutLimits {
  /** Wrong passwords of one user from one source. */
  readonly failures: number
  /** Users that failed from one source. */
  readonly users: number
  readonly within: Millis
  readonly locked: Millis
  readonly maxEntries: number
}
export const lockoutLimits: LockoutLimits = { failures: 10, users: 20, within: 60_000, locked: 60_000, maxEntries: 20_000 }

interface Entry { count: number; since: Millis; lockedUntil: Millis }
export interface Lockout { readonly limits: LockoutLimits; readonly pairs: Map<string, Entry>; readonly sources: Map<string, Entry> }

export function newLockout(limits: LockoutLimits = lockoutLimits): Lockout { return { limits, pairs: new Map(), sources: new Map() } }

/** Is this user refused from this source, whatever the password? */
export function isLocked(lockout: Lockout, source: string, user: string, now: Millis): boolean {
  if (lockout.pairs.size === 0) return false
  return held(lockout.sources.get(source), now) || held(lockout.pairs.get(`${source} ${user}`), now)
}

const held = (entry: Entry | undefined, now: Millis) => entry !== undefined && now < entry.lockedUntil

/** Counts a wrong password; says what this one has locked. */
export function failed(lockout: Lockout, source: string, user: string, now: Millis): 'nothing' | 'user' | 'source' {
  const { limits } = lockout, pair = counted(lockout.pairs, `${source} ${user}`, limits, now)
  const many = pair.count === 1 ? counted(lockout.sources, source, limits, now) : undefined
  if (many && many.count >= limits.users) { lock(many, limits, now); return 'source' }
  if (pair.count < limits.failures) return 'nothing'
  lock(pair, limits, now)
  return 'user'
}

function counted(table: Map<string, Entry>, key: string, limits: LockoutLimits, now: Millis): Entry {
  const before = table.get(key), entry = before && now - before.since <= limits.within ? before : { count: 0, since: now, lockedUntil: 0 }
  table.delete(key)
  if (table.size >= limits.maxEntries) table.delete(table.keys().next().value!)
  table.set(key, entry)
  entry.count++
  return entry
}

function lock(entry: Entry, limits: LockoutLimits, now: Millis): void {
  entry.lockedUntil = now + limits.locked
  entry.count = 0
  entry.since = now
}
