/**
 * Is a profile what it may be? Faults refuse it, warnings and hints go along with it.
 *
 * Standards  R319–R320, R330–R332, R334, R337–R340, R344–R346, R349, R353, R356, R361–R362, R365, R372
 * Security   fed by site files and REST: every value is looked at whatever its type says
 */
import type { Problem } from '../../kit/result.ts'
import { type GivenProfile, maxDescription, maxName, maxPort, maxSubjects, modes, nonceSeconds, type Permissions, permissions, type TransportFamily, type TrunkSecurityProfile } from './profile.ts'
import { problem, type TrunkCode } from './problems.ts'
import { nameOf, tokenise } from './subjects.ts'

export interface Fault extends Problem {
  readonly field: keyof SaidProfile
  /** What the field takes. */
  readonly allowed: string
}

export interface Platform {
  /** system.allowNullCipher (R334). */
  readonly allowNullCipher: boolean
}

/** incomingTransport may be said, and must then be what follows from the mode. */
export interface SaidProfile extends GivenProfile { readonly incomingTransport?: TransportFamily | undefined }

const switches = ['digestAuthentication', 'applicationLevelAuthorization', ...permissions, 'transmitSecurityStatus'] as const
const filters: readonly string[] = ['useDefault', 'none', 'removeMer', 'removePreMer']

/** Everything that is wrong with what was given. */
export function checkProfile(given: SaidProfile, platform: Platform): Fault[] {
  const { name, description = '', v150OutboundSdpOfferFiltering: filter = 'useDefault' } = given
  const faults = [...checkMode(given, platform), ...checkSubjects(given), ...checkNumbers(given), ...checkSwitches(given)]
  if (!isLine(name, 1, maxName)) faults.push(fault('policy.trunk.name', 'name', `1 to ${maxName} characters`))
  if (!isLine(description, 0, maxDescription) || /["%&\\<>]/.test(description)) {
    faults.push(fault('policy.trunk.description', 'description', `at most ${maxDescription} characters, none of " % & \\ < >`))
  }
  if (!filters.includes(filter)) faults.push(fault('policy.trunk.v150', 'v150OutboundSdpOfferFiltering', filters.join(', ')))
  return faults
}

function checkMode(given: SaidProfile, { allowNullCipher }: Platform): Fault[] {
  const { deviceSecurityMode: name = 'nonSecure' } = given
  if (!Object.hasOwn(modes, name)) return [fault('policy.trunk.mode', 'deviceSecurityMode', Object.keys(modes).join(', '))]
  const mode = modes[name], { outgoingTransport = mode.outgoing[0]!, incomingTransport = mode.incoming } = given, faults: Fault[] = []
  if (name === 'authenticated' && !allowNullCipher) faults.push(fault('policy.trunk.nullCipher', 'deviceSecurityMode', 'nonSecure, encrypted'))
  if (incomingTransport !== mode.incoming) faults.push(fault('policy.trunk.incomingTransport', 'incomingTransport', mode.incoming))
  if (!mode.outgoing.includes(outgoingTransport)) faults.push(fault('policy.trunk.outgoingTransport', 'outgoingTransport', mode.outgoing.join(', ')))
  return faults
}

/** The list stands where there are certificates (R349), within its length (R353), and every name in it can match one (RFC 5922 7.2). */
function checkSubjects({ deviceSecurityMode = 'nonSecure', secureCertificateSubjects: list = '' }: GivenProfile): Fault[] {
  const one = (code: TrunkCode, allowed: string, detail?: string): Fault[] => [fault(code, 'secureCertificateSubjects', allowed, detail)]
  if (typeof list !== 'string' || list.length > 2 * maxSubjects || characters(list) > maxSubjects) return one('policy.trunk.subjectsLength', `at most ${maxSubjects} characters`)
  const tokens = tokenise(list)
  if (deviceSecurityMode === 'nonSecure') return tokens.length > 0 ? one('policy.trunk.subjectsNeedTls', 'nothing in mode nonSecure') : []
  return tokens.filter((token) => nameOf(token) === undefined).slice(0, 8)
    .flatMap((token) => one('policy.trunk.subjectName', 'exact names without wildcard or control character', JSON.stringify(token.slice(0, 64))))
}

function checkNumbers({ nonceValidity = nonceSeconds.preset, incomingPort = 0 }: GivenProfile): Fault[] {
  const faults: Fault[] = [], { least, most } = nonceSeconds
  if (!isWhole(nonceValidity, least, most)) faults.push(fault('policy.trunk.nonceValidity', 'nonceValidity', `${least} to ${most} seconds`))
  if (!isWhole(incomingPort, 0, maxPort)) faults.push(fault('policy.trunk.incomingPort', 'incomingPort', `0 to ${maxPort}`))
  return faults
}

function checkSwitches(given: GivenProfile): Fault[] {
  const faults = switches.filter((name) => given[name] !== undefined && typeof given[name] !== 'boolean').map((name) => fault('policy.trunk.switch', name, 'true, false'))
  if (given.applicationLevelAuthorization === true && given.digestAuthentication !== true) {
    faults.push(fault('policy.trunk.authorizationNeedsDigest', 'applicationLevelAuthorization', 'false without digestAuthentication'))
  }
  return faults
}

function fault(code: TrunkCode, field: keyof SaidProfile, allowed: string, detail?: string): Fault {
  return { ...problem(code, field, detail), field, allowed }
}

function isWhole(value: unknown, least: number, most: number): boolean { return Number.isInteger(value) && (value as number) >= least && (value as number) <= most }

/** One line of well-formed text, counted in characters of any language (R331). */
function isLine(text: unknown, least: number, most: number): boolean {
  if (typeof text !== 'string' || text.length > 2 * most || !text.isWellFormed() || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) return false
  const length = characters(text)
  return length >= least && length <= most && (least === 0 || text.trim() !== '')
}

function characters(text: string): number { return Array.from(text).length }

/** Who could answer a challenge, ours and theirs. */
export interface Credentials {
  /** Rows of sipRealms. */
  readonly realms: number
  readonly applicationUsers: readonly (Permissions & { readonly userId: string; readonly hasDigest: boolean })[]
}

/** Saved all the same: what is missing beside the profile (R319, R320, R349). */
export function warnings(profile: TrunkSecurityProfile, { realms, applicationUsers }: Credentials): Problem[] {
  const found: TrunkCode[] = [], users = applicationUsers.filter(({ hasDigest }) => hasDigest)
  if (profile.digestAuthentication && realms === 0) found.push('policy.trunk.noRealm')
  if (profile.digestAuthentication && users.length === 0) found.push('policy.trunk.noApplicationUser')
  if (profile.applicationLevelAuthorization && !users.some((user) => permissions.some((name) => user[name]))) found.push('policy.trunk.noPermission')
  if (modes[profile.deviceSecurityMode].incoming === 'tls' && profile.incomingPort !== 0 && tokenise(profile.secureCertificateSubjects).length === 0) found.push('policy.trunk.noSubject')
  return found.map((code) => problem(code, profile.name))
}

/** What a form says beside the fields of this profile (R344, R345, R365). */
export function hints(profile: TrunkSecurityProfile): string[] {
  const said: string[] = []
  if (profile.deviceSecurityMode === 'nonSecure' && !profile.digestAuthentication) said.push('Without TLS the source address is all that identifies this trunk, and it can be forged: use digest authentication on TCP and UDP trunks.')
  if (profile.digestAuthentication) said.push('Digest authentication proves a password. It gives no device authentication, integrity or confidentiality: TLS does.')
  if (profile.digestAuthentication && !profile.applicationLevelAuthorization) said.push('Use application level authorization where you do not trust who the application says it is, or where its requests may come over another trunk.')
  return said
}
