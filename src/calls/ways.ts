/** The way to a registered phone, as far as it is known: its connection, its address, or a name that is looked up first. Standards RFC 3263, 5626 */
import type { Flow, Hop } from '../kit/flow.ts'
import type { Target } from '../wire/sip/locate/index.ts'
import { sameAddress } from './addresses.ts'
import type { Way } from './binding.ts'
import { locate } from './locating.ts'
import type { Exchange } from './state.ts'

/** Undefined where the connection is gone; of a name a hop without an address. */
export function wayTo(x: Exchange, way: Way): Flow | Hop | undefined {
  if (way.is === 'flow') return x.flows.get(way.flowId)
  return way.is === 'hop' ? way.hop : { transport: way.transport, address: '', port: way.port, name: way.host }
}

/** What has to be looked up before anything can be sent. */
export function seeks(way: Way): { target: Target; only: string | undefined; otherwise: Hop | undefined } | undefined {
  if (way.is !== 'name') return undefined
  const { transport, host, port, only, otherwise } = way
  return { target: { host, transport, secure: transport === 'tls', ...(port > 0 ? { port } : {}) }, only, otherwise }
}

/** A24: a name in a Contact leads nowhere but to where the phone registered from. */
function allowed(hops: readonly Hop[], only: string | undefined): readonly Hop[] {
  return only === undefined ? hops : hops.filter((hop) => sameAddress(hop.address, only))
}

/** For a single request: `found` gets where to send it, or undefined, perhaps before this returns. */
export function reach(x: Exchange, way: Way, found: (to: Flow | Hop | undefined) => void): void {
  const sought = seeks(way)
  if (!sought) { found(wayTo(x, way)); return }
  x.endpoint.out.push(...locate(x.locating, x.now, sought.target, (hops) => { found(allowed(hops, sought.only)[0] ?? sought.otherwise) }))
}
