/** A slice of the walks; `node tools/simulate.ts --walk 1000000` goes further. Standards RFC 3261 12, 13, 14; 3262; 3311; 3515; 3891; attack classes A1, A9 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMessage } from '../../../src/wire/sip/index.ts'
import { simulatedSite } from '../../../src/main/simulation/start.ts'
import { playWalk, walkSite } from '../../../src/main/simulation/walk.ts'
import { newRules, watch } from '../../../src/main/simulation/walk/rules.ts'

for (const seed of [15, 28, 33, 1129, 1154, 2, 3, 4]) {
  test(`A9 A1 phones that say anything in a dialog, at any moment: no exception, nothing left when all timers have run out, walk ${seed}`, async () => {
    const walk = playWalk(await simulatedSite(walkSite), seed, 400)
    assert.deepEqual(walk.problems, [])
    assert.ok(walk.calls > 5, 'there were calls')
  })
}

test('the same seed walks the same way', async () => {
  const site = await simulatedSite(walkSite)
  assert.deepEqual(playWalk(site, 77, 200), playWalk(site, 77, 200))
})

test('RFC 3261 12.2.1.1, 17.2.1 what a walk would notice: a number that does not grow, a success that is taken back', () => {
  const rules = newRules(), say = (text: string, at = 0): void => {
    const parsed = parseMessage(`${text}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK${text.startsWith('SIP') ? 'r' : text.length}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@c>;tag=2\r\nCall-ID: 1\r\nCSeq: 5 ${text.startsWith('SIP') ? 'INFO' : text.split(' ', 1)[0]}\r\nContent-Length: 0\r\n\r\n`)
    assert.ok(parsed.ok)
    watch(rules, at, parsed.message)
  }
  say('INFO sip:a@b SIP/2.0')
  say('BYE sip:a@b SIP/2.0')
  assert.deepEqual(rules.problems.splice(0), ['BYE 5 after 5 in one dialog'])
  say('SIP/2.0 200 Fine')
  say('SIP/2.0 500 Not so')
  say('SIP/2.0 481 Long after', 60_000)
  assert.deepEqual(rules.problems, ['INFO was answered 200, then 500'])
})
