/**
 * The call process is begun before the command line is read: it loads its modules meanwhile, and waits to be told its settings.
 * Where the start comes to nothing it ends with the launcher, by itself.
 */
import { type ChildProcess, fork } from 'node:child_process'
import type { Role, RoleSettings, ToChild } from './talk.ts'

const main = new URL('../main.ts', import.meta.url)
let begun: ChildProcess | undefined

/** The settings as an argument; without them it waits to be told. */
export function forkRole(role: Role, settings?: RoleSettings): ChildProcess {
  const told = settings === undefined ? [] : [JSON.stringify(settings)]
  return fork(main, ['--role', role, ...told], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: process.execArgv })
}

/** For `start` with these parameters. A command line that will be refused, or wants one process, is not looked at more closely: then it was in vain. */
export function beginAhead(parameters: readonly string[]): void {
  if (parameters.some((one) => one === 'one' || one === '--processes=one' || one === '--help' || one === '-h')) return
  begun = forkRole('call')
  begun.on('error', () => {})
  begun.unref()
  begun.channel?.unref()
}

/** The process that was begun, told what to do; undefined where there is none, or where it did not live. */
export function takeBegun(role: Role, settings: RoleSettings): ChildProcess | undefined {
  const child = role === 'call' ? begun : undefined
  if (!child) return undefined
  begun = undefined
  if (!child.connected || child.exitCode !== null) return undefined
  child.ref()
  child.channel?.ref()
  child.send({ is: 'begin', settings } satisfies ToChild, () => {})
  return child
}

/** In the process that waits: its settings. Whoever began it is gone: so is it. */
export function settingsToCome(): Promise<RoleSettings> {
  process.umask(0o077)   // the launcher had none yet
  const gone = (): void => { process.exit(0) }
  process.once('disconnect', gone)
  return new Promise((resolve) => {
    process.once('message', (message: ToChild) => {
      process.off('disconnect', gone)
      if (message.is === 'begin') resolve(message.settings)
    })
  })
}
