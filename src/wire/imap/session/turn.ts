/**
 * One step of a session: what it says, asks and answers, and the moments at which news may be told.
 *
 * Standards  RFC 3501 5.2, 7, RFC 7162 3.2.10
 */
import type { Millis } from '../../../kit/machine.ts'
import type { Problem } from '../../../kit/result.ts'
import { maxWrong, maxWrongBefore } from '../limits.ts'
import { toUtf7 } from '../names.ts'
import { printString, words } from '../print.ts'
import { problems } from '../problems.ts'
import { count, has, intersection, joined, printRanges, type Ranges, resolve, type SequenceSet, star, without } from '../ranges.ts'
import { octets } from '../text.ts'
import { add, lastUid, remove, sequenceOf, uidsOf } from '../view.ts'
import type { Answer, Ask, News, Output, Row, Selected, Session } from './state.ts'

export interface Turn { readonly session: Session; readonly now: Millis; readonly out: Output[] }

/** Octets to the client; those of one step go out together. */
export function send(turn: Turn, data: string): void {
  const last = turn.out.at(-1)
  turn.session.unsent += data.length
  if (last?.do === 'send') last.data += data
  else turn.out.push({ do: 'send', data })
}

export function untagged(turn: Turn, line: string): void { send(turn, `* ${line}\r\n`) }

/** Asks for the command at work; its answer comes to the verb's `answered`. */
export function ask(turn: Turn, question: Ask): void {
  const { session } = turn, id = ++session.lastId
  if (session.doing) session.doing.asked = id
  turn.out.push({ do: 'ask', id, ask: question })
}

/** RFC 3501 7.4.1: numbers must not shift while the client's own numbers are being answered. */
const keepsNumbers = new Set(['fetch', 'store', 'search'])

/** Ends the command at work: news first, then the tagged line. */
export function reply(turn: Turn, status: 'OK' | 'NO' | 'BAD', text: string): void {
  const { doing } = turn.session
  if (!doing) return
  turn.session.doing = undefined
  const { command } = doing
  tell(turn, !(keepsNumbers.has(command.is) && 'uid' in command && !command.uid))
  send(turn, `${doing.tag} ${status} ${text}\r\n`)
}

export function done(turn: Turn, code?: string): void { reply(turn, 'OK', code === undefined ? 'Done.' : `[${code}] Done.`) }

const codeShape = /^[A-Z0-9-]{1,32}$/

/** The outside said no. */
export function refused(turn: Turn, answer: Answer & { is: 'refused' }): void {
  const code = answer.code !== undefined && codeShape.test(answer.code) ? `[${answer.code}] ` : ''
  reply(turn, 'NO', code + words(answer.text))
}

/** The client said something wrong; after some of it the connection ends. */
export function bad(turn: Turn, tag: string | undefined, problem: Problem): void {
  const { session } = turn
  session.doing = undefined
  send(turn, `${tag ?? '*'} BAD ${problem.text}\r\n`)
  if (++session.wrong >= (session.is === 'before' ? maxWrongBefore : maxWrong)) bye(turn, problems.tooManyWrong)
}

/** The command at work is wrong in itself. */
export function badNow(turn: Turn, problem: Problem): void { bad(turn, turn.session.doing?.tag, problem) }

export function bye(turn: Turn, why: Problem): void {
  if (turn.session.is === 'over') return
  if (why !== problems.bye) turn.out.push({ do: 'suspect', why })
  untagged(turn, `BYE ${words(why.text)}`)
  close(turn, why)
}

export function close(turn: Turn, why: Problem): void {
  const { session } = turn
  if (session.is === 'over') return
  leave(turn)
  if (session.doing?.job?.is === 'append') turn.out.push({ do: 'abandon' })
  session.is = 'over'
  session.doing = undefined
  session.framing.waiting = ''
  session.framing.at = 0
  session.framing.parts = []
  turn.out.push({ do: 'close', why })
}

export function leave(turn: Turn): void {
  const { session } = turn
  if (!session.selected) return
  session.selected = undefined
  session.is = 'after'
  turn.out.push({ do: 'leave' })
}

/** Takes news in; they wait for their moment. */
export function hear(selected: Selected, news: News): void {
  const { view } = selected
  for (const row of news.changed) selected.changed.set(row.uid, row)
  selected.added = without(joined([...selected.added, ...without(news.added, view.uids)]), news.expunged)
  selected.expunged = joined([...selected.expunged, ...intersection(news.expunged, view.uids)])
  if (news.recent) selected.recent = joined([...selected.recent, ...news.recent])
}

/** Tells what is new; `numbersToo`: what shifts the numbers as well. */
export function tell(turn: Turn, numbersToo: boolean): void {
  const { selected } = turn.session
  if (!selected) return
  if (numbersToo && selected.expunged.length > 0) expunged(turn, selected.expunged)
  if (selected.added.length > 0) {
    add(selected.view, selected.added)
    selected.added = []
    untagged(turn, `${selected.view.count} EXISTS`)
    if (!turn.session.rev2 && selected.recent.length > 0) untagged(turn, `${recentOf(selected)} RECENT`)
  }
  if (selected.changed.size > 0) send(turn, changes(turn.session, selected))
}

function changes(session: Session, selected: Selected): string {
  const told: string[] = []
  for (const row of selected.changed.values()) {
    const sequence = sequenceOf(selected.view, row.uid)
    if (sequence > 0) told.push(`* ${sequence} FETCH (${flagsOf(session, row, session.qresync || session.rev2)})\r\n`)
  }
  selected.changed.clear()
  return told.join('')
}

/** RFC 3501 2.3.2: this session is the first that was told of them. */
export function recentOf({ recent, view }: Selected): number { return count(intersection(recent, view.uids)) }

/** `FLAGS (…)`, with \Recent for rev1, which alone knows it. */
export function printFlags({ selected, rev2 }: Session, row: Row): string {
  return `FLAGS (${(!rev2 && selected && has(selected.recent, row.uid) ? [...row.flags, '\\Recent'] : row.flags).join(' ')})`
}

/** What is said of a message whose flags changed. */
export function flagsOf(session: Session, row: Row, uid: boolean): string {
  return `${uid ? `UID ${row.uid} ` : ''}${printFlags(session, row)}${session.condstore ? ` MODSEQ (${row.modSeq})` : ''}`
}

/** Messages are gone, and the client is told. */
export function expunged(turn: Turn, uids: Ranges): void {
  const { selected, qresync } = turn.session
  if (!selected) return
  const gone = intersection(uids, selected.view.uids), sequences = remove(selected.view, gone)
  selected.expunged = without(selected.expunged, gone)
  if (gone.length === 0) return
  send(turn, qresync ? `* VANISHED ${printRanges(gone)}\r\n` : sequences.map((n) => `* ${n} EXPUNGE\r\n`).join(''))
}

/** The messages of a set, as UIDs of the view; undefined where a number is beyond the last message. */
export function messages(selected: Selected, set: SequenceSet, uid: boolean): Ranges | undefined {
  const { count } = selected.view, isWrong = set !== '$' && !uid && set.some(({ from, to }) => isBeyond(from, count) || isBeyond(to, count))
  return isWrong ? undefined : known(selected, set, uid)
}

/** Those of a set that are in the view, as UIDs. */
export function known({ view, saved }: Selected, set: SequenceSet, uid: boolean): Ranges {
  if (set === '$') return intersection(saved, view.uids)
  if (uid) return intersection(resolve(set, lastUid(view)), view.uids)
  return view.count === 0 ? [] : uidsOf(view, intersection(resolve(set, view.count), [{ from: 1, to: view.count }]))
}

const isBeyond = (n: number, count: number): boolean => n === star ? count === 0 : n > count

export function mailboxName(session: Session, name: string): string { return session.rev2 ? printString(octets(name), true) : printString(toUtf7(name)) }
