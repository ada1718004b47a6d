/**
 * One source that we hear: is it one, what was lost, how late the packets come. The words of its reception report.
 *
 * Standards  RFC 3550 6.4.1, A.1, A.3 and A.8
 * Security   fed by strangers; of a fixed size; a jump is believed only after two packets in sequence
 */
import { sequenceAhead } from './numbers.ts'

/** Packets in sequence before a source counts (RFC 3550 A.1). */
export const minSequential = 2
export const maxDropout = 3_000
export const maxMisorder = 100
const noSequence = 65_537

export interface Source {
  readonly ssrc: number
  /** Units of its timestamps a second. */
  readonly clockRate: number
  maxSequence: number
  /** How often the sequence went round, times 65,536. */
  cycles: number
  baseSequence: number
  badSequence: number
  /** Packets still wanted before the source is valid; 0: it is. */
  probation: number
  received: number
  expectedPrior: number
  receivedPrior: number
  transit: number | undefined
  /** Interarrival jitter in timestamp units times 16 (RFC 3550 A.8). */
  jitter16: number
  /** The middle 32 bits of the last sender report's NTP time, and when it came. */
  lastReport: number
  lastReportAt: number | undefined
}

/** RFC 3550 A.1: a source begins on probation; `trusted` where signalling or a good tag already vouches for it. */
export function newSource(ssrc: number, sequence: number, clockRate: number, trusted = false): Source {
  const source: Source = {
    ssrc, clockRate, maxSequence: 0, cycles: 0, baseSequence: 0, badSequence: 0, probation: 0, received: 0, expectedPrior: 0, receivedPrior: 0,
    transit: undefined, jitter16: 0, lastReport: 0, lastReportAt: undefined,
  }
  restart(source, sequence)
  source.maxSequence = (sequence - 1) & 0xffff
  if (sequence === 0) source.cycles = -65_536                         // its first packet ends the round before
  source.probation = trusted ? 0 : minSequential
  return source
}

function restart(source: Source, sequence: number): void {
  source.baseSequence = sequence
  source.maxSequence = sequence
  source.badSequence = noSequence
  source.cycles = source.received = source.receivedPrior = source.expectedPrior = 0
  source.transit = undefined
}

/** What a packet is to its source: to be played, too old or early to be believed, the first after a jump. */
export type Heard = 'valid' | 'unproven' | 'restarted'

/** RFC 3550 A.1. */
export function hear(source: Source, sequence: number): Heard {
  const ahead = (sequence - source.maxSequence) & 0xffff
  if (source.probation > 0) return prove(source, sequence)
  if (ahead < maxDropout) {
    if (sequence < source.maxSequence) source.cycles += 65_536
    source.maxSequence = sequence
  } else if (ahead <= 65_536 - maxMisorder) {
    if (sequence !== source.badSequence) {
      source.badSequence = (sequence + 1) & 0xffff
      return 'unproven'
    }
    restart(source, sequence)                                         // two in sequence: the other side began anew
    source.received++
    return 'restarted'
  }
  source.received++
  return 'valid'
}

function prove(source: Source, sequence: number): Heard {
  if (sequence !== ((source.maxSequence + 1) & 0xffff)) {
    source.probation = minSequential - 1
    source.maxSequence = sequence
    return 'unproven'
  }
  source.probation--
  source.maxSequence = sequence
  if (source.probation > 0) return 'unproven'
  restart(source, sequence)
  source.received++
  return 'valid'
}

/** RFC 3550 A.8: `arrival` in milliseconds on any steady clock. */
export function measureJitter(source: Source, timestamp: number, arrival: number): void {
  const transit = (Math.round(arrival * source.clockRate / 1_000) - timestamp) | 0
  if (source.transit !== undefined) {
    const change = Math.abs((transit - source.transit) | 0)
    source.jitter16 += change - ((source.jitter16 + 8) >> 4)
  }
  source.transit = transit
}

/** Packets that should have come, from the first to the highest. */
export function expected(source: Source): number {
  return source.probation > 0 ? 0 : source.cycles + source.maxSequence - source.baseSequence + 1
}

/** Never came; below zero where copies came too. */
export function lost(source: Source): number { return expected(source) - source.received }

export function jitterMillis(source: Source): number { return source.jitter16 / 16 / source.clockRate * 1_000 }

/** How far a packet is ahead of the highest one heard; below zero: it comes late. */
export function aheadOf(source: Source, sequence: number): number { return sequenceAhead(sequence, source.maxSequence) }
