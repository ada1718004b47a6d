/**
 * What every phone, trunk and mailbox looks like to a call: a few commands down, a few events up.
 *
 * Offer and answer are told apart by the leg: a call says `offer` to make one (or to ask for one), `answer` to answer the one that is
 * waiting, wherever that must travel (INVITE, 200, ACK, PRACK, UPDATE).
 */
import type { Problem } from '../kit/result.ts'
import type { Sdp } from '../wire/sdp/index.ts'

/** Why a leg or a call ended or was refused, in one vocabulary: a SIP status and words. */
export interface Cause {
  readonly status: number
  readonly text: string
  /** Who ended it: the far end of this leg, our side, a rule, the network, a timer. */
  readonly by: 'far' | 'near' | 'policy' | 'network' | 'timer'
  readonly problem?: Problem | undefined
  /** Of a Reason header with an ISDN cause (RFC 6432): it says more than the status. */
  readonly q850?: number | undefined
}

export type Protection = 'none' | 'sdes' | 'dtls'

/** Least first: the status of a call is the least of its legs (sip-trunk 1.7). */
export const securityLevels = ['notAuthenticated', 'authenticated', 'encrypted'] as const
export type SecurityLevel = (typeof securityLevels)[number]

export interface Party {
  /** Number as others may dial it. */
  readonly number: string
  readonly name: string
  /** RFC 3323: the caller asked not to be named to the called side. */
  readonly anonymous?: boolean | undefined
  /** Not for us to assert (RFC 3325 5): shown as it was said, in From alone. */
  readonly claimed?: boolean | undefined
}

/** What an outgoing leg is told when it is to ring somebody. */
export interface Invitation {
  readonly from: Party
  readonly to: Party
  readonly offer: Sdp | undefined
  /** Diversion values (RFC 5806), latest first. */
  readonly diversions: readonly string[]
  readonly maxForwards: number
  readonly maxBreadth: number
  /** The other side can take reliable provisional responses with a session in them. */
  readonly reliable: boolean
}

export type LegCommand =
  | { do: 'invite'; invitation: Invitation }
  /** Provisional response to an incoming leg: 180, 181, 182, 183, from the branch that rings (each branch is an early dialog of its own). */
  | { do: 'progress'; status: number; branch: string; sdp: Sdp | undefined }
  /** Final yes to an incoming leg. */
  | { do: 'accept'; branch: string; sdp: Sdp; status: StatusNote }
  /** Re-negotiate: make this offer, or ask the far end for one. */
  | { do: 'offer'; sdp: Sdp | undefined }
  /** Offer in one early dialog (RFC 3311): now, or `declined` comes at once. */
  | { do: 'offerEarly'; early: string; sdp: Sdp }
  /** Answer the offer that the far end has made. */
  | { do: 'answer'; sdp: Sdp }
  /** Refuse the offer that the far end has made, or its wish for one. */
  | { do: 'decline'; cause: Cause }
  /** The end, in whatever form the state asks for: refuse, cancel or hang up. */
  | { do: 'end'; cause: Cause }
  /** Pass on a request that carries no session: INFO (DTMF among others) or MESSAGE. */
  | { do: 'pass'; method: 'INFO' | 'MESSAGE'; headers: string; contentType: string; body: string; id: number }
  /** The far end's answer to a passed request. */
  | { do: 'passed'; status: number; id: number }
  /** How far a transfer that this leg asked for has come. */
  | { do: 'transferring'; status: number; final: boolean }
  /** Who is now at the other side, and how safe the call is (told only where the phone understands it). */
  | { do: 'note'; note: StatusNote }

export interface StatusNote { readonly security: SecurityLevel; readonly party: Party | undefined }

export type LegEvent =
  /** `fork`: which of those who ring behind this leg, '' if it did not say (RFC 3261 12.1). */
  | { is: 'progress'; status: number; fork: string; sdp: Sdp | undefined }
  /** The far end took the call. `offers` is set if it had none and its description is an offer that wants `answer`. */
  | { is: 'accepted'; sdp: Sdp; offers: boolean }
  | { is: 'refused'; cause: Cause; contact: string | undefined }
  | { is: 'offered'; sdp: Sdp }
  /** The far end offers in an early dialog: `early` as in the branch of `progress`, or its `fork`. */
  | { is: 'offeredEarly'; early: string; sdp: Sdp }
  /** The far end wants an offer from us: answer with `offer`. */
  | { is: 'asked' }
  | { is: 'answered'; sdp: Sdp }
  | { is: 'declined'; cause: Cause }
  | { is: 'ended'; cause: Cause }
  /** `headers`: whole lines that say what the body is for (RFC 6086 8). */
  | { is: 'passing'; method: 'INFO' | 'MESSAGE'; headers: string; contentType: string; body: string; id: number }
  | { is: 'passed'; status: number; id: number }
  /** The far end wants its other side connected elsewhere (RFC 3515); `replaces` names one of our dialogs (RFC 3891). */
  | { is: 'transfer'; to: string; replaces: string | undefined }
