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
import { newClientState } from '../../wire/sip/digest/index.ts'
import { isLiteral } from '../addresses.ts'
import { locate } from '../locating.ts'
import type { Exchange } from '../state.ts'
import { answerChallenge } from './challenged.ts'
import { reshaping } from './rules.ts'
import { type Destination, inService, sleep, type TrunkState } from './state.ts'

/** Names are looked up again at least so often, pinged or not: requests come from the addresses that they stand for. */
const lookUpEvery: Millis = 60_000

/** The moment has come: look the name up, then ask. */
export function ping(x: Exchange, state: TrunkState, one: Destination): void {
  if (x.trunks.byName.get(one.trunk) !== state) return
  if (isLiteral(one.host)) { ask(x, state, one); return }
  const target = { host: one.host, transport: one.transport, secure: one.transport === 'tls', ...(one.port > 0 ? { port: one.port } : {}) }
  x.endpoint.out.push(...locate(x.locating, x.now, target, (found, problem) => {
    const before = addressesOf(one)
    if (found.length > 0) one.hops = found.map((hop) => ({ ...hop, ...one.like }))                 // a name server that is silent takes nothing away
    if (before !== addressesOf(one)) x.trunks.stale = true
    if (one.hops.length === 0) missed(x, state, one, problem?.text ?? 'No address was found for it.')
    else ask(x, state, one)
  }))
}

/** In one order: name servers turn theirs. */
function addressesOf({ hops }: Destination): string { return hops.map(({ address, port }) => `${address} ${port}`).sort().join() }

function ask(x: Exchange, state: TrunkState, one: Destination): void {
  const { picture } = state.ready, [hop] = one.hops
  if (!picture.optionsPing || !hop) { sleep(x.trunks, one, isLiteral(one.host) ? undefined : x.now + lookUpEvery); return }
  sleep(x.trunks, one, x.now + picture.pingRetryMilliseconds)
  one.waiting = true
  const question = ++one.asked
  send(x, state, one, hop, question, newClientState(), 1, '')
}

function send(x: Exchange, state: TrunkState, one: Destination, hop: Hop, question: number, asked: ReturnType<typeof newClientState>, cseq: number, credentials: string): void {
  const { random } = x.endpoint, { domain } = x.snapshot.system, uri = `sip:${printHostPort(one.host, one.port)}`
  const headers = `Max-Forwards: 70\r\nFrom: <sip:ping@${domain}>;tag=${random.token(8)}\r\nTo: <${uri}>\r\nCall-ID: ${random.token(16)}\r\nCSeq: ${cseq} OPTIONS\r\nContact: ${contactTo(x.endpoint, hop, '')}\r\nAccept: application/sdp\r\n${credentials}`
  request(x.endpoint, x.now, hop, { method: 'OPTIONS', uri, headers, change: reshaping(state, 'OPTIONS') }, (response: SipMessage | undefined) => {
    if (x.trunks.byName.get(one.trunk)?.destinations.includes(one) !== true) return
    const isLate = one.asked !== question                                     // a later question is out: who answers late lives all the same
    if (isLate && (response === undefined || response.status < 200 || [401, 407, 408, 503].includes(response.status))) return
    const again = response && (response.status === 401 || response.status === 407) ? answerChallenge(x, one.trunk, response, asked, { method: 'OPTIONS', uri, body: '' }) : undefined
    if (again !== undefined) send(x, state, one, hop, question, asked, cseq + 1, again)
    else if (response === undefined) missed(x, state, one, 'It does not answer, or cannot be reached.')
    else if (response.status === 408 || response.status === 503) missed(x, state, one, `It answers ${response.status}.`)
    else if (response.status >= 200) alive(x, state, one)
  })
}

function alive(x: Exchange, state: TrunkState, one: Destination): void {
  one.missed = 0
  one.asked++
  one.waiting = false
  sleep(x.trunks, one, x.now + state.ready.picture.pingSeconds * 1_000)
  if (!one.up) turn(x, state, one, true, '')
}

/** Asked again a few times, then down and asked seldom. */
function missed(x: Exchange, state: TrunkState, one: Destination, why: string): void {
  const { picture } = state.ready
  one.missed++
  one.asked++
  one.waiting = false
  const isDown = one.missed >= picture.pingRetries
  sleep(x.trunks, one, x.now + (isDown ? picture.pingDownSeconds * 1_000 : picture.pingRetryMilliseconds))
  if (isDown && one.up) turn(x, state, one, false, why)
}

/** The clock: either nothing was heard of the last question, or it is time for the next. */
export function wakeDestination(x: Exchange, one: Destination): void {
  const state = x.trunks.byName.get(one.trunk)
  if (!state?.destinations.includes(one)) { sleep(x.trunks, one, undefined); return }
  if (one.waiting) missed(x, state, one, 'It does not answer.')
  if (!one.waiting && one.missed < state.ready.picture.pingRetries) ping(x, state, one)
  else if (one.missed >= state.ready.picture.pingRetries && one.wakeAt !== undefined && one.wakeAt <= x.now) ping(x, state, one)
}

function turn(x: Exchange, state: TrunkState, one: Destination, up: boolean, reason: string): void {
  const before = inService(state)
  Object.assign(one, { up, reason, since: x.now })
  const after = inService(state)
  if (before !== after && x.news.length < 1_000) x.news.push({ is: 'trunk', trunk: one.trunk, inService: after, reason })
}
