/** A13, A16: who is called may ask for a password as often as he likes: we give none, and nobody else is asked for it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTalking, town } from '../calls/town.ts'

const challenges = [
  ['our realm', 'Digest realm="example.test", nonce="n1", qop="auth", algorithm=MD5'], ['another realm', 'Digest realm="evil.test", nonce="n1"'],
  ['Basic', 'Basic realm="example.test"'], ['many', Array.from({ length: 50 }, (_, n) => `Digest realm="r${n}", nonce="n", qop="auth"`).join('\r\nProxy-Authenticate: ')],
] as const
for (const [what, challenge] of challenges) {
  for (const status of [401, 407]) {
    test(`A13 A16 a called phone that answers ${status} with ${what} hears no credentials and no second INVITE, and the caller is not asked for his`, async () => {
      const t = await town(), near = t.alice.call('1002')
      t.tick()
      const asked = t.alice.state.registration.statuses.length, from = t.system.ladder().length
      t.bob.refuse(status, `${status === 401 ? 'WWW' : 'Proxy'}-Authenticate: ${challenge}\r\n`)
      t.tick(40_000)
      const said = t.system.ladder().slice(from).filter((one) => one.from === 'ringfort' && !one.what.endsWith('REGISTER'))
      assert.ok(near.ended && near.ended.status >= 400 && near.ended.status !== status, `${near.ended?.status}`)
      assert.deepEqual(said.filter(({ text }) => /^(?:Proxy-)?Authorization:|Authenticate:/m.test(text)).map((one) => one.text), [])
      assert.deepEqual(said.filter(({ to }) => to === 'bob').map((one) => one.what), ['ACK'])
      assert.equal(t.alice.state.registration.statuses.length, asked)
      assert.equal(t.bob.talks.length, 1)
      t.close()
    })
  }
}

test('A16 a phone that challenges within the call, again and again, changes nothing of it', async () => {
  const t = await town(), { near, far } = t.connect(t.alice, t.bob)
  for (let n = 0; n < 5; n++) {
    t.alice.hold(near)
    t.tick()
    t.alice.resume(near)
    t.tick()
  }
  assertTalking(near, far)
  const sent = t.system.ladder().filter((one) => one.from === 'ringfort' && /^(?:Proxy-)?Authorization:/m.test(one.text))
  assert.deepEqual(sent, [])
  t.close()
})
