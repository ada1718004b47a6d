/**
 * A SIP leg: one phone (or trunk) in one call, with its dialogs, its offer/answer state and its timers. Plain data.
 *
 * Standards  RFC 3261 13–15, 3262, 3311, 4028
 * Security   one leg holds at most maxForks early dialogs and one waiting offer
 */
import type { Flow, Hop } from '../../../kit/flow.ts'
import type { Millis } from '../../../kit/machine.ts'
import type { Problem } from '../../../kit/result.ts'
import type { Sleeper } from '../../../kit/wheel.ts'
import type { OriginState, Sdp } from '../../../wire/sdp/index.ts'
import type { ClientTx, Dialog, Endpoint, Served, SipMessage } from '../../../wire/sip/index.ts'
import type { Target } from '../../../wire/sip/locate/index.ts'
import type { Counted } from '../../../policy/toll/service.ts'
import type { CompiledRules } from '../../../policy/trunk/rules.ts'
import type { ClientState } from '../../../wire/sip/digest/index.ts'
import type { Cause, Invitation, LegCommand, LegEvent, SecurityLevel } from '../../leg.ts'

/** Early dialogs that one forked INVITE may make. */
export const maxForks = 8

/** What the directory says of the phone at the other end. */
export interface Peer {
  readonly phone: string
  readonly line: string
  readonly displayName: string
  readonly mediaSecurity: 'off' | 'preferred' | 'required'
  readonly trusted: boolean
  /** Number and name are what the other side says of itself, and nothing proves them: not for us to assert (RFC 3325 5). */
  readonly claimed?: boolean | undefined
  /** It is no phone but a trunk: what that wants of our messages. `phone` is its name then, `line` the number at its side. */
  readonly trunk?: TrunkManners | undefined
}

/** What a trunk wants said and unsaid. */
export interface TrunkManners {
  readonly name: string
  /** Tells how safe the call is (R371). */
  readonly status: boolean
  readonly assertIdentity: boolean
  readonly remotePartyId: boolean
  readonly privacy: 'default' | 'never' | 'always'
  readonly diversion: boolean
  readonly historyInfo: boolean
  /** SRTP over signalling that is not TLS counts as secure. */
  readonly srtpAlone: boolean
  /** Attributes of V.150 are taken out of offers. */
  readonly v150: 'none' | 'removeMer' | 'removePreMer'
  /** What is changed of messages; undefined where nothing is. */
  readonly rules: CompiledRules | undefined
}

export interface SipLeg extends Sleeper {
  readonly kind: 'sip'
  readonly id: string
  /** Id of the call that it is in: pickup and transfer move it. */
  call: string
  /** 'in': the phone called us. */
  readonly side: 'in' | 'out'
  readonly peer: Peer
  /** Where requests go: the connection, or the address for datagrams. */
  to: Flow | Hop
  /** A contact by name, to be looked up before the INVITE; `only`: the address that the phone registered from. */
  seeks: { readonly target: Target; readonly only: string; readonly otherwise: Hop | undefined; /** Of a trunk: every address of the name will do, with this beside it. */ readonly like?: Partial<Hop> | undefined } | undefined
  /** Where else the INVITE may go (RFC 3263 4.3). */
  others: readonly Hop[]
  /** The first route of the dialog, and where it leads. */
  route: Route | undefined
  /** Port that its datagrams came from last: inside the dialog they need no new proof. */
  heardPort: number
  /** Our Contact in this leg, with angle brackets. */
  contact: string
  /** Signalling runs over TLS or WSS. */
  readonly secure: boolean
  state: 'inviting' | 'early' | 'accepted' | 'confirmed' | 'ending' | 'ended'
  /** The dialog that counts once the call is accepted; before that the latest early one. */
  dialog: Dialog
  /** Early dialogs: of a forked INVITE, or one a branch towards the caller. */
  early: EarlyDialog[]
  /** Highest sequence number in any early dialog that was not taken. */
  forkSeq: number
  /** Tags of forks that answered too late: hung up already. */
  turnedAway: readonly string[]
  /** The INVITE that waits for our final response (side 'in'). */
  served: Served | undefined
  /** The INVITE that we sent (side 'out'). */
  client: ClientTx | undefined
  /** The same once it was answered: it brings the 2xx again for as long as the far end says it. */
  answered: ClientTx | undefined
  /** Of a trunk: until when something must be heard of the INVITE, else it goes to the next destination. */
  hearBy: Millis | undefined
  /** Credentials that the INVITE was taken with: its ACK has the same (22.1). */
  credentials: string
  /** What that INVITE said, as long as it may have to be said once more (RFC 4028 7.3). */
  invitation: Invitation | undefined
  /** INVITE came or went without an offer. */
  delayed: boolean
  negotiation: Negotiation | undefined
  /** Asked of us while a re-offer was not possible; sent as soon as it is. */
  wanted: { sdp: Sdp | undefined } | undefined
  origin: OriginState
  /** Their latest description as text ('' before any); ours is `origin.lastText`. Parsed again in the rare case that it is needed. */
  remoteSdp: string
  /** Sequence number of our latest INVITE that was answered 2xx: its ACK has the same. */
  inviteSeq: number
  /** Our re-INVITE on its way is a session refresh: the call is not told of its answer. */
  refreshing: boolean
  /** The call no longer waits for what our offer on its way comes to: it has made another one (`wanted`). */
  stale: boolean
  security: SecurityLevel
  /** The far end said that it can: methods of Allow, options of Supported. */
  can: { update: boolean; reliable: boolean; timer: boolean; status: boolean }
  /** 100rel was in the Require of their INVITE: every provisional response must be reliable. */
  mustBeReliable: boolean
  /** ACK for the latest 2xx, to be sent again when that comes again. */
  ack: { readonly text: string; readonly to: Flow | Hop } | undefined
  /** 2xx to their INVITE, sent again until the ACK. */
  answer: { served: Served; text: string; every: Millis; at: Millis; until: Millis } | undefined
  reliable: Reliable | undefined
  /** Seconds of the Session-Expires in our INVITE. */
  askedSeconds: number
  session: { seconds: number; weRefresh: boolean; at: Millis } | undefined
  /** 491: when to try the offer again. */
  retry: { sdp: Sdp | undefined; at: Millis } | undefined
  /** REFER taken: NOTIFYs go out until the final one. */
  referral: { id: number; until: Millis; quiet: boolean } | undefined
  /** It is no call but a REFER outside of any: where who answers is to go; begun once they answered. */
  refers: { readonly to: string; begun: boolean } | undefined
  /** Passed requests (INFO, MESSAGE) that wait for the other side's answer. */
  passing: { id: number; served: Served }[]
  /** Counts as a call of its line: from dialling or answering until the call lets it go. */
  busies: boolean
  /** For whom a leg to a trunk counts, until it is let go; whether its minutes run. */
  charged: readonly Counted[] | undefined
  talks: boolean
  /** Ended for the call, with this; what is left is between us and the far end. */
  over: Cause | undefined
  /** Moment after which a leg that is over is forgotten whatever is missing. */
  forgetAt: Millis | undefined
}

/** Who has requests to send in a dialog: a leg, or the notifier of a subscription. */
export interface Reaching { readonly to: Flow | Hop; route: Route | undefined; readonly secure: boolean }

export interface Route {
  /** As it stands in the route set. */
  readonly first: string
  /** The one in use comes first; none: nothing was found. */
  hops: readonly (Flow | Hop)[]
  /** What is to be sent as soon as the name is looked up; undefined once it is. */
  waiting: Postponed[] | undefined
}

/** A request (or ACK) of a dialog that is on its way, or waits for the address of its first route. */
export interface Postponed { readonly method: string; readonly what: About['what']; readonly saying: Saying; readonly dialog: Dialog; readonly cseq: number }

/** What a client transaction of a leg is about; comes back with its responses. */
export interface About {
  readonly leg: SipLeg
  readonly what: 'invite' | 'reinvite' | 'update' | 'refresh' | 'prack' | 'bye' | 'notify' | 'pass' | 'ack'
  readonly id: number
  readonly dialog: Dialog
  /** It can be said again: to the next of the route's hops, or with credentials. */
  readonly again?: Postponed | undefined
  /** Challenges of this request that were answered. */
  readonly asked?: ClientState | undefined
  /** Where it went: a trunk's INVITE may have gone to several, one after another. */
  readonly at: Flow | Hop
  /** The transaction itself: an earlier one may still be heard of. */
  tx: ClientTx | undefined
}

export interface Saying { readonly headers?: string; readonly sdp?: Sdp | undefined; readonly contentType?: string; readonly body?: string; readonly id?: number; readonly maxForwards?: number; /** Whole lines. */ readonly credentials?: string }

export interface EarlyDialog {
  readonly branch: string
  readonly dialog: Dialog
  /** Highest RSeq taken from them. */
  rseq: number
  /** The first offer was answered in this dialog, and reliably: it may be changed by UPDATE (RFC 3311 5.1). */
  settled: boolean
  /** Our PRACK is on its way: an UPDATE that overtook it would make it too old (12.2.2). */
  pracking: boolean
  /** Their latest description in this dialog, '' before any. */
  remoteSdp: string
  /** Of a branch towards the caller: each early dialog is a session of its own, with its own o= line. */
  readonly origin: OriginState
}

/** One offer on its way. `in` says which message carries it, so that the answer travels rightly. */
export type Negotiation =
  | { is: 'sent'; in: 'invite' | 'reinvite' | 'update' | 'success' | 'reliable'; sdp: Sdp; /** In this early dialog alone. */ early?: EarlyDialog }
  | { is: 'received'; in: 'invite' | 'reinvite' | 'update' | 'success' | 'reliable'; sdp: Sdp; served: Served | undefined; early?: EarlyDialog }
  /** They sent an INVITE without offer: the call owes them one. */
  | { is: 'asked'; served: Served }
  /** We sent a re-INVITE without offer. */
  | { is: 'asking' }

/** RFC 3262 3: one reliable provisional response at a time waits for its PRACK; others queue. */
export interface Reliable {
  rseq: number
  text: string | undefined
  offers: boolean
  /** The early dialog that it brings a description to. */
  speaks: EarlyDialog | undefined
  every: Millis
  at: Millis
  until: Millis
  queue: { status: number; branch: string; sdp: Sdp | undefined }[]
  /** Final answer that waits for the PRACK of a response with a session (RFC 3262 3). */
  final: Extract<LegCommand, { do: 'accept' }> | undefined
}

/** What a leg needs of the house around it, one object for all legs. */
export interface LegHouse {
  readonly now: Millis
  readonly endpoint: Endpoint
  /** Domain of our URIs. */
  readonly domain: string
  readonly tell: (leg: SipLeg, event: LegEvent) => void
  /** The leg has a new local tag: in-dialog requests find it by that. */
  readonly known: (leg: SipLeg, localTag: string) => void
  readonly forgotten: (leg: SipLeg) => void
  /** `found` may be called before this returns: hops in order, [] where there is none. */
  readonly locate: (leg: Reaching, target: Target, found: (hops: readonly Hop[], problem?: Problem) => void) => void
  /** Of the hops that the host of a route or contact leads to: those that a phone at `source` may send us to (A24). */
  readonly through: (host: string, source: string, hops: readonly Hop[]) => readonly Hop[]
  /** A route of this dialog leads to where the phone may not send us: it is not followed. */
  readonly strayed: (leg: Reaching) => void
  readonly isOpen: (flow: Flow) => boolean
  /** Where a trunk is reached whose own connection is gone; undefined for phones. */
  readonly trunkWay: (leg: Reaching) => Hop | undefined
  /** What a challenge of this leg's peer is answered with: whole header lines; undefined where it is not answered. */
  readonly answerTo: (leg: SipLeg, challenge: SipMessage, asked: ClientState, request: { method: string; uri: string; body: string }) => string | undefined
  /** The same for a request that nobody has challenged yet, '' where nothing is known. */
  readonly ahead: (leg: SipLeg, request: { method: string; uri: string; body: string }) => string
  /** RFC 3263 4.3: a hop that did not work is tried last for a while. */
  readonly hopWorks: (hop: Flow | Hop, works: boolean) => void
}

/** The earliest of all that the leg waits for. */
export function wakeOf(leg: SipLeg): Millis | undefined {
  let at = leg.answer?.at
  const soonest = (other: Millis | undefined) => { if (other !== undefined && (at === undefined || other < at)) at = other }
  soonest(leg.reliable?.text === undefined ? undefined : leg.reliable.at)
  soonest(leg.session?.at)
  soonest(leg.retry?.at)
  soonest(leg.referral?.until)
  soonest(leg.forgetAt)
  soonest(leg.hearBy)
  return at
}
