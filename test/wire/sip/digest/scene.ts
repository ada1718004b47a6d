/** What the digest tests share: a replayable Random, a server, a user, and one whole exchange. */
import { answer, challenge, ha1, newClientMemory, newClientState, newDigestServer, parseChallenge, parseCredentials,
  type Algorithm, type Asking, type Challenge, type Credential, type Credentials, type DigestCredentials } from '../../../../src/wire/sip/digest/index.ts'
import type { Random } from '../../../../src/kit/machine.ts'
import type { Result } from '../../../../src/kit/result.ts'
import { secret } from '../../../../src/kit/secret.ts'

export function seeded(seed = 1): Random {
  let state = seed | 0
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) >>> 8
  return {
    token: (bytes) => Array.from({ length: Math.ceil(bytes * 8 / 5) }, () => 'abcdefghijklmnopqrstuvwxyz234567'[next() >>> 19]).join(''),
    below: (below) => next() % below,
  }
}

export const realm = 'StandAloneCluster', source = '192.0.2.7', now = 1_700_000_000_000
export const key = (letter: string) => secret(letter.repeat(40))
export const password = secret('Circle of Life')
export const alice = { md5: ha1('md5', 'alice', realm, password), sha256: ha1('sha256', 'alice', realm, password), 'sha512-256': ha1('sha512-256', 'alice', realm, password) }
export const asking: Asking = { realm, algorithms: ['SHA-256', 'MD5'] }
export const request = { method: 'INVITE', uri: 'sip:1002@example.test', body: 'v=0\r\n\xe4', peer: 'trunk' }

export function newServer(more: { lifetime?: number; bindSource?: boolean; maxNonceCounts?: number } = {}) {
  return newDigestServer({ keys: [key('k')], random: seeded(), ...more })
}

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
  return result.value
}

export function credentials(text: string): DigestCredentials {
  const read: Credentials = value(parseCredentials(text))
  if (read.is !== 'digest') throw new Error('not digest')
  return read
}

/** Challenges, and what a client with Alice's password answers to those of one algorithm. */
export function exchange(server: ReturnType<typeof newServer>, ask: Asking = asking, only?: Algorithm, entry: Partial<Credential> = {}, sent = request): DigestCredentials {
  const challenges: Challenge[] = challenge(server, ask, now, source).map((text) => value(parseChallenge(text)))
  const table = [{ realm, user: 'alice', password, ...entry, ...(only ? { algorithms: [only] } : {}) }]
  return credentials(value(answer(newClientState(), newClientMemory(), challenges, table, sent, seeded(9)))[0]!)
}
