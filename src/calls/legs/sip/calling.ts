/**
 * The leg of a phone that we call: INVITE out, provisional and final responses in, forks, CANCEL that comes too late.
 *
 * Standards  RFC 3261 13.2, 9; RFC 3262 4 (UAC); RFC 4028 7; RFC 5806
 * Security   a phone may fork into maxForks early dialogs, the rest are not remembered
 */
import { contactTo, header, hasToken, rseq, type SipMessage, uacDialog, addresses, deltaSeconds } from '../../../wire/sip/index.ts'
import type { Hop } from '../../../kit/flow.ts'
import type { Problem } from '../../../kit/result.ts'
import type { Cause, Invitation } from '../../leg.ts'
import { description } from './description.ts'
import { answerOpen, dropEarly, hangUp, nothingOf, over } from './ending.ts'
import { type About, type EarlyDialog, type LegHouse, maxForks, type SipLeg } from './leg.ts'
import { leastSeconds, offerTimer, sessionSeconds, takeTimer } from './refresh.ts'
import { agreed, learn, parsed } from './agreed.ts'
import { ready } from './renegotiate.ts'
import { ack, ackAgain, capabilities, hides, noteHeaders, send } from './send.ts'

/** A contact by name is looked up first: an INVITE goes to an address, or it is refused. */
export function locate(house: LegHouse, leg: SipLeg, invitation: Invitation): void {
  const { seeks } = leg
  if (!seeks) { invite(house, leg, invitation); return }
  leg.seeks = undefined
  house.locate(leg, seeks.target, (found, problem) => {
    if (leg.over) return
    const [first, ...others] = seeks.like ? found.map((hop) => ({ ...hop, ...seeks.like })) : house.through(seeks.target.host, seeks.only, found)
    const hop = first ?? seeks.otherwise
    if (!hop) { refused(house, leg, { status: 480, text: `The address of ${leg.peer.trunk ? 'the trunk' : 'the phone'} was not found`, by: 'network', problem }, undefined); return }
    leg.others = [...others, ...leg.others]
    inviteAt(house, leg, hop, invitation)
  })
}

function inviteAt(house: LegHouse, leg: SipLeg, hop: Hop, invitation: Invitation): void {
  leg.to = hop
  if (leg.route) leg.route.hops = [hop, ...leg.others]
  leg.contact = contactTo(house.endpoint, hop, leg.peer.line)
  invite(house, leg, invitation)
}

/** RFC 3263 4.3: 503, silence or a broken way: the next address, in a transaction of its own with the same sequence number. */
function nextAddress(house: LegHouse, leg: SipLeg): boolean {
  house.hopWorks(leg.to, false)
  const [hop, ...others] = leg.others, { invitation } = leg
  if (!hop || !invitation || leg.over || leg.side === 'in') return false
  leg.others = others
  leg.state = 'inviting'
  leg.early = []
  leg.dialog.localSeq--
  inviteAt(house, leg, hop, invitation)
  return true
}

export function invite(house: LegHouse, leg: SipLeg, invitation: Invitation, seconds?: number): void {
  leg.invitation = seconds === undefined ? invitation : undefined
  leg.delayed = invitation.offer === undefined
  leg.negotiation = invitation.offer ? { is: 'sent', in: 'invite', sdp: invitation.offer } : undefined
  const diversions = leg.peer.trunk?.diversion === false ? '' : invitation.diversions.map((value) => `Diversion: ${value}\r\n`).join('')
  const reliable = invitation.offer !== undefined && invitation.reliable
  const breadth = `Max-Breadth: ${invitation.maxBreadth}\r\n`                                     // RFC 5393 5.3.3
  const privacy = hides(leg, invitation.from) ? 'Privacy: id\r\n' : '', history = leg.peer.trunk?.historyInfo ? historyInfo(leg.dialog.target, invitation.diversions) : ''
  const abilities = reliable ? capabilities : capabilities.replace('100rel, ', '')
  const headers = `Contact: ${leg.contact}\r\n${abilities}${offerTimer(seconds)}${breadth}${privacy}${noteHeaders(house, leg, { security: leg.security, party: invitation.from })}${diversions}${history}`
  leg.askedSeconds = Math.max(seconds ?? sessionSeconds, leastSeconds)
  leg.hearBy = leg.peer.trunk && leg.others.length > 0 ? house.now + hearing : undefined
  leg.client = send(house, leg, 'INVITE', 'invite', { headers, sdp: invitation.offer, maxForwards: invitation.maxForwards })
}

const causes: readonly (readonly [string, number])[] = [['unconditional', 302], ['user-busy', 486], ['no-answer', 408], ['unavailable', 404], ['deflection', 480]]

/** RFC 7044 5, 10.3: whom the call was for before, oldest first, with the cause of RFC 4458. */
function historyInfo(target: string, diversions: readonly string[]): string {
  if (diversions.length === 0) return ''
  const before = diversions.toReversed().map((value, i) => {
    const uri = value.slice(1, value.indexOf('>')), cause = causes.find(([reason]) => value.endsWith(`reason=${reason}`))?.[1] ?? 302
    return { uri, cause, index: `1${'.1'.repeat(i)}` }
  })
  const entries = before.map(({ uri, index }, i) => `<${uri}${i === 0 ? '' : `;cause=${before[i - 1]!.cause}`}>;index=${index}`)
  return `History-Info: ${entries.join(', ')}, <${target};cause=${before.at(-1)!.cause}>;index=1${'.1'.repeat(before.length)};mp=${before.at(-1)!.index}\r\n`
}

/** A trunk that says nothing for so long is tried at its next destination: T1 doubled three times (RFC 3263 4.3 leaves the time to us). */
const hearing = 4_000

/** Not a word from this destination: what it may still say is heard all the same, and turned away if another one was first. */
export function callingWake(house: LegHouse, leg: SipLeg): void {
  if (leg.hearBy === undefined || house.now < leg.hearBy) return
  leg.hearBy = undefined
  if (leg.state === 'inviting') nextAddress(house, leg)
}

export function inviteResponse(house: LegHouse, leg: SipLeg, response: SipMessage): void {
  leg.hearBy = undefined
  if (response.status === 100) return
  if (response.status < 200) provisional(house, leg, response)
  else if (response.status < 300) success(house, leg, response)
  else failure(house, leg, response)
}

function provisional(house: LegHouse, leg: SipLeg, response: SipMessage): void {
  if (leg.over || leg.state === 'confirmed' || leg.state === 'accepted') return
  leg.state = 'early'
  learn(leg, response)
  const early = response.toTag === '' ? undefined : earlyDialog(house, leg, response)
  if (early && hasToken(response, 'Require', '100rel') && !prack(house, leg, early, response)) return
  const said = description(response), sdp = said.is === 'sdp' && !early?.settled ? said.sdp : undefined       // a second answer is none
  if (said.is === 'sdp' && sdp && early && rseq(response) !== undefined) {
    if (leg.negotiation?.is === 'sent' && leg.negotiation.in === 'invite') leg.negotiation = undefined     // RFC 3262 5: answered reliably, the 2xx needs no description
    early.settled = !leg.delayed
    early.remoteSdp = said.text
    agreed(leg, said.text)
  }
  house.tell(leg, { is: 'progress', status: response.status, fork: response.toTag, sdp })
}

function earlyDialog(house: LegHouse, leg: SipLeg, response: SipMessage): EarlyDialog | undefined {
  const known = leg.early.find((one) => one.dialog.remoteTag === response.toTag)
  if (known) return known
  const dialog = leg.early.length < maxForks ? uacDialog(leg.dialog, response) : undefined
  if (!dialog) return undefined
  const early: EarlyDialog = { branch: response.toTag, dialog, rseq: 0, settled: false, pracking: false, remoteSdp: '', origin: leg.origin }
  leg.early.push(early)
  house.known(leg, dialog.localTag)
  return early
}

/** RFC 3262 4: in order only, each acknowledged once; false for a copy or one that came too soon. */
function prack(house: LegHouse, leg: SipLeg, early: EarlyDialog, response: SipMessage): boolean {
  const number = rseq(response)
  if (number === undefined || (early.rseq !== 0 && number !== early.rseq + 1)) return false
  early.rseq = number
  early.pracking = true
  send(house, leg, 'PRACK', 'prack', { headers: `RAck: ${number} ${response.cseq} INVITE\r\n` }, early.dialog)
  return true
}

function success(house: LegHouse, leg: SipLeg, response: SipMessage): void {
  const taken = leg.state === 'confirmed' || leg.state === 'accepted'
  if (taken && response.toTag === leg.dialog.remoteTag) { ackAgain(house, leg); return }
  const early = leg.early.find((one) => one.dialog.remoteTag === response.toTag)
  const dialog = uacDialog(early?.dialog ?? leg.dialog, response)
  if (!dialog) { refused(house, leg, { status: 502, text: 'Answer without Contact', by: 'far' }, undefined); return }
  dialog.localSeq = Math.max(dialog.localSeq, response.cseq)
  leg.inviteSeq = response.cseq
  if (taken || leg.over) { turnAway(house, leg, dialog, response); return }
  leg.dialog = dialog
  dropEarly(leg)
  leg.answered = leg.client
  leg.client = leg.invitation = undefined
  house.hopWorks(leg.to, true)
  learn(leg, response)
  takeTimer(house, leg, response)
  if (early?.settled) leg.remoteSdp = early.remoteSdp
  answered(house, leg, response, early?.settled === true)
}

/** 13.2.2.4: a second answer of a fork, or one that came after our CANCEL: acknowledged as often as it comes, hung up once. */
function turnAway(house: LegHouse, leg: SipLeg, dialog: SipLeg['dialog'], response: SipMessage): void {
  const kept = leg.ack, isOther = leg.state === 'confirmed' || leg.state === 'accepted' || leg.client === undefined
  const said = leg.delayed ? description(response) : undefined
  dialog.localSeq = Math.max(dialog.localSeq, leg.forkSeq)                 // 12.2.1.1: its PRACKs have been counted
  ack(house, leg, dialog, response.cseq, said?.is === 'sdp' ? nothingOf(said.sdp) : undefined)
  if (isOther) leg.ack = kept
  if (leg.turnedAway.includes(response.toTag) || leg.turnedAway.length >= maxForks) return
  leg.turnedAway = [...leg.turnedAway, response.toTag]
  if (isOther) { send(house, leg, 'BYE', 'bye', {}, dialog); return }
  leg.dialog = dialog
  leg.client = undefined
  leg.state = 'accepted'
  hangUp(house, leg, leg.over!)
}

/** `settled`: their reliable response in this dialog had the answer. */
function answered(house: LegHouse, leg: SipLeg, response: SipMessage, settled: boolean): void {
  const said = description(response), { negotiation } = leg
  const goesOn = (negotiation?.is === 'sent' || negotiation?.is === 'received') && negotiation.early?.dialog.remoteTag === response.toTag
  if (!goesOn) answerOpen(house, leg, 491)                                 // the other early dialogs are over
  if (leg.delayed && said.is === 'sdp') {
    leg.state = 'accepted'
    leg.negotiation = { is: 'received', in: 'success', sdp: said.sdp, served: undefined }
    agreed(leg, said.text)
    house.tell(leg, { is: 'accepted', sdp: said.sdp, offers: true })
    return
  }
  ack(house, leg, leg.dialog, response.cseq)
  leg.state = 'confirmed'
  if (said.is === 'sdp' && !settled) { agreed(leg, said.text); house.tell(leg, { is: 'accepted', sdp: said.sdp, offers: false }); ready(house, leg); return }
  if (settled) { house.tell(leg, { is: 'accepted', sdp: parsed(leg.remoteSdp), offers: false }); ready(house, leg); return }
  const cause: Cause = { status: 488, text: 'Answer without a session description', by: 'policy', problem: said.is === 'refused' ? said.problem : undefined }
  house.tell(leg, { is: 'refused', cause, contact: undefined })
  hangUp(house, leg, { ...cause, by: 'near' })
}

function failure(house: LegHouse, leg: SipLeg, response: SipMessage): void {
  leg.client = undefined
  if (response.status === 503 && nextAddress(house, leg)) return
  const minimum = response.status === 422 ? deltaSeconds(header(response, 'Min-SE')) : undefined
  if (minimum !== undefined && minimum > 0 && !leg.over && leg.invitation) {                      // RFC 4028 7.3: once more with what they want
    invite(house, leg, leg.invitation, minimum)
    return
  }
  const contact = response.status < 400 ? addresses(response, 'Contact')?.[0]?.uri : undefined
  refused(house, leg, { status: response.status, text: response.reason, by: 'far', q850: leg.peer.trunk && isdnCause(response), problem: leg.peer.trunk && unanswerable(leg.peer.trunk.name, response) }, contact)
}

/** Their challenge was not answered: an administrator has to know of whose. */
function unanswerable(trunk: string, response: SipMessage): Problem | undefined {
  if (response.status !== 401 && response.status !== 407) return undefined
  const realm = /realm="([^"]{1,64})"/.exec(header(response, response.status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate') ?? '')?.[1] ?? ''
  return { code: 'calls.trunkChallenge', text: `The trunk ${trunk} asks for credentials of the realm ${realm.replace(/[^\x20-\x7e]/g, '?')}, and takes none of ours.`, where: 'sipRealms', remedy: 'Add a row for this realm, or correct its password.' }
}

function isdnCause(response: SipMessage): number | undefined {
  const cause = /^\s*Q\.850\s*;(?:[^,]*;)?\s*cause\s*=\s*(\d{1,3})/i.exec(header(response, 'Reason') ?? '')?.[1]
  return cause === undefined ? undefined : Number(cause)
}

export function refused(house: LegHouse, leg: SipLeg, cause: Cause, contact: string | undefined): void {
  const first = leg.over === undefined
  over(house, leg, cause)
  if (first) house.tell(leg, { is: 'refused', cause, contact })
}

/** Nobody answered the INVITE at all. Where the ACK to a refusal is lost another INVITE is on its way already (422, 503). */
export function inviteUnanswered(house: LegHouse, { leg, tx }: About, reachable: boolean): void {
  if (leg.client !== tx) return
  leg.client = undefined
  if (nextAddress(house, leg)) return
  refused(house, leg, reachable ? { status: 408, text: 'No answer', by: 'timer' } : { status: 503, text: 'Unreachable', by: 'network' }, undefined)
}
