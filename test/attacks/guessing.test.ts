/** A14: who guesses learns nothing: the same answer, the same work and the same time for a user that there is and for one that there is not. */
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { mock, test } from 'node:test'
import { challenge } from '../../src/wire/sip/digest/index.ts'
import { flowFrom, newScene, type Scene, write } from '../rfc3263/scene.ts'

const site = `
system: { domain: example.test, listen: 127.0.0.1 }
phones:
  - { name: alice-desk, lines: ["1001"], digest: { user: alice, password: "battery-staple" }, deviceSecurityMode: nonSecure, mediaSecurity: "off" }
`
let number = 0
/** A source of its own each time, so that no guess is slowed; the bytes, ready to be heard. */
function guess(scene: Scene, user: string, method: string): { flow: ReturnType<typeof flowFrom>; text: string } {
  const address = `10.${++number >> 16}.${number >> 8 & 255}.${number & 255}`, uri = method === 'REGISTER' ? 'sip:example.test' : 'sip:1001@example.test'
  const [offered] = challenge(scene.x.digest, { realm: 'example.test', algorithms: ['MD5'] }, scene.now, address), nonce = /nonce="([^"]*)"/.exec(offered!)![1]!
  const proof = user === '' ? [] : [`Authorization: Digest username="${user}", realm="example.test", nonce="${nonce}", uri="${uri}", response="${'0'.repeat(32)}", algorithm=MD5, qop=auth, nc=00000001, cnonce="abc"`]
  return { flow: flowFrom(address), text: write(method, uri, { from: '<sip:1001@example.test>;tag=g', to: '<sip:1001@example.test>', callId: `g${number}`, headers: ['Contact: <sip:1001@192.0.2.9>', 'User-Agent: Desk 1.0 of a maker with a long name', ...proof] }) }
}

/** What differs from answer to answer by chance is taken out. */
const plain = (text: string, address: string) => text.replaceAll(address, 'ADDRESS').replace(/nonce="[^"]*"/, 'NONCE').replace(/opaque="[^"]*"/, 'OPAQUE').replace(/;tag=[^\r]*/g, '').replace(/branch=[^;\r]*/, '').replace(/Call-ID: .*/, '')

for (const method of ['REGISTER', 'INVITE', 'MESSAGE']) {
  test(`A14 ${method} with a wrong password: a user that there is, one that there is not and one that looks like code hear the same, after the same hashes`, async (t) => {
    const scene = await newScene({}, site), real = crypto.hash, counted = mock.method(crypto, 'hash', real)
    syncBuiltinESMExports()
    t.after(() => { counted.mock.restore(); syncBuiltinESMExports() })
    const seen = ['alice', 'alice', 'zelda', '1001', 'alice-desk', '__proto__', "alice' OR '1'='1"].map((user) => {
      const { flow, text } = guess(scene, user, method)
      counted.mock.resetCalls()
      scene.hear(flow, text)
      const work = counted.mock.calls.map(({ arguments: [name] }) => name)
      return { answer: plain(scene.take('SIP/2.0 401').message.raw, flow.remoteAddress), work }
    })
    for (const one of seen.slice(2)) assert.deepEqual(one, seen[1])
    assert.ok(seen[1]!.work.includes('md5'), 'a response was worked out')
  })
}

/** In how many of so many pairs the first took longer, the order of each pair by chance. */
function slower(scene: Scene, first: string, second: string, pairs = 400): number {
  let count = 0
  for (let n = 0; n < pairs; n++) {
    const order = n * 7 % 3 > 0 ? [first, second] : [second, first]
    const took = order.map((user) => {
      const { flow, text } = guess(scene, user, 'REGISTER'), bytes = Buffer.from(text, 'latin1'), begin = process.hrtime.bigint()
      scene.give({ is: 'datagram', flow, bytes })
      const end = process.hrtime.bigint()
      scene.takeAll('SIP/2.0')
      return Number(end - begin)
    })
    if ((took[0]! > took[1]!) === (order[0] === first)) count++
  }
  return count / pairs
}

test('A14 timing: neither a user that there is nor one that there is not is the slower one; that the measure sees a difference, one without credentials shows', async (t) => {
  const scene = await newScene({}, site)
  slower(scene, 'alice', 'zelda')                                                       // code is warm
  const rounds = Array.from({ length: 9 }, () => slower(scene, 'alice', 'zelda')), median = rounds.toSorted((a, b) => a - b)[4]!
  const control = slower(scene, 'alice', '')
  t.diagnostic(`the known user is slower in ${(median * 100).toFixed(0)} % of pairs; than one without credentials in ${(control * 100).toFixed(0)} %`)
  assert.ok(Math.abs(median - 0.5) < 0.15, `${rounds}`)
  assert.ok(control > 0.75, `${control}`)
})
