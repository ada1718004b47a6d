/** The notifier's side of a subscription, as a table in virtual time: what comes in when, and what is said. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { granted, newNotifier, newNotifierMachine, type Notifier, type NotifierInput } from '../../src/wire/sip/subscription.ts'

const machine = newNotifierMachine()
type Step = [at: number, input: NotifierInput | { is: 'wake' }, said: string[]]
const ok: NotifierInput = { is: 'response', status: 200 }
const status = (code: number, retryAfter?: number): NotifierInput => ({ is: 'response', status: code, retryAfter })
const subscribe = (seconds: number): NotifierInput => ({ is: 'subscribe', seconds })
const changed: NotifierInput = { is: 'changed' }
const wake = { is: 'wake' } as const

const rows: [name: string, steps: Step[], pending?: boolean][] = [
  ['4.2.1.2 a NOTIFY at once, a second later again only if something changed', [[0, subscribe(600), ['active;expires=600']], [5, ok, []], [2_000, wake, []]]],
  ['4.2.1.2 a refresh is told at once and counts from now', [[0, subscribe(600), ['active;expires=600']], [5, ok, []], [300_000, subscribe(900), ['active;expires=900']]]],
  ['4.2.1.2 changes within a second are told together, the latest state wins', [[0, subscribe(600), ['active;expires=600']], [5, ok, []], [10, changed, []], [20, changed, []], [999, wake, []], [1_000, wake, ['active;expires=599']], [1_005, ok, []], [1_999, wake, []]]],
  ['4.2.2 one NOTIFY at a time: what changed meanwhile follows its answer', [[0, subscribe(600), ['active;expires=600']], [2_000, changed, []], [3_000, ok, ['active;expires=597']]]],
  ['4.2.1.4 Expires 0 ends it with a last NOTIFY', [[0, subscribe(600), ['active;expires=600']], [5, ok, []], [50, subscribe(0), ['terminated;reason=timeout', 'over']], [60, ok, []]]],
  ['4.4.3 a fetch is one NOTIFY', [[0, subscribe(0), ['terminated;reason=timeout', 'over']]]],
  ['4.2.2 it expires with a NOTIFY that says so', [[0, subscribe(60), ['active;expires=60']], [5, ok, []], [59_999, wake, []], [60_000, wake, ['terminated;reason=timeout', 'over']]]],
  ['4.2.2 it expires although the last NOTIFY is not answered', [[0, subscribe(60), ['active;expires=60']], [60_000, wake, ['terminated;reason=timeout', 'over']]]],
  ['4.1.3 ended by us with a reason', [[0, subscribe(60), ['active;expires=60']], [5, { is: 'end', reason: 'noresource' }, ['terminated;reason=noresource', 'over']]]],
  ['4.1.3 retry-after goes with probation', [[0, subscribe(60), ['active;expires=60']], [5, { is: 'end', reason: 'probation', retryAfter: 30 }, ['terminated;reason=probation;retry-after=30', 'over']]]],
  ['4.1.3 retry-after does not go with rejected', [[0, subscribe(60), ['active;expires=60']], [5, { is: 'end', reason: 'rejected', retryAfter: 30 }, ['terminated;reason=rejected', 'over']]]],
  ['4.2.2 no answer at all: forgotten', [[0, subscribe(60), ['active;expires=60']], [32_000, { is: 'silent' }, ['over']], [60_000, wake, []]]],
  ['4.2.2 503 with Retry-After: the same again after that', [[0, subscribe(600), ['active;expires=600']], [5, status(503, 7), []], [7_004, wake, []], [7_005, wake, ['active;expires=593']], [7_010, ok, []]]],
  ['4.2.2 500: again after 5, 10 and 20 s, then given up', [[0, subscribe(600), ['active;expires=600']], [0, status(500), []], [5_000, wake, ['active;expires=595']], [5_000, status(500), []], [15_000, wake, ['active;expires=585']],
    [15_000, status(500), []], [35_000, wake, ['active;expires=565']], [35_000, status(500), ['over']]]],
  ['4.2.2 a success in between starts the count anew', [[0, subscribe(600), ['active;expires=600']], [0, status(500), []], [5_000, wake, ['active;expires=595']], [5_000, ok, []], [6_000, changed, ['active;expires=594']], [6_000, status(500), []], [11_000, wake, ['active;expires=589']]]],
  ['4.2.2 Retry-After of a week is five minutes', [[0, subscribe(600), ['active;expires=600']], [0, status(503, 604_800), []], [300_000, wake, ['active;expires=300']]]],
  ['4.2.2 a refresh does not hurry past Retry-After', [[0, subscribe(600), ['active;expires=600']], [0, status(503, 10), []], [1_000, subscribe(600), []], [10_000, wake, ['active;expires=591']]]],
  ['4.2.2 another refusal is this NOTIFY\'s alone', [[0, subscribe(600), ['active;expires=600']], [5, status(415), []], [2_000, changed, ['active;expires=598']]]],
  ['4.2.2 provisional answers mean nothing', [[0, subscribe(600), ['active;expires=600']], [5, status(100), []], [2_000, changed, []], [2_001, ok, ['active;expires=598']]]],
  ['4.2.1.1 pending until policy has decided', [[0, subscribe(600), ['pending;expires=600']], [5, ok, []], [3_000, { is: 'accept' }, ['active;expires=597']]], true],
  ['4.2.2 nothing is said once it is over', [[0, subscribe(0), ['terminated;reason=timeout', 'over']], [5, changed, []], [6, subscribe(60), []], [7, { is: 'end', reason: 'timeout' }, []]]],
]

function run(notifier: Notifier, steps: Step[]): void {
  for (const [at, input, said] of steps) {
    assert.deepEqual(machine.step(notifier, at, input).map((one) => one.do === 'notify' ? one.state : 'over'), said, `at ${at}`)
  }
}
for (const [name, steps, pending] of rows) test(`RFC 6665 ${name}`, () => { run(newNotifier(0, pending ? 'pending' : 'active'), steps) })

for (const code of [404, 405, 410, 416, 480, 481, 485, 489, 501, 604]) {
  test(`RFC 6665 4.2.2 RFC 5057 5.1: ${code} to a NOTIFY ends the subscription without another word`, () => {
    run(newNotifier(0), [[0, subscribe(60), ['active;expires=60']], [5, status(code), ['over']]])
  })
}

test('RFC 6665 4.2.1.1 what is granted: the default, no more than the most, too little is refused unless it is an hour', () => {
  const limits = { minExpires: 60, maxExpires: 7_200, defaultExpires: 3_600, pause: 1_000 }
  assert.deepEqual([undefined, -1, 0, 1, 59, 60, 7_200, 2 ** 32 - 1].map((asked) => granted(asked, limits)), [3_600, 3_600, 0, undefined, undefined, 60, 7_200, 7_200])
  assert.equal(granted(3_600, { ...limits, minExpires: 5_000 }), 3_600)
})

test('RFC 6665 4.2 wakeAt is never later than what is due next', () => {
  const notifier = newNotifier(0)
  run(notifier, [[0, subscribe(60), ['active;expires=60']]])
  assert.equal(notifier.wakeAt, 60_000)
  run(notifier, [[5, ok, []], [10, changed, []]])
  assert.equal(notifier.wakeAt, 1_000)
})
