/**
 * Does a destination live? OPTIONS at one interval while it does, at another while it does not, and several without an answer until it counts as down.
 * The address of a name is looked up at the same times.
 *
 * Standards  sip-trunk 1.6 (408, 503 and silence are down, any other answer is up); RFC 3261 11; RFC 3263 4
 * Security   one question at a time to each destination; what a destination answers changes its own state alone
 */
import type { Hop } from '../../kit/flow.ts'
import type { Millis } from '../../kit/machine.ts'
import { contactTo, printHostPort, request, type SipMessage } from '../../wire/sip/index.ts'
import { type ClientState, newClientState } from '../../wire/sip/digest/index.ts'
import { isLiteral } from '../addresses.ts'
import { locate } from '../locating.ts'
import type { Exchange } from '../state.ts'
import { answerChallenge } from './challenged.ts'
import { reshaping } from './rules.ts'
import { type Destination, inService, sleep, type TrunkState } from './state.ts'

/** Names are looked up again at least so often, pinged or not: requests come from the addresses that they stand for. */
const lookUpEvery: Millis = 60_000

/** The moment has come: look the name up, then ask. */
export function ping(x: Exchange, one: Destination): void {
  if (isLiteral(one.host)) { ask(x, one); return }
  const target = { host: one.host, transport: one.transport, secure: one.transport === 'tls', ...(one.port > 0 ? { port: one.port } : {}) }
  x.endpoint.out.push(...locate(x.locating, x.now, target, (found, problem) => {
    const before = addressesOf(one)
    if (found.length > 0) one.hops = found.map((hop) => ({ ...hop, ...one.like }))                 // a name server that is silent takes nothing away
    if (before !== addressesOf(one)) x.trunks.stale = true
    if (one.hops.length === 0) missed(x, one, problem?.text ?? 'No address was found for it.')
    else ask(x, one)
  }))
}

/** The trunk as it is now; undefined where the destination is none of its any more: what is still heard of it changes nothing. */
function stateOf({ trunks }: Exchange, one: Destination): TrunkState | undefined {
  const state = trunks.byName.get(one.trunk)
  return state?.destinations.includes(one) ? state : undefined
}

/** In one order: name servers turn theirs. */
function addressesOf({ hops }: Destination): string { return hops.map(({ address, port }) => `${address} ${port}`).sort().join() }

function ask(x: Exchange, one: Destination): void {
  const state = stateOf(x, one), [hop] = one.hops
  if (!state || !hop) return
  const { optionsPing, pingRetryMilliseconds } = state.ready.picture
  if (!optionsPing) { unasked(x, one); return }
  sleep(x.trunks, one, x.now + pingRetryMilliseconds)
  one.waiting = true
  send(x, one, hop, ++one.asked, newClientState(), 1, '')
}

/** Nobody asks it, so nobody may hold it for down: not after its name was found again, nor when asking was switched off. */
function unasked(x: Exchange, one: Destination): void {
  Object.assign(one, { missed: 0, waiting: false, known: false })
  sleep(x.trunks, one, isLiteral(one.host) ? undefined : x.now + lookUpEvery)
  if (!one.up) turn(x, one, true, '')
}

function send(x: Exchange, one: Destination, hop: Hop, question: number, asked: ClientState, cseq: number, credentials: string): void {
  const state = stateOf(x, one), { random } = x.endpoint, { domain } = x.snapshot.system, uri = `sip:${printHostPort(one.host, one.port)}`
  if (!state) return
  const headers = `Max-Forwards: 70\r\nFrom: <sip:ping@${domain}>;tag=${random.token(8)}\r\nTo: <${uri}>\r\nCall-ID: ${random.token(16)}\r\nCSeq: ${cseq} OPTIONS\r\nContact: ${contactTo(x.endpoint, hop, '')}\r\nAccept: application/sdp\r\n${credentials}`
  request(x.endpoint, x.now, hop, { method: 'OPTIONS', uri, headers, change: reshaping(state, 'OPTIONS') }, (response: SipMessage | undefined) => {
    if (!stateOf(x, one)) return
    const isLate = one.asked !== question                                     // a later question is out: who answers late lives all the same
    if (isLate && (response === undefined || response.status < 200 || [401, 407, 408, 503].includes(response.status))) return
    const again = response && (response.status === 401 || response.status === 407) ? answerChallenge(x, one.trunk, response, asked, { method: 'OPTIONS', uri, body: '' }) : undefined
    if (again !== undefined) send(x, one, hop, question, asked, cseq + 1, again)
    else if (response === undefined) missed(x, one, 'It does not answer, or cannot be reached.')
    else if (response.status === 408 || response.status === 503) missed(x, one, `It answers ${response.status}.`)
    else if (response.status >= 200) alive(x, one)
  })
}

function alive(x: Exchange, one: Destination): void {
  const state = stateOf(x, one)
  if (!state) return
  Object.assign(one, { missed: 0, waiting: false, asked: one.asked + 1, known: true })
  sleep(x.trunks, one, x.now + state.ready.picture.pingSeconds * 1_000)
  if (!one.up) turn(x, one, true, '')
}

/** Asked again a few times, then down and asked seldom. */
function missed(x: Exchange, one: Destination, why: string): void {
  const state = stateOf(x, one)
  if (!state) return
  const { pingRetries, pingRetryMilliseconds, pingDownSeconds } = state.ready.picture
  Object.assign(one, { missed: one.missed + 1, waiting: false, asked: one.asked + 1 })
  const isDown = one.missed >= pingRetries
  sleep(x.trunks, one, x.now + (isDown ? pingDownSeconds * 1_000 : pingRetryMilliseconds))
  if (isDown && one.up) turn(x, one, false, why)
}

/** The clock: nothing was heard of the last question, or it is time for the next; a destination that is not down yet is asked again at once. */
export function wakeDestination(x: Exchange, one: Destination): void {
  const state = stateOf(x, one), wasWaiting = one.waiting
  if (!state) { sleep(x.trunks, one, undefined); return }
  if (wasWaiting) missed(x, one, 'It does not answer.')
  if (!wasWaiting || one.missed < state.ready.picture.pingRetries) ping(x, one)
}

function turn(x: Exchange, one: Destination, up: boolean, reason: string): void {
  const state = stateOf(x, one), before = state && inService(state)
  Object.assign(one, { up, known: one.known || !up, reason, since: x.now })
  const after = state && inService(state)
  if (after !== undefined && before !== after && x.news.length < 1_000) x.news.push({ is: 'trunk', trunk: one.trunk, inService: after, reason })
}
