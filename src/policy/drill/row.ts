/** What became of one attack in one way. */
export interface DrillRow {
  readonly attack: string
  /** How it was tried, and as whom. */
  readonly way: string
  readonly as: string
  /** As it was dialled: the first of them that went furthest. */
  readonly dialled: string
  /** How many numbers were dialled. */
  readonly tried: number
  /**
   * stopped: toll control or a table; unreachable: the dial plan has no way; open: the site says that this one may;
   * through: it would leave the house and cost money.
   */
  readonly outcome: 'stopped' | 'unreachable' | 'open' | 'through'
  /** In words, and the row that decides. */
  readonly by: string
  readonly object?: string | undefined
  readonly field?: string | undefined
  readonly trunk?: string | undefined
}

export type Outcome = DrillRow['outcome']

/** Ascending: the worst stands for several. */
export const outcomes: readonly Outcome[] = ['unreachable', 'stopped', 'open', 'through']

/** What happened at one number. */
export type Seen = Pick<DrillRow, 'outcome' | 'by' | 'object' | 'field' | 'trunk'>

export function worse(one: Outcome, other: Outcome): boolean { return outcomes.indexOf(one) > outcomes.indexOf(other) }
