/** The dial plan as it compiles, and route patterns that lead nowhere or in several directions. Standards dial plan 11.1–11.4 */
import type { Snapshot } from '../../directory/snapshot.ts'
import { planOf } from '../dialling/planOf.ts'
import { problem } from '../dialling/problems.ts'
import { isZone } from '../dialling/schedule.ts'
import { about, placed, type Report } from './finding.ts'

export function reviewPatterns(snapshot: Snapshot): Report {
  const { dialLists, phones, tollControl: { zone } } = snapshot, zoneProblem = (name: string) => problem('dialling.zone', undefined, name)
  const directions = dialLists.routePattern.filter(({ trunk, routeList, block }) => [trunk, routeList, block].filter((one) => one !== undefined).length !== 1)
  const zones = [...phones.values()].filter((phone) => phone.zone !== undefined && !isZone(phone.zone))
  return {
    errors: [
      ...planOf(snapshot).problems.map(placed),
      ...directions.map(({ pattern, partition }) => about('routePattern', partition === undefined ? pattern : `${pattern} ${partition}`, problem('dialling.destination'), 'trunk')),
      ...zones.map((phone) => about('phone', phone.name, zoneProblem(phone.zone!), 'zone')), ...(isZone(zone) ? [] : [about('tollControl', '', zoneProblem(zone), 'zone')]),
    ],
    warnings: [],
  }
}
