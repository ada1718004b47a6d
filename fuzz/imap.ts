/** Fuzz targets of IMAP: framing however it is cut, commands, mailbox names, whole sessions beside another one. */
import assert from 'node:assert/strict'
import { type Framed, expect, feed, fromUtf7, matches, maxCommandBefore, maxWaitingBefore, newFraming, parseCommand, take, toUtf7, unread } from '../src/wire/imap/index.ts'
import { deposit, type Memory, newMemory, password, user } from '../test/wire/imap/memory.ts'
import { newTalk, type Talk } from '../test/wire/imap/talk.ts'
import type { FuzzTarget } from './target.ts'

const commands = [
  'a CAPABILITY', 'a ID ("name" "x" "os" NIL)', 'a ENABLE QRESYNC IMAP4rev2', 'a LOGIN {3+}\r\nada "correct horse"', 'a AUTHENTICATE PLAIN AGFkYQBjb3JyZWN0IGhvcnNl', 'a SELECT INBOX (QRESYNC (1000 4 1:3 (1,2 1,2)))', 'a EXAMINE "Deleted Items" (CONDSTORE)',
  'a CREATE &ZeVnLIqe-/x (USE (\\Sent))', 'a RENAME a b', 'a LIST (SUBSCRIBED RECURSIVEMATCH) "" (INBOX %/* &-) RETURN (CHILDREN STATUS (MESSAGES UIDNEXT))', 'a LSUB "" *', 'a STATUS INBOX (MESSAGES UNSEEN SIZE HIGHESTMODSEQ)', 'a APPEND Sent (\\Seen $x) "17-Jul-1996 02:44:25 -0700" {5+}\r\nhello',
  'a NAMESPACE', 'a CLOSE', 'a UNSELECT', 'a EXPUNGE', 'a UID EXPUNGE 1:*', 'a SEARCH RETURN (MIN MAX ALL COUNT SAVE) CHARSET UTF-8 OR (SEEN NOT 1:2) UID 3 SINCE 1-Feb-1994 HEADER Subject "x" LARGER 5 MODSEQ 3', 'a UID SEARCH $',
  'a FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY MODSEQ)', 'a FETCH 1,3 (BODY[]<0.7> BODY.PEEK[1.HEADER.FIELDS (A "B")] BINARY[1] BINARY.SIZE[1] RFC822.TEXT)', 'a UID FETCH 1:* FLAGS (CHANGEDSINCE 2 VANISHED)', 'a FETCH * FULL',
  'a STORE 1:2 (UNCHANGEDSINCE 4) +FLAGS.SILENT (\\Deleted $Work)', 'a UID STORE 3 FLAGS \\Seen', 'a COPY 1:2 Sent', 'a UID MOVE 1 "Deleted Items"', 'a IDLE\r\nDONE', 'a NOOP', 'a LOGOUT', 'a DELETE Sent', 'a SUBSCRIBE INBOX', 'a STARTTLS', 'a CHECK',
]
const words = ['\r\n', '{5}\r\n', '{5+}\r\n', '~{3+}\r\n', '{4294967295+}\r\n', '1:*', '*', '$', '4294967295', '0', '(', ')', '"', '\\', 'UID ', 'BODY[', 'NIL', 'INBOX', '\\Seen', '\\Deleted', 'DONE\r\n', 'IDLE\r\n', 'a ', '*\r\n', '<0.1>', '&', '-', ...commands.map((c) => `${c}\r\n`)]
const buffers = (texts: readonly string[]) => texts.map((text) => Buffer.from(text, 'latin1'))

/** Literals are held, streamed or read past by their length. */
function framed(text: string, size: number): string[] {
  const framing = newFraming(), said: string[] = []
  let streamed = ''
  const told = (one: Framed): void => {
    if (one.is === 'octets') { streamed += one.data; return }
    said.push(streamed, `${one.is} ${one.text}`)
    streamed = ''
    if (one.is === 'literal') expect(framing, one.size % 4_096, one.declined || one.size % 3 === 2 ? 'discard' : one.size % 3 === 1 ? 'stream' : 'hold')
  }
  for (let i = 0; i < text.length; i += size) {
    feed(framing, text.slice(i, i + size))
    for (let one = take(framing, 2_000); one; one = take(framing, 2_000)) told(one)
    assert.ok(framing.length <= 2_000 + 4_096 && unread(framing) === 0, 'more waits than a command may hold')
  }
  return [...said, streamed].filter((s) => s !== '' && !s.startsWith('tooLong'))               // how much of a long line is told depends on the cut
}

const framing: FuzzTarget = {
  name: 'imap-frame', dictionary: words,
  seeds: () => buffers([...commands.map((c) => `${c}\r\n`), `${commands.join('\r\n')}\r\n`]),
  run: (input) => {
    const text = input.subarray(0, 8_192).toString('latin1'), whole = framed(text, 8_192)
    for (const size of text.length < 500 ? [1, 7] : [61]) assert.deepEqual(framed(text, size), whole)
  },
}

const command: FuzzTarget = {
  name: 'imap-command', dictionary: words,
  seeds: () => buffers(commands),
  run: (input) => {
    const text = input.subarray(0, 16_384).toString('latin1')
    for (const isUtf8 of [false, true]) {
      const parsed = parseCommand(text, isUtf8)
      if ('problem' in parsed) assert.ok(parsed.problem.code.startsWith('imap.'))
      else assert.ok(parsed.command.is !== undefined && parsed.tag.length > 0)
    }
  },
}

const names: FuzzTarget = {
  name: 'imap-name', dictionary: ['&', '-', '&-', '&ZeVnLIqe-', '*', '%', '/'],
  seeds: () => buffers(['INBOX', '&ZeVnLIqe-/&-', 'a%b*c', '&2D3eAA-']),
  run: (input) => {
    const text = input.subarray(0, 512).toString('latin1'), name = fromUtf7(text), middle = text.length >> 1
    if (name !== undefined) assert.equal(toUtf7(name), text)
    matches(text.slice(0, middle), text.slice(middle))
  },
}

const mail = (n: number) => `Subject: ${n}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none ${n}\r\n--b\r\nContent-Type: audio/wav\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n`

function town(): { memory: Memory; talk: Talk; other: Talk } {
  const memory = newMemory()
  for (let n = 1; n <= 4; n++) deposit(memory, 'INBOX', mail(n))
  const other = newTalk(memory)
  other.tell(`l LOGIN ${user} "${password}"`)
  other.tell('s SELECT INBOX')
  return { memory, talk: newTalk(memory), other }
}

/** What the client would count: EXISTS and EXPUNGE must agree with what is there once all is told. */
function counted(text: string): number {
  let count = 0
  for (const [, n, what] of text.matchAll(/^\* (\d+) (EXISTS|EXPUNGE)\r$/gm)) {
    if (what === 'EXISTS') count = Number(n)
    else assert.ok(Number(n) <= count--, 'a message is expunged that the client does not know')
  }
  return count
}

function dialogue(text: string, size: number, isIn: boolean): string {
  const { memory, talk, other } = town()
  let said = isIn ? talk.tell(`l LOGIN ${user} "${password}"`) + talk.tell('s SELECT INBOX') : ''
  for (let i = 0; i < text.length; i += size) {
    said += talk.say(text.slice(i, i + size))
    const { framing, is } = talk.session
    assert.ok(is !== 'before' || framing.length + unread(framing) <= maxCommandBefore + maxWaitingBefore, 'more waits than a stranger may leave')
    if (is === 'over') break
  }
  const heard = other.outputs.map((o) => o.do === 'send' ? o.data : '').join('') + other.tell('z NOOP')
  if (other.session.selected) assert.equal(counted(heard), other.peer.selected?.messages.length, 'the other client counts wrong')
  assert.equal(memory.peers.size, 2)
  return said
}

const session: FuzzTarget = {
  name: 'imap-session', dictionary: words, slowest: 10,                                         // a dialogue of many commands, twice
  seeds: () => buffers([...commands.map((c) => `\x01${c}\r\n`), ...commands.slice(0, 5).map((c) => `\0${c}\r\n`), `\x01${commands.slice(17, 29).join('\r\n')}\r\n`]),
  run: (input) => {
    const text = input.subarray(1, 1_200).toString('latin1'), isIn = ((input[0] ?? 0) & 1) === 1
    assert.equal(dialogue(text, 64, isIn), dialogue(text, 4_096, isIn))
  },
}

export const targets = [framing, command, names, session]
