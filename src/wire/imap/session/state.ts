/**
 * A session as plain data: what it takes, what it gives, what it asks of the mailboxes.
 *
 * Standards  RFC 3501 3, RFC 9051 3
 * Security   what can grow: `framing` (limits.ts), the view (ranges of UIDs), news not yet told (at most the mailbox)
 */
import type { Millis } from '../../../kit/machine.ts'
import type { Problem } from '../../../kit/result.ts'
import type { Secret } from '../../../kit/secret.ts'
import type { Command, FetchItem, SearchKey, Section, StatusItem, Use } from '../command.ts'
import { type Framing, newFraming } from '../frame.ts'
import { loginTime } from '../limits.ts'
import type { Ranges } from '../ranges.ts'
import type { View } from '../view.ts'

/** `exists` false: subscribed, but there is no such mailbox (RFC 5258 3). */
export interface Folder { readonly name: string; readonly exists: boolean; readonly selectable: boolean; readonly subscribed: boolean; readonly use?: Use | undefined }

/** What FETCH can say of a message without its octets. The texts are printed already (wire/mime makes them once, when the message arrives). */
export interface Row {
  readonly uid: number
  readonly flags: readonly string[]
  readonly modSeq: number
  readonly received: Millis
  readonly size: number
  readonly envelope?: string | undefined
  readonly body?: string | undefined
  readonly bodyStructure?: string | undefined
  /** This very reading made it \Seen. */
  readonly seenNow?: boolean | undefined
}
export interface Wants { readonly envelope: boolean; readonly body: boolean; readonly bodyStructure: boolean }

export interface Box {
  readonly uids: Ranges
  readonly uidValidity: number
  readonly uidNext: number
  readonly highestModSeq: number
  readonly flags: readonly string[]
  /** Flags that are kept; `\*`: the client may make keywords. */
  readonly permanentFlags: readonly string[]
  readonly firstUnseen?: number | undefined
  /** RFC 3501 2.3.2 \Recent: nobody was told of them before. */
  readonly recent: Ranges
  readonly readOnly: boolean
}

/** What a session asks of the outside; every question has one answer with its id. Mailboxes are named in Unicode, messages by UID. */
export type Ask =
  | { readonly is: 'login'; readonly user: string; readonly password: Secret; readonly as: string }
  | { readonly is: 'folders' }
  | { readonly is: 'status'; readonly mailbox: string; readonly items: readonly StatusItem[] }
  | { readonly is: 'select'; readonly mailbox: string; readonly readOnly: boolean }
  | { readonly is: 'create'; readonly mailbox: string; readonly use: Use | undefined }
  | { readonly is: 'delete' | 'subscribe' | 'unsubscribe'; readonly mailbox: string }
  | { readonly is: 'rename'; readonly mailbox: string; readonly to: string }
  /** Those of `uids` that are there (and changed since). `seen`: make them \Seen first. */
  | { readonly is: 'rows'; readonly uids: Ranges; readonly wants: Wants; readonly seen: boolean; readonly changedSince: number | undefined }
  | { readonly is: 'octets'; readonly uid: number; readonly section: Section; readonly decoded: boolean; readonly offset: number; readonly length: number }
  | { readonly is: 'store'; readonly uids: Ranges; readonly how: 'set' | 'add' | 'remove'; readonly flags: readonly string[]; readonly unchangedSince: number | undefined }
  | { readonly is: 'copy' | 'move'; readonly uids: Ranges; readonly mailbox: string }
  /** All that are \Deleted, or those of them among `uids`. */
  | { readonly is: 'expunge'; readonly uids: Ranges | undefined }
  | { readonly is: 'search'; readonly key: SearchKey }
  /** Which of `uids` were expunged after that mod-sequence (or, if that is forgotten, at any time). */
  | { readonly is: 'vanished'; readonly uids: Ranges; readonly since: number }
  | { readonly is: 'append'; readonly mailbox: string; readonly flags: readonly string[]; readonly date: Millis | undefined; readonly size: number }
  | { readonly is: 'appendOctets'; readonly data: string }
  | { readonly is: 'appendEnd' }

export type Answer =
  /** A response code of RFC 3501 7.1 or RFC 5530, and words for the user. */
  | { readonly is: 'refused'; readonly code?: string | undefined; readonly text: string }
  | { readonly is: 'done' }
  | { readonly is: 'folders'; readonly folders: readonly Folder[] }
  | { readonly is: 'status'; readonly status: Readonly<{ [item in StatusItem]?: number }> }
  | { readonly is: 'selected'; readonly box: Box }
  | { readonly is: 'rows'; readonly rows: readonly Row[] }
  /** `total`: octets of the whole section; undefined: there is no such section. */
  | { readonly is: 'octets'; readonly data: string; readonly total: number | undefined }
  /** `modified`: left alone, because they changed since. */
  | { readonly is: 'stored'; readonly rows: readonly Row[]; readonly modified: Ranges }
  /** `to[n]` is the copy of `from[n]`. */
  | { readonly is: 'copied'; readonly uidValidity: number; readonly from: Ranges; readonly to: Ranges }
  | { readonly is: 'expunged'; readonly uids: Ranges; readonly highestModSeq: number }
  /** `modSeq`: the highest of what was found. */
  | { readonly is: 'found'; readonly uids: Ranges; readonly modSeq: number }
  | { readonly is: 'vanished'; readonly uids: Ranges }
  | { readonly is: 'appended'; readonly uidValidity: number; readonly uid: number }

/** What others did to the selected mailbox; what a session did itself is in its answers, and not told again. */
export interface News { readonly added: Ranges; /** Those of them that nobody else was told of. */ readonly recent?: Ranges | undefined; readonly expunged: Ranges; readonly changed: readonly Row[] }

export type Input =
  | { readonly is: 'opened' }
  | { readonly is: 'bytes'; readonly octets: string }
  /** The handshake after `startTls` is done. */
  | { readonly is: 'secured' }
  /** So many octets of what was sent are with the network. */
  | { readonly is: 'written'; readonly octets: number }
  | { readonly is: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly is: 'news'; readonly news: News }
  /** We are stopping, or the user is shut out. */
  | { readonly is: 'end'; readonly text: string }
  | { readonly is: 'closed' }

export type Output =
  | { do: 'send'; data: string }
  /** Nothing of what still comes in the clear may be given to the session. */
  | { do: 'startTls' }
  | { do: 'ask'; id: number; ask: Ask }
  /** No news of the selected mailbox any more. */
  | { do: 'leave' }
  /** The message that was being appended will not come. */
  | { do: 'abandon' }
  /** Stop reading from the network, and go on. */
  | { do: 'pause' } | { do: 'resume' }
  /** A stranger misbehaved: for the log and the guard. */
  | { do: 'suspect'; why: Problem }
  | { do: 'close'; why: Problem }

export interface Options {
  /** TLS from the first octet (993). */
  readonly secure: boolean
  /** STARTTLS can be done here. */
  readonly startTls: boolean
  /** The administrator allows passwords in the clear. */
  readonly clearLogin: boolean
}

/** Work on one FETCH, or the resynchronising part of a SELECT. */
export interface FetchJob {
  is: 'fetch'
  readonly items: readonly FetchItem[]
  readonly changedSince: number | undefined
  readonly seen: boolean
  /** UIDs not yet asked for. */
  left: Ranges
  rows: readonly Row[]
  /** Which row, and which of its items that need octets, is at work. */
  row: number
  item: number
  /** Of the literal being sent: octets announced and octets sent; undefined between literals. */
  size: number | undefined
  sent: number
  /** The row's line was begun. */
  open: boolean
  /** Messages that are gone, sections that could not be read. */
  gone: number
  failed: boolean
}

export type Job =
  | FetchJob
  | { is: 'store'; left: Ranges; asked: number; modified: Ranges; gone: number }
  | { is: 'list'; names: string[]; at: number }
  /** `open`: the mailbox takes it; `ended`: its line has ended. */
  | { is: 'append'; waits: boolean; open: boolean; ended: boolean }
  /** A line is awaited: the answer of SASL, DONE. */
  | { is: 'line' } | { is: 'idle' }
  /** A login has failed: it is said at `until`. */
  | { is: 'late'; until: Millis }

export interface Doing { readonly tag: string; readonly command: Command; asked: number; job?: Job | undefined }

export interface Selected {
  readonly mailbox: string
  readonly readOnly: boolean
  readonly uidValidity: number
  readonly view: View
  /** Not yet told. */
  added: Ranges
  expunged: Ranges
  changed: Map<number, Row>
  recent: Ranges
  /** RFC 5182: `$`. */
  saved: Ranges
}

export interface Session {
  is: 'before' | 'after' | 'selected' | 'over'
  readonly options: Options
  secure: boolean
  /** Between OK to STARTTLS and the end of the handshake. */
  upgrading: boolean
  framing: Framing
  doing: Doing | undefined
  selected: Selected | undefined
  /** The client enabled rev2, CONDSTORE, QRESYNC. */
  rev2: boolean
  condstore: boolean
  qresync: boolean
  lastId: number
  wrong: number
  failedLogins: number
  unsent: number
  paused: boolean
  heardAt: Millis
  readonly openedAt: Millis
  wakeAt?: Millis | undefined
}

export function newSession(now: Millis, options: Options): Session {
  return {
    is: 'before', options, secure: options.secure, upgrading: false, framing: newFraming(), doing: undefined, selected: undefined, rev2: false, condstore: false, qresync: false,
    lastId: 0, wrong: 0, failedLogins: 0, unsent: 0, paused: false, heardAt: now, openedAt: now, wakeAt: now + loginTime,
  }
}
