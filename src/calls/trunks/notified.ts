/**
 * A NOTIFY that nobody subscribed to, from a trunk that may send one: the lamp of a mailbox goes on to the phones of its line.
 *
 * Standards  RFC 3842; R369; sip-trunk 1.11
 * Security   of the packages that tell nothing of people, message-summary alone; its size is bounded by the message, the copies by the contacts of a line
 */
import { event, respond, type Served } from '../../wire/sip/index.ts'
import { copies } from '../messaged.ts'
import { numberIn } from '../numbers.ts'
import type { Exchange } from '../state.ts'

export function notified(x: Exchange, served: Served): void {
  const { message } = served, number = numberIn(x, message.uri), meaning = number === undefined ? undefined : x.snapshot.numberOrUser(number)
  const answer = (status: number, headers = ''): void => { respond(x.endpoint, x.now, served, { status, toTag: x.endpoint.random.token(5), headers }) }
  if (event(message)?.package !== 'message-summary') { answer(489, 'Allow-Events: message-summary\r\n'); return }
  if (meaning?.is !== 'line') { answer(404); return }
  const sent = copies(x, message, meaning.number, meaning.number, (status) => { answer(status) })
  if (sent === 0) answer(200)                                       // nobody is there to show it; the mailbox will tell again
}
