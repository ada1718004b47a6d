/** What the listeners, connections and the driver share: one guard, one clock, one way to the engine. */
import type { EdgeInput, EdgeOutput, Flow } from '../kit/flow.ts'
import type { Millis, Wake } from '../kit/machine.ts'
import type { Problem } from '../kit/result.ts'
import type { Connection } from './connections.ts'
import type { Guard } from './guard.ts'
import type { Dial } from './dial.ts'
import type { TlsContexts } from './tls.ts'
import type { UdpListener } from './udp.ts'

/** The machine that main hands in: every protocol room behind one step. */
export interface Engine {
  step(now: Millis, input: EdgeInput | Wake): EdgeOutput[]
  readonly wakeAt: Millis | undefined
}

export type EdgeLog = (level: 'info' | 'warn' | 'error', problem: Problem) => void

export interface Door {
  readonly guard: Guard
  readonly now: () => Millis
  readonly log: EdgeLog
  tls: TlsContexts | undefined
  /** Whether somebody is expected there: asked where trunks alone come in, before anything is read. */
  readonly welcome: (flow: Flow) => boolean
  /** Gives one input to the engine and does what it says; an input that comes meanwhile waits its turn. */
  readonly feed: (input: EdgeInput) => void
  readonly connections: Map<number, Connection>
  /** Outgoing connections by hop, made or being made. */
  readonly dials: Map<string, Dial>
  /** The inbound ones by remote address, for hops that nobody can be dialled at. */
  readonly inbound: Map<string, Connection>
  udp: readonly UdpListener[]
  /** Unique in the process, above 0. */
  nextFlow: number
  /** Something needs looking at within a moment: connections and attempts have deadlines. */
  readonly watchful: () => void
}
