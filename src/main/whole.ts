/** Call and desk roles in one process: what `--processes one` runs, and what a program that embeds the system gets. */
import type { BoundPort, LiveAnswer, LiveRequest } from '../admin/live.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { type Live, openDesk } from './desk.ts'
import { answerLive } from './live.ts'
import { openSystem, type System, type SystemOptions } from './system.ts'

export interface Whole { readonly system: System; readonly services: () => readonly BoundPort[]; stop(): Promise<Result<void>> }

export async function openWhole(options: SystemOptions & { readonly desk: boolean }): Promise<Result<Whole, readonly Problem[]>> {
  const opened = await openSystem(options)
  if (!opened.ok) return opened
  const system = opened.value, desk = options.desk ? await openDesk(options.dataDir, options.log, liveIn(system)) : undefined
  if (desk && !desk.ok) { await system.stop(); return fail(desk.problem) }
  return ok({
    system, services: () => [...system.bound(), ...(desk?.value.services ?? [])],
    stop: async () => { await desk?.value.stop(); return system.stop() },
  })
}

/** The same questions as over the socket. */
export function liveIn(system: System): Live {
  return async <R extends LiveRequest>(request: R): Promise<Result<LiveAnswer<R>>> => ok(await answerLive(system, request) as LiveAnswer<R>)
}
