/** Dialogs whose far end is silent, forgetful or in doubt: BYE all the same. What SIPp scenarios of others showed. RFC 3261 9.2, 12.2.1.2, 19.1.6; RFC 4028 10 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameOf } from '../../src/calls/numbers.ts'
import { parseUri } from '../../src/wire/sip/index.ts'
import { town } from './town.ts'

test('RFC 4028 10: a caller that was to refresh and does not gets a BYE before the time is over, as the other one does', async () => {
  const t = await town(), { alice, bob } = t
  const near = alice.call('1002', { headers: 'Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n' })
  assert.ok(t.system.until(() => bob.talks.some((one) => one.invite !== undefined)), 'it rings')
  bob.answer()
  assert.ok(t.system.until(() => near.state === 'up'), 'it is answered')
  near.session4028 = undefined                                            // it forgets
  t.said()
  t.tick(59_000)
  assert.deepEqual(t.said().filter((one) => one.endsWith('BYE')), [])
  t.tick(3_000)
  assert.deepEqual(t.said().filter((one) => one.endsWith('<BYE')).sort(), ['alice<BYE', 'bob<BYE'])
  t.close()
})

test('RFC 3261 12.2.1.2: a phone that has forgotten the call answers a re-INVITE with 481: BYE all the same, and the other one is told', async () => {
  const t = await town(), { near } = t.connect(t.alice, t.bob)
  t.bob.state.talks.length = 0
  t.said()
  t.alice.hold(near)
  t.tick()
  const said = t.said()
  assert.ok(said.indexOf('bob>481 INVITE') < said.indexOf('bob<BYE'))
  assert.ok(said.includes('alice<BYE'))
  t.close()
})

test('RFC 3261 19.1.6, RFC 3966 5.1: who somebody is stands before the parameters of a telephone number', () => {
  for (const [uri, name] of [['sip:1001;phone-context=example.test@example.test', '1001'], ['sip:alice@192.0.2.1:5062;user=phone', 'alice'], ['tel:+49-(30)-1001', '+49301001'], ['tel:1001;phone-context=example.test', '1001']] as const) {
    const read = parseUri(uri)
    assert.ok(read.ok)
    assert.equal(nameOf(read.value), name, uri)
  }
})
