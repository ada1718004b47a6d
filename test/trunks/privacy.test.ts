/** What a trunk says of a caller who does not want to be shown, in the INVITE and in what comes after it. RFC 3323 4.1, RFC 3325 7; A12. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pair } from './pair.ts'

/** Alice calls zoe over the trunk and holds the call: every line of what went to the carrier. */
async function toCarrier(trunk: string): Promise<string[]> {
  const { near, far, close } = await pair({ trunk: `remotePartyId: true, ${trunk}` })
  const alice = near.phone('alice'), zoe = far.phone('zoe'), talk = alice.call('9031234567')
  assert.ok(near.until(() => zoe.talks.length > 0))
  zoe.answer()
  assert.ok(near.until(() => talk.state === 'up' && zoe.talk.state === 'up'))
  alice.hold(talk)
  near.run(2_000)
  const sent = near.ladder().filter((one) => one.to === '10.0.0.2' && one.what === 'INVITE').map(({ text }) => text)
  assert.ok(sent.length > 1, 'the hold reaches the carrier')
  close()
  return sent.flatMap((text) => text.split('\r\n'))
}

test('RFC 3323 RFC 3325 privacy always: neither the INVITE nor a re-INVITE names the caller', async () => {
  const lines = await toCarrier('privacy: always')
  assert.ok(lines.includes('Privacy: id'))
  assert.deepEqual(lines.filter((line) => /1001|Alice/.test(line)), [])
})

test('RFC 3325 privacy default: who says nothing is named', async () => {
  const lines = await toCarrier('')
  assert.equal(lines.filter((line) => /^(?:P-Asserted-Identity|Remote-Party-ID): "Alice Adams" <sip:1001@near\.test>/.test(line)).length, 2)
  assert.ok(!lines.some((line) => line.startsWith('Privacy')))
})
