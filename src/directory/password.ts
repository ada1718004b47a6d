/**
 * People's passwords and PINs: argon2id, off the main loop, equal work for a name that does not exist.
 *
 * Standards  RFC 9106 (argon2id), PHC string format; m = 19,456 KiB, t = 2, p = 1: about 30 ms of one core and 19 MiB each
 * Security   fed by strangers who sign in; a stored string is believed only within bounds, so that none can ask for the memory of the machine
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../kit/secret.ts'

interface Cost { readonly memory: number; readonly passes: number; readonly parallelism: number }
const cost: Cost = { memory: 19_456, passes: 2, parallelism: 1 }
const most: Cost = { memory: 262_144, passes: 10, parallelism: 4 }
const tagLength = 32, saltLength = 16

/** Hashes under way at one time: libuv has four threads, and calls need their share of the machine. */
export const maxHashing = 2

/** About what one hash costs, for telling an administrator how long a plan takes. Milliseconds of one core. */
export const hashMillis = 35

/** PHC string: `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`. */
export async function hashPassword(password: Secret): Promise<string> {
  const salt = randomBytes(saltLength)
  return print(salt, await derive(password, salt, cost, tagLength))
}

/** False for a wrong password and, after the same work, where there is no hash (unknown user, no password set). */
export async function verifyPassword(password: Secret, phc: string | undefined): Promise<boolean> {
  const kept = phc === undefined ? undefined : parsePhc(phc)
  const { salt, tag, cost: by } = kept ?? nobody
  const made = await derive(password, salt, by, tag.length)
  return timingSafeEqual(made, tag) && kept !== undefined
}

/** True where a hash was made with less than today's cost: it is made anew at the next sign-in. */
export function needsRehash(phc: string): boolean {
  const kept = parsePhc(phc)
  return kept === undefined || kept.cost.memory < cost.memory || kept.cost.passes < cost.passes
}

const nobody = { salt: randomBytes(saltLength), tag: randomBytes(tagLength), cost }

function derive(password: Secret, nonce: Buffer, by: Cost, length: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  argon2('argon2id', { message: password.reveal().normalize('NFC'), nonce, ...by, tagLength: length }, (error, tag) => error ? reject(error) : resolve(tag))
  return promise
}

const unpadded = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')

function print(salt: Buffer, tag: Buffer): string {
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${unpadded(salt)}$${unpadded(tag)}`
}

const phcShape = /^\$argon2id\$v=19\$m=([0-9]{1,7}),t=([0-9]{1,2}),p=([0-9])\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$/

function parsePhc(phc: string): typeof nobody | undefined {
  const parts = phcShape.exec(phc)
  if (!parts) return undefined
  const by = { memory: Number(parts[1]), passes: Number(parts[2]), parallelism: Number(parts[3]) }
  const fits = by.memory >= 8 * by.parallelism && by.memory <= most.memory && by.passes >= 1 && by.passes <= most.passes && by.parallelism >= 1 && by.parallelism <= most.parallelism
  return fits ? { salt: Buffer.from(parts[4]!, 'base64'), tag: Buffer.from(parts[5]!, 'base64'), cost: by } : undefined
}
