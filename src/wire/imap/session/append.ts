/**
 * APPEND: the message goes to the mailbox piece by piece, and counts once the line behind it has ended.
 *
 * Standards  RFC 3501 6.3.11, RFC 4315 3, RFC 7888 4
 * Security   A41: its length is judged before an octet of it is taken; a piece waits for the answer to the one before
 */
import type { Problem } from '../../../kit/result.ts'
import type { Command } from '../command.ts'
import { expect, type Framed, restart } from '../frame.ts'
import { maxAppend, maxDiscard } from '../limits.ts'
import { problems } from '../problems.ts'
import type { Answer } from './state.ts'
import { ask, bad, bye, done, refused, reply, send, type Turn } from './turn.ts'

type Append = Command & { is: 'append' }
type Literal = Framed & { is: 'literal' }

/** The message is announced. */
export function append(turn: Turn, tag: string, command: Append, literal: Literal): void {
  const { session } = turn
  session.doing = { tag, command, asked: 0, job: { is: 'append', waits: literal.waits, open: false, ended: false } }
  if (command.size > maxAppend) {
    reply(turn, 'NO', `[TOOBIG] ${problems.literal.text}`)
    decline(turn, literal)
    return
  }
  ask(turn, { is: 'append', mailbox: command.mailbox, flags: command.flags, date: command.date, size: command.size })
}

/** A literal that is not wanted: one that waits for our word does not come; any other is read past, or is too long for that. */
export function decline(turn: Turn, { size, waits }: { readonly size: number; readonly waits: boolean }): void {
  const { framing, is } = turn.session
  if (waits) restart(framing)
  else if (is === 'before' || size > maxDiscard) bye(turn, problems.literal)
  else expect(framing, size, 'discard')
}

export function appendAnswered(turn: Turn, command: Append, answer: Answer): void {
  const { session } = turn, job = session.doing?.job
  if (job?.is !== 'append') return
  if (answer.is === 'appended') done(turn, `APPENDUID ${answer.uidValidity} ${answer.uid}`)
  else if (answer.is === 'done' && !job.open) begin(turn, command, job.waits)
  else if (answer.is === 'refused' && !job.open) {
    refused(turn, answer)
    decline(turn, { size: command.size, waits: job.waits })
  } else if (answer.is === 'refused') lost(turn, answer, job.ended)
}

function begin(turn: Turn, command: Append, waits: boolean): void {
  const { session } = turn, job = session.doing!.job
  if (job?.is === 'append') job.open = true
  if (waits) send(turn, '+ Ready for the message.\r\n')
  expect(session.framing, command.size, 'stream')
}

/** The mailbox gave up in the middle (the disk is full): the rest is read past. */
function lost(turn: Turn, answer: Answer & { is: 'refused' }, isEnded: boolean): void {
  const { framing } = turn.session
  refused(turn, answer)
  if (framing.left > maxDiscard) bye(turn, problems.literal)
  else if (!isEnded) expect(framing, framing.left, 'discard')
}

/** What comes while a message is being appended: its octets, then the end of the line. */
export function appending(turn: Turn, framed: Framed): void {
  const { doing } = turn.session
  if (framed.is === 'octets') { ask(turn, { is: 'appendOctets', data: framed.data }); return }
  if (framed.is === 'command' && framed.text === '') { end(turn); return }
  turn.out.push({ do: 'abandon' })
  bad(turn, doing?.tag, wrongEnd(framed))
  if (framed.is === 'literal') decline(turn, framed)
}

function end(turn: Turn): void {
  const job = turn.session.doing?.job
  if (job?.is === 'append') job.ended = true
  ask(turn, { is: 'appendEnd' })
}

function wrongEnd(framed: Framed): Problem { return framed.is === 'lineEnd' ? problems.lineEnd : problems.more }
