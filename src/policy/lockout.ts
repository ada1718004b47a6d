/**
 * Wrong passwords lock out by source, never by user: nobody can lock somebody else's phone (A14).
 *
 * Security   bounded: the source that failed longest ago is forgotten first
 */
import type { Millis } from '../kit/machine.ts'

export interface LockoutLimits { readonly failures: number; readonly within: Millis; readonly locked: Millis; readonly maxSources: number }
/** Ten wrong passwords in a minute close a source for a minute. */
export const lockoutLimits: LockoutLimits = { failures: 10, within: 60_000, locked: 60_000, maxSources: 20_000 }

interface Source { failures: number; since: Millis; lockedUntil: Millis }
export interface Lockout { readonly limits: LockoutLimits; readonly sources: Map<string, Source> }

export function newLockout(limits: LockoutLimits = lockoutLimits): Lockout { return { limits, sources: new Map() } }

export function isLocked(lockout: Lockout, source: string, now: Millis): boolean {
  if (lockout.sources.size === 0) return false
  const one = lockout.sources.get(source)
  return one !== undefined && now < one.lockedUntil
}

/** Counts a wrong password; true when this one locks the source. */
export function failed(lockout: Lockout, source: string, now: Millis): boolean {
  const { limits, sources } = lockout, before = sources.get(source)
  const one = before && now - before.since <= limits.within ? before : { failures: 0, since: now, lockedUntil: 0 }
  sources.delete(source)
  if (sources.size >= limits.maxSources) sources.delete(sources.keys().next().value!)
  sources.set(source, one)
  one.failures++
  if (one.failures < limits.failures) return false
  one.lockedUntil = now + limits.locked
  one.failures = 0
  one.since = now
  return true
}
