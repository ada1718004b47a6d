/** The fields of a trunk security profile: limits, defaults and what follows from the mode. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkProfile, type Credentials, hints, type SaidProfile, warnings } from '../../../src/policy/trunk/check.ts'
import { completeProfile, type GivenProfile, incomingTransport, modes, predefinedProfile } from '../../../src/policy/trunk/profile.ts'
import { everything, nothing } from './sample.ts'

type Fields = Readonly<Record<string, unknown>>
/** Fields and codes of what is wrong; the name is given. Values of any type, as a site file may have them. */
function wrong(given: Fields, allowNullCipher = false): string[] {
  return checkProfile({ name: 'p', ...given } as SaidProfile, { allowNullCipher }).map(({ field, code }) => `${field} ${code.replace('policy.trunk.', '')}`)
}

const tls = { deviceSecurityMode: 'encrypted' } as const
/** Number, what it shows, what is given, what is wrong with it. */
const rows: [string, string, Fields, string[]][] = [
  ['R330', 'a name of 64 characters', { name: 'x'.repeat(64) }, []], ['R330', 'a name of 65', { name: 'x'.repeat(65) }, ['name name']], ['R330', 'no name', { name: '' }, ['name name']],
  ['R330', 'a name of blanks', { name: '  ' }, ['name name']], ['R330', 'a name of two lines', { name: 'a\nb' }, ['name name']], ['R330', 'no text', { name: 7 }, ['name name']],
  ['R331', '50 characters of any language', { description: '電'.repeat(25) + '😀'.repeat(25) }, []], ['R331', '51 characters', { description: '😀'.repeat(51) }, ['description description']],
  ...['"', '%', '&', '\\', '<', '>'].map((one): [string, string, Fields, string[]] => ['R331', `the character ${one}`, { description: `a${one}b` }, ['description description']]),
  ['R331', 'half a character', { description: '\ud800' }, ['description description']],
  ['R332', 'mode nonSecure', { deviceSecurityMode: 'nonSecure' }, []], ['R332', 'mode encrypted', tls, []], ['R332', 'another mode', { deviceSecurityMode: 'secure' }, ['deviceSecurityMode mode']],
  ['R332', 'a name that objects have', { deviceSecurityMode: 'constructor' }, ['deviceSecurityMode mode']],
  ['R334', 'mode authenticated without the switch', { deviceSecurityMode: 'authenticated' }, ['deviceSecurityMode nullCipher']],
  ['R338', 'TLS for nonSecure', { incomingTransport: 'tls' }, ['incomingTransport incomingTransport']], ['R338 R251', 'clear for encrypted', { ...tls, incomingTransport: 'clear' }, ['incomingTransport incomingTransport']],
  ['R338', 'what follows anyway', { ...tls, incomingTransport: 'tls' }, []],
  ['R340', 'UDP for nonSecure', { outgoingTransport: 'udp' }, []], ['R340', 'TLS for nonSecure', { outgoingTransport: 'tls' }, ['outgoingTransport outgoingTransport']],
  ['R340 R251', 'TCP for encrypted', { ...tls, outgoingTransport: 'tcp' }, ['outgoingTransport outgoingTransport']], ['R340', 'TLS for encrypted', { ...tls, outgoingTransport: 'tls' }, []],
  ...[10, 600, 86_400].map((n): [string, string, Fields, string[]] => ['R346', `${n} seconds`, { nonceValidity: n }, []]),
  ...[9, 86_401, 600.5, Number.NaN, '600'].map((n): [string, string, Fields, string[]] => ['R346', `${n} (${typeof n}) as seconds`, { nonceValidity: n }, ['nonceValidity nonceValidity']]),
  ['R349', 'names without TLS', { secureCertificateSubjects: 'a.test' }, ['secureCertificateSubjects subjectsNeedTls']], ['R349', 'separators alone without TLS', { secureCertificateSubjects: ' ,;' }, []],
  ['R353', '4096 characters', { ...tls, secureCertificateSubjects: `${'sbc.test,'.repeat(455)}a` }, []], ['R353', '4097 characters', { ...tls, secureCertificateSubjects: `${'sbc.test,'.repeat(455)}ab` }, ['secureCertificateSubjects subjectsLength']],
  ['R350', 'a wildcard', { ...tls, secureCertificateSubjects: 'a.test, *.b.test' }, ['secureCertificateSubjects subjectName']], ['R350', 'NUL in a name', { ...tls, secureCertificateSubjects: 'a\0.test' }, ['secureCertificateSubjects subjectName']],
  ...[0, 5060, 65_535].map((n): [string, string, Fields, string[]] => ['R356', `port ${n}`, { incomingPort: n }, []]),
  ...[-1, 65_536, 1.5, '5060'].map((n): [string, string, Fields, string[]] => ['R356', `port ${n} (${typeof n})`, { incomingPort: n }, ['incomingPort incomingPort']]),
  ['R362', 'authorization without digest', { applicationLevelAuthorization: true }, ['applicationLevelAuthorization authorizationNeedsDigest']],
  ['R362', 'authorization with digest', { applicationLevelAuthorization: true, digestAuthentication: true }, []],
  ['R371', 'a switch that is text', { transmitSecurityStatus: 'yes' }, ['transmitSecurityStatus switch']],
  ...['useDefault', 'none', 'removeMer', 'removePreMer'].map((filter): [string, string, Fields, string[]] => ['R372', `filter ${filter}`, { v150OutboundSdpOfferFiltering: filter }, []]),
  ['R372', 'another filter', { v150OutboundSdpOfferFiltering: 'all' }, ['v150OutboundSdpOfferFiltering v150']],
]
for (const [number, about, given, expected] of rows) test(`${number} ${about}: ${expected.length === 0 ? 'taken' : 'refused'}`, () => { assert.deepEqual(wrong(given), expected) })

test('R334 R337 the refusal of NULL-SHA says what to use instead; the platform switch allows it', () => {
  const [fault] = checkProfile({ name: 'p', deviceSecurityMode: 'authenticated' }, { allowNullCipher: false })
  assert.match(`${fault?.text} ${fault?.remedy} ${fault?.allowed}`, /NULL-SHA.*encrypted/)
  assert.deepEqual(wrong({ deviceSecurityMode: 'authenticated' }, true), [])
})

test('R301 R333 R335 R336 what a mode means: transports, port and suites', () => {
  assert.deepEqual(modes.nonSecure, { incoming: 'clear', outgoing: ['tcp', 'udp'], port: 5060, suites: [], only: false })
  assert.deepEqual(modes.authenticated, { incoming: 'tls', outgoing: ['tls'], port: 5061, suites: ['NULL-SHA'], only: true })
  assert.deepEqual(modes.encrypted, { incoming: 'tls', outgoing: ['tls'], port: 5061, suites: ['AES128-SHA'], only: false })
})

test('R342 R346 R357 R361 R371 R372 the defaults follow the mode, and every switch is off', () => {
  const clear = completeProfile({ name: 'p' }), secure = completeProfile({ name: 'p', ...tls })
  const off = { digestAuthentication: false, applicationLevelAuthorization: false, transmitSecurityStatus: false, ...nothing }
  assert.deepEqual(clear, { name: 'p', description: '', deviceSecurityMode: 'nonSecure', outgoingTransport: 'tcp', incomingPort: 5060, nonceValidity: 600, secureCertificateSubjects: '', v150OutboundSdpOfferFiltering: 'useDefault', ...off })
  assert.deepEqual(secure, { ...clear, deviceSecurityMode: 'encrypted', outgoingTransport: 'tls', incomingPort: 5061 })
  assert.deepEqual([clear, secure].map(incomingTransport), ['clear', 'tls'])
  assert.deepEqual([wrong({ ...clear }), wrong({ ...secure })], [[], []])
})

test('R302 R304 a nonsecure profile is there from the start, and is what it may be', () => {
  assert.equal(predefinedProfile.name, 'Non Secure SIP Trunk Profile')
  assert.equal(predefinedProfile.deviceSecurityMode, 'nonSecure')
  assert.deepEqual(checkProfile(predefinedProfile, { allowNullCipher: false }), [])
})

const user = { userId: 'crm', hasDigest: true, ...everything }
const digest = { digestAuthentication: true } as const
const missing: [string, Omit<GivenProfile, 'name'>, Credentials, string[]][] = [
  ['R319 digest with nobody on either side', digest, { realms: 0, applicationUsers: [] }, ['noRealm', 'noApplicationUser']],
  ['R319 digest with both', digest, { realms: 1, applicationUsers: [user] }, []],
  ['R319 an application user without digest', digest, { realms: 1, applicationUsers: [{ ...user, hasDigest: false }] }, ['noApplicationUser']],
  ['R319 no digest', {}, { realms: 0, applicationUsers: [] }, []],
  ['R320 authorization with no box checked', { ...digest, applicationLevelAuthorization: true }, { realms: 1, applicationUsers: [{ ...user, ...nothing }] }, ['noPermission']],
  ['R320 authorization with one box checked', { ...digest, applicationLevelAuthorization: true }, { realms: 1, applicationUsers: [{ ...user, ...nothing, acceptReplacesHeader: true }] }, []],
  ['R349 TLS without a name', tls, { realms: 0, applicationUsers: [] }, ['noSubject']],
  ['R356 TLS without a name where nothing comes in', { ...tls, incomingPort: 0 }, { realms: 0, applicationUsers: [] }, []],
]
for (const [about, given, credentials, expected] of missing) {
  test(`${about}: ${expected.join(', ') || 'no warning'}`, () => { assert.deepEqual(warnings(completeProfile({ name: 'p', ...given }), credentials).map(({ code }) => code.replace('policy.trunk.', '')), expected) })
}

test('R344 R345 R365 what is said beside the fields', () => {
  const said = (given: Omit<GivenProfile, 'name'>): string => hints(completeProfile({ name: 'p', ...given })).join(' ')
  assert.match(said({}), /forged: use digest authentication on TCP and UDP/)
  assert.match(said(digest), /no device authentication, integrity or confidentiality.*application level authorization where you do not trust/)
  assert.doesNotMatch(said({ ...digest, applicationLevelAuthorization: true }), /where you do not trust/)
  assert.equal(said(tls), '')
})
