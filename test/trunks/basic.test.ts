/** A trunk between two systems: calls both ways, digest, what the carrier sees, what it may do. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pair } from './pair.ts'

test('a phone calls through the trunk and is called through it (dial plan 11.3, sip-trunk 1.1)', async () => {
  const { near, far, said, close } = await pair()
  const alice = near.phone('alice'), zoe = far.phone('zoe')
  const talk = alice.call('9031234567')
  assert.ok(near.until(() => zoe.talks.length > 0), JSON.stringify(said()))
  zoe.answer()
  assert.ok(near.until(() => talk.state === 'up' && zoe.talk.state === 'up'))
  assert.equal(near.calls.size, 1)
  assert.equal(far.calls.size, 1)
  near.run(2_000)
  alice.hangUp(talk)
  near.run(2_000)
  assert.equal(near.records.at(-1)?.legs.find((leg) => leg.side === 'out')?.phone, 'trunk carrier')
  const back = zoe.call('1002'), bob = near.phone('bob')
  assert.ok(near.until(() => bob.talks.length > 0))
  bob.answer()
  assert.ok(near.until(() => back.state === 'up'))
  assert.equal(near.records.length, 1)
  close()
})
