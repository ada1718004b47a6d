/**
 * How much somebody called: calls at once, in a second, an hour, after hours, and minutes of talk in a day, counted for a user or a trunk.
 * A call is taken before it is placed and let go once, whatever became of it; it talks from its answer to its end.
 *
 * Standards  dial plan 11.10; attack class A44 (a stolen password at the weekend)
 * Security   plain data of one size whatever happens; a window is never shorter than it says
 */
import type { Limits } from '../../directory/limits.ts'
import { add, newWindow, sum, type Window } from './window.ts'

export interface Counter {
  /** Calls taken and not let go; those of them that talk. */
  underWay: number
  talking: number
  /** Up to when talk is counted. */
  countedTo: number
  readonly second: Window
  readonly hour: Window
  readonly hourClosed: Window
  /** Milliseconds of talk. */
  readonly talk: Window
  /** Calls over a limit since it was last quiet for an hour. */
  over: number
  overAt: number
}

export type LimitName = Exclude<keyof Limits, 'stop'>

/** The first call over a limit, and then each time that their number has doubled. */
export interface LimitAlarm { readonly limit: LimitName; readonly calls: number }

export type Taken =
  | { readonly is: 'ok'; readonly alarm?: LimitAlarm | undefined }
  /** Nothing was taken. */
  | { readonly is: 'over'; readonly limit: LimitName; readonly alarm?: LimitAlarm | undefined }

const second = 1_000, minute = 60 * second, hour = 60 * minute

export function newCounter(): Counter {
  return {
    underWay: 0, talking: 0, countedTo: 0, over: 0, overAt: 0,
    second: newWindow(10, second / 10), hour: newWindow(60, minute), hourClosed: newWindow(60, minute), talk: newWindow(24, hour),
  }
}

/** Takes one call, or says which limit is reached. `officeOpen`: is tollControl.officeHours? */
export function take(counter: Counter, limits: Limits, now: number, officeOpen: boolean): Taken {
  const limit = reached(counter, limits, now, officeOpen), alarm = limit && alarmOf(counter, limit, now)
  if (limit && limits.stop) return { is: 'over', limit, alarm }
  counter.underWay++
  for (const window of officeOpen ? [counter.second, counter.hour] : [counter.second, counter.hour, counter.hourClosed]) add(window, now, 1)
  return { is: 'ok', alarm }
}

function reached(counter: Counter, limits: Limits, now: number, officeOpen: boolean): LimitName | undefined {
  const { callsAtOnce, callsPerSecond, callsPerHour, callsPerHourAfterHours, minutesPerDay } = limits
  if (callsAtOnce !== undefined && counter.underWay >= callsAtOnce) return 'callsAtOnce'
  if (callsPerSecond !== undefined && sum(counter.second, now) >= callsPerSecond) return 'callsPerSecond'
  if (callsPerHour !== undefined && sum(counter.hour, now) >= callsPerHour) return 'callsPerHour'
  if (!officeOpen && callsPerHourAfterHours !== undefined && sum(counter.hourClosed, now) >= callsPerHourAfterHours) return 'callsPerHourAfterHours'
  return minutesPerDay !== undefined && talkLeft(counter, minutesPerDay, now) === 0 ? 'minutesPerDay' : undefined
}

function alarmOf(counter: Counter, limit: LimitName, now: number): LimitAlarm | undefined {
  if (now - counter.overAt >= hour) counter.over = 0
  counter.overAt = now
  counter.over++
  return (counter.over & (counter.over - 1)) === 0 ? { limit, calls: counter.over } : undefined
}

/** The call was answered. */
export function talks(counter: Counter, now: number): void { count(counter, now); counter.talking++ }

/** The call is over; `talked`: it had been answered. */
export function release(counter: Counter, now: number, talked: boolean): void {
  count(counter, now)
  counter.underWay = Math.max(0, counter.underWay - 1)
  if (talked) counter.talking = Math.max(0, counter.talking - 1)
}

/** Counts talk up to now, hour by hour. */
function count(counter: Counter, now: number): void {
  const { talking } = counter, from = Math.max(counter.countedTo, now - 25 * hour)
  counter.countedTo = Math.max(counter.countedTo, now)
  for (let at = from; talking > 0 && at < now;) {
    const end = Math.min(now, (Math.floor(at / hour) + 1) * hour)
    add(counter.talk, at, (end - at) * talking)
    at = end
  }
}

/** Minutes until the day's are used up and calls that talk end, if all of them go on; undefined where nothing ends them. Ask again then: others may have begun or ended. */
export function minutesLeft(counter: Counter, { minutesPerDay, stop }: Pick<Limits, 'minutesPerDay' | 'stop'>, now: number): number | undefined {
  return minutesPerDay === undefined || !stop ? undefined : talkLeft(counter, minutesPerDay, now) / minute / Math.max(1, counter.talking)
}

/** Milliseconds. */
function talkLeft(counter: Counter, minutesPerDay: number, now: number): number {
  count(counter, now)
  return Math.max(0, minutesPerDay * minute - sum(counter.talk, now))
}

/** Nothing is under way and nothing is remembered that could count: it can be forgotten. */
export function isIdle(counter: Counter, now: number): boolean {
  return counter.underWay === 0 && now - counter.overAt >= hour && [counter.hour, counter.hourClosed, counter.talk].every((window) => sum(window, now) === 0)
}
