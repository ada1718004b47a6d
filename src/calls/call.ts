/**
 * A call: who is in it, who is ringing, which offer is on its way. Plain data; the files beside this one move it.
 *
 * Standards  RFC 3725 (third-party call control), RFC 5853 where a back-to-back user agent differs
 */
import type { Millis, Random } from '../kit/machine.ts'
import type { Meaning } from '../directory/picture.ts'
import type { Snapshot } from '../directory/snapshot.ts'
import type { Result } from '../kit/result.ts'
import type { Sleeper } from '../kit/wheel.ts'
import type { Offer, Outcome } from '../policy/dialling/routes.ts'
import type { Level } from '../policy/security.ts'
import type { Counted } from '../policy/toll/service.ts'
import type { Sdp } from '../wire/sdp/index.ts'
import type { Cause, LegCommand, Party } from './leg.ts'
import type { SipLeg } from './legs/sip/index.ts'
import type { CallRecord } from './records.ts'

/** The only leg there is so far; with the second kind this becomes a union. */
export type Leg = SipLeg

export interface Call extends Sleeper {
  readonly id: string
  state: 'ringing' | 'connected' | 'parked' | 'ended'
  /** The two who talk, or the one who waits. */
  a: Leg | undefined
  b: Leg | undefined
  ringing: Ringing | undefined
  pending: Pending | undefined
  parked: { slot: string; by: Party; until: Millis } | undefined
  /** Session description that the media of the call last came to, per leg: the call is on hold as the far end said. */
  held: boolean
  readonly maxForwards: number
  readonly maxBreadth: number
  readonly anonymous: boolean
  /** A sips address was called: every leg signals over TLS (RFC 5630). */
  readonly sips: boolean
  security: Level
  /** When the minutes of who pays for it are used up. */
  minutesUntil: Millis | undefined
  record: CallRecord
}

/** One wave of phones that ring together. */
export interface Stage { readonly lines: readonly string[]; readonly seconds: number }

export interface Ringing {
  /** The leg that waits: the caller, or after a transfer the one who was transferred. */
  readonly waiting: Leg
  /** Its offer, where it has made one that is not answered. */
  readonly offer: Sdp | undefined
  attempts: Leg[]
  stages: Stage[]
  until: Millis | undefined
  /** Nobody is rung any more after this, whatever the stages say (hunt group: maxSeconds; else the longest a call may ring). */
  last: Millis
  /** Numbers rung so far in this attempt to reach somebody: the loop guard. */
  visited: string[]
  diversions: string[]
  /** RFC 5627: this phone of this line alone, whatever the line is forwarded to. */
  readonly instance: { readonly line: string; readonly gr: string } | undefined
  on: { busy: string | undefined; noAnswer: string | undefined; notRegistered: string | undefined }
  best: Cause | undefined
  ringingTold: boolean
  /** Who asked for this by a transfer, and is told how it goes. */
  transferor: Leg | undefined
  /** What offer and answer came to since, by branch, where an early dialog was changed (RFC 3311). */
  agreed?: Map<string, { readonly offer: Sdp; readonly answer: Sdp }>
  /** A phone took the call while its early dialog was being changed. */
  taken?: { readonly leg: Leg; readonly sdp: Sdp }
  /** Who dials: the rights that count for the next number. */
  by: By
  /** Trunks that are still to be tried, where the number is outside. */
  route: Route | undefined
  /** A telephone was heard ringing on this attempt: no other trunk is tried (one number, one charge). */
  rang: boolean
  /** Attempts hold the offer of a leg that is no longer waiting: the media must be agreed anew (semi-attended transfer). */
  anew: boolean
}

/** The one offer on its way between two legs: asked for, then made, then answered. */
export interface Pending {
  /** Who gets the answer. In phase 'asking' the one who gets the offer. */
  from: Leg
  to: Leg
  phase: 'asking' | 'offering'
  offer: Sdp | undefined
  /** We began it (transfer, pickup): if it fails the call cannot go on. */
  readonly ours: boolean
  /** Made before the call was answered: the branch that it belongs to. */
  readonly early?: string | undefined
}

/** What a dialled number comes to. */
export type Decision =
  | { readonly is: 'own'; readonly meaning: Meaning }
  | { readonly is: 'outside'; readonly route: Route }
  | { readonly is: 'refused'; readonly cause: Cause }

/** In whose name a number is dialled: of a line (by one of its phones, as a transfer, as a forward), or of a trunk. */
export type By =
  | { readonly is: 'line'; readonly line: string; readonly phone?: string | undefined; readonly transfer?: boolean | undefined; readonly forwarding?: boolean | undefined }
  | { readonly is: 'trunk'; readonly trunk: string; readonly use: 'inbound' | 'rerouting' | 'refer'; readonly transfer?: boolean | undefined }

/** Trunks one after another, fed with what became of each. */
export interface Route {
  readonly next: (outcome: Outcome | undefined) => Offer | undefined
  /** Past every limit. */
  readonly emergency: boolean
  /** For whom a call over this trunk counts. */
  readonly counted: (trunk: string) => readonly Counted[]
  /** Who has been counted for this call already. */
  readonly taken: Set<string>
}

/** What calls need of the house around them. */
export interface CallHouse {
  readonly now: Millis
  readonly random: Random
  readonly snapshot: Snapshot
  readonly command: (leg: Leg, what: LegCommand) => void
  /** New legs, one for each registered contact of a line; empty if there is none. */
  readonly legsTo: (call: Call, line: string, from: Party) => Leg[]
  /** What a number means to who dials it: the dial plan, the restriction tables, the limits. */
  readonly decide: (call: Call, by: By, number: string) => Decision
  /** May who transfers bring these together, when the targets are those of a second call? */
  readonly mayConnect: (by: Leg, stays: Leg, found: Call, targets: readonly Leg[]) => boolean
  /** A leg to a trunk, or why there is none just now. */
  readonly legToTrunk: (call: Call, offer: Offer, from: Party, route: Route) => Leg | Cause
  /** The leg counts as a call of its line, until it is let go. */
  readonly occupy: (leg: Leg) => void
  readonly vacate: (leg: Leg) => void
  /** Calls that a line takes part in, ringing ones not counted. */
  readonly busyCalls: (line: string) => number
  /** When the line last ended a call; 0 if never: for the hunt that looks for who was idle longest. */
  readonly idleSince: (line: string) => Millis
  /** Where the next circular hunt of a group begins; kept by the house. */
  readonly turns: Map<string, number>
  readonly arm: (call: Call) => void
  readonly callOf: (leg: Leg) => Call | undefined
  readonly move: (leg: Leg, to: Call) => void
  readonly calls: ReadonlyMap<string, Call>
  /** The leg whose dialog a Replaces header names. */
  readonly replaced: (value: string) => Leg | undefined
  readonly ended: (call: Call) => void
  /** A call went up in another one: forgotten, its record says so. */
  readonly merged: (call: Call, into: Call) => void
  readonly ringingCalls: () => Iterable<Call>
  readonly parkedCalls: () => Iterable<Call>
  /** The number that a URI of ours stands for; undefined if it is not ours. */
  readonly numberIn: (uri: string) => string | undefined
  /** The one phone that a GRUU of ours stands for. */
  readonly instanceIn: (uri: string) => { readonly line: string; readonly gr: string } | undefined
  /** An answer to this offer in which no media flow. */
  readonly silence: (offer: Sdp) => Result<Sdp>
}

export function other(call: Call, leg: Leg): Leg | undefined {
  return call.a === leg ? call.b : call.b === leg ? call.a : undefined
}

/** Who talks with whom now: the record keeps who called and what was dialled, a transfer or a pickup changes this. */
export function partiesOf({ a, b, record }: Call): { from: string; to: string } {
  return { from: a?.peer.line ?? record.from, to: b?.peer.line ?? record.to }
}

/** Has this leg's own INVITE not been answered yet? */
export function unanswered(leg: Leg): boolean { return leg.served !== undefined }

/** What one early session is known by towards the caller: a phone, and the fork behind it. */
export function branchOf(leg: Leg, fork: string = leg.dialog.remoteTag): string { return `${leg.id} ${fork}` }

/** The line of ours at this leg; a number behind a trunk is none, whatever its digits: rights of lines are not for it. */
export function ownLine({ peer }: Leg): string | undefined { return peer.trunk ? undefined : peer.line }

export function partyOf(leg: Leg): Party { return { number: leg.peer.line, name: leg.peer.displayName, ...leg.peer.claimed ? { claimed: true } : {} } }

export function wakeOf(call: Call): Millis | undefined {
  const { ringing } = call
  if (!ringing) return call.parked?.until ?? call.minutesUntil
  return ringing.until === undefined ? ringing.last : Math.min(ringing.until, ringing.last)
}
