/**
 * An IMAP session: one command at a time, in the order they came.
 *
 * Standards  RFC 3501, RFC 9051, RFC 2177 (IDLE)
 * Security   fed by strangers: every wrong input is answered with BAD, some of them end the connection; nothing throws
 */
import type { Machine, Millis, Wake } from '../../../kit/machine.ts'
import type { Problem } from '../../../kit/result.ts'
import type { Command, CommandName } from '../command.ts'
import { expect, feed, forget, type Framed, restart, take, unread } from '../frame.ts'
import { idleTime, loginTime, maxCommand, maxCommandBefore, maxLiteralBefore, maxUnsent, maxWaiting, maxWaitingBefore, pauseAt } from '../limits.ts'
import { isAppend, parseCommand, tagOf, type When } from '../parse.ts'
import { problems } from '../problems.ts'
import { append, appendAnswered, appending, decline } from './append.ts'
import { copied, copy, expunge, expungeAnswered, store, storeAnswered } from './change.ts'
import { fetch, fetchAnswered, goOn } from './fetch.ts'
import { answered, change, create, list, listed, namespace, rename, status, statusAnswered } from './folders.ts'
import { authenticate, capability, greet, loggedIn, login, logout, sayFailure, saslLine, secured, startTls } from './login.ts'
import { found, search } from './search.ts'
import { close, closed, enable, select, selectAnswered, unselect } from './select.ts'
import type { Answer, Input, Output, Session } from './state.ts'
import { bad, badNow, bye, done, hear, leave, send, tell, type Turn, untagged } from './turn.ts'

export const imapSession: Machine<Session, Input, Output> = {
  step(session, now, input) {
    const turn: Turn = { session, now, out: [] }
    if (session.is !== 'over') {
      react(turn, input)
      work(turn)
      press(turn)
    }
    session.wakeAt = wakeAt(session)
    return turn.out
  },
}

function wakeAt(session: Session): Millis | undefined {
  if (session.is === 'over') return undefined
  const { job } = session.doing ?? {}, end = session.is === 'before' ? session.openedAt + loginTime : session.heardAt + idleTime
  return job?.is === 'late' ? Math.min(job.until, end) : end
}

function react(turn: Turn, input: Input | Wake): void {
  const { session, now } = turn
  switch (input.is) {
    case 'opened': greet(turn); return
    case 'bytes': bytes(turn, input.octets); return
    case 'secured': secured(session); return
    case 'written': written(session, now, input.octets); return
    case 'answer': answer(turn, input.id, input.answer); return
    case 'news': news(turn, input.news); return
    case 'wake': wake(turn); return
    case 'end': bye(turn, { ...problems.bye, text: input.text }); return
    case 'closed': leave(turn); if (session.doing?.job?.is === 'append') turn.out.push({ do: 'abandon' }); session.is = 'over'; session.doing = undefined
  }
}

function bytes(turn: Turn, octets: string): void {
  const { session } = turn
  if (session.upgrading) return                                                               // A41: still in the clear
  session.heardAt = turn.now
  feed(session.framing, octets)
}

function written(session: Session, now: Millis, octets: number): void {
  session.unsent = Math.max(0, session.unsent - octets)
  session.heardAt = now
}

function answer(turn: Turn, id: number, given: Answer): void {
  const { doing } = turn.session
  if (!doing || doing.asked !== id) return                                                    // of a command that is over
  doing.asked = 0
  acts[doing.command.is].answered?.(turn, doing.command, given)
}

function news(turn: Turn, heard: (Input & { is: 'news' })['news']): void {
  const { selected } = turn.session
  if (selected) hear(selected, heard)
}

function wake(turn: Turn): void {
  const { session, now } = turn, { job } = session.doing ?? {}
  if (job?.is === 'late' && now >= job.until) sayFailure(turn)
  const end = session.is === 'before' ? session.openedAt + loginTime : session.heardAt + idleTime
  if (session.is !== 'over' && now >= end) bye(turn, problems.slow)
}

/** Whether the command at work reads what comes next. */
function isReading(session: Session): boolean {
  const { doing } = session
  return !doing || (doing.asked === 0 && doing.job !== undefined && doing.job.is !== 'late' && doing.job.is !== 'fetch')
}

function work(turn: Turn): void {
  const { session } = turn
  goOn(turn)
  if (session.doing?.job?.is === 'idle' && session.unsent < maxUnsent) tell(turn, true)       // who does not read is told later, of it all at once
  while (session.is !== 'over' && !session.upgrading && session.unsent < maxUnsent && isReading(session)) {
    const framed = take(session.framing, session.is === 'before' ? maxCommandBefore : maxCommand)
    if (!framed) return
    if (!session.doing) command(turn, framed)
    else heard(turn, framed)
  }
}

/** For the command at work. */
function heard(turn: Turn, framed: Framed): void {
  const { framing, doing } = turn.session, job = doing!.job!
  if (job.is === 'append') { appending(turn, framed); return }
  restart(framing)
  if (framed.is !== 'command') {
    badNow(turn, framed.is === 'tooLong' ? problems.tooLong : framed.is === 'lineEnd' ? problems.lineEnd : problems.string)
    if (framed.is === 'literal') decline(turn, framed)
  } else if (job.is === 'line') saslLine(turn, framed.text)
  else if (framed.text.toUpperCase() === 'DONE') done(turn)
  else badNow(turn, problems.unknown)
}

function command(turn: Turn, framed: Framed): void {
  switch (framed.is) {
    case 'tooLong': bad(turn, tagOf(framed.text), problems.tooLong); return
    case 'lineEnd': bad(turn, tagOf(framed.text), problems.lineEnd); return
    case 'literal': literal(turn, framed); return
    case 'octets': return
    case 'command': whole(turn, framed.text); return
  }
}

function literal(turn: Turn, framed: Framed & { is: 'literal' }): void {
  if (framed.declined) { decline(turn, framed); return }
  const { session } = turn, { text, size, waits } = framed, isBefore = session.is === 'before'
  if (!isBefore && isAppend(text)) {
    const parsed = parseCommand(text, session.rev2)
    if ('command' in parsed && parsed.command.is === 'append') { append(turn, parsed.tag, parsed.command, framed); return }
  }
  if (size > (isBefore ? maxLiteralBefore : maxCommand) || text.length + size > (isBefore ? maxCommandBefore : maxCommand)) {
    bad(turn, tagOf(text), problems.literal)
    decline(turn, framed)
    return
  }
  expect(session.framing, size, 'hold')
  if (waits) send(turn, '+ Ready.\r\n')
}

function whole(turn: Turn, text: string): void {
  const { session } = turn, parsed = parseCommand(text, session.rev2)
  if ('problem' in parsed) { wrong(turn, parsed.tag, parsed.problem); return }
  if (!isAllowed(session, parsed.when)) { bad(turn, parsed.tag, problems.state); return }
  session.doing = { tag: parsed.tag, command: parsed.command, asked: 0 }
  acts[parsed.command.is].begin(turn, parsed.command)
}

/** A name that cannot be is no error of grammar: NO, like that of a mailbox that is not there. */
function wrong(turn: Turn, tag: string | undefined, problem: Problem): void {
  if (problem === problems.mailbox && tag !== undefined) send(turn, `${tag} NO [CANNOT] ${problem.text}\r\n`)
  else bad(turn, tag, problem)
}

function isAllowed(session: Session, when: When): boolean {
  if (when === 'any') return true
  return when === 'before' ? session.is === 'before' : when === 'after' ? session.is !== 'before' : session.is === 'selected'
}

/** What waits unread is bounded: first the driver is asked to stop, then the connection ends. */
function press(turn: Turn): void {
  const { session } = turn, waiting = unread(session.framing)
  if (session.is === 'over') return
  if (waiting > (session.is === 'before' ? maxWaitingBefore : maxWaiting)) { bye(turn, problems.tooMuchWaits); return }
  if (waiting === 0) forget(session.framing)
  const wanted = waiting > pauseAt
  if (wanted !== session.paused) turn.out.push({ do: wanted ? 'pause' : 'resume' })
  session.paused = wanted
}

/** Methods, so that a row may take its own command: the table gives it no other. */
interface Act<C extends Command> { begin(turn: Turn, command: C): void; answered?(turn: Turn, command: C, answer: Answer): void }
type Acts = { readonly [K in CommandName]: Act<Command & { is: K }> }

const acts: Acts & Readonly<Record<CommandName, Act<Command>>> = {
  capability: { begin: capability },
  noop: { begin: (turn) => done(turn) },
  check: { begin: (turn) => done(turn) },
  logout: { begin: logout },
  starttls: { begin: startTls },
  id: { begin: (turn) => { untagged(turn, 'ID ("name" "Ringfort")'); done(turn) } },          // RFC 2971: no version for strangers
  authenticate: { begin: authenticate, answered: (turn, _command, given) => loggedIn(turn, given) },
  login: { begin: login, answered: (turn, _command, given) => loggedIn(turn, given) },
  enable: { begin: enable },
  select: { begin: select, answered: selecting },
  examine: { begin: select, answered: selecting },
  create: { begin: create, answered },
  delete: { begin: change, answered },
  subscribe: { begin: change, answered },
  unsubscribe: { begin: change, answered },
  rename: { begin: rename, answered },
  list: { begin: list, answered: listed },
  namespace: { begin: namespace },
  status: { begin: status, answered: statusAnswered },
  append: { begin: (turn) => badNow(turn, missing), answered: appendAnswered },               // its message is a literal, which comes another way
  idle: { begin: (turn) => { turn.session.doing!.job = { is: 'idle' }; send(turn, '+ Idling.\r\n') } },
  close: { begin: close, answered: closed },
  unselect: { begin: unselect },
  expunge: { begin: expunge, answered: expungeAnswered },
  search: { begin: search, answered: found },
  fetch: { begin: fetch, answered: fetchAnswered },
  store: { begin: store, answered: storeAnswered },
  copy: { begin: copy, answered: copied },
  move: { begin: copy, answered: copied },
}

const missing: Problem = problems.string

/** SELECT with QRESYNC ends in a FETCH. */
function selecting(turn: Turn, command: Command & { is: 'select' | 'examine' }, given: Answer): void {
  if (turn.session.doing?.job?.is === 'fetch') fetchAnswered(turn, command, given)
  else selectAnswered(turn, command, given)
}
