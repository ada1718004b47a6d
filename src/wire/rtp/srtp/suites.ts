/**
 * The crypto suites of SRTP, and the master keys that signalling brings for them.
 *
 * Standards  RFC 3711 8.2, RFC 4568 6.1–6.3, RFC 6188 4, RFC 7714 14.2 and 14.3
 * Security   keys are Secrets until they become ciphers; a line that we cannot honour to the letter is refused, never half obeyed
 */
import { fail, ok, type Result } from '../../../kit/result.ts'
import { secret, type Secret } from '../../../kit/secret.ts'

export interface Suite {
  readonly aead: boolean
  /** Octets of the master key, of the session keys too. */
  readonly key: 16 | 24 | 32
  readonly salt: 12 | 14
  /** Octets of the tag. RFC 4568 6.2.2: HMAC_SHA1_32 shortens that of RTP alone. */
  readonly tag: number
  readonly rtcpTag: number
}

const counter = (key: 16 | 24 | 32, tag: number): Suite => ({ aead: false, key, salt: 14, tag, rtcpTag: 10 })
const galois = (key: 16 | 32): Suite => ({ aead: true, key, salt: 12, tag: 16, rtcpTag: 16 })

/** The spellings AES_CM_192 and AES_CM_256 are of drafts of RFC 6188 and still sent. */
export const suites = {
  AES_CM_128_HMAC_SHA1_80: counter(16, 10),
  AES_CM_128_HMAC_SHA1_32: counter(16, 4),
  AES_192_CM_HMAC_SHA1_80: counter(24, 10),
  AES_192_CM_HMAC_SHA1_32: counter(24, 4),
  AES_256_CM_HMAC_SHA1_80: counter(32, 10),
  AES_256_CM_HMAC_SHA1_32: counter(32, 4),
  AES_CM_192_HMAC_SHA1_80: counter(24, 10),
  AES_CM_192_HMAC_SHA1_32: counter(24, 4),
  AES_CM_256_HMAC_SHA1_80: counter(32, 10),
  AES_CM_256_HMAC_SHA1_32: counter(32, 4),
  AEAD_AES_128_GCM: galois(16),
  AEAD_AES_256_GCM: galois(32),
} as const satisfies Record<string, Suite>

export type SuiteName = keyof typeof suites

export function isSuite(name: string): name is SuiteName { return Object.hasOwn(suites, name) }

/** Octets of randomness that a key of this suite is made of. */
export function keyLength(suite: SuiteName): number { return suites[suite].key + suites[suite].salt }

export interface MasterKey {
  readonly suite: SuiteName
  /** Key and salt in base64, as `inline:` carries them. */
  readonly keySalt: Secret
  /** Packets that may be sent under it, RTP and RTCP each; absent: as many as RFC 3711 9.2 lets. */
  readonly lifetime?: number | undefined
  /** What each packet carries to name this key. */
  readonly mki?: Uint8Array | undefined
}

/** A crypto line of a session description, as the SDP room reads it. */
export interface CryptoLine {
  readonly suite: string
  readonly keys: readonly { readonly keySalt: Secret, readonly lifetime?: number | undefined, readonly mki?: { readonly value: string, readonly octets: number } | undefined }[]
  readonly parameters: readonly string[]
}

const table = {
  'srtp.suite': 'The crypto suite is not one that this system speaks.',
  'srtp.keyLength': 'The master key is not as long as its suite wants.',
  'srtp.keys': 'The crypto line brings several master keys: one is honoured, with its MKI and lifetime.',
  'srtp.parameter': 'The crypto line changes key derivation, encryption or authentication: only the defaults are honoured.',
  'srtp.mki': 'The MKI is longer than 128 octets, or its number than itself.',
} as const satisfies Record<string, string>

function refuse(code: keyof typeof table): Result<MasterKey> {
  return fail({ code, text: table[code], where: 'a=crypto', remedy: 'Offer a line with one key and no session parameters.' })
}

/** RFC 4568 6.3: WSH asks for a window that ours is larger than, or would like larger: harmless. */
function harmless(parameter: string): boolean { return parameter.startsWith('WSH=') || parameter.startsWith('-') }

/** RFC 4568 6: a line as a key. Lifetime and MKI are honoured; KDR, several keys, UNENCRYPTED_… and FEC are refused. */
export function masterKey({ suite, keys, parameters }: CryptoLine): Result<MasterKey> {
  const [key, ...more] = keys
  if (!isSuite(suite)) return refuse('srtp.suite')
  if (!key || more.length > 0) return refuse('srtp.keys')
  if (!parameters.every(harmless)) return refuse('srtp.parameter')
  if (Buffer.from(key.keySalt.reveal(), 'base64').length !== keyLength(suite)) return refuse('srtp.keyLength')
  const mki = key.mki && mkiOctets(key.mki)
  if (key.mki && !mki) return refuse('srtp.mki')
  return ok({ suite, keySalt: key.keySalt, lifetime: key.lifetime, mki })
}

/** RFC 4568 6.1: the number, big endian, in as many octets as the line says. */
function mkiOctets({ value, octets }: { readonly value: string, readonly octets: number }): Uint8Array | undefined {
  if (octets > 128 || value.length > 309 || /\D/.test(value) || value === '') return undefined
  const hex = BigInt(value).toString(16)
  return hex.length > octets * 2 ? undefined : Buffer.from(hex.padStart(octets * 2, '0'), 'hex')
}

/** A key of our own, of fresh random octets that the caller hands in (keyLength of them). */
export function ownKey(suite: SuiteName, octets: Uint8Array): MasterKey {
  if (octets.length !== keyLength(suite)) throw new RangeError('a master key of another length than its suite wants')
  return { suite, keySalt: secret(Buffer.from(octets).toString('base64')) }
}
