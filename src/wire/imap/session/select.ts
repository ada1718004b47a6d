/**
 * SELECT, EXAMINE with quick resynchronisation; CLOSE, UNSELECT; ENABLE.
 *
 * Standards  RFC 3501 6.3.1, 6.3.2, 6.4.2, RFC 3691, RFC 5161, RFC 7162 3.2.5, RFC 9051 6.3.2
 */
import type { Command, Resync } from '../command.ts'
import { problems } from '../problems.ts'
import { intersection, printRanges, type Ranges, resolve } from '../ranges.ts'
import { newView, sequenceOf } from '../view.ts'
import { selected, startFetch } from './fetch.ts'
import type { Answer, Box, Selected } from './state.ts'
import { ask, badNow, done, leave, mailboxName, recentOf, refused, reply, type Turn, untagged } from './turn.ts'

type Select = Command & { is: 'select' | 'examine' }

export function select(turn: Turn, command: Select): void {
  const { session } = turn
  if (command.resync && !session.qresync) { badNow(turn, problems.state); return }                 // RFC 7162 3.2.5: ENABLE QRESYNC first
  if (command.condstore) session.condstore = true
  if (session.selected) {
    leave(turn)
    if (session.qresync || session.rev2) untagged(turn, 'OK [CLOSED] The mailbox before is closed.')
  }
  ask(turn, { is: 'select', mailbox: command.mailbox, readOnly: command.is === 'examine' })
}

export function selectAnswered(turn: Turn, command: Select, answer: Answer): void {
  const { session } = turn
  if (answer.is === 'refused') { refused(turn, answer); return }
  if (answer.is === 'vanished') { resync(turn, command.resync!, answer.uids); return }
  if (answer.is !== 'selected') return
  const { box } = answer, { resync: wanted } = command
  session.is = 'selected'
  session.selected = {
    mailbox: command.mailbox, readOnly: box.readOnly || command.is === 'examine', uidValidity: box.uidValidity, view: newView(box.uids), added: [], expunged: [], changed: new Map(), recent: box.recent, saved: [],
  }
  describe(turn, session.selected, box)
  if (wanted && wanted.uidValidity === box.uidValidity) ask(turn, { is: 'vanished', uids: knownUids(wanted, box), since: wanted.modSeq })
  else selected(turn)
}

/** What the client says it knows, or all that there ever was. */
function knownUids({ known }: Resync, box: Box): Ranges {
  const all = [{ from: 1, to: box.uidNext - 1 }].filter(({ to }) => to > 0)
  return known === undefined || known === '$' ? all : intersection(resolve(known, Math.max(1, box.uidNext - 1)), all)
}

function describe(turn: Turn, selected: Selected, box: Box): void {
  const { rev2 } = turn.session, { view, mailbox } = selected
  untagged(turn, `${view.count} EXISTS`)
  if (!rev2) untagged(turn, `${recentOf(selected)} RECENT`)
  untagged(turn, `FLAGS (${box.flags.join(' ')})`)
  untagged(turn, `OK [PERMANENTFLAGS (${box.permanentFlags.join(' ')})] These are kept.`)
  if (box.firstUnseen !== undefined && !rev2) untagged(turn, `OK [UNSEEN ${sequenceOf(view, box.firstUnseen)}] The first that is not seen.`)
  untagged(turn, `OK [UIDVALIDITY ${box.uidValidity}] UIDs are valid.`)
  untagged(turn, `OK [UIDNEXT ${box.uidNext}] The next UID.`)
  untagged(turn, `OK [HIGHESTMODSEQ ${box.highestModSeq}] The last change.`)
  if (rev2) untagged(turn, `LIST () "/" ${mailboxName(turn.session, mailbox)}`)
}

/** RFC 7162 3.2.5.1: what vanished, then what changed. */
function resync(turn: Turn, wanted: Resync, vanished: Ranges): void {
  const { selected } = turn.session
  if (vanished.length > 0) untagged(turn, `VANISHED (EARLIER) ${printRanges(vanished)}`)
  startFetch(turn, selected!.view.uids, [{ is: 'uid' }, { is: 'flags' }, { is: 'modseq' }], wanted.modSeq, false)
}

export function close(turn: Turn): void {
  if (turn.session.selected?.readOnly) unselect(turn)
  else ask(turn, { is: 'expunge', uids: undefined })
}

/** RFC 3501 6.4.2: what CLOSE expunges is not told. */
export function closed(turn: Turn, _command: Command, answer: Answer): void {
  if (answer.is === 'refused') refused(turn, answer)
  else unselect(turn)
}

export function unselect(turn: Turn): void {
  leave(turn)
  reply(turn, 'OK', 'Done.')
}

const known = ['CONDSTORE', 'QRESYNC', 'IMAP4REV2'] as const
const spelled = { CONDSTORE: 'CONDSTORE', QRESYNC: 'QRESYNC', IMAP4REV2: 'IMAP4rev2' } as const

export function enable(turn: Turn, { names }: Command & { is: 'enable' }): void {
  const { session } = turn, found = known.filter((name) => names.includes(name))
  for (const name of found) {
    if (name === 'IMAP4REV2') session.rev2 = true
    else session.condstore = true
    if (name === 'QRESYNC') session.qresync = true
  }
  untagged(turn, `ENABLED${found.map((name) => ` ${spelled[name]}`).join('')}`)
  done(turn)
}
