/** The call process: signalling and calls, and a local socket at which the desk asks what goes on. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { LiveRequest } from '../admin/live.ts'
import { openPipe } from '../admin/pipe.ts'
import type { Log } from '../ops/log.ts'
import type { Opened } from './child.ts'
import { answerLive } from './live.ts'
import { openSystem } from './system.ts'
import type { RoleSettings } from './talk.ts'

export function callSocket(dataDir: string): string { return join(dataDir, 'run', 'call.sock') }

/** Octets of one question: a list of lines. */
const maxQuestion = 1_048_576

export async function openCall(settings: RoleSettings, log: Log): Promise<Opened> {
  const opened = await openSystem({ ...settings, log })
  if (!opened.ok) return opened
  const system = opened.value
  mkdirSync(join(settings.dataDir, 'run'), { recursive: true, mode: 0o700 })
  const pipe = await openPipe({
    path: callSocket(settings.dataDir), maxConnections: 16, maxRequest: maxQuestion,
    handle: async (request) => ({ answer: await answerLive(system, request as LiveRequest) }),
  })
  if (!pipe.ok) { await system.stop(); return { ok: false, problem: [pipe.problem] } }
  return { ok: true, value: { services: system.bound(), stop: async () => { await pipe.value.close(); return system.stop() } } }
}
