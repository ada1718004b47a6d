/**
 * The media ports of the `rtp` row: lent in pairs (RTP even, RTCP the odd one above), each to one owner, and all given back when the owner ends.
 * The pair that was given back longest ago is lent first: what still flies towards a call that is over does not land in a new one.
 *
 * Standards  RFC 3550 11
 * Security   A19: a port is either free or stands with its owner's name; there is no third place where it could be lost
 */
export interface PortLedger {
  /** Free even ports, round and round from `next` on. */
  readonly free: Uint16Array
  next: number
  count: number
  readonly lent: Map<number, string>
  readonly owners: Map<string, Set<number>>
}

/** Ports `first` to `last` of the row; a half pair at an end is not used. */
export function newPortLedger(first: number, last: number): PortLedger {
  const from = first + first % 2, count = Math.max(0, (last + 1 - from) >> 1)
  return { free: Uint16Array.from({ length: count }, (_, i) => from + i * 2), next: 0, count, lent: new Map(), owners: new Map() }
}

/** An even port for RTP, with the next one for RTCP; undefined: all are lent. */
export function lendPorts(ledger: PortLedger, owner: string): number | undefined {
  if (ledger.count === 0) return undefined
  const port = ledger.free[ledger.next]!, owned = ledger.owners.get(owner) ?? new Set<number>()
  ledger.next = (ledger.next + 1) % ledger.free.length
  ledger.count--
  ledger.lent.set(port, owner)
  ledger.owners.set(owner, owned.add(port))
  return port
}

/** Gives a pair back; false: it was not lent. */
export function returnPorts(ledger: PortLedger, port: number): boolean {
  const owner = ledger.lent.get(port)
  if (owner === undefined) return false
  ledger.lent.delete(port)
  const owned = ledger.owners.get(owner)
  if (owned?.delete(port) && owned.size === 0) ledger.owners.delete(owner)
  ledger.free[(ledger.next + ledger.count) % ledger.free.length] = port
  ledger.count++
  return true
}

/** The owner is gone, however it ended: all that it had comes back. Gives their number. */
export function returnAll(ledger: PortLedger, owner: string): number {
  const ports = [...ledger.owners.get(owner) ?? []]
  for (const port of ports) returnPorts(ledger, port)
  return ports.length
}
