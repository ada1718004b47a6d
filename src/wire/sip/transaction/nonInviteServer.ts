/**
 * Non-INVITE server transaction.
 *
 * Standards  RFC 3261 17.2.2, RFC 4320 4
 * Security   fed by strangers; ends by itself 64*T1 after the request even if the user never answers
 */
import type { Machine, Millis, Wake } from '../../../kit/machine.ts'
import { giveUp, T1, timed } from './timers.ts'

export interface NonInviteServer {
  is: 'trying' | 'proceeding' | 'completed' | 'terminated'
  reliable: boolean
  text: string                        // the response to send again, '' where there is none; in trying a 100 that waits for its moment
  quiet: Millis                       // RFC 4320 4.1: no 100 over UDP before this moment
  again?: Millis | undefined          // when the waiting 100 goes out
  until?: Millis | undefined          // when Timer J fires, or the client's Timer F has fired
  wakeAt?: Millis | undefined         // the earlier of the two
}
export type NonInviteServerInput =
  | { is: 'retransmit' }
  | { is: 'respond'; status: number; text: string }
  /** A final response that is sent once, and nothing is remembered: for strangers. */
  | { is: 'refuse'; text: string }
export type NonInviteServerOutput =
  | { do: 'send'; text: string }
  | { do: 'end' }

const timerEAtT2 = 7 * T1             // RFC 4320 4.1: T1 + 2*T1 + 4*T1, then Timer E is reset to T2

export const nonInviteServer: Machine<NonInviteServer, NonInviteServerInput, NonInviteServerOutput> = timed(react)

export function newNonInviteServer(now: Millis, reliable: boolean): NonInviteServer {
  const until = now + giveUp          // RFC 4320 4.2: after the client's Timer F nothing is answered any more
  return { is: 'trying', reliable, text: '', quiet: reliable ? now : now + timerEAtT2, again: undefined, until, wakeAt: until }
}

function react(tx: NonInviteServer, now: Millis, input: NonInviteServerInput | Wake): NonInviteServerOutput[] {
  switch (input.is) {
    case 'wake':       return wake(tx, now)
    case 'respond':    return respond(tx, now, input.status, input.text)
    case 'refuse':     return tx.is === 'trying' || tx.is === 'proceeding' ? [{ do: 'send', text: input.text }, ...terminate(tx)] : []   // 8.2.7
    case 'retransmit': return tx.is === 'trying' || tx.text === '' ? [] : [{ do: 'send', text: tx.text }]
  }
}

function respond(tx: NonInviteServer, now: Millis, status: number, text: string): NonInviteServerOutput[] {
  if (tx.is !== 'trying' && tx.is !== 'proceeding') return []
  if (status < 200) return status === 100 ? tryOn(tx, now, text) : []            // RFC 4320 4.1: no provisional but 100
  if (status === 408) return complete(tx, now, '')                               // RFC 4320 4.2: never a 408, retransmissions are absorbed
  return [{ do: 'send', text }, ...complete(tx, now, text)]
}

function tryOn(tx: NonInviteServer, now: Millis, text: string): NonInviteServerOutput[] {
  tx.text = text
  if (now < tx.quiet) { tx.again = tx.quiet; return [] }
  tx.again = undefined
  tx.is = 'proceeding'
  return [{ do: 'send', text }]
}

function complete(tx: NonInviteServer, now: Millis, text: string): NonInviteServerOutput[] {
  if (tx.reliable) return terminate(tx)                                          // 17.2.2: Timer J is zero
  tx.is = 'completed'
  tx.text = text
  tx.again = undefined
  tx.until = now + giveUp                                                        // 17.2.2: Timer J
  return []
}

function wake(tx: NonInviteServer, now: Millis): NonInviteServerOutput[] {
  if (tx.until !== undefined && now >= tx.until) return terminate(tx)
  return tx.again !== undefined && now >= tx.again ? tryOn(tx, now, tx.text) : []
}

function terminate(tx: NonInviteServer): NonInviteServerOutput[] {
  tx.is = 'terminated'
  tx.text = ''
  tx.again = tx.until = undefined
  return [{ do: 'end' }]
}
