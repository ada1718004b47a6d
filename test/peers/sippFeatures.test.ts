/** SIPp as phones that move calls, loop, cross and race: RFC 3261, 3262, 3515, 3891, 5359, 5393, 5589; A47. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ackAndBye, agree, answer, answerKept, ask, await_, byeFromCalled, calling, fromCalled, hear, keep, keepFrom, mayHear, must, pause, provenAt, refused, ring, rseq, sdp, sdpAnew, type Step, taken, untilBye, usual, within,
} from './sipp.ts'
import { absent, type DialogOf, openStage, type Row } from './sippPlay.ts'

const up: Step[] = [...calling(), ...ring, hear(200), within('ACK', { cseq: 2 })]
const hungUp: Step[] = [await_('BYE'), agree()]
/** A re-INVITE for the called one, answered. */
const moved = (action = ''): Step[] => [await_('INVITE', action), agree(200, '', sdpAnew()), await_('ACK')]
const replaces = ({ callId, ourTag, theirTag }: DialogOf, more = '') => `Replaces: ${callId};to-tag=${ourTag};from-tag=${theirTag}${more}\nRequire: replaces\n`
/** RFC 3891 3, 3515 2.1: the header as a header of the URI. */
const inUri = ({ callId, ourTag, theirTag }: DialogOf) => encodeURIComponent(`${callId};to-tag=${ourTag};from-tag=${theirTag}`)
/** The same request by another way: a branch of its own (RFC 3261 8.2.2.2). */
const copied: Step[] = [ask('INVITE', { cseq: 2, body: sdp() }), hear(482), within('ACK', { cseq: 2, uri: 'sip:[callee]@test.lab', branchOf: provenAt + 2 })]
const reliable: Step = answer(183, { headers: 'Require: 100rel\nRSeq: 7\n', body: sdp() })
const held: Pick<Row, 'caller' | 'callee' | 'ends'> = {
  caller: [...up, pause(100), within('INVITE', { cseq: 3, body: sdpAnew('sendonly') }), ...mayHear(100), hear(200, '', must('a=recvonly')), within('ACK', { cseq: 3 }), await_('BYE'), agree()],
  callee: [await_('INVITE', keepFrom), answer(180), ...taken, await_('INVITE', must('a=sendonly')), agree(200, '', sdpAnew('recvonly')), await_('ACK'), pause(100), byeFromCalled, hear(200)], ends: 200,
}

const rows: readonly Row[] = [
  { name: 'RFC 3891 3 INVITE with Replaces: the caller goes on at another phone of the line', caller: [...up, ...hungUp], second: (first) => [...calling(replaces(first)), ...mayHear(100), hear(200, '', must('a=sendrecv')), ...ackAndBye],
    callee: [await_('INVITE'), answer(180), ...taken, ...moved(), ...untilBye], ends: 200 },
  { name: 'RFC 3891 3 early-only: an answered call is left alone', caller: [...up, pause(1_500), within('BYE', { cseq: 3 }), hear(200)], second: (first) => [...calling(replaces(first, ';early-only')), ...refused(486)], callee: usual },
  { name: 'RFC 3891 3 A9 no such dialog, or not quite: 481', caller: [...up, pause(1_500), within('BYE', { cseq: 3 }), hear(200)], second: (first) => [...calling(replaces({ ...first, theirTag: `${first.theirTag}x` })), ...refused(481)], callee: usual },
  { name: 'RFC 5589 7 RFC 3515 attended transfer: REFER with Replaces', caller: [...up, ...hungUp],
    second: (first) => [...calling('', sdp()).map((step) => (at: number) => step(at).replaceAll('[callee]', '[other]')), ...ring, hear(200), within('ACK', { cseq: 2, to: '<sip:[other]@test.lab>[peer_tag_param]' }), pause(100),
      within('REFER', { cseq: 3, to: '<sip:[other]@test.lab>[peer_tag_param]', headers: `Refer-To: <sip:[callee]@test.lab?Replaces=${inUri(first)}>\nReferred-By: <sip:[caller]@test.lab>\n` }), hear(202),
      await_('NOTIFY', must('SIP/2.0 100')), agree(), await_('NOTIFY', must('SIP/2.0 200')), agree(), ...hungUp],
    callee: [await_('INVITE', keepFrom), answer(180), ...taken, ...moved(), pause(300), byeFromCalled, hear(200)], third: [await_('INVITE'), answer(180), ...taken, ...moved(must('a=sendrecv')), ...untilBye] },
  { name: 'RFC 5589 7 A9 REFER with Replaces of no dialog: NOTIFY says 481, the call goes on', caller: [...up, pause(100), within('REFER', { cseq: 3, headers: 'Refer-To: <sip:[other]@test.lab?Replaces=nobody%3Bto-tag%3Da%3Bfrom-tag%3Db>\n' }), hear(202),
    await_('NOTIFY', must('SIP/2.0 100')), agree(), await_('NOTIFY', must('SIP/2.0 481')), agree(), within('BYE', { cseq: 4 }), hear(200)], callee: usual, ends: 200 },
  { name: 'RFC 3261 8.2.2.2 the same INVITE by another way: 482, and the first one rings on', caller: [...calling(), hear(100), ...copied, hear(180), ...mayHear(183), hear(200), ...ackAndBye],
    callee: [await_('INVITE'), pause(1_000), answer(180), pause(300), ...taken, ...untilBye], ends: 200 },
  { name: 'RFC 3261 16.3 A47 lines that forward in a circle: 482', line: { forwardAll: 'callee' }, caller: [...calling(), ...mayHear(100, 181), hear(482), within('ACK', { cseq: 2, uri: 'sip:[callee]@test.lab', branchOf: provenAt })], ends: 482 },
  { name: 'RFC 3261 16.3 A47 a 302 to itself: 482', caller: [...calling(), ...mayHear(100, 181), hear(482), within('ACK', { cseq: 2, uri: 'sip:[callee]@test.lab', branchOf: provenAt })],
    callee: [await_('INVITE'), () => '<send><![CDATA[\nSIP/2.0 302 Moved\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]u\n[last_Call-ID:]\n[last_CSeq:]\nContact: <sip:[callee]@test.lab>\nContent-Length: 0\n\n]]></send>\n', await_('ACK')], ends: 482 },
  { name: 'RFC 3261 16.6 Max-Forwards goes down by one', caller: [...calling(), ...ring, hear(200), ...ackAndBye], callee: [await_('INVITE', must('69', 'Max-Forwards')), answer(180), ...taken, ...untilBye], ends: 200 },
  { name: 'RFC 3262 4 the called phone requires 100rel: PRACK both ways', caller: [...calling('Supported: 100rel\n'), ...mayHear(100), hear(183, '', rseq), within('PRACK', { cseq: 3, headers: 'RAck: [$rseq] 2 INVITE\n' }), hear(200), hear(200), within('ACK', { cseq: 2 }), pause(100), within('BYE', { cseq: 4 }), hear(200)],
    callee: [await_('INVITE', keep('Via', 'From', 'Supported')), reliable, await_('PRACK', must('7 1 INVITE', 'RAck')), agree(), pause(300), answerKept(200, 1), await_('ACK'), ...untilBye], ends: 200 },
  { name: 'RFC 3262 3 no PRACK is asked of a caller that has not offered it', caller: [...calling(), ...mayHear(100), hear(183), hear(200), ...ackAndBye], callee: [await_('INVITE'), answer(183, { body: sdp() }), pause(300), ...taken, ...untilBye], ends: 200,
    check: (messages) => { assert.doesNotMatch(messages, /^RSeq:/m) } },
  { name: 'RFC 3261 14.1 14.2 re-INVITEs cross: 491 both ways, and both are made again', seconds: 40,
    caller: [...up, pause(300), within('INVITE', { cseq: 3, body: sdpAnew('sendonly') }), ...mayHear(100), hear(200, '', must('a=recvonly')), within('ACK', { cseq: 3 }), await_('INVITE', must('a=sendrecv')), agree(200, '', sdpAnew('sendrecv', 3)), await_('ACK'), within('BYE', { cseq: 4 }), hear(200)],
    callee: [await_('INVITE'), answer(180), ...taken, await_('INVITE', keep('Via', 'From')), fromCalled('INVITE', 1, sdpAnew()), hear(491), fromCalled('ACK', 1), answerKept(491, 2), await_('ACK'),
      await_('INVITE', must('a=sendonly')), agree(200, '', sdpAnew('recvonly', 3)), await_('ACK'), pause(500), fromCalled('INVITE', 2, sdpAnew('sendrecv', 4)), ...mayHear(100), hear(200), fromCalled('ACK', 2), ...untilBye], ends: 200 },
  { name: 'RFC 3261 9.2 CANCEL that comes after the 200: the call stands', caller: [...calling(), ...ring, hear(200), ask('CANCEL', { cseq: 2, branchOf: provenAt }), () => '<recv response="200"/>\n', within('ACK', { cseq: 2 }), pause(200), within('BYE', { cseq: 3 }), hear(200)], callee: usual, ends: 200 },
  { name: 'RFC 3261 9.1 15 CANCEL crosses the 200 of the called one: acknowledged and hung up', caller: [...calling(), ...mayHear(100), hear(180), ask('CANCEL', { cseq: 2, branchOf: provenAt }), hear(200), hear(487), within('ACK', { cseq: 2, uri: 'sip:[callee]@test.lab', branchOf: provenAt })],
    callee: [await_('INVITE', keep('Via', 'From')), answer(180), await_('CANCEL'), answerKept(200, 1, sdp()), await_('ACK'), await_('BYE'), agree()], ends: 487 },
  { name: 'RFC 3264 8.4 a phone that adds its tag to a To that has it: its answer counts', caller: [...up, pause(100), within('INVITE', { cseq: 3, body: sdpAnew('sendonly') }), ...mayHear(100), hear(200, '', must('a=recvonly')), within('ACK', { cseq: 3 }), within('BYE', { cseq: 4 }), hear(200)],
    callee: [await_('INVITE'), answer(180), ...taken, await_('INVITE'), answer(200, { body: sdpAnew('recvonly') }), await_('ACK'), await_('BYE'), answer(200)], ends: 200 },
  { name: 'RFC 3261 14.1 a phone that asks for an offer and leaves the answer out of its ACK: the session goes on as it was', caller: [...up, pause(100), within('INVITE', { cseq: 3 }), ...mayHear(100), hear(200, '', must('m=audio')), within('ACK', { cseq: 3 }), pause(500), within('BYE', { cseq: 4 }), hear(200)],
    callee: [await_('INVITE'), answer(180), ...taken, await_('INVITE'), agree(200, '', sdpAnew()), await_('ACK', must('m=audio')), ...untilBye], ends: 200 },
  { name: 'RFC 3261 18 a call over TCP, held and hung up from the other end', transport: 'tcp', ...held },
  { name: 'RFC 3261 26.3.1 RFC 5626 a call over TLS on the connections that registered', transport: 'tls', ...held },
]

const stage = openStage(rows, '6')

test('SIPp: calls that move, loop, cross and race', { concurrency: 3, timeout: 230_000 }, async (t) => {
  if (!stage) { t.diagnostic(absent); return }
  await Promise.all(rows.map((row) => t.test(row.name, () => stage.play(row))))
})
