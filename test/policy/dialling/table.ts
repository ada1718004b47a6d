/** Dial plans for the tests: a table with what a test gives and nothing else. */
import assert from 'node:assert/strict'
import { nanp, e164 } from '../../../src/policy/dialling/numberingPlans.ts'
import { compilePlan, type DialPlan } from '../../../src/policy/dialling/plan.ts'
import type { Destination, DialTable, PatternRow } from '../../../src/policy/dialling/table.ts'

const empty: DialTable = {
  partitions: [], callingSearchSpaces: [], patterns: [], calledTransformations: [], callingTransformations: [], routeLists: [], routeGroups: [], trunks: [],
  timePeriods: [], timeSchedules: [], numberingPlans: [nanp, e164], routeFilters: [],
}

export function tableOf(given: Partial<DialTable>): DialTable { return { ...empty, ...given } }

/** The plan, which must have no problem. */
export function planOf(given: Partial<DialTable>): DialPlan {
  const { plan, problems } = compilePlan(tableOf(given))
  assert.deepEqual(problems, [])
  return plan
}

/** A pattern that goes to a line of its own name. */
export function row(pattern: string, partition?: string, to: Destination = { is: 'line', number: pattern }, more: Partial<PatternRow> = {}): PatternRow {
  return { object: `routePatterns[${pattern}${partition === undefined ? '' : ` in ${partition}`}]`, pattern, partition, to, ...more }
}

/** A seeded source of numbers, 0 ≤ n < below. */
export function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ state >>> 15, 1 | state)
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed
    return ((mixed ^ mixed >>> 14) >>> 0) % below
  }
}
