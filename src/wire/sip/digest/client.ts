/**
 * The side that answers: which challenge, with which credentials, how often.
 *
 * Standards  RFC 7616 3.4–3.6, RFC 8760 2.4, RFC 3261 22.2–22.4
 * Security   fed by peers. A13: a realm or peer that is not its own gets nothing; A16: one answer a realm, one more for stale, then it gives up
 */
import type { Random } from '../../../kit/machine.ts'
import { fail, ok, type Result } from '../../../kit/result.ts'
import type { Secret } from '../../../kit/secret.ts'
import { algorithmOf, ha1, response, type Algorithm, type AlgorithmRow, type Ha1s } from './algorithms.ts'
import { quote, type Challenge, type DigestChallenge } from './parse.ts'
import { problems } from './problems.ts'

/** Realms that one request answers: more are not looked at (a forking proxy may gather several, RFC 3261 22.3). */
export const maxRealms = 4
/** Realms whose last challenge is kept for later requests. */
const maxKept = 64

/** What we are called in one realm. Holds a password, or its HA1s. */
export interface Credential {
  readonly realm: string
  readonly user: string
  readonly password?: Secret | undefined
  readonly ha1s?: Ha1s | undefined
  /** Who may ask for it, as the caller names peers (trunk name, address, certificate name); absent: every peer that the caller hands the table to. */
  readonly peers?: readonly string[] | undefined
  /** Algorithms that may be used; absent: all. */
  readonly algorithms?: readonly Algorithm[] | undefined
}

/** One request and its repetitions. */
export interface ClientState {
  /** Realm → the nonces that were answered in it, at most two. */
  readonly answered: Map<string, string[]>
}

/** What later requests to the same peer use without being asked again: nonce counts go up, so one peer has one of these. */
export interface ClientMemory { readonly kept: Map<string, { readonly challenge: DigestChallenge; count: number }> }

export interface Answering {
  readonly method: string
  /** The Request-URI as it will be sent. */
  readonly uri: string
  /** Latin1. */
  readonly body: string
  /** Who asks, in the words of `Credential.peers`. */
  readonly peer: string
}

export function newClientState(): ClientState { return { answered: new Map() } }
export function newClientMemory(): ClientMemory { return { kept: new Map() } }

/**
 * The values for Authorization (from WWW-Authenticate) or Proxy-Authorization (from Proxy-Authenticate), one for each realm that is ours.
 * Fails with digestNotOurs, digestUnsupported or digestGaveUp; then nothing is sent.
 */
export function answer(state: ClientState, memory: ClientMemory, challenges: readonly Challenge[], table: readonly Credential[], request: Answering, random: Random): Result<string[]> {
  const values: string[] = []
  let why = problems.notOurs
  for (const [realm, offered] of byRealm(challenges)) {
    const credential = credentialFor(table, realm, request.peer)
    if (!credential) continue
    const best = strongest(offered, credential)
    if (!best) { why = problems.unsupported; continue }
    if (!mayAnswer(state, best)) return fail(problems.gaveUp)         // RFC 3261 22.2: the same credentials are not tried again
    keep(memory, best)
    values.push(written(memory, best, credential, request, random))
  }
  return values.length > 0 ? ok(values) : fail(why)
}

/** Credentials for a request that nobody has challenged yet, from the realm's last challenge; undefined where there was none. */
export function ahead(memory: ClientMemory, realm: string, table: readonly Credential[], request: Answering, random: Random): string | undefined {
  const kept = memory.kept.get(realm), credential = credentialFor(table, realm, request.peer)
  return kept && credential ? written(memory, kept.challenge, credential, request, random) : undefined
}

function byRealm(challenges: readonly Challenge[]): Map<string, DigestChallenge[]> {
  const realms = new Map<string, DigestChallenge[]>()
  for (const challenge of challenges) {
    if (challenge.is !== 'digest') continue
    const list = realms.get(challenge.realm)
    if (list) list.push(challenge)
    else if (realms.size < maxRealms) realms.set(challenge.realm, [challenge])
  }
  return realms
}

/** A13: realm to the letter, and the peer where it is pinned. */
function credentialFor(table: readonly Credential[], realm: string, peer: string): Credential | undefined {
  return table.find((c) => c.realm === realm && (c.peers === undefined || c.peers.includes(peer)))
}

/** The strongest challenge that we understand and may answer; among equals the topmost (RFC 8760 2.4). */
function strongest(offered: readonly DigestChallenge[], credential: Credential): DigestChallenge | undefined {
  let best: DigestChallenge | undefined, strength = 0
  for (const challenge of offered) {
    const algorithm = algorithmOf(challenge.algorithm)
    if (!algorithm || algorithm.strength <= strength || !usable(algorithm, credential) || protection(challenge) === undefined) continue
    best = challenge
    strength = algorithm.strength
  }
  return best
}

function usable(algorithm: AlgorithmRow, credential: Credential): boolean {
  if (credential.algorithms && !credential.algorithms.includes(algorithm.name)) return false
  return credential.password !== undefined || credential.ha1s?.[algorithm.hash] !== undefined
}

/** auth before auth-int, which any gateway that rewrites the SDP breaks; '' where nothing is offered (RFC 2617); undefined for words unknown. */
function protection({ qop }: DigestChallenge): 'auth' | 'auth-int' | '' | undefined {
  if (qop.includes('auth')) return 'auth'
  return qop.includes('auth-int') ? 'auth-int' : qop.length === 0 ? '' : undefined
}

/** A16: the first challenge of a realm, and one more if it says that only the nonce was too old. */
function mayAnswer(state: ClientState, challenge: DigestChallenge): boolean {
  const nonces = state.answered.get(challenge.realm)
  if (!nonces) {
    if (state.answered.size >= maxRealms) return false
    state.answered.set(challenge.realm, [challenge.nonce])
    return true
  }
  if (nonces.length > 1 || !challenge.stale || nonces.includes(challenge.nonce)) return false
  nonces.push(challenge.nonce)
  return true
}

function keep(memory: ClientMemory, challenge: DigestChallenge): void {
  const { kept } = memory, before = kept.get(challenge.realm)
  const count = before?.challenge.nonce === challenge.nonce ? before.count : 0   // RFC 7616 3.4: nc counts the requests with this nonce
  kept.delete(challenge.realm)
  kept.set(challenge.realm, { challenge, count })
  const oldest = kept.keys().next().value
  if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest)
}

function written(memory: ClientMemory, challenge: DigestChallenge, credential: Credential, request: Answering, random: Random): string {
  const algorithm = algorithmOf(challenge.algorithm)!, qop = protection(challenge)!, kept = memory.kept.get(challenge.realm)!
  kept.count++
  const nc = kept.count.toString(16).padStart(8, '0'), cnonce = qop === '' && !algorithm.session ? '' : random.token(16)
  const { method, uri, body } = request, { realm, nonce, opaque } = challenge
  const proof = response(algorithm, ha1Of(algorithm, credential), { method, uri, body, nonce, qop, nc, cnonce })
  const parts = [`Digest username=${quote(Buffer.from(credential.user).toString('latin1'))}`, `realm=${quote(realm)}`, `nonce=${quote(nonce)}`, `uri=${quote(uri)}`,
    `response="${proof}"`, `algorithm=${algorithm.name}`]
  if (cnonce !== '') parts.push(`cnonce="${cnonce}"`)
  if (opaque !== '') parts.push(`opaque=${quote(opaque)}`)
  if (qop !== '') parts.push(`qop=${qop}`, `nc=${nc}`)
  return parts.join(', ')
}

function ha1Of(algorithm: AlgorithmRow, { user, realm, password, ha1s }: Credential): string {
  return (ha1s?.[algorithm.hash] ?? ha1(algorithm.hash, user, realm, password!)).reveal()
}
