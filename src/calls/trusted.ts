/** Through whom our requests to a phone may go: where its own packets come from, and the proxies that the directory trusts. Standards RFC 3261 8.1.2; A24, A42 */
import type { Snapshot } from '../directory/snapshot.ts'
import type { Hop } from '../kit/flow.ts'
import { sameAddress } from './addresses.ts'

function isTrusted({ system }: Snapshot, host: string): boolean {
  return system.trustedProxies.some((one) => one.toLowerCase() === host || sameAddress(one, host))
}

/** Of the hops that a Path, a Record-Route or a Contact leads to by `host`: those that a phone at `source` may send us to. */
export function through(snapshot: Snapshot, host: string, source: string, hops: readonly Hop[]): readonly Hop[] {
  return isTrusted(snapshot, host) ? hops : hops.filter(({ address }) => sameAddress(address, source) || isTrusted(snapshot, address))
}
