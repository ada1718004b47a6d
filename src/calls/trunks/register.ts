/**
 * A trunk tells its carrier where we are, and goes on telling it.
 *
 * Standards  RFC 3261 10.2; RFC 5626 4.5 (back-off); RFC 6140 5 (bulk numbers)
 * Security   what a carrier answers moves this registration alone; a refusal is never asked again at once
 */
import type { Hop } from '../../kit/flow.ts'
import type { Millis } from '../../kit/machine.ts'
import type { Sleeper } from '../../kit/wheel.ts'
import type { ReadyTrunk } from '../../policy/trunk/trunksOf.ts'
import { type ClientState, newClientState } from '../../wire/sip/digest/index.ts'
import { addresses, contactTo, deltaSeconds, header, parseUri, printHostPort, request, type SipMessage } from '../../wire/sip/index.ts'
import type { Exchange } from '../state.ts'
import { answerChallenge } from './challenged.ts'
import { reshaping } from './rules.ts'
import { sleep, type TrunkState } from './state.ts'

export interface Registration extends Sleeper {
  readonly kind: 'registration'
  readonly trunk: string
  readonly user: string
  readonly domain: string
  readonly expires: number
  readonly bulk: boolean
  state: 'new' | 'asking' | 'registered' | 'failed'
  /** Why it failed, '' while it has not. */
  reason: string
  until: Millis
  callId: string
  cseq: number
  failures: number
  /** Which of the destinations is asked. */
  at: number
}

/** RFC 5626 4.5: 30 s, doubled each time, at most half an hour; somewhere between half and all of it. */
const firstWait = 30_000, longestWait = 1_800_000
/** Whatever a carrier says, it is told again within a day. */
const longestExpires = 86_400

export function registrationOf({ name, picture, destinations }: ReadyTrunk): Registration | undefined {
  const { registration } = picture
  if (!registration || destinations.length === 0) return undefined
  const { user, domain = destinations[0]!.address, expires, bulk } = registration
  return { kind: 'registration', trunk: name, user, domain, expires, bulk, state: 'new', reason: '', until: 0, callId: '', cseq: 0, failures: 0, at: 0, wakeAt: undefined, lookAt: undefined }
}

/** Registers, or registers again. */
export function register(x: Exchange, state: TrunkState, one: Registration): void {
  const hop = hopOf(state, one)
  if (!hop) { failed(x, one, 'No destination has an address.'); return }
  if (one.callId === '') one.callId = x.endpoint.random.token(16)
  one.state = one.state === 'registered' ? 'registered' : 'asking'
  sleep(x.trunks, one, x.now + 40_000)                              // nothing was heard at all: longer than a transaction lasts
  say(x, one, hop, newClientState(), '', one.expires, true)
}

/** The first that lives; after a failure the one after it. */
function hopOf({ destinations }: TrunkState, one: Registration): Hop | undefined {
  const living = destinations.filter(({ up, hops }) => up && hops.length > 0), all = living.length > 0 ? living : destinations.filter(({ hops }) => hops.length > 0)
  return all.length === 0 ? undefined : all[one.at % all.length]!.hops[0]
}

function say(x: Exchange, one: Registration, hop: Hop, asked: ClientState, credentials: string, expires: number, counts: boolean): void {
  const { random } = x.endpoint, aor = `sip:${one.user}@${printHostPort(one.domain, 0)}`, uri = `sip:${printHostPort(one.domain, 0)}`, cseq = ++one.cseq
  const contact = one.bulk ? contactTo(x.endpoint, hop, '').replace(/>$/, ';bnc>') : contactTo(x.endpoint, hop, one.user)
  const gin = one.bulk ? 'Require: gin\r\nProxy-Require: gin\r\nSupported: path, gin\r\n' : 'Supported: path\r\n'
  const headers = `Max-Forwards: 70\r\nFrom: <${aor}>;tag=${random.token(8)}\r\nTo: <${aor}>\r\nCall-ID: ${one.callId}\r\nCSeq: ${cseq} REGISTER\r\nContact: ${contact}\r\nExpires: ${expires}\r\n${gin}${credentials}`
  request(x.endpoint, x.now, hop, { method: 'REGISTER', uri, headers, change: reshaping(x.trunks.byName.get(one.trunk), 'REGISTER') }, (response: SipMessage | undefined) => {
    if (cseq !== one.cseq || (response && response.status < 200)) return
    const again = response && (response.status === 401 || response.status === 407) ? answerChallenge(x, one.trunk, response, asked, { method: 'REGISTER', uri, body: '' }) : undefined
    if (again !== undefined) { say(x, one, hop, asked, again, expires, counts); return }
    if (!counts) return
    if (response && response.status < 300) registered(x, one, response)
    else if (response?.status === 423 && expires === one.expires && leastOf(response) > expires) say(x, one, hop, asked, credentials, leastOf(response), counts)      // 10.2.8, once (A16)
    else failed(x, one, response ? `The carrier answers ${response.status} ${response.reason}.` : 'The carrier does not answer.')
  })
}

/** What the carrier wants at least; no more than a day is asked for. */
function leastOf(response: SipMessage): number { return Math.min(deltaSeconds(header(response, 'Min-Expires')) ?? 0, longestExpires) }

/** 10.2.4: the carrier's word on how long counts: of our contact, else of the response. */
function registered(x: Exchange, one: Registration, response: SipMessage): void {
  const own = addresses(response, 'Contact')?.find(({ uri }) => { const parsed = parseUri(uri); return parsed.ok && (one.bulk || parsed.value.user === one.user) })
  const said = deltaSeconds(/;\s*expires\s*=\s*(\d+)/i.exec(own?.params ?? '')?.[1]) ?? deltaSeconds(header(response, 'Expires')) ?? one.expires
  const seconds = Math.min(Math.max(said, 10), longestExpires), before = one.state
  Object.assign(one, { state: 'registered', reason: '', failures: 0, until: x.now + seconds * 1_000 })
  sleep(x.trunks, one, x.now + Math.max(seconds * 900, (seconds - 60) * 1_000))
  if (before !== 'registered') tell(x, one, true)
}

function failed(x: Exchange, one: Registration, reason: string): void {
  const wait = Math.min(firstWait * 2 ** Math.min(one.failures, 8), longestWait), before = one.state
  one.failures++
  one.at++
  one.cseq++
  Object.assign(one, { state: 'failed', reason })
  sleep(x.trunks, one, x.now + wait / 2 + x.endpoint.random.below(wait / 2))
  if (before !== 'failed') tell(x, one, false)
}

function tell(x: Exchange, { trunk, reason }: Registration, registered: boolean): void {
  if (x.news.length < 1_000) x.news.push({ is: 'trunkRegistered', trunk, registered, reason })
}

export function wakeRegistration(x: Exchange, one: Registration): void {
  const state = x.trunks.byName.get(one.trunk)
  if (state?.registration !== one) { sleep(x.trunks, one, undefined); return }
  if (one.state === 'asking') failed(x, one, 'The carrier does not answer.')
  else register(x, state, one)
}

/** No longer wanted: 10.2.2 takes it back, where it stands. */
export function stopRegistration(x: Exchange, state: TrunkState, takeBack: boolean): void {
  const { registration: one } = state, hop = one && hopOf(state, one)
  if (!one) return
  sleep(x.trunks, one, undefined)
  if (takeBack && hop && one.state === 'registered') say(x, one, hop, newClientState(), '', 0, false)
}
