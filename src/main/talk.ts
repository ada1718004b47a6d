/** What the launcher and the processes that it started say to each other. Local, ours on both ends. */
import type { BoundPort } from '../admin/live.ts'
import type { Problem } from '../kit/result.ts'
import type { Account } from './account.ts'

export type Role = 'call' | 'desk'

export type FromChild =
  | { is: 'ready'; services: readonly BoundPort[] }
  | { is: 'failed'; problems: readonly Problem[] }
  /** At the end: what was acknowledged and is not on the disk. */
  | { is: 'unsaved'; problems: readonly Problem[] }
  | { is: 'pong' }
  /** Work whose length grows with the configuration: no answer to a ping is no sign of hanging until `idle`. */
  | { is: 'busy'; on: string }
  | { is: 'idle' }

/** `begin`: to a process that was begun ahead (ahead.ts), before anything else. */
export type ToChild = { is: 'ping' } | { is: 'stop' } | { is: 'begin'; settings: RoleSettings }

/** What a process is told at its start: as one argument, or in a message where it was begun ahead. */
export interface RoleSettings {
  readonly dataDir: string
  /** Of the first start alone: a process that is replaced finds it applied. */
  readonly site?: string | undefined
  readonly verify?: boolean | undefined
  /** Whom the process works as; itself if left out. */
  readonly account?: Account | undefined
}
