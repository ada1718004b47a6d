/** What is wrong in a dial plan is told with its row; what is left works. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePlan } from '../../../src/policy/dialling/plan.ts'
import type { DialTable } from '../../../src/policy/dialling/table.ts'
import { walk } from '../../../src/policy/dialling/walk.ts'
import { row, tableOf } from './table.ts'

test('11.1 every mistake of a plan by its code and row', () => {
  const space = { name: 'S', partitions: ['P'] }, partitions = [{ name: 'P' }]
  const rows: [string, Partial<DialTable>, string, string][] = [
    ['a pattern', { patterns: [row('9[')] }, 'set', 'routePatterns[9[], character 2 of the pattern'], ['no plan for @', { patterns: [row('9.@')] }, 'noPlan', 'routePatterns[9.@]'],
    ['a plan that is not there', { patterns: [row('9.@', undefined, undefined, { numberingPlan: 'Mars' })] }, 'unknownName', 'routePatterns[9.@]'],
    ['too wide', { patterns: [row('!1XXXXXXXXXXXXXXXXXX!')] }, 'tooWide', 'routePatterns[!1XXXXXXXXXXXXXXXXXX!]'],
    ['a filter that leaves nothing', { routeFilters: [{ name: 'F', anyOf: [[{ tag: 'MOON', is: 'exists' }]] }], patterns: [row('9.@', undefined, undefined, { numberingPlan: 'NANP', filter: 'F' })] }, 'filter', 'routePatterns[9.@], F'],
    ['a filter with a value that is no pattern', { routeFilters: [{ name: 'F', anyOf: [[{ tag: 'AREA-CODE', is: 'equals', value: '9.2' }]] }], patterns: [row('9.@', undefined, undefined, { numberingPlan: 'NANP', filter: 'F' })] }, 'filter', 'routePatterns[9.@], F, AREA-CODE'],
    ['a partition', { patterns: [row('1', 'Q')] }, 'unknownName', 'routePatterns[1 in Q]'], ['a trunk', { patterns: [row('1', undefined, { is: 'trunk', name: 't' })] }, 'unknownName', 'routePatterns[1]'],
    ['a route list', { patterns: [row('1', undefined, { is: 'routeList', name: 'r' })] }, 'unknownName', 'routePatterns[1]'], ['a search space', { patterns: [row('1', undefined, { is: 'translate', callingSearchSpace: 's' })] }, 'unknownName', 'routePatterns[1]'],
    ['twice in a partition', { partitions, patterns: [row('12.X', 'P'), row('12[0-9]', 'P')] }, 'samePattern', 'routePatterns[12[0-9] in P]'],
    ['discard', { patterns: [row('9.1', undefined, undefined, { called: { discard: 'All' } })] }, 'discard', 'routePatterns[9.1]'], ['discard without a dot', { patterns: [row('91', undefined, undefined, { called: { discard: 'PreDot' } })] }, 'discardNeeds', 'routePatterns[91]'],
    ['a mask', { patterns: [row('91', undefined, undefined, { calling: { mask: '!' } })] }, 'mask', 'routePatterns[91], mask'],
    ['a space of a partition that is not there', { callingSearchSpaces: [space] }, 'unknownName', 'callingSearchSpaces[S]'], ['a name twice', { partitions: [{ name: 'P' }, { name: 'P' }] }, 'sameName', 'partitions[P]'],
    ['a schedule', { partitions: [{ name: 'P', schedule: 'T' }] }, 'unknownName', 'partitions[P]'], ['a zone', { partitions: [{ name: 'P', zone: 'Mars' }] }, 'zone', 'partitions[P]'], ['a period', { timeSchedules: [{ name: 'T', periods: ['p'] }] }, 'unknownName', 'timeSchedules[T]'],
    ['a time', { timePeriods: [{ name: 'p', start: '9', end: '10:00' }] }, 'time', 'timePeriods[p], p'], ['a group', { routeLists: [{ name: 'R', members: [{ group: 'G' }] }] }, 'unknownName', 'routeLists[R]'], ['a trunk of a group', { routeGroups: [{ name: 'G', algorithm: 'topDown', trunks: ['t'] }] }, 'unknownName', 'routeGroups[G]'],
    ['a space of a trunk', { trunks: [{ name: 't', calledTransformation: 'S' }] }, 'unknownName', 'trunks[t]'], ['a mask of a list', { routeLists: [{ name: 'R', members: [{ group: 'Standard Local Route Group', called: { prefix: 'X' } }] }] }, 'mask', 'routeLists[R], prefix'],
    ['too many partitions', { partitions: Array.from({ length: 4_096 }, (_, at) => ({ name: `P${at}` })) }, 'planTooLarge', 'partitions'],
  ]
  for (const [what, table, code, where] of rows) {
    const { problems } = compilePlan(tableOf(table))
    assert.deepEqual(problems.map((each) => [each.code, each.where]), [[`dialling.${code}`, where]], what)
  }
})

test('11.1 a row that is wrong is left out, the others go on; a partition whose schedule is not there is closed', () => {
  const { plan, problems } = compilePlan(tableOf({ partitions: [{ name: 'P', schedule: 'none' }, { name: 'Q', schedule: 'T', zone: 'Mars' }], timePeriods: [{ name: 'p', start: '00:00', end: '24:00' }], timeSchedules: [{ name: 'T', periods: ['p'] }],
    callingSearchSpaces: [{ name: 'S', partitions: ['P', 'Q'] }], patterns: [row('1['), row('12'), row('3', 'P'), row('4', 'Q')] }))
  const caller = { spaces: ['S'], calling: '1', now: 0, zone: 'UTC' }
  assert.equal(problems.length, 3)
  assert.deepEqual(['12', '3', '4'].map((dialled) => walk(plan, caller, dialled).cause), [undefined, 'noMatch', 'noMatch'])
})

test('11.2 search spaces and times without end keep a bounded number of sights', () => {
  const { plan } = compilePlan(tableOf({ partitions: [{ name: 'P' }], callingSearchSpaces: [{ name: 'S', partitions: ['P'] }], patterns: [row('1', 'P')] }))
  const first = plan.sight(['S'], 0, 'UTC')
  assert.equal(plan.sight(['S'], 1, 'UTC'), first)
  for (let each = 0; each < 10_001; each++) plan.sight([`S${each}`], 0, 'UTC')
  assert.notEqual(plan.sight(['S'], 0, 'UTC'), first)
  assert.deepEqual(plan.sight(['S'], 0, 'UTC').order, first.order)
})
