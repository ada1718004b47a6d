/** The way to a registered phone, as far as it is known: its connection, its address, or a name that is looked up first. Standards RFC 3263, 5626 */
import type { Flow, Hop } from '../kit/flow.ts'
import { type Outgoing, request, type SipMessage } from '../wire/sip/index.ts'
import type { Target } from '../wire/sip/locate/index.ts'
import type { Way } from './binding.ts'
import { locate } from './locating.ts'
import type { Exchange } from './state.ts'
import { through } from './trusted.ts'

/** Undefined where the connection is gone; of a name a hop without an address. */
export function wayTo(x: Exchange, way: Way): Flow | Hop | undefined {
  if (way.is === 'flow') return x.flows.get(way.flowId)
  return way.is === 'hop' ? way.hop : { transport: way.transport, address: '', port: way.port, name: way.host }
}

/** What has to be looked up before anything can be sent. */
export function seeks(way: Way): { target: Target; only: string; otherwise: Hop | undefined } | undefined {
  if (way.is !== 'name') return undefined
  const { transport, host, port, only, otherwise } = way
  return { target: { host, transport, secure: transport === 'tls', ...(port > 0 ? { port } : {}) }, only, otherwise }
}

/** For a single request: `found` gets where to send it, best first, perhaps before this returns. */
export function reach(x: Exchange, way: Way, found: (hops: readonly (Flow | Hop)[]) => void): void {
  const sought = seeks(way), to = sought ? undefined : wayTo(x, way)
  if (!sought) { found(to ? [to] : []); return }
  const { target, only, otherwise } = sought
  x.endpoint.out.push(...locate(x.locating, x.now, target, (hops) => {
    const allowed = through(x.snapshot, target.host, only, hops)
    found(allowed.length > 0 || !otherwise ? allowed : [otherwise])
  }))
}

/** RFC 3263 4.3: 503, silence or a broken way: the same request in a transaction of its own to the next hop. `left`: the hop that answered, and those after it. */
export function requestAlong(x: Exchange, hops: readonly (Flow | Hop)[], parts: Outgoing, heard: (response: SipMessage | undefined, left: readonly (Flow | Hop)[]) => void): void {
  const [to, ...others] = hops
  if (!to) { heard(undefined, []); return }
  request(x.endpoint, x.now, to, parts, (response: SipMessage | undefined) => {
    const isDown = response === undefined || response.status === 503
    if (isDown) x.legHouse.hopWorks(to, false)
    if (isDown && others.length > 0) requestAlong(x, others, parts, heard)
    else heard(response, hops)
  })
}
