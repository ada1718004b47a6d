/** A running exchange looked at by a test or an example: its messages as a ladder, its tables as a ledger. */
import type { Exchange } from '../calls/exchange.ts'
import { ladderOf, type Rung } from '../calls/ladder.ts'
import type { CallRecord } from '../calls/records.ts'
import type { Millis } from '../kit/machine.ts'

/** One message on the ladder, without keys and credentials. */
export interface LadderLine { readonly at: Millis; readonly from: string; readonly to: string; readonly what: string; readonly text: string }

/** What every table of the system holds; all zero when nothing is left behind. */
export interface Ledger {
  readonly calls: number; readonly legs: number; readonly ringing: number; readonly parked: number; readonly servers: number; readonly clients: number; readonly merged: number
  readonly busyLines: number
  readonly sleepers: number; readonly transactionsAsleep: number
}

/** Messages of one call (by its record), or all that are kept; `nameOf`: what the reader calls a peer. */
export function ladderLines({ ladder }: Exchange, nameOf: (peer: { readonly address: string; readonly port: number }) => string, record?: CallRecord): LadderLine[] {
  return ladderOf(ladder, record?.legs.map((leg) => leg.callId)).map((one) => lineOf(one, nameOf))
}

function lineOf({ at, direction, peer, text }: Rung, nameOf: (peer: { address: string; port: number }) => string): LadderLine {
  const there = nameOf(peer)
  return { at, from: direction === 'in' ? there : 'ringfort', to: direction === 'in' ? 'ringfort' : there, what: whatOf(text), text }
}

/** `INVITE`, `180`, and what a reader wants to know besides: `200 INVITE`. */
function whatOf(text: string): string {
  const [first = '', second = ''] = text.slice(0, text.indexOf('\r\n')).split(' ')
  if (first !== 'SIP/2.0') return first
  const method = /^CSeq[ \t]*:[ \t]*\d+[ \t]+(\w+)/im.exec(text)?.[1] ?? ''
  return `${second} ${method}`
}

export function ledgerOf({ calls, legs, ringing, parked, endpoint: { layer }, lines, wheel }: Exchange): Ledger {
  return {
    calls: calls.size, legs: legs.size, ringing: ringing.size, parked: parked.size, servers: layer.servers.size, clients: layer.clients.size, merged: layer.merged.size,
    busyLines: [...lines.values()].filter((one) => one.calls > 0).length, sleepers: wheel.count, transactionsAsleep: layer.wheel.count,
  }
}
