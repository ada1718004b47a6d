/**
 * How many lines a source may cause: a stranger fills neither the disk nor the log, and a whole net of strangers not either.
 *
 * Security   bounded: the source that spoke longest ago is forgotten first; what was left out is counted and told once a window
 */
import type { Millis } from '../kit/machine.ts'

export interface RateLimits {
  /** Lines of one source, and of all strangers together, in one window. */
  readonly perSource: number
  readonly together: number
  readonly window: Millis
  readonly maxSources: number
}
export const rateLimits: RateLimits = { perSource: 5, together: 200, window: 10_000, maxSources: 4_096 }

export interface Rate { readonly limits: RateLimits; since: Millis; together: number; suppressed: number; readonly sources: Map<string, number> }

export function newRate(limits: RateLimits = rateLimits): Rate {
  return { limits, since: Number.NEGATIVE_INFINITY, together: 0, suppressed: 0, sources: new Map() }
}

/** May this source cause a line now? `told`: lines left out in the window that has just ended, to be written once. */
export function mayTell(rate: Rate, now: Millis, source: string): { allowed: boolean; told: number } {
  const told = turnWindow(rate, now)
  const { limits, sources } = rate, count = (sources.get(source) ?? 0) + 1
  if (count > limits.perSource || rate.together >= limits.together) { rate.suppressed++; return { allowed: false, told } }
  if (count === 1 && sources.size >= limits.maxSources) sources.delete(sources.keys().next().value!)
  sources.set(source, count)
  rate.together++
  return { allowed: true, told }
}

function turnWindow(rate: Rate, now: Millis): number {
  if (now - rate.since < rate.limits.window && now >= rate.since) return 0
  const told = rate.suppressed
  rate.since = now
  rate.together = rate.suppressed = 0
  rate.sources.clear()
  return told
}
