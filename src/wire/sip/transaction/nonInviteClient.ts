/**
 * Non-INVITE client transaction.
 *
 * Standards  RFC 3261 17.1.2
 * Security   fed by whoever knows our branch; holds one request and two timers, nothing that grows
 */
import type { Machine, Millis, Wake } from '../../../kit/machine.ts'
import { giveUp, T1, T2, T4, timed } from './timers.ts'

export interface NonInviteClient {
  is: 'trying' | 'proceeding' | 'completed' | 'terminated'
  reliable: boolean
  text: string                        // the request to send again, '' where it never is
  every: Millis                       // Timer E, doubling up to T2
  again?: Millis | undefined          // when Timer E fires
  until?: Millis | undefined          // when Timer F or K fires
  wakeAt?: Millis | undefined         // the earlier of the two
}
export type NonInviteClientInput =
  | { is: 'response'; status: number }
  | { is: 'failed' }
export type NonInviteClientOutput =
  | { do: 'send'; text: string }
  | { do: 'tell'; what: 'response' | 'timeout' | 'transportError' }
  | { do: 'end' }

export const nonInviteClient: Machine<NonInviteClient, NonInviteClientInput, NonInviteClientOutput> = timed(react)

/** 17.1.2.2: whoever makes it sends `text` at once. */
export function newNonInviteClient(now: Millis, reliable: boolean, text: string): NonInviteClient {
  const again = reliable ? undefined : now + T1                                  // Timer E
  const until = now + giveUp                                                     // Timer F
  return { is: 'trying', reliable, text: reliable ? '' : text, every: T1, again, until, wakeAt: again ?? until }
}

function react(tx: NonInviteClient, now: Millis, input: NonInviteClientInput | Wake): NonInviteClientOutput[] {
  switch (input.is) {
    case 'wake':     return wake(tx, now)
    case 'response': return response(tx, now, input.status)
    case 'failed':   return waiting(tx) ? lose(tx, 'transportError') : []        // 17.1.4
  }
}

function waiting(tx: NonInviteClient): boolean { return tx.is === 'trying' || tx.is === 'proceeding' }

function response(tx: NonInviteClient, now: Millis, status: number): NonInviteClientOutput[] {
  if (!waiting(tx)) return []                                                    // 17.1.2.2: a retransmission is buffered here
  if (status < 200) tx.is = 'proceeding'
  else if (tx.reliable) return [{ do: 'tell', what: 'response' }, terminate(tx)] // 17.1.2.2: Timer K is zero
  else complete(tx, now)
  return [{ do: 'tell', what: 'response' }]
}

function complete(tx: NonInviteClient, now: Millis): void {
  tx.is = 'completed'
  tx.text = ''
  tx.again = undefined
  tx.until = now + T4                                                            // 17.1.2.2: Timer K
}

function wake(tx: NonInviteClient, now: Millis): NonInviteClientOutput[] {
  if (tx.until !== undefined && now >= tx.until) return waiting(tx) ? lose(tx, 'timeout') : [terminate(tx)]
  if (tx.again === undefined || now < tx.again) return []
  tx.every = tx.is === 'proceeding' ? T2 : Math.min(2 * tx.every, T2)            // 17.1.2.2: T2 at once in Proceeding
  tx.again = now + tx.every
  return [{ do: 'send', text: tx.text }]
}

function lose(tx: NonInviteClient, what: 'timeout' | 'transportError'): NonInviteClientOutput[] {
  return [{ do: 'tell', what }, terminate(tx)]
}

function terminate(tx: NonInviteClient): NonInviteClientOutput {
  tx.is = 'terminated'
  tx.text = ''
  tx.again = tx.until = undefined
  return { do: 'end' }
}
