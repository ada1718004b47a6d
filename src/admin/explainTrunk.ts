/** Whose trunk a request would be, and whether it would be admitted. Standards R333–R370; the order of checks of sip-trunk 1.2 */
import type { Snapshot } from '../directory/snapshot.ts'
import type { Problem } from '../kit/result.ts'
import { admit, type AdmissionVerdict } from '../policy/trunk/admit.ts'
import { findTrunk, type Found, type RequestSource } from '../policy/trunk/find.ts'
import { incomingTransport } from '../policy/trunk/profile.ts'
import { type Trunks, trunksOf } from '../policy/trunk/trunksOf.ts'
import { type Asked, textOf, type Transport, type Verdict } from './asked.ts'
import type { Options } from './commands.ts'
import { liveTrunks } from './liveTrunks.ts'

type FoundTrunk = Extract<Found, { is: 'trunk' }>

/** Undefined where the request is no trunk's: then it is asked whether it is a phone's. */
export async function trunkVerdict(house: Asked, method: string, transport: Transport, options: Options): Promise<{ readonly verdict: Verdict; readonly problem?: Problem | undefined } | undefined> {
  const snapshot = house.snapshot()
  if (snapshot.trunks.size === 0 || transport === 'wss') return undefined
  const live = await liveTrunks(house), names = new Map([...live.values()].flatMap(({ destinations }) => destinations.map(({ address, resolved }) => [address, resolved])))
  const found = find(trunksOf(snapshot, (host) => names.get(host)), transport, options)
  if (!found || isPhones(snapshot, found, method, transport, options)) return undefined
  const { profile, name } = found.trunk, digest = credentials(snapshot, options)
  const verdict = admit({ profile, method, inDialog: options['in-dialog'] === true, hasReplaces: options.replaces === true, event: textOf(options, 'event'), ...digest })
  return said(found, `sipTrunkSecurityProfiles[${profile.name}]`, `It is the trunk ${name}, known by its ${found.by} ${found.name}`, verdict, digest.applicationUser?.userId)
}

/** At the port that is given; without one at the usual port first, then at each that a trunk listens on. */
function find({ all, index }: Trunks, transport: Exclude<Transport, 'wss'>, options: Options): FoundTrunk | undefined {
  const family = transport === 'tls' ? 'tls' : 'clear', ports = all.flatMap(({ profile }) => incomingTransport(profile) === family ? [profile.incomingPort] : [])
  const wanted = options['incoming-port'] === undefined ? new Set([transport === 'tls' ? 5061 : 5060, ...ports]) : [Number(options['incoming-port'])]
  const [subject = '', ...more] = textOf(options, 'subject')?.split(',').map((one) => one.trim()) ?? []
  const from: Omit<RequestSource, 'incomingPort'> = { source: String(options.source), sourcePort: Number(options.port ?? 0), transport, peer: subject === '' ? undefined : { subject, names: more, fingerprint: '' } }
  for (const incomingPort of wanted) {
    const found = findTrunk(index, { ...from, incomingPort })
    if (found.is === 'trunk') return found
  }
  return undefined
}

/** In the clear a phone may stand at the address of a trunk: it registers, or names itself; then its digest counts. */
function isPhones(snapshot: Snapshot, { trunk }: FoundTrunk, method: string, transport: Transport, options: Options): boolean {
  const user = textOf(options, 'user') ?? '', port = Number(options.port ?? 0)
  if (transport === 'tls') return false
  if (method === 'REGISTER' || snapshot.phoneBySource(String(options.source), port)) return true
  if (transport === 'udp' && trunk.destinations.some((one) => one.port === port)) return false
  return snapshot.numberOrUser(user).is === 'line' || snapshot.phoneByDigestUser(user) !== undefined || snapshot.phones.has(user)
}

function credentials(snapshot: Snapshot, options: Options) {
  const { applicationUsers } = snapshot, named = textOf(options, 'digest'), user = textOf(options, 'user')
  const byDigest = [...applicationUsers.values()].find(({ digestUser }) => digestUser !== undefined && digestUser === (named ?? user)), applicationUser = byDigest ?? (named === undefined ? applicationUsers.get(user ?? '') : undefined)
  return { digest: applicationUser ? 'user' as const : named === undefined ? 'none' as const : 'wrong' as const, applicationUser }
}

function said({ trunk: { name } }: FoundTrunk, profile: string, who: string, verdict: AdmissionVerdict, userId: string | undefined): { verdict: Verdict; problem?: Problem } {
  switch (verdict.is) {
    case 'allow': return { verdict: { verdict: 'allow', trunk: name, because: `${who}; ${verdict.rule === 'dialPlan' ? 'nothing is against it, and the dial plan says where it goes.' : 'it cannot be challenged.'}`, rule: verdict.rule === 'dialPlan' ? `trunks[${name}]` : verdict.rule } }
    case 'challenge': return { verdict: { verdict: 'challenge', status: 401, trunk: name, because: `${who}, and must prove it with the password of an application user.`, rule: `${profile}.digestAuthentication` },
      problem: { code: 'policy.trunk.challenge', text: 'It is answered 401.', remedy: 'Add --digest USER to see what happens with the right password of an application user.' } }
    case 'refuse': return { verdict: { verdict: 'refuse', status: verdict.status, trunk: name, because: `${who}. ${verdict.problem.text}`, rule: ruleOf(verdict.rule, profile, userId) }, problem: verdict.problem }
  }
}

/** The object and field that decide, as the site file names them. */
function ruleOf(rule: string, profile: string, userId: string | undefined): string {
  const [of, field] = rule.split('.')
  if (of === 'profile') return `${profile}.${field}`
  if (of === 'applicationUser') return field === undefined ? `${profile}.applicationLevelAuthorization` : `applicationUsers[${userId}].${field}`
  return rule === 'method' ? 'methods' : rule
}
