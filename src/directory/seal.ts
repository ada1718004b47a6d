/**
 * Secrets at rest: sealed with AES-256-GCM, and marked with a keyed fingerprint so that equal is known without opening.
 *
 * Standards  NIST SP 800-38D (96-bit random nonce), RFC 2104 (HMAC), RFC 5869 (one key in, one key a purpose out)
 * Security   a sealed value opens only at the place it was sealed for (additional data): it cannot be moved to another object
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import type { DirectoryCode } from './problems.ts'
import type { Problem, Result } from '../kit/result.ts'
import { fail, ok } from '../kit/result.ts'

const nonceLength = 12, tagLength = 16

/** The key in two halves; prints as nothing. */
export class SealKey {
  readonly #seal: KeyObject
  readonly #mark: KeyObject
  /** `key`: 32 random octets, kept by main outside the database. */
  constructor(key: Uint8Array) {
    if (key.length !== 32) throw new Error('A sealing key has 32 octets')
    const derive = (purpose: string) => createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `ringfort directory ${purpose}`, 32)))
    this.#seal = derive('seal')
    this.#mark = derive('mark')
  }

  /** base64url of nonce, ciphertext, tag. `place`: kind/key/field. */
  seal(plaintext: Uint8Array, place: string): string {
    const nonce = randomBytes(nonceLength)
    const cipher = createCipheriv('aes-256-gcm', this.#seal, nonce, { authTagLength: tagLength }).setAAD(Buffer.from(place))
    const body = cipher.update(plaintext)
    cipher.final()
    return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url')
  }

  open(sealed: string, place: string): Result<Buffer> {
    const bytes = Buffer.from(sealed, 'base64url')
    if (bytes.length < nonceLength + tagLength) return fail(unsealable(place))
    const end = bytes.length - tagLength
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#seal, bytes.subarray(0, nonceLength), { authTagLength: tagLength })
        .setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(end))
      const plaintext = decipher.update(bytes.subarray(nonceLength, end))
      decipher.final()
      return ok(plaintext)
    } catch { return fail(unsealable(place)) }
  }

  /** HMAC-SHA-256 of the place, what else it is bound to, and the plaintext; lengths are part of it, so nothing runs together. */
  mark(place: string, scope: string, plaintext: string): string {
    return createHmac('sha256', this.#mark).update(JSON.stringify([place, scope, plaintext])).digest('base64url')
  }
}

/** Where a secret stands: what its seal is bound to. */
export function placeOf(kind: string, key: string, field: string): string { return `${kind}/${key}/${field}` }

function unsealable(place: string): Problem {
  return { code: 'directory.unsealable' satisfies DirectoryCode, text: 'A stored secret does not open with this sealing key.', where: place, remedy: 'Give back the key that belongs to this database, or set the secret anew.' }
}
