/** SIPp as phones in a long call: who refreshes the session and what becomes of one that nobody refreshes. RFC 4028 7, 8, 9, 10. Nothing but the clock makes a refresh due: these take a minute, side by side. */
import { test } from 'node:test'
import { ackAndBye, agree, answer, await_, calling, hear, must, ring, sdp, untilBye, within } from './sipp.ts'
import { absent, openStage, type Row } from './sippPlay.ts'

const least = 'Supported: timer\nSession-Expires: 90;refresher=uas\nMin-SE: 90\n'
const can = 'Allow: INVITE, ACK, BYE, CANCEL, UPDATE\nSupported: timer\nRequire: timer\n'

const rows: readonly Row[] = [
  { name: 'RFC 4028 9 10 we refresh at half the time: the caller by re-INVITE with the same description, the called one by UPDATE without', seconds: 120, ends: 200,
    caller: [...calling(least), ...ring, hear(200, '', must('90;refresher=uas', 'Session-Expires')), within('ACK', { cseq: 2 }), await_('INVITE', must('90;refresher=uac', 'Session-Expires')), agree(200, 'Supported: timer\nRequire: timer\nSession-Expires: 90;refresher=uac\n', sdp()), await_('ACK'), within('BYE', { cseq: 3 }), hear(200)],
    callee: [await_('INVITE', must('timer', 'Supported')), answer(180), answer(200, { headers: `${can}Session-Expires: 90;refresher=uac\n`, body: sdp() }), await_('ACK'), await_('UPDATE', must('90;refresher=uac', 'Session-Expires')), agree(200, `${can}Session-Expires: 90;refresher=uac\n`), ...untilBye] },
  { name: 'RFC 4028 10 the caller would have refreshed and does not: BYE to both before the time is over', seconds: 140, ends: 408,
    caller: [...calling(least.replace('uas', 'uac')), ...ring, hear(200, '', must('90;refresher=uac', 'Session-Expires')), within('ACK', { cseq: 2 }), await_('BYE'), agree()], callee: [await_('INVITE'), answer(180), answer(200, { body: sdp() }), await_('ACK'), ...untilBye] },
  { name: 'RFC 4028 7.3 the called one wants a longer session: asked again after its 422', caller: [...calling(), ...ring, hear(200), ...ackAndBye],
    callee: [await_('INVITE'), answer(422, { headers: 'Min-SE: 3600\n' }), await_('ACK'), await_('INVITE', must('3600', 'Session-Expires')), answer(180), answer(200, { headers: 'Supported: timer\nRequire: timer\nSession-Expires: 3600;refresher=uac\n', body: sdp() }), await_('ACK'), ...untilBye], ends: 200 },
]

const stage = openStage(rows, '5')

test('SIPp: sessions that are refreshed, and one that is not', { concurrency: true, timeout: 280_000 }, async (t) => {
  if (!stage) { t.diagnostic(absent); return }
  await Promise.all(rows.map((row) => t.test(row.name, () => stage.play(row))))
})
