/** Every kind there is, in the order of the site file; and the kinds that this version does not have yet. */
import type { Kind } from './changes.ts'
import type { Definition } from './define.ts'
import { huntGroup } from './hunt.ts'
import { line } from './line.ts'
import { parkLot } from './park.ts'
import { phone } from './phone.ts'
import { featureCodes, pickupGroup } from './pickup.ts'
import { service } from './service.ts'
import { system } from './system.ts'
import { user } from './user.ts'

export const kinds: { readonly [K in Kind]: Definition } = { system, service, featureCodes, user, phone, line, huntGroup, parkLot, pickupGroup }

export const definitions: readonly Definition[] = Object.values(kinds)

export const byCollection: ReadonlyMap<string, Definition> = new Map(definitions.map((d) => [d.collection, d]))

/** Lists that INTERFACE names and that later versions bring: empty is accepted, anything in them is refused (directory.notYet). */
export const notYet: ReadonlySet<string> = new Set(['sipTrunkSecurityProfiles', 'trunks', 'sipRealms', 'applicationUsers', 'partitions',
  'callingSearchSpaces', 'routePatterns', 'restrictionTables', 'classesOfService'])
