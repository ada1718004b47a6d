/**
 * May this session description pass from one leg to the other? What a leg demands of media is never softened on the way.
 *
 * Standards  RFC 3711, 4568, 8643; requirements R253–R255, R263; attack class A22
 */
import { fail, ok, type Problem, type Result } from '../kit/result.ts'

/** What the directory says of a leg. */
export type MediaSecurity = 'off' | 'preferred' | 'required'
/** What a description offers for one live medium, or what two descriptions came to. */
export type MediaProtection = 'none' | 'optional' | 'required'

export interface MediaSide { readonly name: string; readonly mediaSecurity: MediaSecurity }

const plain = (who: string): Problem => ({
  code: 'policy.mediaSecurityRequired', text: `${who} takes no call without SRTP, and the media of this one would be readable.`,
  remedy: 'Set up SRTP on the other phone, or set mediaSecurity of this one to preferred.',
})
const secured = (who: string): Problem => ({
  code: 'policy.mediaSecurityOff', text: `${who} does no SRTP, and the other side insists on it.`, remedy: 'Set mediaSecurity of this phone to preferred or required.',
})

/** An offer on its way: `strip` says that the optional keys must be taken out for the side that does no SRTP. */
export function judgeOffer(offered: readonly MediaProtection[], from: MediaSide, to: MediaSide): Result<{ strip: boolean }> {
  for (const side of [from, to]) {
    if (side.mediaSecurity === 'required' && offered.some((one) => one !== 'required')) return fail(plain(side.name))
  }
  if (to.mediaSecurity === 'off' && offered.includes('required')) return fail(secured(to.name))
  if (from.mediaSecurity === 'off' && offered.includes('required')) return fail(secured(from.name))
  return ok({ strip: to.mediaSecurity === 'off' && offered.includes('optional') })
}

/** What offer and answer came to, medium by medium: with one that demands SRTP no live medium is left readable. */
export function judgeAgreed(agreed: readonly ('none' | 'sdes' | 'dtls')[], sides: readonly MediaSide[]): Result<void> {
  for (const side of sides) {
    if (side.mediaSecurity === 'required' && agreed.includes('none')) return fail(plain(side.name))
  }
  return ok(undefined)
}
