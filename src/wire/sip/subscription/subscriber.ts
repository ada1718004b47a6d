/**
 * A subscription as the subscriber sees it: asked for, confirmed by the first NOTIFY, refreshed in time, ended by either side.
 *
 * Standards  RFC 6665 4.1, 4.1.2.4 (timer N), 4.1.3 (reasons)
 * Security   plain data of fixed size; a notifier can shorten it, never lengthen it
 */
import type { Machine, Millis } from '../../../kit/machine.ts'
import type { Sleeper } from '../../../kit/wheel.ts'
import { giveUp } from '../transaction/timers.ts'

export interface Subscriber extends Sleeper {
  is: 'new' | 'asking' | 'pending' | 'active' | 'ending' | 'over'
  /** Seconds that are asked for. */
  seconds: number
  expiresAt: Millis | undefined
  refreshAt: Millis | undefined
  /** Timer N: a NOTIFY has to come by then. */
  notifyBy: Millis | undefined
  /** A SUBSCRIBE is not answered yet. */
  waiting: boolean
  wakeAt?: Millis | undefined
}

export type SubscriberInput =
  | { is: 'start' }
  /** Final answer to the SUBSCRIBE; all in seconds. */
  | { is: 'response'; status: number; expires?: number | undefined; minExpires?: number | undefined; retryAfter?: number | undefined }
  | { is: 'silent' }
  /** A NOTIFY of this subscription, its Subscription-State read. */
  | { is: 'notify'; state: string; reason?: string | undefined; expires?: number | undefined; retryAfter?: number | undefined }
  | { is: 'end' }

export type SubscriberOutput =
  /** `fresh`: outside any dialog. */
  | { do: 'subscribe'; seconds: number; fresh: boolean }
  /** It is over; retryAt: when a new one may be asked for, undefined: never by itself. */
  | { do: 'over'; reason: string; retryAt: Millis | undefined }

const maxSeconds = 86_400
const laterRetry = 60

export function newSubscriber(seconds: number): Subscriber {
  return { is: 'new', seconds, expiresAt: undefined, refreshAt: undefined, notifyBy: undefined, waiting: false, wakeAt: undefined, lookAt: undefined }
}

export const subscriber: Machine<Subscriber, SubscriberInput, SubscriberOutput> = {
  step(s, now, input) {
    if (s.is === 'over') return []
    const out = taken(s, now, input)
    s.wakeAt = s.is as string === 'over' ? undefined : earliest(s.notifyBy, s.refreshAt, s.expiresAt)
    return out
  },
}

function taken(s: Subscriber, now: Millis, input: SubscriberInput | { is: 'wake' }): SubscriberOutput[] {
  switch (input.is) {
    case 'start': return s.is === 'new' ? ask(s, now, true) : []
    case 'response': return answered(s, now, input)
    case 'silent': return refused(s, now, 'silent', undefined)
    case 'notify': return notified(s, now, input)
    case 'end': return end(s, now)
    case 'wake': return woken(s, now)
  }
}

function ask(s: Subscriber, now: Millis, fresh: boolean): SubscriberOutput[] {
  if (fresh) s.is = 'asking'
  s.waiting = true
  s.refreshAt = undefined
  s.notifyBy = now + giveUp
  return [{ do: 'subscribe', seconds: s.seconds, fresh }]
}

function answered(s: Subscriber, now: Millis, { status, expires, minExpires, retryAfter }: Extract<SubscriberInput, { is: 'response' }>): SubscriberOutput[] {
  if (status < 200 || !s.waiting) return []
  s.waiting = false
  if (status < 300) { if (s.is !== 'ending') lasts(s, now, expires ?? s.seconds); return [] }
  if (s.is === 'ending') return over(s, 'ended', undefined)
  const fresh = s.is === 'asking'
  if (status === 423 && minExpires !== undefined && minExpires > s.seconds && minExpires <= maxSeconds) { s.seconds = minExpires; return ask(s, now, fresh) }
  if (status === 481 && !fresh) return ask(s, now, true)                                 // 4.1.2.2: gone over there: a new one
  return refused(s, now, String(status), retryAfter)
}

/** 4.1.2.2: a refresh that fails leaves what was granted before. */
function refused(s: Subscriber, now: Millis, reason: string, retryAfter: number | undefined): SubscriberOutput[] {
  s.waiting = false
  if (s.is === 'ending') return over(s, 'ended', undefined)
  if (s.is !== 'asking' && s.expiresAt !== undefined && s.expiresAt > now) { s.notifyBy = undefined; return [] }
  return over(s, reason, reason === '403' || reason === '489' ? undefined : now + (retryAfter ?? laterRetry) * 1_000)
}

function notified(s: Subscriber, now: Millis, { state, reason, expires, retryAfter }: Extract<SubscriberInput, { is: 'notify' }>): SubscriberOutput[] {
  s.notifyBy = undefined
  if (state === 'terminated') return over(s, reason ?? '', retryOf(s, now, reason, retryAfter))
  if (s.is === 'ending') return []
  s.is = state === 'pending' ? 'pending' : 'active'
  if (expires !== undefined) lasts(s, now, s.expiresAt === undefined ? expires : Math.min(expires, (s.expiresAt - now) / 1_000))
  return []
}

/** 4.1.3. */
function retryOf(s: Subscriber, now: Millis, reason: string | undefined, retryAfter: number | undefined): Millis | undefined {
  if (s.is === 'ending' || reason === 'rejected' || reason === 'noresource' || reason === 'invariant') return undefined
  if (reason === 'deactivated' || reason === 'timeout') return now
  return now + (retryAfter ?? (reason === 'probation' || reason === 'giveup' ? laterRetry : 0)) * 1_000
}

/** Refreshed when four fifths are through, and 5 s before the end at the latest. */
function lasts(s: Subscriber, now: Millis, seconds: number): void {
  const most = Math.min(seconds, s.seconds) * 1_000
  s.expiresAt = now + most
  s.refreshAt = s.waiting ? undefined : now + Math.max(Math.min(most * 0.8, most - 5_000), most / 2)
}

function end(s: Subscriber, now: Millis): SubscriberOutput[] {
  if (s.is === 'new') return over(s, 'ended', undefined)
  if (s.is === 'ending') return []
  s.is = 'ending'
  s.waiting = true
  s.refreshAt = s.expiresAt = undefined
  s.notifyBy = now + giveUp
  return [{ do: 'subscribe', seconds: 0, fresh: false }]
}

function woken(s: Subscriber, now: Millis): SubscriberOutput[] {
  if (s.notifyBy !== undefined && now >= s.notifyBy) return over(s, s.is === 'ending' ? 'ended' : 'silent', s.is === 'ending' ? undefined : now + laterRetry * 1_000)
  if (s.expiresAt !== undefined && now >= s.expiresAt) return over(s, 'timeout', now)
  if (s.refreshAt !== undefined && now >= s.refreshAt) return ask(s, now, false)
  return []
}

function over(s: Subscriber, reason: string, retryAt: Millis | undefined): SubscriberOutput[] {
  s.is = 'over'
  s.notifyBy = s.refreshAt = s.expiresAt = undefined
  return [{ do: 'over', reason, retryAt }]
}

function earliest(...times: (Millis | undefined)[]): Millis | undefined {
  let first: Millis | undefined
  for (const at of times) if (at !== undefined && (first === undefined || at < first)) first = at
  return first
}
