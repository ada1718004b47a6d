/**
 * Until somebody is known: capabilities, STARTTLS, LOGIN, AUTHENTICATE PLAIN.
 *
 * Standards  RFC 3501 6.1, 6.2, RFC 4616, RFC 4959, RFC 5530 3
 * Security   A41: what is sent behind STARTTLS in the clear is thrown away; no password is taken in the clear; an unknown user is answered like a wrong password, and as late
 */
import { type Secret, secret } from '../../../kit/secret.ts'
import type { Command } from '../command.ts'
import { newFraming, unread } from '../frame.ts'
import { failureDelay, maxLogins } from '../limits.ts'
import { problems } from '../problems.ts'
import { utf8 } from '../text.ts'
import type { Answer, Session } from './state.ts'
import { ask, badNow, bye, close, done, refused, reply, send, type Turn, untagged } from './turn.ts'

const always = 'IMAP4rev1 IMAP4rev2 SASL-IR ID ENABLE'
const after = 'LITERAL+ IDLE NAMESPACE UIDPLUS MOVE UNSELECT CHILDREN LIST-EXTENDED LIST-STATUS STATUS=SIZE SPECIAL-USE CREATE-SPECIAL-USE ESEARCH SEARCHRES BINARY CONDSTORE QRESYNC'

export function mayLogin(session: Session): boolean { return session.secure || session.options.clearLogin }

export function capabilities(session: Session): string {
  if (session.is !== 'before') return `${always} ${after}`
  const startTls = session.options.startTls && !session.secure ? ' STARTTLS' : ''
  return `${always} LITERAL-${startTls} ${mayLogin(session) ? 'AUTH=PLAIN' : 'LOGINDISABLED'}`   // RFC 7888 5: LITERAL+ is more than a stranger gets
}

export function greet(turn: Turn): void { untagged(turn, `OK [CAPABILITY ${capabilities(turn.session)}] Ringfort is ready.`) }

export function capability(turn: Turn): void {
  untagged(turn, `CAPABILITY ${capabilities(turn.session)}`)
  done(turn)
}

export function logout(turn: Turn): void {
  const tag = turn.session.doing!.tag
  untagged(turn, 'BYE Logging out.')
  send(turn, `${tag} OK Done.\r\n`)
  close(turn, problems.bye)
}

/** RFC 3501 6.2.1; CVE-2011-0411: nothing that came in the clear outlives the OK. */
export function startTls(turn: Turn): void {
  const { session } = turn
  if (!session.options.startTls || session.secure) { badNow(turn, problems.state); return }
  reply(turn, 'OK', 'Begin TLS now.')
  if (unread(session.framing) > 0) turn.out.push({ do: 'suspect', why: problems.pipelined })
  session.framing = newFraming()
  session.upgrading = true
  turn.out.push({ do: 'startTls' })
}

/** The handshake is done: the session begins anew. */
export function secured(session: Session): void {
  session.upgrading = false
  session.secure = true
  session.framing = newFraming()
  session.wrong = 0
}

export function login(turn: Turn, command: Command & { is: 'login' }): void {
  if (mayLogin(turn.session)) ask(turn, { is: 'login', user: utf8(command.user) ?? command.user, password: readable(command.password), as: '' })
  else inTheClear(turn)
}

function inTheClear(turn: Turn): void { reply(turn, 'NO', `[PRIVACYREQUIRED] ${problems.privacy.text}`) }

const readable = (octets: Secret): Secret => { const text = octets.reveal(); return secret(utf8(text) ?? text) }

export function authenticate(turn: Turn, command: Command & { is: 'authenticate' }): void {
  const { session } = turn
  if (!mayLogin(session)) { inTheClear(turn); return }
  if (command.mechanism !== 'PLAIN') { reply(turn, 'NO', 'That mechanism is not offered.'); return }
  if (command.initial !== undefined) { plain(turn, command.initial); return }
  session.doing!.job = { is: 'line' }
  send(turn, '+ \r\n')
}

/** The client's line after `+`. */
export function saslLine(turn: Turn, line: string): void {
  if (line === '*') badNow(turn, problems.string)                                             // RFC 3501 6.2.2: the client gave up
  else plain(turn, secret(line))
}

/** RFC 4616 2: [authzid] NUL authcid NUL passwd. */
function plain(turn: Turn, base64: Secret): void {
  const coded = base64.reveal(), octets = Buffer.from(coded, 'base64')
  if (turn.session.doing) turn.session.doing.job = undefined
  const [as, user, password, ...more] = octets.toString('latin1').split('\0').map((part) => utf8(part))
  if (octets.toString('base64') !== coded || as === undefined || !user || !password || more.length > 0) { badNow(turn, problems.string); return }
  ask(turn, { is: 'login', user, password: secret(password), as })
}

export function loggedIn(turn: Turn, answer: Answer): void {
  const { session } = turn
  if (answer.is === 'done') {
    session.is = 'after'
    session.wrong = 0
    session.heardAt = turn.now
    done(turn, `CAPABILITY ${capabilities(session)}`)
    return
  }
  if (answer.is === 'refused' && answer.code === 'UNAVAILABLE') { refused(turn, answer); return }
  session.failedLogins++
  session.doing!.job = { is: 'late', until: turn.now + failureDelay }
}

/** The time of a failed login has come. */
export function sayFailure(turn: Turn): void {
  reply(turn, 'NO', '[AUTHENTICATIONFAILED] The name or the password is wrong.')
  if (turn.session.failedLogins >= maxLogins) bye(turn, problems.tooManyLogins)
}
