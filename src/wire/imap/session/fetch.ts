/**
 * FETCH: rows in batches, octets in pieces, never more under way than the network takes.
 *
 * Standards  RFC 3501 6.4.5, 7.4.2, RFC 3516 4, RFC 7162 3.1.4, 3.2.6, RFC 2180 4.1
 * Security   A41: a FETCH of everything holds one batch of rows and one piece of a body, and waits while maxUnsent octets are not taken
 */
import type { Command, FetchItem } from '../command.ts'
import { printDateTime } from '../dates.ts'
import { maxPiece, maxRows, maxUnsent } from '../limits.ts'
import { problems } from '../problems.ts'
import { count, printRanges, type Ranges, resolve, split } from '../ranges.ts'
import { lastUid, sequenceOf } from '../view.ts'
import type { Answer, FetchJob, Row, Session } from './state.ts'
import { ask, badNow, close, done, flagsOf, messages, printFlags, refused, reply, send, type Turn, untagged } from './turn.ts'

type Fetch = Command & { is: 'fetch' }
type Octets = FetchItem & { is: 'section' | 'decodedSize' }
const isOctets = (item: FetchItem): item is Octets => item.is === 'section' || item.is === 'decodedSize'

export function fetch(turn: Turn, command: Fetch): void {
  const { session } = turn, uids = messages(session.selected!, command.set, command.uid)
  if (uids === undefined) { badNow(turn, problems.set); return }
  if (command.vanished && !session.qresync) { badNow(turn, problems.state); return }
  if (command.changedSince !== undefined || command.items.some((item) => item.is === 'modseq')) session.condstore = true
  if (command.vanished) { ask(turn, { is: 'vanished', uids: asked(session, command), since: command.changedSince! }); return }
  begin(turn, command, uids)
}

/** What was asked for, also of what is gone. */
function asked({ selected }: Session, { set }: Fetch): Ranges { return set === '$' ? selected!.saved : resolve(set, lastUid(selected!.view)) }

function begin(turn: Turn, command: Fetch, uids: Ranges): void {
  const withUid: FetchItem[] = command.uid && !command.items.some(({ is }) => is === 'uid') ? [{ is: 'uid' }] : []           // RFC 3501 6.4.8
  const withModSeq: FetchItem[] = command.changedSince !== undefined && !command.items.some(({ is }) => is === 'modseq') ? [{ is: 'modseq' }] : []
  const seen = !turn.session.selected!.readOnly && command.items.some((item) => item.is === 'section' && !item.peek)
  startFetch(turn, uids, [...withUid, ...command.items, ...withModSeq], command.changedSince, seen)
}

export function startFetch(turn: Turn, uids: Ranges, items: readonly FetchItem[], changedSince: number | undefined, seen: boolean): void {
  turn.session.doing!.job = { is: 'fetch', items, changedSince, seen, left: uids, rows: [], row: 0, item: 0, size: undefined, sent: 0, open: false, gone: 0, failed: false }
  goOn(turn)
}

export function fetchAnswered(turn: Turn, command: Command, answer: Answer): void {
  const { selected, doing } = turn.session, job = doing?.job
  if (answer.is === 'vanished' && command.is === 'fetch') {
    if (answer.uids.length > 0) untagged(turn, `VANISHED (EARLIER) ${printRanges(answer.uids)}`)
    begin(turn, command, messages(selected!, command.set, command.uid) ?? [])
    return
  }
  if (job?.is !== 'fetch') { refusedFirst(turn, answer); return }
  if (answer.is === 'rows') rows(job, answer.rows)
  else if (answer.is === 'octets') octets(turn, job, answer)
  else if (answer.is === 'refused' && job.open) failed(turn, job)
  else { refusedFirst(turn, answer); return }
  goOn(turn)
}

function refusedFirst(turn: Turn, answer: Answer): void { if (answer.is === 'refused') refused(turn, answer) }

function rows(job: FetchJob, found: readonly Row[]): void {
  const [asked, left] = split(job.left, maxRows)
  if (job.changedSince === undefined) job.gone += count(asked) - found.length
  job.left = left
  job.rows = found
  job.row = 0
}

/** Goes on until something must be awaited: an answer, or the network. */
export function goOn(turn: Turn): void {
  const { session } = turn
  while (session.doing?.job?.is === 'fetch' && session.doing.asked === 0 && session.unsent < maxUnsent) {
    const { job } = session.doing
    if (job.row < job.rows.length) row(turn, job, job.rows[job.row]!)
    else if (job.left.length > 0) askRows(turn, job)
    else finish(turn, job)
  }
}

function askRows(turn: Turn, { left, items, seen, changedSince }: FetchJob): void {
  const has = (is: FetchItem['is']): boolean => items.some((item) => item.is === is)
  ask(turn, { is: 'rows', uids: split(left, maxRows)[0], wants: { envelope: has('envelope'), body: has('body'), bodyStructure: has('bodyStructure') }, seen, changedSince })
}

/** One row: what is known of it at once, then what needs octets, one after the other. */
function row(turn: Turn, job: FetchJob, row: Row): void {
  const needy = job.items.filter(isOctets), sequence = sequenceOf(turn.session.selected!.view, row.uid)
  if (sequence === 0) { job.row++; return }
  if (!job.open) {
    send(turn, `* ${sequence} FETCH (${printRow(turn.session, job.items, row)}`)
    turn.session.selected!.changed.delete(row.uid)                                            // what is said now is not new later
    job.open = true
  }
  const item = needy[job.item]
  if (item) { askOctets(turn, job, item, row.uid); return }
  send(turn, ')\r\n')
  job.open = false
  job.item = 0
  job.row++
}

function printRow(session: Session, items: readonly FetchItem[], row: Row): string {
  const said = items.filter((item) => !isOctets(item)).map((item) => printItem(session, item, row))
  if (row.seenNow && !items.some(({ is }) => is === 'flags')) said.push(flagsOf(session, row, false))
  return said.join(' ')
}

function printItem(session: Session, item: FetchItem, row: Row): string {
  switch (item.is) {
    case 'uid': return `UID ${row.uid}`
    case 'flags': return printFlags(session, row)
    case 'modseq': return `MODSEQ (${row.modSeq})`
    case 'internalDate': return `INTERNALDATE ${printDateTime(row.received)}`
    case 'size': return `RFC822.SIZE ${row.size}`
    case 'envelope': return `ENVELOPE ${row.envelope ?? 'NIL'}`
    case 'body': return `BODY ${row.body ?? 'NIL'}`
    case 'bodyStructure': return `BODYSTRUCTURE ${row.bodyStructure ?? 'NIL'}`
    case 'section': case 'decodedSize': return ''
  }
}

function askOctets(turn: Turn, job: FetchJob, item: Octets, uid: number): void {
  const decoded = item.is === 'decodedSize' || item.decoded, partial = item.is === 'section' ? item.partial : undefined
  const most = item.is === 'decodedSize' ? 0 : job.size === undefined ? partial?.length ?? maxPiece : job.size - job.sent
  ask(turn, { is: 'octets', uid, section: item.section, decoded, offset: (partial?.offset ?? 0) + job.sent, length: Math.min(maxPiece, most) })
}

function octets(turn: Turn, job: FetchJob, { data, total }: Answer & { is: 'octets' }): void {
  const item = job.items.filter(isOctets)[job.item]!
  if (total === undefined) { failed(turn, job); return }
  if (item.is === 'decodedSize') { next(turn, job, item, String(total)); return }
  if (job.size === undefined) {
    job.size = Math.max(0, Math.min(item.partial?.length ?? total, total - (item.partial?.offset ?? 0)))
    open(turn, job, item, `${item.decoded ? '~' : ''}{${job.size}}\r\n`)
  }
  const piece = data.slice(0, job.size - job.sent)
  if (piece === '' && job.sent < job.size) { close(turn, problems.lost); return }                   // the literal was announced: nothing else can be said
  send(turn, piece)
  job.sent += piece.length
  if (job.sent === job.size) ended(job)
}

/** ` NAME value`, or `NAME value` where it is the first of its row. */
function open(turn: Turn, job: FetchJob, item: Octets, value: string): void {
  const isFirst = job.item === 0 && !job.items.some((i) => !isOctets(i)) && !job.rows[job.row]?.seenNow
  send(turn, `${isFirst ? '' : ' '}${item.name} ${value}`)
}

function next(turn: Turn, job: FetchJob, item: Octets, value: string): void {
  open(turn, job, item, value)
  ended(job)
}

function ended(job: FetchJob): void {
  job.size = undefined
  job.sent = 0
  job.item++
}

/** A section that is not there is NIL; one that breaks off in the middle ends the connection. */
function failed(turn: Turn, job: FetchJob): void {
  const item = job.items.filter(isOctets)[job.item]
  if (!item || job.size !== undefined) { close(turn, problems.lost); return }
  if (item.is === 'decodedSize') job.failed = true
  next(turn, job, item, item.is === 'decodedSize' ? '0' : 'NIL')
}

/** The last line of SELECT, which a resynchronisation ends with. */
export function selected(turn: Turn): void { done(turn, turn.session.selected?.readOnly ? 'READ-ONLY' : 'READ-WRITE') }

function finish(turn: Turn, job: FetchJob): void {
  const { command } = turn.session.doing!
  if (command.is !== 'fetch') { selected(turn); return }
  if (job.gone > 0 && !command.uid) reply(turn, 'NO', '[EXPUNGEISSUED] Some of the messages are gone.')
  else if (job.failed) reply(turn, 'NO', 'Some of the parts are not there.')
  else done(turn)
}
