/** A virtual phone calls: INVITE, forked and reliable provisional responses, answers, CANCEL. Standards RFC 3261 9, 13.2; RFC 3262 4; RFC 4028 */
import { printSdp, type Sdp } from '../../../wire/sdp/index.ts'
import { cancel as cancelTx, type Dialog, hasToken, header, newDialog, rseq, type SipMessage, uacDialog } from '../../../wire/sip/index.ts'
import { ack, ackAgain, ask, capabilities, contact } from './ask.ts'
import { makeAnswer, makeOffer } from './media.ts'
import { checkTheirAnswer, descriptionIn } from './rules.ts'
import { type Early, endTalk, later, type Phone, type Protection, type Talk, violation } from './state.ts'
import { learnShown, refreshes } from './session.ts'

export interface Dialling {
  /** INVITE without offer: theirs comes in the 200, our answer in the ACK. */
  readonly delayed?: boolean
  /** Value of a Replaces header. */
  readonly replaces?: string
  readonly headers?: string
  /** Another protection than the phone's own. */
  readonly security?: Protection
  /** User part of From; the line if left out. */
  readonly from?: string
  readonly displayName?: string
  readonly maxForwards?: number
}

export function newTalk(phone: Phone, side: Talk['side'], number: string, dialog: Dialog): Talk {
  const id = phone.talks.length === 0 ? 1 : phone.talks.at(-1)!.id + 1
  phone.nextRtp += 2
  const talk: Talk = {
    id, side, number, state: side === 'caller' ? 'calling' : 'ringing', dialog, early: new Map(), invite: undefined, client: undefined, inviteSeq: 0, ack: undefined,
    offered: undefined, owes: 'nothing', session: undefined, said: { version: 0, body: '' }, heard: new Map(), wants: 'sendrecv', security: phone.settings.security,
    rtpPort: phone.nextRtp, success: undefined, reliable: undefined, onPracked: undefined, session4028: undefined, statuses: [], notified: [], infos: [], shown: '', reason: '',
    diversions: [], wasUp: false, ended: undefined,
  }
  phone.talks.push(talk)
  return talk
}

export function dial(phone: Phone, number: string, how: Dialling = {}): Talk {
  const { domain, line } = phone.settings, { random } = phone
  const local = `${how.displayName === undefined ? '' : `${how.displayName} `}<sip:${how.from ?? line}@${domain}>`
  const target = `sip:${number}@${domain}`
  const talk = newTalk(phone, 'caller', number, newDialog(random.token(12), random.token(8), local, `<${target}>`, target, []))
  if (how.security !== undefined) talk.security = how.security
  invite(phone, talk, how)
  return talk
}

function invite(phone: Phone, talk: Talk, how: Dialling): void {
  const offer = how.delayed ? undefined : makeOffer(phone, talk)
  talk.offered = offer
  const { reliable, sessionSeconds } = phone.settings
  const timer = sessionSeconds === 0 ? '' : `Session-Expires: ${sessionSeconds}\r\n`
  const headers = `${contact(phone)}${capabilities(phone)}${reliable === 'required' ? 'Require: 100rel\r\n' : ''}${timer}${how.replaces === undefined ? '' : `Replaces: ${how.replaces}\r\n`}${how.headers ?? ''}`
  ask(phone, talk.dialog, 'INVITE', {
    headers, maxForwards: how.maxForwards, ...(offer ? { contentType: 'application/sdp', body: printSdp(offer) } : {}),
    started: (tx) => { talk.client = tx },
    heard: (response) => { inviteResponse(phone, talk, response) },
    silent: () => { endTalk(phone, talk, 408, 'network') },
  })
}

function inviteResponse(phone: Phone, talk: Talk, response: SipMessage): void {
  if (response.status > 100 && talk.statuses.at(-1) !== response.status) talk.statuses.push(response.status)
  learnShown(talk, response)
  if (response.status < 200) provisional(phone, talk, response)
  else if (response.status < 300) success(phone, talk, response)
  else endTalk(phone, talk, response.status, talk.ended ? 'us' : 'them', header(response, 'Warning') ?? '')
}

function provisional(phone: Phone, talk: Talk, response: SipMessage): void {
  if (talk.state === 'ended' || talk.state === 'up' || response.status === 100) return
  talk.state = 'ringing'
  const early = earlyDialog(talk, response)
  const reliable = hasToken(response, 'Require', '100rel')
  if (reliable && early && !acceptReliable(phone, talk, early, response)) return
  if (phone.settings.reliable === 'required' && !reliable) violation(phone, `${response.status} without 100rel although it was required`)
  const sdp = descriptionIn(phone, talk, response)
  if (sdp && early && !reliable) preview(phone, talk, early, sdp, response)
}

function earlyDialog(talk: Talk, response: SipMessage): Early | undefined {
  if (response.toTag === '') return undefined
  const known = talk.early.get(response.toTag)
  if (known) return known
  const dialog = uacDialog(talk.dialog, response)
  if (!dialog) return undefined
  const early: Early = { dialog, rseq: 0 }
  talk.early.set(response.toTag, early)
  return early
}

/** RFC 3261 13.2.1: an early answer that the 2xx of the same dialog must repeat. */
function preview(phone: Phone, talk: Talk, early: Early, sdp: Sdp, response: SipMessage): void {
  if (!talk.offered) { violation(phone, `${response.status}: an answer without an offer`); return }
  checkTheirAnswer(phone, talk.offered, sdp, String(response.status))
  talk.session = early.session = { ours: talk.offered, theirs: sdp, weOffered: true }
}

/** RFC 3262 4: in order, each acknowledged once; false for a copy. */
function acceptReliable(phone: Phone, talk: Talk, early: Early, response: SipMessage): boolean {
  const number = rseq(response)
  if (number === undefined) { violation(phone, `${response.status} with 100rel without RSeq`); return false }
  if (number <= early.rseq) return false
  early.rseq = number
  const sdp = descriptionIn(phone, talk, response)
  let body: string | undefined
  if (sdp && talk.offered) {
    checkTheirAnswer(phone, talk.offered, sdp, `reliable ${response.status}`)
    talk.session = early.session = { ours: talk.offered, theirs: sdp, weOffered: true }
  } else if (sdp && talk.session === undefined) {
    const ours = makeAnswer(phone, talk, sdp)
    if (ours) { body = printSdp(ours); talk.session = early.session = { ours, theirs: sdp, weOffered: false } }
  }
  const headers = `RAck: ${number} ${response.cseq} INVITE\r\n`
  ask(phone, early.dialog, 'PRACK', { headers, ...(body === undefined ? {} : { contentType: 'application/sdp', body }), heard: (answer) => {
    if (answer.status >= 300 && talk.state !== 'ended' && talk.state !== 'up') violation(phone, `PRACK was refused with ${answer.status}`)
  } })
  return true
}

function success(phone: Phone, talk: Talk, response: SipMessage): void {
  const again = talk.wasUp && response.toTag === talk.dialog.remoteTag
  if (again) { ackAgain(phone, talk); return }
  const dialog = uacDialog(talk.early.get(response.toTag)?.dialog ?? talk.dialog, response)
  if (!dialog) return
  dialog.localSeq = Math.max(dialog.localSeq, response.cseq)
  if (talk.wasUp || talk.ended) { turnAway(phone, talk, dialog, response); return }
  talk.dialog = dialog
  talk.client = undefined
  talk.inviteSeq = response.cseq
  talk.state = 'up'
  talk.wasUp = true
  const sdp = descriptionIn(phone, talk, response)
  if (talk.offered) answeredBy(phone, talk, sdp, response)
  else if (sdp && !talk.session) { answerInAck(phone, talk, sdp, response); return }
  else if (!talk.session) violation(phone, '200 to an INVITE without offer holds none')
  ack(phone, talk, talk.dialog, response.cseq)
  refreshes(phone, talk, response, true)
}

function answeredBy(phone: Phone, talk: Talk, sdp: Sdp | undefined, response: SipMessage): void {
  const offer = talk.offered!
  talk.offered = undefined
  const promised = talk.early.get(response.toTag)?.session
  if (!sdp && !promised) { violation(phone, '200 to an offer holds no answer'); return }
  if (sdp) {
    checkTheirAnswer(phone, offer, sdp, '200')
    talk.session = { ours: offer, theirs: sdp, weOffered: true }
  } else talk.session = promised                                           // of several early dialogs this one counts
}

function answerInAck(phone: Phone, talk: Talk, sdp: Sdp, response: SipMessage): void {
  const ours = makeAnswer(phone, talk, sdp)
  if (ours) talk.session = { ours, theirs: sdp, weOffered: false }
  ack(phone, talk, talk.dialog, response.cseq, ours && printSdp(ours))
  refreshes(phone, talk, response, true)
  if (!ours) { ask(phone, talk.dialog, 'BYE'); endTalk(phone, talk, 488, 'us') }
}

/** A second answer of a fork, or one that our CANCEL did not stop: acknowledged and hung up (13.2.2.4). */
function turnAway(phone: Phone, talk: Talk, dialog: Dialog, response: SipMessage): void {
  ack(phone, talk, dialog, response.cseq)
  if (talk.early.get(response.toTag)?.rseq === -1) return
  talk.early.set(response.toTag, { dialog, rseq: -1 })
  ask(phone, dialog, 'BYE')
}

/** Gives up a call that is not answered yet. */
export function cancel(phone: Phone, talk: Talk): void {
  if (!talk.client) return
  cancelTx(phone.endpoint, phone.now, talk.client, '')
  const { client } = talk
  endTalk(phone, talk, 487, 'us')
  later(phone, 32_500, () => { if (phone.endpoint.layer.clients.has(client.key) && client.state.is === 'proceeding') violation(phone, 'no final response to a cancelled INVITE') })
}

/** What an attended transfer or a pickup needs to name this call (RFC 3891 3): as the other end sees it. */
export function replacesOf(talk: Talk): string {
  const { callId, localTag, remoteTag } = talk.dialog
  return `${callId};to-tag=${remoteTag};from-tag=${localTag}`
}
