/**
 * May this request of a known trunk pass? Digest first, then what the trunk may, then what the application user may; the dial plan comes after.
 *
 * Standards  RFC 3261 22.1; R343, R361–R370; the order of checks of sip-trunk 1.2
 * Security   default refuse; 401 before 403, so that a stranger without credentials learns nothing of the switches
 */
import type { Problem } from '../../kit/result.ts'
import type { Permission, Permissions, TrunkSecurityProfile } from './profile.ts'
import { problem, type TrunkCode } from './problems.ts'

export interface AdmissionFacts {
  readonly profile: Pick<TrunkSecurityProfile, 'name' | 'digestAuthentication' | 'applicationLevelAuthorization' | Permission>
  readonly method: string
  readonly inDialog: boolean
  /** It has a Replaces header (RFC 3891). */
  readonly hasReplaces: boolean
  /** Event package of a SUBSCRIBE, as it was spelled; undefined where none is named. */
  readonly event?: string | undefined
  /** What its credentials came to; `user`: they are good. A malformed header counts as wrong. */
  readonly digest: 'none' | 'wrong' | 'stale' | 'user'
  /** The application user whose digest it is; undefined where it is nobody's of them. */
  readonly applicationUser?: (Permissions & { readonly userId: string }) | undefined
}

/** What decided: the RFC's exception, the digest, the table of methods, a switch of the profile, a box of the application user, or nothing against it. */
export type AdmissionRule = 'rfc3261.22.1' | 'digest' | 'method' | `profile.${Permission}` | 'applicationUser' | `applicationUser.${Permission}` | 'dialPlan'

export type AdmissionVerdict =
  | { readonly is: 'allow'; readonly rule: AdmissionRule }
  /** 401: as a user agent server, never 407. `failed`: the credentials were wrong, which counts against their source (A14). */
  | { readonly is: 'challenge'; readonly status: 401; readonly stale: boolean; readonly failed: boolean; readonly rule: 'digest' }
  | { readonly is: 'refuse'; readonly status: 403; readonly rule: AdmissionRule; readonly problem: Problem }

type Need = (facts: AdmissionFacts) => Permission | undefined
const nothing: Need = () => undefined
const outside = (permission: Permission): Need => ({ inDialog }) => inDialog ? undefined : permission

/** Packages outside a dialog that tell nothing of people: keys of one call, lamps of a mailbox, a conference, a transfer. All others tell what presence tells. */
const packages: ReadonlySet<string> = new Set(['kpml', 'message-summary', 'conference', 'refer'])

/** What a method needs more than a known trunk. A method that is not here is refused (A11): REGISTER and PUBLISH are a phone's. */
const methods: ReadonlyMap<string, Need> = new Map([
  ['INVITE', nothing], ['BYE', nothing], ['OPTIONS', nothing], ['PRACK', nothing], ['UPDATE', nothing], ['INFO', nothing], ['MESSAGE', nothing],
  ['SUBSCRIBE', ({ inDialog, event }) => inDialog || packages.has(event?.toLowerCase() ?? '') ? undefined : 'acceptPresenceSubscription'],
  ['REFER', outside('acceptOutOfDialogRefer')],
  ['NOTIFY', outside('acceptUnsolicitedNotification')],
])

export function admit(facts: AdmissionFacts): AdmissionVerdict {
  const { profile, method, digest } = facts
  if (method === 'ACK' || method === 'CANCEL') return { is: 'allow', rule: 'rfc3261.22.1' }          // 22.1: neither can be challenged
  const isAuthenticated = digest === 'user'
  // An authorization without digest is no valid profile; should it come here, it must not mean that everybody is somebody
  if ((profile.digestAuthentication || profile.applicationLevelAuthorization) && !isAuthenticated) {
    return { is: 'challenge', status: 401, stale: digest === 'stale', failed: digest === 'wrong', rule: 'digest' }
  }
  const need = methods.get(method)
  if (!need) return refuse('policy.trunk.method', 'method', profile.name)
  const needs = needed(need(facts), facts.hasReplaces)
  return byTrunk(facts, needs) ?? byUser(facts, needs) ?? { is: 'allow', rule: 'dialPlan' }
}

/** A dialog that replaces another needs its own permission, whatever the method (R370). */
function needed(first: Permission | undefined, hasReplaces: boolean): readonly Permission[] {
  if (!hasReplaces) return first ? [first] : none
  return first ? [first, 'acceptReplacesHeader'] : ['acceptReplacesHeader']
}
const none: readonly Permission[] = []

/** R364: the trunk is asked first, and its no is final. */
function byTrunk({ profile }: AdmissionFacts, needs: readonly Permission[]): AdmissionVerdict | undefined {
  const missing = needs.find((permission) => !profile[permission])
  return missing && refuse(`policy.trunk.${missing}`, `profile.${missing}`, profile.name)
}

function byUser({ profile, applicationUser: user }: AdmissionFacts, needs: readonly Permission[]): AdmissionVerdict | undefined {
  if (!profile.applicationLevelAuthorization || needs.length === 0) return undefined
  if (!user) return refuse('policy.trunk.applicationUser', 'applicationUser', profile.name)
  const missing = needs.find((permission) => !user[permission])
  return missing && refuse('policy.trunk.userPermission', `applicationUser.${missing}`, user.userId, missing)
}

function refuse(code: TrunkCode, rule: AdmissionRule, where: string, detail?: string): AdmissionVerdict {
  return { is: 'refuse', status: 403, rule, problem: problem(code, where, detail) }
}
