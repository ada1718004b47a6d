/** A virtual phone is called: rings, early media, answers (as one of several branches), refuses; the 2xx goes again until its ACK. Standards RFC 3261 13.3, 3262 3 */
import { parseSdp, printSdp, type Sdp } from '../../../wire/sdp/index.ts'
import {
  address, again, type Dialog, hasToken, header, lines, parseReason, parseUri, rack, respond, type Served, sessionExpires, type SipMessage, uasDialog,
} from '../../../wire/sip/index.ts'
import { capabilities, contact } from './ask.ts'
import { newTalk } from './calling.ts'
import { makeAnswer, makeOffer } from './media.ts'
import { checkTheirAnswer, descriptionIn } from './rules.ts'
import { endTalk, later, type Phone, type Talk, violation } from './state.ts'
import { learnShown, refreshes } from './session.ts'

export function invited(phone: Phone, served: Served): void {
  const { message } = served
  const dialog = uasDialog(message, phone.random.token(8))
  if (!dialog) { respond(phone.endpoint, phone.now, served, { status: 400, toTag: phone.random.token(5) }); return }
  const talk = newTalk(phone, 'called', userOf(address(message, 'From')?.uri ?? ''), dialog)
  talk.invite = served
  served.tx.user = talk
  talk.diversions = lines(message, 'Diversion')
  learnShown(talk, message)
  const offer = descriptionIn(phone, talk, message)
  if (message.bodyEnd > message.bodyStart && !offer) { refuse(phone, talk, 488); return }
  if (offer && !makeAnswer(phone, talk, offer)) { refuse(phone, talk, 488); return }
  if (phone.settings.rings) ring(phone, talk, 180)
  phone.onRing?.(talk)
}

function userOf(text: string): string {
  const uri = parseUri(text)
  return uri.ok ? uri.value.user : ''
}

export interface Ring {
  /** With a description: early media. */
  readonly early?: boolean
  /** Another early dialog of the same INVITE: a fork behind the phone. */
  readonly branch?: string
}

export function ring(phone: Phone, talk: Talk, status: number, how: Ring = {}): void {
  const { invite, reliable: before } = talk
  if (!invite) return
  if (before && !before.pracked) { talk.onPracked ??= () => { ring(phone, talk, status, how) }; return }             // 3262 3: one at a time
  const sdp = how.early ? early(phone, talk, invite) : undefined
  const reliable = wantsReliable(phone, invite.message)
  const dialog = branchDialog(phone, talk, how.branch)
  const rseq = reliable ? (talk.reliable?.rseq ?? 100) + 1 : 0
  const headers = contact(phone) + capabilities(phone) + (reliable ? `Require: 100rel\r\nRSeq: ${rseq}\r\n` : '')
  const text = respond(phone.endpoint, phone.now, invite, { status, toTag: dialog.localTag, headers, ...(sdp ? { contentType: 'application/sdp', body: printSdp(sdp) } : {}) })
  if (!reliable) return
  talk.reliable = { rseq, served: invite, pracked: false, session: sdp !== undefined || talk.reliable?.session === true }
  repeatReliable(phone, talk, text, rseq, 500)
}

function wantsReliable(phone: Phone, message: SipMessage): boolean {
  return hasToken(message, 'Require', '100rel') || (phone.settings.reliable !== 'no' && hasToken(message, 'Supported', '100rel'))
}

function early(phone: Phone, talk: Talk, invite: Served): Sdp | undefined {
  if (talk.session) return talk.session.ours
  const offer = offerOf(invite.message), sdp = offer && makeAnswer(phone, talk, offer)
  if (offer && sdp) talk.session = { ours: sdp, theirs: offer, weOffered: false }
  return sdp
}

function offerOf(message: SipMessage): Sdp | undefined {
  const parsed = parseSdp(message.raw.slice(message.bodyStart, message.bodyEnd))
  return parsed.ok ? parsed.value : undefined
}

function branchDialog(phone: Phone, talk: Talk, branch: string | undefined): Dialog {
  if (branch === undefined) return talk.dialog
  const known = talk.early.get(branch)
  if (known) return known.dialog
  const dialog = uasDialog(talk.invite!.message, phone.random.token(8))!
  talk.early.set(branch, { dialog, rseq: 0 })
  return dialog
}

/** RFC 3262 3. */
function repeatReliable(phone: Phone, talk: Talk, text: string, rseq: number, every: number): void {
  later(phone, every, () => {
    if (!talk.invite || talk.reliable?.rseq !== rseq || talk.reliable.pracked) return
    if (every > 16_000) { refuse(phone, talk, 504); return }
    again(phone.endpoint, talk.invite.flow, text)
    repeatReliable(phone, talk, text, rseq, 2 * every)
  })
}

export function pracked(phone: Phone, talk: Talk, served: Served): void {
  const said = rack(served.message), { reliable } = talk
  if (!said || !reliable || said.rseq !== reliable.rseq) {
    violation(phone, 'PRACK that fits no provisional response')
    respond(phone.endpoint, phone.now, served, { status: 481 })
    return
  }
  reliable.pracked = true
  respond(phone.endpoint, phone.now, served, { status: 200 })
  const { onPracked } = talk
  talk.onPracked = undefined
  onPracked?.()
}

export function answerCall(phone: Phone, talk: Talk, branch?: string): void {
  const { invite, reliable } = talk
  if (!invite) return
  if (reliable && !reliable.pracked) { talk.onPracked = () => { answerCall(phone, talk, branch) }; return }
  if (branch !== undefined) talk.dialog = branchDialog(phone, talk, branch)
  const offer = offerOf(invite.message), sdp = offer ? talk.session?.ours ?? makeAnswer(phone, talk, offer) : makeOffer(phone, talk)
  if (!sdp) { refuse(phone, talk, 488); return }
  if (offer) talk.session = { ours: sdp, theirs: offer, weOffered: false }
  else talk.offered = sdp
  const repeated = reliable !== undefined && offer !== undefined && talk.early.size === 0 && talk.session !== undefined
  accept(phone, talk, invite, repeated && talk.said.version > 0 && reliableHadSession(talk) ? undefined : sdp)
  talk.invite = undefined
  talk.state = 'answered'
  talk.wasUp = true
}

/** RFC 6337 3.1.1: once answered in a reliable response, the 2xx needs no description. */
function reliableHadSession(talk: Talk): boolean { return talk.reliable?.pracked === true && talk.reliable.session }

/** A 2xx to INVITE or re-INVITE, sent again until the ACK (13.3.1.4). */
export function accept(phone: Phone, talk: Talk, served: Served, sdp: Sdp | undefined): void {
  const timer = timerHeaders(served.message)
  const headers = contact(phone) + capabilities(phone) + timer
  const text = respond(phone.endpoint, phone.now, served, { status: 200, toTag: talk.dialog.localTag, headers, ...(sdp ? { contentType: 'application/sdp', body: printSdp(sdp) } : {}) })
  const seq = served.message.cseq
  talk.success = { seq, again: 500, text }
  repeatSuccess(phone, talk, served, seq, text, 500, phone.now + 32_000)
  refreshes(phone, talk, served.message, false)
}

/** 4028 9: their wish with refresher=uac, which they are. */
export function timerHeaders(message: SipMessage): string {
  const wish = sessionExpires(message)
  return wish === undefined ? '' : `Require: timer\r\nSession-Expires: ${wish.seconds};refresher=${wish.refresher ?? 'uac'}\r\n`
}

function repeatSuccess(phone: Phone, talk: Talk, served: Served, seq: number, text: string, every: number, until: number): void {
  later(phone, every, () => {
    if (talk.success?.seq !== seq) return
    if (phone.now >= until) { neverAcknowledged(phone, talk); return }
    again(phone.endpoint, served.flow, text)
    repeatSuccess(phone, talk, served, seq, text, Math.min(4_000, 2 * every), until)
  })
}

function neverAcknowledged(phone: Phone, talk: Talk): void {
  if (!phone.settings.lossy) violation(phone, 'a 2xx was never acknowledged')
  talk.success = undefined
  endTalk(phone, talk, 408, 'network', 'no ACK')
}

export function acknowledged(phone: Phone, talk: Talk, message: SipMessage): void {
  if (talk.success?.seq !== message.cseq) return
  talk.success = undefined
  if (talk.state === 'answered') talk.state = 'up'
  const sdp = descriptionIn(phone, talk, message)
  const { offered } = talk
  if (offered && sdp) {
    checkTheirAnswer(phone, offered, sdp, 'ACK')
    talk.session = { ours: offered, theirs: sdp, weOffered: true }
  } else if (offered) violation(phone, 'ACK holds no answer to the offer of the 2xx')
  else if (sdp) violation(phone, 'ACK holds an answer without an offer')
  talk.offered = undefined
}

export function refuse(phone: Phone, talk: Talk, status: number, headers = ''): void {
  const { invite } = talk
  if (!invite) return
  respond(phone.endpoint, phone.now, invite, { status, toTag: talk.dialog.localTag, headers })
  endTalk(phone, talk, status, 'us')
}

export function cancelled(phone: Phone, talk: Talk, message: SipMessage): void {
  const { invite } = talk
  if (!invite) return
  respond(phone.endpoint, phone.now, invite, { status: 487, toTag: talk.dialog.localTag })
  endTalk(phone, talk, 487, 'them', reasonOf(message))
}

export function reasonOf(message: SipMessage): string {
  const value = header(message, 'Reason'), reason = value === undefined ? undefined : parseReason(value)
  return reason ? `${reason.cause} ${reason.text}` : ''
}
