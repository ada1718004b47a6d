/**
 * The transaction layer: finds the transaction of each message, steps it, and says what is to be sent and who is to be told.
 *
 * Standards  RFC 3261 8.2.2.2, 9, 17, 18.1.2, 18.2; RFC 6026; RFC 4320; RFC 3581
 * Security   fed by strangers; one look-up a message, answers go to where the request came from, the table is bounded (maxTransactions)
 */
import type { Flow, Hop } from '../../kit/flow.ts'
import type { Millis, Wake } from '../../kit/machine.ts'
import type { Problem } from '../../kit/result.ts'
import { nextLook, turn } from '../../kit/wheel.ts'
import type { SipMessage } from './message.ts'
import { modestResponse } from './modest.ts'
import { printResponse } from './print.ts'
import { responseFlow, responseHop } from './transaction/address.ts'
import { cutTo, tagOf } from './transaction/cut.ts'
import { inviteClient, newInviteClient, type InviteClientInput, type InviteClientOutput } from './transaction/inviteClient.ts'
import { inviteServer, newInviteServer, type InviteServerInput } from './transaction/inviteServer.ts'
import { clientKey, firstAckKey, isRfc3261, mergeKey, sentByOf, serverKey } from './transaction/key.ts'
import { newNonInviteClient, nonInviteClient } from './transaction/nonInviteClient.ts'
import { newNonInviteServer, nonInviteServer, type NonInviteServerInput } from './transaction/nonInviteServer.ts'
import { clock, forget, newTag, settle, unmerge, type ClientTx, type Out, type ServerTx, type Transactions } from './transaction/table.ts'

export { newTransactions, type ClientTx, type Out, type ServerTx, type Transactions } from './transaction/table.ts'

/** One message that the parser passed. */
export function receive(layer: Transactions, now: Millis, flow: Flow, message: SipMessage): Out[] {
  const at = clock(layer, now)
  if (message.is === 'response') return response(layer, at, flow, message)
  if (message.method === 'ACK') return acknowledged(layer, at, flow, message)
  if (message.method === 'CANCEL') return cancelled(layer, flow, message)
  const key = serverKey(message, message.method), known = layer.servers.get(key)
  if (!known) return admit(layer, at, flow, message, key)
  return known.cseq === message.cseq ? stepServer(layer, at, known, { is: 'retransmit' }) : usedBranch(layer, flow, message)
}

/** 8.1.1.7: the branch of another request, which lives: to be silent would leave the sender waiting. */
function usedBranch(layer: Transactions, flow: Flow, message: SipMessage): Out[] {
  const data = modestResponse(message, flow, { status: 400, toTag: newTag(layer) })
  return data === undefined ? [] : [{ do: 'send', flow: responseFlow(flow, message.via), data, ref: undefined }]
}

/** The user's response, printed whole. After the end of the transaction it goes nowhere. */
export function respond(layer: Transactions, now: Millis, tx: ServerTx, text: string, status: number): Out[] {
  return stepServer(layer, clock(layer, now), tx, { is: 'respond', status, text })
}

/** A final response, sent once, and the transaction forgotten: for strangers, so that a spoofed request is neither remembered nor answered twice (8.2.7). */
export function refuse(layer: Transactions, now: Millis, tx: ServerTx, text: string): Out[] {
  return stepServer(layer, clock(layer, now), tx, { is: 'refuse', text })
}

/** A request of ours, printed whole with a top Via that has `branch`: never one that was used before (throws while that one lives). `patience`: longest wait after a provisional response to an INVITE. */
export function request(
  layer: Transactions, now: Millis, wanted: { method: string; branch: string; text: string; to: Hop | Flow; user: unknown; patience?: Millis | undefined },
): { tx: ClientTx; out: Out[] } {
  const { method, branch, text, to, user, patience } = wanted
  if (layer.clients.has(clientKey(branch, method))) throw new Error(`branch ${branch} was used before`)
  const tx = start(layer, clock(layer, now), method, branch, text, to, false, user, patience)
  return { tx, out: [forward(tx, text)] }
}

/** Cancels an INVITE of ours: at once, or as soon as a provisional response came (9.1). `lines`: more header lines, each with its line end (Reason). */
export function cancel(layer: Transactions, now: Millis, tx: ClientTx, lines = ''): Out[] {
  if (tx.is !== 'inviteClient') return []
  const at = clock(layer, now)
  return carry(layer, at, tx, inviteClient.step(tx.state, at, { is: 'cancel', lines }), undefined, [])
}

/** What was sent with this ref did not go out (17.1.4, 17.2.4). */
export function failed(layer: Transactions, now: Millis, ref: string, problem: Problem): Out[] {
  const at = clock(layer, now), client = layer.clients.get(ref)
  if (client) return stepClient(layer, at, client, { is: 'failed' }, { problem }, [])
  const server = layer.servers.get(ref)
  return server ? elsewhere(server, problem) : []
}

/** The clock has reached `wakeAt`. */
export function wake(layer: Transactions, now: Millis): Out[] {
  const at = clock(layer, now), out: Out[] = [], woken: Wake = { is: 'wake' }
  turn(layer.wheel, at, (tx) => {
    if (tx.is === 'inviteServer' || tx.is === 'nonInviteServer') stepServer(layer, at, tx, woken, out)
    else stepClient(layer, at, tx, woken, undefined, out)
  })
  const next = nextLook(layer.wheel)
  layer.wakeAt = next === undefined ? undefined : next - layer.skew
  return out
}

function admit(layer: Transactions, now: Millis, flow: Flow, message: SipMessage, key: string): Out[] {
  if (isFull(layer, message)) return [{ do: 'overloaded', flow, message }]
  const merge = message.toTag === '' ? mergeKey(message) : undefined
  const copy = merge !== undefined && layer.merged.has(merge)
  const tx = newServer(now, responseFlow(flow, message.via), message, key, copy ? undefined : merge, copy)
  layer.servers.set(tx.key, tx)
  if (copy) {                                                                     // 8.2.2.2: the same request by another way
    return stepServer(layer, now, tx, { is: 'respond', status: 482, text: printResponse(message, flow, { status: 482, toTag: newTag(layer) }) })
  }
  if (tx.merge !== undefined) layer.merged.set(tx.merge, tx)
  settle(layer, tx)
  return [{ do: 'request', tx, flow, message }]
}

function isFull(layer: Transactions, message: SipMessage): boolean {
  const room = message.toTag === '' ? layer.maxTransactions : layer.maxTransactions * 1.125   // what is inside a dialog goes on longer
  return layer.servers.size + layer.clients.size >= room
}

function newServer(now: Millis, flow: Flow, message: SipMessage, key: string, merge: string | undefined, own: boolean): ServerTx {
  const reliable = flow.transport !== 'udp'
  return message.method === 'INVITE'
    ? { is: 'inviteServer', state: newInviteServer(reliable), key, own, wakeAt: undefined, lookAt: undefined, user: undefined, flow, hop: undefined, merge, cancelled: false, cseq: message.cseq, toTag: '' }
    : { is: 'nonInviteServer', state: newNonInviteServer(now, reliable), key, own, wakeAt: undefined, lookAt: undefined, user: undefined, flow, hop: undefined, merge, cancelled: false, cseq: message.cseq, toTag: '' }
}

/** 17.2.3: the ACK to a refusal has the branch of its INVITE; the ACK to a 2xx has its own and is the user's. */
function acknowledged(layer: Transactions, now: Millis, flow: Flow, message: SipMessage): Out[] {
  const tx = layer.servers.get(serverKey(message, 'INVITE')) ?? (isRfc3261(message) ? undefined : oldAcknowledged(layer, message))
  if (tx?.is !== 'inviteServer') return [{ do: 'ack', flow, message }]
  const said = inviteServer.step(tx.state, now, { is: 'ack' }), out: Out[] = []
  for (const one of said) {
    if (one.do === 'tell') out.push({ do: 'ack', flow, message })                 // 6026 7.1
    else if (one.do === 'end') forget(layer, tx)
  }
  if (tx.state.is === 'confirmed') unmerge(layer, tx)                             // 8.2.2.2: no longer ongoing, a proxy may try its next target here
  settle(layer, tx)
  return out
}

/** 17.2.3 for RFC 2543: the To tag of the ACK is the one of our response. */
function oldAcknowledged(layer: Transactions, message: SipMessage): ServerTx | undefined {
  const tx = layer.servers.get(firstAckKey(message))
  return tx && (tx.state.text === '' || tagOf(cutTo(tx.state.text)) === message.toTag) ? tx : undefined
}

/** 9.2. The answer is made again for each copy of the CANCEL, so nothing is kept of it. Only an INVITE is cancelled (9.1). */
function cancelled(layer: Transactions, flow: Flow, message: SipMessage): Out[] {
  const found = layer.servers.get(serverKey(message, 'INVITE'))
  const tx = found?.flow.remoteAddress === flow.remoteAddress ? found : undefined   // hop by hop: it comes from where the INVITE came from
  const tag = (tx && (tx.toTag || tagOf(cutTo(tx.state.text)))) || newTag(layer)                // 9.2: the To tag of the responses to the INVITE
  const data = tx ? printResponse(message, flow, { status: 200, toTag: tag }) : modestResponse(message, flow, { status: 481, toTag: tag })
  if (data === undefined) return []
  const out: Out[] = [{ do: 'send', flow: responseFlow(flow, message.via), data, ref: undefined }]
  if (tx?.state.is !== 'proceeding' || tx.cancelled) return out                   // no effect after a final response
  tx.cancelled = true
  out.push({ do: 'cancelled', tx, message, user: tx.user })
  return out
}

function stepServer(layer: Transactions, now: Millis, tx: ServerTx, input: NonInviteServerInput | Wake, out: Out[] = []): Out[] {
  const said = tx.is === 'inviteServer' ? inviteServer.step(tx.state, now, input satisfies InviteServerInput | Wake) : nonInviteServer.step(tx.state, now, input)
  for (const one of said) {
    if (one.do === 'send') out.push(back(tx, one.text))
    else if (one.do === 'end') forget(layer, tx)
    else if (!tx.own) out.push({ do: 'noAck', tx, user: tx.user })
  }
  if (isAnswered(tx)) tx.user = undefined
  settle(layer, tx)
  return out
}

/** For 32 s more it absorbs copies, and has nothing to tell that a user waits for: no user is kept alive by it. */
function isAnswered(tx: ServerTx): boolean { return tx.state.is === (tx.is === 'inviteServer' ? 'accepted' : 'completed') }

/** A response that the user sends again: a reliable provisional one, or a 2xx to an INVITE. */
export function again(tx: ServerTx, text: string): Out[] { return [back(tx, text)] }

/** 18.2.2. */
function back(tx: ServerTx, data: string): Out {
  return tx.hop ? { do: 'sendTo', to: tx.hop, data, ref: tx.key } : { do: 'send', flow: tx.flow, data, ref: tx.key }
}

/** 18.2.2: a response whose connection is gone goes once more, to the sent-by; then the user hears of it, and the state stays (6026 8.8). */
function elsewhere(tx: ServerTx, problem: Problem): Out[] {
  const hop = tx.hop ? undefined : responseHop(tx.flow, sentByOf(tx.key))
  if (!hop) return tx.own ? [] : [{ do: 'transportError', tx, user: tx.user, problem }]
  tx.hop = hop
  return tx.state.text === '' ? [] : [back(tx, tx.state.text)]                    // a 2xx to INVITE is sent again by the user (13.3.1.4)
}

function start(
  layer: Transactions, now: Millis, method: string, branch: string, text: string, to: Hop | Flow, own: boolean, user: unknown, patience?: Millis,
): ClientTx {
  const reliable = to.transport !== 'udp', key = clientKey(branch, method)
  const tx: ClientTx = method === 'INVITE'
    ? { is: 'inviteClient', state: newInviteClient(now, reliable, text, patience), key, own, wakeAt: undefined, lookAt: undefined, user, to }
    : { is: 'nonInviteClient', state: newNonInviteClient(now, reliable, text), key, own, wakeAt: undefined, lookAt: undefined, user, to }
  layer.clients.set(key, tx)
  settle(layer, tx)
  return tx
}

/** 17.1.3. What matches nothing is dropped without a word (6026 8.9). */
function response(layer: Transactions, now: Millis, flow: Flow, message: SipMessage): Out[] {
  const tx = layer.clients.get(clientKey(message.via.branch, message.method))
  return tx ? stepClient(layer, now, tx, { is: 'response', status: message.status, text: message.raw }, { flow, message }, []) : []
}

/** What the user is told along with the news. */
type News = { flow: Flow; message: SipMessage } | { problem: Problem } | undefined

function stepClient(layer: Transactions, now: Millis, tx: ClientTx, input: ClientInput, news: News, out: Out[]): Out[] {
  const said = tx.is === 'inviteClient' ? inviteClient.step(tx.state, now, input) : nonInviteClient.step(tx.state, now, input)
  return carry(layer, now, tx, said, news, out)
}
type ClientInput = Exclude<InviteClientInput, { is: 'cancel' }> | Wake

function carry(layer: Transactions, now: Millis, tx: ClientTx, said: InviteClientOutput[], news: News, out: Out[]): Out[] {
  for (const one of said) {
    switch (one.do) {
      case 'send':   out.push(forward(tx, one.text)); break
      case 'cancel': out.push(cancelling(layer, now, tx, one.text)); break
      case 'end':    forget(layer, tx); break
      case 'tell':   if (!tx.own) out.push(told(tx, news))
    }
  }
  settle(layer, tx)
  return out
}

function told(tx: ClientTx, news: News): Out {
  const { user } = tx
  if (news === undefined) return { do: 'timeout', tx, user }
  return 'problem' in news ? { do: 'transportError', tx, user, problem: news.problem } : { do: 'response', tx, flow: news.flow, message: news.message, user }
}

/** 9.1: a transaction of its own with the branch of the INVITE; what becomes of it is nobody's concern. */
function cancelling(layer: Transactions, now: Millis, tx: ClientTx, text: string): Out {
  const branch = tx.key.slice(0, tx.key.lastIndexOf(' '))
  return forward(start(layer, now, 'CANCEL', branch, text, tx.to, true, undefined), text)
}

function forward(tx: ClientTx, data: string): Out {
  return 'service' in tx.to ? { do: 'send', flow: tx.to, data, ref: tx.key } : { do: 'sendTo', to: tx.to, data, ref: tx.key }
}
