/**
 * What a client can ask, as plain data.
 *
 * Standards  RFC 3501 6, RFC 9051 6, RFC 2971, 4315, 5161, 5258, 5819, 6851, 7162
 */
import type { Millis } from '../../kit/machine.ts'
import type { Secret } from '../../kit/secret.ts'
import type { Ranges, SequenceSet } from './ranges.ts'

export interface Section {
  /** Part numbers; empty for the whole message. */
  readonly path: readonly number[]
  readonly text: '' | 'HEADER' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT' | 'TEXT' | 'MIME'
  readonly fields: readonly string[]
}

export interface Partial { readonly offset: number; readonly length: number }

export type FetchItem =
  | { readonly is: 'flags' | 'uid' | 'modseq' | 'internalDate' | 'size' | 'envelope' | 'body' | 'bodyStructure' }
  /** `name` is what the answer is called: `BODY[1.MIME]<0>`, `RFC822.TEXT`, `BINARY[2]`. */
  | { readonly is: 'section'; readonly name: string; readonly section: Section; readonly partial?: Partial | undefined; readonly peek: boolean; readonly decoded: boolean }
  | { readonly is: 'decodedSize'; readonly name: string; readonly section: Section }

export type SearchKey =
  | { readonly is: 'all' }
  | { readonly is: 'flag'; readonly flag: string; readonly has: boolean }
  | { readonly is: 'text' | 'body'; readonly text: string }
  | { readonly is: 'header'; readonly name: string; readonly text: string }
  | { readonly is: 'received' | 'sent'; readonly how: 'before' | 'on' | 'since'; readonly day: number }
  | { readonly is: 'size'; readonly how: 'larger' | 'smaller'; readonly octets: number }
  | { readonly is: 'modSeq'; readonly least: number }
  | { readonly is: 'messages'; readonly uid: boolean; readonly set: SequenceSet }
  | { readonly is: 'recent' }
  /** Made by the session of the two above: the mailbox knows neither sequence numbers nor what is recent. */
  | { readonly is: 'uids'; readonly uids: Ranges }
  | { readonly is: 'not'; readonly key: SearchKey }
  | { readonly is: 'or' | 'and'; readonly keys: readonly SearchKey[] }

export type SearchReturn = 'MIN' | 'MAX' | 'ALL' | 'COUNT' | 'SAVE'
export type StatusItem = 'MESSAGES' | 'RECENT' | 'UIDNEXT' | 'UIDVALIDITY' | 'UNSEEN' | 'DELETED' | 'SIZE' | 'HIGHESTMODSEQ'
export type Use = '\\All' | '\\Archive' | '\\Drafts' | '\\Flagged' | '\\Junk' | '\\Sent' | '\\Trash'

/** RFC 7162 3.2.5: what the client still knows of the mailbox. */
export interface Resync { readonly uidValidity: number; readonly modSeq: number; readonly known?: SequenceSet | undefined }

export interface Listing {
  readonly reference: string
  readonly patterns: readonly string[]
  readonly only: { readonly subscribed: boolean; readonly special: boolean; readonly recursive: boolean }
  readonly give: { readonly subscribed: boolean; readonly special: boolean; readonly status: readonly StatusItem[] }
  /** LSUB: the answers bear its name. */
  readonly old: boolean
}

export type Command =
  | { readonly is: 'capability' | 'noop' | 'logout' | 'starttls' | 'namespace' | 'idle' | 'check' | 'close' | 'unselect' }
  | { readonly is: 'id'; readonly fields: readonly (readonly [string, string | undefined])[] }
  | { readonly is: 'enable'; readonly names: readonly string[] }
  | { readonly is: 'authenticate'; readonly mechanism: string; readonly initial: Secret | undefined }
  | { readonly is: 'login'; readonly user: string; readonly password: Secret }
  | { readonly is: 'select' | 'examine'; readonly mailbox: string; readonly condstore: boolean; readonly resync?: Resync | undefined }
  | { readonly is: 'create'; readonly mailbox: string; readonly uses: readonly Use[] }
  | { readonly is: 'delete' | 'subscribe' | 'unsubscribe'; readonly mailbox: string }
  | { readonly is: 'rename'; readonly mailbox: string; readonly to: string }
  | { readonly is: 'list'; readonly listing: Listing }
  | { readonly is: 'status'; readonly mailbox: string; readonly items: readonly StatusItem[] }
  | { readonly is: 'append'; readonly mailbox: string; readonly flags: readonly string[]; readonly date: Millis | undefined; readonly size: number }
  | { readonly is: 'expunge'; readonly uids: SequenceSet | undefined }
  | { readonly is: 'search'; readonly uid: boolean; readonly give: readonly SearchReturn[] | undefined; readonly key: SearchKey; readonly modSeq: boolean }
  | { readonly is: 'fetch'; readonly uid: boolean; readonly set: SequenceSet; readonly items: readonly FetchItem[]; readonly changedSince: number | undefined; readonly vanished: boolean }
  | { readonly is: 'store'; readonly uid: boolean; readonly set: SequenceSet; readonly how: 'set' | 'add' | 'remove'; readonly silent: boolean; readonly flags: readonly string[]; readonly unchangedSince: number | undefined }
  | { readonly is: 'copy' | 'move'; readonly uid: boolean; readonly set: SequenceSet; readonly mailbox: string }

export type CommandName = Command['is']
