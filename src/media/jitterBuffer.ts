/**
 * Packets come when they like and leave evenly, in order: the delay follows the jitter that was measured and the drift of the other side's clock.
 * What it holds is coded audio; who takes it decodes, or conceals what is lost. Time is virtual: a frame is taken when the driver says so.
 *
 * Standards  RFC 3550 6.4.1 (jitter); RFC 4733 leaves keys to telephoneEvent
 * Security   fed by strangers: holds at most 64 packets, of a size that the caller bounds; a jump starts it anew
 */
import type { Millis } from '../kit/machine.ts'
import { nextSequence, sequenceAhead } from '../wire/rtp/index.ts'
import { frameMillis } from './frame.ts'

/** Packets: more than a second of audio; a power of two, so that sequence numbers go round with it. */
export const capacity = 64
/** Milliseconds of delay aimed at. */
const leastDelay = 40, mostDelay = 300
/** Over which the least fill is watched before a frame is dropped. */
const watch: Millis = 1_000
/** Lost in a row, after which it waits for packets again: a pause, not a loss. */
const longestGap: Millis = 200

export interface JitterBuffer {
  /** Milliseconds of what a number stands for: a frame, or a piece of one. */
  readonly unit: Millis
  readonly slots: (Slot | undefined)[]
  /** The next sequence number to leave; undefined: waits for its fill. */
  next: number | undefined
  /** Highest sequence number that came. */
  highest: number
  held: number
  gap: number
  /** Lateness against the quickest packet, smoothed, in milliseconds; its extremes make the delay. */
  transit: number | undefined
  spread: number
  least: number
  watched: number
  readonly counts: { played: number, lost: number, late: number, copies: number, dropped: number, restarts: number }
}

interface Slot { readonly sequence: number, readonly payload: Uint8Array }

/** A frame to play: coded audio; lost: conceal; early: nothing to play yet. */
export type Taken = { readonly is: 'audio', readonly payload: Uint8Array } | { readonly is: 'lost' } | { readonly is: 'early' }

export function newJitterBuffer(unit: Millis = frameMillis): JitterBuffer {
  return {
    unit, slots: new Array<Slot | undefined>(capacity), next: undefined, highest: 0, held: 0, gap: 0, transit: undefined, spread: 0, least: Infinity, watched: 0,
    counts: { played: 0, lost: 0, late: 0, copies: 0, dropped: 0, restarts: 0 },
  }
}

/** Frames of delay that the jitter measured asks for. */
export function wantedDelay({ spread, unit }: JitterBuffer): number {
  return Math.ceil(Math.min(Math.max(leastDelay, spread + frameMillis), mostDelay) / unit)
}

/** A packet came, or a piece of one. `payload` is kept, not copied; `sent`: its timestamp in milliseconds. */
export function put(buffer: JitterBuffer, sequence: number, sent: Millis, now: Millis, payload: Uint8Array): void {
  measure(buffer, now - sent)
  if (buffer.held === 0 && buffer.next === undefined) buffer.highest = sequence
  const ahead = sequenceAhead(sequence, buffer.next ?? buffer.highest), there = buffer.slots[sequence % capacity]
  if (Math.abs(ahead) >= capacity || (there && there.sequence !== sequence)) begin(buffer, sequence, payload)
  else if (ahead < 0 && buffer.next !== undefined) buffer.counts.late++
  else if (there) buffer.counts.copies++
  else keep(buffer, sequence, payload)
}

function keep(buffer: JitterBuffer, sequence: number, payload: Uint8Array): void {
  buffer.slots[sequence % capacity] = { sequence, payload }
  buffer.held++
  if (sequenceAhead(sequence, buffer.highest) > 0) buffer.highest = sequence
}

/** The stream jumped: what was held is of the time before. */
function begin(buffer: JitterBuffer, sequence: number, payload: Uint8Array): void {
  buffer.slots.fill(undefined)
  buffer.held = 0
  buffer.next = undefined
  buffer.highest = sequence
  buffer.counts.restarts++
  keep(buffer, sequence, payload)
}

/** Follows the quickest packets slowly upwards (drift) and at once downwards; the spread falls by half in about 15 s. */
function measure(buffer: JitterBuffer, transit: number): void {
  if (buffer.transit === undefined || Math.abs(transit - buffer.transit) > 5_000) buffer.transit = transit
  buffer.transit = Math.min(transit, buffer.transit + 0.02)
  const late = transit - buffer.transit
  buffer.spread = late > buffer.spread ? Math.min(late, mostDelay) : buffer.spread * 0.999
}

/** Once a unit of our clock. */
export function take(buffer: JitterBuffer): Taken {
  if (buffer.next === undefined && !ready(buffer)) return { is: 'early' }
  catchUp(buffer)
  const slot = leaveSlot(buffer)
  if (slot) {
    buffer.gap = 0
    buffer.counts.played++
    return { is: 'audio', payload: slot.payload }
  }
  return missing(buffer)
}

/** Enough is there to begin: the oldest leaves first. */
function ready(buffer: JitterBuffer): boolean {
  const { highest, held } = buffer
  if (held === 0) return false
  let oldest = highest
  for (const slot of buffer.slots) if (slot && sequenceAhead(slot.sequence, oldest) < 0) oldest = slot.sequence
  if (sequenceAhead(highest, oldest) + 1 < wantedDelay(buffer)) return false
  buffer.next = oldest
  return true
}

function leaveSlot(buffer: JitterBuffer): Slot | undefined {
  const sequence = buffer.next!, slot = buffer.slots[sequence % capacity]
  buffer.next = nextSequence(sequence)
  if (slot?.sequence !== sequence) return undefined
  buffer.slots[sequence % capacity] = undefined
  buffer.held--
  return slot
}

/** Nothing is there at all: the delay grows by waiting, the sequence stands still. Something later is: this one is lost. */
function missing(buffer: JitterBuffer): Taken {
  buffer.counts.lost++
  if (buffer.held === 0) buffer.next = (buffer.next! - 1) & 0xffff
  if (++buffer.gap * buffer.unit < longestGap) return { is: 'lost' }
  buffer.gap = 0
  if (buffer.held === 0) buffer.next = undefined
  return { is: 'lost' }
}

/** The fill never fell to what the jitter asks for in a second: one is left out. So a quicker clock than ours is followed as well. */
function catchUp(buffer: JitterBuffer): void {
  const fill = sequenceAhead(buffer.highest, buffer.next!) + 1
  buffer.least = Math.min(buffer.least, fill)
  if (++buffer.watched * buffer.unit < watch && fill < capacity - 5) return
  if (buffer.least > wantedDelay(buffer) + 1 || fill >= capacity - 5) {
    leaveSlot(buffer)
    buffer.counts.dropped++
  }
  buffer.watched = 0
  buffer.least = Infinity
}
