/** 11.3: route list, groups and trunks in order; which outcome tries the next one and which ends the call. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Carrying, nextRoute, type Outcome, startRouting } from '../../../src/policy/dialling/routes.ts'
import type { RouteList, StopOn } from '../../../src/policy/dialling/table.ts'
import { planOf, row } from './table.ts'

const carrying: Carrying = { digits: '9123', calling: '1001', externalMask: '555XXXX', now: 0, zone: 'UTC' }

function made(list: Partial<RouteList> = {}) {
  const members = [{ group: 'A', called: { discard: 'PreDot' }, calling: { useExternalMask: true } }, { group: 'Standard Local Route Group' }, { group: 'B', called: { prefix: '7' } }]
  const plan = planOf({
    trunks: ['a1', 'a2', 'b1', 'b2', 'b3', 'local', 'alone'].map((name) => ({ name })),
    routeGroups: [{ name: 'A', algorithm: 'topDown', trunks: ['a1', 'a2'] }, { name: 'B', algorithm: 'circular', trunks: ['b1', 'b2', 'b3'] }, { name: 'L', algorithm: 'topDown', trunks: ['local'] }, { name: 'Empty', algorithm: 'circular', trunks: [] }],
    routeLists: [{ name: 'R', members, ...list }],
    patterns: [row('9.!', undefined, { is: 'routeList', name: 'R' }, { called: { discard: 'PreDot', prefix: '0' }, calling: { prefix: '8' } }), row('8.!', undefined, { is: 'trunk', name: 'alone' })],
  })
  return { plan, rule: plan.patterns.rules[0]!, alone: plan.patterns.rules[1]! }
}

/** The trunks that are tried when each comes to its outcome, and what ends it. */
function tried(list: Partial<RouteList>, outcomes: readonly Outcome[], turn = 0): string {
  const { plan, rule } = made(list), routing = startRouting(plan, rule, 'L', () => turn), said: string[] = []
  for (const outcome of [undefined, ...outcomes]) {
    const next = nextRoute(plan, routing, rule, carrying, outcome)
    said.push(next.do === 'try' ? next.offer.trunk : next.cause ?? 'stop')
  }
  return said.join(' ')
}

const down: Outcome = { is: 'trunkDown' }
const status = (code: number, q850?: number, rang?: boolean): Outcome => ({ is: 'status', status: code, q850, rang })

test('11.3 groups in order, top down from the first trunk, circular from the next; then there is none left', () => {
  assert.equal(tried({}, Array<Outcome>(7).fill(down)), 'a1 a2 local b1 b2 b3 stop stop')
  assert.equal(tried({}, Array<Outcome>(6).fill(down), 4), 'a1 a2 local b2 b3 b1 stop')
  assert.equal(tried({ members: [{ group: 'Empty' }] }, []), 'noTrunk')
  assert.equal(tried({ members: [] }, []), 'noTrunk')
  assert.equal(tried({ members: [{ group: 'B', called: { mask: '' } }] }, []), 'notDialable')
})

test('11.3 each group with its own numbers, the pattern\'s where it has none; always from what was dialled', () => {
  const { plan, rule } = made(), routing = startRouting(plan, rule, 'L', () => 0), offers: string[] = []
  for (let next = nextRoute(plan, routing, rule, carrying); next.do === 'try'; next = nextRoute(plan, routing, rule, carrying, down)) offers.push(`${next.offer.group} ${next.offer.trunk} ${next.offer.called} ${next.offer.calling}`)
  assert.deepEqual(offers, ['A a1 123 5551001', 'A a2 123 5551001', 'L local 0123 81001', 'B b1 79123 81001', 'B b2 79123 81001', 'B b3 79123 81001'])
})

test('11.3 failover by cause: no channel, trunk down, timeout, 503 try the next; busy and unallocated stop unless told otherwise', () => {
  const rows: [Outcome, StopOn | undefined, boolean][] = [
    [{ is: 'noChannel' }, undefined, true], [down, undefined, true], [{ is: 'timeout' }, undefined, true], [{ is: 'answered' }, undefined, false], [{ is: 'cancelled' }, undefined, false],
    [status(503), undefined, true], [status(500), undefined, true], [status(408), undefined, true], [status(403), undefined, true], [status(488), undefined, true], [status(503, 34), undefined, true],
    [status(486), undefined, false], [status(486), { userBusy: false }, true], [status(480, 17), undefined, false], [status(486, 34), undefined, true],
    [status(404), undefined, false], [status(404), { unallocatedNumber: false }, true], [status(410), undefined, false], [status(484), undefined, false], [status(500, 1), undefined, false], [status(404, 38), undefined, true],
    [status(580), undefined, true], [status(580), { outOfBandwidth: true }, false], [status(503, 49), { outOfBandwidth: true }, false], [status(503, 49), undefined, true],
    // RFC 3261 21.6: nowhere else either
    [status(600), { userBusy: false }, false], [status(603), undefined, false], [status(604), { unallocatedNumber: false }, false],
    // once it has rung there is no second charge
    [status(503, undefined, true), undefined, false], [status(486, undefined, true), { userBusy: false }, false],
  ]
  for (const [outcome, stopOn, next] of rows) assert.equal(tried({ stopOn }, [outcome]), next ? 'a1 a2' : 'a1 stop', JSON.stringify([outcome, stopOn]))
})

test('11.3 what has ended stays ended; a trunk without a list is tried once', () => {
  assert.equal(tried({}, [status(486), down, down]), 'a1 stop stop stop')
  const { plan, alone } = made(), routing = startRouting(plan, alone, undefined, () => 0)
  assert.deepEqual(nextRoute(plan, routing, alone, { ...carrying, digits: '8123' }), { do: 'try', offer: { trunk: 'alone', group: undefined, called: '8123', calling: '1001' } })
  assert.deepEqual(nextRoute(plan, routing, alone, carrying, down), { do: 'stop' })
})
