/**
 * STORE, COPY, MOVE, EXPUNGE.
 *
 * Standards  RFC 3501 6.4.3, 6.4.6, 6.4.7, RFC 4315, RFC 6851, RFC 7162 3.1.3
 */
import type { Command } from '../command.ts'
import { maxRows } from '../limits.ts'
import { problems } from '../problems.ts'
import { count, joined, printRanges, type Ranges, split } from '../ranges.ts'
import { sequenceOf, sequencesOf } from '../view.ts'
import type { Answer, Job, Row } from './state.ts'
import { ask, badNow, done, expunged, flagsOf, messages, refused, reply, send, type Turn, untagged } from './turn.ts'

type Store = Command & { is: 'store' }
type StoreJob = Job & { is: 'store' }

function readOnly(turn: Turn): boolean {
  const isSo = turn.session.selected?.readOnly === true
  if (isSo) reply(turn, 'NO', '[READ-ONLY] The mailbox was opened to be read only.')
  return isSo
}

export function store(turn: Turn, command: Store): void {
  const { session } = turn, uids = messages(session.selected!, command.set, command.uid)
  if (uids === undefined) { badNow(turn, problems.set); return }
  if (readOnly(turn)) return
  if (command.unchangedSince !== undefined) session.condstore = true
  const job: StoreJob = { is: 'store', left: uids, asked: 0, modified: [], gone: 0 }
  session.doing!.job = job
  storeNext(turn, command, job)
}

function storeNext(turn: Turn, command: Store, job: StoreJob): void {
  if (job.left.length === 0) { storeEnd(turn, command, job); return }
  const [uids, left] = split(job.left, maxRows)
  job.left = left
  job.asked = count(uids)
  ask(turn, { is: 'store', uids, how: command.how, flags: command.flags, unchangedSince: command.unchangedSince })
}

export function storeAnswered(turn: Turn, command: Store, answer: Answer): void {
  const job = turn.session.doing?.job
  if (answer.is === 'refused') { refused(turn, answer); return }
  if (job?.is !== 'store' || answer.is !== 'stored') return
  const { selected, condstore } = turn.session
  job.gone += job.asked - answer.rows.length - count(answer.modified)
  job.modified = joined([...job.modified, ...answer.modified])
  for (const row of answer.rows) selected?.changed.delete(row.uid)
  if (!command.silent || condstore) send(turn, answer.rows.map((row) => sayStored(turn, command, row)).join(''))
  storeNext(turn, command, job)
}

/** .SILENT spares the client its own flags, not the mod-sequence (RFC 7162 3.1.3). */
function sayStored({ session }: Turn, command: Store, row: Row): string {
  const uid = command.uid || session.qresync, sequence = sequenceOf(session.selected!.view, row.uid)
  if (sequence === 0) return ''
  return `* ${sequence} FETCH (${command.silent ? `${uid ? `UID ${row.uid} ` : ''}MODSEQ (${row.modSeq})` : flagsOf(session, row, uid)})\r\n`
}

function storeEnd(turn: Turn, command: Store, job: StoreJob): void {
  const modified = command.uid ? job.modified : sequencesOf(turn.session.selected!.view, job.modified)
  if (modified.length > 0) done(turn, `MODIFIED ${printRanges(modified)}`)
  else if (job.gone > 0 && !command.uid) reply(turn, 'NO', '[EXPUNGEISSUED] Some of the messages are gone.')
  else done(turn)
}

type Copy = Command & { is: 'copy' | 'move' }

export function copy(turn: Turn, command: Copy): void {
  const uids = messages(turn.session.selected!, command.set, command.uid)
  if (uids === undefined) { badNow(turn, problems.set); return }
  if (command.is === 'move' && readOnly(turn)) return
  if (uids.length === 0) { done(turn); return }
  ask(turn, { is: command.is, uids, mailbox: command.mailbox })
}

/** RFC 6851 4.3: of MOVE, where they went is said before they are gone. */
export function copied(turn: Turn, command: Copy, answer: Answer): void {
  if (answer.is === 'refused') { refused(turn, answer); return }
  if (answer.is !== 'copied') return
  const code = answer.from.length === 0 ? undefined : `COPYUID ${answer.uidValidity} ${printRanges(answer.from)} ${printRanges(answer.to)}`
  if (command.is === 'copy') { done(turn, code); return }
  if (code) untagged(turn, `OK [${code}] Moved.`)
  expunged(turn, answer.from)
  done(turn)
}

export function expunge(turn: Turn, command: Command & { is: 'expunge' }): void {
  if (readOnly(turn)) return
  const uids: Ranges | undefined = command.uids && (messages(turn.session.selected!, command.uids, true) ?? [])
  if (uids?.length === 0) { done(turn); return }
  ask(turn, { is: 'expunge', uids })
}

export function expungeAnswered(turn: Turn, _command: Command, answer: Answer): void {
  if (answer.is === 'refused') { refused(turn, answer); return }
  if (answer.is !== 'expunged') return
  expunged(turn, answer.uids)
  done(turn, turn.session.condstore ? `HIGHESTMODSEQ ${answer.highestModSeq}` : undefined)     // RFC 7162 3.2.10
}
