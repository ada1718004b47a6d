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

/**
 * An offer on its way. `strip`: the optional keys must be taken out for the side that does no SRTP; `raise`: they must become the only way,
 * for a side that insists on SRTP.
 */
export function judgeOffer(offered: readonly MediaProtection[], from: MediaSide, to: MediaSide): Result<{ strip: boolean; raise: boolean }> {
  for (const side of [from, to]) {
    if (side.mediaSecurity === 'required' && offered.includes('none')) return fail(plain(side.name))
  }
  const isOptional = offered.includes('optional'), raise = isOptional && (from.mediaSecurity === 'required' || to.mediaSecurity === 'required')
  for (const side of [to, from]) {
    if (side.mediaSecurity === 'off' && (raise || offered.includes('required'))) return fail(secured(side.name))
  }
  return ok({ strip: to.mediaSecurity === 'off' && isOptional, raise })
}

/** What offer and answer came to, medium by medium: with one that demands SRTP no live medium is left readable. */
export function judgeAgreed(agreed: readonly ('none' | 'sdes' | 'dtls')[], sides: readonly MediaSide[]): Result<void> {
  for (const side of sides) {
    if (side.mediaSecurity === 'required' && agreed.includes('none')) return fail(plain(side.name))
  }
  return ok(undefined)
}
