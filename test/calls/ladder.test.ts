/** The ladder: whose messages are shown. Standards RFC 3261 7.3.1, 7.3.3, 20.8 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callIdsWith, ladderOf, newLadder, rung } from '../../src/calls/ladder.ts'

const peer = { transport: 'udp', address: '192.0.2.4', port: 5060 } as const
const message = (callId: string, more = '', body = '') => `INVITE sip:b@c SIP/2.0\r\nFrom: <sip:a@b>;tag=fromtag1${more}\r\nTo: <sip:b@c>\r\n${callId}\r\nCSeq: 1 INVITE\r\n\r\n${body}`

function filled() {
  const ladder = newLadder()
  const texts = [
    message('Call-ID: secret1'), message('i: secret1'), message('CALL-ID :\r\n secret1 '), message('I:secret1', '0'),
    message('Call-ID: secret10'), message('Call-ID: xsecret1'), message('Call-ID: other', '', 's=secret1\r\ni: secret1\r\n'), message('Call-ID: other2', '0;x=secret1'),
  ]
  for (const [at, text] of texts.entries()) rung(ladder, at, 'in', peer, text)
  return ladder
}

test('A9 a Call-ID that stands in another message, or is part of another one, shows nothing of that call', () => {
  assert.deepEqual(ladderOf(filled(), ['secret1']).map((one) => one.at), [0, 1, 2, 3])
  assert.deepEqual(ladderOf(filled(), []), [])
  assert.deepEqual(ladderOf(filled(), ['']), [])
  assert.equal(ladderOf(filled()).length, 8)
})

test('A9 dialogs are found by a whole tag', () => {
  assert.deepEqual(callIdsWith(filled(), ['fromtag10']), ['secret1', 'other2'])
  assert.deepEqual(callIdsWith(filled(), ['fromtag']), [])
})
