/** A4, A14, A18, A41: what strangers try. What they get is BAD, NO, or the end; never more of our memory than the limits say. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  failureDelay, idleTime, imapSession, type Input, loginTime, maxAppend, maxCommandBefore, maxLogins, maxPiece, maxUnsent, maxWaitingBefore, maxWrong, maxWrongBefore, newSession, pauseAt, type Session,
} from '../../../src/wire/imap/index.ts'
import { deposit, newMemory, password, uidsOf, user } from './memory.ts'
import { linesOf, loggedIn, newTalk, type Talk } from './talk.ts'

const ended = (talk: Talk) => talk.outputs.at(-1)?.do === 'close' && talk.session.is === 'over'
const held = ({ framing }: Session) => framing.length + framing.waiting.length - framing.at

test('A41 RFC 3501 6.2.1 CVE-2011-0411 what is pipelined behind STARTTLS is thrown away, and told', () => {
  for (const injected of ['b NOOP\r\n', `b LOGIN ${user} "${password}"\r\n`, 'b NO', 'b APPEND x {5+}\r\nab']) {
    const talk = newTalk(newMemory(), { secure: false })
    assert.equal(talk.say(`a STARTTLS\r\n${injected}`), 'a OK Begin TLS now.\r\n')
    assert.deepEqual(talk.outputs.slice(-2).map((o) => o.do === 'suspect' ? o.why.code : o.do), ['imap.pipelined', 'startTls'])
    assert.equal(talk.say('c NOOP\r\n'), '', 'still in the clear')
    talk.give({ is: 'secured' })
    assert.equal(talk.tell('d NOOP'), 'd OK Done.\r\n')
    assert.match(talk.tell('e STARTTLS'), /^e BAD/)
    assert.equal(talk.session.is, 'before')
  }
})

test('A41 R010 no password is taken in the clear', () => {
  const talk = newTalk(newMemory(), { secure: false })
  for (const command of [`a LOGIN ${user} "${password}"`, 'a AUTHENTICATE PLAIN', 'a AUTHENTICATE PLAIN AGFkYQBjb3JyZWN0IGhvcnNl']) assert.match(talk.tell(command), /^a NO \[PRIVACYREQUIRED\]/)
  assert.ok(!talk.outputs.some((o) => o.do === 'ask'))
  assert.match(newTalk(newMemory(), { secure: false, clearLogin: true }).tell(`a LOGIN ${user} "${password}"`), /^a OK/, 'unless an administrator said so')
})

const coded = (text: string) => Buffer.from(text).toString('base64')
const sasl: [string, RegExp][] = [
  [coded(`\0${user}\0${password}`), /^a OK \[CAPABILITY/], [coded(`x\0${user}\0${password}`), /^a OK/], [coded(`${user}\0${password}`), /^a BAD/], [coded('\0\0'), /^a BAD/], [coded('\0a\0b\0c'), /^a BAD/], ['*', /^a BAD/], ['!!!', /^a BAD/], ['', /^a BAD/], ['{5}', /^a BAD/], [`${coded(`\0${user}\0${password}`)}=`, /^a BAD/],
]
for (const [line, wanted] of sasl) {
  test(`RFC 4616 2 AUTHENTICATE PLAIN ${line.slice(0, 30)} ${wanted.source}`, () => {
    const talk = newTalk(newMemory())
    assert.equal(talk.tell('a AUTHENTICATE PLAIN'), '+ \r\n')
    assert.match(talk.tell(line), wanted)
    if (line !== '' && line !== '*' && line !== '{5}') assert.match(newTalk(newMemory()).tell(`a AUTHENTICATE PLAIN ${line}`), wanted, 'with the command (RFC 4959)')
  })
}
test('RFC 3501 6.2.2 a mechanism that is not offered', () => assert.match(newTalk(newMemory()).tell('a AUTHENTICATE GSSAPI'), /^a NO/))

test('A14 a failed login is late, says nothing of the user, and the last one ends the connection', () => {
  const talk = newTalk(newMemory())
  for (let n = 1; n <= maxLogins; n++) {
    assert.equal(talk.tell(`a LOGIN ${n === 2 ? 'nobody' : user} wrong`), '')
    assert.equal(talk.session.wakeAt, talk.now + failureDelay)
    assert.equal(talk.say(n === 1 ? 'b NOOP\r\n' : ''), '', 'nothing overtakes it')
    talk.now += failureDelay
    const said = linesOf(talk.give({ is: 'wake' }))
    assert.equal(said[0], 'a NO [AUTHENTICATIONFAILED] The name or the password is wrong.')
    assert.equal(said[1], n === 1 ? 'b OK Done.' : n < maxLogins ? undefined : '* BYE Too many failed logins.')
  }
  assert.ok(ended(talk))
})

test('A14 a store that is away is no wrong password', () => {
  const memory = newMemory(), talk = newTalk(memory)
  memory.refuse = () => ({ is: 'refused', code: 'UNAVAILABLE', text: 'Try later.' })
  assert.equal(talk.tell('a LOGIN a b'), 'a NO [UNAVAILABLE] Try later.\r\n')
})

test('RFC 3501 6 nothing but what belongs to a state', () => {
  const talk = newTalk(newMemory())
  for (const command of ['SELECT INBOX', 'LIST "" *']) assert.match(talk.tell(`a ${command}`), /^a BAD/)
  const inside = loggedIn(newMemory())
  for (const command of ['LOGIN a b', 'STARTTLS', 'AUTHENTICATE PLAIN', 'FETCH 1 FLAGS', 'CLOSE', 'EXPUNGE', 'UID SEARCH ALL']) assert.match(inside.tell(`a ${command}`), /^a BAD The command is not possible now/)
})

test('A41 wrong commands are counted, and end the connection', () => {
  for (const [talk, most] of [[newTalk(newMemory()), maxWrongBefore], [loggedIn(newMemory()), maxWrong]] as const) {
    for (let n = 1; n < most; n++) assert.match(talk.tell('a XYZZY'), /^a BAD The command is not known\.\r\n$/)
    assert.match(talk.tell('a XYZZY'), /^a BAD .*\r\n\* BYE/)
    assert.ok(ended(talk))
    assert.equal(talk.tell('a NOOP'), '')
    assert.equal(talk.session.wakeAt, undefined)
  }
})

test('A41 before login no announced length costs memory', () => {
  for (const literal of ['{4097+}', '{99999999+}', '{4294967295+}']) {
    const talk = newTalk(newMemory())
    assert.match(talk.tell(`a LOGIN ${literal}`), /^a BAD .*\r\n\* BYE/)
    assert.ok(ended(talk))
  }
  const talk = newTalk(newMemory())
  assert.match(talk.tell('a LOGIN {99999}'), /^a BAD/)
  assert.equal(talk.tell('b NOOP'), 'b OK Done.\r\n', 'a literal that waits does not come')
  assert.equal(talk.tell('c APPEND INBOX {100}'), '+ Ready.\r\n', 'APPEND is nothing special before login')
  assert.match(talk.tell('x'.repeat(100)), /^c BAD/)
})

test('A41 before login a line that does not end is not kept, octet by octet or in large pieces', () => {
  for (const piece of ['a', 'a '.repeat(4_000), '{9+}\r\n']) {
    const talk = newTalk(newMemory())
    let most = 0
    for (let n = 0; n < 30_000 / piece.length * 3 && talk.session.is !== 'over'; n++) {
      talk.say(piece)
      most = Math.max(most, held(talk.session))
    }
    assert.ok(most <= maxCommandBefore + maxWaitingBefore, `${most} held`)
  }
})

test('A41 what waits behind a slow answer is bounded: the network is paused, then the connection ends', () => {
  const talk = newTalk(newMemory())
  talk.answers = false
  talk.tell('a LOGIN a b')
  talk.say('b NOOP\r\n'.repeat(pauseAt / 8 + 1))
  assert.deepEqual(talk.outputs.at(-1), { do: 'pause' })
  const [{ id } = { id: 0 }] = talk.asked, other = newTalk(newMemory())
  talk.give({ is: 'answer', id, answer: { is: 'done' } })
  assert.ok(talk.outputs.some((o) => o.do === 'resume') && held(talk.session) === 0)
  other.answers = false
  other.tell('a LOGIN a b')
  other.say('b NOOP\r\n'.repeat(maxWaitingBefore / 8 + 1))
  assert.ok(ended(other))
})

test('A41 back pressure: a FETCH of everything holds no more than a window and a batch, and goes on as the network takes it', () => {
  const memory = newMemory(), mail = `Subject: x\r\n\r\n${'x'.repeat(100_000)}`
  for (let n = 0; n < 40; n++) deposit(memory, 'INBOX', mail)
  const talk = loggedIn(memory, 'INBOX')
  talk.drains = false
  let taken = talk.say('a FETCH 1:* BODY.PEEK[]\r\nb NOOP\r\n'), all = ''
  for (let n = 0; n < 1_000 && taken !== ''; n++) {
    assert.ok(talk.session.unsent <= maxUnsent + maxPiece + 1_000, `${talk.session.unsent}`)
    all += taken
    taken = talk.give({ is: 'written', octets: taken.length })
  }
  assert.equal(all.split(mail).length, 41)
  assert.ok(all.endsWith(')\r\na OK Done.\r\nb OK Done.\r\n'))
})

test('A41 an idling client that does not read is told later, of it all at once', () => {
  const memory = newMemory(), mail = 'Subject: x\r\n\r\n'
  deposit(memory, 'INBOX', mail)
  const talk = loggedIn(memory, 'INBOX'), other = loggedIn(memory, 'INBOX')
  talk.tell('i IDLE')
  talk.drains = false
  talk.give({ is: 'written', octets: talk.session.unsent })
  for (let n = 0; n < 20_000; n++) other.tell(`a STORE 1 FLAGS (k${n})`)
  assert.ok(talk.session.unsent <= maxUnsent + 100, `${talk.session.unsent}`)
  assert.equal(talk.session.selected?.changed.size, 1)
  assert.equal(talk.give({ is: 'written', octets: talk.session.unsent }), '* 1 FETCH (FLAGS (k19999))\r\n'.replace('k19999', 'k19999 \\Recent'))
  assert.equal(talk.session.framing.waiting, '')
})

test('A41 a message that cannot be read to its end ends the connection: the literal was announced', () => {
  const memory = newMemory()
  deposit(memory, 'INBOX', `Subject: x\r\n\r\n${'x'.repeat(200_000)}`)
  const talk = loggedIn(memory, 'INBOX')
  let asked = 0
  memory.refuse = (ask) => ask.is === 'octets' && ++asked > 1 ? { is: 'refused', text: 'gone' } : undefined
  talk.tell('a FETCH 1 BODY.PEEK[]')
  assert.ok(ended(talk))
})

test('A41 APPEND: too large is refused before an octet of it; a closed connection leaves nothing', () => {
  const memory = newMemory(), talk = loggedIn(memory)
  assert.match(talk.tell(`a APPEND INBOX {${maxAppend + 1}}`), /^a NO \[TOOBIG\]/)
  assert.equal(talk.tell('b NOOP'), 'b OK Done.\r\n')
  talk.say('c APPEND INBOX {500000}\r\nabc')
  assert.ok(held(talk.session) === 0, 'the pieces are with the mailbox')
  talk.give({ is: 'closed' })
  assert.deepEqual(talk.outputs.at(-1), { do: 'abandon' })
  assert.deepEqual(uidsOf(memory, 'INBOX'), [])
  assert.match(loggedIn(memory).tell(`d APPEND INBOX {${maxAppend + 1}+}`), /^d NO \[TOOBIG\].*\r\n\* BYE/)
})

test('A41 commands hidden in a literal that was declined are not obeyed', () => {
  const memory = newMemory(), talk = loggedIn(memory), hidden = 'x DELETE INBOX\r\n'
  assert.match(talk.say(`a APPEND nowhere {${hidden.length}+}\r\n${hidden} {${hidden.length}+}\r\n${hidden}\r\nb NOOP\r\n`), /^a NO \[TRYCREATE\][^\r]*\r\nb OK Done\.\r\n$/)
  assert.ok(memory.mailboxes.has('INBOX'))
})

test('A4 no answer holds a line of a stranger: names, subjects, words of the mailbox', () => {
  const memory = newMemory(), talk = loggedIn(memory, undefined, ['e ENABLE IMAP4rev2'])
  assert.match(talk.say('a CREATE {9}\r\na\r\n* BYE\0\r\n'), /\+ Ready\.\r\na BAD/)
  assert.match(talk.say('b STATUS {12}\r\nx\r\n* BYE zzz (MESSAGES)\r\n'), /b NO \[CANNOT\] The name of the mailbox is malformed/)
  deposit(memory, 'INBOX', 'Subject: a\r\n b\0\x01"\\\r\n\r\n')
  talk.tell('s SELECT INBOX')
  assert.deepEqual(linesOf(talk.tell('c FETCH 1 ENVELOPE')), ['* 1 FETCH (ENVELOPE (NIL {7}', 'a b \x01"\\ NIL NIL NIL NIL NIL NIL NIL NIL))', 'c OK Done.'])
})

test('A18 RFC 3501 5.4 time-outs: to log in, and of silence', () => {
  const talk = newTalk(newMemory())
  talk.now = loginTime - 1
  talk.tell('a NOOP')
  assert.equal(talk.session.wakeAt, loginTime, 'chatter does not prolong it')
  talk.now = loginTime
  assert.match(talk.give({ is: 'wake' }), /^\* BYE Nothing was heard/)
  const inside = loggedIn(newMemory())
  assert.ok(idleTime >= 30 * 60_000)
  inside.now = 1_000
  inside.tell('a NOOP')
  assert.equal(inside.session.wakeAt, 1_000 + idleTime)
})

test('we end a session with words; after its end nothing moves it', () => {
  const talk = loggedIn(newMemory(), 'INBOX')
  assert.equal(talk.give({ is: 'end', text: 'Stopping.' }), '* BYE Stopping.\r\n')
  assert.deepEqual(talk.outputs.slice(-3).map((o) => o.do), ['send', 'leave', 'close'])
  const late: (Input | { is: 'wake' })[] = [{ is: 'opened' }, { is: 'bytes', octets: 'a NOOP\r\n' }, { is: 'secured' }, { is: 'written', octets: 5 }, { is: 'answer', id: 1, answer: { is: 'done' } }, { is: 'wake' }, { is: 'end', text: '' }, { is: 'closed' }]
  for (const input of late) assert.deepEqual(imapSession.step(talk.session, 99, input), [])
})

test('a session is plain data, small, and no password is found in it', () => {
  const memory = newMemory()
  for (let n = 0; n < 200; n++) deposit(memory, 'INBOX', 'Subject: x\r\n\r\n')
  const talk = loggedIn(memory, 'INBOX')
  talk.tell('i IDLE')
  const text = JSON.stringify(talk.session)
  assert.ok(text.length < 2_000 && !text.includes(password), `${text.length}`)
  assert.equal(newSession(0, { secure: true, startTls: false, clearLogin: false }).is, 'before')
})
