/**
 * The leg of a REFER that belongs to no call: it rings who is to be referred, is silent towards them, and transfers them as soon as they answer.
 * To the call it is a leg like any other; on the wire it is a subscription, whose NOTIFYs tell how it goes.
 *
 * Standards  RFC 3515 2.4, 4488, 6665 4.2; RFC 3725 7
 * Security   one call for each REFER, over when it was told to the end; its rights are those of the trunk for that (By 'refer')
 */
import { silentAnswer, type Sdp } from '../../../wire/sdp/index.ts'
import type { Cause, LegCommand } from '../../leg.ts'
import { over } from './ending.ts'
import type { About, LegHouse, SipLeg } from './leg.ts'
import { transferring } from './transfer.ts'

/** Twice as long as a telephone rings, and some more: for who is referred, and for who they are referred to. */
export const longestReferral = 420_000
/** 64*T1 and a little: until then the last NOTIFY was answered, or never will be. */
const longest = 36_000

export function referrerTold(house: LegHouse, leg: SipLeg, what: LegCommand): void {
  switch (what.do) {
    case 'offer': offered(house, leg, what.sdp); break
    case 'transferring':
      transferring(house, leg, what.status, what.final)
      if (what.final && what.status >= 300) failed(house, leg, { status: what.status, text: 'The referral failed', by: 'near' })
      break
    case 'pass': house.tell(leg, { is: 'passed', status: 480, id: what.id }); break
    case 'end': close(house, leg, what.cause); break
    default: break                                                         // nobody is there to see or hear the rest
  }
}

/** Who was rung has answered: silence, and on they go. */
function offered(house: LegHouse, leg: SipLeg, sdp: Sdp | undefined): void {
  const silent = sdp && silentAnswer(sdp, house.endpoint.random), { refers } = leg
  if (!silent?.ok) { house.tell(leg, { is: 'declined', cause: { status: 488, text: 'A referral has no media of its own', by: 'near' } }); return }
  house.tell(leg, { is: 'answered', sdp: silent.value })
  if (!refers || refers.begun) return
  refers.begun = true
  house.tell(leg, { is: 'transfer', to: refers.to, replaces: undefined })
}

function failed(house: LegHouse, leg: SipLeg, cause: Cause): void {
  close(house, leg, cause)
  house.tell(leg, { is: 'ended', cause })
}

/** The last NOTIFY, unless it was said; the leg stays until that is answered, for it may be challenged. Who hung up before the end did not get there: 487. */
function close(house: LegHouse, leg: SipLeg, cause: Cause): void {
  if (leg.over) return
  transferring(house, leg, cause.status < 300 ? 487 : cause.status, true)
  leg.over = cause
  leg.state = 'ending'
  leg.forgetAt = house.now + longest
}

/** 3515 2.4.4: a NOTIFY that is refused ends the subscription, and nothing else. */
export function notifyDone(house: LegHouse, { leg, again }: About, status: number): void {
  if (!leg.refers || status < 200 || leg.state === 'ended') return
  if (status === 481) leg.referral = undefined
  if (leg.over && again?.cseq === leg.dialog.localSeq) over(house, leg, leg.over)
}

export function referrerWake(house: LegHouse, leg: SipLeg): void {
  if (leg.referral && house.now >= leg.referral.until) failed(house, leg, { status: 408, text: 'The referral took too long', by: 'timer' })
}
