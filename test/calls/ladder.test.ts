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

const texts = (ladder: ReturnType<typeof newLadder>) => ladderOf(ladder).map(({ text }) => text)

test('A17 a flood of what is refused washes away no message of a call; both are shown in the order in which they came', () => {
  const ladder = newLadder(8_000), [call, late] = [message('Call-ID: call'), message('Call-ID: late')]
  rung(ladder, 1, 'in', peer, call)
  for (let n = 0; n < 1_000; n++) rung(ladder, 2, 'in', peer, message(`Call-ID: flood${n}`), true)
  rung(ladder, 3, 'out', peer, late)
  const kept = texts(ladder)
  assert.deepEqual([kept[0], kept.at(-1)], [call, late])
  assert.ok(kept.slice(1, -1).every((text) => text.includes('flood')) && kept.length > 5)
  assert.equal(kept.at(-2), message('Call-ID: flood999'))
})

test('the ring keeps the newest messages, each whole, within its octets, whatever their lengths', () => {
  const size = 3_000, ladder = newLadder(size), given: string[] = []
  for (let n = 0, seed = 7; n < 5_000; n++, seed = seed * 48_271 % 2_147_483_647) {
    const text = `${n}:${'x'.repeat(seed % 700)}`
    given.push(text)
    rung(ladder, n, n % 2 === 0 ? 'in' : 'out', peer, text)
    const kept = texts(ladder)
    assert.deepEqual(kept, given.slice(-kept.length))
    assert.ok(kept.join('').length <= size)
  }
  assert.ok(texts(ladder).join('').length > size / 2)
})

test('a message longer than the ring is not kept, and one of no octets keeps its place', () => {
  const ladder = newLadder(800)
  rung(ladder, 1, 'in', peer, 'x'.repeat(701))
  rung(ladder, 2, 'in', peer, '')
  rung(ladder, 3, 'in', peer, 'y'.repeat(700))
  assert.deepEqual(texts(ladder).map(({ length }) => length), [0, 700])
  rung(newLadder(0), 1, 'in', peer, 'x')
})
