/**
 * Offers before the INVITE is answered: UPDATE both ways, PRACK from the caller. Each early dialog is a session of its own.
 *
 * Standards  RFC 3311 5.1, 5.2; RFC 3262 5; RFC 6337 2
 * Security   one offer at a time in all early dialogs of a leg: a second one is refused (491, 500), never queued
 */
import type { Sdp } from '../../../wire/sdp/index.ts'
import { refreshTarget, type Served, type SipMessage } from '../../../wire/sip/index.ts'
import type { Cause } from '../../leg.ts'
import { agreed } from './agreed.ts'
import { description } from './description.ts'
import { gone } from './ending.ts'
import type { About, EarlyDialog, LegHouse, Negotiation, SipLeg } from './leg.ts'
import { capabilities, follow, reply, send, tryLater } from './send.ts'

type Received = Extract<Negotiation, { is: 'received' }>

/** Our final answer to their INVITE, or theirs to ours, is still to come. */
export function isEarly(leg: SipLeg): boolean { return leg.served !== undefined || leg.state === 'inviting' || leg.state === 'early' }

export function earlyOf(leg: SipLeg, { toTag, fromTag }: SipMessage): EarlyDialog | undefined {
  return leg.early.find(({ dialog }) => dialog.localTag === toTag && dialog.remoteTag === fromTag)
}

/** An UPDATE with an offer: passed on once the first offer is answered, in a way that its sender knows of (RFC 3311 5.1). */
export function updatedEarly(house: LegHouse, leg: SipLeg, served: Served, sdp: Sdp): void {
  const early = earlyOf(leg, served.message), wrong = refusal(leg, early)
  if (wrong !== undefined || !early) { reply(house, leg, served, wrong === 491 ? { status: 491 } : { status: 500, headers: tryLater(house) }); return }
  refreshTarget(early.dialog, served.message)
  follow(leg, served.flow)
  offeredIn(house, leg, early, 'update', sdp, served)
}

/** RFC 3311 5.2: 491 while an offer of ours has no answer, 500 while one of theirs has none. */
function refusal({ negotiation, side }: SipLeg, early: EarlyDialog | undefined): 491 | 500 | undefined {
  if (negotiation) return negotiation.is === 'sent' || negotiation.is === 'asking' ? 491 : 500
  return early?.settled ? undefined : side === 'out' ? 491 : 500
}

/** `carrier`: reliable where the PRACK of a reliable response brought it. */
export function offeredIn(house: LegHouse, leg: SipLeg, early: EarlyDialog, carrier: 'update' | 'reliable', sdp: Sdp, served: Served): void {
  leg.negotiation = { is: 'received', in: carrier, sdp, served, early }
  house.tell(leg, { is: 'offeredEarly', early: early.branch, sdp })
}

/** The answer goes into the 200 to their UPDATE or PRACK. */
export function answerEarly(house: LegHouse, leg: SipLeg, { sdp: theirs, served }: Received, early: EarlyDialog, sdp: Sdp): void {
  early.remoteSdp = theirs.text ?? early.remoteSdp
  leg.remoteSdp = early.remoteSdp
  leg.origin = early.origin
  if (served) reply(house, leg, served, { status: 200, headers: `Contact: ${leg.contact}\r\n${capabilities}`, sdp })
}

/** The call offers in one early dialog: at once, or never. */
export function offerEarly(house: LegHouse, leg: SipLeg, name: string, sdp: Sdp): void {
  const early = leg.early.find((one) => one.branch === name), isBusy = leg.negotiation !== undefined || leg.reliable?.text !== undefined
  if (!early?.settled || early.pracking || isBusy || !isEarly(leg)) { decline(house, leg, { status: 491, text: 'Another offer is on its way', by: 'near' }); return }
  if (!leg.can.update) { decline(house, leg, { status: 488, text: 'The other phone takes no UPDATE', by: 'near' }); return }
  leg.origin = early.origin
  leg.negotiation = { is: 'sent', in: 'update', sdp, early }
  send(house, leg, 'UPDATE', 'update', { headers: `Contact: ${leg.contact}\r\n${capabilities}`, sdp }, early.dialog)
}

function decline(house: LegHouse, leg: SipLeg, cause: Cause): void { house.tell(leg, { is: 'declined', cause }) }

/** What came of our UPDATE; the INVITE may have been answered meanwhile. */
export function updateResponse(house: LegHouse, { leg, dialog }: About, response: SipMessage): void {
  const { negotiation } = leg
  if (response.status < 200) return
  if (negotiation?.is === 'sent' && negotiation.early?.dialog === dialog) {
    leg.negotiation = undefined
    settled(house, leg, negotiation.early, response)
  }
  if (response.status === 481 && !leg.over) gone(house, leg, { status: 481, text: response.reason, by: 'far' })
}

function settled(house: LegHouse, leg: SipLeg, early: EarlyDialog, response: SipMessage): void {
  const said = response.status < 300 ? description(response) : undefined
  if (said?.is !== 'sdp') {
    decline(house, leg, said ? { status: 488, text: 'Answer without a session description', by: 'far' } : { status: response.status, text: response.reason, by: 'far' })
    return
  }
  refreshTarget(early.dialog, response)
  if (leg.dialog.remoteTag === early.dialog.remoteTag) refreshTarget(leg.dialog, response)
  early.remoteSdp = said.text
  agreed(leg, said.text)
  house.tell(leg, { is: 'answered', sdp: said.sdp })
}
