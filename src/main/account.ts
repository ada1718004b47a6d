/**
 * Under which account of the operating system a process works. Started as root with --user, nothing of it works as root:
 * files are touched as that account from the first one on, root is taken back for binding alone, and then given up for good.
 *
 * Standards  credentials(7): the effective user decides, the real one says who may come back; setgroups(2)
 * Security   A45: the launcher keeps the way back to root, to start a process again that binds ports under 1024; it reads nothing of a stranger
 */
import { execFileSync } from 'node:child_process'
import { chownSync, closeSync, lchownSync, lstatSync, openSync, readdirSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { errorCode } from '../kit/error.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { makeDirectory } from '../store/lock.ts'
import { mainProblem } from './problems.ts'

export interface Account { readonly name: string; readonly uid: number; readonly gid: number }

/** Only root may become somebody else, and there is no use in becoming root. */
export function findAccount(name: string): Result<Account> {
  if (process.getuid?.() !== 0) return fail(mainProblem('main.userNeedsRoot', '--user'))
  const uid = idOf(name, '-u'), gid = idOf(name, '-g')
  if (uid === undefined || gid === undefined) return fail(mainProblem('main.userUnknown', '--user', name.slice(0, 40)))
  return uid === 0 ? fail(mainProblem('main.userIsRoot', '--user')) : ok({ name, uid, gid })
}

/** id(1) asks whatever knows the accounts of this machine: a file, or a directory in the network. */
function idOf(name: string, which: '-u' | '-g'): number | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/.test(name)) return undefined
  try { return Number(execFileSync('id', [which, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) } catch { return undefined }
}

/** From now on as this account, with a way back. */
export function workAs({ uid, gid }: Account): void {
  process.setgroups!([])
  process.setegid!(gid)
  process.seteuid!(uid)
}

function asRootAgain(): void { process.seteuid!(0) }

/** Something short that only root may do, by a process that works as an account. */
export function asRoot<T>(account: Account | undefined, work: () => T): T {
  if (!account) return work()
  asRootAgain()
  try { return work() } finally { workAs(account) }
}

/** Opens ports with root's rights, and gives these up for good whatever comes of it. */
export async function bindThenDrop<T>(account: Account | undefined, work: () => Promise<T>): Promise<T> {
  if (!account) return work()
  asRootAgain()
  try { return await work() } finally { dropTo(account) }
}

/** As this account for good: no way back, no capability left. */
export function dropTo({ uid, gid }: Account): void {
  asRootAgain()
  process.setgroups!([])
  process.setgid!(gid)
  process.setuid!(uid)
}

/** Who this process works as. */
export function accountName(): string {
  try { return userInfo().username } catch { return String(process.geteuid?.() ?? 'unknown') }   // a number without a name
}

/** The data directory and what root made in it belong to the account from now on. To be called as root. */
export function giveDirectory(dataDir: string, account: Account): Result<void, Problem> {
  try {
    makeDirectory(dataDir)
    chownSync(dataDir, account.uid, account.gid)
    for (const entry of readdirSync(dataDir, { recursive: true, encoding: 'utf8' })) give(join(dataDir, entry), account)
    return ok(undefined)
  } catch (error) { return fail(mainProblem('main.unwritable', dataDir, errorCode(error))) }
}

function give(path: string, { uid, gid }: Account): void {
  if (lstatSync(path).uid === 0) lchownSync(path, uid, gid)   // of a link the link itself
}

/** The account must be able to read the program: half of it is loaded when it is needed. */
export function canRun(account: Account): Result<void, Problem> {
  const program = new URL('../main.ts', import.meta.url)
  process.seteuid!(account.uid)
  try {
    closeSync(openSync(program, 'r'))
    return ok(undefined)
  } catch (error) {
    return fail(mainProblem('main.userCannotRead', program.pathname, errorCode(error)))
  } finally { asRootAgain() }
}
