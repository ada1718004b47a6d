/** 11.2–11.4, 11.7, 11.10: what a dialled number comes to, on the picture of a whole site. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Snapshot } from '../../../src/directory/snapshot.ts'
import { newOverlap, overlapMachine } from '../../../src/policy/dialling/overlap.ts'
import { planOf } from '../../../src/policy/dialling/planOf.ts'
import { type Dialler, resolve, type Resolution } from '../../../src/policy/dialling/resolve.ts'
import { day, house, lineOf, night, pictureOf, trunkOf } from '../site.ts'

const site = await pictureOf(house)

/** Each trunk with both numbers, what of the house, or the cause and the status. */
function said(found: Resolution): string {
  if (found.is === 'refused') return `${found.cause} ${found.status}`
  if (found.is === 'own') return `${found.meaning.is} ${'number' in found.meaning ? found.meaning.number : ''} from ${found.calling}`
  const tried: string[] = []
  for (let offer = found.route.next(); offer; offer = found.route.next({ is: 'trunkDown' })) tried.push(`${offer.trunk} ${offer.called} from ${offer.calling}`)
  return tried.join(', ') || found.route.cause() || 'none'
}

const ask = (who: Dialler, dialled: string, now = day, snapshot: Snapshot = site): string => said(resolve(snapshot, who, dialled, now))

test('the site compiles without a problem, once for each picture', () => {
  assert.deepEqual(planOf(site).problems, [])
  assert.equal(planOf(site), planOf(site))
})

test('11.2 11.3 from a line with its phone: the house, the outside, and what is refused with which status', () => {
  const alice = lineOf(site, '1001')
  const rows: [string, string][] = [
    ['1002', 'line 1002 from 1001'], ['bob', 'line 1002 from 1001'], ['10-02', 'line 1002 from 1001'], ['2000', 'huntGroup 2000 from 1001'], ['*8', 'pickup  from 1001'], ['**1002', 'directedPickup 1002 from 1001'],
    ['5102', 'line 1002 from 1001'], ['+41445550000', 'line +41445550000 from 1001'], ['1900', 'noMatch 404'], ['boss', 'noMatch 404'], ['**1900', 'noMatch 404'], ['5100', 'noMatch 404'],
    ['nobody', 'noMatch 404'], ['19', 'incomplete 484'], ['90441', 'incomplete 484'], ['90333', 'incomplete 484'], ['9033312345', 'callRejected 403'], ['4', 'noMatch 404'], ['9'.repeat(51), 'notDialable 484'],
    ['900442079460000', 'carrier 00442079460000 from 1001'], ['+442079460000', 'carrier +442079460000 from 1001'], ['tel', 'noMatch 404'], ['112', 'carrier 112 from 1001'], ['9112', 'carrier 112 from 1001'],
  ]
  for (const [dialled, expected] of rows) assert.equal(ask(alice, dialled), expected, dialled)
})

test('11.3 a circular group begins with the next trunk each call that is placed, and asking takes no turn; each trunk gets numbers of its own', async () => {
  const fresh = await pictureOf(house), alice = lineOf(fresh, '1001'), local = 'branch +41441234567 from +41445551001'
  for (let times = 0; times < 3; times++) resolve(fresh, alice, '90441234567', day)
  assert.equal(ask(alice, '90441234567', day, fresh), `carrier 0441234567 from +41445551001, second 0441234567 from +41445559999, ${local}`)
  assert.equal(ask(alice, '90441234567', day, fresh), `second 0441234567 from +41445559999, carrier 0441234567 from +41445551001, ${local}`)
  assert.equal(ask(lineOf(fresh, '1002'), '90441234567', day, fresh), 'carrier 0441234567 from 1002, second 0441234567 from +41445559999')
})

test('11.2 an emergency number goes for everybody, at every time, even where a line has that number', async () => {
  assert.equal(ask(lineOf(site, '1900'), '112'), 'carrier 112 from 1900')
  const taken = await pictureOf(house.replace('- { number: "1900", partition: Board }', '- { number: "1900", partition: Board }\n  - { number: "112" }'))
  assert.equal(ask(lineOf(taken, '1001'), '112', day, taken), 'carrier 112 from 1001')
})

test('11.2 a line in a partition is for those who see it; the line\'s search space stands before the phone\'s', async () => {
  const seen = await pictureOf(house.replace('number: "1001", callingSearchSpace: Staff', 'number: "1001", callingSearchSpace: Directors'))
  assert.equal(ask(lineOf(seen, '1001'), '1900', day, seen), 'line 1900 from 1001')
  assert.equal(ask(lineOf(seen, '1001'), 'boss', day, seen), 'line 1900 from 1001')
  assert.equal(ask(lineOf(seen, '1001'), '**1900', day, seen), 'directedPickup 1900 from 1001')
  assert.equal(ask(lineOf(seen, '1001'), '8123', day, seen), 'branch 123 from 1001')
  assert.equal(ask(lineOf(seen, '1001', { phone: undefined }), '8123', day, seen), 'noMatch 404')
})

test('11.4 an exact pattern of a partition stands before the line of the house while its schedule is open', () => {
  assert.equal(ask(lineOf(site, '1001'), '1002', night), 'huntGroup 2000 from 1001')
  assert.equal(ask(lineOf(site, '1002'), '1002', night), 'line 1002 from 1002')
})

test('11.7 forwards have a search space of their own, or the line\'s; never the phone\'s', () => {
  assert.equal(ask(lineOf(site, '1001', { forwarding: true }), '5102'), 'noMatch 404')
  assert.equal(ask(lineOf(site, '1001', { forwarding: true, calling: '0449998877' }), '900442079460000'), 'carrier 00442079460000 from 0449998877')
  assert.equal(ask(lineOf(site, '1002', { forwarding: true }), '8123'), 'noMatch 404')
  assert.equal(ask(lineOf(site, '1002', { transfer: true }), '8123'), 'branch 123 from 1002')
})

test('11.10 A44 what comes by a trunk reaches what its search space shows: lines and groups without one, nothing by 3xx or REFER, no features from outside', () => {
  const inbound = trunkOf(site, 'carrier')
  assert.equal(ask(inbound, '1001'), 'line 1001 from 0441234567')
  assert.equal(ask(inbound, '+41445550000'), 'line +41445550000 from 0441234567')
  for (const dialled of ['1900', '90441234567', '900442079460000', '8123', '5102']) assert.match(ask(inbound, dialled), /noMatch 404|incomplete/, dialled)
  for (const feature of ['*8', '**1001', '*5']) assert.equal(ask(inbound, feature), 'callRejected 403', feature)
  assert.equal(ask(trunkOf(site, 'branch'), '*8'), 'pickup  from 0441234567')
  for (const use of ['rerouting', 'refer'] as const) assert.equal(ask(trunkOf(site, 'carrier', use), '1001'), 'callRejected 403', use)
  assert.equal(ask(trunkOf(site, 'second', 'rerouting'), '1001'), 'line 1001 from 0441234567')
  assert.equal(ask(trunkOf(site, 'second', 'refer'), '1001'), 'callRejected 403')
})

test('11.10 A44 off-net to off-net: a trunk of the route that the origin does not name is passed over', () => {
  assert.equal(ask(trunkOf(site, 'second'), '90441234567'), 'carrier 0441234567 from 0441234567')
  assert.equal(ask(lineOf(site, '1001', { transfer: true, origin: site.trunks.get('carrier') }), '90441234567'), 'branch +41441234567 from +41445551001')
  assert.match(ask(trunkOf(site, 'branch'), '90441234567'), /^(?:carrier|second) .*, (?:carrier|second) /)
})

test('a caller without a number keeps what it has: a name, or nothing', () => {
  for (const calling of ['anonymous', '']) assert.match(ask(trunkOf(site, 'branch', 'inbound', calling), '900442079460000'), new RegExp(`^carrier 00442079460000 from ${calling}$`))
})

test('a site without patterns and partitions: every number means what it means to everybody, and nothing is compiled away', async () => {
  const plain = await pictureOf('users:\n  - { userId: a, extension: "1001" }\n  - { userId: b, extension: "1002" }\n')
  const rows: [string, string][] = [['1002', 'line 1002 from 1001'], ['b', 'line 1002 from 1001'], ['*8', 'pickup  from 1001'], ['10-02', 'noMatch 404'], ['9001', 'noMatch 404'], ['10', 'noMatch 404'], ['', 'noMatch 404']]
  for (const [dialled, expected] of rows) assert.equal(ask(lineOf(plain, '1001'), dialled, day, plain), expected, dialled)
})

test('each step is told with the object and the field that decide', () => {
  const told = (who: Dialler, dialled: string): string[] => {
    const steps: string[] = []
    resolve(site, who, dialled, day, ({ object = '-', field = '-' }) => { steps.push(`${object} ${field}`) })
    return steps
  }
  assert.deepEqual(told(lineOf(site, '1001'), 'boss'), ['users[boss] extension', '- -'])
  assert.deepEqual(told(trunkOf(site, 'carrier', 'refer'), '1001'), ['trunks[carrier] referCallingSearchSpace'])
  assert.deepEqual(told(trunkOf(site, 'carrier'), '*8'), ['featureCodes -', 'trunks[carrier] offNet'])
  assert.deepEqual(told(lineOf(site, '1001'), '5102'), ['translationPatterns[51XX Services] pattern', 'translationPatterns[51XX Services] called.mask', 'lines[1002] -'])
})

test('11.2 T302: digit by digit, numbers of the house are waited for as patterns are, and codes that a number follows', () => {
  const { plan } = planOf(site), sight = plan.sight(['Staff', 'Phone'], day, 'UTC')
  const dial = (keys: string): string => {
    const machine = overlapMachine(plan, sight), state = newOverlap(), said: string[] = []
    for (const digit of keys) for (const out of machine.step(state, 0, { is: 'digit', digit })) said.push(out.do === 'wait' ? '.' : out.do === 'route' ? ` ${out.rule?.row.pattern ?? 'own'} ${out.digits}` : ` ${out.cause}`)
    return said.join('')
  }
  const rows: [string, string][] = [['1001', '... own 1001'], ['5102', '... 51XX 5102'], ['112', '.. 112 112'], ['**1001', '..... own **1001'], ['*8', '. own *8'], ['3', ' noMatch'], ['15', '. noMatch']]
  for (const [keys, expected] of rows) assert.equal(dial(keys), expected, keys)
})
