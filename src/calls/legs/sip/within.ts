/**
 * Requests inside the dialogs of a leg, and the answers to ours: one table of methods.
 *
 * Standards  RFC 3261 12.2.2, 15.1.2; 3262; 3311; 3515; 6086
 */
import { body, cancel, header, inOrder, rack, type Served, type SipMessage } from '../../../wire/sip/index.ts'
import { strangeOptions } from '../../options.ts'
import { pracked } from './answering.ts'
import { inviteResponse, inviteUnanswered } from './calling.ts'
import { updateResponse } from './early.ts'
import { abandon, gone, over } from './ending.ts'
import type { About, LegHouse, SipLeg } from './leg.ts'
import { leastSeconds, takeTimer, tooShort } from './refresh.ts'
import { notifyDone } from './referrer.ts'
import { reinvited, reinviteResponse, unanswered, updated } from './renegotiate.ts'
import { allow, challenged, failOver, follow, reply } from './send.ts'
import { referred, resubscribed } from './transfer.ts'

/** Passed requests of one leg that may wait for their answer at once. */
const maxPassing = 8

type Taker = (house: LegHouse, leg: SipLeg, served: Served) => void

const methods: Record<string, Taker> = {
  INVITE: reinvited,
  UPDATE: updated,
  BYE: hungUp,
  PRACK: (house, leg, served) => pracked(house, leg, served, rack(served.message)),
  INFO: (house, leg, served) => pass(house, leg, served, 'INFO'),
  MESSAGE: (house, leg, served) => pass(house, leg, served, 'MESSAGE'),
  REFER: referred,
  OPTIONS: (house, leg, served) => { reply(house, leg, served, { status: 200, headers: `Allow: ${allow}\r\nAccept: application/sdp\r\n` }) },
  NOTIFY: (house, leg, served) => { reply(house, leg, served, { status: 489, headers: 'Allow-Events: refer\r\n' }) },
  SUBSCRIBE: resubscribed,
}

/** A referral outside any call is a subscription: nothing else is done in its dialog. */
const inSubscription: Record<string, Taker> = { SUBSCRIBE: resubscribed, OPTIONS: methods.OPTIONS! }

export function within(house: LegHouse, leg: SipLeg, served: Served): void {
  const { message } = served, dialog = dialogOf(leg, message)
  if (!dialog || leg.state === 'ended') { reply(house, leg, served, { status: 481 }); return }
  if (!inOrder(dialog, message)) { reply(house, leg, served, { status: 500 }); return }                   // 12.2.2
  const take = (leg.refers ? inSubscription : methods)[message.method]
  if (!take) { reply(house, leg, served, { status: 405, headers: `Allow: ${allow}\r\n` }); return }
  const unknown = strangeOptions(message)
  if (unknown.length > 0) { reply(house, leg, served, { status: 420, headers: `Unsupported: ${unknown.join(', ')}\r\n` }); return }                // 8.2.2.3
  if ((message.method === 'INVITE' || message.method === 'UPDATE') && tooShort(message)) { reply(house, leg, served, { status: 422, headers: `Min-SE: ${leastSeconds}\r\n` }); return }
  served.tx.user = leg
  if (leg.over && message.method !== 'BYE') { reply(house, leg, served, { status: 481 }); return }
  take(house, leg, served)
}

function dialogOf(leg: SipLeg, message: SipMessage): SipLeg['dialog'] | undefined {
  const fits = (d: SipLeg['dialog']) => d.localTag === message.toTag && d.callId === message.callId && (d.remoteTag === message.fromTag || d.remoteTag === '')
  const early = leg.side === 'in' && leg.served === undefined ? [] : leg.early            // 13.2.2.4: with the answer the other early dialogs are over
  return fits(leg.dialog) ? leg.dialog : early.find((one) => fits(one.dialog))?.dialog
}

function hungUp(house: LegHouse, leg: SipLeg, served: Served): void {
  reply(house, leg, served, { status: 200 })
  if (leg.served) reply(house, leg, leg.served, { status: 487, toTag: leg.dialog.localTag })              // 15.1.2: the INVITE still waits
  leg.served = undefined
  if (leg.over && leg.state !== 'accepted') return                                                         // our own BYE is on its way: its answer ends the leg
  leg.answer = undefined
  gone(house, leg, { status: 200, text: '', by: 'far' })
}

function pass(house: LegHouse, leg: SipLeg, served: Served, method: 'INFO' | 'MESSAGE'): void {
  const { message } = served
  if (leg.passing.length >= maxPassing) { reply(house, leg, served, { status: 503, headers: 'Retry-After: 1\r\n' }); return }
  follow(leg, served.flow)
  const id = message.cseq
  leg.passing.push({ id, served })
  house.tell(leg, { is: 'passing', method, headers: purpose(message), contentType: header(message, 'Content-Type') ?? '', body: body(message), id })
}

/** RFC 6086 8.2, RFC 3261 20.11, 20.12: without these nobody can tell what the body is for. */
function purpose(message: SipMessage): string {
  return (['Info-Package', 'Content-Disposition', 'Content-Encoding'] as const).map((name) => { const value = header(message, name); return value === undefined ? '' : `${name}: ${value}\r\n` }).join('')
}

/** The other side's answer to a passed request. */
export function passed(house: LegHouse, leg: SipLeg, id: number, status: number): void {
  const at = leg.passing.findIndex((one) => one.id === id)
  if (at < 0) return
  const [one] = leg.passing.splice(at, 1)
  reply(house, leg, one!.served, { status })
}

/** A response to a request of ours. */
export function responded(house: LegHouse, about: About, response: SipMessage): void {
  const { leg } = about
  if (response.status === 503 && failOver(house, about)) return
  if (about.what === 'invite' && about.tx !== leg.client && superseded(house, about, response)) return
  if ((response.status === 401 || response.status === 407) && challenged(house, about, response)) return
  switch (about.what) {
    case 'ack': break
    case 'invite': inviteResponse(house, leg, response); break
    case 'reinvite': reinviteResponse(house, leg, response); break
    case 'bye': if (response.status >= 200) byeDone(house, about); break
    case 'pass': if (response.status >= 200) house.tell(leg, { is: 'passed', status: response.status, id: about.id }); break
    case 'refresh': refreshed(house, leg, response); break
    case 'update': updateResponse(house, about, response); break
    case 'prack': prackResponse(house, about, response); break
    case 'notify': notifyDone(house, about, response.status); break
  }
}

/** A destination that was given up is heard of after all: it must not ring beside the one after it, but who answers first has the call. */
function superseded(house: LegHouse, { leg, tx, at }: About, response: SipMessage): boolean {
  if (response.status >= 300) return true
  if (leg.client === undefined) {                                         // the call has been answered, or is over: this one is turned away where it stands
    const { to } = leg
    leg.to = at
    if (response.status >= 200) inviteResponse(house, leg, response)
    leg.to = to
    return true
  }
  const other = response.status < 200 ? tx : leg.client
  if (other) cancel(house.endpoint, house.now, other, '')
  if (response.status < 200) return true
  leg.client = tx
  leg.to = at
  return false
}

function prackResponse(house: LegHouse, { leg, dialog }: About, response: SipMessage): void {
  const early = leg.early.find((one) => one.dialog === dialog)
  if (early && response.status >= 200) early.pracking = false
  if (response.status === 481 && !leg.over) gone(house, leg, { status: 481, text: response.reason, by: 'far' })
}

function refreshed(house: LegHouse, leg: SipLeg, response: SipMessage): void {
  if (response.status < 200 || leg.over) return
  if (response.status < 300) takeTimer(house, leg, response)
  else if (response.status === 481 || response.status === 408) abandon(house, leg, { status: response.status, text: response.reason, by: 'far' })
}

/** No response at all to a request of ours. */
export function silent(house: LegHouse, about: About, reachable: boolean): void {
  const { leg } = about
  if (failOver(house, about)) return
  switch (about.what) {
    case 'ack': break
    case 'invite': inviteUnanswered(house, about, reachable); break
    case 'bye': byeDone(house, about); break
    case 'pass': house.tell(leg, { is: 'passed', status: reachable ? 408 : 503, id: about.id }); break
    case 'notify': notifyDone(house, about, 408); break
    case 'reinvite': case 'refresh': case 'prack': case 'update':
      if (leg.over) over(house, leg, leg.over)
      else unanswered(house, leg, reachable)
  }
}

/** A BYE of a second fork ends that fork alone. */
function byeDone(house: LegHouse, about: About): void {
  if (about.dialog === about.leg.dialog && about.leg.state !== 'ended') over(house, about.leg, about.leg.over ?? { status: 200, text: '', by: 'near' })
}
