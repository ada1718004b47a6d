/** Profiles, trunks and requests that the tests of this folder share. */
import type { PeerCertificate } from '../../../src/kit/flow.ts'
import type { RequestSource, Trunk } from '../../../src/policy/trunk/find.ts'
import { completeProfile, type GivenProfile, type Permissions } from '../../../src/policy/trunk/profile.ts'

export const everything: Permissions = { acceptPresenceSubscription: true, acceptOutOfDialogRefer: true, acceptUnsolicitedNotification: true, acceptReplacesHeader: true }
export const nothing: Permissions = { acceptPresenceSubscription: false, acceptOutOfDialogRefer: false, acceptUnsolicitedNotification: false, acceptReplacesHeader: false }

export function trunk(name: string, given: Omit<GivenProfile, 'name'> & { name?: string }, ...addresses: string[]): Trunk {
  const destinations = (addresses.length > 0 ? addresses : ['192.0.2.10']).map((address) => ({ address, port: 5060 }))
  return { name, profile: completeProfile({ name: `${name} profile`, ...given }), destinations }
}

export function certificate(subject: string, ...names: string[]): PeerCertificate { return { subject, names, fingerprint: '00' } }

export function from(given: Partial<RequestSource>): RequestSource {
  return { source: '192.0.2.10', sourcePort: 5060, transport: 'udp', incomingPort: 5060, ...given }
}
