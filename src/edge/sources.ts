/**
 * What the guard remembers of a source: token buckets, connections, evidence. A source is an IPv4 address or an IPv6 /64.
 *
 * Security   keyed by what a stranger can forge, so a hint alone; memory is bounded by two generations of half the limit each,
 *            the older one forgotten at once when the younger is full. Known sources stand apart and are not pushed out
 */
import type { Millis } from '../kit/machine.ts'

export interface Source {
  /** Soft and hard token bucket, each kept as the time at which it is full again (GCRA). */
  soft: number
  hard: number
  connections: number
  halfOpen: number
  /** Evidence against it, 0–100, halved every `evidenceHalfLife`. */
  evidence: number
  evidenceAt: Millis
  quarantinedUntil: Millis
  knownUntil: Millis
}

export interface Sources {
  readonly limit: number
  young: Map<string, Source>
  old: Map<string, Source>
  /** Sources that proved who they are or hold a connection; bounded by `limit` and by maxConnections. */
  readonly kept: Map<string, Source>
}

export function newSources(limit: number): Sources {
  return { limit, young: new Map(), old: new Map(), kept: new Map() }
}

export function newSource(): Source {
  return { soft: 0, hard: 0, connections: 0, halfOpen: 0, evidence: 0, evidenceAt: 0, quarantinedUntil: 0, knownUntil: 0 }
}

export function sourceFor(sources: Sources, key: string): Source {
  const { young } = sources
  const found = sources.kept.get(key) ?? young.get(key)
  if (found) return found
  const source = sources.old.get(key) ?? newSource()
  if (young.size >= sources.limit >> 1) {
    sources.old = young
    sources.young = new Map()
  }
  sources.young.set(key, source)
  return source
}

/** Moves a source to those that a flood cannot push out. */
export function keep(sources: Sources, key: string, source: Source): void {
  if (sources.kept.size >= sources.limit * 2) return
  sources.kept.set(key, source)
  sources.young.delete(key)
}

/** Lets go of kept sources that are neither known, connected nor in quarantine any more. */
export function forget(sources: Sources, now: Millis): void {
  for (const [key, s] of sources.kept) {
    if (s.connections === 0 && s.knownUntil <= now && s.quarantinedUntil <= now && s.evidence === 0) sources.kept.delete(key)
  }
}

export function sourceCount(sources: Sources): number { return sources.young.size + sources.old.size + sources.kept.size }

/** The key of an address: IPv4 as it is (mapped ones too), IPv6 its first 64 bits. */
export function sourceKey(address: string): string {
  if (!address.includes(':')) return address
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice(7)
  return firstGroups(address)
}

const zeros = ['', '0', '0:0', '0:0:0', '0:0:0:0']

/** The first four groups of an address as the kernel prints it, zeros written out: two spellings of one /64 are one key. */
function firstGroups(address: string): string {
  let colon = -1
  for (let group = 1; group <= 4; group++) {
    const next = address.indexOf(':', colon + 1)
    if (next < 0) return address                                   // not an address of ours: its own key
    if (address.charCodeAt(next + 1) === 0x3a) return aroundGap(address, next, next === 0 ? 0 : group)
    colon = next
  }
  return address.slice(0, colon)
}

/** `gap` is where `::` stands, `before` the groups in front of it. */
function aroundGap(address: string, gap: number, before: number): string {
  let after = gap + 2 < address.length ? 1 : 0
  for (let i = address.indexOf(':', gap + 2); i >= 0; i = address.indexOf(':', i + 1)) after++
  if (after <= 4) return before === 0 ? zeros[4]! : before === 4 ? address.slice(0, gap) : `${address.slice(0, gap)}:${zeros[4 - before]}`
  const run = zeros[Math.min(4, Math.max(0, 8 - before - after))]
  return [address.slice(0, gap), run, address.slice(gap + 2)].filter(Boolean).join(':').split(':', 4).join(':')
}
