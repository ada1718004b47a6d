/** The facts of a request's identity, gathered for policy/identify; and the answer where it says no. */
import type { PhonePicture } from '../directory/picture.ts'
import type { Flow } from '../kit/flow.ts'
import { identify } from '../policy/identify.ts'
import { failed, isLocked } from '../policy/lockout.ts'
import { challenge, type DigestCredentials, parseCredentials, verify } from '../wire/sip/digest/index.ts'
import { address, body, lines, parseUri, quote, refuse, type Served, type SipMessage } from '../wire/sip/index.ts'
import type { Exchange } from './state.ts'
import { isOurs, nameOf } from './numbers.ts'

/** The phone that sent the request; undefined when it was answered with a challenge or a refusal. */
export function identifyRequest(x: Exchange, served: Served): PhonePicture | undefined {
  const { message, flow } = served, source = flow.remoteAddress
  const proof = credentials(x, message, flow)
  if (proof.is === 'locked') {                                                     // the password is not looked at: right or wrong, the answer is the same
    x.counters.locked++
    refuse(x.endpoint, x.now, served, { status: 401, headers: challengeHeaders(x, source, false) })
    return undefined
  }
  const certificate = certified(x, flow), sourced = flow.transport === 'udp' || flow.transport === 'tcp' ? x.snapshot.phoneBySource(source, flow.remotePort) : undefined
  const verdict = identify({
    secure: flow.transport === 'tls' || flow.transport === 'wss', certified: certificate, sourced, credentials: proof.is, digest: proof.phone,
    claims: proof.phone ?? certificate ?? sourced ? claims(message) : '',            // of nobody it is not asked
  })
  switch (verdict.is) {
    case 'allow': return verdict.phone
    case 'refuse': refuse(x.endpoint, x.now, served, { status: verdict.status, headers: `Warning: 399 ringfort ${quote(verdict.problem.text)}\r\n` }); return undefined
    case 'challenge':
      if (verdict.failed) wrongPassword(x, source, proof.user)
      x.counters.challenged++
      refuse(x.endpoint, x.now, served, { status: 401, headers: challengeHeaders(x, source, verdict.stale) })
      return undefined
  }
}

function wrongPassword(x: Exchange, source: string, user: string): void {
  x.counters.wrongPasswords++
  const locked = failed(x.lockout, source, user, x.now)
  if (locked !== 'nothing') x.news.push({ is: 'locked', source, what: locked })
}

/** SIPp and some phones write the address that they send to where RFC 7616 3.4 wants the Request-URI: a URI of this system will do that names the same user or none. */
const asking = (x: Exchange) => ({
  realm: x.snapshot.system.sipStationRealm, algorithms: x.snapshot.system.digestAlgorithms, withoutQop: true,
  sameUri: (uri: string, requestUri: string) => uri === requestUri || (isOurs(x, uri) && samePlace(uri, requestUri)),
})

/** The answer is for this number, or names none: nobody on the way turns a call elsewhere. */
function samePlace(uri: string, requestUri: string): boolean {
  const said = parseUri(uri), wanted = parseUri(requestUri)
  return said.ok && wanted.ok && (said.value.user === '' || said.value.user === wanted.value.user)
}

function challengeHeaders(x: Exchange, source: string, stale: boolean): string {
  let out = ''
  for (const value of challenge(x.digest, asking(x), x.now, source, { stale })) out += `WWW-Authenticate: ${value}\r\n`
  return out
}

interface Proof { readonly is: 'none' | 'ok' | 'wrong' | 'stale' | 'malformed' | 'locked'; readonly phone: PhonePicture | undefined; readonly user: string }
const noProof: Proof = { is: 'none', phone: undefined, user: '' }

/** The credentials for our realm among those that the request carries. */
function credentials(x: Exchange, message: SipMessage, flow: Flow): Proof {
  const found = lines(message, 'Authorization')
  if (found.length === 0) return noProof
  const realm = x.snapshot.system.sipStationRealm
  let ours: DigestCredentials | undefined
  for (const line of found) {
    const parsed = parseCredentials(line)
    if (!parsed.ok) return { is: 'malformed', phone: undefined, user: '' }
    if (parsed.value.is === 'digest' && parsed.value.realm === realm) ours ??= parsed.value
  }
  return ours ? check(x, message, flow, ours) : noProof
}

function check(x: Exchange, message: SipMessage, flow: Flow, given: DigestCredentials): Proof {
  if (isLocked(x.lockout, flow.remoteAddress, given.username, x.now)) return { is: 'locked', phone: undefined, user: given.username }
  const known = x.snapshot.credentials(given.username)
  const verdict = verify(x.digest, asking(x), x.now, {
    method: message.method, uri: message.uri, body: body(message), credentials: given, source: flow.remoteAddress, user: known.phone ? { md5: known.ha1.MD5, sha256: known.ha1['SHA-256'], 'sha512-256': known.ha1['SHA-512-256'] } : undefined,
  })
  return { is: verdict.is, phone: verdict.is === 'ok' ? known.phone : undefined, user: given.username }
}

/** The phone that a verified certificate names: its common name, or one of its alternative names. */
function certified(x: Exchange, flow: Flow): PhonePicture | undefined {
  if (!flow.peer) return undefined
  const phone = x.snapshot.phones.get(flow.peer.subject)
  if (phone) return phone
  for (const name of flow.peer.names) { const other = x.snapshot.phones.get(name); if (other) return other }
  return undefined
}

/** User part of From; of To where the request registers it. */
function claims(message: SipMessage): string {
  const said = address(message, message.method === 'REGISTER' ? 'To' : 'From'), uri = said && parseUri(said.uri)
  return uri?.ok ? nameOf(uri.value) : ''
}
