/**
 * Crypto lines: keys of SRTP in the signalling (SDES).
 *
 * Standards  RFC 4568 5, 6 and 9, RFC 6188 4, RFC 7714 14.3, RFC 5939 3.4.2 (acap)
 * Security   fed by strangers; a line that breaks a rule is no line (RFC 4568 6.1); keys are Secrets and print as a mark
 */
import { secret, type Secret } from '../../kit/secret.ts'
import { wholeNumber, words } from './address.ts'
import { attributes } from './facts.ts'
import { maxCrypto, type Media, type Section } from './parse.ts'

interface Suite {
  /** Octets of master key and salt together, before base64. */
  keySalt: number
}

/** Suites that encrypt and authenticate. The AES_CM_192 and AES_CM_256 spellings are of drafts of RFC 6188 and still sent. */
const suites: Readonly<Record<string, Suite>> = {
  AES_CM_128_HMAC_SHA1_80: { keySalt: 30 },
  AES_CM_128_HMAC_SHA1_32: { keySalt: 30 },
  F8_128_HMAC_SHA1_80: { keySalt: 30 },
  AES_192_CM_HMAC_SHA1_80: { keySalt: 38 },
  AES_192_CM_HMAC_SHA1_32: { keySalt: 38 },
  AES_256_CM_HMAC_SHA1_80: { keySalt: 46 },
  AES_256_CM_HMAC_SHA1_32: { keySalt: 46 },
  AES_CM_192_HMAC_SHA1_80: { keySalt: 38 },
  AES_CM_192_HMAC_SHA1_32: { keySalt: 38 },
  AES_CM_256_HMAC_SHA1_80: { keySalt: 46 },
  AES_CM_256_HMAC_SHA1_32: { keySalt: 46 },
  AEAD_AES_128_GCM: { keySalt: 28 },
  AEAD_AES_256_GCM: { keySalt: 44 },
}

/** RFC 4568 6.1: packets that one master key may protect. */
export const maxLifetime = 2 ** 48
/** RFC 4568 6.1: octets. */
export const maxMki = 128

export interface Crypto {
  readonly tag: number
  readonly suite: string
  readonly keys: readonly CryptoKey[]
  /** KDR=…, WSH=…, UNENCRYPTED_SRTP … as they came. */
  readonly parameters: readonly string[]
  /** A suite we know, encrypting and authenticating SRTP: what counts as protection. */
  readonly strong: boolean
}

export interface CryptoKey {
  /** Master key and salt in base64. */
  readonly keySalt: Secret
  /** Packets; absent: the suite's own. */
  readonly lifetime?: number | undefined
  readonly mki?: { readonly value: string; readonly octets: number } | undefined
}

/** The usable crypto lines of a medium, in the order of preference; a tag that comes twice counts once (RFC 4568 5.1). */
export function cryptoLines(media: Media): Crypto[] {
  return usable(attributes(media, 'crypto'))
}

/** One line at least that encrypts and authenticates with a suite we know. */
export function hasStrongCrypto(media: Media): boolean {
  return media.lines.some((line) => line.startsWith('a=crypto:') && parseCrypto(line.slice(9))?.strong === true)
}

/** With those of potential configurations (RFC 5939 3.4.2: `a=acap:1 crypto:…`), of the session too; of each as many as a medium may have. */
export function offeredCrypto(media: Media): Crypto[] {
  const potential = [...capabilities(media), ...capabilities(media.session)]
  return potential.length === 0 ? cryptoLines(media) : [...cryptoLines(media), ...usable(potential)]
}

function capabilities(section: Section): string[] {
  const found: string[] = []
  for (const line of section.lines) {
    const at = line.startsWith('a=acap:') ? line.indexOf(' crypto:') : -1
    if (at >= 0 && found.push(line.slice(at + 8)) === maxCrypto) break
  }
  return found
}

function usable(values: readonly string[]): Crypto[] {
  const found: Crypto[] = []
  for (const value of values) {
    const crypto = parseCrypto(value)
    if (crypto && !found.some((c) => c.tag === crypto.tag)) found.push(crypto)
  }
  return found
}

/** RFC 4568 9.1: `tag suite key-params *(session-param)`; undefined where the line must be considered invalid. */
export function parseCrypto(value: string): Crypto | undefined {
  const [number = '', suite = '', keyText = '', ...parameters] = words(value)
  const tag = number.startsWith('0') && number !== '0' ? undefined : wholeNumber(number, 999_999_999)
  if (tag === undefined || keyText === '') return undefined
  const known = Object.hasOwn(suites, suite) ? suites[suite] : undefined
  const keys = parseKeys(keyText, known)
  if (keys === undefined) return undefined
  return { tag, suite, keys, parameters, strong: known !== undefined && parameters.every(keepsProtection) }
}

function parseKeys(text: string, suite: Suite | undefined): CryptoKey[] | undefined {
  const keys: CryptoKey[] = []
  for (const part of text.includes(';') ? text.split(';') : [text]) {
    const key = parseKey(part, suite)
    if (key === undefined) return undefined
    keys.push(key)
  }
  const octets = keys[0]?.mki?.octets
  if (keys.length > 1 && !keys.every((k) => k.mki !== undefined && k.mki.octets === octets)) return undefined   // 6.1: several keys need an MKI each
  return keys
}

/** RFC 4568 9.2: `inline:key [|lifetime] [|MKI:length]`. */
function parseKey(text: string, suite: Suite | undefined): CryptoKey | undefined {
  if (!text.startsWith('inline:') && text.slice(0, 7).toLowerCase() !== 'inline:') return undefined
  const parts = text.slice(7).split('|')
  const keySalt = parts[0]!
  const octets = base64Octets(keySalt)
  if (octets === undefined || (suite && octets !== suite.keySalt)) return undefined
  const hasLifetime = parts[1] !== undefined && !parts[1].includes(':')
  const lifetime = hasLifetime ? parseLifetime(parts[1]!) : undefined
  const mkiText = parts[hasLifetime ? 2 : 1]
  const mki = mkiText === undefined ? undefined : parseMki(mkiText)
  if ((hasLifetime && lifetime === undefined) || (mkiText !== undefined && mki === undefined)) return undefined
  return parts.length > (hasLifetime ? 3 : 2) ? undefined : { keySalt: secret(keySalt), lifetime, mki }
}

function base64Octets(text: string): number | undefined {
  let length = text.length
  while (length > 0 && text.length - length < 2 && text.charCodeAt(length - 1) === 61) length--
  if (length === 0 || length % 4 === 1) return undefined
  for (let i = 0; i < length; i++) if (!isBase64(text.charCodeAt(i))) return undefined
  return Math.floor(length * 3 / 4)
}

function isBase64(c: number): boolean {
  return ((c | 32) >= 97 && (c | 32) <= 122) || (c >= 47 && c <= 57) || c === 43
}

/** RFC 4568 6.1: a positive number without leading zeroes, or 2^n. */
function parseLifetime(text: string): number | undefined {
  const power = text.startsWith('2^')
  const digits = power ? text.slice(2) : text
  if (digits.startsWith('0')) return undefined
  const value = wholeNumber(digits, power ? 48 : maxLifetime)
  return value === undefined ? undefined : power ? 2 ** value : value
}

function parseMki(text: string): { value: string; octets: number } | undefined {
  const colon = text.indexOf(':')
  const value = text.slice(0, Math.max(colon, 0))
  const octets = text.startsWith('0', colon + 1) ? undefined : wholeNumber(text.slice(colon + 1), maxMki)
  if (colon < 1 || octets === undefined || value.startsWith('0') || value.length > 309) return undefined   // 309 digits: the greatest number of 128 octets
  for (let i = 0; i < value.length; i++) if (wholeNumber(value[i]!, 9) === undefined) return undefined
  return { value, octets }
}

const harmless = ['KDR=', 'WSH=', 'FEC_ORDER=', 'FEC_KEY=']

/** RFC 4568 6.3: what leaves SRTP encrypted and authenticated. Unencrypted SRTCP does; a parameter that we do not know is not trusted, unless it is optional (6.3.7). */
function keepsProtection(parameter: string): boolean {
  return parameter === 'UNENCRYPTED_SRTCP' || parameter.startsWith('-') || harmless.some((start) => parameter.startsWith(start))
}

const negotiatedParameters = ['UNENCRYPTED_SRTP', 'UNENCRYPTED_SRTCP', 'UNAUTHENTICATED_SRTP']

/** RFC 4568 6.3: the parameters that both ends must agree on are the same. */
export function sameProtection(a: Crypto, b: Crypto): boolean {
  return negotiatedParameters.every((name) => a.parameters.includes(name) === b.parameters.includes(name))
}
