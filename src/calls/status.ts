/** Hold and security status of a call, told to the phones that understand it. Standards sip-trunk 1.7; R269–R271. */
import { least, levelOf, type LegFacts, whyNot } from '../policy/security.ts'
import { negotiated, type Sdp } from '../wire/sdp/index.ts'
import { type Call, type CallHouse, type Leg, other, partyOf } from './call.ts'
import type { StatusNote } from './leg.ts'

export function statusNote(call: Call, to: Leg): StatusNote {
  const peer = other(call, to)
  return { security: call.security, party: peer ? { ...partyOf(peer), anonymous: call.anonymous && peer.side === 'in' && peer.peer.line === call.record.from } : undefined }
}

const facts = (leg: Leg, secureMedia: boolean): LegFacts => ({ name: leg.peer.phone, secureSignalling: leg.secure || leg.peer.trunk?.srtpAlone === true, secureMedia, trusted: leg.peer.trusted })

/** After every offer and answer: what the media came to decides both legs, for they flow straight from one to the other. */
export function settleSecurity(house: CallHouse, call: Call, offer: Sdp, answer: Sdp): void {
  const media = negotiated(offer, answer).filter((one) => one.state === 'live')
  const secureMedia = media.length > 0 && media.every((one) => one.protection !== 'none')
  const before = call.security, legs = [call.a, call.b].filter((leg) => leg !== undefined)
  for (const leg of legs) leg.security = levelOf(facts(leg, secureMedia))
  call.security = least(legs.map((leg) => leg.security))
  call.held = media.length > 0 && media.every((one) => one.hold !== 'active')
  call.record.security = call.security
  call.record.why = legs.map((leg) => whyNot(facts(leg, secureMedia))).find((why) => why !== undefined)
  if (before !== call.security && call.state === 'connected') for (const leg of legs) house.command(leg, { do: 'note', note: statusNote(call, leg) })
}
