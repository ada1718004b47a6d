import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { test } from 'node:test'
import fc from 'fast-check'
import { auditRows, inverse, isSealed, type StoredObject } from '../../src/directory/changes.ts'
import { exportPlain, exportSite } from '../../src/directory/export.ts'
import { carryOut, plan } from '../../src/directory/plan.ts'
import { buildSnapshot } from '../../src/directory/snapshot.ts'
import { secret } from '../../src/kit/secret.ts'
import { ownObjects } from '../../src/main/ownObjects.ts'
import { apply, memoryStore, mustRead, problemsOf, small, testKey } from './apply.ts'

const words = (p: Awaited<ReturnType<typeof apply>>) => p.steps.map((s) => `${s.what} ${s.kind} ${s.key}${s.what === 'change' ? ` (${s.fields.map((f) => f.field).join(', ')})` : ''}`)

test('the first apply creates everything, the second finds nothing to do although hashes are salted', async () => {
  const store = memoryStore()
  const first = await apply(store, small)
  assert.equal(first.steps.length, 14)
  assert.ok(first.steps.every((s) => s.what === 'create'))
  assert.equal(first.hashes, 2)
  const second = await apply(store, small)
  assert.deepEqual(second.steps, [])
  assert.equal(second.unchanged, 14 + ownObjects().length)
  assert.equal(second.hashes, 0)
  assert.equal(store.load().rev, 1)
})

test('the export has no secret, applying it changes nothing, neither as YAML nor as JSON', async () => {
  const store = memoryStore()
  await apply(store, small)
  const text = exportSite(store.load().objects)
  assert.doesNotMatch(text, /password|pin|sealed|mark|horse|battery|274913/i)
  assert.deepEqual((await apply(store, text)).steps, [])
  assert.deepEqual((await apply(store, JSON.stringify(exportPlain(store.load().objects)))).steps, [])
  assert.ok(await buildSnapshot(1, store.load().objects, testKey).signsIn('alice', 'pin', secret('274913')))
})

test('a field that a file leaves out goes back to its default, and the plan marks it', async () => {
  const store = memoryStore()
  await apply(store, 'system: { domain: example.test, address: pbx.example.test, tlsMinVersion: "1.3" }')
  const { steps } = await apply(store, 'system: { domain: other.test }')
  assert.deepEqual(steps.flatMap(({ fields }) => fields.map(({ field, after, isDefault }) => [field, after, isDefault === true])),
    [['domain', 'other.test', false], ['address', undefined, true], ['tlsMinVersion', '1.2', true]])
})

/** [what changed in the file, from, to, the plan]. */
const edits: [string, string, string, string[]][] = [
  ['a name', 'displayName: Bob Brown', 'displayName: Bob B.', ['change user bob (displayName)']],
  ['a PIN', '"274913"', '"274914"', ['change user alice (pin)']],
  ['a digest password', 'battery-staple-2', 'battery-staple-3', ['change phone bob-desk (digest.password)']],
  ['a digest user', 'digest: { user: bob-desk,', 'digest: { user: bob-soft,', ['change phone bob-desk (digest.user, digest.password)']],
  ['a password left out', ' pin: "274913",', '', []],
  ['a password taken away', 'pin: "274913"', 'pin: null', ['change user alice (pin)']],
  ['an object taken out', '  - { userId: bob, displayName: Bob Brown, extension: "1002", doNotDisturb: true }\n  - { userId: carol }\n', '  - { userId: bob, displayName: Bob Brown, extension: "1002", doNotDisturb: true }\n  - { userId: carol, mailbox: true }\n', ['change user carol (mailbox)']],
  ['a line taken out', 'huntGroups: [{ number: "2000", name: Sales, algorithm: circular, members: ["1001", "1002"] }]', 'huntGroups: []', ['delete huntGroup 2000']],
  ['a list left out', 'huntGroups: [{ number: "2000", name: Sales, algorithm: circular, members: ["1001", "1002"] }]\n', '', []],
  ['a service taken out', ', port-status: { enabled: true }', '', ['delete service port-status']],
  ['the realm', 'domain: example.test', 'domain: other.test', ['change system  (domain)', 'change phone alice-desk (digest.password)', 'change phone bob-desk (digest.password)']],
  ['a key', 'name: lobby,', 'name: hall,', ['create phone hall', 'delete phone lobby']],
]
for (const [what, from, to, expected] of edits) {
  test(`plan: ${what}`, async () => {
    const store = memoryStore()
    await apply(store, small)
    assert.ok(small.includes(from))
    assert.deepEqual(words(await apply(store, small.replace(from, to))), expected)
  })
}

test('what the system made itself is not deleted by a list that does not name it', async () => {
  const made: StoredObject = { kind: 'pickupGroup', key: '8', rev: 0, system: true, body: { number: '8', associated: [] } }
  const planned = plan([made], mustRead('pickupGroups: []', [made]), testKey)
  assert.deepEqual(planned.steps, [])
  assert.deepEqual(problemsOf('lines: [{ number: "1", pickupGroup: "8" }]\npickupGroups: []', [made]), [])
})

test('a list that the file leaves out is looked up in what is stored', async () => {
  const store = memoryStore()
  await apply(store, small)
  const { objects } = store.load()
  assert.deepEqual(problemsOf('phones: [{ name: new, user: alice }]', objects), [])
  const lost = problemsOf('users: []', objects)
  assert.deepEqual(lost.map((p) => p.code), ['directory.inUse', 'directory.inUse', 'directory.inUse', 'directory.unknownLine'])
  assert.deepEqual([lost[0]?.where, lost[0]?.text], ['site.yaml:1:8 users', 'The user alice cannot go: phones[alice-desk] uses it.'])
  assert.equal(lost[3]?.where, 'site.yaml (stored: huntGroups[2000])')
})

test('what was stored before a field existed does not stand in the way of a file', () => {
  const old: StoredObject[] = [{ kind: 'system', key: '', rev: 1, body: { domain: 'example.test' } }, { kind: 'phone', key: 'p', rev: 1, body: { name: 'p', lines: ['1'] } }]
  assert.deepEqual(problemsOf('users: []', old), [])
})

test('a kept digest password of another realm or user name is refused with what to do', async () => {
  const store = memoryStore()
  await apply(store, small)
  const { objects } = store.load()
  assert.deepEqual(problemsOf('system: { domain: other.test }', objects).map((p) => p.code), ['directory.secretUnbound'])
  assert.deepEqual(problemsOf('system: { domain: other.test, sipStationRealm: example.test }', objects), [])
  assert.deepEqual(problemsOf(exportSite(objects).replace('user: "bob-desk"', 'user: "bob"'), objects).map((p) => p.code), ['directory.secretUnbound'])
})

test('every change can be undone: the sealed values come back, and the audit shows who, when and what, without a secret', async () => {
  const store = memoryStore()
  await apply(store, small, 1000)
  const before = store.load().objects
  await apply(store, small.replace('"274913"', '"861402"').replace('Bob Brown', 'Bob B.').replace('huntGroups: [', 'huntGroups: [] #'), 2000)
  const back = inverse(store.changeSet(2)!, 2, 'carol', 3000, 'by mistake')
  assert.ok(store.apply(back, 2).ok)
  const plainly = (objects: readonly StoredObject[]) => objects.map(({ kind, key, body }) => ({ kind, key, body })).sort((a, b) => (a.kind + a.key < b.kind + b.key ? -1 : 1))
  assert.deepEqual(plainly(store.load().objects), plainly(before))
  assert.ok(await buildSnapshot(3, store.load().objects, testKey).signsIn('alice', 'pin', secret('274913')))
  const rows = store.audit({})
  assert.deepEqual(rows.filter((r) => r.rev === 3).map((r) => [r.by, r.at, r.undoes, r.reason, r.what, r.key]).sort(), [
    ['carol', 3000, 2, 'by mistake', 'change', 'alice'], ['carol', 3000, 2, 'by mistake', 'change', 'bob'], ['carol', 3000, 2, 'by mistake', 'create', '2000']])
  assert.deepEqual(rows.find((r) => r.rev === 2 && r.key === 'alice')?.fields, [{ field: 'pin', before: '[secret]', after: '[secret changed]' }])
  assert.deepEqual(rows.find((r) => r.rev === 2 && r.key === 'bob')?.fields, [{ field: 'displayName', before: 'Bob Brown', after: 'Bob B.' }])
  assert.ok(store.changeSet(2)!.changes.some((c) => c.before && isSealed(c.before.pin)))
})

test('an undo of what was changed since is a conflict', async () => {
  const store = memoryStore()
  await apply(store, small)
  await apply(store, small.replace('Bob Brown', 'Bob B.'))
  await apply(store, small.replace('Bob Brown', 'Robert'))
  const done = store.apply(inverse(store.changeSet(2)!, 2, 'x', 1), 3)
  assert.equal(done.ok ? '' : done.problem.code, 'directory.conflict')
})

const canary = 'Canary-7Q!', canaryPin = '90817263'
const secretive = small.replace('correct horse 1', canary).replace('"274913"', `"${canaryPin}"`).replace('battery-staple-1', `${canary}2`)
test('A43 no password is found in anything that this room gives out', async () => {
  const store = memoryStore()
  const site = mustRead(secretive)
  const planned = plan([], site, testKey)
  const set = await carryOut(planned, testKey, { by: 'x', at: 1, via: 'apply' })
  assert.ok(store.apply(set, 0).ok)
  const { objects } = store.load()
  const given = { site, planned, set, objects, rows: auditRows(set, 1), snapshot: buildSnapshot(1, objects, testKey), text: exportSite(objects), key: testKey, credentials: buildSnapshot(1, objects, testKey).credentials('alice-desk') }
  const printed = Object.values(given).flatMap((v) => [JSON.stringify(v), inspect(v, { depth: 20, showHidden: true, maxArrayLength: null }), String(v)]).join('\n')
  for (const word of [canary, canaryPin, Buffer.from(canary).toString('base64url').slice(0, 12)]) assert.ok(!printed.includes(word), word)
  assert.doesNotMatch(JSON.stringify(auditRows(set, 1)), /"sealed"|"mark"/)
})

test('A43 no error quotes a secret, wherever it was put by mistake', () => {
  const files = [
    `users: [{ userId: a, password: [${canary}] }]`, `users: [{ userId: a, pin: ${canaryPin} }]`, `users: [{ userId: a, pin: "${canary}" }]`, `users: [{ userId: "${canary}" }]`, `users: [{ userId: a, extension: "${canary}" }]`,
    `users: [{ userId: a, password: "${canary}" "x" }]`, `users:\n  - userId: a\n  password: ${canary}`, `users:\n  - userId: a\n    password: "${canary}`, `users: [{ userId: a, password: &${canary} x }]`, `users: [{ userId: a, password: *${canary} }]`,
    `users: [{ userId: a, password: !${canary} }]`, `phones: [{ name: a, digest: ${canary} }]`, `phones: [{ name: a, digest: { user: "${canary}", password: 1 } }]`, `phones: [{ name: a, deviceSecurityMode: "${canary}" }]`,
    `services: { sip-udp: { port: ${canary} } }`, `users: ${canary}`, canary, `users: [{ userId: a, extension: "${canaryPin}", pin: "${canaryPin}" }]`.replace('extension: "90817263"', 'extension: "9081726"'),
  ]
  for (const text of files) {
    const problems = problemsOf(text)
    assert.ok(problems.length > 0, text)
    const said = inspect(problems.map(({ where, ...rest }) => ({ ...rest, where: where?.replace(/\[[^\]]*\]/, '') })), { depth: 9 })
    assert.ok(!said.includes(canary) && !said.includes(canaryPin), said)
  }
})

const numberText = fc.integer({ min: 100, max: 999 }).map(String)
const line = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((t) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(t) && t.isWellFormed())
const anySite = fc.record({
  users: fc.uniqueArray(fc.record({ userId: fc.stringMatching(/^[a-z][a-z0-9._-]{0,8}$/), displayName: line, mailbox: fc.boolean(), classOfService: fc.constant('Voice Mail User') }, { requiredKeys: ['userId'] }), { selector: (u) => u.userId, maxLength: 5 }),
  lines: fc.uniqueArray(fc.record({ number: numberText, displayName: line, forwardBusy: numberText, noAnswerSeconds: fc.integer({ min: 1, max: 300 }), callWaiting: fc.boolean() }, { requiredKeys: ['number'] }), { selector: (l) => l.number, maxLength: 6 }),
  phones: fc.uniqueArray(fc.record({ name: fc.stringMatching(/^p[a-z0-9]{1,6}$/), description: line, mediaSecurity: fc.constantFrom('off', 'preferred', 'required'), lines: fc.uniqueArray(numberText, { maxLength: 3 }) }, { requiredKeys: ['name'] }), { selector: (p) => p.name, maxLength: 5 }),
  system: fc.record({ domain: fc.domain(), tlsMinVersion: fc.constantFrom('1.0', '1.2', '1.3'), guard: fc.record({ halfOpen: fc.integer({ min: 1, max: 9 }) }, { requiredKeys: [] }) }, { requiredKeys: [] }),
}, { requiredKeys: [] })
test('for any site: what was applied and exported plans as nothing to do', async () => {
  await fc.assert(fc.asyncProperty(anySite, async (site) => {
    const store = memoryStore()
    await apply(store, JSON.stringify(site))
    assert.deepEqual((await apply(store, exportSite(store.load().objects))).steps, [])
    assert.deepEqual((await apply(store, JSON.stringify(site))).steps, [])
  }), { numRuns: 150 })
})
