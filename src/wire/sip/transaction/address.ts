/**
 * Where a response goes.
 *
 * Standards  RFC 3261 18.2.2, RFC 3581 4, RFC 7118 5
 * Security   the address is always the source of the request: a stranger's `received` or `maddr` would let him aim our answers at others
 */
import type { Flow, Hop } from '../../../kit/flow.ts'
import type { TopVia } from '../message.ts'

/** The connection itself; over UDP the source address, at its source port if rport was asked for, else at the port of sent-by. */
export function responseFlow(flow: Flow, via: TopVia): Flow {
  if (flow.transport !== 'udp' || via.rport !== undefined) return flow           // 3581 4
  const port = via.port || 5060                                                  // 18.2.2: sent-by, or the default
  return port === flow.remotePort ? flow : { ...flow, remotePort: port }
}

/** Where to open a connection once the request's own is gone: the source address at the port of sent-by (0: the default). A WebSocket client takes none. */
export function responseHop(flow: Flow, sentBy: { host: string; port: number }): Hop | undefined {
  if (flow.transport !== 'tcp' && flow.transport !== 'tls') return undefined
  const port = sentBy.port || (flow.transport === 'tls' ? 5061 : 5060)
  return { transport: flow.transport, address: flow.remoteAddress, port, name: sentBy.host }
}
