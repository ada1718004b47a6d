/**
 * Session timers: a call whose far end has silently gone is found and ended.
 *
 * Standards  RFC 4028
 */
import { hasToken, header, type SipMessage, sessionExpires, deltaSeconds } from '../../../wire/sip/index.ts'
import { abandon } from './ending.ts'
import type { LegHouse, SipLeg } from './leg.ts'
import { send } from './send.ts'
import { parsed } from './agreed.ts'

/** Seconds. 1800 is what we ask for, 90 the least that the RFC lets anybody ask (4028 4). */
export const sessionSeconds = 1_800, leastSeconds = 90

/** Headers of an INVITE of ours. */
export function offerTimer(seconds: number = sessionSeconds): string {
  const wanted = Math.max(seconds, leastSeconds)
  return `Session-Expires: ${wanted}\r\nMin-SE: ${Math.min(wanted, Math.max(leastSeconds, seconds === sessionSeconds ? leastSeconds : wanted))}\r\n`
}

/** 4028 8.1: what is wrong with their wish: too short an interval is refused with 422. */
export function tooShort(message: SipMessage): boolean {
  const wish = sessionExpires(message)
  return wish !== undefined && wish.seconds < leastSeconds && hasToken(message, 'Supported', 'timer')
}

/** Headers of our 2xx to their INVITE or UPDATE; the timer runs from now. */
export function answerTimer(house: LegHouse, leg: SipLeg, request: SipMessage): string {
  const wish = sessionExpires(request), theyCan = hasToken(request, 'Supported', 'timer')
  const least = deltaSeconds(header(request, 'Min-SE')) ?? leastSeconds
  const seconds = Math.max(Math.min(wish?.seconds ?? sessionSeconds, Math.max(sessionSeconds, least)), leastSeconds)
  const weRefresh = !theyCan || wish?.refresher === 'uas'
  runTimer(house, leg, seconds, weRefresh)
  return `${theyCan ? 'Require: timer\r\n' : ''}Session-Expires: ${seconds};refresher=${weRefresh ? 'uas' : 'uac'}\r\n`
}

/** What their 2xx to our INVITE or UPDATE says (7.2); more than was asked for is not theirs to give (9). */
export function takeTimer(house: LegHouse, leg: SipLeg, response: SipMessage): void {
  const said = sessionExpires(response), asked = leg.session?.seconds ?? leg.askedSeconds
  runTimer(house, leg, Math.max(Math.min(said?.seconds ?? asked, asked), leastSeconds), said?.refresher !== 'uas')
}

/** 10: refresh at half the interval; the other side's silence is noticed min(32 s, a third) before the end. */
function runTimer(house: LegHouse, leg: SipLeg, seconds: number, weRefresh: boolean): void {
  const wait = weRefresh ? seconds / 2 : seconds - Math.min(32, seconds / 3)
  leg.session = { seconds, weRefresh, at: house.now + wait * 1_000 }
}

/** 7.4: a request that may refresh says again what is agreed; without a word the far end would take the timer for switched off. */
export function keptTimer({ session }: SipLeg): string {
  return session ? `Supported: timer\r\nSession-Expires: ${session.seconds};refresher=${session.weRefresh ? 'uac' : 'uas'}\r\n` : ''
}

export function refreshWake(house: LegHouse, leg: SipLeg): void {
  const { session } = leg
  if (!session || house.now < session.at) return
  if (leg.state !== 'confirmed') { leg.session = undefined; return }
  if (!session.weRefresh) { abandon(house, leg, { status: 408, text: 'Session expired', by: 'timer' }); return }
  session.at = house.now + session.seconds * 500
  if (leg.negotiation || leg.answer) return                              // an offer on its way refreshes as well
  const headers = `Contact: ${leg.contact}\r\nSupported: timer\r\nSession-Expires: ${session.seconds};refresher=uac\r\n`
  if (leg.can.update) { send(house, leg, 'UPDATE', 'refresh', { headers }); return }
  const sdp = parsed(leg.origin.lastText)
  leg.negotiation = { is: 'sent', in: 'reinvite', sdp }
  leg.refreshing = true
  send(house, leg, 'INVITE', 'reinvite', { headers, sdp })
}
