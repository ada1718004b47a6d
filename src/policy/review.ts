/**
 * What no single object of the configuration knows: looked at before a change is taken, and at the start.
 * Errors refuse the change, warnings go along with it. Findings name objects as the site file does.
 *
 * Standards  R129, R130, R319–R376; dial plan 11.10; issue of the dial plan (tests that a site ships)
 */
import type { Snapshot } from '../directory/snapshot.ts'
import { reviewPatterns } from './review/patterns.ts'
import { reviewPromises } from './review/promises.ts'
import { reviewForwards, reviewTables } from './review/tables.ts'
import { reviewProfiles, reviewRules, reviewSharing, reviewTrunks } from './review/trunks.ts'
import { reviewWays } from './review/ways.ts'
import type { Report } from './review/finding.ts'
import type { OccupiedPort } from './trunk/sharing.ts'

export type { ReviewFinding, Report } from './review/finding.ts'

export interface ReviewOptions {
  /** The moment at which the dial plan is tried where a test names none. */
  readonly now: number
  /** Rows of the port table that are open. */
  readonly portRows?: readonly OccupiedPort[] | undefined
}

export function review(snapshot: Snapshot, { now, portRows = [] }: ReviewOptions): Report {
  const reports = [
    reviewProfiles(snapshot), reviewSharing(snapshot, portRows), reviewRules(snapshot), reviewTrunks(snapshot), reviewPatterns(snapshot), reviewTables(snapshot), reviewForwards(snapshot, now), reviewWays(snapshot), reviewPromises(snapshot, now),
  ]
  return { errors: reports.flatMap(({ errors }) => errors), warnings: reports.flatMap(({ warnings }) => warnings) }
}
