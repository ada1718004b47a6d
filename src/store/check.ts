/** A great database is read through in a thread of its own while the system works: every page, told when something is wrong. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { Problem } from '../kit/result.ts'
import { openDatabase } from './database.ts'
import { checkDatabase } from './open.ts'
import { databasePath } from './reader.ts'

/** The problem, or undefined where every page is sound. `stop` gives up. */
export function checkInThread(dataDir: string, tell: (found: Problem | undefined) => void): { stop(): Promise<void> } {
  const worker = new Worker(new URL(import.meta.url), { workerData: { check: dataDir } })
  worker.on('message', tell)
  worker.on('error', () => {})   // of ours or of memory: nothing was found out
  worker.unref()
  return { stop: async () => { await worker.terminate() } }
}

const given = workerData as { readonly check?: string } | null
if (!isMainThread && given?.check !== undefined) parentPort?.postMessage(check(given.check))

function check(dataDir: string): Problem | undefined {
  const opened = openDatabase(databasePath(dataDir), { readOnly: true })
  if (!opened.ok) return opened.problem
  const found = checkDatabase(opened.value)
  opened.value.close()
  return found.ok ? undefined : found.problem
}
