import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { test } from 'node:test'
import fc from 'fast-check'
import { directoryProblems } from '../../src/directory/problems.ts'
import { maxShown, readSite } from '../../src/directory/site.ts'
import { mustRead, problemsOf, small } from './apply.ts'

test('a whole site file is read, with the secure defaults', () => {
  const site = mustRead(small)
  const desk = site.objects.find((o) => o.kind === 'phone' && o.key === 'alice-desk')?.draft
  assert.equal(desk?.deviceSecurityMode, 'encrypted')
  assert.equal(desk?.mediaSecurity, 'required')
  assert.equal(desk?.maxRegistrations, 5)
  assert.equal(desk?.trustedForSecurityStatus, true)
  assert.equal(site.objects.find((o) => o.kind === 'system')?.draft.tlsMinVersion, '1.2')
  assert.equal(site.objects.find((o) => o.kind === 'system')?.draft.clusterId, 'StandAloneCluster')
  assert.equal(site.objects.find((o) => o.kind === 'line')?.draft.maxCalls, 100_000)
  assert.deepEqual(site.objects.filter((o) => o.kind === 'service').map((o) => o.key), ['sip-udp', 'sip-tls', 'port-status'])
})

/** [what, text, code, line:column and field, something that the text or remedy says]. */
const wrong: [string, string, string, string, RegExp][] = [
  ['unknown field, with a guess', 'users:\n  - { userId: al, dispalyName: x }', 'site.unknownField', '2:19 users[al].dispalyName', /Did you mean displayName\?/],
  ['unknown list', 'user: []', 'site.unknownField', '1:1 user', /Did you mean users\?/],
  ['unknown field in a group', 'phones: [{ name: p, digest: { user: p, pasword: x } }]', 'site.unknownField', '1:40 phones[p].digest.pasword', /password/],
  ['number without quotes', 'users: [{ userId: a, extension: 1001 }]', 'site.wrongType', '1:33 users[a].extension', /quotes/],
  ['TLS version without quotes', 'system: { tlsMinVersion: 1.2 }', 'site.wrongType', '1:26 system.tlsMinVersion', /quotes/],
  ['no digest algorithm', 'system: { digestAlgorithms: [] }', 'site.notAllowed', '1:29 system.digestAlgorithms', /at least one/],
  ['no such mode', 'phones: [{ name: p, deviceSecurityMode: safe }]', 'site.notAllowed', '1:41 phones[p].deviceSecurityMode', /nonSecure, authenticated, encrypted/],
  ['out of range', 'lines: [{ number: "1", noAnswerSeconds: 301 }]', 'site.notAllowed', '1:41 lines[1].noAnswerSeconds', /from 1 to 300/],
  ['not whole', 'lines: [{ number: "1", noAnswerSeconds: 1.5 }]', 'site.wrongType', '1:41 lines[1].noAnswerSeconds', /whole number/],
  ['not a boolean', 'users: [{ userId: a, mailbox: "yes" }]', 'site.wrongType', '1:31 users[a].mailbox', /true or false/],
  ['bad number', 'lines: [{ number: "10a" }]', 'site.notAllowed', '1:19 lines[10a].number', /digits, \*, #/],
  ['number too long', `lines: [{ number: "${'1'.repeat(25)}" }]`, 'site.notAllowed', `1:19 lines[${'1'.repeat(25)}].number`, /24/],
  ['missing key', 'users:\n  - { displayName: A }', 'site.missingField', '2:5 users[1].userId', /userId must be given/],
  ['not a list', 'users: { a: 1 }', 'site.wrongType', '1:8 users', /a list/],
  ['nothing where a list belongs', 'users:\nphones: []', 'site.wrongType', '1:7 users', /\[\]/],
  ['not a group', 'users: [alice]', 'site.wrongType', '1:9 users[1]', /userId/],
  ['same key twice', 'users:\n  - { userId: a }\n  - { userId: a }', 'site.duplicateKey', '3:15 users[a].userId', /a twice/],
  ['same field twice', 'users:\n  - userId: a\n    userId: b', 'site.duplicateField', '3:5 users[a].userId', /twice/],
  ['same member twice', 'users: [{ userId: a, extension: "1" }]\nhuntGroups: [{ number: "9", members: ["1", "1"] }]', 'site.notAllowed', '2:44 huntGroups[9].members[2]', /twice/],
  ['a control character', 'users: [{ userId: a, displayName: "x\\ny" }]', 'site.notAllowed', '1:35 users[a].displayName', /control/],
  ['text too long', `users: [{ userId: a, displayName: "${'x'.repeat(129)}" }]`, 'site.notAllowed', '1:35 users[a].displayName', /128/],
  ['unreadable', 'users: [', 'site.unreadable', '1:8', /never closed/],
  ['indentation', 'users:\n  - userId: a\n   displayName: b', 'site.unreadable', '3:1', /./],
  ['a tab', 'users:\n\t- userId: a', 'site.unreadable', '2:1', /./],
  ['two documents', '---\nusers: []\n---\nusers: []', 'site.unreadable', '3:1', /one document/],
  ['a list at the top', '[1, 2]', 'site.wrongType', '1:1', /There are/],
  ['unknown user', 'phones: [{ name: p, user: nobody }]', 'directory.unknownUser', '1:27 phones[p].user', /nobody/],
  ['unknown line', 'huntGroups: [{ number: "9", members: ["1"] }]', 'directory.unknownLine', '1:39 huntGroups[9].members[1]', /no line 1/],
  ['unknown pickup group', 'lines: [{ number: "1", pickupGroup: "9" }]', 'directory.unknownGroup', '1:37 lines[1].pickupGroup', /9/],
  ['unknown associated group', 'pickupGroups: [{ number: "9", associated: ["8"] }]', 'directory.unknownGroup', '1:44 pickupGroups[9].associated[1]', /8/],
  ['one extension of two', 'users: [{ userId: a, extension: "1" }, { userId: b, extension: "1" }]', 'directory.sameNumber', '1:64 users[b].extension', /of a too/],
  ['a line and a hunt group', 'users: [{ userId: a, extension: "1" }]\nhuntGroups: [{ number: "1", members: [] }]', 'directory.sameNumber', '2:24 huntGroups[1].number', /hunt group/],
  ['a line in a park lot', 'lines: [{ number: "7005" }]\nparkLots: [{ name: Main, range: 70XX }]', 'directory.sameNumber', '2:12 parkLots[Main]', /7005/],
  ['two park lots', 'parkLots: [{ name: A, range: 70X }, { name: B, from: "705", to: "712" }]', 'directory.sameNumber', '1:37 parkLots[B]', /705/],
  ['a user ID that dials someone else', 'users: [{ userId: "1002" }, { userId: b, extension: "1002" }]', 'directory.sameNumber', '1:19 users[1002].userId', /user ID/],
  ['a number that is a feature code', 'lines: [{ number: "*8" }]', 'directory.sameNumber', '1:19 lines[*8].number', /feature code pickup/],
  ['a number behind a feature code', 'lines: [{ number: "**1" }]', 'directory.sameNumber', '1:19 lines[**1].number', /begins with/],
  ['codes that swallow one another', 'featureCodes: { pickup: "**8" }', 'directory.sameNumber', '1:25 featureCodes.pickup', /told apart/],
  ['park range and from', 'parkLots: [{ name: A, range: 70X, from: "1", to: "2" }]', 'directory.range', '1:12 parkLots[A]', /range/],
  ['park range too large', 'parkLots: [{ name: A, range: 7XXXX }]', 'directory.range', '1:12 parkLots[A]', /1000/],
  ['park range backwards', 'parkLots: [{ name: A, from: "20", to: "10" }]', 'directory.range', '1:12 parkLots[A]', /range/],
  ['same digest user', 'phones: [{ name: a, digest: { user: x, password: aaBB12cd } }, { name: b, digest: { user: x, password: aaBB12ce } }]', 'directory.sameDigestUser', '1:91 phones[b].digest.user', /x/],
  ['digest without password', 'phones: [{ name: a, digest: { user: a } }]', 'directory.passwordMissing', '1:29 phones[a].digest', /password/],
  ['address of an encrypted phone', 'phones: [{ name: a, address: 192.0.2.7 }]', 'directory.addressRule', '1:30 phones[a].address', /nonSecure/],
  ['address beside digest', 'phones: [{ name: a, deviceSecurityMode: nonSecure, address: 192.0.2.7, digest: { user: a, password: aaBB12cd } }]', 'directory.addressRule', '1:61 phones[a].address', /digest/],
  ['nobody', 'phones: [{ name: a, deviceSecurityMode: nonSecure }]', 'directory.noIdentity', '1:41 phones[a].deviceSecurityMode', /digest/],
  ['same address', 'phones:\n  - { name: a, deviceSecurityMode: nonSecure, address: "2001:db8::7" }\n  - { name: b, deviceSecurityMode: nonSecure, address: "[2001:db8:0::7]:5060" }', 'directory.sameAddress', '3:56 phones[b].address', /Another phone/],
  ['not an address', 'phones: [{ name: a, deviceSecurityMode: nonSecure, address: 192.0.2 }]', 'site.notAllowed', '1:61 phones[a].address', /192\.0\.2\.7/],
]
for (const [what, text, code, where, says] of wrong) {
  test(`site file: ${what}: ${code}, with place and remedy`, () => {
    const problems = problemsOf(text)
    const hit = problems.find((p) => p.code === code && p.where === `site.yaml:${where}`)
    assert.ok(hit, inspect(problems))
    assert.match(`${hit.text} ${hit.remedy ?? ''}`, says)
    assert.ok(problems.every((p) => Object.hasOwn(directoryProblems, p.code)))
  })
}

const oneFault: [string, string, string][] = [
  ['users: [{ userId: alice }\nphones: [{ name: p, user: alice }]', 'site.unreadable', '1:8'],
  ['users:\n  - { userId: alice, extension: "1001"\n  - { userId: bob }\nphones: []', 'site.unreadable', '2:5'],
  ['users:\n  - userId: alice\n    mailbox: [true\nphones: []', 'site.unreadable', '3:14'],
  ['phones: [{ name: p', 'site.unreadable', '1:10'],
  ['users: nothing\nphones: [{ name: p, user: alice, lines: ["1001"] }, { name: q, user: bob, lines: ["1002"] }]', 'site.wrongType', '1:8 users'],
  ['usres: [{ userId: alice }]\nphones: [{ name: p, user: alice, lines: ["1001"] }]', 'site.unknownField', '1:1 usres'],
  ['users: [{ userId: "a b", extension: "1001" }]\nphones: [{ name: p, user: "alice", lines: ["1002"] }]', 'site.notAllowed', '1:19 users[a b].userId'],
  ['users: [{ userId: a, extension: "x" }]\nhuntGroups: [{ number: "2000", members: ["1001"] }]', 'site.notAllowed', '1:33 users[a].extension'],
  ['pickupGroups: [{ number: "x" }]\nlines: [{ number: "1001", pickupGroup: "3000" }]', 'site.notAllowed', '1:26 pickupGroups[x].number'],
]
for (const [text, code, where] of oneFault) {
  test(`one fault is told once, at its place, and nothing is told of what points there: ${JSON.stringify(text.slice(0, 60))}`, () => {
    assert.deepEqual(problemsOf(text).map((p) => [p.code, p.where]), [[code, `site.yaml:${where}`]])
  })
}

test('all errors come in one go, fifty are shown and the rest is counted', () => {
  const text = `users:\n${Array.from({ length: 70 }, (_, i) => `  - { userId: u${i}, mailbox: 1 }\n`).join('')}phones: [{ name: p, user: nobody }]`
  const problems = problemsOf(text)
  assert.equal(problems.length, maxShown + 1)
  assert.equal(problems.at(-1)?.code, 'site.more')
  assert.match(problems.at(-1)!.text, /21 more/)
})

test('empty lists of later versions are accepted, an empty file changes nothing', () => {
  assert.deepEqual(problemsOf('trunks: []\nsipRealms: []\nroutePatterns: []\nclassesOfService: []'), [])
  assert.equal(mustRead('').given.size, 0)
})

test('a JSON file is a site file', () => {
  const site = mustRead(JSON.stringify({ users: [{ userId: 'a', extension: '1' }], phones: [{ name: 'p', user: 'a', lines: ['1'] }] }, undefined, 2))
  assert.deepEqual(site.objects.map((o) => o.key), ['a', 'p'])
  assert.equal(problemsOf('{"users":[{"userId":"a","x":1}]}')[0]?.where, 'site.yaml:1:25 users[a].x')
})

test('only services of the port table may be named, where the table is given', () => {
  const read = readSite('services: { sip-upd: { port: 1 } }', 'f', { serviceNames: ['sip-udp', 'sip-tls'] })
  assert.ok(!read.ok)
  assert.match(read.problem[0]!.remedy!, /Did you mean sip-udp/)
})

const forwardings: [string, string | undefined][] = [
  ['lines: [{ number: "1", forwardAll: "*8" }]', 'lines[1].forwardAll'], ['lines: [{ number: "1", forwardBusy: "**2" }]', 'lines[1].forwardBusy'],
  ['lines: [{ number: "1", forwardNoAnswer: "*5" }]', 'lines[1].forwardNoAnswer'], ['lines: [{ number: "1", forwardNotRegistered: "1900" }]\npickupGroups: [{ number: "1900" }]', 'lines[1].forwardNotRegistered'],
  ['lines: [{ number: "1" }]\nhuntGroups: [{ number: "2", members: ["1"], onBusy: "*8" }]', 'huntGroups[2].onBusy'],
  ['lines: [{ number: "1", forwardAll: "*8" }]\nfeatureCodes: { pickup: "off" }', undefined], ['lines: [{ number: "1", forwardAll: "2" }]\nhuntGroups: [{ number: "2", members: ["1"] }]', undefined],
]
for (const [text, at] of forwardings) {
  test(`dial plan 11.7 a forward to a feature is refused: ${text.replaceAll('\n', ' ')}`, () => {
    assert.deepEqual(problemsOf(text).filter((one) => one.code === 'directory.forwardFeature').map((one) => one.where?.split(' ')[1]), at === undefined ? [] : [at])
  })
}

test('warnings are apart from errors', () => {
  const { warnings } = mustRead(`
system: { listen: 0.0.0.0, tlsMinVersion: "1.0" }
lines: [{ number: "1", forwardAll: "2" }, { number: "2", forwardAll: "3" }, { number: "3", forwardAll: "1" }, { number: "4", forwardBusy: "4" }]
phones: [{ name: a, deviceSecurityMode: nonSecure, address: 192.0.2.7, lines: ["1"] }, { name: b }]
`)
  assert.deepEqual(warnings.map((w) => [w.code, w.where?.split(' ')[1]]), [
    ['directory.noAddress', 'system.listen'], ['directory.oldTls', 'system.tlsMinVersion'], ['directory.plainPhone', 'phones[a].deviceSecurityMode'],
    ['directory.certificateOnly', 'phones[b]'], ['directory.noLine', 'phones[b]'], ['directory.forwardLoop', 'lines[1].forwardAll'], ['directory.forwardSelf', 'lines[4].forwardBusy']])
})

const bombs: [string, string, string][] = [
  ['aliases', 'a: &x [1,1]\nb: &y [*x,*x]', 'site.alias'], ['an anchor alone', 'users: &u []', 'site.alias'], ['a tag', 'users: !!set { a }', 'site.alias'],
  ['a merge', 'users: []\n<<: {phones: []}', 'site.unknownField'], ['an explicit key', '? [a]\n: 1', 'site.alias'], ['a directive', '%YAML 1.1\n---\nusers: []', 'site.alias'],
  ['brackets', '['.repeat(1e6), 'site.tooLarge'], ['braces', '{a: '.repeat(1e6), 'site.tooLarge'], ['dashes', '- '.repeat(1e6), 'site.tooLarge'],
  ['indentation', Array.from({ length: 200 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''), 'site.tooLarge'], ['closing brackets', ']'.repeat(1e6), 'site.unreadable'],
  ['nothing but errors', `x: [${','.repeat(1e6)}]`, 'site.unreadable'],
  ['size', 'x'.repeat(16 * 1024 * 1024 + 1), 'site.tooLarge'], ['anchors', '&a '.repeat(1e6), 'site.alias'],
]
for (const [what, text, code] of bombs) {
  test(`A35 a bomb of ${what} is refused before it grows`, () => assert.ok(problemsOf(text).some((p) => p.code === code)))
}

for (const name of ['__proto__', 'constructor', 'prototype']) {
  test(`A35 ${name} is refused at every depth and reaches no prototype`, () => {
    for (const text of [`${name}: { polluted: 1 }`, `users: [{ userId: a, ${name}: { polluted: 1 } }]`, `services: { ${name}: { port: 1 } }`, `phones: [{ name: p, digest: { ${name}: 1 } }]`,
      `{"users":[{"${name}":{"polluted":1}}]}`]) {
      assert.ok(problemsOf(text).some((p) => p.code === 'site.forbiddenName'), text)
    }
    assert.equal(({} as Record<string, unknown>).polluted, undefined)
  })
}

const pieces = fc.constantFrom('users', 'phones', 'system', 'lines', ': ', '\n', '  ', '- ', '[', ']', '{', '}', '"', "'", '&a', '*a', '!!x', '|', '>', '# x', '\t', '__proto__', 'userId', 'name', '1001', ', ', '\u0000', '\ud800', 'é', '?', '%', '---', '...', '@', '`', 'null', '~', 'digest', 'password')
test('A35 rubbish never throws, and what is refused says where', () => {
  fc.assert(fc.property(fc.array(pieces, { maxLength: 40 }).map((p) => p.join('')), (text) => {
    const read = readSite(text, 'f')
    if (!read.ok) for (const p of read.problem) assert.ok(p.code === 'site.more' || p.where?.startsWith('f'), inspect(p))
  }), { numRuns: 1500 })
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => { readSite(text, 'f') }), { numRuns: 500 })
})

test('A35 any value in any field never throws', () => {
  const lists = fc.constantFrom('system', 'services', 'users', 'phones', 'lines', 'huntGroups', 'parkLots', 'pickupGroups', 'featureCodes', 'trunks')
  const fields = fc.constantFrom('userId', 'name', 'number', 'lines', 'digest', 'members', 'range', 'from', 'to', 'password', 'pin', 'address', 'user', 'extension', 'forwardAll', 'guard', 'associated', 'sip-udp')
  const value = fc.oneof(fc.constantFrom('1', '1001', 'a', '70XX', '**', '*8', '192.0.2.1', 'nonSecure'), fc.jsonValue({ maxDepth: 2 }), fc.dictionary(fields, fc.constantFrom('1', 'a', null, 3), { maxKeys: 3 }))
  const object = fc.dictionary(fields, value, { maxKeys: 6 })
  fc.assert(fc.property(fc.dictionary(lists, fc.oneof(fc.array(object, { maxLength: 4 }), object, value), { maxKeys: 5 }), (file) => { readSite(JSON.stringify(file), 'f') }), { numRuns: 1500 })
})
