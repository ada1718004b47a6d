/**
 * What the name servers said, for as long as they said it holds.
 *
 * Standards  RFC 2308 (a missing name is kept too, briefly), RFC 8767 not followed: nothing is used beyond its time
 * Security   A25: grows by what we ask alone, at most `most` entries, the one asked longest ago goes first
 */
import type { DnsReply, DnsType } from '../../../kit/dns.ts'
import type { Millis } from '../../../kit/machine.ts'

export const maxCached = 1000
const longest = 86_400, missing = 30                                     // seconds

export interface DnsCache {
  readonly most: number
  readonly kept: Map<string, { readonly reply: DnsReply; readonly until: Millis }>
}

export function newDnsCache(most: number = maxCached): DnsCache { return { most, kept: new Map() } }

export function recall(cache: DnsCache, now: Millis, type: DnsType, name: string): DnsReply | undefined {
  const key = `${type} ${name}`, entry = cache.kept.get(key)
  if (!entry) return undefined
  if (now < entry.until) return entry.reply
  cache.kept.delete(key)
  return undefined
}

/** Answers for their time; a name that is not there for half a minute; a failure not at all. */
export function remember(cache: DnsCache, now: Millis, type: DnsType, name: string, reply: DnsReply): void {
  if (reply.is === 'noAnswer' && reply.why !== 'notFound') return
  const seconds = reply.is === 'answer' ? Math.min(reply.ttl, longest) : missing
  if (!(seconds > 0)) return
  const key = `${type} ${name}`
  cache.kept.delete(key)
  cache.kept.set(key, { reply, until: now + seconds * 1000 })
  const oldest = cache.kept.keys().next().value
  if (cache.kept.size > cache.most && oldest !== undefined) cache.kept.delete(oldest)
}
