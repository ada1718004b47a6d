/** The parts of a running system, and its clock. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Exchange } from '../calls/exchange.ts'
import type { StoredObject } from '../directory/changes.ts'
import type { Edge } from '../edge/drive.ts'
import type { Guard } from '../edge/guard.ts'
import type { Log } from '../ops/log.ts'
import type { Reader } from '../store/reader.ts'
import type { Writer } from '../store/writer.ts'
import type { WriteBehind } from './behind.ts'
import type { Renewal } from './certificates.ts'
import type { Integrity } from './integrity.ts'
import type { Octets } from './engine.ts'
import type { Prepared } from './prepare.ts'
import type { Tail } from './tail.ts'

/** What the parts of a running system share. */
export interface Parts {
  readonly dataDir: string
  readonly log: Log
  readonly store: Reader
  readonly prepared: Prepared
  readonly exchange: Exchange
  readonly guard: Guard
  readonly edge: Edge
  readonly writer: Writer
  readonly behind: WriteBehind
  readonly renewal: Renewal
  readonly tail: Tail
  readonly octets: Octets
  readonly gauge: Gauge
  readonly integrity: Integrity
  /** The configuration in use. */
  configuration: { rev: number; objects: readonly StoredObject[] }
}

/** Epoch ms that never jump: the wall clock of the start, and a monotonic one since. */
export const monotonicNow = (): number => Math.floor(performance.timeOrigin + performance.now())

export type Gauge = ReturnType<typeof monitorEventLoopDelay>

export function newGauge(): Gauge {
  const gauge = monitorEventLoopDelay({ resolution: 20 })
  gauge.enable()
  return gauge
}
