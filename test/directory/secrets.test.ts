import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { describe } from '../../src/directory/define.ts'
import { digestAlgorithms, ha1Length, makeHa1, readHa1 } from '../../src/directory/ha1.ts'
import { definitions } from '../../src/directory/kinds.ts'
import { hashPassword, needsRehash, verifyPassword } from '../../src/directory/password.ts'
import { placeOf, SealKey } from '../../src/directory/seal.ts'
import { weakPassword, weakPin } from '../../src/directory/weak.ts'
import { secret } from '../../src/kit/secret.ts'
import { mustRead, problemsOf } from './apply.ts'

test('RFC 9106 a password is kept as a salted argon2id string and known again', async () => {
  const [a, b] = await Promise.all([hashPassword(secret('päss-word-1')), hashPassword(secret('päss-word-1'))])
  assert.match(a, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.notEqual(a, b)
  assert.equal(await verifyPassword(secret('pa\u0308ss-word-1'), a), true)   // the same letters, composed otherwise
  assert.equal(await verifyPassword(secret('päss-word-2'), a), false)
  assert.equal(needsRehash(a), false)
  assert.equal(needsRehash('$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA'), true)
})

test('RFC 9106 a vector of another maker verifies', async () => {
  // From the reference implementation's command line: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1
  const phc = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  assert.equal(await verifyPassword(secret('password'), phc), true)
  assert.equal(await verifyPassword(secret('passwore'), phc), false)
})

for (const phc of [undefined, '', '$argon2id$', '$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA', '$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA', '$argon2id$v=19$m=8,t=99,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA']) {
  test(`a name without a usable hash (${phc?.slice(0, 40)}) is refused after the same work`, async () => assert.equal(await verifyPassword(secret('x'), phc), false))
}

test('RFC 7616 3.4.2 RFC 8760 HA1 of all three algorithms, in UTF-8 and NFC', () => {
  const made = makeHa1('Mufasa', 'http-auth@example.org', secret('Circle of Life'))
  assert.equal(made.length, ha1Length)
  const ha1 = readHa1(made)
  const by = (name: string) => createHash(name).update('Mufasa:http-auth@example.org:Circle of Life').digest('hex')
  assert.deepEqual(Object.entries(digestAlgorithms).map(([token, [name]]) => [token, by(name)]), Object.entries(ha1).map(([token, value]) => [token, value.reveal()]))
  // RFC 7616 3.9.1: the response made from this HA1
  const h = (t: string) => createHash('md5').update(t).digest('hex')
  const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v', cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'
  assert.equal(h(`${ha1.MD5.reveal()}:${nonce}:00000001:${cnonce}:auth:${h('GET:/dir/index.html')}`), '8ca523f5e9506fed4657c9700eebdbec')
  assert.deepEqual(makeHa1('ä', 'r', secret('é')), makeHa1('ä', 'r', secret('e\u0301')))
  assert.doesNotMatch(inspect(ha1) + JSON.stringify(ha1), /[0-9a-f]{32}/)
})

test('a sealed value opens with its key at its place, and nowhere else', () => {
  const key = new SealKey(Buffer.alloc(32, 1))
  const place = placeOf('phone', 'a', 'digest.password')
  const sealed = key.seal(Buffer.from('hello'), place)
  const opened = key.open(sealed, place)
  assert.equal(opened.ok && opened.value.toString(), 'hello')
  assert.notEqual(key.seal(Buffer.from('hello'), place), sealed)
  const flipped = Buffer.from(sealed, 'base64url')
  flipped[14]! ^= 1
  for (const [what, box, at, by] of [['another place', sealed, placeOf('phone', 'b', 'digest.password'), key], ['another key', sealed, place, new SealKey(Buffer.alloc(32, 2))],
    ['a changed bit', flipped.toString('base64url'), place, key], ['cut short', sealed.slice(0, 20), place, key], ['nothing', '', place, key]] as const) {
    const refused = by.open(box, at)
    assert.equal(refused.ok ? '' : refused.problem.code, 'directory.unsealable', what)
  }
  assert.doesNotMatch(inspect(key, { showHidden: true, depth: 9 }) + JSON.stringify(key), /01010101|AQEBAQ/)
  assert.throws(() => new SealKey(Buffer.alloc(16)))
})

test('marks differ by place, scope, text and key, and do not run together', () => {
  const key = new SealKey(Buffer.alloc(32, 1))
  const marks = [key.mark('a', 'b', 'c'), key.mark('a', 'bc', ''), key.mark('ab', '', 'c'), key.mark('a', 'b', 'd'), new SealKey(Buffer.alloc(32, 2)).mark('a', 'b', 'c')]
  assert.equal(new Set(marks).size, marks.length)
  assert.equal(key.mark('a', 'b', 'c'), marks[0])
})

const alice = { names: ['alice', 'Alice Adams'], numbers: ['1001'] }
const passwords: [string, boolean][] = [['correct horse 1', true], ['alice-battery', true], ['Xk29-dkq', true], ['short1!', false], ['password', false], ['Password1', false], ['12345678', false], ['abcdefghij', false],
  ['aaaaaaaab', false], ['alice123', false], ['alicealice', false], ['alice1001', false], ['smada ecila', false], ['ALICE-99', false]]
for (const [text, good] of passwords) test(`A36 password ${text} is ${good ? 'taken' : 'refused'}`, () => assert.equal(weakPassword(secret(text), alice) === undefined, good))

const pins: [string, boolean][] = [['274913', true], ['86140275', true], ['135790', true], ['12345', false], ['123456', false], ['987654', false], ['111111', false], ['211134', false], ['121212', false], ['010010', false],
  ['010011', false], ['123123', false], ['100101', false], ['10011', false], ['310012', true], ['310015', true], ['710019', true], ['1001100', false], ['25423', false], ['254237', false], ['725423', false], ['19791231', false], ['31121979', false], ['27a913', false]]
for (const [text, good] of pins) test(`A36 PIN ${text} is ${good ? 'taken' : 'refused'}`, () => assert.equal(weakPin(secret(text), alice) === undefined, good, String(weakPin(secret(text), alice))))

test('A36 a weak secret in the site file is an error at its place', () => {
  const text = 'users: [{ userId: alice, extension: "1001", password: alice123, pin: "123456" }]\nphones: [{ name: p, digest: { user: p1, password: "1001" } }]'
  assert.deepEqual(problemsOf(text).map((p) => [p.code, p.where?.split(' ')[1]]), [
    ['directory.weakSecret', 'phones[p].digest.password'], ['directory.weakSecret', 'users[alice].password'], ['directory.weakSecret', 'users[alice].pin']])
})

test('A36 a weak secret is refused with the rule; a laboratory that says so takes it with a warning each', () => {
  const text = 'users: [{ userId: alice, pin: "123456" }]\nphones: [{ name: p, lines: ["1001"], digest: { user: p1, password: secret } }]'
  const refused = problemsOf(text)
  assert.deepEqual(refused.map(({ code }) => code), ['directory.weakSecret', 'directory.weakSecret'])
  assert.match(refused[0]!.remedy!, /Allowed: at least 8 characters, four of them different.*system\.weakSecrets: warn/)
  assert.match(refused[1]!.remedy!, /Allowed: at least 6 digits/)
  const taken = mustRead(`system: { weakSecrets: warn }\n${text}`)
  assert.deepEqual(taken.warnings.filter(({ code }) => code === 'directory.weakSecret').map(({ where }) => where?.split(' ')[1]), ['phones[p].digest.password', 'users[alice].pin'])
})

test('A36 no default password exists: no secret field has a default, and no source names one', () => {
  const secrets = definitions.flatMap((d) => describe(d).fields.filter((f) => f.secret).map((f) => ({ kind: d.kind, ...f })))
  assert.deepEqual(secrets.map((f) => `${f.kind}.${f.field}`), ['user.password', 'user.pin', 'phone.digest.password', 'sipRealm.password', 'applicationUser.digest.password'])
  assert.ok(secrets.every((f) => f.default === undefined && !f.required))
  const folder = resolve(import.meta.dirname, '../../src/directory')
  const found = readdirSync(folder).filter((f) => f.endsWith('.ts')).filter((f) => /\b(?:password|pin|secret)['"]?\s*[:=]\s*['"][^'"]/.test(readFileSync(join(folder, f), 'utf8')))
  assert.deepEqual(found, [])
})
