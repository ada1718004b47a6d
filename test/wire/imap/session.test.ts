/** RFC 3501, 9051: dialogues. Each step: what the client says, what must come back, line by line. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deposit, erase, type Memory, newMemory, password, user } from './memory.ts'
import { linesOf, loggedIn, newTalk } from './talk.ts'

const mail = (n: number) => `Date: Mon, ${n} Feb 2026 10:00:00 +0000\r\nFrom: bob@example.org\r\nSubject: number ${n}\r\n\r\nbody ${n}\r\n`

function boxOf(count: number, memory: Memory = newMemory()): Memory {
  for (let n = 1; n <= count; n++) deposit(memory, 'INBOX', mail(n))
  memory.mailboxes.get('INBOX')!.firstRecent = count + 1                                        // somebody was told of them
  return memory
}

/** [RFC, title, commands before SELECT, steps]: `$` alone stands for any text. */
type Steps = readonly (readonly [say: string, lines: readonly (string | RegExp)[]])[]
const dialogues: [string, string, readonly string[], Steps][] = [
  ['6.1', 'any state', [], [['a CAPABILITY', [/^\* CAPABILITY IMAP4rev1 IMAP4rev2 .*LITERAL\+.*QRESYNC$/, 'a OK Done.']], ['b NOOP', ['b OK Done.']], ['c ID ("name" "x")', ['* ID ("name" "Ringfort")', 'c OK Done.']]]],
  ['6.1.3', 'LOGOUT', [], [['a LOGOUT', ['* BYE Logging out.', 'a OK Done.']]]],
  ['6.3.8', 'LIST', ['c CREATE a/b', 'd CREATE a'], [
    ['a LIST "" *', ['* LIST (\\HasNoChildren) "/" "INBOX"', '* LIST (\\HasNoChildren \\Sent) "/" "Sent"', '* LIST (\\HasNoChildren \\Trash) "/" "Deleted Items"', '* LIST (\\HasNoChildren) "/" "a/b"', '* LIST (\\HasChildren) "/" "a"', 'a OK Done.']],
    ['b LIST a/ %', ['* LIST (\\HasNoChildren) "/" "a/b"', 'b OK Done.']], ['c LIST "" ""', ['* LIST (\\Noselect) "/" ""', 'c OK Done.']], ['d LIST "" (inbox a)', ['* LIST (\\HasNoChildren) "/" "INBOX"', '* LIST (\\HasChildren) "/" "a"', 'd OK Done.']],
    ['e LIST (SPECIAL-USE) "" *', ['* LIST (\\HasNoChildren \\Sent) "/" "Sent"', '* LIST (\\HasNoChildren \\Trash) "/" "Deleted Items"', 'e OK Done.']],
    ['f LIST "" Sent RETURN (SUBSCRIBED STATUS (MESSAGES))', ['* LIST (\\HasNoChildren \\Sent \\Subscribed) "/" "Sent"', '* STATUS "Sent" (MESSAGES 0)', 'f OK Done.']],
    ['g SUBSCRIBE a', ['g OK Done.']], ['h LSUB "" a*', ['* LSUB (\\HasChildren) "/" "a"', 'h OK Done.']], ['i UNSUBSCRIBE a', ['i OK Done.']], ['j SUBSCRIBE a/b', ['j OK Done.']],
    ['k LIST (SUBSCRIBED RECURSIVEMATCH) "" a', ['* LIST (\\HasChildren) "/" "a" ("CHILDINFO" ("SUBSCRIBED"))', 'k OK Done.']],
  ]],
  ['6.3', 'mailboxes by name', [], [
    ['a NAMESPACE', ['* NAMESPACE (("" "/")) NIL NIL', 'a OK Done.']], ['b CREATE &ZeVnLIqe-', ['b OK Done.']], ['c LIST "" %', [/INBOX/, /Sent/, /Deleted/, '* LIST (\\HasNoChildren) "/" "&ZeVnLIqe-"', 'c OK Done.']],
    ['d RENAME &ZeVnLIqe- x', ['d OK Done.']], ['e RENAME x Sent', ['e NO [ALREADYEXISTS] There is one.']], ['f DELETE x', ['f OK Done.']], ['g DELETE x', ['g NO [NONEXISTENT] There is no such mailbox.']], ['h SELECT x', ['h NO [NONEXISTENT] There is no such mailbox.']],
    ['j CREATE /a', ['j NO [CANNOT] A level of the name is empty.']], ['k RENAME INBOX a//b', [/^k NO \[CANNOT\]/]], ['l CREATE a (USE (\\Sent \\Trash))', ['l NO [USEATTR] A mailbox has one use.']], ['m CREATE a/', ['m OK Done.']],
    ['i STATUS INBOX (MESSAGES UNSEEN)', ['* STATUS "INBOX" (MESSAGES 3 UNSEEN 3)', 'i OK Done.']],
  ]],
  ['6.3.1', 'SELECT, EXAMINE, CLOSE, UNSELECT', [], [
    ['a SELECT inbox', ['* 3 EXISTS', '* 0 RECENT', '* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)', /PERMANENTFLAGS \(.*\\\*\)/, '* OK [UNSEEN 1] The first that is not seen.', /UIDVALIDITY 1000/, /UIDNEXT 4/, /HIGHESTMODSEQ 4/, 'a OK [READ-WRITE] Done.']],
    ['b STORE 2 +FLAGS.SILENT (\\Deleted)', ['b OK Done.']], ['c UNSELECT', ['c OK Done.']], ['d FETCH 1 FLAGS', ['d BAD The command is not possible now.']], ['e EXAMINE INBOX', ['* 3 EXISTS', /RECENT/, /FLAGS/, /PERMANENTFLAGS \(\)/, /UNSEEN/, /UIDVAL/, /UIDNEXT/, /MODSEQ/, 'e OK [READ-ONLY] Done.']],
    ['f STORE 1 +FLAGS (\\Seen)', ['f NO [READ-ONLY] The mailbox was opened to be read only.']], ['g EXPUNGE', ['g NO [READ-ONLY] The mailbox was opened to be read only.']], ['h FETCH 1 BODY[TEXT]', ['* 1 FETCH (BODY[TEXT] {8}', 'body 1', ')', 'h OK Done.']],
    ['i CLOSE', ['i OK Done.']], ['j SELECT INBOX', [/^\* 3 EXISTS/, /./, /./, /./, /./, /./, /./, /./, 'j OK [READ-WRITE] Done.']], ['k CLOSE', ['k OK Done.']], ['l STATUS INBOX (MESSAGES)', ['* STATUS "INBOX" (MESSAGES 2)', 'l OK Done.']],
  ]],
  ['6.4.5', 'FETCH', ['s SELECT INBOX'], [
    ['a FETCH 1:2 (UID FLAGS)', ['* 1 FETCH (UID 1 FLAGS ())', '* 2 FETCH (UID 2 FLAGS ())', 'a OK Done.']], ['b FETCH 1 FAST', ['* 1 FETCH (FLAGS () INTERNALDATE "14-Nov-2023 22:13:20 +0000" RFC822.SIZE 90)', 'b OK Done.']],
    ['c FETCH 1 BODY.PEEK[HEADER.FIELDS (Subject)]', ['* 1 FETCH (BODY[HEADER.FIELDS (Subject)] {21}', 'Subject: number 1', ')', 'c OK Done.']], ['d FETCH 1 BODY[TEXT]<1.3>', ['* 1 FETCH (FLAGS (\\Seen) BODY[TEXT]<1> {3}', 'ody)', 'd OK Done.']],
    ['e FETCH 1 BODY[TEXT]<900.3>', ['* 1 FETCH (BODY[TEXT]<900> {0}', ')', 'e OK Done.']], ['f FETCH 1 BODY[7]', ['* 1 FETCH (BODY[7] NIL)', 'f OK Done.']], ['g FETCH 4 FLAGS', ['g BAD The set of messages is malformed.']], ['h UID FETCH 4:* FLAGS', ['* 3 FETCH (UID 3 FLAGS ())', 'h OK Done.']],
    ['i UID FETCH 77 FLAGS', ['i OK Done.']], ['j FETCH 2 (BINARY.SIZE[1] BINARY.PEEK[1])', ['* 2 FETCH (BINARY.SIZE[1] 8 BINARY[1] ~{8}', 'body 2', ')', 'j OK Done.']], ['k FETCH 2 BODY', ['* 2 FETCH (BODY ("text" "plain" NIL NIL NIL "7bit" 8 1))', 'k OK Done.']],
    ['l FETCH 3 (BODY.PEEK[1] UID RFC822.HEADER)', [/^\* 3 FETCH \(UID 3 BODY\[1\] \{8\}/, 'body 3', ' RFC822.HEADER {82}', /^Date/, /^From/, /^Subject/, ')', 'l OK Done.']], ['m FETCH 1 ENVELOPE', [/^\* 1 FETCH \(ENVELOPE \("Mon, 1 Feb 2026 10:00:00 \+0000" "number 1" \(\(NIL NIL "bob" "example.org"\)\)/, 'm OK Done.']],
  ]],
  ['6.4.6', 'STORE, EXPUNGE', ['s SELECT INBOX'], [
    ['a STORE 1,3 +FLAGS (\\Deleted)', ['* 1 FETCH (FLAGS (\\Deleted))', '* 3 FETCH (FLAGS (\\Deleted))', 'a OK Done.']], ['b STORE 1 FLAGS ($Work)', ['* 1 FETCH (FLAGS ($Work))', 'b OK Done.']], ['c UID STORE 1 -FLAGS.SILENT ($work \\Deleted)', ['c OK Done.']], ['d FETCH 1 FLAGS', ['* 1 FETCH (FLAGS ())', 'd OK Done.']],
    ['e STORE 1:2 +FLAGS (\\Deleted)', [/^\* 1/, /^\* 2/, 'e OK Done.']], ['f UID EXPUNGE 2', ['* 2 EXPUNGE', 'f OK Done.']], ['g EXPUNGE', ['* 2 EXPUNGE', '* 1 EXPUNGE', 'g OK Done.']], ['h EXPUNGE', ['h OK Done.']], ['i FETCH 1 FLAGS', ['i BAD The set of messages is malformed.']], ['j FETCH * FLAGS', ['j BAD The set of messages is malformed.']], ['k UID FETCH 1:* FLAGS', ['k OK Done.']],
  ]],
  ['6.4.7', 'COPY, MOVE', ['s SELECT INBOX'], [
    ['a COPY 1:2 Sent', ['a OK [COPYUID 1001 1:2 1:2] Done.']], ['b COPY 1 nowhere', ['b NO [TRYCREATE] There is no such mailbox.']], ['c UID COPY 88 Sent', ['c OK Done.']], ['d MOVE 2 Sent', ['* OK [COPYUID 1001 2 3] Moved.', '* 2 EXPUNGE', 'd OK Done.']], ['e UID MOVE 3 Sent', ['* OK [COPYUID 1001 3 4] Moved.', '* 2 EXPUNGE', 'e OK Done.']],
    ['f COPY 1 INBOX', ['* 2 EXISTS', 'f OK [COPYUID 1000 1 4] Done.']],
  ]],
  ['6.4.4', 'SEARCH', ['s SELECT INBOX', 't STORE 2 +FLAGS (\\Seen $Work)'], [
    ['a SEARCH SEEN', ['* SEARCH 2', 'a OK Done.']], ['b UID SEARCH NOT 2', ['* SEARCH 1 3', 'b OK Done.']], ['c SEARCH SUBJECT "NUMBER 3" FROM bob', ['* SEARCH 3', 'c OK Done.']], ['d SEARCH KEYWORD $WORK', ['* SEARCH 2', 'd OK Done.']], ['e SEARCH SENTSINCE 2-Feb-2026 SENTBEFORE 3-Feb-2026', ['* SEARCH 2', 'e OK Done.']],
    ['f SEARCH ON 14-Nov-2023 LARGER 5', ['* SEARCH 1 2 3', 'f OK Done.']], ['g SEARCH BODY nothing', ['* SEARCH', 'g OK Done.']], ['h SEARCH RETURN (MIN MAX COUNT ALL) OR 1 3', ['* ESEARCH (TAG "h") MIN 1 MAX 3 COUNT 2 ALL 1,3', 'h OK Done.']], ['i SEARCH RETURN (SAVE) 2:3', ['i OK Done.']], ['j FETCH $ UID', ['* 2 FETCH (UID 2)', '* 3 FETCH (UID 3)', 'j OK Done.']],
    ['k SEARCH RETURN (COUNT) BODY nothing', ['* ESEARCH (TAG "k") COUNT 0', 'k OK Done.']], ['l SEARCH MODSEQ 5', ['* SEARCH 2 (MODSEQ 5)', 'l OK Done.']], ['m SEARCH 9', ['* SEARCH', 'm OK Done.']], ['q SEARCH 2:9', ['* SEARCH 2 3', 'q OK Done.']], ['n SEARCH HEADER Subject ""', ['* SEARCH 1 2 3', 'n OK Done.']], ['o SEARCH CHARSET X ALL', [/^o BAD/]],
  ]],
  ['7162', 'CONDSTORE', ['s SELECT INBOX (CONDSTORE)'], [
    ['a STORE 1 (UNCHANGEDSINCE 4) +FLAGS (\\Seen)', ['* 1 FETCH (FLAGS (\\Seen) MODSEQ (5))', 'a OK Done.']], ['b STORE 1:2 (UNCHANGEDSINCE 4) +FLAGS.SILENT (\\Flagged)', ['* 2 FETCH (MODSEQ (6))', 'b OK [MODIFIED 1] Done.']], ['c FETCH 1:* (FLAGS) (CHANGEDSINCE 5)', ['* 2 FETCH (FLAGS (\\Flagged) MODSEQ (6))', 'c OK Done.']],
    ['d UID FETCH 1 FLAGS (CHANGEDSINCE 1 VANISHED)', ['d BAD The command is not possible now.']], ['e SELECT INBOX (QRESYNC (1000 1))', ['e BAD The command is not possible now.']],
  ]],
  ['7162', 'QRESYNC', ['e ENABLE QRESYNC', 's SELECT INBOX', 't STORE 2 +FLAGS.SILENT (\\Deleted)', 'u EXPUNGE', 'v STORE 2 +FLAGS.SILENT (\\Seen)'], [
    ['a SELECT INBOX (QRESYNC (1000 4 1:3))', ['* OK [CLOSED] The mailbox before is closed.', '* 2 EXISTS', /RECENT/, /FLAGS/, /PERMANENT/, /UNSEEN/, /UIDVAL/, /UIDNEXT/, /MODSEQ 7/, '* VANISHED (EARLIER) 2', '* 2 FETCH (UID 3 FLAGS (\\Seen) MODSEQ (7))', 'a OK [READ-WRITE] Done.']],
    ['b UID FETCH 1:* (FLAGS) (CHANGEDSINCE 4 VANISHED)', ['* VANISHED (EARLIER) 2', '* 2 FETCH (UID 3 FLAGS (\\Seen) MODSEQ (7))', 'b OK Done.']], ['c STORE 1 +FLAGS.SILENT (\\Deleted)', [/MODSEQ/, 'c OK Done.']], ['d EXPUNGE', ['* VANISHED 1', 'd OK [HIGHESTMODSEQ 9] Done.']], ['e SELECT INBOX (QRESYNC (999 4))', [/CLOSED/, /EXISTS/, /./, /./, /./, /./, /./, /MODSEQ/, 'e OK [READ-WRITE] Done.']],
  ]],
  ['9051', 'rev2', ['e ENABLE IMAP4rev2', 'c CREATE "Entw\xc3\xbcrfe"'], [
    ['a SELECT INBOX', ['* 3 EXISTS', /FLAGS/, /PERMANENT/, /UIDVAL/, /UIDNEXT/, /MODSEQ/, '* LIST () "/" "INBOX"', 'a OK [READ-WRITE] Done.']], ['b SEARCH 1:2', ['* ESEARCH (TAG "b") ALL 1:2', 'b OK Done.']], ['c LIST "" Entw*', ['* LIST (\\HasNoChildren) "/" "Entw\xc3\xbcrfe"', 'c OK Done.']],
  ]],
]

for (const [rfc, title, before, steps] of dialogues) {
  test(`RFC ${rfc.includes('.') ? `3501 ${rfc}` : rfc} dialogue: ${title}`, () => {
    const talk = loggedIn(boxOf(3), undefined, before)
    for (const [say, wanted] of steps) {
      const found = linesOf(talk.tell(say))
      assert.equal(found.length, wanted.length, `${say}: ${JSON.stringify(found)}`)
      wanted.forEach((line, i) => { if (typeof line === 'string') assert.equal(found[i], line, say); else assert.match(found[i]!, line, say) })
    }
  })
  test(`RFC ${rfc.includes('.') ? `3501 ${rfc}` : rfc} dialogue octet by octet, and all at once: ${title}`, () => {
    const whole = (cut: (text: string, say: (octets: string) => string) => string): string => { const talk = loggedIn(boxOf(3), undefined, before); return cut(steps.map(([say]) => `${say}\r\n`).join(''), talk.say) }
    const one = whole((text, say) => [...text].map((octet) => say(octet)).join(''))
    assert.equal(whole((text, say) => say(text)), one)
  })
}

test('RFC 3501 5.2 7.4.1 another client expunges: told neither during FETCH, STORE and SEARCH by number nor between commands', () => {
  const memory = boxOf(5), talk = loggedIn(memory, 'INBOX'), inbox = memory.mailboxes.get('INBOX')!
  talk.outputs.length = 0
  erase(memory, inbox, [{ from: 2, to: 3 }])
  assert.deepEqual(talk.outputs, [])
  assert.deepEqual(linesOf(talk.tell('a FETCH 1:* UID')), ['* 1 FETCH (UID 1)', '* 4 FETCH (UID 4)', '* 5 FETCH (UID 5)', 'a NO [EXPUNGEISSUED] Some of the messages are gone.'])
  assert.deepEqual(linesOf(talk.tell('b STORE 4 +FLAGS (\\Seen)')), ['* 4 FETCH (FLAGS (\\Seen))', 'b OK Done.'])
  assert.deepEqual(linesOf(talk.tell('c SEARCH ALL')), ['* SEARCH 1 4 5', 'c OK Done.'])
  deposit(memory, 'INBOX', mail(6))
  assert.deepEqual(linesOf(talk.tell('d FETCH 5 UID')), ['* 5 FETCH (UID 5)', '* 6 EXISTS', 'd OK Done.'])
  assert.deepEqual(linesOf(talk.tell('e NOOP')), ['* 3 EXPUNGE', '* 2 EXPUNGE', 'e OK Done.'])
  assert.deepEqual(linesOf(talk.tell('f FETCH 1:* UID')), ['* 1 FETCH (UID 1)', '* 2 FETCH (UID 4)', '* 3 FETCH (UID 5)', '* 4 FETCH (UID 6)', 'f OK Done.'])
})

test('RFC 3501 7.4.1 a command by UID may be told of what is gone; a message that came and went is never told', () => {
  const memory = boxOf(3), talk = loggedIn(memory, 'INBOX'), inbox = memory.mailboxes.get('INBOX')!
  erase(memory, inbox, [{ from: 1, to: 1 }])
  erase(memory, inbox, [{ from: deposit(memory, 'INBOX', mail(4)), to: 4 }])
  assert.deepEqual(linesOf(talk.tell('a UID FETCH 1:* FLAGS')), ['* 2 FETCH (UID 2 FLAGS ())', '* 3 FETCH (UID 3 FLAGS ())', '* 1 EXPUNGE', 'a OK Done.'])
})

test('RFC 3501 2.3.2 7.3.2 \\Recent: who selects first is told, who comes later is not; rev2 knows it no more', () => {
  const memory = newMemory()
  deposit(memory, 'INBOX', mail(1))
  assert.match(loggedIn(memory).tell('a EXAMINE INBOX'), /\* 1 RECENT/)
  const first = loggedIn(memory), second = loggedIn(memory)
  assert.match(first.tell('a SELECT INBOX'), /\* 1 RECENT/)
  assert.match(second.tell('a SELECT INBOX'), /\* 0 RECENT/)
  assert.equal(first.tell('b FETCH 1 FLAGS'), '* 1 FETCH (FLAGS (\\Recent))\r\nb OK Done.\r\n')
  assert.equal(first.tell('c SEARCH NEW'), '* SEARCH 1\r\nc OK Done.\r\n')
  assert.equal(second.tell('c SEARCH OLD'), '* SEARCH 1\r\nc OK Done.\r\n')
  first.give({ is: 'news', news: { added: [{ from: 2, to: 3 }], recent: [{ from: 3, to: 3 }], expunged: [], changed: [] } })
  assert.equal(first.tell('d NOOP'), '* 3 EXISTS\r\n* 2 RECENT\r\nd OK Done.\r\n')
  const third = loggedIn(boxOf(1, newMemory()), undefined, ['e ENABLE IMAP4rev2'])
  assert.doesNotMatch(third.tell('a SELECT INBOX'), /RECENT/)
})

test('RFC 3501 6.3.8 RFC 5258 3 levels that are no mailbox, and a subscription to one that is gone', () => {
  const talk = loggedIn(newMemory(), undefined, ['a CREATE x/y', 'b SUBSCRIBE x/z'])
  assert.deepEqual(linesOf(talk.tell('c LIST "" x%')), ['* LIST (\\NonExistent \\HasChildren) "/" "x"', 'c OK Done.'])
  assert.deepEqual(linesOf(talk.tell('d LIST (SUBSCRIBED) "" x*')), ['* LIST (\\NonExistent \\HasNoChildren \\Subscribed) "/" "x/z"', 'd OK Done.'])
})

test('RFC 2177 3 IDLE: news come at once; 29 minutes are well, 30 are not', () => {
  const memory = boxOf(2), talk = loggedIn(memory, 'INBOX'), other = loggedIn(memory, 'INBOX'), told = (): string => talk.outputs.splice(0).map((o) => o.do === 'send' ? o.data : o.do).join('')
  assert.equal(talk.tell('i IDLE'), '+ Idling.\r\n')
  told()
  deposit(memory, 'INBOX', mail(3))
  assert.equal(told(), '* 3 EXISTS\r\n')
  other.tell('a STORE 2 +FLAGS (\\Deleted)')
  assert.equal(told(), '* 2 FETCH (FLAGS (\\Deleted))\r\n')
  other.tell('b EXPUNGE')
  assert.equal(told(), '* 2 EXPUNGE\r\n')
  talk.now = 29 * 60_000
  assert.equal(talk.give({ is: 'wake' }), '')
  assert.equal(talk.say('done\r\n'), 'i OK Done.\r\n')
  talk.tell('j IDLE')
  assert.equal(talk.session.wakeAt, 59 * 60_000)
  talk.now = 59 * 60_000
  assert.match(talk.give({ is: 'wake' }), /^\* BYE/)
  assert.deepEqual(talk.outputs.at(-1)?.do, 'close')
})

test('RFC 2177 3 what ends IDLE and is not DONE is BAD', () => assert.match(loggedIn(boxOf(1), 'INBOX').say('i IDLE\r\nNOOP\r\n'), /i BAD/))

test('RFC 3501 6.3.11 APPEND: a literal that waits, one that does not, a mailbox that is a literal, a box that is not there', () => {
  const memory = newMemory(), talk = loggedIn(memory, 'INBOX')
  assert.equal(talk.tell('a APPEND Sent (\\Seen) {5}'), '+ Ready for the message.\r\n')
  assert.equal(talk.say('he'), '')
  assert.equal(talk.say('llo\r\n'), 'a OK [APPENDUID 1001 1] Done.\r\n')
  assert.deepEqual(memory.mailboxes.get('Sent')!.messages.map((m) => [m.text, m.flags]), [['hello', ['\\Seen']]])
  assert.equal(talk.say('b APPEND {5+}\r\nINBOX {3+}\r\nabc\r\n'), '* 1 EXISTS\r\nb OK [APPENDUID 1000 1] Done.\r\n')
  assert.equal(talk.say('c APPEND x {3+}\r\nabc\r\nd NOOP\r\n'), 'c NO [TRYCREATE] There is no such mailbox.\r\nd OK Done.\r\n')
  assert.equal(talk.say('e APPEND x {3}\r\nf NOOP\r\n'), 'e NO [TRYCREATE] There is no such mailbox.\r\nf OK Done.\r\n')
  assert.match(talk.say('g APPEND Sent {3+}\r\nabcX\r\n'), /^g BAD/)
  assert.match(talk.say('h APPEND Sent {3+}\r\nabc {3+}\r\nabc\r\n'), /^h BAD/)
  assert.equal(memory.mailboxes.get('Sent')!.messages.length, 1)
  assert.equal(talk.peer.appending, undefined)
})

test('RFC 3501 6.3.11 the mailbox gives up in the middle of an APPEND: the rest is read past', () => {
  const memory = newMemory(), talk = loggedIn(memory, 'INBOX')
  memory.refuse = (ask) => ask.is === 'appendOctets' ? { is: 'refused', code: 'OVERQUOTA', text: 'The mailbox is full.' } : undefined
  assert.match(talk.say('a APPEND Sent {6+}\r\nabc'), /^a NO \[OVERQUOTA\] The mailbox is full\.\r\n$/)
  assert.match(talk.say('def\r\nb NOOP\r\n'), /b OK/)
})

test('RFC 3501 6.2 a mailbox that answers late holds back the next command, not the session', () => {
  const talk = loggedIn(boxOf(1))
  talk.answers = false
  assert.equal(talk.say('a SELECT INBOX\r\nb NOOP\r\n'), '')
  const [{ id } = { id: 0 }] = talk.asked
  assert.equal(talk.give({ is: 'answer', id: id + 7, answer: { is: 'done' } }), '', 'an answer to nothing is not heard')
  assert.equal(talk.give({ is: 'answer', id, answer: { is: 'refused', text: 'no\r\n* BYE', code: 'A B' } }), 'a NO no??* BYE\r\nb OK Done.\r\n')
})

test('R010 RFC 3501 6.2 a session says who it is before and after login', () => {
  assert.match(newTalk(newMemory(), { secure: false }).tell('a CAPABILITY'), /LITERAL- STARTTLS LOGINDISABLED\r\n/)
  assert.match(newTalk(newMemory()).tell('a CAPABILITY'), /LITERAL- AUTH=PLAIN\r\n/)
  assert.match(newTalk(newMemory()).tell(`a LOGIN ${user} "${password}"`), /^a OK \[CAPABILITY IMAP4rev1 .*IDLE/)
})
