/** Pickup groups, and the keys that start a feature. Standards dial plan 11.7 (own group, group by number, associated groups, directed). */
import { define, type Defined, dialled, listOf, optional, text } from './define.ts'

export const pickupGroup = define({ kind: 'pickupGroup', collection: 'pickupGroups', label: 'Pickup group', about: 'Lines that may answer each other\'s calls.' }, {
  number: dialled('Number', 'Dialled by a line of this group, or of one that has it among its associated groups: answers a call that rings in this group. Anybody else gets 403.'),
  name: optional(text({ label: 'Name', about: 'Name of the group.', max: 64, named: 'line' })),
  associated: listOf('Associated groups', 'Numbers of groups that are looked at when nothing rings in the own one, in order.', dialled('Group', 'Number of a pickup group.', ['pickupGroup']), 32),
})

export type PickupGroup = Defined<typeof pickupGroup>

const code = (label: string, about: string, preset: string) => text({ label, about, max: 8, named: 'code', preset })

export const featureCodes = define({ kind: 'featureCodes', collection: 'featureCodes', shape: 'one', label: 'Feature codes', about: 'Keys that start a feature; `off` takes one away.' }, {
  pickup: code('Group pickup', 'Dialled alone: answers what rings in the own pickup group, then in its associated groups.', '*8'),
  directedPickup: code('Directed pickup', 'Followed by a number: answers what rings there. **1001', '**'),
  park: code('Park', 'A call transferred there waits on the first free slot.', '*5'),
  parkRetrieve: code('Park retrieve', 'Followed by a slot: takes the call that waits there; the slot dialled alone does the same. *67001', '*6'),
})

export type FeatureCodes = Defined<typeof featureCodes>
