/** Everything in one process: for small machines and for tests. */
import type { LiveAnswer, LiveRequest } from '../admin/live.ts'
import { ok, type Result } from '../kit/result.ts'
import type { Log } from '../ops/log.ts'
import { type Live, openDesk } from './desk.ts'
import { onSignal, type StartOptions, tellRefused } from './launcher.ts'
import { answerLive } from './live.ts'
import { openSystem, type System } from './system.ts'
import type { Voice } from './voice.ts'

export async function runInOne(options: StartOptions, voice: Voice, log: Log): Promise<number> {
  const signalled = new Promise<string>((resolve) => { onSignal(resolve) })
  const opened = await openSystem({ dataDir: options.dataDir, site: options.site, log })
  if (!opened.ok) { tellRefused(voice, log, opened.problem); return 1 }
  const system = opened.value
  const desk = options.desk ? await openDesk(options.dataDir, log, liveIn(system)) : undefined
  if (desk && !desk.ok) { tellRefused(voice, log, desk.problem); await system.stop(); return 1 }
  voice.ready([...system.bound(), ...(desk?.value.services ?? [])], options.dataDir)
  voice.event({ event: 'stopping', signal: await signalled })
  await desk?.value.stop()
  await system.stop()
  voice.event({ event: 'stopped' })
  return 0
}

/** The same questions as over the socket. */
export function liveIn(system: System): Live {
  return async <R extends LiveRequest>(request: R): Promise<Result<LiveAnswer<R>>> => ok(await answerLive(system, request) as LiveAnswer<R>)
}
