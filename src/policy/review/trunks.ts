/** Trunk security profiles as they are given and beside each other. Standards R319–R372 */
import type { Snapshot } from '../../directory/snapshot.ts'
import type { Problem } from '../../kit/result.ts'
import { checkProfile, warnings } from '../trunk/check.ts'
import { problem } from '../trunk/problems.ts'
import { completeProfile, predefinedProfile } from '../trunk/profile.ts'
import { compileRules } from '../trunk/rules.ts'
import { checkSharing, mayChange, type OccupiedPort } from '../trunk/sharing.ts'
import { trunksOf } from '../trunk/trunksOf.ts'
import { about, type Report, type ReviewFinding } from './finding.ts'
import { waysOf } from './ways.ts'

export function reviewProfiles(snapshot: Snapshot): Report {
  const { system: { allowNullCipher }, sipRealms } = snapshot, used = new Set(snapshot.trunks.values().map(({ securityProfile }) => securityProfile))
  const credentials = { realms: sipRealms.size, applicationUsers: [...snapshot.applicationUsers.values()].map((user) => ({ ...user, hasDigest: user.digestUser !== undefined })) }
  const errors: ReviewFinding[] = [], found: ReviewFinding[] = []
  for (const profile of snapshot.trunkProfiles.values()) {
    const faults = checkProfile(profile, { allowNullCipher })
    errors.push(...faults.map((fault) => about('trunkProfile', profile.name, { ...fault, text: `${fault.text} Allowed: ${fault.allowed}.` }, fault.field)))
    const fixed = faults.length === 0 && profile.name === predefinedProfile.name ? mayChange(predefinedProfile, completeProfile(profile)) : undefined   // R303
    if (fixed) errors.push(about('trunkProfile', profile.name, fixed, 'deviceSecurityMode'))
    if (faults.length === 0 && used.has(profile.name)) found.push(...warnings(completeProfile(profile), credentials).map((problem) => about('trunkProfile', profile.name, problem)))
  }
  return { errors, warnings: found }
}

/** Rules of trunks, in use or not, each by itself. */
export function reviewRules(snapshot: Snapshot): Report {
  const errors = [...snapshot.trunks.values()].flatMap(({ name, rules }) => compileRules(rules).problems.map(({ rule, field, problem }) => about('trunk', name, problem, `rules[${rule}].${field}`)))
  return { errors, warnings: [] }
}

/** What trunks promise and cannot keep. */
export function reviewTrunks(snapshot: Snapshot): Report {
  const trunks = [...snapshot.trunks.values()].filter(({ enabled }) => enabled), { sipRealms, phones, dialLists } = snapshot
  const pinned = trunks.filter(({ pinnedCertificates, securityProfile }) => pinnedCertificates.length > 0 && snapshot.trunkProfiles.get(securityProfile)?.deviceSecurityMode === 'nonSecure')
  const silent = sipRealms.size > 0 ? [] : trunks.filter(({ registration }) => registration)
  const isStrict = phones.values().some(({ mediaSecurity }) => mediaSecurity === 'required'), takesSrtp = (name: string): boolean => { const trunk = snapshot.trunks.get(name); return trunk?.srtpAllowed === true || trunk?.srtpRequired === true }
  const mute = isStrict ? dialLists.routePattern.filter((row) => row.emergency && waysOf(snapshot, row).length > 0 && !waysOf(snapshot, row).some(takesSrtp)) : []
  return {
    errors: [], warnings: [
      ...pinned.map(({ name }) => about('trunk', name, problem('policy.trunk.pinNeedsTls'), 'pinnedCertificates')), ...silent.map(({ name }) => about('trunk', name, problem('policy.trunk.registrationRealm'), 'registration')),
      ...mute.map(({ pattern, partition }) => about('routePattern', partition === undefined ? pattern : `${pattern} ${partition}`, problem('policy.trunk.emergencySrtp'), 'emergency')),
    ],
  }
}

/** Ports, subjects and addresses of trunks in use; subjects of all profiles, whether a trunk uses them or not (R355). */
export function reviewSharing(snapshot: Snapshot, occupied: readonly OccupiedPort[]): Report {
  const { all } = trunksOf(snapshot), near = checkSharing(all, occupied)
  const everyProfile = [...snapshot.trunkProfiles.values()].map((profile) => ({ name: profile.name, profile: completeProfile(profile), destinations: [] }))
  const subjects = checkSharing(everyProfile).errors.filter(({ code }) => code === sameSubject)
  return { errors: [...near.errors.filter(({ code }) => code !== sameSubject), ...subjects].map(sharing), warnings: near.warnings.map(sharing) }
}

const sameSubject = 'policy.trunk.sameSubject'

/** Two trunks at one address are of the trunk, everything else of the profile. */
function sharing(problem: Problem): ReviewFinding {
  const { code, where = '' } = problem
  return code === 'policy.trunk.sharedDestination' ? about('trunk', where, problem, 'destinations') : about('trunkProfile', where, problem, code === sameSubject ? 'secureCertificateSubjects' : 'incomingPort')
}
