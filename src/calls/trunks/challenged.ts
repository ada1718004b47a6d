/**
 * A trunk's peer asks who we are: answered from the rows of sipRealms, and from nothing else.
 *
 * Standards  RFC 3261 22.2, 22.3; sip-trunk 1.3; R319
 * Security   A13: a realm without a row, or of another trunk, is not answered, and no phone's password is ever used; each challenge is answered once, and once more where it was stale
 */
import { ahead, answer, type ClientState, type Credential, parseChallenge } from '../../wire/sip/digest/index.ts'
import { lines, type SipMessage } from '../../wire/sip/index.ts'
import type { Snapshot } from '../../directory/snapshot.ts'
import type { Exchange } from '../state.ts'

export interface Request { readonly method: string; readonly uri: string; readonly body: string }

const headerOf = { 401: ['WWW-Authenticate', 'Authorization'], 407: ['Proxy-Authenticate', 'Proxy-Authorization'] } as const
/** Challenges of one response that are read. */
const maxChallenges = 8

/** Whole header lines, or undefined where it is not answered. */
export function answerChallenge(x: Exchange, trunk: string, response: SipMessage, asked: ClientState, request: Request): string | undefined {
  const state = x.trunks.byName.get(trunk), names = headerOf[response.status as 401 | 407]
  if (!state || !names) return undefined
  const challenges = lines(response, names[0]).slice(0, maxChallenges).flatMap((line) => { const parsed = parseChallenge(line); return parsed.ok ? [parsed.value] : [] })
  const realms = challenges.flatMap((one) => one.is === 'digest' ? [one.realm] : [])
  const known = credentialsFor(x.snapshot, realms)
  for (const { realm } of known) { if (response.status === 407) state.proxyRealms.add(realm); else state.proxyRealms.delete(realm) }      // others are not remembered: a peer may name any number
  const values = answer(asked, state.memory, challenges, known, { ...request, peer: trunk }, x.endpoint.random)
  return values.ok ? values.value.map((value) => `${names[1]}: ${value}\r\n`).join('') : undefined
}

/** For a request that nobody has challenged yet: what the peer asked for last. */
export function answerAhead(x: Exchange, trunk: string, request: Request): string {
  const state = x.trunks.byName.get(trunk)
  if (!state || state.memory.kept.size === 0) return ''
  return [...state.memory.kept.keys()].map((realm) => {
    const value = ahead(state.memory, realm, credentialsFor(x.snapshot, [realm]), { ...request, peer: trunk }, x.endpoint.random)
    return value === undefined ? '' : `${state.proxyRealms.has(realm) ? 'Proxy-Authorization' : 'Authorization'}: ${value}\r\n`
  }).join('')
}

function credentialsFor(snapshot: Snapshot, realms: readonly string[]): Credential[] {
  return [...new Set(realms)].flatMap((realm) => {
    const known = snapshot.realmCredentials(realm)
    return known ? [{ realm, user: known.user, peers: known.trunks.length > 0 ? known.trunks : undefined, ha1s: { md5: known.ha1.MD5, sha256: known.ha1['SHA-256'], 'sha512-256': known.ha1['SHA-512-256'] } }] : []
  })
}
