/**
 * The table of living transactions: what one is, what the layer says, and how one comes and goes.
 *
 * Standards  RFC 3261 17, 18.2.2
 * Security   strangers' requests make server transactions: bounded by maxTransactions, and each ends by its timers or by the user's answer
 */
import type { Flow, Hop } from '../../../kit/flow.ts'
import type { Millis } from '../../../kit/machine.ts'
import type { Problem } from '../../../kit/result.ts'
import { arm, newWheel, type Wheel } from '../../../kit/wheel.ts'
import type { SipMessage } from '../message.ts'
import type { InviteClient } from './inviteClient.ts'
import type { InviteServer } from './inviteServer.ts'
import type { NonInviteClient } from './nonInviteClient.ts'
import type { NonInviteServer } from './nonInviteServer.ts'

/** Live transactions beyond which a new request is refused; requests inside a dialog have an eighth more. */
export const maxTransactions = 500_000

interface Common {
  /** What it is matched by, and the `ref` of all that it sends. */
  readonly key: string
  /** The layer's own: nobody is told of it. */
  readonly own: boolean
  /** The machine's. */
  wakeAt: Millis | undefined
  lookAt: Millis | undefined
  /** Whatever the user puts here is handed back in every tell. */
  user: unknown
}
interface ServerCommon extends Common {
  /** Where responses go: the request's connection, or over UDP the address that 18.2.2 and RFC 3581 say. */
  readonly flow: Flow
  /** 18.2.2: taken in its place once the connection was found gone. */
  hop: Hop | undefined
  merge: string | undefined
  cancelled: boolean
  readonly cseq: number
  /** To tag of the user's latest response, '' before any: the answer to a CANCEL has the same (9.2). */
  toTag: string
}
interface ClientCommon extends Common { readonly to: Hop | Flow }

export interface InviteServerTx extends ServerCommon { readonly is: 'inviteServer'; readonly state: InviteServer }
export interface NonInviteServerTx extends ServerCommon { readonly is: 'nonInviteServer'; readonly state: NonInviteServer }
export interface InviteClientTx extends ClientCommon { readonly is: 'inviteClient'; readonly state: InviteClient }
export interface NonInviteClientTx extends ClientCommon { readonly is: 'nonInviteClient'; readonly state: NonInviteClient }
export type ServerTx = InviteServerTx | NonInviteServerTx
export type ClientTx = InviteClientTx | NonInviteClientTx

export interface Transactions {
  readonly servers: Map<string, ServerTx>
  readonly clients: Map<string, ClientTx>
  /** 8.2.2.2: requests without a To tag, by what two copies of one have in common. */
  readonly merged: Map<string, ServerTx>
  readonly wheel: Wheel<ServerTx | ClientTx>
  readonly maxTransactions: number
  /** Tags of the layer's own answers: a random beginning and a count. */
  readonly tag: string
  tags: number
  /** The layer's clock never goes back: what the driver's went back by is in `skew`. */
  clock: Millis
  skew: Millis
  /** On the driver's clock; never later than the earliest timer. */
  wakeAt: Millis | undefined
}

export type Out =
  | { do: 'send'; flow: Flow; data: string; ref: string | undefined }
  | { do: 'sendTo'; to: Hop; data: string; ref: string }
  /** A new request: the user answers it with `respond` or `refuse`, an INVITE within 200 ms (100 at least: 17.2.1). */
  | { do: 'request'; tx: ServerTx; flow: Flow; message: SipMessage }
  /** An ACK to a 2xx, or to nothing that is known. */
  | { do: 'ack'; flow: Flow; message: SipMessage }
  /** The CANCEL was answered; the user answers the INVITE with 487 (9.2). */
  | { do: 'cancelled'; tx: ServerTx; message: SipMessage; user: unknown }
  | { do: 'response'; tx: ClientTx; flow: Flow; message: SipMessage; user: unknown }
  /** No final response in time: as good as a 408 (8.1.3.1). The transaction is gone. */
  | { do: 'timeout'; tx: ClientTx; user: unknown }
  /** The final response other than 2xx was never acknowledged (17.2.1). The transaction is gone. */
  | { do: 'noAck'; tx: ServerTx; user: unknown }
  /** As good as a 503 (8.1.3.1). A client transaction is gone, a server transaction stays (RFC 6026 8.8). */
  | { do: 'transportError'; tx: ServerTx | ClientTx; user: unknown; problem: Problem }
  /** No room: nothing is remembered, the caller answers 503 with Retry-After and forgets as well. */
  | { do: 'overloaded'; flow: Flow; message: SipMessage }

/** `tag`: randomness of this process, for the To tags of the layer's own answers (19.3: 32 bits at least). */
export function newTransactions(now: Millis, tag: string, bounds: { maxTransactions?: number } = {}): Transactions {
  return {
    servers: new Map(), clients: new Map(), merged: new Map(), wheel: newWheel(now), maxTransactions: bounds.maxTransactions ?? maxTransactions,
    tag, tags: 0, clock: now, skew: 0, wakeAt: undefined,
  }
}

/** The driver's clock made one that never goes back: timers go on where they were. */
export function clock(layer: Transactions, now: Millis): Millis {
  const back = layer.clock - (now + layer.skew)
  if (back > 0) {
    layer.skew += back
    if (layer.wakeAt !== undefined) layer.wakeAt -= back
    return layer.clock
  }
  return (layer.clock = now + layer.skew)
}

/** After every step: on the wheel with it, or off it. */
export function settle(layer: Transactions, tx: ServerTx | ClientTx): void {
  const at = tx.state.wakeAt
  tx.wakeAt = at
  arm(layer.wheel, tx)
  if (at === undefined) return
  const look = (tx.lookAt ?? at) - layer.skew
  if (layer.wakeAt === undefined || look < layer.wakeAt) layer.wakeAt = look
}

export function forget(layer: Transactions, tx: ServerTx | ClientTx): void {
  if (tx.is === 'inviteClient' || tx.is === 'nonInviteClient') { layer.clients.delete(tx.key); return }
  layer.servers.delete(tx.key)
  unmerge(layer, tx)
}

export function unmerge(layer: Transactions, tx: ServerTx): void {
  if (tx.merge === undefined) return
  layer.merged.delete(tx.merge)
  tx.merge = undefined
}

export function newTag(layer: Transactions): string { return `${layer.tag}${(layer.tags++).toString(36)}` }
