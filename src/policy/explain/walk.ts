/** A walk through an explanation: what is asked of the moment, the steps so far, what it comes to. */
import type { Step } from '../../directory/explain.ts'
import type { Snapshot } from '../../directory/snapshot.ts'
import type { Dialler } from '../dialling/dialler.ts'
import type { Offer } from '../dialling/routes.ts'

export interface Moment {
  readonly now: number
  /** Has the line a contact that can be reached now? */
  readonly reachable: (line: string) => boolean
  /** Calls that it is in. */
  readonly calls: (line: string) => number
  /** Why a trunk cannot be used now; undefined where it can. */
  readonly down: (trunk: string) => string | undefined
}

export interface Explanation {
  readonly outcome: 'rings' | 'feature' | 'trunk' | 'refused'
  /** Lines that would ring, in the order in which they would. */
  readonly rings: readonly string[]
  /** Trunks that would be tried, in order, with the numbers that each gets. */
  readonly trunks: readonly Offer[]
  readonly status?: number | undefined
  /** Why the dial plan or toll control refuses it: `noMatch`, `international` … */
  readonly cause?: string | undefined
  readonly steps: readonly Step[]
}

/** A walk that is under way. */
export interface Walk {
  readonly snapshot: Snapshot
  readonly moment: Moment
  readonly steps: Step[]
  readonly visited: string[]
  /** Goes on to another number, in somebody's name. */
  readonly reach: (who: Dialler, to: string) => Explanation
}

export function say({ steps }: Walk, text: string, object?: string, field?: string, value?: Step['value']): void { steps.push({ text, object, field, value }) }

export function refused({ steps }: Walk, status: number, cause?: string): Explanation { return { outcome: 'refused', rings: [], trunks: [], status, cause, steps } }
