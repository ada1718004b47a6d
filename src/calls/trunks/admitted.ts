/**
 * A request of a trunk: whose it is, what its credentials come to, and the answer where it may not pass.
 *
 * Standards  R333–R370; RFC 3261 22.1; the order of checks of sip-trunk 1.2
 * Security   A11, A12, A14: an address that is known, or a certificate that is listed, before anything is believed; 401 before 403
 */
import type { ApplicationUserPicture } from '../../directory/picture.ts'
import type { Flow } from '../../kit/flow.ts'
import { failed, isLocked } from '../../policy/lockout.ts'
import { admit, type AdmissionFacts } from '../../policy/trunk/admit.ts'
import { findTrunk } from '../../policy/trunk/find.ts'
import { nameOf as nameOfHost, namesOf } from '../../policy/trunk/subjects.ts'
import { challenge, type DigestServer, newDigestServer, parseCredentials, verify } from '../../wire/sip/digest/index.ts'
import { address, body, event, header, lines, parseUri, quote, refuse, type Served, type SipMessage } from '../../wire/sip/index.ts'
import { isOurs, nameOf } from '../numbers.ts'
import type { Exchange } from '../state.ts'
import { hopKey, plainHex, type TrunkState } from './state.ts'

export interface Admitted {
  readonly state: TrunkState
  /** TLS or digest has shown who the peer is. */
  readonly proven: boolean
  readonly user: ApplicationUserPicture | undefined
}

/** The trunk that this came from; undefined where it is no trunk's, or a phone's that stands at the same address. */
export function trunkOf(x: Exchange, flow: Flow, message: SipMessage): TrunkState | undefined {
  if (x.trunks.byName.size === 0) return undefined
  const state = trunkAt(x, flow)
  return state && (flow.transport === 'tls' || !isPhones(x, state, flow, message)) ? state : undefined
}

/** By where it came from alone. */
export function trunkAt(x: Exchange, flow: Flow): TrunkState | undefined {
  const { trunks } = x
  if (trunks.byName.size === 0) return undefined
  const found = findTrunk(trunks.policy.index, { source: flow.remoteAddress, sourcePort: flow.remotePort, transport: flow.transport, incomingPort: flow.localPort, peer: flow.peer, nullCipher: flow.nullCipher })
  const state = found.is === 'trunk' ? trunks.byName.get(found.trunk.name) : ofOurConnection(x, flow)
  return state && isPinned(state, flow) ? state : undefined
}

/** Where certificates are pinned, a name is not enough. */
function isPinned({ ready: { picture } }: TrunkState, { transport, peer }: Flow): boolean {
  return transport !== 'tls' || picture.pinnedCertificates.length === 0 || picture.pinnedCertificates.some((one) => plainHex(one) === peer?.fingerprint)
}

/** A connection that we made to a destination: its certificate was looked at when it was made, and is again. */
function ofOurConnection({ trunks }: Exchange, flow: Flow): TrunkState | undefined {
  if (flow.transport === 'udp') return undefined
  const destination = trunks.byHop.get(hopKey(flow.transport, flow.remoteAddress, flow.remotePort))
  if (!destination) return undefined
  if (flow.transport === 'tls') {
    const names = flow.peer ? namesOf(flow.peer) : []                                             // RFC 5922 7.1: sip:host as well
    if (![destination.host, ...destination.like.trust?.names ?? []].some((name) => names.includes(nameOfHost(name) ?? ''))) return undefined
  }
  return trunks.byName.get(destination.trunk)
}

/** Phones may stand at the address of a trunk: they register, and name themselves as ours; then digest says who they are, which is more than an address. */
function isPhones(x: Exchange, { ready }: TrunkState, flow: Flow, message: SipMessage): boolean {
  if (message.method === 'REGISTER' || x.snapshot.phoneBySource(flow.remoteAddress, flow.remotePort)) return true
  if (flow.transport === 'udp' && ready.destinations.some(({ port }) => port === flow.remotePort)) return false
  const from = address(message, 'From'), uri = from && parseUri(from.uri)
  if (!from || !uri?.ok || !isOurs(x, from.uri)) return false
  const name = nameOf(uri.value)
  return x.snapshot.numberOrUser(name).is === 'line' || x.snapshot.phoneByDigestUser(name) !== undefined || x.snapshot.phones.has(name)
}

/** May it pass? Undefined where it was answered. */
export function admitted(x: Exchange, served: Served, state: TrunkState, inDialog: boolean): Admitted | undefined {
  const { message, flow } = served, { profile } = state.ready
  const proof = profile.digestAuthentication ? credentials(x, state, message, flow.remoteAddress) : none
  const facts: AdmissionFacts = {
    profile, method: message.method, inDialog, hasReplaces: header(message, 'Replaces') !== undefined, event: event(message)?.package, digest: proof.is, applicationUser: proof.user,
  }
  const verdict = admit(facts)
  switch (verdict.is) {
    case 'allow': return { state, proven: flow.transport === 'tls' || proof.is === 'user', user: proof.user }
    case 'challenge':
      if (verdict.failed && proof.name !== undefined) wrong(x, flow.remoteAddress, proof.name)
      x.counters.challenged++
      refuse(x.endpoint, x.now, served, { status: 401, headers: challenge(digestOf(x, profile.nonceValidity), asking(x), x.now, flow.remoteAddress, { stale: verdict.stale }).map((value) => `WWW-Authenticate: ${value}\r\n`).join('') })
      return undefined
    case 'refuse':
      x.trunks.unknown.refused++
      if (x.news.length < 1_000) x.news.push({ is: 'admission', trunk: state.ready.name, method: message.method, rule: verdict.rule })
      refuse(x.endpoint, x.now, served, { status: verdict.status, headers: `Warning: 399 ringfort ${quote(verdict.problem.text)}\r\n` })
      return undefined
  }
}

interface Proof { readonly is: AdmissionFacts['digest']; readonly user: ApplicationUserPicture | undefined; readonly name: string | undefined }
const none: Proof = { is: 'none', user: undefined, name: undefined }

const asking = (x: Exchange) => ({ realm: x.snapshot.system.clusterId, algorithms: x.snapshot.system.digestAlgorithms, withoutQop: true, sameUri: (uri: string, requestUri: string) => uri === requestUri || isOurs(x, uri) })

/** Credentials for the realm of trunks; a phone's are for another realm and count as none. */
function credentials(x: Exchange, state: TrunkState, message: SipMessage, source: string): Proof {
  for (const line of lines(message, 'Authorization')) {
    const parsed = parseCredentials(line)
    if (!parsed.ok) return { is: 'wrong', user: undefined, name: undefined }
    if (parsed.value.is !== 'digest' || parsed.value.realm !== x.snapshot.system.clusterId) continue
    const { username } = parsed.value
    if (isLocked(x.lockout, source, username, x.now)) { x.counters.locked++; return { is: 'none', user: undefined, name: undefined } }   // the password is not looked at
    const { user, ha1 } = x.snapshot.applicationCredentials(username)
    const verdict = verify(digestOf(x, state.ready.profile.nonceValidity), asking(x), x.now, {
      method: message.method, uri: message.uri, body: body(message), credentials: parsed.value, source, user: user ? { md5: ha1.MD5, sha256: ha1['SHA-256'], 'sha512-256': ha1['SHA-512-256'] } : undefined,
    })
    return { is: verdict.is === 'ok' ? 'user' : verdict.is === 'stale' ? 'stale' : 'wrong', user: verdict.is === 'ok' ? user : undefined, name: verdict.is === 'wrong' ? username : undefined }   // what is malformed shows no nonce of ours and proves nothing against anybody
  }
  return none
}

function wrong(x: Exchange, source: string, user: string): void {
  x.counters.wrongPasswords++
  const locked = failed(x.lockout, source, user, x.now)
  if (locked !== 'nothing') x.news.push({ is: 'locked', source, what: locked })
}

/** R346: each validity has challenges of its own. */
function digestOf({ trunks, digestKeys, endpoint }: Exchange, seconds: number): DigestServer {
  const known = trunks.digest.get(seconds)
  if (known) return known
  const made = newDigestServer({ keys: digestKeys, random: endpoint.random, bindSource: true, lifetime: seconds })
  trunks.digest.set(seconds, made)
  return made
}
