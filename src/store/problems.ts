/**
 * Every code that the store's problems carry, and how an error of the engine or of the file system becomes one.
 *
 * Security   no text holds a value of a row: an error of JSON.parse or of a statement is never passed on
 */
import type { Problem } from '../kit/result.ts'

export const storeProblems = {
  'store.running': 'Another ringfort works on this data directory.',
  'store.notDirectory': 'The data directory is not a directory.',
  'store.unwritable': 'The data directory or a file in it cannot be read or written.',
  'store.missing': 'There is no database here yet.',
  'store.notDatabase': 'The database file is not a database of Ringfort.',
  'store.corrupt': 'The database is damaged.',
  'store.newer': 'The database was written by a newer version of Ringfort.',
  'store.older': 'The database must be brought up to date first.',
  'store.migration': 'Bringing the database up to date failed; it is as it was.',
  'store.full': 'The disk is full.',
  'store.busy': 'The database is held by another process for too long.',
  'store.lost': 'The database file was removed or replaced while it was in use.',
  'store.failed': 'The disk or the file system failed.',
  'store.closed': 'The store is closed.',
  'store.tampered': 'The audit or the configuration was changed behind the back of Ringfort.',
  'store.writer': 'The writer thread ended unexpectedly; a new one was started.',
  'store.spoolFull': 'The spool of call records has reached its limit.',
} as const

export type StoreCode = keyof typeof storeProblems

const remedies: Record<StoreCode, string | undefined> = {
  'store.running': 'Stop it first, or start with another --data directory.',
  'store.notDirectory': 'Name a directory with --data.',
  'store.unwritable': 'Give the user who starts Ringfort the directory: chown -R, mode 0700.',
  'store.missing': 'Start Ringfort once on this directory.',
  'store.notDatabase': 'Move the file away, and put back the newest copy that you have: of your own backup, or one that an update left in backup/ of the data directory.',
  'store.corrupt': 'Stop Ringfort, keep the damaged file, put back the newest copy that you have: of your own backup, or one that an update left in backup/ of the data directory.',
  'store.newer': 'Start the newer version, or put back the copy that it left in backup/ of the data directory before its first start.',
  'store.older': 'Start Ringfort once on this directory.',
  'store.migration': 'Start the former version again, and report this.',
  'store.full': 'Make room on the disk of the data directory; work goes on by itself.',
  'store.busy': 'Look for a program that holds ringfort.db open (a backup, a shell) and end it.',
  'store.lost': 'Stop Ringfort, remove ringfort.db-wal and ringfort.db-shm, put ringfort.db back, start again: call records wait in the spool.',
  'store.failed': 'Look at the system log for errors of the disk.',
  'store.closed': undefined,
  'store.tampered': 'Compare with a backup that you trust; the audit up to the row named is intact.',
  'store.writer': 'Report this with the log.',
  'store.spoolFull': 'Make room or repair the database: its problem was reported before this one.',
}

/** The problem of that code; `where` is a file or a row, `text` says more than the code alone. */
export function storeProblem(code: StoreCode, where?: string, text?: string): Problem {
  return { code, text: text ?? storeProblems[code], where, remedy: remedies[code] }
}

/** Thrown where an interface has no room for a Result (load, audit), and inside a transaction to roll it back. */
export class StoreFailure extends Error {
  readonly problem: Problem
  constructor(problem: Problem) { super(problem.text); this.problem = problem }
}

/** Primary result codes of SQLite (sqlite.org/rescode.html) that an administrator can do something about. */
const engineCodes: Record<number, StoreCode> = {
  3: 'store.unwritable', 5: 'store.busy', 6: 'store.busy', 8: 'store.unwritable', 10: 'store.failed', 11: 'store.corrupt',
  13: 'store.full', 14: 'store.unwritable', 15: 'store.busy', 23: 'store.unwritable', 26: 'store.notDatabase',
}
const fileCodes: Record<string, StoreCode> = {
  EACCES: 'store.unwritable', EPERM: 'store.unwritable', EROFS: 'store.unwritable', ENOENT: 'store.unwritable', ELOOP: 'store.unwritable',
  ENOSPC: 'store.full', EDQUOT: 'store.full', EFBIG: 'store.full', ENOTDIR: 'store.notDirectory', EEXIST: 'store.notDirectory',
  EIO: 'store.failed', EMFILE: 'store.failed', ENFILE: 'store.failed', ENAMETOOLONG: 'store.unwritable', EISDIR: 'store.unwritable',
}

/** The problem behind an error; undefined for what is our own mistake and must be thrown on. */
export function problemOf(error: unknown, where: string): Problem | undefined {
  if (error instanceof StoreFailure) return error.problem
  if (!(error instanceof Error)) return undefined
  const { code, errcode } = error as { code?: string; errcode?: number }
  if (code === 'ERR_INVALID_STATE') return storeProblem('store.closed', where)
  const named = errcode === undefined ? fileCodes[code ?? ''] : engineCodes[errcode & 0xff]
  return named && storeProblem(named, where)
}

/** Runs what may meet a broken disk; our own mistakes fly on. */
export function guarded<T>(where: string, work: () => T): { ok: true; value: T } | { ok: false; problem: Problem } {
  try {
    return { ok: true, value: work() }
  } catch (error) {
    const problem = problemOf(error, where)
    if (!problem) throw error
    return { ok: false, problem }
  }
}
