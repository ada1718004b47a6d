/** What keeps the system from starting, beyond what the rooms say themselves. Codes are stable. */
import type { Problem } from '../kit/result.ts'

const table = {
  'main.keyDamaged': ['The key file does not hold a key', 'Restore it from a backup; without it stored passwords must be set anew.'],
  'main.keyLost': ['The key file is missing, and stored passwords were sealed with it', 'Restore it from a backup.'],
  'main.unwritable': ['The data directory cannot be written', 'Correct its owner and mode (0700).'],
  'main.siteUnreadable': ['The site file cannot be read', 'Correct the path or its permissions.'],
  'main.siteTooLarge': ['The site file is too large', 'A site file has 16 MiB at most.'],
  'main.roleNotThere': ['This role is not there yet in this version', 'Roles that are: call, desk.'],
  'main.roleUnknown': ['There is no such role', 'Roles: call, voicemail, presence, desk.'],
  'main.rolesNeedCall': ['The desk shows what the call role does: it does not run alone', 'Add call to --roles.'],
  'main.processes': ['--processes takes one or split', undefined],
  'main.processEnded': ['A process of the system ended', 'It is started again.'],
  'main.processHangs': ['A process of the system does not answer any more and is replaced', undefined],
} as const satisfies Record<string, readonly [string, string | undefined]>

export type MainCode = keyof typeof table

/** All codes, for documentation and for tests. */
export const mainCodes = Object.keys(table) as readonly MainCode[]

export function mainProblem(code: MainCode, where?: string, detail?: string): Problem {
  const [text, remedy] = table[code]
  return { code, text: `${text}${detail ? `: ${detail}` : ''}.`, where, remedy }
}
