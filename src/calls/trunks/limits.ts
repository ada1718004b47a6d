/**
 * How much goes to the outside: counted for who calls and for the trunk, refused over the limit, and ended when a day's minutes are used up.
 *
 * Standards  dial plan 11.10; attack class A44
 * Security   a counter for each user and trunk of the directory that ever called out, forgotten when idle; a call is counted once, whatever trunks were tried for it
 */
import type { Millis } from '../../kit/machine.ts'
import { isIdle, type LimitAlarm, minutesLeft, newCounter, release, take, talks } from '../../policy/toll/limits.ts'
import { isOfficeOpen } from '../../policy/toll/office.ts'
import type { Counted } from '../../policy/toll/service.ts'
import type { Leg, Route } from '../call.ts'
import type { Exchange } from '../state.ts'

/** Takes a call for each that it counts for; the words of the limit that is reached otherwise, and then nothing is taken. */
export function charge(x: Exchange, leg: Leg, route: Route, trunk: string): string | undefined {
  const counted = route.counted(trunk), done: Counted[] = []
  for (const one of counted) {
    const over = takeOne(x, one, route)
    if (over !== undefined) {
      for (const { key } of done) release(x.toll.get(key)!, x.now, false)
      return over
    }
    done.push(one)
  }
  leg.charged = counted
  return undefined
}

/** A call that came by a trunk: how many at once and in a second, by themselves; those that go out have all of its limits. */
export function chargeIncoming(x: Exchange, leg: Leg, trunk: string): string | undefined {
  const { callsAtOnce, callsPerSecond, stop } = x.snapshot.trunks.get(trunk)?.limits ?? {}
  if (stop === undefined || (callsAtOnce === undefined && callsPerSecond === undefined)) return undefined
  const object = `trunks[${trunk}]`, counted: Counted = { key: `${object} incoming`, object, limits: { stop, ...(callsAtOnce === undefined ? {} : { callsAtOnce }), ...(callsPerSecond === undefined ? {} : { callsPerSecond }) } }
  const over = takeOne(x, counted, { taken: new Set() })
  if (over === undefined) leg.charged = [counted]
  return over
}

/** One call counts once in the hour, however many trunks are tried for it. */
function takeOne(x: Exchange, { key, object, limits }: Counted, route: Pick<Route, 'taken'>): string | undefined {
  const counter = x.toll.get(key) ?? newCounter()
  x.toll.set(key, counter)
  if (route.taken.has(key)) { counter.underWay++; return undefined }
  const taken = take(counter, limits, x.now, isOfficeOpen(x.snapshot, x.now))
  if (taken.alarm) alarm(x, key, taken.alarm)
  if (taken.is === 'over') return `${key} has reached ${taken.limit} of ${object}.`
  route.taken.add(key)
  return undefined
}

function alarm(x: Exchange, key: string, { limit, calls }: LimitAlarm): void {
  if (x.news.length < 1_000) x.news.push({ is: 'limit', who: key, limit, calls })
}

/** The call over this trunk was answered: minutes count from now. Gives the moment at which the day's are used up, if there is one. */
export function talking(x: Exchange, leg: Leg): void {
  if (leg.talks) return
  leg.talks = true
  for (const { key } of leg.charged ?? []) { const counter = x.toll.get(key); if (counter) talks(counter, x.now) }
}

export function discharge(x: Exchange, leg: Leg): void {
  for (const { key } of leg.charged ?? []) {
    const counter = x.toll.get(key)
    if (!counter) continue
    release(counter, x.now, leg.talks === true)
    if (isIdle(counter, x.now)) x.toll.delete(key)
  }
  leg.charged = undefined
}

/** When the minutes of a leg that talks are used up; undefined where nothing limits them. */
export function minutesEnd(x: Exchange, leg: Leg): { at: Millis; object: string } | undefined {
  let first: { at: Millis; object: string } | undefined
  for (const { key, object, limits } of leg.talks ? leg.charged ?? [] : []) {
    const counter = x.toll.get(key), left = counter && minutesLeft(counter, limits, x.now)
    if (left === undefined) continue
    const at = x.now + left * 60_000
    if (!first || at < first.at) first = { at, object }
  }
  return first
}
