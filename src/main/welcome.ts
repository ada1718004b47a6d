/**
 * Who may come to a port that trunks alone have: asked by the door before it reads anything.
 *
 * Standards  R333, R336, R350, R354; sip-trunk 1.1
 * Security   A16, A25, A42: a stranger costs a look into a map and is counted; nobody else hears of it
 */
import type { Exchange } from '../calls/exchange.ts'
import type { Flow } from '../kit/flow.ts'
import { findTrunk } from '../policy/trunk/find.ts'

export function welcomer({ trunks }: Pick<Exchange, 'trunks'>): (flow: Flow) => boolean {
  return (flow) => {
    const found = findTrunk(trunks.policy.index, { source: flow.remoteAddress, sourcePort: flow.remotePort, transport: flow.transport, incomingPort: flow.localPort, peer: flow.peer, nullCipher: flow.nullCipher })
    if (found.is === 'trunk') {
      const pins = trunks.byName.get(found.trunk.name)?.ready.picture.pinnedCertificates ?? []
      if (flow.transport !== 'tls' || pins.length === 0 || pins.some((pin) => pin.replaceAll(':', '').toLowerCase() === flow.peer?.fingerprint)) return true
    }
    if (flow.transport === 'tls') trunks.unknown.subject++
    else trunks.unknown.source++
    return false
  }
}
