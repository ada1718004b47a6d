/** The program: a process of a system that runs (`--role`, given by the launcher alone), or the command line. */
import { beginAhead, settingsToCome } from './main/ahead.ts'
import type { Role, RoleSettings } from './main/talk.ts'

const [first, role, settings] = process.argv.slice(2)

if (first === '--role' && process.send) await runRole(role as Role, settings === undefined ? settingsToCome() : JSON.parse(settings) as RoleSettings)
else {
  if (first === 'start') beginAhead(process.argv.slice(3))
  await (await import('./main/cli.ts')).runCli(process.argv.slice(2))
}

async function runRole(role: Role, told: RoleSettings | Promise<RoleSettings>): Promise<void> {
  const { runChild } = await import('./main/child.ts')
  switch (role) {
    case 'call': {
      const { openCall } = await import('./main/call.ts'), settings = await told
      return runChild(role, settings, (log) => openCall(settings, log))
    }
    case 'desk': {
      const { liveOver, openDesk } = await import('./main/desk.ts'), settings = await told
      return runChild(role, settings, (log, busy) => openDesk(settings.dataDir, log, liveOver(settings.dataDir), busy))
    }
  }
}
