/**
 * INVITE client transaction, with the CANCEL that waits for a provisional response.
 *
 * Standards  RFC 3261 9.1, 17.1.1, RFC 6026 7.2
 * Security   fed by whoever knows our branch; holds one request or ACK and two timers, nothing that grows
 */
import type { Machine, Millis, Wake } from '../../../kit/machine.ts'
import { ackRequest } from './ack.ts'
import { cancelRequest } from './cancel.ts'
import { giveUp, T1, timed } from './timers.ts'

export interface InviteClient {
  is: 'calling' | 'proceeding' | 'accepted' | 'completed' | 'terminated'
  reliable: boolean
  text: string                        // the INVITE until its final response, then the ACK to send again, '' once neither is needed
  cancel: 'no' | 'held' | 'sent'
  reason: string                      // header lines of the CANCEL that is held
  patience?: Millis | undefined       // longest wait after a provisional response; where there is none, Timer C is the user's
  every: Millis                       // Timer A, doubling
  again?: Millis | undefined          // when Timer A fires
  until?: Millis | undefined          // when Timer B, C, D or M fires, or 64*T1 after the CANCEL
  wakeAt?: Millis | undefined         // the earlier of the two
}
export type InviteClientInput =
  | { is: 'response'; status: number; text: string }
  /** `lines`: more header lines for the CANCEL, each with its line end (Reason, RFC 3326). */
  | { is: 'cancel'; lines: string }
  | { is: 'failed' }
export type InviteClientOutput =
  | { do: 'send'; text: string }
  | { do: 'cancel'; text: string }
  | { do: 'tell'; what: 'response' | 'timeout' | 'transportError' }
  | { do: 'end' }

export const inviteClient: Machine<InviteClient, InviteClientInput, InviteClientOutput> = timed(react)

/** 17.1.1.2: whoever makes it sends `text` at once. */
export function newInviteClient(now: Millis, reliable: boolean, text: string, patience?: Millis): InviteClient {
  const again = reliable ? undefined : now + T1                                  // Timer A
  const until = now + giveUp                                                     // Timer B
  return { is: 'calling', reliable, text, cancel: 'no', reason: '', patience, every: T1, again, until, wakeAt: again ?? until }
}

function react(tx: InviteClient, now: Millis, input: InviteClientInput | Wake): InviteClientOutput[] {
  switch (input.is) {
    case 'wake':     return wake(tx, now)
    case 'response': return response(tx, now, input.status, input.text)
    case 'cancel':   return cancel(tx, now, input.lines)
    case 'failed':   return tx.is === 'accepted' || tx.is === 'terminated' ? [] : lose(tx, 'transportError')   // 17.1.4
  }
}

function response(tx: InviteClient, now: Millis, status: number, text: string): InviteClientOutput[] {
  const success = status >= 200 && status < 300
  switch (tx.is) {
    case 'calling':
    case 'proceeding': return status < 200 ? provisional(tx, now) : success ? accept(tx, now) : complete(tx, now, text)
    case 'accepted':   return success ? [{ do: 'tell', what: 'response' }] : []  // 6026 7.2: every 2xx, so that each is acknowledged
    case 'completed':  return status >= 300 ? [{ do: 'send', text: tx.text }] : []
    case 'terminated': return []
  }
}

function provisional(tx: InviteClient, now: Millis): InviteClientOutput[] {
  tx.is = 'proceeding'
  tx.again = undefined
  if (tx.cancel !== 'sent') tx.until = tx.patience === undefined ? undefined : now + tx.patience   // 16.7 step 2: Timer C begins again
  const told: InviteClientOutput = { do: 'tell', what: 'response' }
  return tx.cancel === 'held' ? [told, sendCancel(tx, now, tx.reason)] : [told]
}

function cancel(tx: InviteClient, now: Millis, lines: string): InviteClientOutput[] {
  if (tx.cancel !== 'no') return []
  if (tx.is === 'proceeding') return [sendCancel(tx, now, lines)]
  if (tx.is !== 'calling') return []                                             // 9.1: no effect on a request with a final response
  tx.cancel = 'held'                                                             // 9.1: never before a provisional response
  tx.reason = lines
  return []
}

function sendCancel(tx: InviteClient, now: Millis, lines: string): InviteClientOutput {
  tx.cancel = 'sent'
  tx.reason = ''
  tx.until = now + giveUp                                                        // 9.1: 64*T1 later the INVITE counts as cancelled
  return { do: 'cancel', text: cancelRequest(tx.text, lines) }
}

function accept(tx: InviteClient, now: Millis): InviteClientOutput[] {
  tx.is = 'accepted'
  tx.text = tx.reason = ''
  tx.again = undefined
  tx.until = now + giveUp                                                        // 6026 7.2: Timer M
  return [{ do: 'tell', what: 'response' }]
}

function complete(tx: InviteClient, now: Millis, response: string): InviteClientOutput[] {
  const ack = ackRequest(tx.text, response)                                      // 17.1.1.3
  const out: InviteClientOutput[] = [{ do: 'send', text: ack }, { do: 'tell', what: 'response' }]
  if (tx.reliable) { out.push(terminate(tx)); return out }                       // 17.1.1.2: Timer D is zero
  tx.is = 'completed'
  tx.text = ack
  tx.reason = ''
  tx.again = undefined
  tx.until = now + giveUp                                                        // 17.1.1.2: Timer D, at least 32 s
  return out
}

function wake(tx: InviteClient, now: Millis): InviteClientOutput[] {
  if (tx.until !== undefined && now >= tx.until) {
    return tx.is === 'calling' || tx.is === 'proceeding' ? lose(tx, 'timeout') : [terminate(tx)]
  }
  if (tx.again === undefined || now < tx.again) return []
  tx.every *= 2                                                                  // 17.1.1.2: Timer A has no cap
  tx.again = now + tx.every
  return [{ do: 'send', text: tx.text }]
}

function lose(tx: InviteClient, what: 'timeout' | 'transportError'): InviteClientOutput[] {
  return [{ do: 'tell', what }, terminate(tx)]
}

function terminate(tx: InviteClient): InviteClientOutput {
  tx.is = 'terminated'
  tx.text = tx.reason = ''
  tx.again = tx.until = undefined
  return { do: 'end' }
}
