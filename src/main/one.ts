/** Everything in one process: for small machines. */
import type { Log } from '../ops/log.ts'
import { onSignal, type RunOptions, tellRefused, tellStopped } from './launcher.ts'
import type { Voice } from './voice.ts'
import { openWhole } from './whole.ts'

export async function runInOne({ dataDir, site, desk, account }: RunOptions, voice: Voice, log: Log): Promise<number> {
  const signalled = new Promise<string>((resolve) => { onSignal(resolve) })
  const whole = await openWhole({ dataDir, site, desk, log, account })
  if (!whole.ok) { tellRefused(voice, log, whole.problem); return 1 }
  voice.ready(whole.value.services(), dataDir)
  voice.event({ event: 'stopping', signal: await signalled })
  const ended = await whole.value.stop()
  return tellStopped(voice, ended.ok ? [] : [ended.problem])
}
