/** Our 2xx to an INVITE, sent again until its ACK. Standards RFC 3261 13.3.1.4 */
import type { Served } from '../../../wire/sip/index.ts'
import type { LegHouse, SipLeg } from './leg.ts'

export const t1 = 500, t2 = 4_000

/** 13.3.1.4: a 2xx is sent again until the ACK, over every transport. */
export function succeeded(house: LegHouse, leg: SipLeg, served: Served, text: string): void {
  leg.answer = { served, text, every: t1, at: house.now + t1, until: house.now + 64 * t1 }
}
