/**
 * What the endpoint hears: requests in and out of dialogs, responses, silence; each to the one who it is for.
 *
 * Standards  RFC 3261 8.2 (order of checks), 8.2.2.3 (Require), 10, 11, 12.2.2
 * Security   the table says who may send what before anything is looked up (A11); strangers' requests are answered without state
 */
import { answerOnce, type Heard, refuse, type ResponseParts, type Served, type SipMessage, parseUri } from '../wire/sip/index.ts'
import { quote } from '../wire/sip/index.ts'
import type { Flow, Hop } from '../kit/flow.ts'
import type { Problem } from '../kit/result.ts'
import type { PhonePicture } from '../directory/picture.ts'
import { isEmergency } from '../policy/dialling/emergency.ts'
import { type Exchange, rearm } from './state.ts'
import { identifyRequest } from './identity.ts'
import { invited, invitedByTrunk } from './invited.ts'
import { acknowledged, type About, allow, cancelled, responded, silent, type SipLeg, within } from './legs/sip/index.ts'
import { flowClosed } from './locations.ts'
import { messaged, messageFrom } from './messaged.ts'
import { strangeOptions } from './options.ts'
import { numberIn } from './numbers.ts'
import { registered } from './registered.ts'
import { type Admitted, admitted, trunkAt, trunkOf } from './trunks/admitted.ts'
import { callerOf } from './trunks/identity.ts'
import { notified } from './trunks/notified.ts'
import { referred } from './trunks/referred.ts'
import { asRuled, ruled } from './trunks/rules.ts'
import type { TrunkState } from './trunks/state.ts'
import { allowEvents, deaf, located, subscribed, watchWithin } from './watching.ts'

export interface Method {
  /** Who may send it outside a dialog: anybody, a phone that has proved who it is, or nobody. */
  readonly who: 'anybody' | 'phone' | 'nobody'
  /** New work that is refused first when the loop is late (platform D). */
  readonly shed: boolean
  /** What everybody gets who may send it at all: it belongs to a dialog, or is not done here. */
  readonly refusal?: number
  readonly take?: (x: Exchange, served: Served, phone: PhonePicture) => void
}

export const methods: Readonly<Record<string, Method>> = {
  OPTIONS: { who: 'anybody', shed: false },                            // a refusal would cost as much
  REGISTER: { who: 'phone', shed: true, take: registered },
  INVITE: { who: 'phone', shed: true, take: invited },
  MESSAGE: { who: 'phone', shed: true, take: messaged },
  SUBSCRIBE: { who: 'phone', shed: true, take: subscribed },
  NOTIFY: { who: 'phone', shed: true, refusal: 481 },
  PUBLISH: { who: 'phone', shed: true, refusal: 489 },
  REFER: { who: 'phone', shed: true, refusal: 403 },
  INFO: { who: 'nobody', shed: true, refusal: 481 },
  BYE: { who: 'nobody', shed: false, refusal: 481 },
  PRACK: { who: 'nobody', shed: false, refusal: 481 },
  UPDATE: { who: 'nobody', shed: false, refusal: 481 },
}

export function hear(x: Exchange, news: Heard): void {
  switch (news.is) {
    case 'request': requested(x, news.served); break
    case 'ack': acked(x, news.flow, news.message); break
    case 'cancelled': if (isLeg(news.user)) { cancelled(x.legHouse, news.user, news.message); rearm(x, news.user) } break
    case 'response': if (isAbout(news.user)) answered(x, news.user, news.flow, news.message); else plain(news.user)?.(news.message); break
    case 'unanswered': if (isAbout(news.user)) { silent(x.legHouse, news.user, news.problem === undefined); rearm(x, news.user.leg) } else plain(news.user)?.(undefined); break
    case 'overloaded': shed(x, news.flow.remoteAddress, () => answerOnce(x.endpoint, news.flow, news.message, busyNow(x))); break
    case 'closed': connectionClosed(x, news.flow.id); break
  }
}

const isLeg = (user: unknown): user is SipLeg => typeof user === 'object' && user !== null && 'kind' in user
const isAbout = (user: unknown): user is About => typeof user === 'object' && user !== null && 'leg' in user
/** A request outside any leg hands in what to do with its response. */
const plain = (user: unknown) => typeof user === 'function' ? user as (response: SipMessage | undefined) => void : undefined

function answered(x: Exchange, about: About, flow: Flow, response: SipMessage): void {
  const { leg } = about, { trunk } = leg.peer, message = trunk ? asRuled(x, response, trunk) : response
  leg.heardPort = flow.remotePort
  if (message) responded(x.legHouse, about, message)
  rearm(x, leg)
}

/** Nobody can be asked for proof of an ACK: one from elsewhere is dropped (A10). */
function acked(x: Exchange, flow: Flow, message: SipMessage): void {
  const leg = x.legs.get(message.toTag)
  if (!leg || leg.dialog.callId !== message.callId || leg.dialog.remoteTag !== message.fromTag) return
  if (leg.peer.trunk ? !trunkOfLeg(x, leg, flow) && !keepsOn(x, leg, flow) : !sameFlow(leg, flow)) return
  const read = leg.peer.trunk ? asRuled(x, message, leg.peer.trunk) : message
  if (read) acknowledged(x.legHouse, leg, read)
  rearm(x, leg)
}

function requested(x: Exchange, served: Served): void {
  const { message } = served
  count(x, message.method)
  if (message.toTag !== '') { inDialog(x, served); return }
  const method = Object.hasOwn(methods, message.method) ? methods[message.method]! : undefined
  const wrong = formOf(message, method) ?? (/^sips:/i.test(message.uri) && !isSecure(served.flow) ? { status: 403, problem: notSecure } : undefined)                 // RFC 5630 3.1.3
  const trunk = trunkOf(x, served.flow, message)
  if (wrong && trunk?.ready.profile.digestAuthentication !== true) { say(x, served, wrong); return }
  if (method?.shed !== false && (x.shedding || (x.closing && message.method === 'INVITE')) && !saves(x, message)) { shed(x, served.flow.remoteAddress, () => say(x, served, busyNow(x))); return }
  if (trunk) { ofTrunk(x, served, trunk, wrong); return }
  if (method!.who === 'nobody') { say(x, served, { status: method!.refusal ?? 403 }); return }
  if (method!.who === 'anybody') { alive(x, served); return }
  const phone = identifyRequest(x, served)
  if (phone && method!.take) method!.take(x, served, phone)
  else if (phone) say(x, served, { status: method!.refusal ?? 403, headers: method!.refusal === 489 ? allowEvents : '' })
}

/** Outside a dialog from a trunk: every method but ACK and CANCEL is asked for credentials where its profile says so (R343). */
function ofTrunk(x: Exchange, served: Served, trunk: TrunkState, wrong: ResponseParts | undefined): void {
  const from = admitted(x, served, trunk, false)
  if (!from) return
  if (wrong) { say(x, served, wrong); return }                                             // 8.2.1: what it asks for is looked at after who asks
  const take = trunkMethods[served.message.method], read = ruled(x, served, { name: trunk.ready.name, rules: trunk.rules })
  if (!read) return
  if (take) take(x, read, from)
  else say(x, read, { status: methods[served.message.method]?.refusal ?? 405, headers: `Allow: ${allow}\r\n` })
}

const trunkMethods: Readonly<Record<string, (x: Exchange, served: Served, from: Admitted) => void>> = {
  OPTIONS: (x, served) => { alive(x, served) },
  INVITE: invitedByTrunk,
  MESSAGE: (x, served, from) => { messageFrom(x, served, callerOf(x, served.message, from).number) },
  SUBSCRIBE: (x, served) => { say(x, served, { status: 489, headers: allowEvents }) },
  NOTIFY: notified,
  REFER: referred,
}

/** An emergency call is new work that is not refused: it is asked who it is from, like any other. */
function saves(x: Exchange, { method, uri }: SipMessage): boolean {
  const number = method === 'INVITE' && !x.closing ? numberIn(x, uri) : undefined
  return number !== undefined && isEmergency(x.snapshot, number)
}

/** Bounded: methods that are not in the table are counted together. */
function count(x: Exchange, name: string): void {
  const key = Object.hasOwn(methods, name) ? name : 'other'
  x.counters.requests.set(key, (x.counters.requests.get(key) ?? 0) + 1)
}

/** What can be refused by the form of a request alone (8.2.1 to 8.2.3). */
function formOf(message: SipMessage, method: Method | undefined): ResponseParts | undefined {
  if (!method) return { status: 501, headers: `Allow: ${allow}\r\n` }
  if (!/^sips?:/i.test(message.uri)) {                                               // those the parser has read whole
    const uri = parseUri(message.uri)
    if (!uri.ok) return { status: 400 }
    if (uri.value.scheme !== 'tel') return { status: 416 }
  }
  const missing = strangeOptions(message)
  if (missing.length > 0) return { status: 420, headers: `Unsupported: ${missing.join(', ')}\r\n` }
  return undefined
}

/** 11.2: what we can do; an answer to strangers too, so no word about users. */
function alive(x: Exchange, served: Served): void {
  refuse(x.endpoint, x.now, served, x.closing ? busyNow(x) : { status: 200, headers: `Allow: ${allow}\r\nAccept: application/sdp\r\nSupported: replaces, timer\r\n` })
}

function inDialog(x: Exchange, served: Served): void {
  const leg = x.legs.get(served.message.toTag)
  if (!leg) { inSubscription(x, served); return }
  if (leg.peer.trunk ? !isTrunkOf(x, leg, served) : !sameFlow(leg, served.flow) && !isPhoneOf(x, leg.peer.phone, served)) return
  if (leg.secure && !isSecure(served.flow)) { say(x, served, { status: 403, problem: weaker }); return }
  const read = leg.peer.trunk ? ruled(x, served, leg.peer.trunk) : served
  if (read) within(x.legHouse, leg, read)
  rearm(x, leg)
}

/** From elsewhere only the phone of this very leg may speak in its dialog, and shows that it is the one. */
function isPhoneOf(x: Exchange, name: string, served: Served): boolean {
  const phone = identifyRequest(x, served)
  if (phone && phone.name !== name) say(x, served, { status: 403 })
  return phone?.name === name
}

/** The trunk of this very leg, from wherever it stands, and with credentials for every request where its profile wants them (R343). */
function isTrunkOf(x: Exchange, leg: SipLeg, served: Served): boolean {
  const state = trunkOfLeg(x, leg, served.flow)
  if (state) return admitted(x, served, state, true) !== undefined
  if (keepsOn(x, leg, served.flow)) return true
  say(x, served, { status: 481 })
  return false
}

/** A trunk that is gone from the directory: its calls in progress keep what they began with, from where they came (R321). */
function keepsOn(x: Exchange, leg: SipLeg, flow: Flow): boolean { return !x.trunks.byName.has(leg.peer.trunk!.name) && sameFlow(leg, flow) }

/** By the name that it had when the call began; a trunk that was renamed since is the one that stands at the same address (R309, R321). */
function trunkOfLeg(x: Exchange, { peer, to }: SipLeg, flow: Flow): TrunkState | undefined {
  const state = trunkAt(x, flow), name = peer.trunk!.name, address = 'service' in to ? to.remoteAddress : to.address
  return state?.ready.name === name || (!x.trunks.byName.has(name) && address === flow.remoteAddress) ? state : undefined
}

const isSecure = (flow: Flow) => flow.transport === 'tls' || flow.transport === 'wss'
const notSecure: Problem = { code: 'calls.sipsNeedsTls', text: 'A sips address is reached over TLS alone, and this request came without it.', remedy: 'Call the sip address, or connect over TLS.' }
const weaker: Problem = { code: 'calls.weakerTransport', text: 'This dialog began over TLS and does not go on without it.', remedy: 'Connect over TLS again.' }

function inSubscription(x: Exchange, served: Served): void {
  const watch = x.watches.byTag.get(served.message.toTag)
  if (!watch) say(x, served, { status: 481 })
  else if (sameFlow(watch, served.flow) || isPhoneOf(x, watch.phone, served)) watchWithin(x, watch, served)
}

/** Inside a dialog the source that set it up needs no new proof; any other one must show who it is (A10, A14). */
function sameFlow({ to, heardPort = 0 }: { readonly to: Flow | Hop; readonly heardPort?: number }, flow: Flow): boolean {
  if ('service' in to && to.transport !== 'udp') return to.id === flow.id
  const [address, port] = 'service' in to ? [to.remoteAddress, to.remotePort] : [to.address, to.port]
  return address === flow.remoteAddress && flow.transport === to.transport && (port === flow.remotePort || heardPort === flow.remotePort)   // of a connection: the one that we opened to it
}

/** An answer that ends the request at once: no state is kept of it. */
export function say(x: Exchange, served: Served, parts: ResponseParts & { readonly problem?: Problem | undefined }): void {
  const { problem, ...rest } = parts
  const warning = problem ? `Warning: 399 ringfort ${quote(problem.text)}\r\n` : ''
  refuse(x.endpoint, x.now, served, { ...rest, headers: (rest.headers ?? '') + warning })
}

function busyNow(x: Exchange): ResponseParts {
  return { status: 503, headers: `Retry-After: ${5 + x.endpoint.random.below(20)}\r\n` }
}

function shed(x: Exchange, source: string, answer: () => void): void {
  x.counters.shed++
  if (x.news.length < 1_000) x.news.push({ is: 'shed', source })
  answer()
}

function connectionClosed(x: Exchange, flowId: number): void {
  deaf(x, flowId)
  for (const event of flowClosed(x.locations, x.now, flowId)) located(x, event)
}
