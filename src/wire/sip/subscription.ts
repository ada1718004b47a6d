/** Subscriptions as pure machines, one for each side. Standards RFC 6665 */
import { header, type SipMessage } from './message.ts'
import { param } from './params.ts'
import { token } from './scan.ts'
import { deltaSeconds } from './values.ts'

export * from './subscription/notifier.ts'
export * from './subscription/subscriber.ts'

/** 8.2.3: what a NOTIFY says of its subscription; undefined where the header is absent or broken. */
export function subscriptionState(message: SipMessage): { state: string; reason: string | undefined; expires: number | undefined; retryAfter: number | undefined } | undefined {
  const value = header(message, 'Subscription-State'), end = value === undefined ? -1 : token(value, 0)
  if (value === undefined || end < 0) return undefined
  const params = value.slice(end), seconds = (name: string) => { const n = deltaSeconds(param(params, name)); return n === undefined || n < 0 ? undefined : n }
  return { state: value.slice(0, end).toLowerCase(), reason: param(params, 'reason')?.toLowerCase(), expires: seconds('expires'), retryAfter: seconds('retry-after') }
}
