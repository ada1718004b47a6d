/**
 * The digest algorithms, and the three hashes every response is made of.
 *
 * Standards  RFC 7616 3.4, RFC 8760 2.1, RFC 2617 3.2.2
 * Security   texts are latin1 (one char an octet), so any octet of a peer is hashed as it came
 */
import { hash } from 'node:crypto'
import type { Secret } from '../../../kit/secret.ts'
import { secret } from '../../../kit/secret.ts'

export type Algorithm = 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess' | 'SHA-512-256' | 'SHA-512-256-sess'
export type HashName = 'md5' | 'sha256' | 'sha512-256'

export interface AlgorithmRow {
  readonly name: Algorithm
  readonly hash: HashName
  /** A1 holds nonce and cnonce as well (RFC 7616 3.4.2). */
  readonly session: boolean
  /** Characters of a response. */
  readonly length: number
  /** Higher is stronger. */
  readonly strength: number
}

const row = (name: Algorithm, hash: HashName, session: boolean, length: number, strength: number): AlgorithmRow => ({ name, hash, session, length, strength })

export const algorithms: Readonly<Record<Algorithm, AlgorithmRow>> = {
  'MD5': row('MD5', 'md5', false, 32, 1),
  'MD5-sess': row('MD5-sess', 'md5', true, 32, 1),
  'SHA-256': row('SHA-256', 'sha256', false, 64, 2),
  'SHA-256-sess': row('SHA-256-sess', 'sha256', true, 64, 2),
  'SHA-512-256': row('SHA-512-256', 'sha512-256', false, 64, 3),
  'SHA-512-256-sess': row('SHA-512-256-sess', 'sha512-256', true, 64, 3),
}
const byName = new Map<string, AlgorithmRow>(Object.values(algorithms).flatMap((a) => [[a.name, a], [a.name.toLowerCase(), a]]))

/** The row of an algorithm as written on the wire, in any case; undefined if it is none of ours. */
export function algorithmOf(text: string): AlgorithmRow | undefined {
  return byName.get(text) ?? byName.get(text.toLowerCase())
}

/** H(username:realm:password), all that is kept of a password; one for each hash that shall be usable. */
export type Ha1s = { readonly [name in HashName]?: Secret | undefined }

/** Texts here are Unicode: they are hashed as UTF-8 (RFC 7616 4). */
export function ha1(name: HashName, username: string, realm: string, password: Secret): Secret {
  return secret(hash(name, `${username}:${realm}:${password.reveal()}`))
}

/** What a response covers. Texts are latin1, as cut from the message. */
export interface Covered {
  readonly method: string
  readonly uri: string
  readonly nonce: string
  /** '' for the form without qop (RFC 2617 3.2.2.1), where nc and cnonce are not covered. */
  readonly qop: string
  readonly nc: string
  readonly cnonce: string
  /** Covered by auth-int alone. */
  readonly body: string
}

/** RFC 7616 3.4.1: the response, lower-case hex. `ha1` is hex as well. */
export function response(algorithm: AlgorithmRow, ha1: string, c: Covered): string {
  const name = algorithm.hash
  const a1 = algorithm.session ? octets(name, `${ha1}:${c.nonce}:${c.cnonce}`) : ha1
  const a2 = octets(name, c.qop === 'auth-int' ? `${c.method}:${c.uri}:${octets(name, c.body)}` : `${c.method}:${c.uri}`)
  return octets(name, c.qop === '' ? `${a1}:${c.nonce}:${a2}` : `${a1}:${c.nonce}:${c.nc}:${c.cnonce}:${c.qop}:${a2}`)
}

/** Hashes the octets that a latin1 text stands for. crypto.hash takes text as UTF-8, which is the same for ASCII and much faster. */
function octets(name: HashName, text: string): string {
  return hash(name, Buffer.byteLength(text) === text.length ? text : Buffer.from(text, 'latin1'))
}

/** Compares two texts of one length in time that does not depend on where they differ. */
export function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
