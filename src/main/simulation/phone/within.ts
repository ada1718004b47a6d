/** Inside a virtual phone's calls: hang up, hold, re-INVITE and UPDATE both ways, INFO, transfer, session timers. Standards RFC 3261 12.2, 14, 15; 3311; 3515; 4028; 5589 */
import { printSdp, type Sdp } from '../../../wire/sdp/index.ts'
import { body, header, inOrder, refreshTarget, respond, type Served, type SipMessage } from '../../../wire/sip/index.ts'
import { accept, pracked, reasonOf, timerHeaders } from './answering.ts'
import { ack, ackAgain, ask, capabilities, contact } from './ask.ts'
import { makeAnswer, makeOffer } from './media.ts'
import { checkTheirAnswer, descriptionIn } from './rules.ts'
import { learnShown, refreshes } from './session.ts'
import { endTalk, later, type Phone, type Talk, violation } from './state.ts'

export function hangUp(phone: Phone, talk: Talk): void {
  if (talk.state === 'answered' && talk.success) { later(phone, 20, () => { if (!talk.ended) hangUp(phone, talk) }); return }   // 15: not before the ACK
  bye(phone, talk, 3)
  endTalk(phone, talk, 200, 'us')
}

/** A connection that breaks under a BYE takes it along: once more over a new one. */
function bye(phone: Phone, talk: Talk, times: number): void {
  ask(phone, talk.dialog, 'BYE', { silent: () => { if (times > 1) later(phone, 500, () => { bye(phone, talk, times - 1) }) } })
}

export interface Reoffer {
  readonly by?: 'INVITE' | 'UPDATE'
  /** Without an offer: theirs comes in the 200. */
  readonly delayed?: boolean
}

/** A new offer as the talk now wants it. False while another one is on its way. */
export function reoffer(phone: Phone, talk: Talk, how: Reoffer = {}): boolean {
  if (talk.state !== 'up' || talk.offered || talk.owes !== 'nothing' || talk.success) return false
  const { by = 'INVITE', delayed = false } = how
  const offer = delayed ? undefined : makeOffer(phone, talk)
  talk.offered = offer
  if (!offer) talk.owes = 'answerInAck'
  const headers = `${contact(phone)}${capabilities(phone)}`
  ask(phone, talk.dialog, by, {
    headers, ...(offer ? { contentType: 'application/sdp', body: printSdp(offer) } : {}),
    heard: (response) => { reofferAnswered(phone, talk, by, response, how) },
    silent: () => { endTalk(phone, talk, 408, 'network') },
  })
  return true
}

function reofferAnswered(phone: Phone, talk: Talk, by: 'INVITE' | 'UPDATE', response: SipMessage, how: Reoffer): void {
  if (response.status < 200) return
  talk.statuses.push(response.status)
  const offer = talk.offered, owed = talk.owes === 'answerInAck'
  if (response.status < 300 && by === 'INVITE' && talk.ack?.seq === response.cseq) { ackAgain(phone, talk); return }
  const sdp = response.status < 300 ? descriptionIn(phone, talk, response) : undefined
  talk.offered = undefined
  talk.owes = 'nothing'
  if (response.status >= 300) { reofferRefused(phone, talk, response, how); return }
  refreshTarget(talk.dialog, response)
  learnShown(talk, response)
  const ours = owed && sdp ? makeAnswer(phone, talk, sdp) : undefined
  if (by === 'INVITE') ack(phone, talk, talk.dialog, response.cseq, ours && printSdp(ours))
  if (ours && sdp) talk.session = { ours, theirs: sdp, weOffered: false }
  if (!offer || talk.ended) return
  if (!sdp) { violation(phone, `200 to ${by} holds no answer`); return }
  checkTheirAnswer(phone, offer, sdp, `200 to ${by}`)
  talk.session = { ours: offer, theirs: sdp, weOffered: true }
}

function reofferRefused(phone: Phone, talk: Talk, response: SipMessage, how: Reoffer): void {
  talk.reason = header(response, 'Warning') ?? talk.reason
  if (response.status === 491) { later(phone, talk.side === 'caller' ? 2_100 + phone.random.below(1_900) : phone.random.below(2_000), () => { reoffer(phone, talk, how) }); return }
  if (response.status === 500 && header(response, 'Retry-After') !== undefined) { later(phone, 1_000 * Number(header(response, 'Retry-After')), () => { reoffer(phone, talk, how) }); return }
  if (response.status === 481 || response.status === 408) { ask(phone, talk.dialog, 'BYE'); endTalk(phone, talk, response.status, 'them') }
}

export function info(phone: Phone, talk: Talk, digit: string): void {
  ask(phone, talk.dialog, 'INFO', { contentType: 'application/dtmf-relay', body: `Signal=${digit}\r\nDuration=160\r\n`, heard: (response) => { if (response.status >= 200) talk.statuses.push(response.status) } })
}

/** REFER: blind to a number, or attended with the Replaces of another talk. */
export function refer(phone: Phone, talk: Talk, number: string, replaces?: string): void {
  const { domain } = phone.settings
  const to = `sip:${number}@${domain}${replaces === undefined ? '' : `?Replaces=${encodeURIComponent(replaces)}`}`
  ask(phone, talk.dialog, 'REFER', { headers: `${contact(phone)}Refer-To: <${to}>\r\n`, heard: (response) => { if (response.status >= 200) talk.statuses.push(response.status) } })
}

/** A request of the system inside one of our dialogs. */
export function within(phone: Phone, talk: Talk, served: Served): void {
  const { message } = served, say = (status: number, headers = '') => { respond(phone.endpoint, phone.now, served, { status, headers }) }
  const dialog = [talk.dialog, ...[...talk.early.values()].map((one) => one.dialog)].find((one) => one.localTag === message.toTag)
  if (dialog && !inOrder(dialog, message)) { if (!phone.settings.lossy) violation(phone, `${message.method} with a CSeq that goes back`); say(500); return }
  if (talk.ended) { say(481); return }
  learnShown(talk, message)
  switch (message.method) {
    case 'INVITE': reinvited(phone, talk, served); break
    case 'UPDATE': updated(phone, talk, served); break
    case 'BYE': byed(phone, talk, served); break
    case 'PRACK': pracked(phone, talk, served); break
    case 'INFO': talk.infos.push(body(message)); say(200); break
    case 'MESSAGE': phone.messages.push(body(message)); say(200); break
    case 'NOTIFY': talk.notified.push(body(message).trim()); say(200); break
    case 'OPTIONS': say(200); break
    default: say(405, `Allow: INVITE, ACK, BYE, CANCEL\r\n`)
  }
}

function byed(phone: Phone, talk: Talk, served: Served): void {
  respond(phone.endpoint, phone.now, served, { status: 200 })
  if (talk.side === 'called' && talk.invite) violation(phone, 'BYE in an early dialog of a phone that was called')
  if (talk.state === 'answered' && talk.success && !phone.settings.lossy) violation(phone, 'BYE before the ACK')
  endTalk(phone, talk, 200, 'them', reasonOf(served.message))
}

/** 14.2: 491 while our own offer is on its way. */
function isBusy(phone: Phone, talk: Talk, served: Served): boolean {
  if (!talk.offered && talk.owes === 'nothing' && !talk.success) return false
  respond(phone.endpoint, phone.now, served, { status: 491 })
  return true
}

function reinvited(phone: Phone, talk: Talk, served: Served): void {
  const offer = descriptionIn(phone, talk, served.message)              // counts as said, whatever becomes of it
  if (isBusy(phone, talk, served)) return
  refreshTarget(talk.dialog, served.message)
  const sdp = offer ? makeAnswer(phone, talk, offer) : makeOffer(phone, talk)
  if (!sdp) { respond(phone.endpoint, phone.now, served, { status: 488 }); return }
  if (offer) talk.session = { ours: sdp, theirs: offer, weOffered: false }
  else talk.offered = sdp
  served.tx.user = talk
  accept(phone, talk, served, sdp)
}

function updated(phone: Phone, talk: Talk, served: Served): void {
  const offer = descriptionIn(phone, talk, served.message)
  if (!phone.settings.update) { violation(phone, 'UPDATE although it was not in Allow'); respond(phone.endpoint, phone.now, served, { status: 405 }); return }
  if (offer && isBusy(phone, talk, served)) return
  refreshTarget(talk.dialog, served.message)
  const sdp = offer && makeAnswer(phone, talk, offer)
  if (offer && !sdp) { respond(phone.endpoint, phone.now, served, { status: 488 }); return }
  if (offer && sdp) {
    const early = talk.early.get(served.message.fromTag)
    talk.session = { ours: sdp, theirs: offer, weOffered: false }
    if (early) early.session = talk.session
  }
  const headers = contact(phone) + timerHeaders(served.message)
  respond(phone.endpoint, phone.now, served, { status: 200, headers, ...(sdp ? { contentType: 'application/sdp', body: printSdp(sdp satisfies Sdp) } : {}) })
  refreshes(phone, talk, served.message, false)
}
