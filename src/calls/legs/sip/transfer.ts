/**
 * Transfer as the phone asks for it: REFER in, progress out by NOTIFY.
 *
 * Standards  RFC 3515, 4488 (norefersub), 3892, 3891 (Replaces in Refer-To), 6665
 * Security   taken inside a call only; where it may lead is decided by the call and its policy
 */
import { address, deltaSeconds, event, header, parseUri, reasonPhrase, type Served, unescaped } from '../../../wire/sip/index.ts'
import type { LegHouse, SipLeg } from './leg.ts'
import { reply, send } from './send.ts'

/** How long the phone is kept informed: as long as a call may ring, and some more. */
const longest = 240_000

export function referred(house: LegHouse, leg: SipLeg, served: Served): void {
  const to = address(served.message, 'Refer-To'), uri = to && parseUri(to.uri)
  if (!to || !uri?.ok) { reply(house, leg, served, { status: 400 }); return }
  if (leg.state !== 'confirmed' || leg.referral) { reply(house, leg, served, { status: 491 }); return }
  const method = /[;?]method=([^;?&]*)/i.exec(to.uri)?.[1]
  if (method !== undefined && method.toUpperCase() !== 'INVITE') { reply(house, leg, served, { status: 501 }); return }
  const quiet = header(served.message, 'Refer-Sub')?.trim().toLowerCase() === 'false'                       // 4488 4
  leg.referral = { id: served.message.cseq, until: house.now + longest, quiet }
  reply(house, leg, served, { status: 202, headers: `Contact: ${leg.contact}\r\n${quiet ? 'Refer-Sub: false\r\n' : ''}` })
  transferring(house, leg, 100, false)
  const replaces = /(?:^|&)replaces=([^&]*)/i.exec(uri.value.headers)?.[1]
  house.tell(leg, { is: 'transfer', to: to.uri, replaces: replaces === undefined ? undefined : unescaped(replaces) })
}

/** RFC 3515 2.4.5: the body is the status line of what we got for the new INVITE. */
export function transferring(house: LegHouse, leg: SipLeg, status: number, final: boolean): void {
  const { referral } = leg
  if (!referral || leg.over || leg.state !== 'confirmed') return
  const seconds = Math.max(1, Math.round((referral.until - house.now) / 1_000))
  if (final) leg.referral = undefined
  if (referral.quiet) return
  const state = final ? 'terminated;reason=noresource' : `active;expires=${seconds}`
  const headers = `Contact: ${leg.contact}\r\nEvent: refer;id=${referral.id}\r\nSubscription-State: ${state}\r\n`
  send(house, leg, 'NOTIFY', 'notify', { headers, contentType: 'message/sipfrag;version=2.0', body: `SIP/2.0 ${status} ${reasonPhrase(status)}\r\n` })
}

export function referralWake(house: LegHouse, leg: SipLeg): void {
  if (leg.referral && house.now >= leg.referral.until) transferring(house, leg, 408, true)
}

/** 3515 2.4.6, 6665 4.4.1: the phone asks for its NOTIFYs again, or (with 0) for no more of them. */
export function resubscribed(house: LegHouse, leg: SipLeg, served: Served): void {
  const { referral } = leg, asked = event(served.message)
  if (asked?.package !== 'refer') { reply(house, leg, served, { status: 489, headers: 'Allow-Events: refer\r\n' }); return }
  if (!referral || (asked.id !== undefined && asked.id !== String(referral.id))) { reply(house, leg, served, { status: 481 }); return }
  const isEnd = deltaSeconds(header(served.message, 'Expires')) === 0, left = Math.max(1, Math.round((referral.until - house.now) / 1_000))
  reply(house, leg, served, { status: 200, headers: `Contact: ${leg.contact}\r\nExpires: ${isEnd ? 0 : left}\r\n` })
  if (isEnd) leg.referral = undefined
  const headers = `Contact: ${leg.contact}\r\nEvent: refer;id=${referral.id}\r\nSubscription-State: ${isEnd ? 'terminated;reason=timeout' : `active;expires=${left}`}\r\n`
  send(house, leg, 'NOTIFY', 'notify', { headers, contentType: 'message/sipfrag;version=2.0', body: 'SIP/2.0 100 Trying\r\n' })
}
