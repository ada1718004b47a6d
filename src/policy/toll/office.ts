/** Is the house open? By the schedule tollControl.officeHours, in the zone of the house; always where none is named. Standards dial plan 11.4 */
import type { Snapshot } from '../../directory/snapshot.ts'
import { planOf } from '../dialling/planOf.ts'

export function isOfficeOpen(snapshot: Snapshot, now: number): boolean {
  const { officeHours, zone } = snapshot.tollControl
  return officeHours === undefined || planOf(snapshot).plan.isOpen(officeHours, now, zone)
}
