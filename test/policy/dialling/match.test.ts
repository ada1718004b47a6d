/** 11.2: which pattern takes a number, in which search space, at what time; and dialling digit by digit. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { match } from '../../../src/policy/dialling/match.ts'
import { newOverlap, overlapMachine, type OverlapInput, type OverlapOutput, t302 } from '../../../src/policy/dialling/overlap.ts'
import type { DialPlan } from '../../../src/policy/dialling/plan.ts'
import { planOf, row } from './table.ts'

/** The pattern that takes the number and its partition; `…` where more could follow. */
function taker(plan: DialPlan, spaces: readonly string[], digits: string): string {
  const { pattern, more } = match(plan.patterns.automaton, plan.sight(spaces, 0, 'UTC'), digits), found = plan.patterns.rules[pattern]?.row
  return `${found ? `${found.pattern}${found.partition === undefined ? '' : ` in ${found.partition}`}` : 'none'}${more ? ' …' : ''}`
}

test('11.2 the pattern that matches the fewest numbers as long as the one dialled', () => {
  const plan = planOf({ patterns: ['1XXX', '12XX', '121X', '1234', '15!', '1[3-5]XX', '2XXX', '2!', '3[0-4]+', '3!', '4!#', '4!', '\\+49!', '\\+4930X'].map((pattern) => row(pattern)) })
  const rows: [string, string][] = [
    ['1200', '12XX'], ['1212', '121X'], ['1234', '1234'], ['1999', '1XXX'], ['1315', '1[3-5]XX'], ['1515', '15! …'], ['15155', '15! …'], ['12', 'none …'], ['13155', 'none'],
    ['3123', '3[0-4]+ …'], ['3129', '3! …'], ['4123', '4! …'], ['4123#', '4!#'], ['+4930', '\\+49! …'], ['+49301', '\\+4930X …'], ['4930#1', 'none'], ['5', 'none'],
    ['2123', '2XXX …'],   // both match 1,000 numbers of four digits: the row that stands first
  ]
  for (const [digits, expected] of rows) assert.equal(taker(plan, [], digits), expected, digits)
})

test('11.1 the examples of the characters: @ of North America, X?, a negated set', () => {
  const plan = planOf({ patterns: [row('9.@', undefined, undefined, { numberingPlan: 'NANP' }), row('81X?'), row('813510[^0-5]'), row('\\+.@', undefined, undefined, { numberingPlan: 'NANP' }), row('7.@', undefined, undefined, { numberingPlan: 'E164' })] })
  const rows: [string, string][] = [
    ['90', '9.@ …'], ['91411', '9.@ …'], ['919725551234', '9.@'], ['99725551234', '9.@'], ['95551234', '9.@'], ['95552234', '9.@ …'], ['9101028819725551234', '9.@'], ['901133123456789', '9.@ …'], ['901133123456789#', '9.@'], ['9010', '9.@'], ['9911', '9.@ …'],
    ['91', 'none …'], ['901', 'none …'], ['91111', 'none'], ['901100', 'none'],
    ['81', '81X? …'], ['812', '81X? …'], ['8135106', '813510[^0-5] …'], ['813510*', '813510[^0-5]'], ['8135105', '81X? …'], ['813510#', '813510[^0-5]'],
    ['7+4930123', '7.@ …'], ['7+35312345#', '7.@'], ['7+0', 'none'], ['7+2100', '7.@ …'],
  ]
  for (const [digits, expected] of rows) assert.equal(taker(plan, [], digits), expected, digits)
})

test('11.1 a route filter chooses among what @ stands for', () => {
  const filters = [
    { name: 'local', anyOf: [[{ tag: 'INTERNATIONAL-ACCESS', is: 'doesNotExist' as const }, { tag: 'LONG-DISTANCE-DIRECT-DIAL', is: 'doesNotExist' as const }]] },
    { name: 'Dallas', anyOf: [[{ tag: 'AREA-CODE', is: 'equals' as const, value: '972' }], [{ tag: 'AREA-CODE', is: 'equals' as const, value: '21[4-5]' }]] },
    { name: 'France', anyOf: [[{ tag: 'COUNTRY-CODE', is: 'equals' as const, value: '33' }]] },
  ]
  const plan = planOf({ routeFilters: filters, patterns: filters.map(({ name }, at) => row(`${at}.@`, undefined, undefined, { numberingPlan: 'NANP', filter: name })) })
  const rows: [string, string][] = [
    ['05551234', '0.@'], ['05552234', '0.@ …'], ['019725551234', 'none'], ['0011331', 'none'], ['119725551234', '1.@'], ['112155551234', '1.@'], ['112165551234', 'none'], ['1411', 'none'], ['20113312', '2.@ …'], ['20113412', 'none'],
  ]
  for (const [digits, expected] of rows) assert.equal(taker(plan, [], digits), expected, digits)
})

const offices = planOf({
  partitions: [{ name: 'Internal' }, { name: 'National' }, { name: 'International' }, { name: 'Line' }],
  callingSearchSpaces: [{ name: 'Lobby', partitions: ['Internal'] }, { name: 'Staff', partitions: ['Internal', 'National'] }, { name: 'Reverse', partitions: ['National', 'Internal'] }, { name: 'Blocked', partitions: ['Line'] }],
  patterns: [
    row('1XXX', 'Internal'), row('1XXX', 'National'), row('9.0!', 'National'), row('9.00!', 'International'), row('9.0900!', 'Line', { is: 'block', cause: 'callRejected' }), row('9.0900!', 'National'),
    row('80XX'), row('112', 'Internal', { is: 'block', cause: 'noError' }), row('112', 'International', undefined, { emergency: true }), row('9.112', undefined, undefined, { emergency: true }),
  ],
})

test('11.2 partitions: what is in no search space is not there; the order of partitions breaks exact ties alone; the line comes before the device', () => {
  const rows: [string[], string, string][] = [
    [['Lobby'], '1000', '1XXX in Internal'], [['Staff'], '1000', '1XXX in Internal'], [['Reverse'], '1000', '1XXX in National'], [['Blocked'], '1000', 'none'], [[], '1000', 'none'], [['nobody'], '1000', 'none'],
    [['Lobby'], '90301', 'none'], [['Staff'], '90301', '9.0! in National …'], [['Staff'], '900301', '9.0! in National …'],
    [['Blocked', 'Staff'], '909001', '9.0900! in Line …'], [['Staff', 'Blocked'], '909001', '9.0900! in National …'],
    [[], '8012', '80XX'], [['Lobby'], '8012', '80XX'],
  ]
  for (const [spaces, digits, expected] of rows) assert.equal(taker(offices, spaces, digits), expected, `${spaces.join()} ${digits}`)
})

test('11.2 an emergency number goes for everybody, whatever else matches', () => {
  for (const spaces of [['Lobby'], [], ['Blocked', 'Staff']]) {
    assert.equal(taker(offices, spaces, '112').replace(' …', ''), '112 in International', spaces.join())
    assert.equal(taker(offices, spaces, '9112').split(' ')[0], '9.112', spaces.join())
  }
})

/** What dialling key by key comes to: waits as dots, then what is done. `~` is the timer. */
function dial(plan: DialPlan, keys: string): string {
  const machine = overlapMachine(plan, plan.sight([], 0, 'UTC')), state = newOverlap(), said: string[] = []
  let now = 1_000
  for (const key of keys) {
    const input: OverlapInput | { is: 'wake' } = key === '~' ? { is: 'wake' } : { is: 'digit', digit: key }
    now = key === '~' ? state.wakeAt ?? now : now + 100
    const out: OverlapOutput[] = machine.step(state, now, input)
    for (const each of out) said.push(each.do === 'wait' ? '.' : each.do === 'route' ? ` ${each.rule?.row.pattern ?? 'own'} ${each.digits}` : ` ${each.cause}`)
    assert.equal(state.wakeAt, out.some((each) => each.do === 'wait') ? now + t302 : state.wakeAt)
    if (state.done) assert.equal(state.wakeAt, undefined)
  }
  return said.join('')
}

test('11.2 T302: wait while more could follow, route at once when nothing can, urgent when it is the best match, # where a pattern has it or ends the number', () => {
  const plan = planOf({ patterns: [
    row('1XXX'), row('12'), row('9.0!'), row('9.00!#'), row('911', undefined, undefined, { urgent: true }), row('911XX'), row('9.1!', undefined, { is: 'translate' }), row('5XX', undefined, undefined, { urgent: true }), row('55X'), row('55XX'), row('*21#'),
  ] })
  const rows: [string, string][] = [
    ['1000', '... 1XXX 1000'], ['12~', '.. 12 12'], ['1234', '... 1XXX 1234'], ['1~', '. incomplete'], ['2', ' noMatch'], ['14#', '.. noMatch'], ['12#', '.. 12 12'],
    ['90301~', '..... 9.0! 90301'], ['90301#', '..... 9.0! 90301'], ['90044#', '..... 9.00!# 90044#'], ['90044~', '..... 9.0! 90044'],
    ['911', '.. 911 911'], ['500', '.. 5XX 500'], ['551~', '... 55X 551'], ['5512', '... 55XX 5512'], ['*21#', '... *21# *21#'], ['#', ' noMatch'], ['1000~5', '... 1XXX 1000'],
    ['1x0y00', '... 1XXX 1000'], [`90${'1'.repeat(60)}`, `${'.'.repeat(49)} 9.0! 90${'1'.repeat(48)}`],
  ]
  for (const [keys, expected] of rows) assert.equal(dial(plan, keys), expected, keys)
})

test('11.4 a partition is there while its schedule is open, by its own clock or the caller\'s', () => {
  const plan = planOf({
    timePeriods: [{ name: 'office', start: '08:00', end: '17:00', days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] }], timeSchedules: [{ name: 'office', periods: ['office'] }],
    partitions: [{ name: 'Day', schedule: 'office' }, { name: 'Berlin', schedule: 'office', zone: 'Europe/Berlin' }, { name: 'Night' }],
    callingSearchSpaces: [{ name: 'S', partitions: ['Day', 'Night'] }, { name: 'B', partitions: ['Berlin', 'Night'] }],
    patterns: [row('100', 'Day'), row('100', 'Berlin'), row('100', 'Night'), row('1000', 'Day'), row('1000', 'Berlin')],
  })
  const rows: [string, string, string, string][] = [
    ['S', '2026-06-01T08:00Z', 'UTC', 'Day …'], ['S', '2026-06-01T07:59Z', 'UTC', 'Night'], ['S', '2026-06-01T16:59Z', 'UTC', 'Day …'], ['S', '2026-06-01T17:00Z', 'UTC', 'Night'], ['S', '2026-05-31T12:00Z', 'UTC', 'Night'],
    ['S', '2026-06-01T12:00Z', 'America/New_York', 'Day …'], ['S', '2026-06-01T11:59Z', 'America/New_York', 'Night'], ['B', '2026-06-01T06:00Z', 'America/New_York', 'Berlin …'], ['B', '2026-06-01T15:00Z', 'America/New_York', 'Night'],
    ['S', '2026-06-01T12:00Z', 'Nowhere/Else', 'Night'],
  ]
  for (const [space, at, zone, expected] of rows) {
    const { pattern, more } = match(plan.patterns.automaton, plan.sight([space], Date.parse(at), zone), '100')
    assert.equal(`${plan.patterns.rules[pattern]!.row.partition}${more ? ' …' : ''}`, expected, `${space} ${at} ${zone}`)
  }
})
