/** What no single object knows: profiles, patterns, tables, ways out, and what a site promises itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Snapshot } from '../../src/directory/snapshot.ts'
import { review, type ReviewFinding } from '../../src/policy/review.ts'
import { day, house, pictureOf } from './site.ts'

const said = ({ kind, key, field, code }: ReviewFinding): string => `${kind}[${key}]${field === undefined ? '' : `.${field}`} ${code}`
const errorsOf = (snapshot: Snapshot): string[] => review(snapshot, { now: day }).errors.map(said)
const errorsOfText = async (text: string): Promise<string[]> => errorsOf(await pictureOf(text))
const site = await pictureOf(house)

test('the site has no error, and nothing that is found about it has no words', () => {
  const { errors, warnings } = review(site, { now: day })
  assert.deepEqual(errors, [])
  for (const { text, remedy } of warnings) assert.match(`${text} ${remedy}`, /^[A-Z].*[.] .*[.]$/)
})

test('R334 R343 R349 R355 profiles as they are given and beside each other: subjects of all of them, ports of those in use', async () => {
  const profiles = (rows: string): string => `sipTrunkSecurityProfiles:\n${rows}\n`, tls = (name: string, port: number, subjects: string): string => `  - { name: ${name}, deviceSecurityMode: encrypted, incomingPort: ${port}, secureCertificateSubjects: "${subjects}" }`
  const example = [tls('P1', 5061, 'my_cm1, my_cm2'), tls('P2', 5071, 'my_cm2, my_cm3'), tls('P3', 5061, 'my_ccm4')].join('\n')
  assert.deepEqual(await errorsOfText(profiles(example)), [])
  assert.deepEqual(await errorsOfText(profiles(`${example}\n${tls('P4', 5061, 'my_cm1')}`)), ['trunkProfile[P4].secureCertificateSubjects policy.trunk.sameSubject'])
  assert.deepEqual(await errorsOfText(profiles('  - { name: P, deviceSecurityMode: authenticated }')), ['trunkProfile[P].deviceSecurityMode policy.trunk.nullCipher'])
  assert.deepEqual(await errorsOfText(profiles('  - { name: P, secureCertificateSubjects: a.test, outgoingTransport: tls, applicationLevelAuthorization: true }')),
    ['outgoingTransport policy.trunk.outgoingTransport', 'secureCertificateSubjects policy.trunk.subjectsNeedTls', 'applicationLevelAuthorization policy.trunk.authorizationNeedsDigest'].map((each) => `trunkProfile[P].${each}`))
  const two = `${profiles('  - { name: P, digestAuthentication: true, incomingPort: 5070 }')}trunks: [{ name: a, securityProfile: P, destinations: [{ address: 192.0.2.1, port: 5060 }] }, { name: b, securityProfile: P, destinations: [{ address: 192.0.2.1, port: 5060 }] }]\n`
  const { errors, warnings } = review(await pictureOf(two), { now: day, portRows: [{ name: 'imap', port: 5070, family: 'other' }] })
  assert.deepEqual(errors.map(said), ['trunkProfile[P].incomingPort policy.trunk.portTaken', 'trunk[b].destinations policy.trunk.sharedDestination'])
  assert.deepEqual(warnings.map(said).filter((one) => /noRealm|noApplicationUser/.test(one)), ['trunkProfile[P] policy.trunk.noRealm', 'trunkProfile[P] policy.trunk.noApplicationUser'])
})

test('11.1 a pattern that does not read, one that leads nowhere or twice, a zone that is nowhere: each at its object', async () => {
  const trunk = 'trunks: [{ name: t, securityProfile: Non Secure SIP Trunk Profile, destinations: [{ address: 192.0.2.1 }] }]\n'
  const rows: [string, string[]][] = [
    [`${trunk}partitions: [{ name: P }]\nroutePatterns: [{ pattern: "9[1", partition: P, trunk: t }]`, ['routePattern[9[1 P] dialling.set']],
    ['routePatterns: [{ pattern: "9!" }]', ['routePattern[9!].trunk dialling.destination']],
    [`${trunk}routePatterns: [{ pattern: "9!", trunk: t, block: noError }]`, ['routePattern[9!].trunk dialling.destination']],
    [`${trunk}routePatterns: [{ pattern: "9!", trunk: t, discard: PreDot }]`, ['routePattern[9!] dialling.discardNeeds']],
    ['partitions: [{ name: P, zone: Mars/Base }]\ntollControl: { zone: Nowhere }', ['partition[P] dialling.zone', 'tollControl[].zone dialling.zone']],
    ['phones: [{ name: p, zone: Mars/Base }]', ['phone[p].zone dialling.zone']],
  ]
  for (const [text, errors] of rows) assert.deepEqual(await errorsOfText(text), errors, text)
})

test('R129 R130 tables that let the international operator through, for every code of the site; none where they were written for it', async () => {
  const lint = async (toll: string): Promise<readonly ReviewFinding[]> => review(await pictureOf(`tollControl: ${toll}\nrestrictionTables: [{ name: Ours, patterns: [{ pattern: "900*" }, { pattern: "+*" }, { pattern: "9+*" }, { pattern: "*", blocked: false }] }]`), { now: day }).warnings
  assert.deepEqual(await lint('{ accessCodes: ["9"], internationalPrefixes: ["00"] }').then((found) => found.map(said)), ['restrictionTable[Ours].patterns[3] policy.restriction.international'])
  const both = await lint('{ accessCodes: ["9", "99"], internationalPrefixes: ["00"] }')
  assert.deepEqual(both.map(({ key, field }) => `${key} ${field}`), [...['Default Transfer', 'Default Outdial', 'Default Fax', 'User-Defined and Automatically-Added Alternate Extensions', 'Excluded Extensions for Automatically Added Alternate Extensions'].map((name) => `${name} patterns[11]`), 'Ours patterns[3]'])
  assert.match(both.at(-1)!.text, /The same for [0-9]+ more beginnings\.$/)
})

test('R126 R128 rows of tables and codes that nothing can match are errors, at their row', async () => {
  assert.deepEqual(await errorsOfText('restrictionTables: [{ name: Ours, patterns: [{ pattern: "9-00*" }, { pattern: "900*" }] }]'), ['restrictionTable[Ours].patterns[0] policy.restriction.separator', 'restrictionTable[Ours] policy.restriction.lastRow'])
  assert.deepEqual(await errorsOfText('tollControl: { accessCodes: ["+9"] }'), ['tollControl[].accessCodes policy.restriction.codes'])
})

test('R133 a stored forward that will be refused is told before a call comes', async () => {
  const forwards = await pictureOf(house.replace('forwardCallingSearchSpace: Forwards }', 'forwardCallingSearchSpace: Forwards, forwardBusy: "900442079460000", forwardNoAnswer: "90441234567", forwardAll: "1002" }'))
  const found = review(forwards, { now: day }).warnings.filter(({ kind }) => kind === 'line')
  assert.deepEqual(found.map(said), ['line[1001].forwardBusy policy.toll.forward'])
  assert.match(found[0]!.text, /^The table Default Transfer keeps 900442079460000 in: row .* So calls are not forwarded to 900442079460000\.$/)
})

test('11.10 A44 every way from outside in to outside out is named: open ones, and those that are only refused when a call comes', async () => {
  const ways = (snapshot: Snapshot): ReviewFinding[] => review(snapshot, { now: day }).warnings.filter(({ code }) => code.startsWith('policy.toll.way'))
  assert.deepEqual(ways(site).map(said), ['trunk[second].callingSearchSpace policy.toll.wayOut', 'trunk[second].reroutingCallingSearchSpace policy.toll.wayOut'])
  assert.match(ways(site)[0]!.text, /^A call from outside by second can leave to the outside again: carrier by routePatterns\[9\.0\[2-9\]XXXXXXXX National\](, second by .*)?\.$/)
  const closed = await pictureOf(house.replace('offNetTo: [carrier], ', 'offNetTo: [second], ').replace(/(name: carrier, [^\n]*192\.0\.2\.1 \}\]) \}/, '$1, referCallingSearchSpace: Round }').replace('callingSearchSpaces:', 'callingSearchSpaces:\n  - { name: Round, partitions: [Services] }').replace('{ pattern: "7777", partition: Services,', '{ pattern: "7777", partition: Services, callingSearchSpace: Staff,'))
  const told = ways(closed)
  assert.deepEqual(told.map(said), ['trunk[carrier].referCallingSearchSpace policy.toll.wayClosed', 'trunk[second].callingSearchSpace policy.toll.wayOut', 'trunk[second].reroutingCallingSearchSpace policy.toll.wayOut'])
  assert.match(told[0]!.text, /^Who it refers from outside by carrier sees ways to the outside again, and is refused there/)
  const free = await pictureOf('trunks: [{ name: t, securityProfile: Non Secure SIP Trunk Profile, destinations: [{ address: 192.0.2.1 }] }]\nroutePatterns: [{ pattern: "112", trunk: t, emergency: true }]\n')
  assert.deepEqual(ways(free), [])
})

/** [from, to, expected, at]. */
const kept: [string, string, string, string?][] = [
  ['1001', '1002', 'line 1002'], ['alice', 'bob', 'line 1002'], ['1001', '2000', 'feature 2000'], ['1001', '*8', 'feature pickup'], ['1001', '90441234567', 'trunk carrier'], ['1001', '90441234567', 'trunk carrier 0441234567'],
  ['1001', '1900', 'refused noMatch'], ['1002', '90900123', 'refused premium'], ['1001', '9033312345', 'refused callRejected'], ['1001', '+442079460000', 'trunk carrier +442079460000'], ['trunk carrier', '1001', 'line 1001'], ['trunk carrier', '*8', 'refused'],
  ['1001', '1002', 'feature 2000', '2026-06-01T22:30'], ['1001', '1002', 'line 1002', '2026-06-01T12:30'],
]
const broken: [string, string, string, string, RegExp, string?][] = [
  ['1001', '1002', 'trunk carrier', 'testFailed', /should come to trunk carrier and comes to line 1002, by lines\[1002\]\.$/], ['1002', '90900123', 'refused noMatch', 'testFailed', /comes to refused premium, by tollControl\.$/],
  ['1001', '90441234567', 'trunk carrier 044', 'testFailed', /trunk carrier 0441234567, by /], ['9999', '1001', 'line 1001', 'unknownName', /from 9999/], ['trunk none', '1001', 'line 1001', 'unknownName', /from trunk none/],
  ['1001', '1002', 'rings 1002', 'expected', /rings/], ['1001', '1003', 'refused never', 'expected', /never/], ['1001', '1001', 'line', 'expected', /line/], ['1001', '1004', 'line 1', 'time', /2026-13-40/, '2026-13-40T10:00'],
]
const testsOf = (rows: readonly (readonly [string, string, string, (string | undefined)?])[]): string => `dialPlanTests:\n${rows.map(([from, to, expected, at]) => `  - { from: "${from}", to: "${to}", expected: "${expected}"${at === undefined ? '' : `, at: "${at}"`} }`).join('\n')}\n`

test('dialPlanTests: what a site promises itself, with toll control, at a moment of its own clock', async () => {
  for (const row of kept) assert.deepEqual(await errorsOfText(house + testsOf([row])), [], row.join(' '))
  for (const [from, to, expected, code, text, at] of broken) {
    const [found] = review(await pictureOf(house + testsOf([[from, to, expected, at]])), { now: day }).errors
    assert.equal(found && said(found), `dialPlanTest[${from} ${to}].expected dialling.${code}`)
    assert.match(found!.text, text)
  }
})

test('11.4 a moment of a clock: summer time, and the hour that is left out', async () => {
  const swiss = house.replace('zone: UTC }\nclasses', 'zone: Europe/Zurich }\nclasses').replace('schedule: Nights, zone: UTC', 'schedule: Nights')
  for (const [at, expected] of [['2026-07-01T20:30', 'feature 2000'], ['2026-07-01T19:30', 'line 1002'], ['2026-01-01T19:59', 'line 1002'], ['2026-01-01T20:00', 'feature 2000']] as const) assert.deepEqual(await errorsOfText(swiss + testsOf([['1001', '1002', expected, at]])), [], at)
})

test('trunks that promise what they cannot keep: pins in the clear, a registration without a password, an emergency number that phones with SRTP cannot reach', async () => {
  const site = (trunk: string, more = '') => `users: [{ userId: ann, extension: "2001" }]\nphones: [{ name: ann, user: ann, digest: { user: ann, password: "battery-staple-ann" } }]\nsipTrunkSecurityProfiles: [{ name: P }]\ntrunks: [{ name: t, securityProfile: P, destinations: [{ address: 192.0.2.1 }], ${trunk} }]\nrouteGroups: [{ name: G, trunks: [t] }]\nrouteLists: [{ name: L, members: [{ group: G }] }]\nroutePatterns: [{ pattern: "112", emergency: true, trunk: t }, { pattern: "911", emergency: true, routeList: L }]\n${more}`
  const warned = async (trunk: string, more = ''): Promise<string[]> => review(await pictureOf(site(trunk, more)), { now: day }).warnings.map(said).filter((one) => /pinNeedsTls|registrationRealm|emergencySrtp/.test(one))
  assert.deepEqual(await warned(`pinnedCertificates: ["${'ab'.repeat(32)}"], registration: { user: us }`), ['trunk[t].pinnedCertificates policy.trunk.pinNeedsTls', 'trunk[t].registration policy.trunk.registrationRealm', 'routePattern[112].emergency policy.trunk.emergencySrtp', 'routePattern[911].emergency policy.trunk.emergencySrtp'])
  assert.deepEqual(await warned('srtpAllowed: true, registration: { user: us }', 'sipRealms: [{ realm: c.test, user: us, password: "battery-staple-us" }]'), [])
})
