/** Where requests to a phone go that has sent us one: its connection, or over UDP its contact if that is where it sends from, else its source. */
import type { Flow, Hop } from '../kit/flow.ts'
import { addresses, parseUri, type SipMessage } from '../wire/sip/index.ts'

export function back(flow: Flow, message: SipMessage): Flow | Hop {
  if (flow.transport !== 'udp') return flow
  const contact = parseUri(addresses(message, 'Contact')?.[0]?.uri ?? '')
  const port = contact.ok && contact.value.host === flow.remoteAddress ? contact.value.port || 5060 : flow.remotePort
  return { transport: 'udp', address: flow.remoteAddress, port }
}
