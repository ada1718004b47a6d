/**
 * A subscription as the notifier sees it: accepted, refreshed, told of changes, ended. What a NOTIFY says is the event package's.
 *
 * Standards  RFC 6665 4.2, 4.4; RFC 5057 5.1 (which answers end it); RFC 6446 (rate) in spirit
 * Security   plain data of fixed size; one NOTIFY on its way, none sooner than `pause` after the last; the latest state wins
 */
import type { Machine, Millis } from '../../../kit/machine.ts'
import type { Sleeper } from '../../../kit/wheel.ts'

export interface SubscriptionLimits {
  /** Seconds. */
  readonly minExpires: number
  readonly maxExpires: number
  readonly defaultExpires: number
  /** Between two NOTIFYs of one subscription. */
  readonly pause: Millis
}
export const subscriptionLimits: SubscriptionLimits = { minExpires: 60, maxExpires: 7_200, defaultExpires: 3_600, pause: 1_000 }

/** 4.1.3: what the subscriber is told to do about it. */
export type Ending = 'deactivated' | 'probation' | 'rejected' | 'timeout' | 'giveup' | 'noresource' | 'invariant'

export interface Notifier extends Sleeper {
  is: 'pending' | 'active' | 'terminated'
  expiresAt: Millis
  /** There is something that the subscriber was not told. */
  due: boolean
  notBefore: Millis
  /** A NOTIFY is not answered yet. */
  waiting: boolean
  /** NOTIFYs in a row that were answered with "not now". */
  refused: number
  wakeAt?: Millis | undefined
}

export type NotifierInput =
  /** The first SUBSCRIBE, a refresh, or with 0 the end: policy has said yes. */
  | { is: 'subscribe'; seconds: number }
  /** Policy has made up its mind about a pending one. */
  | { is: 'accept' }
  | { is: 'changed' }
  | { is: 'end'; reason: Ending; retryAfter?: number }
  /** Final answer to the NOTIFY. retryAfter: seconds. */
  | { is: 'response'; status: number; retryAfter?: number | undefined }
  /** No answer at all. */
  | { is: 'silent' }

export type NotifierOutput =
  /** Send a NOTIFY with the state as it is now; `state`: value of Subscription-State. */
  | { do: 'notify'; state: string }
  /** Forget it. */
  | { do: 'over' }

/** NOTIFYs that may be refused for now before the subscription is given up. */
const maxRefused = 3
const firstRetry: Millis = 5_000, longestRetry = 300

/** 4.1.2.1: what is granted of the seconds asked for; undefined: too brief (423 with Min-Expires). An hour may always be asked for. */
export function granted(asked: number | undefined, limits: SubscriptionLimits = subscriptionLimits): number | undefined {
  if (asked === undefined || asked < 0) return limits.defaultExpires
  if (asked > 0 && asked < limits.minExpires && asked < 3_600) return undefined
  return Math.min(asked, limits.maxExpires)
}

export function newNotifier(now: Millis, is: 'pending' | 'active' = 'active'): Notifier {
  return { is, expiresAt: now, due: false, notBefore: now, waiting: false, refused: 0, wakeAt: undefined, lookAt: undefined }
}

export function newNotifierMachine(limits: SubscriptionLimits = subscriptionLimits): Machine<Notifier, NotifierInput, NotifierOutput> {
  return {
    step(n, now, input) {
      if (n.is === 'terminated') return []
      switch (input.is) {
        case 'subscribe': return subscribed(n, now, input.seconds, limits)
        case 'accept': if (n.is === 'active') return []; n.is = 'active'; n.due = true; break
        case 'changed': n.due = true; break
        case 'end': return terminate(n, input.reason, input.retryAfter)
        case 'silent': return forget(n)                                       // 4.2.2: nobody there to be told anything
        case 'response': { const end = answered(n, now, input.status, input.retryAfter); if (end) return end; break }
        case 'wake': if (now >= n.expiresAt) return terminate(n, 'timeout')
      }
      return tell(n, now, limits)
    },
  }
}

/** 4.2.1.2, 4.2.1.3: a NOTIFY at once; with 0 seconds it is the last one. */
function subscribed(n: Notifier, now: Millis, seconds: number, limits: SubscriptionLimits): NotifierOutput[] {
  n.expiresAt = now + seconds * 1_000
  if (seconds === 0) return terminate(n, 'timeout')
  n.due = true
  n.notBefore = n.refused > 0 ? n.notBefore : now
  return tell(n, now, limits)
}

function tell(n: Notifier, now: Millis, limits: SubscriptionLimits): NotifierOutput[] {
  const send = n.due && !n.waiting && now >= n.notBefore
  if (send) {
    n.due = false
    n.waiting = true
    n.notBefore = now + limits.pause
  }
  n.wakeAt = n.due && !n.waiting ? Math.min(n.notBefore, n.expiresAt) : n.expiresAt
  return send ? [{ do: 'notify', state: `${n.is};expires=${Math.max(1, Math.ceil((n.expiresAt - now) / 1_000))}` }] : []
}

const deadly = new Set([404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604])     // 4.2.2

/** What is not deadly and asks for patience is tried again; any other refusal is this NOTIFY's alone. */
function answered(n: Notifier, now: Millis, status: number, retryAfter: number | undefined): NotifierOutput[] | undefined {
  if (status < 200) return []
  n.waiting = false
  if (status < 300) { n.refused = 0; return undefined }
  if (deadly.has(status)) return forget(n)
  if (status < 500 && status !== 408 && retryAfter === undefined) return undefined
  n.refused++
  if (n.refused > maxRefused) return forget(n)
  n.due = true
  n.notBefore = now + (retryAfter === undefined ? firstRetry * 2 ** (n.refused - 1) : Math.min(retryAfter, longestRetry) * 1_000)
  return undefined
}

function terminate(n: Notifier, reason: Ending, retryAfter?: number): NotifierOutput[] {
  const after = retryAfter !== undefined && (reason === 'probation' || reason === 'giveup') ? `;retry-after=${retryAfter}` : ''
  return [{ do: 'notify', state: `terminated;reason=${reason}${after}` }, ...forget(n)]
}

function forget(n: Notifier): NotifierOutput[] {
  n.is = 'terminated'
  n.due = false
  n.wakeAt = undefined
  return [{ do: 'over' }]
}
