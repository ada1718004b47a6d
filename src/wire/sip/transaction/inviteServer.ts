/**
 * INVITE server transaction.
 *
 * Standards  RFC 3261 17.2.1, RFC 6026 7.1
 * Security   fed by strangers; holds one response and two timers, nothing that grows
 */
import type { Machine, Millis, Wake } from '../../../kit/machine.ts'
import { giveUp, T1, T2, T4, timed } from './timers.ts'

export interface InviteServer {
  is: 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated'
  reliable: boolean
  text: string                        // the response to send again, '' where there is none
  every: Millis                       // Timer G, doubling
  again?: Millis | undefined          // when Timer G fires
  until?: Millis | undefined          // when Timer H, I or L fires
  wakeAt?: Millis | undefined         // the earlier of the two
}
export type InviteServerInput =
  | { is: 'retransmit' }
  | { is: 'ack' }
  | { is: 'respond'; status: number; text: string }
  /** A final response that is sent once, and nothing is remembered: for strangers. */
  | { is: 'refuse'; text: string }
export type InviteServerOutput =
  | { do: 'send'; text: string }
  | { do: 'tell'; what: 'ack' | 'noAck' }
  | { do: 'end' }

export const inviteServer: Machine<InviteServer, InviteServerInput, InviteServerOutput> = timed(react)

/** The user answers 100 at once where it cannot answer otherwise within 200 ms (17.2.1). */
export function newInviteServer(reliable: boolean): InviteServer {
  return { is: 'proceeding', reliable, text: '', every: T1, again: undefined, until: undefined, wakeAt: undefined }
}

function react(tx: InviteServer, now: Millis, input: InviteServerInput | Wake): InviteServerOutput[] {
  switch (input.is) {
    case 'wake':       return wake(tx, now)
    case 'respond':    return respond(tx, now, input.status, input.text)
    case 'refuse':     return tx.is === 'proceeding' ? [{ do: 'send', text: input.text }, ...enter(tx, now, 'terminated')] : []   // 8.2.7
    case 'ack':        return ack(tx, now)
    case 'retransmit': return tx.text === '' ? [] : [{ do: 'send', text: tx.text }]
  }
}

function respond(tx: InviteServer, now: Millis, status: number, text: string): InviteServerOutput[] {
  if (tx.is === 'accepted' && status >= 200 && status < 300) return [{ do: 'send', text }]   // 6026 7.1: the user's own retransmission
  if (tx.is !== 'proceeding') return []
  tx.text = text
  if (status >= 200) enter(tx, now, status < 300 ? 'accepted' : 'completed')
  return [{ do: 'send', text }]
}

function ack(tx: InviteServer, now: Millis): InviteServerOutput[] {
  if (tx.is === 'accepted') return [{ do: 'tell', what: 'ack' }]                 // 6026 7.1: never absorbed
  return tx.is === 'completed' ? enter(tx, now, 'confirmed') : []
}

function wake(tx: InviteServer, now: Millis): InviteServerOutput[] {
  if (tx.until !== undefined && now >= tx.until) {
    const lost: InviteServerOutput[] = tx.is === 'completed' ? [{ do: 'tell', what: 'noAck' }] : []
    return [...lost, ...enter(tx, now, 'terminated')]
  }
  if (tx.again === undefined || now < tx.again) return []
  tx.every = Math.min(2 * tx.every, T2)
  tx.again = now + tx.every
  return [{ do: 'send', text: tx.text }]
}

function enter(tx: InviteServer, now: Millis, next: InviteServer['is']): InviteServerOutput[] {
  tx.is = next
  tx.again = tx.until = undefined
  if (next !== 'completed') tx.text = ''                                         // nothing is sent again any more
  switch (next) {
    case 'accepted':   tx.until = now + giveUp; return []                        // 6026 7.1: Timer L
    case 'completed':  tx.until = now + giveUp                                   // 17.2.1: Timer H, on every transport
                       if (!tx.reliable) tx.again = now + tx.every               // 17.2.1: Timer G
                       return []
    case 'confirmed':  if (tx.reliable) return enter(tx, now, 'terminated')      // 17.2.1: Timer I is zero
                       tx.until = now + T4; return []
    case 'terminated': return [{ do: 'end' }]
    case 'proceeding': return []
  }
}
