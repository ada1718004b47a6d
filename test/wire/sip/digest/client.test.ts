/** Which challenge is answered, with what, how often. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ahead, answer, challenge, newClientMemory, newClientState, parseChallenge, verify, type Challenge, type ClientMemory, type ClientState, type Credential } from '../../../../src/wire/sip/digest/index.ts'
import { maxRealms } from '../../../../src/wire/sip/digest/client.ts'
import { alice, asking, credentials, newServer, now, password, realm, request, seeded, source, value } from './scene.ts'

const ours: Credential = { realm, user: 'alice', password }
const offer = (text: string): Challenge => value(parseChallenge(`Digest realm="${realm}", nonce="n1", qop="auth", ${text}`.replace(/, $/, '')))

function say(challenges: Challenge[], table: Credential[], { state = newClientState(), memory = newClientMemory(), peer = 'trunk' }: { state?: ClientState; memory?: ClientMemory; peer?: string } = {}): string {
  const result = answer(state, memory, challenges, table, { ...request, peer }, seeded(5))
  return result.ok ? result.value.map((v) => credentials(v)).map((c) => `${c.algorithm} ${c.qop || 'none'} ${c.nonce} ${c.nc || 'none'}`).join('; ') : result.problem.code.slice('sip.digest'.length)
}

const md5 = offer('algorithm=MD5'), sha = offer('algorithm=SHA-256')
const rows: [name: string, challenges: Challenge[], table: Credential[], expected: string, peer?: string][] = [
  ['A13 a realm that is not ours', [md5], [{ ...ours, realm: 'elsewhere' }], 'NotOurs'],
  ['A13 a realm in another case', [md5], [{ ...ours, realm: realm.toUpperCase() }], 'NotOurs'],
  ['A13 our realm, asked by a peer that is not its own', [md5], [{ ...ours, peers: ['trunk'] }], 'NotOurs', 'stranger'],
  ['A13 our realm, asked by its peer', [md5], [{ ...ours, peers: ['trunk'] }], 'MD5 auth n1 00000001'],
  ['RFC 8760 2.4 the strongest, wherever it stands', [md5, sha], [ours], 'SHA-256 auth n1 00000001'],
  ['RFC 8760 2.4 what is not understood is passed over', [offer('algorithm=AKAv1-MD5'), md5], [ours], 'MD5 auth n1 00000001'],
  ['RFC 7616 3.3 algorithm absent is MD5', [offer('')], [ours], 'MD5 auth n1 00000001'],
  ['nothing that is understood', [offer('algorithm=AKAv1-MD5')], [ours], 'Unsupported'],
  ['an HA1 of MD5 alone', [sha, md5], [{ realm, user: 'alice', ha1s: { md5: alice.md5 } }], 'MD5 auth n1 00000001'],
  ['MD5 is not allowed here', [md5], [{ ...ours, algorithms: ['SHA-256'] }], 'Unsupported'],
  ['auth before auth-int', [value(parseChallenge(`Digest realm="${realm}", nonce="n", qop="auth-int, auth"`))], [ours], 'MD5 auth n 00000001'],
  ['auth-int alone', [value(parseChallenge(`Digest realm="${realm}", nonce="n", qop="auth-int"`))], [ours], 'MD5 auth-int n 00000001'],
  ['a qop of nobody', [value(parseChallenge(`Digest realm="${realm}", nonce="n", qop="auth-conf"`))], [ours], 'Unsupported'],
  ['RFC 2617 3.2.1 no qop', [value(parseChallenge(`Digest realm="${realm}", nonce="n"`))], [ours], 'MD5 none n none'],
  ['RFC 8760 2.6 Basic is never answered', [value(parseChallenge('Basic realm="x"'))], [ours], 'NotOurs'],
  ['RFC 3261 22.3 two realms of a fork', [md5, value(parseChallenge('Digest realm="b", nonce="n2", qop="auth"'))], [ours, { ...ours, realm: 'b' }], 'MD5 auth n1 00000001; MD5 auth n2 00000001'],
]
for (const [name, challenges, table, expected, peer = 'trunk'] of rows) {
  test(`R343 client: ${name}`, () => assert.equal(say(challenges, table, { peer }), expected))
}

const stale = (nonce: string, is = true) => [value(parseChallenge(`Digest realm="${realm}", nonce="${nonce}", qop="auth"${is ? ', stale=true' : ''}`))]
const dialogues: [name: string, rounds: [Challenge[], string][]][] = [
  ['refused once is refused', [[stale('a', false), 'MD5 auth a 00000001'], [stale('b', false), 'GaveUp'], [stale('c', false), 'GaveUp']]],
  ['a stale nonce is answered once more', [[stale('a', false), 'MD5 auth a 00000001'], [stale('b'), 'MD5 auth b 00000001'], [stale('c'), 'GaveUp']]],
  ['stale with the same nonce is no news', [[stale('a', false), 'MD5 auth a 00000001'], [stale('a'), 'GaveUp']]],
]
for (const [name, rounds] of dialogues) {
  test(`A16 RFC 3261 22.2: ${name}`, () => {
    const state = newClientState(), memory = newClientMemory()
    for (const [challenges, expected] of rounds) assert.equal(say(challenges, [ours], { state, memory }), expected)
  })
}

test('A16 a peer that challenges for ever gets two answers, however many realms it names', () => {
  const state = newClientState(), table = Array.from({ length: 50 }, (_, i) => ({ ...ours, realm: `r${i}` }))
  let answers = 0
  for (let i = 0; i < 1000; i++) {
    const result = answer(state, newClientMemory(), [value(parseChallenge(`Digest realm="r${i % 50}", nonce="n${i}", qop="auth", stale=true`))], table, request, seeded(i))
    if (result.ok) answers += result.value.length
  }
  assert.equal(answers, 2 * maxRealms)
})

test('RFC 7616 3.4: later requests count on with the last nonce, each is verified', () => {
  const server = newServer(), memory = newClientMemory(), random = seeded(3)
  assert.equal(ahead(memory, realm, [ours], request, random), undefined)
  const challenges = challenge(server, asking, now, source).map((text) => value(parseChallenge(text)))
  const sent = [value(answer(newClientState(), memory, challenges, [ours], request, random))[0]!]
  for (let i = 0; i < 3; i++) sent.push(ahead(memory, realm, [ours], request, random)!)
  const read = sent.map(credentials)
  assert.deepEqual(read.map((c) => c.nc), ['00000001', '00000002', '00000003', '00000004'])
  assert.equal(new Set(read.map((c) => c.cnonce)).size, 4)
  for (const c of read) assert.equal(verify(server, asking, now, { ...request, credentials: c, user: alice, source }).is, 'ok')
  assert.equal(ahead(memory, realm, [{ ...ours, peers: ['else'] }], request, random), undefined)   // A13
})

test('A43 no password and no HA1 is printed with the credentials', () => {
  const text = JSON.stringify([ours, { realm, user: 'alice', ha1s: alice }])
  for (const hidden of [password.reveal(), alice.md5.reveal(), alice.sha256.reveal()]) assert.ok(!text.includes(hidden))
})

test('A13 a user name in Unicode goes out as UTF-8 and comes back as it was', () => {
  const result = value(answer(newClientState(), newClientMemory(), [md5], [{ ...ours, user: 'J\u00e4s"\\n' }], request, seeded()))
  assert.ok(result[0]!.includes('username="J\xc3\xa4s\\"\\\\n"'))
  assert.equal(credentials(result[0]!).username, 'J\u00e4s"\\n')
})
