/**
 * The side that asks: challenges, and the verdict on what comes back. Lock-out and who may do what belong to policy.
 *
 * Standards  RFC 7616 3.3–3.6, RFC 8760 2.3, RFC 3261 22
 * Security   fed by strangers. A14: an unknown user costs the same hashes and gets the same verdict; A15: see nonce.ts and replay.ts;
 *            only what was offered is taken (no downgrade), compared in constant time
 */
import { hash } from 'node:crypto'
import type { Millis, Random } from '../../../kit/machine.ts'
import type { Problem } from '../../../kit/result.ts'
import { algorithmOf, response, sameText, type Algorithm, type AlgorithmRow, type Ha1s, type HashName } from './algorithms.ts'
import { check, mint, mintedAt, newNonces, type Nonces, type NonceSettings } from './nonce.ts'
import { quote, type Credentials, type DigestCredentials } from './parse.ts'
import { problems } from './problems.ts'
import { newNonceCounts, take, type NonceCounts } from './replay.ts'

/** What is asked of a source: made by policy from the trunk's or the phone's profile. */
export interface Asking {
  readonly realm: string
  /** In order of preference; the first is offered on top (RFC 8760 2.3). */
  readonly algorithms: readonly Algorithm[]
  /** Offer auth-int beside auth: the body is covered too. Breaks where a gateway rewrites the SDP. */
  readonly integrity?: boolean | undefined
  /** Take RFC 2069 credentials without qop from old devices, each nonce for one request only. */
  readonly withoutQop?: boolean | undefined
  /** Whether the uri parameter and the Request-URI are the same; absent: the same text (RFC 8760 2.6 point 6 leaves it to us). */
  readonly sameUri?: ((uri: string, requestUri: string) => boolean) | undefined
}

export interface DigestServer {
  readonly nonces: Nonces
  readonly counts: NonceCounts
  readonly random: Random
  /** Hashed instead of an unknown user's HA1: nobody knows a password to it. */
  readonly nobody: Readonly<Record<HashName, string>>
}

export interface Asked {
  readonly method: string
  /** The Request-URI as written. */
  readonly uri: string
  /** Latin1; covered by auth-int alone. */
  readonly body: string
  readonly credentials: Credentials
  /** What the directory holds for `credentials.username`; undefined for nobody. */
  readonly user: Ha1s | undefined
  /** The address the request came from. */
  readonly source: string
}

/** `wrong` and `stale` are answered with a new challenge, `malformed` with 400. `why` is for the log: the answer on the wire never tells it. */
export type Verdict =
  | { readonly is: 'ok'; readonly username: string; readonly algorithm: Algorithm; readonly integrity: boolean }
  | { readonly is: 'stale' | 'wrong' | 'malformed'; readonly why: Problem }

export function newDigestServer(settings: NonceSettings & { readonly random: Random; readonly maxNonceCounts?: number | undefined }): DigestServer {
  const nonces = newNonces(settings), key = settings.keys[0].reveal()
  const nobody = (name: HashName) => hash(name, `nobody:${key}`)
  return {
    nonces, random: settings.random, counts: newNonceCounts(nonces.lifetime, settings.maxNonceCounts),
    nobody: { 'md5': nobody('md5'), 'sha256': nobody('sha256'), 'sha512-256': nobody('sha512-256') },
  }
}

/** The values for WWW-Authenticate or Proxy-Authenticate, one a header line, in this order. */
export function challenge(server: DigestServer, asking: Asking, now: Millis, source: string, { stale }: { stale: boolean } = { stale: false }): string[] {
  const { realm } = asking, nonce = mint(server.nonces, now, realm, source, server.random)
  const head = `Digest realm=${quote(realm)}, nonce="${nonce}", opaque="${opaqueOf(nonce)}", qop="${asking.integrity ? 'auth,auth-int' : 'auth'}", algorithm=`
  return asking.algorithms.map((name) => `${head}${name}${stale ? ', stale=true' : ''}`)
}

export function verify(server: DigestServer, asking: Asking, now: Millis, asked: Asked): Verdict {
  const { credentials } = asked
  if (credentials.is !== 'digest') return { is: 'malformed', why: problems.scheme }
  const algorithm = algorithmOf(credentials.algorithm)
  const malformed = form(asking, asked, credentials)
  if (malformed) return malformed
  const age = check(server.nonces, now, credentials.nonce, asking.realm, asked.source)
  // RFC 7616 3.3: stale says that the nonce is not valid and nothing of the password, which is not looked at here
  if (age !== 'fresh') return { is: 'stale', why: age === 'bad' ? problems.nonceForged : problems.nonceOld }
  // only now is anything wrong: whoever shows no nonce that we gave to this source may be anybody, and proves nothing against a user (A14)
  const wrong = terms(asking, credentials, algorithm)
  if (wrong || !algorithm) return { is: 'wrong', why: wrong ?? problems.algorithm }
  return proved(server, asked, credentials, algorithm) ?? counted(server, now, credentials, algorithm)
}

/** What makes the request itself malformed (400). */
function form(asking: Asking, asked: Asked, credentials: DigestCredentials): Verdict | undefined {
  if (credentials.userhash) return { is: 'malformed', why: problems.userhash }
  if (!(asking.sameUri ?? Object.is)(credentials.uri, asked.uri)) return { is: 'malformed', why: problems.uri }   // RFC 7616 3.4.6: 400
  return undefined
}

/** Whether the answer keeps to what was asked. */
function terms(asking: Asking, { qop, opaque, realm, nonce, response: given }: DigestCredentials, algorithm: AlgorithmRow | undefined): Problem | undefined {
  if (realm !== asking.realm) return problems.realm
  if (!algorithm || !asking.algorithms.includes(algorithm.name)) return problems.algorithm
  if (!(qop === 'auth' || (qop === 'auth-int' && asking.integrity) || (qop === '' && asking.withoutQop))) return problems.qop
  if (opaque !== '' && opaque !== opaqueOf(nonce)) return problems.opaque
  return given.length === algorithm.length ? undefined : problems.value('response')
}

/** RFC 7616 3.3: opaque comes back unchanged. It carries nothing: a part of the nonce, so that no state is needed. */
function opaqueOf(nonce: string): string { return nonce.slice(9, 17) }

/** A14: the same work with nobody's HA1, and the same verdict. */
function proved(server: DigestServer, asked: Asked, credentials: DigestCredentials, algorithm: AlgorithmRow): Verdict | undefined {
  const known = asked.user?.[algorithm.hash]
  const { uri, nonce, qop, nc, cnonce } = credentials
  const expected = response(algorithm, known ? known.reveal() : server.nobody[algorithm.hash], { method: asked.method, uri, nonce, qop, nc, cnonce, body: asked.body })
  const same = sameText(expected, credentials.response)
  if (!known) return { is: 'wrong', why: problems.user }
  return same ? undefined : { is: 'wrong', why: problems.response }
}

function counted(server: DigestServer, now: Millis, { nonce, nc, qop, username }: DigestCredentials, { name }: AlgorithmRow): Verdict {
  const count = qop === '' ? 1 : Number.parseInt(nc, 16)          // without qop nothing is counted: one use of the nonce
  const use = take(server.counts, now, nonce, username, count, mintedAt(nonce))
  if (use !== 'first') return { is: 'stale', why: use === 'used' ? problems.replay : problems.nonceForgotten }
  return { is: 'ok', username, algorithm: name, integrity: qop === 'auth-int' }
}
