/**
 * What a certificate must be on a connection that we make, and on one of theirs that we would use.
 *
 * Standards  RFC 5922 7 (the name that was called stands in it), RFC 5923 (reuse under the verified name), R349–R351, R354
 * Security   a trunk's certificate may carry a subject of its profile instead; where it is pinned no other of the same name counts (A26)
 */
import { hash, type X509Certificate } from 'node:crypto'
import type { Flow, Hop } from '../kit/flow.ts'
import type { EdgeCode } from './problems.ts'
import { carriesName, commonName, fingerprintOf, isStrong } from './tls.ts'

type Trust = NonNullable<Hop['trust']>

/** Why this certificate, verified against our trust, does not do for the hop. */
export function misfit(certificate: X509Certificate, { name, address, trust }: Hop, authorities: readonly X509Certificate[]): EdgeCode | undefined {
  if (trust?.nullCipher && !isStrong(certificate, authorities)) return 'edge.certificateWeakPeer'
  if (!carriesName(certificate, name ?? address) && !trust?.names.some((one) => carriesName(certificate, one) || commonName(certificate).toLowerCase() === one)) return 'edge.certificateName'
  return isPinned(trust, fingerprintOf(certificate)) ? undefined : 'edge.certificatePinned'
}

/** Whether a connection that the other side made may carry what is for this hop. */
export function fitsHop({ peer, nullCipher }: Flow, { name = '', trust }: Hop): boolean {
  if (!peer || (trust && trust.nullCipher !== (nullCipher === true))) return false
  const names = peer.names.map((one) => one.toLowerCase()), wanted = [name.toLowerCase(), ...trust?.names ?? []]
  return wanted.some((one) => names.includes(one)) && isPinned(trust, peer.fingerprint)
}

function isPinned(trust: Trust | undefined, fingerprint: string): boolean { return !trust || trust.fingerprints.length === 0 || trust.fingerprints.includes(fingerprint) }

const keys = new WeakMap<Trust, string>()

/** Hops that ask for the same have the same connection; a list of 4096 characters is not written into every key. */
export function trustKey(trust: Trust): string {
  const known = keys.get(trust)
  if (known !== undefined) return known
  const key = hash('sha256', JSON.stringify([trust.names, trust.fingerprints, trust.nullCipher]))
  keys.set(trust, key)
  return key
}
