/** What can go wrong between an administrator and the system. Codes are stable. */
import type { Problem } from '../kit/result.ts'

const table = {
  'admin.notRunning': ['No Ringfort runs on this data directory', 'Start it with `ringfort start`, or name another directory with --data.'],
  'admin.notReady': ['Ringfort runs here and takes no commands at this moment: it starts, or its desk is being replaced', 'Try again in a few seconds; see `log/ringfort.log` in the data directory.'],
  'admin.notYours': ['The data directory belongs to another user', 'Run the command as the user who started Ringfort.'],
  'admin.socket': ['The command socket cannot be used', undefined],
  'admin.pathTooLong': ['The path of the data directory is too long for a local socket (107 octets in all)', 'Choose a shorter --data.'],
  'admin.timeout': ['No answer in time', 'Try again; see `log/ringfort.log` in the data directory.'],
  'admin.hungUp': ['The system hung up before it had answered', 'See `log/ringfort.log` in the data directory.'],
  'admin.request': ['The request is not one JSON object', undefined],
  'admin.failed': ['A defect of ours ended the command', 'Please report it with the log.'],
  'admin.unknownCommand': ['There is no such command', 'See `ringfort --help`.'],
  'admin.option': ['An option is missing or wrong', undefined],
  'admin.notThere': ['This is not there yet in this version', undefined],
  'admin.notFound': ['Nothing has this name', undefined],
  'admin.ownObject': ['The system made this itself: it is not deleted', 'Leave it; nothing has to use it.'],
  'admin.stillWaiting': ['What is saved could not be taken over and goes on waiting; the system goes on as it was', 'Correct it and save again, or `ringfort undo` it.'],
  'admin.takenBack': ['The change was taken back, nothing is different', undefined],
  'admin.fileUnreadable': ['The file cannot be read', 'Correct the path or its permissions.'],
} as const satisfies Record<string, readonly [string, string | undefined]>

export type AdminCode = keyof typeof table

/** All codes, for documentation and for tests. */
export const adminCodes = Object.keys(table) as readonly AdminCode[]

export function adminProblem(code: AdminCode, where?: string, detail?: string, remedy?: string): Problem {
  const [text, usual] = table[code]
  return { code, text: `${text}${detail ? `: ${detail}` : ''}.`, where, remedy: remedy ?? usual }
}
