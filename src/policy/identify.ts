/**
 * Who is this request from? Certificate, digest or an exact rule; nothing else makes anybody somebody (A11, A12).
 *
 * Standards  RFC 3261 22; R239, R343; the order of checks of sip-trunk 1.2
 * Security   default refuse; an unknown user and a wrong password get the same answer
 */
import type { PhonePicture } from '../directory/picture.ts'
import type { Problem } from '../kit/result.ts'

export interface IdentityFacts {
  /** TLS or WSS. */
  readonly secure: boolean
  /** The phone that a verified client certificate names. */
  readonly certified: PhonePicture | undefined
  /** The phone that has this fixed source address. */
  readonly sourced: PhonePicture | undefined
  /** What the credentials came to, and whose they are when they are good. */
  readonly credentials: 'none' | 'ok' | 'wrong' | 'stale' | 'malformed'
  readonly digest: PhonePicture | undefined
  /** User part of From (of To in a REGISTER): what the request says of itself. */
  readonly claims: string
}

export type IdentityVerdict =
  | { readonly is: 'allow'; readonly phone: PhonePicture }
  | { readonly is: 'challenge'; readonly stale: boolean; readonly failed: boolean }
  | { readonly is: 'refuse'; readonly status: 400 | 403; readonly problem: Problem }

const problems = {
  malformed: { code: 'policy.credentials', text: 'The Authorization header is malformed.', where: 'Authorization' },
  transport: { code: 'policy.transport', text: 'This phone may signal over TLS alone.', remedy: 'Register over TLS, or lower deviceSecurityMode of the phone.' },
  claim: { code: 'policy.claim', text: 'From names neither a line of this phone nor the phone itself.', where: 'From', remedy: 'Use a number of the phone, or its digest user.' },
} satisfies Record<string, Problem>

export function identify(facts: IdentityFacts): IdentityVerdict {
  if (facts.credentials === 'malformed') return { is: 'refuse', status: 400, problem: problems.malformed }
  const phone = facts.credentials === 'ok' ? facts.digest : withoutDigest(facts)
  if (!phone) return { is: 'challenge', stale: facts.credentials === 'stale', failed: facts.credentials === 'wrong' }
  if (!maySignal(phone, facts.secure)) return { is: 'refuse', status: 403, problem: problems.transport }
  if (!owns(phone, facts.claims)) return { is: 'refuse', status: 403, problem: problems.claim }
  return { is: 'allow', phone }
}

/** What its mode asks of the transport, at every moment: a way from before the mode was raised is no way any more. */
export function maySignal(phone: PhonePicture, secure: boolean): boolean { return secure || phone.deviceSecurityMode === 'nonSecure' }

/** A phone that has digest credentials must use them, whatever else it shows. */
function withoutDigest(facts: IdentityFacts): PhonePicture | undefined {
  if (facts.credentials !== 'none') return undefined
  const phone = facts.certified ?? facts.sourced
  return phone?.digestUser === undefined ? phone : undefined
}

/** A name that the phone may go by: one of its lines, its digest user, its user, its own name. */
export function owns(phone: PhonePicture, name: string): boolean {
  return phone.lines.includes(name) || name === phone.digestUser || name === phone.user || name === phone.name
}

/** The line that a phone means by a name; the primary one unless it names another of its own. */
export function lineOf(phone: PhonePicture, name: string): string | undefined {
  return phone.lines.includes(name) ? name : phone.lines[0]
}
