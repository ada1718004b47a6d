/** A client of a session without a network: what is said, and what comes back. Time stands still until it is moved. */
import { imapSession, type Input, newSession, type Output, type Session } from '../../../src/wire/imap/index.ts'
import { answer, type Memory, newPeer, password, type Peer, user } from './memory.ts'

export interface Talk {
  readonly session: Session
  readonly peer: Peer
  now: number
  /** All that was put out since the last look. */
  readonly outputs: Output[]
  /** The network takes everything at once, unless this is false. */
  drains: boolean
  /** Questions are answered at once, unless this is false: then they wait in `asked`. */
  answers: boolean
  readonly asked: (Output & { do: 'ask' })[]
  readonly give: (input: Input | { is: 'wake' }) => string
  /** Octets to the session; gives the octets that come back. */
  readonly say: (octets: string) => string
  /** A command with its line end. */
  readonly tell: (command: string) => string
}

export function newTalk(memory: Memory, options: Partial<Session['options']> = {}): Talk {
  const outputs: Output[] = [], asked: Talk['asked'] = [], queue: (Input | { is: 'wake' })[] = []
  let isBusy = false, text = ''
  const talk: Talk = {
    session: newSession(0, { secure: true, startTls: true, clearLogin: false, ...options }), peer: newPeer(memory, (news) => { talk.give({ is: 'news', news }) }), now: 0, outputs, drains: true, answers: true, asked,
    give: (input) => {
      queue.push(input)
      if (isBusy) return ''
      isBusy = true
      text = ''
      for (let next = queue.shift(); next; next = queue.shift()) for (const out of imapSession.step(talk.session, talk.now, next)) did(out)
      isBusy = false
      return text
    },
    say: (octets) => talk.give({ is: 'bytes', octets }),
    tell: (command) => talk.say(`${command}\r\n`),
  }
  function did(out: Output): void {
    outputs.push(out)
    if (out.do === 'send') { text += out.data; if (talk.drains) queue.push({ is: 'written', octets: out.data.length }) }
    if (out.do === 'leave') talk.peer.selected = undefined
    if (out.do === 'abandon') talk.peer.appending = undefined
    if (out.do !== 'ask') return
    if (talk.answers) queue.push({ is: 'answer', id: out.id, answer: answer(memory, talk.peer, out.ask) })
    else asked.push(out)
  }
  talk.give({ is: 'opened' })
  return talk
}

/** Logged in, with a mailbox selected where one is named. */
export function loggedIn(memory: Memory, mailbox?: string, before: readonly string[] = []): Talk {
  const talk = newTalk(memory)
  talk.tell(`l LOGIN ${user} "${password}"`)
  for (const command of before) talk.tell(command)
  if (mailbox) talk.tell(`s SELECT "${mailbox}"`)
  return talk
}

/** Pieces of what was told, line by line. */
export function linesOf(text: string): string[] { return text.split('\r\n').filter((line) => line !== '') }
