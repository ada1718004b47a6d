/** SIPp as caller and as phone: each row is a dialogue in which every message is expected. RFC 3261, 3262, 3311, 3428, 3515, 3891, 4028, 5393; R253; A5, A11. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ackAndBye, agree, answer, answerKept, ask, await_, byeFromCalled, calling, hear, keep, keepFrom, mayHear, must, pause, proven, provenAt, refused, registering, ring, rseq, sdp, sipp, taken, untilBye, usual, within,
} from './sipp.ts'
import { openDoor } from './sippDoor.ts'
import { absent, openStage, type Row, trace } from './sippPlay.ts'
import { caText } from './town.ts'

const rows: readonly Row[] = [
  { name: 'RFC 3261 13 a call', caller: [...calling(), ...ring, hear(200), ...ackAndBye], callee: usual, ends: 200 },
  { name: 'RFC 3261 15 the called one hangs up', caller: [...calling(), ...ring, hear(200), within('ACK', { cseq: 2 }), await_('BYE'), agree()],
    callee: [await_('INVITE', keepFrom), answer(180), ...taken, pause(100), byeFromCalled, hear(200)], ends: 200 },
  { name: 'RFC 3261 9 CANCEL', caller: [...calling(), ...mayHear(100), hear(180), ask('CANCEL', { cseq: 2, branchOf: provenAt }), hear(200), hear(487), within('ACK', { cseq: 2, uri: 'sip:[callee]@test.lab', branchOf: provenAt })],
    callee: [await_('INVITE'), answer(180), await_('CANCEL'), agree(), () => '<send><![CDATA[\nSIP/2.0 487 Cancelled\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]u[call_number]\n[last_Call-ID:]\nCSeq: 1 INVITE\nContent-Length: 0\n\n]]></send>\n', await_('ACK')], ends: 487 },
  { name: 'RFC 3261 21.4.21 busy', caller: [...calling(), ...refused(486)], callee: [await_('INVITE'), answer(486), await_('ACK')], ends: 486 },
  { name: 'RFC 3261 21.6 declined', caller: [...calling(), ...refused(603)], callee: [await_('INVITE'), answer(603), await_('ACK')], ends: 603 },
  { name: 'RFC 3261 13.2.1 delayed offer', caller: [...calling('', ''), ...ring, hear(200, '', must('m=audio')), within('ACK', { cseq: 2, body: sdp() }), pause(100), within('BYE', { cseq: 3 }), hear(200)],
    callee: [await_('INVITE'), answer(180), answer(200, { body: sdp() }), await_('ACK', must('m=audio')), ...untilBye], ends: 200 },
  { name: 'RFC 3262 100rel required', caller: [...calling('Require: 100rel\n'), ...mayHear(100), hear(183, '', rseq), within('PRACK', { cseq: 3, headers: 'RAck: [$rseq] 2 INVITE\n' }), hear(200), hear(200), within('ACK', { cseq: 2 }), pause(100), within('BYE', { cseq: 4 }), hear(200)],
    callee: [await_('INVITE'), answer(183, { body: sdp() }), pause(500), ...taken, ...untilBye], ends: 200 },
  { name: 'RFC 4028 session timer: 90 s agreed, one refresh answered', caller: [...calling('Supported: timer\nSession-Expires: 90;refresher=uac\nMin-SE: 90\n'), ...ring, hear(200, '', must('90;refresher=uac', 'Session-Expires')), within('ACK', { cseq: 2 }), pause(100),
    within('INVITE', { cseq: 3, body: sdp(), headers: 'Supported: timer\nSession-Expires: 90;refresher=uac\n' }), ...mayHear(100), hear(200, '', must('90', 'Session-Expires')), within('ACK', { cseq: 3 }), within('BYE', { cseq: 4 }), hear(200)], callee: usual, ends: 200 },
  { name: 'RFC 4028 5 422 with Min-SE', caller: [...calling('Supported: timer\nSession-Expires: 30\n'), ...refused(422, must('90', 'Min-SE'))] },
  { name: 'RFC 3311 UPDATE with the same description', caller: [...calling(), ...ring, hear(200), within('ACK', { cseq: 2 }), pause(200), within('UPDATE', { cseq: 3, body: sdp() }), hear(200, '', must('m=audio')), within('BYE', { cseq: 4 }), hear(200)], callee: usual, ends: 200 },
  { name: 'RFC 3264 8.4 hold reaches the other', caller: [...calling(), ...ring, hear(200), within('ACK', { cseq: 2 }), pause(200), within('INVITE', { cseq: 3, body: sdp('sendonly').replace('o=- 1 1', 'o=- 1 2') }), ...mayHear(100), hear(200, '', must('a=recvonly')), within('ACK', { cseq: 3 }), within('BYE', { cseq: 4 }), hear(200)],
    callee: [await_('INVITE'), answer(180), ...taken, await_('INVITE', must('a=sendonly')), agree(200, '', sdp('recvonly').replace('o=- 1 1', 'o=- 1 2')), await_('ACK'), ...untilBye], ends: 200 },
  { name: 'RFC 3311 5.1 hold by UPDATE', caller: [...calling(), ...ring, hear(200), within('ACK', { cseq: 2 }), pause(200), within('UPDATE', { cseq: 3, body: sdp('sendonly').replace('o=- 1 1', 'o=- 1 2') }), hear(200, '', must('a=recvonly')), within('BYE', { cseq: 4 }), hear(200)],
    callee: [await_('INVITE'), answer(180), ...taken, await_('INVITE', must('a=sendonly')), agree(200, '', sdp('recvonly').replace('o=- 1 1', 'o=- 1 2')), await_('ACK'), ...untilBye], ends: 200 },
  { name: 'RFC 3261 14.1 glare: a 491 is waited out and the offer made again', caller: [...calling(), ...ring, hear(200), within('ACK', { cseq: 2 }), pause(200), within('INVITE', { cseq: 3, body: sdp('sendonly').replace('o=- 1 1', 'o=- 1 2') }), ...mayHear(100), hear(200, '', must('a=recvonly')), within('ACK', { cseq: 3 }), within('BYE', { cseq: 4 }), hear(200)],
    callee: [await_('INVITE'), answer(180), ...taken, await_('INVITE', must('a=sendonly')), agree(491), await_('ACK'), await_('INVITE', must('a=sendonly')), agree(200, '', sdp('recvonly').replace('o=- 1 1', 'o=- 1 2')), await_('ACK'), ...untilBye], ends: 200 },
  { name: 'RFC 6086 INFO and RFC 3428 MESSAGE pass inside a call', caller: [...calling(), ...ring, hear(200), within('ACK', { cseq: 2 }), pause(200), within('INFO', { cseq: 3, content: 'application/dtmf-relay', body: 'Signal=5\nDuration=160\n' }), hear(200), within('MESSAGE', { cseq: 4, content: 'text/plain', body: 'hello' }), hear(200), within('BYE', { cseq: 5 }), hear(200)],
    callee: [await_('INVITE'), answer(180), ...taken, await_('INFO', must('Signal=5')), agree(), await_('MESSAGE', must('hello')), agree(), ...untilBye], ends: 200 },
  { name: 'RFC 3428 MESSAGE outside a call', caller: [...proven('MESSAGE', { content: 'text/plain', body: 'hello' }), hear(200)], callee: [await_('MESSAGE', must('hello')), answer(200)] },
  { name: 'RFC 3261 21.3 a 302 is followed', caller: [...calling(), ...ring, hear(200), ...ackAndBye], callee: [await_('INVITE'), () => '<send><![CDATA[\nSIP/2.0 302 Moved\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]u\n[last_Call-ID:]\n[last_CSeq:]\nContact: <sip:[other]@test.lab>\nContent-Length: 0\n\n]]></send>\n', await_('ACK')], third: usual, ends: 200 },
  { name: 'forward on no answer', line: { noAnswerSeconds: 1, forwardNoAnswer: 'third' }, caller: [...calling(), ...ring, hear(200), ...ackAndBye],
    callee: [await_('INVITE'), answer(180), await_('CANCEL'), agree()], third: usual, ends: 200 },
  { name: 'RFC 3515 blind transfer', caller: [...calling(), ...ring, hear(200), within('ACK', { cseq: 2 }), pause(200), within('REFER', { cseq: 3, headers: 'Refer-To: <sip:[other]@test.lab>\n' }), hear(202), await_('NOTIFY', must('SIP/2.0 100')), agree(), await_('NOTIFY'), agree(), await_('NOTIFY', must('SIP/2.0 200')), agree(), await_('BYE'), agree()],
    callee: [await_('INVITE'), answer(180), ...taken, await_('INVITE'), agree(200, '', sdp().replace('o=- 1 1', 'o=- 1 2')), await_('ACK'), ...untilBye],
    third: [await_('INVITE', keepFrom), answer(180), pause(300), ...taken, pause(200), byeFromCalled, hear(200)] },
  { name: 'RFC 3261 12.1 early media of two branches, the second answers', caller: [...calling(), ...mayHear(100), hear(183, '', must('a=sendrecv')), hear(183, '', must('a=recvonly')), hear(200), ...ackAndBye],
    callee: [await_('INVITE'), answer(183, { tag: 'one', body: sdp() }), pause(200), answer(183, { tag: 'two', body: sdp('recvonly') }), pause(200), answer(200, { tag: 'two', body: sdp() }), await_('ACK'), ...untilBye], ends: 200,
    check: (messages) => { assert.equal(new Set([...messages.matchAll(/^SIP\/2\.0 183[\s\S]*?^To:.*;tag=(\S+)/gm)].map((found) => found[1])).size, 2, 'two dialogs') } },
  { name: 'RFC 3261 13.2.2.4 a second 2xx with another tag is acknowledged and ended', caller: [...calling(), ...ring, hear(200), within('ACK', { cseq: 2 }), pause(1_500), within('BYE', { cseq: 3 }), hear(200)],
    callee: [await_('INVITE', keep('Via', 'From')), answer(180, { tag: 'one' }), answer(200, { tag: 'one', body: sdp() }), await_('ACK', must('tag=[0-9]+u[0-9]+one', 'To')), answerKept(200, 1, sdp(), 'two'), await_('ACK', must('tag=[0-9]+u[0-9]+two', 'To')), await_('BYE', must('tag=[0-9]+u[0-9]+two', 'To')), agree(), ...untilBye], ends: 200 },
  { name: 'RFC 3261 8.2.2.3 420 names what is not understood', caller: [ask('INVITE', { cseq: 1, body: sdp(), headers: 'Require: x-not-there\n' }), hear(420, '', must('x-not-there', 'Unsupported')), within('ACK', { cseq: 1, uri: 'sip:[callee]@test.lab', branchOf: 0 })] },
  { name: 'RFC 3261 21.4.13 415 with Accept', caller: [...proven('INVITE', { content: 'application/x-not-there', body: 'x' }), ...refused(415, must('application/sdp', 'Accept'))] },
  { name: 'RFC 3261 8.1.1.6 Max-Forwards 0', caller: [...proven('INVITE', { body: sdp(), maxForwards: 0 }), ...refused(483)] },
  { name: 'RFC 3261 8.2.1 a method that nobody knows', caller: [ask('DANCE', { cseq: 1 }), hear(501, '', must('INVITE', 'Allow'))] },
  { name: 'RFC 3261 8.2.2.1 a scheme that nobody knows', caller: [ask('OPTIONS', { cseq: 1, uri: 'fax:123' }), hear(416)] },
  { name: 'RFC 3261 12.2.2 BYE of no call', caller: [ask('BYE', { cseq: 1, to: '<sip:[callee]@test.lab>;tag=nobody' }), hear(481)] },
  { name: 'A11 a wrong password calls nobody', wrongPassword: true, caller: [...calling(), ...mayHear(100), hear(401), within('ACK', { cseq: 2, uri: 'sip:[callee]@test.lab', branchOf: provenAt })] },
  { name: 'R253 A22 no SRTP, no call: 488 that says why', mediaSecurity: 'required', caller: [...calling(), ...refused(488, must('399 ringfort .*SRTP', 'Warning'))], ends: 488 },
]

const stage = openStage(rows), a = '7001'

test('SIPp: each dialogue as the standard has it', { concurrency: 3, timeout: 230_000 }, async (t) => {
  if (!stage) { t.diagnostic(absent); return }
  await Promise.all(rows.map((row) => t.test(row.name, () => stage.play(row))))
})

test('RFC 3261 10 18 registration over UDP, TCP and TLS; a wrong password is refused', { timeout: 100_000 }, async (t) => {
  if (!stage) { t.diagnostic(absent); return }
  const open = await stage.town, door = await openDoor(open.tls, caText(open), 0)
  t.after(() => { door.close() })
  for (const [transport, server] of [['u1', open.udp], ['t1', open.tcp], ['t1', door.port]] as const) {
    const o = await stage.optionsOf(a, a), done = await sipp({ ...o, server, transport, name: 'register', steps: registering(0).slice(0, -1).concat(hear(200)) })
    assert.equal(done.code, 0, `${transport} ${server} ${trace(o.folder, 'register')}`)
  }
  const o = await stage.optionsOf(a, a), wrong = await sipp({ ...o, password: 'not-it', name: 'register', steps: [...registering().slice(0, -1), hear(401)] })
  assert.equal(wrong.code, 0, trace(o.folder, 'register'))
})

test('RFC 3261 11 OPTIONS, 1,000 a second for 4 s, all answered', { timeout: 60_000 }, async (t) => {
  if (!stage) { t.diagnostic(absent); return }
  const o = await stage.optionsOf(a, a)
  const { code, out } = await sipp({ ...o, name: 'options', steps: [ask('OPTIONS', { cseq: 1, uri: 'sip:test.lab' }), hear(200)], more: ['-r', '1000', '-m', '4000', '-l', '2000'], seconds: 30 })
  assert.equal(code, 0, out.slice(-800))
})
