/** Challenges and verdicts; nonces and their counts. */
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { mock, test } from 'node:test'
import fc from 'fast-check'
import { answer, challenge, check, mint, newClientMemory, newClientState, newNonces, parseChallenge, rotate, verify, type Algorithm, type Asked, type Asking } from '../../../../src/wire/sip/digest/index.ts'
import { newNonceCounts, take } from '../../../../src/wire/sip/digest/replay.ts'
import { alice, asking, credentials, exchange, key, newServer, now, realm, request, seeded, source, value } from './scene.ts'

const asked = (c: Asked['credentials'], more: Partial<Asked> = {}): Asked => ({ ...request, credentials: c, user: alice, source, ...more })
const said = (v: ReturnType<typeof verify>) => (v.is === 'ok' ? 'ok' : `${v.is} ${v.why.code.slice('sip.digest'.length)}`)

test('R348 RFC 8760 2.3: SHA-256 on top, then MD5, in the order of the policy', () => {
  const lines = challenge(newServer(), asking, now, source).map((text) => value(parseChallenge(text)))
  assert.deepEqual(lines.map((l) => l.is === 'digest' && [l.algorithm, l.realm, l.qop, l.stale]), [['SHA-256', realm, ['auth'], false], ['MD5', realm, ['auth'], false]])
  assert.match(challenge(newServer(), { ...asking, integrity: true }, now, source, { stale: true })[1]!, /^Digest realm="StandAloneCluster", nonce="[^"]{41}", opaque="[^"]+", qop="auth,auth-int", algorithm=MD5, stale=true$/)
})

const every: Algorithm[] = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess']
for (const algorithm of every) {
  test(`R343 RFC 7616 3.4.1: a client with the password is let in, ${algorithm}`, () => {
    const server = newServer(), ask = { ...asking, algorithms: [algorithm] }
    assert.deepEqual(verify(server, ask, now, asked(exchange(server, ask))), { is: 'ok', username: 'alice', algorithm, integrity: false })
  })
}

const verdicts: [name: string, expected: string, change: (c: ReturnType<typeof credentials>) => object, more?: Partial<Asked>, ask?: Partial<Asking>][] = [
  ['another method', 'wrong Response', () => ({}), { method: 'BYE' }],
  ['A14 a user nobody knows', 'wrong User', () => ({}), { user: undefined }],
  ['A14 a user without this hash', 'wrong User', () => ({}), { user: { md5: alice.md5 } }],
  ['one digit of the response', 'wrong Response', (c) => ({ response: (c.response.startsWith('0') ? '1' : '0') + c.response.slice(1) })],
  ['a response cut short', 'wrong Value', (c) => ({ response: c.response.slice(0, 32) })],
  ['RFC 7616 3.4.6 another Request-URI', 'malformed Uri', () => ({}), { uri: 'sip:premium@example.test' }],
  ['RFC 8760 2.6 an equivalent Request-URI', 'ok', () => ({}), { uri: 'SIP:1002@example.test' }, { sameUri: (a, b) => a.toLowerCase() === b.toLowerCase() }],
  ['another realm', 'wrong Realm', () => ({ realm: 'other' })],
  ['A22 an algorithm not offered', 'wrong Algorithm', () => ({ algorithm: 'SHA-512-256' })],
  ['A22 MD5 where the policy has only SHA-256', 'wrong Algorithm', () => ({ algorithm: 'MD5' }), {}, { algorithms: ['SHA-256'] }],
  ['an algorithm nobody knows', 'wrong Algorithm', () => ({ algorithm: 'AKAv1-MD5' })],
  ['auth-int not offered', 'wrong Qop', () => ({ qop: 'auth-int' })],
  ['no qop', 'wrong Qop', () => ({ qop: '', nc: '', cnonce: '' })],
  ['another opaque', 'wrong Opaque', () => ({ opaque: 'x' })],
  ['opaque left out', 'ok', () => ({ opaque: '' })],
  ['a hashed user name', 'malformed Userhash', () => ({ userhash: true })],
  ['A15 a nonce of nobody', 'stale NonceForged', () => ({ nonce: 'n'.repeat(41), opaque: '' })],
  ['A14 a nonce of nobody and a qop that was not offered: nothing is held against the user', 'stale NonceForged', () => ({ nonce: 'x', opaque: 'y', qop: 'auth-int' })],
  ['A14 a nonce of nobody and an answer in another form: the same', 'stale NonceForged', () => ({ nonce: 'x', opaque: '', response: '0' })],
  ['A15 a nonce with another nc', 'wrong Response', () => ({ nc: '00000002' })],
]
for (const [name, expected, change, more, ask] of verdicts) {
  test(`R343 RFC 7616 3.4 verdict: ${name}: ${expected}`, () => {
    const server = newServer(), c = exchange(server)
    assert.equal(said(verify(server, { ...asking, ...ask }, now, asked({ ...c, ...change(c) }, more))), expected)
  })
}

test('RFC 8760 2.6: Basic is malformed', () => {
  assert.equal(said(verify(newServer(), asking, now, asked({ is: 'other', scheme: 'Basic', raw: 'Basic eA==' }))), 'malformed Scheme')
})

test('RFC 7616 3.4.3: auth-int covers the body', () => {
  const server = newServer(), ask = { ...asking, integrity: true }
  const offered = challenge(server, ask, now, source).map((text) => value(parseChallenge(text.replace('auth,auth-int', 'auth-int'))))
  const sent = value(answer(newClientState(), newClientMemory(), offered, [{ realm, user: 'alice', ha1s: alice }], request, seeded(9)))[0]!
  assert.equal(said(verify(server, ask, now, asked(credentials(sent), { body: `${request.body} ` }))), 'wrong Response')
  assert.deepEqual(verify(server, ask, now, asked(credentials(sent))), { is: 'ok', username: 'alice', algorithm: 'SHA-256', integrity: true })
})

test('A14 an unknown user costs the same hashes as a known one with a wrong password', (t) => {
  const real = crypto.hash
  const counted = mock.method(crypto, 'hash', real)
  syncBuiltinESMExports()
  t.after(() => { counted.mock.restore(); syncBuiltinESMExports() })
  for (const algorithm of every) {
    const server = newServer(), ask = { ...asking, algorithms: [algorithm] }, c = { ...exchange(server, ask), response: '0'.repeat(algorithm.startsWith('MD5') ? 32 : 64) }
    const work = [alice, undefined].map((user) => {
      counted.mock.resetCalls()
      assert.equal(verify(server, ask, now, asked(c, { user })).is, 'wrong')
      return counted.mock.calls.map((call) => [call.arguments[0], String(call.arguments[1]).length])   // the same hashes over the same lengths
    })
    assert.ok(work[0]!.length >= 4)
    assert.deepEqual(work[1], work[0])
  }
})

test('A15 RFC 7616 5.5: a request heard and sent again is stale, whatever its order', () => {
  const server = newServer(), c = exchange(server)
  assert.equal(said(verify(server, asking, now, asked(c))), 'ok')
  assert.equal(said(verify(server, asking, now, asked(c))), 'stale Replay')
  assert.equal(said(verify(server, asking, now + 599_000, asked(c))), 'stale Replay')
})

test('A15 strangers do not grow the table: only a verified response is counted', () => {
  const server = newServer(), c = exchange(server)
  for (let i = 0; i < 100; i++) verify(server, asking, now, asked({ ...c, response: 'f'.repeat(64), nonce: mint(server.nonces, now, realm, source, server.random), opaque: '' }))
  assert.equal(server.counts.seen.size, 0)
  verify(server, asking, now, asked(c))
  assert.equal(server.counts.seen.size, 1)
})

test('RFC 2617 3.2.2.1: without qop, where the profile allows it, a nonce is good once', () => {
  const server = newServer(), ask = { ...asking, withoutQop: true, algorithms: ['MD5'] as const }
  const nonce = mint(server.nonces, now, realm, source, server.random), md5 = (s: string) => crypto.hash('md5', s)
  const response = md5(`${alice.md5.reveal()}:${nonce}:${md5(`INVITE:${request.uri}`)}`)
  const c = credentials(`Digest username="alice", realm="${realm}", nonce="${nonce}", uri="${request.uri}", response="${response}"`)
  assert.equal(said(verify(server, ask, now, asked(c))), 'ok')
  assert.equal(said(verify(server, ask, now, asked(c))), 'stale Replay')
})

const nonces: [name: string, expected: string, at: number, realm: string, source: string][] = [
  ['at once', 'fresh', 0, realm, source], ['at the end of its lifetime', 'fresh', 600_000, realm, source], ['after it', 'stale', 600_001, realm, source],
  ['another node whose clock is behind', 'fresh', -30_000, realm, source], ['from the future', 'bad', -30_001, realm, source],
  ['another realm', 'bad', 0, 'other', source], ['another source', 'bad', 0, realm, '192.0.2.8'],
]
for (const [name, expected, at, ofRealm, ofSource] of nonces) {
  test(`A15 RFC 7616 5.4 nonce: ${name}: ${expected}`, () => {
    const made = newNonces({ keys: [key('k')], bindSource: true })
    assert.equal(check(made, now + at, mint(made, now, realm, source, seeded()), ofRealm, ofSource), expected)
  })
}

test('A15 a nonce of another key is bad; two keys overlap while one is changed, a third ends the first', () => {
  const here = newNonces({ keys: [key('k')] }), nonce = mint(here, now, realm, source, seeded())
  assert.equal(check(newNonces({ keys: [key('x')] }), now, nonce, realm, source), 'bad')
  assert.equal(check(newNonces({ keys: [key('x'), key('k')] }), now, nonce, realm, source), 'fresh')
  rotate(here, key('m'))
  assert.equal(check(here, now, nonce, realm, source), 'fresh')
  rotate(here, key('n'))
  assert.equal(check(here, now, nonce, realm, source), 'bad')
})

test('A15 RFC 2104: the proof in a nonce is HMAC-SHA-256', () => {
  for (const [k, ofRealm] of [['k'.repeat(40), realm], ['long '.repeat(30), 'r'.repeat(400)]] as const) {
    const nonce = mint(newNonces({ keys: [{ ...key('k'), reveal: () => k } as ReturnType<typeof key>] }), now, ofRealm, source, seeded())
    assert.equal(nonce.slice(17), crypto.createHmac('sha256', k).update(nonce.slice(0, 17) + ofRealm).digest('base64url').slice(0, 24))
  }
})

test('A15 no change of a nonce is fresh', () => {
  const made = newNonces({ keys: [key('k')] }), nonce = mint(made, now, realm, source, seeded())
  fc.assert(fc.property(fc.nat(nonce.length - 1), fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }), (at, c) => {
    const changed = nonce.slice(0, at) + c + nonce.slice(at + 1)
    assert.equal(check(made, now, changed, realm, source) === 'fresh', changed === nonce)
  }))
})

test('R348 the lifetime is 10 to 86400 s, 600 by default; keys are long', () => {
  assert.equal(newNonces({ keys: [key('k')] }).lifetime, 600_000)
  for (const lifetime of [9, 86_401, Number.NaN]) assert.throws(() => newNonces({ keys: [key('k')], lifetime }), RangeError)
  assert.throws(() => newNonces({ keys: [{ ...key('k'), reveal: () => 'short' } as ReturnType<typeof key>] }), RangeError)
})

test('A15 RFC 7616 3.4: counts behave as a set of all counts, but for those 64 below the highest', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 200 }), (counts) => {
    const held = newNonceCounts(600_000), used = new Set<number>()
    let highest = 0
    for (const nc of counts) {
      const expected = !used.has(nc) && nc > highest - 64 ? 'first' : 'used'
      assert.equal(take(held, now, 'n', 'u', nc, now), expected)
      used.add(nc)
      highest = Math.max(highest, nc)
    }
  }), { numRuns: 500 })
})

test('A15 what the bounded table forgot cannot be replayed', () => {
  const held = newNonceCounts(600_000, 3)
  for (const [i, nonce] of ['a', 'b', 'c'].entries()) take(held, now, nonce, 'u', 1, now + i)
  assert.equal(take(held, now, 'a', 'u', 2, now), 'first')           // used again: b is now the least recent
  assert.equal(take(held, now, 'd', 'u', 1, now + 9), 'first')
  assert.equal(held.seen.size, 3)
  assert.equal(take(held, now, 'b', 'u', 1, now + 1), 'forgotten')
  assert.equal(take(held, now, 'c', 'u', 1, now + 2), 'used')
  assert.equal(take(held, now + 700_000, 'e', 'u', 1, now + 700_000), 'first')
  assert.ok(held.seen.size <= 3)
})

test('A15 expired nonces leave the table as new ones come, and nothing is forgotten for it', () => {
  const held = newNonceCounts(100)
  let most = 0
  for (let at = 0; at < 5000; at++) {
    assert.equal(take(held, now + at, `n${at}`, 'u', 1, now + at), 'first')
    most = Math.max(most, held.seen.size)
  }
  assert.ok(most <= 100 + 2 * 16, `${most} entries were held of 100 that are alive`)
  assert.equal(held.forgotten, Number.NEGATIVE_INFINITY)
})
