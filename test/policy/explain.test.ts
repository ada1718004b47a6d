/** explain call: the walk that a call would take, and the object and field that decide at each step. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Snapshot } from '../../src/directory/snapshot.ts'
import { type Explanation, explainCall, type Moment } from '../../src/policy/explain.ts'
import { day, house, pictureOf } from './site.ts'

const forwarding = house.replace('- { number: "1001",', '- { number: "1100", forwardAll: "900442079460000" }\n  - { number: "1101", forwardAll: "1102" }\n  - { number: "1102", forwardAll: "1101" }\n  - { number: "1103", forwardAll: "90441234567", callingSearchSpace: Staff }\n  - { number: "1104", forwardNoAnswer: "9033312345", callingSearchSpace: Staff }\n  - { number: "1001",')
const site = await pictureOf(forwarding)
const quiet: Moment = { now: day, reachable: () => true, calls: () => 0, down: () => undefined }

const explain = (from: string, to: string, moment: Partial<Moment> = {}, snapshot: Snapshot = site): Explanation => explainCall(snapshot, from, to, { ...quiet, ...moment })
const said = ({ outcome, rings, trunks, status, cause }: Explanation): string => [outcome, ...rings, ...trunks.map(({ trunk, called }) => `${trunk} ${called}`), status, cause].filter((one) => one !== undefined).join(' ')
const deciding = ({ steps }: Explanation): string[] => steps.flatMap(({ object, field }) => object === undefined || field === undefined ? [] : [`${object}.${field}`])

/** [from, to, what comes out, an object and field that stand in the steps]. */
const rows: [string, string, string, string][] = [
  ['1001', '1002', 'rings 1002', 'lines[1002].number'], ['alice', 'bob', 'rings 1002', 'users[bob].extension'], ['1001', '2000', 'rings 1001 1002', 'huntGroups[2000].algorithm'], ['1001', '*8', 'feature', 'featureCodes.pickup'],
  ['1001', '900442079460000', 'trunk carrier 00442079460000', 'classesOfService[Traveller].international'], ['1002', '900442079460000', 'refused 404 noMatch', ''], ['1001', '90900123', 'refused 403 premium', 'classesOfService[Traveller].premium'],
  ['1002', '90441234567', 'trunk carrier 0441234567 second 0441234567', 'routePatterns[9.0[2-9]XXXXXXXX National].called.discard'], ['1001', '9033312345', 'refused 403 callRejected', 'routePatterns[9.0333XXXXX National].to'],
  ['1001', '5102', 'rings 1002', 'translationPatterns[51XX Services].called.mask'], ['1001', '112', 'trunk carrier 112', 'routePatterns[112].emergency'], ['1001', '4', 'refused 404 noMatch', ''], ['1001', '90', 'refused 484 incomplete', ''],
  ['trunk carrier', '1001', 'rings 1001', 'lines[1001].number'], ['trunk carrier', '1100', 'refused 404 noMatch', 'lines[1100].forwardAll'], ['trunk carrier', '1103', 'refused 403 offNet', 'trunks[carrier].offNetTo'], ['trunk second', '1103', 'refused 403 systemTransferTable', 'restrictionTables[Default System Transfer].patterns[11]'],
  ['1001', '1101', 'refused 482', 'lines[1102].forwardAll'], ['nobody', '1001', 'refused 403', ''], ['trunk none', '1001', 'refused 403', ''], ['trunk carrier', '*8', 'refused 403 callRejected', 'trunks[carrier].offNet'],
]

test('11.2 11.7 11.10 where a call comes to, who forwards in whose name, and which field of which object decides', () => {
  for (const [from, to, expected, by] of rows) {
    const found = explain(from, to)
    assert.equal(said(found), expected, `${from} ${to}`)
    if (by !== '') assert.ok(deciding(found).includes(by), `${from} ${to}: ${deciding(found).join(', ')}`)
    for (const { text } of found.steps) assert.match(text, /^.+[.]$/, text)
  }
})

test('11.7 the moment: nobody registered, busy, a trunk that is out of service', async () => {
  assert.equal(said(explain('1001', '1002', { reachable: () => false })), 'refused 480')
  assert.equal(said(explain('1001', '1001', { calls: () => 100_000 })), 'refused 486')
  assert.equal(said(explain('1001', '2000', { calls: (line) => line === '1001' ? 1 : 0 })), 'rings 1002')
  const down = explain('1001', '900442079460000', { down: () => 'no answer to OPTIONS.' })
  assert.equal(said(down), 'refused carrier 00442079460000 480')
  const half = explain('1002', '90441234567', { down: (trunk) => trunk === 'carrier' ? 'no answer to OPTIONS.' : undefined })
  assert.equal(said(half), 'trunk carrier 0441234567 second 0441234567')
  assert.ok(down.steps.some(({ text }) => text === 'The trunk carrier is out of service and would be passed over: no answer to OPTIONS.'))
})

test('11.7 what a call would go to without an answer is looked at: one that is not allowed is told', () => {
  const [last] = explain('1002', '1104').steps.slice(-1)
  assert.match(last!.text, /^Without an answer after 12 s it goes to 9033312345\. That would be refused: the call is rejected\.?$/)
})

test('A44 the limits that a call counts for are told, with their row', async () => {
  const limited = await pictureOf(house.replace('international: true }]', 'international: true, limits: { callsPerHour: 3, minutesPerDay: 60 } }]'))
  assert.ok(explain('1001', '900442079460000', {}, limited).steps.some(({ text, object, value }) => text === 'It counts for users[alice]; over a limit it is refused.' && object === 'classesOfService[Traveller]' && value === 'callsPerHour 3, minutesPerDay 60'))
  assert.deepEqual(explain('1001', '112', {}, limited).steps.filter(({ field }) => field === 'limits'), [])
})
