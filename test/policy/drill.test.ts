/** A44: the drill on whole sites: what stops each attack, and holes that it must find. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DrillRow, drillTollFraud, type TollDrill } from '../../src/policy/drill.ts'
import { house, night, pictureOf } from './site.ts'

const drilled = async (text: string): Promise<TollDrill> => drillTollFraud(await pictureOf(text), night)
const through = ({ rows }: TollDrill): DrillRow[] => rows.filter(({ outcome }) => outcome === 'through')
const limited = house.replace('international: true }]', 'international: true, limits: { callsPerHourAfterHours: 5 } }]')

/** A site whose dial plan lets everybody dial everything behind the code. */
const careless = `
users: [{ userId: a, extension: "1001" }]
trunks: [{ name: carrier, securityProfile: Non Secure SIP Trunk Profile, destinations: [{ address: 192.0.2.1 }] }]
routePatterns: [{ pattern: "9.!", trunk: carrier, discard: PreDot }, { pattern: '\\+!', trunk: carrier }]
`

test('A44 at least 40 patterns in every way; nothing goes through a site as it comes, and each that was stopped names its row', async () => {
  for (const text of [limited, careless, 'users: [{ userId: a, extension: "1001" }]\n', '{}\n']) {
    const drill = await drilled(text)
    assert.deepEqual(through(drill).map(({ attack, way, dialled, by }) => `${attack}, ${way}: ${dialled} ${by}`), [])
    for (const { outcome, by, object } of drill.rows) {
      assert.notEqual(by, '')
      if (outcome === 'stopped') assert.ok(object !== undefined, by)
    }
  }
  const drill = await drilled(limited), { attacks, tried, counts, rows } = drill, ways = new Set(rows.map(({ way }) => way))
  assert.ok(attacks >= 40 && tried > 5_000, `${attacks} ${tried}`)
  assert.equal(Object.values(counts).reduce((all, count) => all + count, 0), rows.length)
  for (const way of ['phone', 'transfer', 'forward', 'transfer of a caller from outside', 'forward of a caller from outside', 'call from outside', '3xx from outside', 'REFER from outside', 'false caller from outside', 'table', 'request']) assert.ok(ways.has(way as DrillRow['way']), way)
})

test('A44 the careless site: stopped by toll control, not for lack of a way', async () => {
  const { rows } = await drilled(careless), abroad = rows.filter(({ attack, way }) => attack === 'an international number' && way !== 'table')
  assert.deepEqual(new Set(abroad.map(({ way, outcome, object, field }) => `${way}: ${outcome} ${object}.${field}`)), new Set([
    'phone: stopped tollControl.classOfService', 'transfer: stopped restrictionTables[Default Transfer].patterns[3]', 'forward: stopped restrictionTables[Default Transfer].patterns[3]',
    'phone: stopped classesOfService[Voice Mail User].international',
    ...['call from outside', 'false caller from outside', 'transfer of a caller from outside', 'forward of a caller from outside'].map((way) => `${way}: stopped trunks[carrier].offNetTo`),
    '3xx from outside: unreachable trunks[carrier].reroutingCallingSearchSpace', 'REFER from outside: unreachable trunks[carrier].referCallingSearchSpace',
  ]))
})

/** [what is open, how, which attack goes through, by which way]. */
const holes: [string, string, string, string][] = [
  ['a class that opens abroad, with a table that does', careless.replace('userId: a,', 'userId: a, classOfService: Open,') + 'classesOfService: [{ name: Open, international: true, premium: true, transferTable: Any, limits: { callsPerHour: 5 } }]\nrestrictionTables: [{ name: Any, patterns: [{ pattern: "*", blocked: false }] }]\n', 'an international number', 'forward'],
  ['the tables blank in the middle', careless.replace('userId: a,', 'userId: a, classOfService: Open,') + 'classesOfService: [{ name: Open, international: true, premium: true, transferTable: Any, limits: { callsPerHour: 5 } }]\nrestrictionTables: [{ name: Any, patterns: [{ pattern: "900*" }, { pattern: "9011*" }, { pattern: "*", blocked: false }] }]\n', 'a number with + and no code', 'transfer'],
  ['outside in to outside out, and a system transfer table that lets everything go', careless.replace('192.0.2.1 }]', '192.0.2.1 }], offNetTo: [carrier]') + 'tollControl: { systemTransferTable: Any }\nrestrictionTables: [{ name: Any, patterns: [{ pattern: "*", blocked: false }] }]\n', 'long distance', 'call from outside'],
  ['REFER accepted of an address', careless.replace('Non Secure SIP Trunk Profile', 'Open') + 'sipTrunkSecurityProfiles: [{ name: Open, acceptOutOfDialogRefer: true }]\n', 'REFER outside a call', 'request'],
  ['a class that opens abroad without limits', careless + 'classesOfService: [{ name: Open, international: true }]\n', 'a burst of calls on Saturday night', 'phone'],
  ['limits that only tell', careless + 'classesOfService: [{ name: Open, international: true, limits: { callsPerHour: 1, stop: false } }]\n', 'a burst of calls on Saturday night', 'phone'],
]

for (const [what, text, attack, way] of holes) test(`A44 a hole is found: ${what}`, async () => {
  const found = through(await drilled(text))
  assert.ok(found.some((row) => row.attack === attack && row.way === way), found.map((row) => `${row.attack}, ${row.way}`).join('\n'))
})

test('A44 what the site opens for phones is told as open, with what opens it; limits of the trunks end a burst as well', async () => {
  const { rows } = await drilled(limited), open = rows.filter(({ outcome }) => outcome === 'open')
  assert.ok(open.some(({ attack, way, trunk, as }) => attack === 'an international number' && way === 'phone' && trunk === 'carrier' && as.endsWith('class of service Traveller')))
  assert.ok(open.every(({ way }) => way === 'phone'))
  const pattern = await drilled(careless.replace('discard: PreDot }', 'discard: PreDot, international: false }'))
  assert.ok(pattern.rows.some(({ attack, outcome, as, object }) => attack === 'an international number' && outcome === 'open' && as.endsWith('without class of service') && object === 'routePatterns[9.!]'))
  const byTrunk = await drilled(careless.replace('name: carrier,', 'name: carrier, limits: { callsPerHour: 20 },') + 'classesOfService: [{ name: Open, international: true }]\n')
  assert.deepEqual(byTrunk.rows.filter(({ attack }) => attack.startsWith('a burst')).map(({ outcome }) => outcome), ['stopped'])
})

test('A47 forwards in a circle come to an end, and it is said where', async () => {
  const { rows } = await drilled('lines: [{ number: "1001", forwardAll: "1002" }, { number: "1002", forwardAll: "1001" }]\n')
  assert.deepEqual(rows.filter(({ attack }) => attack === 'a forward that comes back').map(({ outcome, object }) => [outcome, object]), [['stopped', 'lines[1001]']])
})

test('A44 the drill changes nothing: the same question twice has the same answer', async () => {
  const picture = await pictureOf(limited), first = JSON.stringify(drillTollFraud(picture, night))
  assert.equal(JSON.stringify(drillTollFraud(picture, night)), first)
})
