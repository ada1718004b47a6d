/**
 * A SIP trunk security profile: its fields, what follows from its mode, its defaults.
 *
 * Standards  R300–R304, R330–R342, R346, R356–R357, R361, R366–R372
 */
export type TrunkSecurityMode = 'nonSecure' | 'authenticated' | 'encrypted'
export type OutgoingTransport = 'tcp' | 'udp' | 'tls'
/** What a listener speaks: clear is TCP and UDP together. */
export type TransportFamily = 'clear' | 'tls'
export type V150Filter = 'none' | 'removeMer' | 'removePreMer'
export type V150Choice = 'useDefault' | V150Filter

/** What a request needs more than a known trunk (R366–R370); an application user has the same four. */
export interface Permissions {
  readonly acceptPresenceSubscription: boolean
  readonly acceptOutOfDialogRefer: boolean
  readonly acceptUnsolicitedNotification: boolean
  readonly acceptReplacesHeader: boolean
}
export type Permission = keyof Permissions
export const permissions: readonly Permission[] = ['acceptPresenceSubscription', 'acceptOutOfDialogRefer', 'acceptUnsolicitedNotification', 'acceptReplacesHeader']

export interface TrunkSecurityProfile extends Permissions {
  readonly name: string
  readonly description: string
  readonly deviceSecurityMode: TrunkSecurityMode
  readonly outgoingTransport: OutgoingTransport
  readonly digestAuthentication: boolean
  /** Seconds. */
  readonly nonceValidity: number
  /** Names separated by space, comma, semicolon or colon. */
  readonly secureCertificateSubjects: string
  /** 0: nothing comes in. */
  readonly incomingPort: number
  readonly applicationLevelAuthorization: boolean
  readonly transmitSecurityStatus: boolean
  readonly v150OutboundSdpOfferFiltering: V150Choice
}

/** What an administrator gives: the name and whatever differs. */
export interface GivenProfile extends Partial<TrunkSecurityProfile> { readonly name: string }

interface Mode {
  readonly incoming: TransportFamily
  /** The first is the default. */
  readonly outgoing: readonly OutgoingTransport[]
  readonly port: number
  /** Suites of the seed; `only`: no other is spoken, else they stand beside the modern ones. */
  readonly suites: readonly string[]
  readonly only: boolean
}

/** What follows from the mode: R333–R336, R338, R340, R342, R357. */
export const modes: Readonly<Record<TrunkSecurityMode, Mode>> = {
  nonSecure: { incoming: 'clear', outgoing: ['tcp', 'udp'], port: 5060, suites: [], only: false },
  authenticated: { incoming: 'tls', outgoing: ['tls'], port: 5061, suites: ['NULL-SHA'], only: true },
  encrypted: { incoming: 'tls', outgoing: ['tls'], port: 5061, suites: ['AES128-SHA'], only: false },
}

export function incomingTransport(profile: Pick<TrunkSecurityProfile, 'deviceSecurityMode'>): TransportFamily { return modes[profile.deviceSecurityMode].incoming }

export const nonceSeconds = { least: 10, most: 86_400, preset: 600 } as const
export const maxName = 64
export const maxDescription = 50
export const maxSubjects = 4_096
export const maxPort = 65_535

/** The profile with its defaults. Give what was checked: a mode that does not exist has none. */
export function completeProfile(given: GivenProfile): TrunkSecurityProfile {
  const mode = modes[given.deviceSecurityMode ?? 'nonSecure']
  return {
    description: '', deviceSecurityMode: 'nonSecure', outgoingTransport: mode.outgoing[0]!, digestAuthentication: false, nonceValidity: nonceSeconds.preset,
    secureCertificateSubjects: '', incomingPort: mode.port, applicationLevelAuthorization: false,
    acceptPresenceSubscription: false, acceptOutOfDialogRefer: false, acceptUnsolicitedNotification: false, acceptReplacesHeader: false,
    transmitSecurityStatus: false, v150OutboundSdpOfferFiltering: 'useDefault', ...given,
  }
}

/** There from the start, for trunks without any security (R302, R304). */
export const predefinedProfile: TrunkSecurityProfile = completeProfile({ name: 'Non Secure SIP Trunk Profile', description: 'No TLS, no digest: known by address alone' })
