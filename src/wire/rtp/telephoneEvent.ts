/**
 * Keys pressed as named events: the four octets, the key that is sent, the key that is heard once.
 *
 * Standards  RFC 4733 2.3, 2.5 and 3.2
 * Security   fed by strangers; keys are personal data: they leave as values for the conversation, never in a text
 */
import type { Millis } from '../../kit/machine.ts'
import { addTimestamp, timestampAhead } from './numbers.ts'

const keys = '0123456789*#ABCD'
const longestSegment = 0xffff
/** Keys that wait to be sent. */
export const maxWaiting = 64
/** RFC 4733 2.5.1.4: the last packet of an event is sent three times. */
const ends = 3

export interface TelephoneEvent {
  /** 0–255; 0–15 are keys. */
  readonly event: number
  readonly end: boolean
  /** Level in -dBm0, 0–63. */
  readonly volume: number
  /** Timestamp units, 0–65,535. */
  readonly duration: number
}

/** RFC 4733 2.3; undefined: it is too short. Redundant events that follow the first (RFC 4733 2.6) are not looked at. */
export function readEvent(payload: Uint8Array, at = 0, end = payload.length): TelephoneEvent | undefined {
  if (end - at < 4) return undefined
  const flags = payload[at + 1]!
  return { event: payload[at]!, end: flags > 127, volume: flags & 63, duration: (payload[at + 2]! << 8) | payload[at + 3]! }
}

export function printEvent({ event, end, volume, duration }: TelephoneEvent): Buffer {
  return Buffer.from([event, (end ? 128 : 0) | volume, duration >> 8, duration & 255])
}

/** `0`–`9`, `*`, `#`, `A`–`D`; undefined: an event that is no key. */
export function keyOf(event: number): string | undefined { return keys[event] }
export function eventOf(key: string): number | undefined {
  const event = key.length === 1 ? keys.indexOf(key.toUpperCase()) : -1
  return event < 0 ? undefined : event
}

// ---- heard ----

export interface KeysHeard {
  readonly clockRate: number
  /** Of the key that is, or was last, pressed. */
  timestamp: number | undefined
  event: number
  ended: boolean
  duration: number
  /** Units of segments that went before (RFC 4733 2.5.1.3). */
  before: number
  /** When a key without an end is let go of. */
  wakeAt: Millis | undefined
}

export type KeyHeard = { readonly is: 'down', readonly key: string } | { readonly is: 'up', readonly key: string, readonly millis: number }

/** A key whose packets stop coming is up after this time. */
export const silentKey: Millis = 150

export function newKeysHeard(clockRate = 8_000): KeysHeard {
  return { clockRate, timestamp: undefined, event: 0, ended: true, duration: 0, before: 0, wakeAt: undefined }
}

/** Each key goes down once and up once, whatever is lost, doubled or late (RFC 4733 2.5.2). */
export function hearEvent(state: KeysHeard, now: Millis, timestamp: number, said: TelephoneEvent): KeyHeard[] {
  if (keyOf(said.event) === undefined) return []
  const ahead = state.timestamp === undefined ? 1 : timestampAhead(timestamp, state.timestamp)
  if (ahead < 0) return []                                            // of a key before this one
  if (ahead === 0) return said.event === state.event ? goOn(state, now, said) : []
  if (continues(state, ahead, said)) {
    state.before += ahead
    state.timestamp = timestamp
    state.duration = 0
    return goOn(state, now, said)
  }
  const out = letGo(state)
  Object.assign(state, { timestamp, event: said.event, ended: false, duration: 0, before: 0 })
  out.push({ is: 'down', key: keyOf(said.event)! }, ...goOn(state, now, said))
  return out
}

/** RFC 4733 2.5.1.3: the next segment begins where the longest possible duration of the one before ended. */
function continues(state: KeysHeard, ahead: number, said: TelephoneEvent): boolean {
  return !state.ended && said.event === state.event && ahead === longestSegment
}

function goOn(state: KeysHeard, now: Millis, said: TelephoneEvent): KeyHeard[] {
  if (state.ended) return []                                          // the end comes three times
  state.duration = Math.max(state.duration, said.duration)
  state.wakeAt = now + silentKey
  return said.end ? letGo(state) : []
}

function letGo(state: KeysHeard): KeyHeard[] {
  if (state.ended) return []
  state.ended = true
  state.wakeAt = undefined
  return [{ is: 'up', key: keyOf(state.event)!, millis: Math.round((state.before + state.duration) / state.clockRate * 1_000) }]
}

/** At wakeAt: the end was lost. */
export function wakeKeys(state: KeysHeard, now: Millis): KeyHeard[] {
  return state.wakeAt !== undefined && now >= state.wakeAt ? letGo(state) : []
}

// ---- sent ----

interface Key { readonly event: number, readonly units: number }

/** One packet's worth of an event: it takes the place of the audio frame that would be sent now. */
export interface EventPacket { readonly marker: boolean, readonly timestamp: number, readonly payload: Buffer }

export interface KeysSent {
  readonly clockRate: number
  readonly waiting: Key[]
  current: (Key & { timestamp: number, sent: number, ends: number, first: boolean }) | undefined
  /** Timestamp before which no new key begins: the ear needs a pause between two. */
  notBefore: number | undefined
}

export function newKeysSent(clockRate = 8_000): KeysSent {
  return { clockRate, waiting: [], current: undefined, notBefore: undefined }
}

/** Puts keys in line; `millis` each, 40–8,000. False: one is no key, or too many wait; none is taken then. */
export function pressKeys(state: KeysSent, pressed: string, millis: Millis = 100): boolean {
  const units = Math.round(Math.min(Math.max(millis, 40), 8_000) * state.clockRate / 1_000)
  const found = [...pressed].slice(0, maxWaiting + 1).map((key) => eventOf(key))
  if (found.includes(undefined) || state.waiting.length + found.length > maxWaiting) return false
  for (const event of found) state.waiting.push({ event: event!, units: Math.min(units, longestSegment) })
  return true
}

/** Once a frame (`units` of the clock, at `timestamp`): the packet to send in place of audio; undefined: audio goes on. */
export function nextEvent(state: KeysSent, timestamp: number, units: number): EventPacket | undefined {
  if (!state.current) begin(state, timestamp)
  const key = state.current
  if (!key) return undefined
  key.sent = Math.min(key.sent + units, key.units)
  const end = key.sent >= key.units, marker = key.first
  key.first = false
  if (end && ++key.ends === ends) {
    state.current = undefined
    state.notBefore = addTimestamp(timestamp, units + state.clockRate / 20)   // 50 ms of pause
  }
  return { marker, timestamp: key.timestamp, payload: printEvent({ event: key.event, end, volume: 10, duration: key.sent }) }
}

function begin(state: KeysSent, timestamp: number): void {
  if (state.notBefore !== undefined && timestampAhead(timestamp, state.notBefore) < 0) return
  const key = state.waiting.shift()
  if (key) state.current = { ...key, timestamp, sent: 0, ends: 0, first: true }
}
