/** R120–R135, 11.10, A44: which calls may leave the house, and which row says no. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Snapshot } from '../../../src/directory/snapshot.ts'
import type { Dialler } from '../../../src/policy/dialling/resolve.ts'
import { place } from '../../../src/policy/place.ts'
import { isOfficeOpen } from '../../../src/policy/toll/office.ts'
import { countedFor } from '../../../src/policy/toll/service.ts'
import { day, house, lineOf, night, pictureOf, trunkOf } from '../site.ts'

const site = await pictureOf(house)

/** The first trunk, or who says no. */
function said(snapshot: Snapshot, who: Dialler, dialled: string): string {
  const found = place(snapshot, who, dialled, day)
  if (found.is === 'routes') return found.route.next()?.called ?? 'none'
  return found.is === 'refuse' ? `${found.rule} ${found.object}.${found.field}` : found.is === 'refused' ? found.cause : found.meaning.is
}

test('R132 international and premium are closed until a class of service opens them; who has no class is told so', () => {
  const [alice, bob] = [lineOf(site, '1001'), lineOf(site, '1002')]
  assert.equal(said(site, alice, '900442079460000'), '00442079460000')
  assert.equal(said(site, alice, '90900123456'), 'premium classesOfService[Traveller].premium')
  assert.equal(said(site, bob, '90900123456'), 'premium tollControl.classOfService')
  assert.equal(said(site, bob, '90441234567'), '0441234567')
})

/** [what tollControl has more, dialled, by the row that is there, what decides]. */
const kinds: [string, string, string, string][] = [
  ['', '9.00!', '900442079460000', 'international'], ['', '9.00!', '900412079460000', 'allow'], ['', '\\+!', '+442079460000', 'international'], ['', '\\+!', '+41445551234', 'allow'],
  ['accessCodes: ["9", "99"]', '99.00!', '9900442079460000', 'international'], ['', '8.00!', '800442079460000', 'international'], ['', '8.!', '8+44', 'incomplete'],
  ['', '7.!', '7101028800442079', 'international'], ['', '9.0900!', '90900123', 'premium'], ['', '9.0044!', '90041900123', 'premium'],
  ['', '\\+!', '+41900123', 'premium'], ['', '\\+!', '+979123', 'international'], ['premiumPrefixes: ["1900"], longDistance: "1"', '9.!', '99005551234', 'premium'], ['premiumPrefixes: ["+41848"]', '\\+!', '+41848123', 'premium'],
  ['premiumPrefixes: ["+41848"]', '9.!', '90041848123', 'premium'],
]

test('R128 R131 R132 what is abroad and what is dear: by what is dialled and by what leaves, with codes, prefixes, carriers, the home country', async () => {
  for (const [more, pattern, dialled, expected] of kinds) {
    const row = `routePatterns: [{ pattern: '${pattern.replace('0044!', '0!')}', trunk: carrier${pattern.includes('.') ? ', discard: PreDot' : ''} }]`, lines = 'users: [{ userId: bob, extension: "1002" }]\ntrunks: [{ name: carrier, securityProfile: Non Secure SIP Trunk Profile, destinations: [{ address: 192.0.2.1 }] }]'
    const text = `${lines}\n${row}\ntollControl: { internationalPrefixes: ["00"], homeCountry: "+41"${more === '' ? '' : `, ${more}`} }\n`
    const picture = await pictureOf(text), found = place(picture, lineOf(picture, '1002'), dialled, day)
    const got = found.is === 'refuse' ? found.rule : found.is === 'routes' ? 'allow' : found.is === 'refused' ? 'incomplete' : 'own'
    assert.equal(got, expected, `${more} ${pattern} ${dialled}`)
  }
})

test('R132 the row of the dial plan says more than the digits: it opens and it closes', async () => {
  const open = await pictureOf(house.replace('pattern: "9.00!", partition: International', 'pattern: "9.00!", partition: International, international: false'))
  assert.equal(said(open, trunkOf(open, 'branch'), '900442079460000'), '00442079460000')
  assert.equal(said(site, trunkOf(site, 'branch'), '900442079460000'), 'international tollControl.classOfService')
  const closed = await pictureOf(house.replace('pattern: "8.!", partition: National', 'pattern: "8.!", partition: National, premium: true'))
  assert.equal(said(closed, lineOf(closed, '1001'), '8123'), 'premium classesOfService[Traveller].premium')
})

test('R122 R131 R133 transfers and forwards ask the transfer table of the class of service, with every separator; a plain call does not', () => {
  const alice = lineOf(site, '1001')
  for (const dialled of ['900442079460000', '9-00-44-20-7946-0000', '9 00 44(20)7946.0000', '+442079460000']) {
    assert.notEqual(said(site, alice, dialled).split(' ')[0], 'transferTable', dialled)
    assert.match(said(site, { ...alice, transfer: true }, dialled), /^transferTable restrictionTables\[Default Transfer\]\.patterns\[[0-9]+\]$/, dialled)
    assert.match(said(site, { ...alice, forwarding: true }, dialled), /^transferTable restrictionTables\[Default Transfer\]/, dialled)
  }
  assert.equal(said(site, { ...alice, transfer: true }, '90441234567'), '0441234567')
})

test('R131 A44 a number that a table blocks does not leave behind another one: speed dial, translation, home country', async () => {
  assert.match(said(site, lineOf(site, '1001', { transfer: true }), '7777'), /^transferTable restrictionTables\[Default Transfer\]/)
  const mobile = house.replace('classesOfService: [{ name: Traveller, international: true }]', 'classesOfService: [{ name: Traveller, international: true, premium: true, transferTable: Ours }]\nrestrictionTables: [{ name: Ours, patterns: [{ pattern: "9077*" }, { pattern: "+4178*" }, { pattern: "+*" }, { pattern: "*", blocked: false }] }]')
    .replace('routeList: Out, discard: PreDot', 'trunk: carrier, discard: PreDot 11D->10D').replace('discard: PreDot 11D->10D', 'mask: "+41XXXXXXXXX"')
  const own = await pictureOf(mobile), alice = lineOf(own, '1001', { transfer: true })
  assert.equal(said(own, alice, '90441234567'), '+41441234567', 'the row +* speaks of abroad, and this is the home country')
  assert.equal(said(own, alice, '90781234567'), 'transferTable restrictionTables[Ours].patterns[1]')
  assert.equal(said(own, alice, '90771234567'), 'transferTable restrictionTables[Ours].patterns[0]')
  assert.equal(said(own, alice, '900442079460000'), '00442079460000', 'it leaves as 00: no row of this table names that')
})

test('R133 recheckAtDial: a stored forward goes as it was set where the site says so; a transfer is always looked at', async () => {
  const lax = await pictureOf(house.replace('tollControl: {', 'tollControl: { recheckAtDial: false,')), alice = lineOf(lax, '1001')
  assert.equal(said(lax, { ...alice, forwarding: true }, '900442079460000'), '00442079460000')
  assert.match(said(lax, { ...alice, transfer: true }, '900442079460000'), /^transferTable/)
})

test('R135 11.10 A44 a caller from outside who would be sent out again: off-net to off-net first, then the system transfer table', async () => {
  const carrier = site.trunks.get('carrier')!, alice = lineOf(site, '1001', { origin: carrier })
  for (const way of [{ transfer: true }, { forwarding: true }]) assert.match(said(site, { ...alice, ...way }, '8123'), /^systemTransferTable restrictionTables\[Default System Transfer\]\.patterns\[[0-9]+\]$/)
  assert.equal(said(site, { ...alice, transfer: true }, '90441234567').split(' ')[0], 'systemTransferTable')
  const one = await pictureOf(house.replace('routeList: Out, discard', 'trunk: carrier, discard'))
  assert.equal(said(one, lineOf(one, '1002', { transfer: true, origin: one.trunks.get('carrier') }), '90441234567'), 'offNet trunks[carrier].offNetTo')
  assert.match(said(one, lineOf(one, '1002', { transfer: true, origin: one.trunks.get('second') }), '90441234567'), /^systemTransferTable/)
  assert.equal(said(one, lineOf(one, '1002', { transfer: true, origin: one.trunks.get('branch') }), '90441234567'), '0441234567')
  assert.equal(said(one, trunkOf(one, 'second'), '90441234567'), '0441234567')
  assert.match(said(one, trunkOf(one, 'second', 'rerouting'), '90441234567'), /^systemTransferTable/)
})

test('an emergency number passes everything: no class of service, off-net to off-net, every table', () => {
  for (const who of [lineOf(site, '1002', { transfer: true, origin: site.trunks.get('carrier') }), lineOf(site, '1900'), trunkOf(site, 'second', 'rerouting')]) assert.equal(said(site, who, '9112'), '112')
})

test('a table that is named and not there blocks everything; a class of service that is not there opens nothing', async () => {
  const text = house.replace('international: true }]', 'international: true, transferTable: Lost }, { name: Gone }]\nrestrictionTables: [{ name: Lost, patterns: [{ pattern: "*", blocked: false }] }]').replace('extension: "1002"', 'extension: "1002", classOfService: Gone')
  const lost = await pictureOf(text, ['restrictionTable/Lost', 'classOfService/Gone'])
  assert.equal(said(lost, lineOf(lost, '1001', { transfer: true }), '90441234567'), 'transferTable restrictionTables[Lost].patterns[0]')
  assert.equal(said(lost, lineOf(lost, '1002'), '90900123456'), 'premium users[bob].classOfService')
})

test('what a call counts for: the user who dials and the trunk that it leaves by; office hours by the clock of the house', async () => {
  const text = house.replace('international: true }]', 'international: true, limits: { callsPerHour: 3 } }]').replace('name: carrier, ', 'name: carrier, limits: { callsAtOnce: 30 }, ').replace('tollControl: {', 'tollControl: { officeHours: Nights, classOfService: Traveller,')
  const limited = await pictureOf(text)
  assert.deepEqual(countedFor(limited, lineOf(limited, '1001'), 'carrier').map(({ key, object }) => [key, object]), [['users[alice]', 'classesOfService[Traveller]'], ['trunks[carrier]', 'trunks[carrier]']])
  assert.deepEqual(countedFor(limited, lineOf(limited, '+41445550000'), 'second').map(({ key }) => key), ['lines[+41445550000]'])
  assert.deepEqual(countedFor(limited, trunkOf(limited, 'branch'), 'carrier').map(({ key }) => key), ['trunks[carrier]'])
  assert.deepEqual([day, night].map((at) => isOfficeOpen(limited, at)), [false, true])
  assert.equal(isOfficeOpen(site, night), true)
})
