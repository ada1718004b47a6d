/** Session keys from a master key. Standards: RFC 3711 4.3 (key derivation rate 0), RFC 6188 3, RFC 7714 11. */
import { createCipheriv } from 'node:crypto'
import { type MasterKey, suites } from './suites.ts'

export interface SessionKeys { readonly key: Buffer, readonly salt: Buffer, readonly authentication: Buffer }

/** RFC 3711 4.3.1: labels 0 to 2 are those of RTP, 3 to 5 those of RTCP: key, authentication, salt. */
export function deriveKeys({ suite, keySalt }: MasterKey, control: boolean): SessionKeys {
  const { key, salt } = suites[suite], octets = Buffer.from(keySalt.reveal(), 'base64'), label = control ? 3 : 0
  const make = (n: number, length: number) => expand(octets.subarray(0, key), octets.subarray(key, key + salt), label + n, length)
  return { key: make(0, key), authentication: make(1, 20), salt: make(2, salt) }
}

/** RFC 3711 4.3.3: AES in counter mode of the master salt with the label in its eighth octet; RFC 7714 11: a salt of 12 octets ends with zeros. */
export function expand(masterKey: Buffer, masterSalt: Buffer, label: number, length: number): Buffer {
  const input = Buffer.alloc(16)
  masterSalt.copy(input)
  input[7]! ^= label
  return createCipheriv(`aes-${masterKey.length * 8}-ctr`, masterKey, input).update(Buffer.alloc(length))
}
