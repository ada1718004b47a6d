/** The trunks of a picture with their profiles completed, and the index by which a request finds its own. Standards R300, R308, R355–R357 */
import type { TrunkPicture } from '../../directory/picture.ts'
import type { Snapshot } from '../../directory/snapshot.ts'
import { indexTrunks, type Trunk, type TrunkIndex } from './find.ts'
import { completeProfile, incomingTransport, modes, type OutgoingTransport, predefinedProfile, type TrunkSecurityProfile } from './profile.ts'

/** A trunk as calls use it. */
export interface ReadyTrunk extends Trunk { readonly picture: TrunkPicture }

export interface Trunks {
  readonly all: readonly ReadyTrunk[]
  readonly byName: ReadonlyMap<string, ReadyTrunk>
  readonly index: TrunkIndex
}

/** Addresses that the names of destinations stand for just now. */
export type Resolved = (host: string) => readonly string[] | undefined

/** Disabled trunks are left out: nobody is one of them, and nothing goes there. */
export function trunksOf(snapshot: Snapshot, resolved: Resolved = () => undefined): Trunks {
  const profiles = new Map([...snapshot.trunkProfiles.values()].map((one) => [one.name, completeProfile(one)]))
  const all = [...snapshot.trunks.values()].filter(({ enabled }) => enabled).map((picture): ReadyTrunk => {
    const profile = profiles.get(picture.securityProfile) ?? predefinedProfile
    return { name: picture.name, profile, picture, destinations: picture.destinations.map(({ address, port }) => ({ address, port: port ?? portOf(profile), resolved: resolved(address) })) }
  })
  return { all, byName: new Map(all.map((one) => [one.name, one])), index: indexTrunks(all) }
}

/** The port of a destination that names none: of its transport (RFC 3261 19.1.2). */
function portOf({ outgoingTransport }: TrunkSecurityProfile): number { return outgoingTransport === 'tls' ? 5061 : 5060 }

/** What goes to the trunk: TLS for all but nonSecure (R340). */
export function transportOf(profile: TrunkSecurityProfile): OutgoingTransport {
  return incomingTransport(profile) === 'tls' ? 'tls' : modes[profile.deviceSecurityMode].outgoing.includes(profile.outgoingTransport) ? profile.outgoingTransport : 'tcp'
}
