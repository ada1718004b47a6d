/** 11.2, 11.3: the whole way from a dialled number to what rings, told step by step; translation patterns. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { causes } from '../../../src/policy/dialling/causes.ts'
import type { PatternRow } from '../../../src/policy/dialling/table.ts'
import { decide, maxHops } from '../../../src/policy/dialling/translate.ts'
import { type Caller, walk, type Walk } from '../../../src/policy/dialling/walk.ts'
import { planOf, row } from './table.ts'

const caller: Caller = { spaces: ['Staff'], calling: '1001', externalMask: '4930555XXXX', now: 0, zone: 'UTC', localRouteGroup: 'Berlin' }
const translate = (callingSearchSpace?: string): PatternRow['to'] => ({ is: 'translate', callingSearchSpace })
const trunk = (name: string): PatternRow['to'] => ({ is: 'trunk', name })

const plan = planOf({
  partitions: [{ name: 'Internal' }, { name: 'National' }, { name: 'International' }, { name: 'Global' }, { name: 'Out' }],
  callingSearchSpaces: [{ name: 'Staff', partitions: ['Internal', 'National'] }, { name: 'World', partitions: ['Global'] }, { name: 'Carrier called', partitions: ['Out'] }, { name: 'Carrier calling', partitions: ['Out'] }],
  trunks: [{ name: 'carrier', calledTransformation: 'Carrier called', callingTransformation: 'Carrier calling' }, { name: 'backup' }, { name: 'berlin-gateway' }],
  routeGroups: [{ name: 'Carriers', algorithm: 'topDown', trunks: ['carrier', 'backup'] }, { name: 'Berlin', algorithm: 'circular', trunks: ['berlin-gateway'] }],
  routeLists: [{ name: 'PSTN', members: [{ group: 'Standard Local Route Group', called: { discard: 'PreDot', prefix: '0' } }, { group: 'Carriers' }] }],
  patterns: [
    row('10XX', 'Internal', { is: 'line', number: '1001' }), row('7', 'Internal', { is: 'feature', name: 'operator' }),
    row('9.0[2-9]XXXXXXX', 'National', trunk('carrier'), { called: { discard: 'preDot' }, calling: { useExternalMask: true, prefix: '+' } }),
    row('9.0900!', 'National', { is: 'block', cause: 'callRejected' }), row('9.00!', 'International', trunk('carrier')),
    row('8.0!', 'National', translate('World'), { called: { discard: 'PreDot', mask: '+49XXXXXXXXX' } }), row('\\+49!', 'Global', { is: 'routeList', name: 'PSTN' }, { calling: { useExternalMask: true } }),
    row('5X', 'Internal', translate(), { called: { mask: '10XX' } }), row('66', 'Internal', translate(), { called: { mask: '' } }),
  ],
  calledTransformations: [{ object: 'calledTransformations[0!]', pattern: '0.!', partition: 'Out', transformation: { discard: 'PreDot', prefix: '0049' } }],
  callingTransformations: [{ object: 'callingTransformations[+49!]', pattern: '\\+.49!', partition: 'Out', transformation: { discard: 'PreDot' } }],
})

/** Targets in a line each, or the cause. */
function outcome({ targets, cause }: Walk): string {
  return targets.length === 0 ? cause! : targets.map((target) => target.is === 'trunk' ? `${target.name} ${target.called} from ${target.calling}` : `${target.is} ${target.name} from ${target.calling}`).join(', ')
}

test('11.2 11.3 where a number goes, with both numbers as they leave', () => {
  const rows: [string, string][] = [
    ['1001', 'line 1001 from 1001'], ['10-01', 'line 1001 from 1001'], ['7', 'feature operator from 1001'], ['51', 'line 1001 from 1001'],
    ['9023456789', 'carrier 004923456789 from 49305551001'], ['9 (02) 345.6789', 'carrier 004923456789 from 49305551001'],
    ['90900123', 'callRejected'], ['900441', 'noMatch'], ['9', 'incomplete'], ['1002x', 'notDialable'], ['66', 'notDialable'], ['', 'notDialable'], ['4', 'noMatch'],
  ]
  for (const [dialled, expected] of rows) assert.equal(outcome(walk(plan, caller, dialled)), expected, dialled)
})

test('11.3 a route list: what a group has replaces what the pattern has; a number that is none is passed over; the local group is the caller\'s', () => {
  // the group's prefix 0 before a number with + makes no number: that trunk is passed over
  const walked = walk(plan, caller, '80301234567')
  assert.equal(outcome(walked), 'carrier +49301234567 from 49305551001, backup +49301234567 from 49305551001')
  assert.ok(walked.steps.some(({ text }) => text === 'What berlin-gateway would get is no number: it is passed over.'))
  assert.equal(outcome(walk(plan, { ...caller, localRouteGroup: undefined }, '80301234567')), outcome(walked))
})

test('11.2 every step says what decides: the row, its field, its value', () => {
  const steps = walk(plan, caller, '9023456789').steps.map(({ object, field, value }) => [object, field, value])
  assert.deepEqual(steps, [
    ['routePatterns[9.0[2-9]XXXXXXX in National]', 'pattern', '9.0[2-9]XXXXXXX'],
    ['routePatterns[9.0[2-9]XXXXXXX in National]', 'called.discard', 'PreDot'],
    ['calledTransformations[0!]', 'called.discard', 'PreDot'], ['calledTransformations[0!]', 'called.prefix', '0049'],
    ['routePatterns[9.0[2-9]XXXXXXX in National]', 'calling.useExternalMask', '4930555XXXX'],
    ['routePatterns[9.0[2-9]XXXXXXX in National]', 'calling.prefix', '+'],
    ['callingTransformations[+49!]', 'calling.discard', 'PreDot'],
    ['routePatterns[9.0[2-9]XXXXXXX in National]', 'to', 'carrier'],
  ])
  const told = walk(plan, caller, '51').steps.map(({ text }) => text)
  assert.deepEqual(told, ['51 matches 5X in Internal.', 'The called number 51 becomes 1051.', '1051 matches 10XX in Internal.', 'It goes to the line 1001.'])
  assert.deepEqual(walk(plan, { ...caller, spaces: [] }, '1001').steps.map(({ text }) => text), ['1001 matches nothing that the caller may dial (no calling search space): no pattern in the calling search space matches.'])
})

test('11.2 a call decides as its explanation does, and makes no sentence', () => {
  const found = decide(plan, { ...caller, dialled: '51' })
  assert.deepEqual(found.is === 'found' && [found.rule.row.pattern, found.digits, found.calling], ['10XX', '1051', '1001'])
})

test('11.2 A4 translation patterns: ten hops, no eleventh; a circle is told as what it is', () => {
  const chain = (hops: number) => planOf({ patterns: Array.from({ length: hops }, (_, at) => row(`${at + 100}`, undefined, translate(), { called: { mask: String(at + 101) } })).concat(row(String(hops + 100), undefined, { is: 'line', number: 'end' })) })
  const free = { ...caller, spaces: [] }
  assert.equal(outcome(walk(chain(maxHops), free, '100')), 'line end from 1001')
  const long = walk(chain(maxHops + 1), free, '100')
  assert.deepEqual([outcome(long), long.steps.at(-1)!.text, long.steps.at(-1)!.object], ['loop', 'More than 10 translation patterns follow on one another.', 'routePatterns[110]'])
  const circle = walk(planOf({ patterns: [row('1', undefined, translate(), { called: { mask: '2' } }), row('2', undefined, translate(), { called: { mask: '1' } })] }), free, '1')
  assert.deepEqual([outcome(circle), circle.steps.at(-1)!.text, circle.steps.length], ['loop', 'It was here before: the translation patterns go in a circle.', 6])
  const growing = walk(planOf({ patterns: [row('!', undefined, translate(), { called: { prefix: '1' } })] }), free, '1')
  assert.equal(outcome(growing), 'loop')
})

test('11.2 a translation pattern looks with its own search space, from then on', () => {
  const own = planOf({
    partitions: [{ name: 'A' }, { name: 'B' }], callingSearchSpaces: [{ name: 'A', partitions: ['A'] }, { name: 'B', partitions: ['B'] }],
    patterns: [row('1', 'A', translate('B'), { called: { mask: '2' } }), row('2', 'B', translate(), { called: { mask: '3' } }), row('3', 'B', { is: 'line', number: 'b' }), row('3', 'A', { is: 'line', number: 'a' }), row('4', 'A', translate(), { called: { mask: '3' } })],
  })
  assert.equal(outcome(walk(own, { ...caller, spaces: ['A'] }, '1')), 'line b from 1001')
  assert.equal(outcome(walk(own, { ...caller, spaces: ['A'] }, '4')), 'line a from 1001')
})

test('11.2 RFC 3398 7.2.4.1 a blocked pattern refuses with its cause, its status and its ISDN cause', () => {
  const rows = [['noError', 403, undefined], ['unallocatedNumber', 404, 1], ['callRejected', 403, 21], ['numberChanged', 410, 22], ['invalidNumberFormat', 484, 28], ['precedenceExceeded', 403, 46]] as const
  for (const [cause, status, q850] of rows) {
    const blocked = walk(planOf({ patterns: [row('1', undefined, { is: 'block', cause })] }), { ...caller, spaces: [] }, '1')
    assert.equal(blocked.cause, cause)
    assert.ok(blocked.steps.at(-1)!.text.includes(causes[cause].text))
    assert.deepEqual([causes[cause].status, causes[cause].q850], [status, q850], cause)
  }
})

test('11.3 a circular group: the explanation says that its first trunk changes', () => {
  const round = planOf({ trunks: [{ name: 'a' }], routeGroups: [{ name: 'G', algorithm: 'circular', trunks: ['a'] }], routeLists: [{ name: 'R', members: [{ group: 'G' }] }], patterns: [row('1', undefined, { is: 'routeList', name: 'R' })] })
  assert.equal(walk(round, { ...caller, spaces: [] }, '1').steps.at(-1)!.text, 'It goes to the trunk a of G (which begins with another one each call) as 1, from 1001.')
})
