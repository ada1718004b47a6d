/** A picture made from a site file, as the system makes it; and who dials in it. */
import assert from 'node:assert/strict'
import { buildSnapshot, type Snapshot } from '../../src/directory/snapshot.ts'
import type { Dialler } from '../../src/policy/dialling/resolve.ts'
import { apply, memoryStore, testKey } from '../directory/apply.ts'

/** `without`: objects that went astray afterwards, as `kind/key`. */
export async function pictureOf(text: string, without: readonly string[] = []): Promise<Snapshot> {
  const store = memoryStore()
  await apply(store, text)
  const { rev, objects } = store.load()
  return buildSnapshot(rev, objects.filter(({ kind, key }) => !without.includes(`${kind}/${key}`)), testKey)
}

type LineDialler = Extract<Dialler, { is: 'line' }>

/** The line with its first phone. */
export function lineOf(snapshot: Snapshot, number: string, more: Partial<LineDialler> = {}): LineDialler {
  const line = snapshot.lines.get(number)
  assert.ok(line, number)
  return { is: 'line', line, phone: snapshot.phonesOfLine(number)[0], ...more }
}

export function trunkOf(snapshot: Snapshot, name: string, use: Extract<Dialler, { is: 'trunk' }>['use'] = 'inbound', calling = '0441234567'): Dialler {
  const trunk = snapshot.trunks.get(name)
  assert.ok(trunk, name)
  return { is: 'trunk', trunk, use, calling }
}

/** A house with a carrier, another one, and another system of its own. */
export const house = `
system: { domain: example.test, listen: 127.0.0.1 }
users:
  - { userId: alice, extension: "1001", classOfService: Traveller }
  - { userId: bob, extension: "1002" }
  - { userId: boss, extension: "1900" }
phones:
  - { name: alice-desk, user: alice, callingSearchSpace: Phone, digest: { user: alice-desk, password: "correct horse 1" }, localRouteGroup: Backup }
  - { name: bob-desk, user: bob, callingSearchSpace: Phone, digest: { user: bob-desk, password: "correct horse 2" } }
lines:
  - { number: "1001", callingSearchSpace: Staff, externalNumberMask: "+4144555XXXX", forwardCallingSearchSpace: Forwards }
  - { number: "1900", partition: Board }
  - { number: "+41445550000" }
huntGroups: [{ number: "2000", members: ["1001", "1002"] }]
trunks:
  - { name: carrier, securityProfile: Plain, destinations: [{ address: 192.0.2.1 }] }
  - { name: second, securityProfile: Plain, destinations: [{ address: 192.0.2.2 }], callerNumber: "+41445559999", offNetTo: [carrier], callingSearchSpace: Staff, reroutingCallingSearchSpace: Phone }
  - { name: branch, securityProfile: Plain, destinations: [{ address: 192.0.2.3 }], offNet: false, callingSearchSpace: Staff }
sipTrunkSecurityProfiles: [{ name: Plain }]
partitions: [{ name: Board }, { name: National }, { name: International }, { name: Services }, { name: Night, schedule: Nights, zone: UTC }]
callingSearchSpaces:
  - { name: Staff, partitions: [Night, National, International, Services] }
  - { name: Phone, partitions: [National] }
  - { name: Forwards, partitions: [National, International] }
  - { name: Directors, partitions: [Board] }
routePatterns:
  - { pattern: "9.0[2-9]XXXXXXXX", partition: National, routeList: Out, discard: PreDot, calling: { useExternalMask: true } }
  - { pattern: "9.0900!", partition: National, trunk: carrier, discard: PreDot }
  - { pattern: "9.00!", partition: International, trunk: carrier, discard: PreDot }
  - { pattern: '\\+!', partition: International, trunk: carrier }
  - { pattern: "8.!", partition: National, trunk: branch, discard: PreDot }
  - { pattern: "112", trunk: carrier, emergency: true }
  - { pattern: "9.112", trunk: carrier, emergency: true, discard: PreDot }
  - { pattern: "9.0333XXXXX", partition: National, block: callRejected }
translationPatterns:
  - { pattern: "51XX", partition: Services, mask: "10XX" }
  - { pattern: "7777", partition: Services, mask: "900442079460000" }
  - { pattern: "1002", partition: Night, mask: "2000" }
routeLists: [{ name: Out, members: [{ group: Carriers }, { group: Standard Local Route Group, called: { discard: PreDot, mask: "+41XXXXXXXXX" } }] }]
routeGroups: [{ name: Carriers, algorithm: circular, trunks: [carrier, second] }, { name: Backup, trunks: [branch] }]
timePeriods: [{ name: night, start: "20:00", end: "06:00" }]
timeSchedules: [{ name: Nights, periods: [night] }]
tollControl: { internationalPrefixes: ["00"], homeCountry: "+41", zone: UTC }
classesOfService: [{ name: Traveller, international: true }]
`

/** Ten in the morning, and ten at night. */
export const day = Date.UTC(2026, 5, 1, 10), night = Date.UTC(2026, 5, 1, 22)
