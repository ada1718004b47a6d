/**
 * What is kept of a SIP digest password: H(user:realm:password) for each algorithm, never the password.
 *
 * Standards  RFC 7616 3.4.2 (HA1), RFC 8760 (SHA-256, SHA-512-256), RFC 7616 4 (UTF-8, NFC)
 * Security   an HA1 is as good as the password inside its realm: Secret in memory, sealed at rest
 */
import { hash } from 'node:crypto'
import { secret, type Secret } from '../kit/secret.ts'

export const digestAlgorithms = { MD5: ['md5', 16], 'SHA-256': ['sha256', 32], 'SHA-512-256': ['sha512-256', 32] } as const
export type DigestAlgorithm = keyof typeof digestAlgorithms

/** Lower-case hex by algorithm token of RFC 7616 3.7. */
export type Ha1 = { readonly [A in DigestAlgorithm]: Secret }

/** Length of the three values, one after the other. */
export const ha1Length = 80

export function makeHa1(user: string, realm: string, password: Secret): Buffer {
  const text = `${user}:${realm}:${password.reveal().normalize('NFC')}`
  return Buffer.concat(Object.values(digestAlgorithms).map(([name]) => hash(name, text, 'buffer')))
}

export function readHa1(bytes: Buffer): Ha1 {
  return { MD5: secret(bytes.toString('hex', 0, 16)), 'SHA-256': secret(bytes.toString('hex', 16, 48)), 'SHA-512-256': secret(bytes.toString('hex', 48, 80)) }
}
