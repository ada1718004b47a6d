/** A12: nobody is anybody without a certificate, good credentials or an exact rule, whatever is combined. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PhonePicture } from '../../src/directory/picture.ts'
import { identify, type IdentityFacts, owns } from '../../src/policy/identify.ts'

const picture = fc.record({
  name: fc.constantFrom('p1', 'p2', 'p3'), user: fc.constantFrom(undefined, 'u1', 'u2'), lines: fc.subarray(['1001', '1002', '1003']), digestUser: fc.constantFrom(undefined, 'd1', 'd2', ''),
  deviceSecurityMode: fc.constantFrom('nonSecure', 'authenticated', 'encrypted'), mediaSecurity: fc.constant('off'), address: fc.constant(undefined), maxRegistrations: fc.constant(5), trustedForSecurityStatus: fc.boolean(),
  callingSearchSpace: fc.constant(undefined), localRouteGroup: fc.constant(undefined), zone: fc.constant(undefined),
}) as fc.Arbitrary<PhonePicture>
const maybe = fc.option(picture, { nil: undefined })
const facts: fc.Arbitrary<IdentityFacts> = fc.record({
  secure: fc.boolean(), certified: maybe, sourced: maybe, digest: maybe, credentials: fc.constantFrom('none', 'ok', 'wrong', 'stale', 'malformed'), claims: fc.constantFrom('1001', '1002', '1003', 'd1', 'u1', 'p1', '', 'undefined', '__proto__'),
})

/** The rule in other words: what a phone must have shown to be taken for itself. */
function hasProof({ credentials, digest, certified, sourced }: IdentityFacts, phone: PhonePicture): boolean {
  if (credentials === 'ok') return phone === digest
  return credentials === 'none' && phone.digestUser === undefined && phone === (certified ?? sourced)
}

test('A12 no identity without a certificate, good credentials or an exact rule; none that the phone does not own; none in the clear that must be secure', () => {
  let allowed = 0
  fc.assert(fc.property(facts, (given) => {
    const verdict = identify(given)
    const candidates = [given.digest, given.certified, given.sourced].filter((one) => one !== undefined)
    const rightful = candidates.filter((one) => hasProof(given, one) && owns(one, given.claims) && (given.secure || one.deviceSecurityMode === 'nonSecure'))
    if (verdict.is === 'allow') { allowed++; assert.ok(rightful.includes(verdict.phone)) } else assert.deepEqual(rightful, [])
    if (given.credentials === 'wrong') assert.deepEqual(verdict, { is: 'challenge', stale: false, failed: true })
  }), { numRuns: 20_000 })
  assert.ok(allowed > 500, `only ${allowed} were allowed: the combinations say little`)
})

test('A12 an absent name is nobody\'s name', () => {
  const phone: PhonePicture = { name: 'p', user: undefined, lines: [], digestUser: undefined, deviceSecurityMode: 'nonSecure', mediaSecurity: 'off', address: undefined, maxRegistrations: 1, trustedForSecurityStatus: false, callingSearchSpace: undefined, localRouteGroup: undefined, zone: undefined }
  for (const name of ['', 'undefined', 'null']) assert.equal(owns(phone, name), false, name)
})
