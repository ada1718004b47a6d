/** What a hostile reader found, held down: ACK and BYE from elsewhere, weaker transports, relayed refusals. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { header } from '../../src/wire/sip/index.ts'
import { town } from './town.ts'

for (const [theirs, ours] of [[401, 500], [420, 500], [415, 500], [503, 480], [486, 486], [603, 603]] as const) {
  test(`RFC 3261 16.7: a phone's ${theirs} reaches the caller as ${ours}`, async () => {
    const t = await town()
    const near = t.alice.call('1002')
    assert.ok(t.system.until(() => t.bob.talks.some((one) => one.invite !== undefined)), 'it rings')
    t.bob.refuse(theirs)
    assert.ok(t.system.until(() => near.state === 'ended'), 'it ends')
    const last = t.system.ladder().filter((one) => one.from === 'ringfort' && one.to === 'alice' && /^[3-6]\d\d INVITE/.test(one.what)).at(-1)
    assert.equal(last?.what, `${ours} INVITE`)
    t.close()
  })
}

test('RFC 3261 8.2.2.3: Require is looked at inside a dialog too', async () => {
  const t = await town()
  const { near } = t.connect(t.alice, t.bob)
  t.said()
  t.alice.sendIn(near.dialog, 'INFO', 'Require: teleport\r\n')
  t.tick()
  assert.ok(t.said().includes('alice<420 INFO'))
  t.close()
})

test('RFC 3323: who asked not to be named is not named later either', async () => {
  const t = await town({ secure: ['alice', 'bob'], media: { alice: 'required', bob: 'required' } }, { alice: { transport: 'tls' }, bob: { transport: 'tls' } })
  const near = t.alice.call('1002', { headers: 'Privacy: id\r\n' })
  assert.ok(t.system.until(() => t.bob.talks.some((one) => one.invite !== undefined)), 'it rings')
  assert.equal(header(t.bob.talks[0]!.invite!.message, 'P-Asserted-Identity'), undefined)
  t.bob.answer()
  assert.ok(t.system.until(() => near.state === 'up'), 'it is up')
  t.tick(5_000)
  assert.ok(!t.system.ladder().some((one) => one.from === 'ringfort' && one.text.startsWith('UPDATE ') && /P-Asserted-Identity:[^\r\n]*1001/.test(one.text)))
  t.close()
})

test('A11 a phone whose deviceSecurityMode was raised after it registered over UDP is not rung: nobody is there', async () => {
  for (const secure of [[], ['bob']] as const) {
    const t = await town(), later = await town({ secure })
    t.system.exchange.snapshot = later.system.exchange.snapshot
    const near = t.alice.call('1002')
    t.tick()
    assert.deepEqual([t.bob.talks.length, near.statuses], secure.length === 0 ? [1, [180]] : [0, [480]])
    later.close()
    t.close()
  }
})
