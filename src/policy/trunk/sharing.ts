/**
 * Profiles beside each other: who shares a port, a subject, an address; what may be deleted, copied, changed.
 *
 * Standards  R303, R307, R318, R330, R355, R359–R360
 */
import type { Problem } from '../../kit/result.ts'
import { addressesOf, type Trunk } from './find.ts'
import { incomingTransport, predefinedProfile, type TransportFamily, type TrunkSecurityProfile } from './profile.ts'
import { problem } from './problems.ts'
import { subjectsOf } from './subjects.ts'

/** A row of the port table: TLS and clear signalling may be shared with trunks, anything else may not. */
export interface OccupiedPort { readonly name: string; readonly port: number; readonly family: TransportFamily | 'other' }

/** Everything that trunks in use get in each other's way with; a warning where it depends on how the other side sends. */
export function checkSharing(trunks: readonly Trunk[], occupied: readonly OccupiedPort[] = []): { errors: Problem[]; warnings: Problem[] } {
  const profiles = [...new Set(trunks.map(({ profile }) => profile))], near = checkDestinations(trunks)
  return { errors: [...checkNames(profiles), ...checkSubjectsApart(profiles), ...checkPorts(profiles, occupied), ...near.errors], warnings: near.warnings }
}

/** Every profile has a name of its own (R330). */
export function checkNames(profiles: readonly TrunkSecurityProfile[]): Problem[] {
  const seen = new Set<string>()
  return profiles.filter(({ name }) => seen.size === seen.add(name).size).map(({ name }) => problem('policy.trunk.sameName', name))
}

/** A subject and an incoming port belong to one profile (R355). */
function checkSubjectsApart(profiles: readonly TrunkSecurityProfile[]): Problem[] {
  const owners = new Map<string, string>(), found: Problem[] = []
  for (const { name, incomingPort, secureCertificateSubjects, ...rest } of profiles) {
    if (incomingPort === 0 || incomingTransport(rest) !== 'tls') continue
    for (const subject of subjectsOf(secureCertificateSubjects)) {
      const key = `${incomingPort} ${subject}`, owner = owners.get(key)
      if (owner === undefined) owners.set(key, name)
      else found.push(problem('policy.trunk.sameSubject', name, `${subject} on port ${incomingPort} is of ${owner}`))
    }
  }
  return found
}

/** All TLS trunks may share a port and all clear ones may; never both (R359, R360). */
function checkPorts(profiles: readonly TrunkSecurityProfile[], occupied: readonly OccupiedPort[]): Problem[] {
  const owners = new Map(occupied.filter(({ port }) => port !== 0).map((row) => [row.port, row])), found: Problem[] = []
  for (const profile of profiles) {
    const { name, incomingPort: port } = profile, family = incomingTransport(profile), owner = owners.get(port)
    if (port === 0) continue
    if (!owner) owners.set(port, { name, port, family })
    else if (owner.family === 'other') found.push(problem('policy.trunk.portTaken', name, `${port} is of ${owner.name}`))
    else if (owner.family !== family) found.push(problem('policy.trunk.mixedPort', name, `${port} is ${owner.family} for ${owner.name}`))
  }
  return found
}

/**
 * Two trunks to one address need two incoming ports, or nobody could say whose request it is (sip-trunk 1.1).
 * Where only the other side's ports differ, what it sends from them is told apart and nothing else: a warning.
 */
function checkDestinations(trunks: readonly Trunk[]): { errors: Problem[]; warnings: Problem[] } {
  const owners = new Map<string, Trunk>(), errors: Problem[] = [], warnings: Problem[] = []
  const own = (key: string, trunk: Trunk, found: Problem[]): void => {
    const owner = owners.get(key)
    if (!owner) owners.set(key, trunk)
    else if (owner !== trunk) found.push(problem('policy.trunk.sharedDestination', trunk.name, `${key} is of ${owner.name} too`))
  }
  for (const trunk of trunks) {
    const { name, incomingPort } = trunk.profile, group = incomingTransport(trunk.profile) === 'tls' ? `${name}, ` : ''   // other TLS profiles have other names
    if (incomingPort === 0) continue
    for (const address of addressesOf(trunk)) own(`${group}port ${incomingPort}, ${address}`, trunk, warnings)
    for (const { address, port } of trunk.destinations) own(`${group}port ${incomingPort}, ${address.toLowerCase()} port ${port}`, trunk, errors)
  }
  return { errors, warnings }
}

/** A profile with the values of another one (R318). */
export function copyProfile(profile: TrunkSecurityProfile, name: string): TrunkSecurityProfile { return { ...profile, name } }

/** May the one become the other? The predefined one keeps its name and its mode (R302, R303). */
export function mayChange(before: TrunkSecurityProfile, after: TrunkSecurityProfile): Problem | undefined {
  if (before.name !== predefinedProfile.name) return undefined
  if (after.name !== before.name) return problem('policy.trunk.predefined', before.name)
  return after.deviceSecurityMode === before.deviceSecurityMode ? undefined : problem('policy.trunk.predefinedMode', before.name)
}

/** Names that are said of those who still use it. */
const namedUsers = 10

/** May it be deleted? Not while trunks use it, and they are named (R307). */
export function mayDelete({ name }: TrunkSecurityProfile, trunks: readonly Trunk[]): Problem | undefined {
  if (name === predefinedProfile.name) return problem('policy.trunk.predefined', name)
  const users = trunks.filter(({ profile }) => profile.name === name).map((trunk) => trunk.name)
  if (users.length === 0) return undefined
  const more = users.length > namedUsers ? ` and ${users.length - namedUsers} more` : ''
  return problem('policy.trunk.inUse', name, `${users.slice(0, namedUsers).join(', ')}${more}`)
}
