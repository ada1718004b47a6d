/** What keeps the system from starting, beyond what the rooms say themselves. Codes are stable. */
import type { Problem } from '../kit/result.ts'

const table = {
  'main.keyDamaged': ['The key file does not hold a key', 'Restore it from a backup; without it stored passwords must be set anew.'],
  'main.keyLost': ['The key file is missing, and stored passwords were sealed with it', 'Restore it from a backup.'],
  'main.databaseLost': ['The database is missing or empty, and the key that sealed its secrets is there: this is no first start', 'Put ringfort.db back from a backup. To begin with nothing, remove the data directory; to begin with nothing and keep the authority that phones trust, remove pki/seal.key.'],
  'main.unwritable': ['The data directory cannot be written', 'Correct its owner and mode (0700).'],
  'main.siteUnreadable': ['The site file cannot be read', 'Correct the path or its permissions.'],
  'main.siteTooLarge': ['The site file is too large', 'A site file has 16 MiB at most.'],
  'main.roleNotThere': ['This role is not there yet in this version', 'Roles that are: call, desk.'],
  'main.roleUnknown': ['There is no such role', 'Roles: call, voicemail, presence, desk.'],
  'main.rolesNeedCall': ['The desk shows what the call role does: it does not run alone', 'Add call to --roles.'],
  'main.processes': ['--processes takes one or split', undefined],
  'main.userUnknown': ['This machine has no such account', 'Make it: useradd --system --no-create-home --shell /usr/sbin/nologin ringfort.'],
  'main.userNeedsRoot': ['Only root may start Ringfort under another account', 'Leave out --user: Ringfort runs as you; or start it as root.'],
  'main.userIsRoot': ['--user names an account that is root', 'Name an account without rights.'],
  'main.userCannotRead': ['The account of --user cannot read the program', 'Install it where every user may read it, for example under /opt.'],
  'main.weakSecrets': ['Passwords and PINs that anybody guesses are taken', 'Fit for a laboratory alone: set it to refuse, and give new ones.'],
  'main.asRoot': ['Ringfort runs as root: whoever finds a hole in it has the machine', 'Start it as another user, or add --user NAME.'],
  'main.processEnded': ['A process of the system ended', 'It is started again.'],
  'main.unsaved': ['The system stopped before all that it had acknowledged was on the disk', 'Make room or repair the disk before the next start; phones whose registration is lost are not reached until they register again.'],
  'main.stopCutShort': ['A process did not end its work in time: what it acknowledged last may not be on the disk', 'See `log/ringfort.log` in the data directory.'],
  'main.processHangs': ['A process of the system does not answer any more and is replaced', undefined],
} as const satisfies Record<string, readonly [string, string | undefined]>

export type MainCode = keyof typeof table

/** All codes, for documentation and for tests. */
export const mainCodes = Object.keys(table) as readonly MainCode[]

export function mainProblem(code: MainCode, where?: string, detail?: string): Problem {
  const [text, remedy] = table[code]
  return { code, text: `${text}${detail ? `: ${detail}` : ''}.`, where, remedy }
}
