/**
 * Choosing among NAPTR and SRV records.
 *
 * Standards  RFC 3263 4.1 and 4.2, RFC 2782 (order and weight), RFC 3403 4.1, RFC 7118 (SIP+D2W)
 * Security   A25: strangers' records, capped before they come here
 */
import type { Naptr, Srv } from '../../../kit/dns.ts'
import type { Transport } from '../../../kit/flow.ts'
import type { Random } from '../../../kit/machine.ts'

/** NAPTR service field → transport. */
const services: Readonly<Record<string, Transport>> = { 'SIP+D2U': 'udp', 'SIP+D2T': 'tcp', 'SIPS+D2T': 'tls', 'SIP+D2W': 'ws', 'SIPS+D2W': 'wss' }

export function transportOf(service: string): Transport | undefined {
  const name = service.toUpperCase()
  return Object.hasOwn(services, name) ? services[name] : undefined
}

/** First label pair of the SRV name; RFC 7118 defines no SRV for WebSocket but by way of NAPTR. */
export const srvPrefix: Readonly<Partial<Record<Transport, string>>> = { udp: '_sip._udp', tcp: '_sip._tcp', tls: '_sips._tcp' }

export const defaultPort: Readonly<Record<Transport, number>> = { udp: 5060, tcp: 5060, tls: 5061, ws: 80, wss: 443 }   // RFC 3261 19.1.2, RFC 7118 5

export const isSecure = (transport: Transport): boolean => transport === 'tls' || transport === 'wss'

/** Lowest order first, then lowest preference. */
export function sortedNaptr(records: readonly Naptr[]): Naptr[] {
  return [...records].sort((a, b) => a.order - b.order || a.preference - b.preference)
}

/** RFC 2782: lowest priority first; within one, drawn by weight, each record once. */
export function drawnSrv(records: readonly Srv[], random: Random): Srv[] {
  const order: Srv[] = []
  const left = [...records].sort((a, b) => a.priority - b.priority || a.weight - b.weight)      // weights of zero stand first: seldom drawn
  while (left.length > 0) {
    const end = left.findIndex((r) => r.priority !== left[0]!.priority), group = end < 0 ? left.length : end
    order.push(...left.splice(drawn(left, group, random), 1))
  }
  return order
}

/** Index of the first record whose running sum of weights reaches the number drawn. */
function drawn(records: readonly Srv[], group: number, random: Random): number {
  let sum = 0
  for (let i = 0; i < group; i++) sum += records[i]!.weight
  const number = random.below(sum + 1)
  for (let i = 0, running = 0; i < group; i++) if ((running += records[i]!.weight) >= number) return i
  return 0
}
