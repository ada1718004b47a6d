/** What a virtual phone and its calls consist of. It stands on wire/ alone, never on calls/legs: it is there to judge them. */
import type { Hop } from '../../../kit/flow.ts'
import type { Millis, Random } from '../../../kit/machine.ts'
import type { Sdp } from '../../../wire/sdp/index.ts'
import type { ClientMemory, ClientState, Credential } from '../../../wire/sip/digest/index.ts'
import type { ClientTx, Dialog, Endpoint, Served, SipMessage } from '../../../wire/sip/index.ts'

/** What the phone can and wants of SRTP: never, with keys beside a plain offer, or not without. */
export type Protection = 'none' | 'optional' | 'required'

export interface PhoneSettings {
  readonly name: string
  /** Number that it registers and calls as. */
  readonly line: string
  readonly domain: string
  readonly address: string
  readonly port: number
  /** Where the system is. */
  readonly to: Hop
  readonly credentials: readonly Credential[]
  readonly security: Protection
  /** The directory says that it takes no call without SRTP. */
  readonly insists: boolean
  /** Rings by itself when it is called. */
  readonly rings: boolean
  /** 100rel: not at all, where asked, or in every provisional response and INVITE. */
  readonly reliable: 'no' | 'supported' | 'required'
  /** Allows UPDATE, and refreshes sessions with it. */
  readonly update: boolean
  /** Messages may be lost: an ACK that never comes is then no breach of the rules. */
  readonly lossy: boolean
  /** Seconds of Session-Expires that its INVITEs ask for; 0: none. */
  readonly sessionSeconds: number
}

/** What both ends said last, and who began. */
export interface Session { readonly ours: Sdp; readonly theirs: Sdp; readonly weOffered: boolean }

export interface Ending { readonly status: number; readonly by: 'us' | 'them' | 'network'; readonly reason: string }

/** An early dialog, and what was agreed in it: its 2xx need not say it again. */
export interface Early { readonly dialog: Dialog; rseq: number; session?: Session | undefined }

/** One call of the phone. */
export interface Talk {
  readonly id: number
  readonly side: 'caller' | 'called'
  readonly number: string
  state: 'calling' | 'ringing' | 'answered' | 'up' | 'ended'
  dialog: Dialog
  /** Early dialogs: by their tag at the calling phone, by our tag at the called one that forks. */
  readonly early: Map<string, Early>
  /** The INVITE that we have not answered. */
  invite: Served | undefined
  client: ClientTx | undefined
  inviteSeq: number
  ack: { seq: number; text: string } | undefined
  /** Our offer without an answer. */
  offered: Sdp | undefined
  /** Theirs, and the INVITE that waits for ours where it came without one. */
  owes: 'nothing' | 'answerInAck'
  session: Session | undefined
  /** Latest description that we sent: our o= version counts its changes. */
  said: { version: number; body: string }
  /** Their latest by To or From tag, for the rule of the o= version. */
  readonly heard: Map<string, { id: string; version: string; text: string }>
  /** Media direction that this end wants. */
  wants: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'
  security: Protection
  readonly rtpPort: number
  success: { seq: number; again: Millis; text: string } | undefined
  reliable: { rseq: number; served: Served; pracked: boolean; session: boolean } | undefined
  onPracked: (() => void) | undefined
  session4028: { seconds: number; ours: boolean; until: Millis } | undefined
  /** Statuses heard, in order; a 200 once. */
  readonly statuses: number[]
  /** NOTIFY bodies of a transfer. */
  readonly notified: string[]
  readonly infos: string[]
  /** Call-Info security of the latest message that had one. */
  shown: string
  /** Warning of the refusal, Reason of CANCEL or BYE. */
  reason: string
  diversions: string[]
  wasUp: boolean
  ended: Ending | undefined
}

export interface Phone {
  readonly settings: PhoneSettings
  readonly endpoint: Endpoint
  readonly random: Random
  readonly memory: ClientMemory
  now: Millis
  readonly talks: Talk[]
  readonly timers: { at: Millis; run: () => void }[]
  /** Rules that somebody broke towards this phone. */
  readonly violations: string[]
  readonly messages: string[]
  registration: { dialog: Dialog; wanted: boolean; registered: boolean; statuses: number[] }
  nextRtp: number
  /** Called for each new incoming call. */
  onRing: ((talk: Talk) => void) | undefined
}

/** A request of ours on its way. */
export interface Asking {
  readonly method: string
  readonly uri: string
  readonly headers: string
  readonly maxForwards: number
  readonly contentType?: string | undefined
  readonly body?: string | undefined
  readonly dialog: Dialog
  readonly state: ClientState
  readonly started?: ((tx: ClientTx) => void) | undefined
  readonly heard: (response: SipMessage) => void
  readonly silent: () => void
}

export function later(phone: Phone, after: Millis, run: () => void): void { phone.timers.push({ at: phone.now + after, run }) }

export function violation(phone: Phone, what: string): void {
  if (phone.violations.length < 100) phone.violations.push(`${phone.settings.name}: ${what} @${phone.now - 1_800_000_000_000}`)
}

export function endTalk(phone: Phone, talk: Talk, status: number, by: Ending['by'], reason = ''): void {
  if (talk.ended) return
  talk.ended = { status, by, reason }
  talk.state = 'ended'
  talk.client = talk.invite = talk.offered = talk.success = talk.session4028 = undefined
  if (reason !== '') talk.reason = reason
  if (phone.talks.length > 50) phone.talks.splice(0, phone.talks.length - 50)
}
