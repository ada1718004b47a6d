/** Whether the database is whole: a small one was checked before the start; a great one is read through while the system works. */
import { statSync } from 'node:fs'
import type { Log } from '../ops/log.ts'
import { checkedAtStart, databasePath } from '../store/reader.ts'

export interface Integrity { readonly damaged: boolean; stop(): Promise<void> }

/** `size`: above it the file is looked at, octets. */
export function watchIntegrity(dataDir: string, log: Log, size = checkedAtStart): Integrity {
  let damaged = false, checking: Promise<{ stop(): Promise<void> }> | undefined
  if ((statSync(databasePath(dataDir), { throwIfNoEntry: false })?.size ?? 0) > size) {
    checking = import('../store/check.ts').then(({ checkInThread }) => checkInThread(dataDir, (found) => {
      damaged = found?.code === 'store.corrupt'
      if (found) log.problem('error', found)
      else log.write('info', 'store.checked')
    }))
  }
  return { get damaged() { return damaged }, stop: async () => { await (await checking)?.stop() } }
}
