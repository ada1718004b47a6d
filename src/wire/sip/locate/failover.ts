/**
 * Which hops failed of late: they are tried last, for a time that doubles with every failure.
 *
 * Standards  RFC 3263 4.3 (what counts as a failure is the caller's word: 503, timeout, refused), RFC 5626 4.5 (back-off)
 * Security   at most `most` hops are remembered, the one that failed longest ago goes first; no hop is ever ruled out
 */
import type { Hop } from '../../../kit/flow.ts'
import type { Millis } from '../../../kit/machine.ts'

export const maxFailed = 1000
const firstPause: Millis = 30_000, longestPause: Millis = 600_000

export interface FailedHops {
  readonly most: number
  readonly hops: Map<string, { times: number; until: Millis }>
}

export function newFailedHops(most: number = maxFailed): FailedHops { return { most, hops: new Map() } }

const key = (hop: Hop): string => `${hop.transport} ${hop.address} ${hop.port} ${hop.name ?? ''}`

export function hopFailed(failed: FailedHops, now: Millis, hop: Hop): void {
  const before = failed.hops.get(key(hop)), times = Math.min((before?.times ?? 0) + 1, 16)
  failed.hops.delete(key(hop))
  failed.hops.set(key(hop), { times, until: now + Math.min(firstPause * 2 ** (times - 1), longestPause) })
  const oldest = failed.hops.keys().next().value
  if (failed.hops.size > failed.most && oldest !== undefined) failed.hops.delete(oldest)
}

export function hopWorked(failed: FailedHops, hop: Hop): void {
  if (failed.hops.size > 0) failed.hops.delete(key(hop))
}

/** The hops in the order they came, but those that pause behind the others, soonest back first. */
export function inOrder(failed: FailedHops, now: Millis, hops: readonly Hop[]): Hop[] {
  const until = (hop: Hop) => failed.hops.get(key(hop))?.until ?? 0
  const pausing = hops.filter((hop) => until(hop) > now).sort((a, b) => until(a) - until(b))
  return [...hops.filter((hop) => until(hop) <= now), ...pausing]
}
