/** Two network namespaces joined by a cable: the system in one, everybody else in the other. Linux, root; nothing outside them is touched. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Addresses on the cable; whatever else the system answers to ends at the world's door. */
export const serverAddress = '10.77.0.1', callerAddress = '10.77.0.2', calleeAddress = '10.77.0.3', strangerAddress = '10.77.0.4'

export interface World {
  /** A command line that runs in the namespace of the system, or in everybody else's. */
  atServer(program: string, ...parameters: readonly string[]): [program: string, parameters: string[]]
  outside(program: string, ...parameters: readonly string[]): [program: string, parameters: string[]]
  /** Has the kernel of the system's namespace take these rules. */
  load(rules: string): void
  close(): void
}

const needed = ['ip', 'nft', 'hping3', 'sipp'] as const

/** Why there can be none here; undefined where there can. */
export function whyNoWorld(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'network namespaces need root on Linux'
  const missing = needed.filter((name) => !isInstalled(name))
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`
  const name = `rf-try-${process.pid}`
  try {
    ip('netns', 'add', name)
    execFileSync('ip', ['netns', 'exec', name, 'nft', 'list', 'ruleset'], { stdio: 'pipe' })
    return undefined
  } catch (error) {
    return `no namespace can be made: ${String((error as { stderr?: Buffer }).stderr ?? error).trim().slice(0, 200)}`
  } finally {
    try { ip('netns', 'del', name) } catch { /* it was never made */ }
  }
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try { accessSync(join(folder, program), constants.X_OK); return true } catch { return false }
  })
}

function ip(...parameters: readonly string[]): void { execFileSync('ip', parameters, { stdio: 'pipe' }) }

export function openWorld(): World {
  const [server, outer] = [`rf-server-${process.pid}`, `rf-outside-${process.pid}`] as const
  let open = true
  const close = (): void => {
    if (!open) return
    open = false
    for (const name of [server, outer]) try { ip('netns', 'del', name) } catch { /* it was never made */ }
  }
  process.once('exit', close)
  for (const name of [server, outer]) { ip('netns', 'add', name); ip('-n', name, 'link', 'set', 'lo', 'up') }
  ip('link', 'add', 'cable', 'netns', server, 'type', 'veth', 'peer', 'name', 'cable', 'netns', outer)
  ip('-n', server, 'addr', 'add', `${serverAddress}/24`, 'dev', 'cable')
  for (const address of [callerAddress, calleeAddress, strangerAddress]) ip('-n', outer, 'addr', 'add', `${address}/24`, 'dev', 'cable')
  for (const name of [server, outer]) ip('-n', name, 'link', 'set', 'cable', 'up')
  ip('-n', server, 'route', 'add', 'default', 'via', callerAddress)
  const within = (name: string) => (program: string, ...parameters: readonly string[]): [string, string[]] => ['ip', ['netns', 'exec', name, program, ...parameters]]
  const atServer = within(server)
  return {
    atServer, outside: within(outer), close,
    load: (rules) => { execFileSync(...atServer('nft', '-f', '-'), { input: rules, stdio: 'pipe' }) },
  }
}

/** Packets that came over the cable to a process of the system's namespace. */
export function packetsTo(pid: number, read: (file: string) => string): number {
  return Number(/cable:\s*\d+\s+(\d+)/.exec(read(`/proc/${pid}/net/dev`))?.[1] ?? 0)
}
