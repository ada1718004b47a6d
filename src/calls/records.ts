/**
 * Call records: every call, every leg, why it ended.
 *
 * Security   names and numbers are personal data: the record goes to the store and to who may read it, never to the log
 */
import type { Millis } from '../kit/machine.ts'
import type { Level } from '../policy/security.ts'
import type { Cause } from './leg.ts'

export interface LegRecord {
  readonly id: string
  readonly phone: string
  readonly line: string
  readonly side: 'in' | 'out'
  readonly transport: string
  /** Of its SIP dialog: what the phone's own log and a trace on the wire call it. */
  readonly callId: string
  readonly startedAt: Millis
  answeredAt?: Millis
  endedAt?: Millis
  status?: number
  reason?: string
  /** far: the phone itself; near: the other side of the call; policy, network, timer. */
  endedBy?: Cause['by']
  security?: Level
}

/** Field names as the store keeps them. */
export interface CallRecord {
  readonly id: string
  readonly startedAt: Millis
  answeredAt?: Millis
  endedAt: Millis
  readonly from: string
  readonly to: string
  /** Why it ended, in words. */
  ending: string
  status: number
  security: Level
  /** Why the call is not encrypted; absent where it is. */
  why?: string | undefined
  readonly legs: LegRecord[]
}

/** Legs that one record holds: beyond it attempts are only counted. */
export const maxLegs = 64

export function newRecord(id: string, now: Millis, from: string, to: string): CallRecord {
  return { id, startedAt: now, endedAt: 0, from, to, ending: '', status: 0, security: 'notAuthenticated', legs: [] }
}

export function openLeg(record: CallRecord, leg: LegRecord): void {
  if (record.legs.length < maxLegs) record.legs.push(leg)
}

export function answeredLeg(record: CallRecord, id: string, now: Millis): void {
  const leg = record.legs.find((one) => one.id === id)
  if (leg) leg.answeredAt ??= now
}

export function closeLeg(record: CallRecord, id: string, now: Millis, cause: Cause, security: Level): void {
  const leg = record.legs.find((one) => one.id === id && one.endedAt === undefined)
  if (!leg) return
  leg.endedAt = now
  leg.status = cause.status
  leg.reason = cause.text
  leg.endedBy = cause.by
  leg.security = security
}

export function closeRecord(record: CallRecord, now: Millis, cause: Cause): void {
  record.endedAt = now
  record.status = cause.status
  record.ending = cause.text !== '' ? cause.text : record.answeredAt === undefined ? 'Not answered' : 'Hung up'
}
