/** Every kind there is, in the order of the site file. */
import type { Kind } from './changes.ts'
import type { Definition } from './define.ts'
import { huntGroup } from './hunt.ts'
import { line } from './line.ts'
import { parkLot } from './park.ts'
import { phone } from './phone.ts'
import { featureCodes, pickupGroup } from './pickup.ts'
import { service } from './service.ts'
import {
  callingSearchSpace, calledTransformation, callingTransformation, dialPlanTest, numberingPlan, partition, routeFilter, routeGroup, routeList, routePattern, timePeriod, timeSchedule, translationPattern,
} from './dialPlan.ts'
import { classOfService, restrictionTable, tollControl } from './restriction.ts'
import { system } from './system.ts'
import { applicationUser, sipRealm, trunk, trunkProfile } from './trunk.ts'
import { user } from './user.ts'

export const kinds: { readonly [K in Kind]: Definition } = {
  system, service, featureCodes, user, phone, line, huntGroup, parkLot, pickupGroup, trunkProfile, trunk, sipRealm, applicationUser,
  partition, callingSearchSpace, routePattern, translationPattern, calledTransformation, callingTransformation, routeList, routeGroup,
  timePeriod, timeSchedule, numberingPlan, routeFilter, dialPlanTest, restrictionTable, classOfService, tollControl,
}

export const definitions: readonly Definition[] = Object.values(kinds)

export const byCollection: ReadonlyMap<string, Definition> = new Map(definitions.map((d) => [d.collection, d]))
