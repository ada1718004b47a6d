/** Admission of a trunk's requests: the golden table, and the order of checks in words. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { admit, type AdmissionFacts } from '../../../src/policy/trunk/admit.ts'
import { permissions } from '../../../src/policy/trunk/profile.ts'
import { goldenTable } from './golden.ts'
import { everything, nothing } from './sample.ts'

const file = resolve(import.meta.dirname, 'admission.golden.txt')

test('R343 R363–R370 A11 the golden table of admission: profile, source, subject, transport, method, credentials', () => {
  const { rows, text } = goldenTable()
  if (process.env.RINGFORT_UPDATE_GOLDEN) writeFileSync(file, text)
  assert.ok(rows >= 300, `${rows} rows`)
  assert.deepEqual(text.split('\n'), readFileSync(file, 'utf8').split('\n'))
})

const profile = { name: 'p', digestAuthentication: false, applicationLevelAuthorization: false, ...nothing }
const base: AdmissionFacts = { profile, method: 'INVITE', inDialog: false, hasReplaces: false, digest: 'none' }
const digest = { ...profile, digestAuthentication: true }

/** One word for a verdict. */
function told(facts: Partial<AdmissionFacts>): string {
  const verdict = admit({ ...base, ...facts })
  return verdict.is === 'allow' ? 'allow' : verdict.is === 'challenge' ? `401${verdict.stale ? ' stale' : ''}${verdict.failed ? ' failed' : ''}` : `403 ${verdict.rule}`
}

test('R343 RFC 3261 22.1 every request of a digest trunk is challenged, in dialogs too, but ACK and CANCEL never', () => {
  for (const method of ['INVITE', 'BYE', 'OPTIONS', 'UPDATE', 'PRACK', 'INFO', 'MESSAGE', 'SUBSCRIBE', 'NOTIFY', 'REFER', 'REGISTER', 'PUBLISH', 'invite', 'NEW']) {
    for (const inDialog of [false, true]) assert.equal(told({ profile: digest, method, inDialog }), '401', `${method} ${inDialog}`)
  }
  for (const method of ['ACK', 'CANCEL']) for (const proof of ['none', 'wrong', 'stale', 'user'] as const) assert.equal(told({ profile: digest, method, digest: proof, hasReplaces: true }), 'allow')
})

test('R346 R347 an old nonce is told apart from a wrong password', () => {
  assert.deepEqual((['none', 'wrong', 'stale', 'user'] as const).map((proof) => told({ profile: digest, digest: proof })), ['401', '401 failed', '401 stale', 'allow'])
})

const gates = [['R366', 'SUBSCRIBE', 'acceptPresenceSubscription', { event: 'presence' }], ['R368', 'REFER', 'acceptOutOfDialogRefer', {}],
  ['R369', 'NOTIFY', 'acceptUnsolicitedNotification', {}], ['R370', 'INVITE', 'acceptReplacesHeader', { hasReplaces: true }]] as const
for (const [number, method, permission, more] of gates) {
  test(`${number} R367 ${permission}: the trunk's box, then the user's`, () => {
    const one = { ...nothing, [permission]: true }, facts = { method, ...more }, user = { userId: 'crm', ...one }
    const asks = { ...digest, applicationLevelAuthorization: true, ...one }
    assert.equal(told(facts), `403 profile.${permission}`)
    assert.equal(told({ ...facts, profile: { ...profile, ...everything, [permission]: false } }), `403 profile.${permission}`)
    assert.equal(told({ ...facts, profile: { ...profile, ...one } }), 'allow')
    assert.equal(told({ ...facts, profile: asks, digest: 'user' }), '403 applicationUser')
    assert.equal(told({ ...facts, profile: asks, digest: 'user', applicationUser: { userId: 'crm', ...everything, [permission]: false } }), `403 applicationUser.${permission}`)
    assert.equal(told({ ...facts, profile: asks, digest: 'user', applicationUser: user }), 'allow')
    assert.equal(told({ ...facts, profile: { ...asks, [permission]: false }, digest: 'user', applicationUser: user }), `403 profile.${permission}`)
  })
}

test('R363 R364 401 before 403, and the trunk before the user: who shows nothing learns nothing of the switches', () => {
  const strict = { ...digest, applicationLevelAuthorization: true }
  for (const method of ['SUBSCRIBE', 'REFER', 'NOTIFY', 'REGISTER']) assert.equal(told({ profile: strict, method, event: 'presence' }), '401')
  assert.equal(told({ profile: strict, method: 'REFER', digest: 'user' }), '403 profile.acceptOutOfDialogRefer')
})

test('R366 A11 what tells where people are needs the box of presence, whatever the package is called', () => {
  for (const event of ['presence', 'Presence', 'presence.winfo', 'dialog', 'reg', 'no-such', undefined]) assert.equal(told({ method: 'SUBSCRIBE', event }), '403 profile.acceptPresenceSubscription', event)
  for (const event of ['kpml', 'message-summary', 'conference']) assert.equal(told({ method: 'SUBSCRIBE', event }), 'allow', event)
})

test('R362 an authorization without digest, which no profile may have, lets nobody in', () => {
  assert.equal(told({ profile: { ...profile, ...everything, applicationLevelAuthorization: true } }), '401')
})

const flags = fc.record(Object.fromEntries(permissions.map((name) => [name, fc.boolean()]))) as fc.Arbitrary<typeof nothing>
const anyFacts: fc.Arbitrary<AdmissionFacts> = fc.record({
  profile: fc.tuple(flags, fc.boolean(), fc.boolean()).map(([boxes, on, level]) => ({ name: 'p', digestAuthentication: on || level, applicationLevelAuthorization: level, ...boxes })),
  method: fc.constantFrom('INVITE', 'SUBSCRIBE', 'REFER', 'NOTIFY', 'OPTIONS', 'REGISTER', 'BYE', ''), inDialog: fc.boolean(), hasReplaces: fc.boolean(),
  event: fc.constantFrom(undefined, 'presence', 'kpml'), digest: fc.constantFrom('none', 'wrong', 'stale', 'user'), applicationUser: fc.option(flags.map((boxes) => ({ userId: 'u', ...boxes })), { nil: undefined }),
})

test('A11 A12 property: who is allowed has proved what the profile asks, and owns every box that the request needs', () => {
  let allowed = 0
  fc.assert(fc.property(anyFacts, (facts) => {
    const verdict = admit(facts), { profile: given, applicationUser: user } = facts
    if (verdict.is === 'challenge') assert.ok(given.digestAuthentication && facts.digest !== 'user')
    if (verdict.is !== 'allow') return
    allowed++
    if (given.digestAuthentication) assert.equal(facts.digest, 'user')
    const needs = [facts.hasReplaces && 'acceptReplacesHeader', !facts.inDialog && facts.method === 'REFER' && 'acceptOutOfDialogRefer', !facts.inDialog && facts.method === 'NOTIFY' && 'acceptUnsolicitedNotification',
      !facts.inDialog && facts.method === 'SUBSCRIBE' && facts.event !== 'kpml' && 'acceptPresenceSubscription'] as const
    for (const need of needs) if (need) assert.ok(given[need] && (!given.applicationLevelAuthorization || user?.[need]), need)
    assert.ok(!['REGISTER', ''].includes(facts.method))
  }), { numRuns: 20_000, seed: 343 })
  assert.ok(allowed > 2_000, `only ${allowed} were allowed`)
})
