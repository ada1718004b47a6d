/**
 * Nonces that remember nothing: time ‖ random ‖ HMAC-SHA-256(key, time, random, realm, source). Any node that holds the key can check one.
 *
 * Standards  RFC 7616 3.3 (nonce) and 5.4, RFC 2104
 * Security   A15: a stranger cannot make one, nor use one of another realm or (where bound) of another source; nothing is stored
 */
import { hash } from 'node:crypto'
import type { Millis, Random } from '../../../kit/machine.ts'
import type { Secret } from '../../../kit/secret.ts'
import { sameText } from './algorithms.ts'

/** Seconds that a nonce may be used: least, most, default (R343 ff.: nonce validity time). */
export const nonceLifetime = { least: 10, most: 86_400, default: 600 } as const
/** How far another node's clock may be ahead of ours. */
const maxAhead: Millis = 30_000
/** Octets of realm and source that are authenticated as they are; longer ones by their hash. */
const maxBound = 400

const timeLength = 9, randomLength = 8, macLength = 24          // base 36 milliseconds, 40 bits of base 32, 144 bits of base64url
export const nonceLength = timeLength + randomLength + macLength

export interface NonceSettings {
  /** The newest key first; at most two are valid, so that a key can be changed under way. Each at least 32 characters. */
  readonly keys: readonly [Secret] | readonly [Secret, Secret]
  /** Seconds, 10–86400; 600 where absent. */
  readonly lifetime?: number | undefined
  /** A nonce is good only from the address it was given to. Off where clients change addresses. */
  readonly bindSource?: boolean | undefined
}

export interface Nonces {
  readonly lifetime: Millis
  readonly bindSource: boolean
  keys: Mac[]
}

/** HMAC's two padded blocks with room for the message behind each, so that nothing is allocated for a check. */
interface Mac { readonly inner: Buffer; readonly views: (Buffer | undefined)[]; readonly outer: Buffer }

/** Throws on a short key or a lifetime out of range: both are ours. */
export function newNonces(settings: NonceSettings): Nonces {
  const seconds = settings.lifetime ?? nonceLifetime.default
  if (!(seconds >= nonceLifetime.least && seconds <= nonceLifetime.most)) throw new RangeError(`nonce lifetime ${seconds} s is not within 10 to 86400 s`)
  return { lifetime: seconds * 1000, bindSource: settings.bindSource ?? false, keys: settings.keys.map(newMac) }
}

/** From now on nonces are made with this key; those of the key before stay good. */
export function rotate(nonces: Nonces, key: Secret): void {
  nonces.keys = [newMac(key), ...nonces.keys.slice(0, 1)]
}

/** `now` is the clock that all nodes share; `realm` and `source` are those it will be checked with. */
export function mint(nonces: Nonces, now: Millis, realm: string, source: string, random: Random): string {
  const head = Math.floor(now).toString(36).padStart(timeLength, '0') + random.token(5)
  return head + mac(nonces.keys[0]!, bound(nonces, head, realm, source))
}

export function check(nonces: Nonces, now: Millis, nonce: string, realm: string, source: string): 'fresh' | 'stale' | 'bad' {
  if (nonce.length !== nonceLength) return 'bad'
  const head = nonce.slice(0, timeLength + randomLength), given = nonce.slice(timeLength + randomLength)
  const text = bound(nonces, head, realm, source)
  if (!nonces.keys.some((key) => sameText(mac(key, text), given))) return 'bad'
  const age = now - mintedAt(nonce)
  if (age < -maxAhead) return 'bad'
  return age <= nonces.lifetime ? 'fresh' : 'stale'
}

/** When a nonce that was checked was made. */
export function mintedAt(nonce: string): Millis { return Number.parseInt(nonce.slice(0, timeLength), 36) }

/** The parts are told apart: the head has one length, and a NUL stands in no realm. */
function bound(nonces: Nonces, head: string, realm: string, source: string): string {
  const rest = nonces.bindSource ? `${realm}\0${source}` : realm
  return head + (rest.length > maxBound ? hash('sha256', rest) : rest)
}

function newMac(key: Secret): Mac {
  const text = key.reveal()
  if (text.length < 32) throw new RangeError('a nonce key has at least 32 characters')
  const octets = Buffer.from(text), block = Buffer.alloc(64)
  if (octets.length > 64) block.write(hash('sha256', octets, 'binary'), 'latin1')
  else block.set(octets)
  const inner = Buffer.alloc(64 + 2 * maxBound, 0x36), outer = Buffer.alloc(64 + 32, 0x5c)
  for (let i = 0; i < 64; i++) { inner[i]! ^= block[i]!; outer[i]! ^= block[i]! }
  return { inner, views: [], outer }
}

/** RFC 2104, with crypto.hash: twice as fast as createHmac. Text is latin1. */
function mac(key: Mac, text: string): string {
  const end = 64 + key.inner.write(text, 64, 'latin1')
  const view = key.views[end] ??= key.inner.subarray(0, end)
  key.outer.write(hash('sha256', view, 'binary'), 64, 'latin1')
  return hash('sha256', key.outer, 'base64url').slice(0, macLength)
}
