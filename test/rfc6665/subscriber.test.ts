/** The subscriber's side of a subscription, as a table in virtual time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMessage } from '../../src/wire/sip/index.ts'
import { newSubscriber, subscriber, type SubscriberInput, subscriptionState } from '../../src/wire/sip/subscription.ts'

type Step = [at: number, input: SubscriberInput | { is: 'wake' }, said: string[]]
const start: SubscriberInput = { is: 'start' }, wake = { is: 'wake' } as const, end: SubscriberInput = { is: 'end' }
const ok = (expires?: number): SubscriberInput => ({ is: 'response', status: 200, expires })
const no = (status: number, more: { minExpires?: number; retryAfter?: number } = {}): SubscriberInput => ({ is: 'response', status, ...more })
const active = (expires = 600): SubscriberInput => ({ is: 'notify', state: 'active', expires })
const terminated = (reason?: string, retryAfter?: number): SubscriberInput => ({ is: 'notify', state: 'terminated', reason, retryAfter })
const begun: Step[] = [[0, start, ['subscribe 600 fresh']], [10, ok(600), []], [20, active(), []]]

const rows: [name: string, steps: Step[]][] = [
  ['4.1.2.2 refreshed when four fifths are through, in the dialog', [...begun, [480_000, wake, []], [480_020, wake, ['subscribe 600']], [480_030, ok(600), []], [480_040, active(), []], [960_040, wake, ['subscribe 600']]]],
  ['4.1.2.1 less is granted than was asked for', [[0, start, ['subscribe 600 fresh']], [0, ok(100), []], [0, active(100), []], [80_000, wake, ['subscribe 600']]]],
  ['4.1.2.4 the NOTIFY may come before the 200', [[0, start, ['subscribe 600 fresh']], [5, active(), []], [10, ok(600), []], [33_000, wake, []]]],
  ['4.1.2.4 timer N: no NOTIFY within 64*T1', [[0, start, ['subscribe 600 fresh']], [10, ok(600), []], [31_999, wake, []], [32_000, wake, ['over silent 92000']]]],
  ['4.1.2.2 423: again with what they want', [[0, start, ['subscribe 600 fresh']], [5, no(423, { minExpires: 1_800 }), ['subscribe 1800 fresh']], [10, ok(1_800), []]]],
  ['4.1.2.2 423 that wants a year is a refusal', [[0, start, ['subscribe 600 fresh']], [5, no(423, { minExpires: 31_536_000 }), ['over 423 60005']]]],
  ['4.1.2.1 489: never again', [[0, start, ['subscribe 600 fresh']], [5, no(489), ['over 489 never']]]],
  ['4.1.2.1 403: never again', [[0, start, ['subscribe 600 fresh']], [5, no(403), ['over 403 never']]]],
  ['4.1.2.1 503 with Retry-After', [[0, start, ['subscribe 600 fresh']], [5, no(503, { retryAfter: 20 }), ['over 503 20005']]]],
  ['4.1.2.2 481 to a refresh: a new one', [...begun, [480_020, wake, ['subscribe 600']], [480_030, no(481), ['subscribe 600 fresh']]]],
  ['4.1.2.2 a refresh that fails otherwise leaves what was granted', [...begun, [480_020, wake, ['subscribe 600']], [480_030, no(500), []], [520_000, wake, []], [600_020, wake, ['over timeout 600020']]]],
  ['4.1.2.2 so does a refresh that is not answered', [...begun, [480_020, wake, ['subscribe 600']], [512_000, { is: 'silent' }, []], [600_020, wake, ['over timeout 600020']]]],
  ['4.1.3 deactivated: again at once', [...begun, [100_000, terminated('deactivated'), ['over deactivated 100000']]]],
  ['4.1.3 timeout: again at once', [...begun, [100_000, terminated('timeout'), ['over timeout 100000']]]],
  ['4.1.3 probation: after its time', [...begun, [100_000, terminated('probation', 30), ['over probation 130000']]]],
  ['4.1.3 giveup without a time: after a minute', [...begun, [100_000, terminated('giveup'), ['over giveup 160000']]]],
  ['4.1.3 rejected, noresource, invariant: never', [...begun, [100_000, terminated('noresource', 5), ['over noresource never']]]],
  ['4.1.3 an unknown reason', [...begun, [100_000, terminated('because', 5), ['over because 105000']]]],
  ['4.1.2.3 ended by us: the last NOTIFY ends it', [...begun, [100_000, end, ['subscribe 0']], [100_010, ok(0), []], [100_020, terminated('timeout'), ['over timeout never']]]],
  ['4.1.2.3 ended by us: no last NOTIFY comes', [...begun, [100_000, end, ['subscribe 0']], [132_000, wake, ['over ended never']]]],
  ['4.1.2.3 ended by us: over there it is gone', [...begun, [100_000, end, ['subscribe 0']], [100_010, no(481), ['over ended never']]]],
  ['4.1.3 a NOTIFY shortens it, and does not lengthen it', [...begun, [10_000, active(100), []], [10_000, active(100_000), []], [90_000, wake, ['subscribe 600']]]],
  ['4.1 nothing is said once it is over', [[0, start, ['subscribe 600 fresh']], [5, no(489), ['over 489 never']], [6, active(), []], [7, wake, []], [8, end, []]]],
]

for (const [name, steps] of rows) {
  test(`RFC 6665 ${name}`, () => {
    const state = newSubscriber(600)
    for (const [at, input, said] of steps) {
      const out = subscriber.step(state, at, input).map((one) => one.do === 'subscribe' ? `subscribe ${one.seconds}${one.fresh ? ' fresh' : ''}` : `over ${one.reason} ${one.retryAt ?? 'never'}`)
      assert.deepEqual(out, said, `at ${at}`)
    }
    assert.equal(state.is !== 'over' || state.wakeAt === undefined, true)
  })
}

test('RFC 6665 8.2.3 Subscription-State is read with what strangers write in it', () => {
  const read = (value: string) => {
    const parsed = parseMessage(`NOTIFY sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK1\r\nFrom: <sip:b@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 NOTIFY\r\nMax-Forwards: 70\r\n${value}Content-Length: 0\r\n\r\n`)
    return parsed.ok ? subscriptionState(parsed.message) : assert.fail(value)
  }
  assert.deepEqual(read('Subscription-State: Active ; expires=600\r\n'), { state: 'active', reason: undefined, expires: 600, retryAfter: undefined })
  assert.deepEqual(read('Subscription-State: terminated;reason=Probation;retry-after=30\r\n'), { state: 'terminated', reason: 'probation', expires: undefined, retryAfter: 30 })
  assert.deepEqual(read('Subscription-State: active;expires=soon\r\n')?.expires, undefined)
  assert.equal(read(''), undefined)
  assert.equal(read('Subscription-State: ;;\r\n'), undefined)
})
