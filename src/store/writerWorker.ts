/** The writer thread: takes batches from writer.ts, answers each, and in between reads the spool back and tidies up. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Problem } from '../kit/result.ts'
import { type Ack, type Batch, openKeeper } from './keeper.ts'
import type { Retention } from './store.ts'

export interface WriterData {
  readonly dataDir: string
  readonly retryDelay: number
  readonly busyTimeout: number
  readonly retention: Retention
}
export type ToWorker = { is: 'batch'; batch: Batch } | { is: 'close' }
export type FromWorker =
  | { is: 'ack'; ack: Ack }
  | { is: 'failing'; problem: Problem }
  | { is: 'recovered' }
  | { is: 'replayed'; records: number; damaged: number }
  | { is: 'closed' }

const tidyEvery = 60_000

const port = parentPort
if (port) serve(workerData as WriterData, (said) => { port.postMessage(said) }, (hear) => { port.on('message', hear) }, () => { port.close() })

function serve(data: WriterData, say: (said: FromWorker) => void, listen: (hear: (heard: ToWorker) => void) => void, end: () => void): void {
  const keeper = openKeeper(data.dataDir, data)
  const now = () => performance.timeOrigin + performance.now()   // a clock that does not jump: a wrong date must not clear the records
  let [told, replaying]: [string | undefined, boolean] = [undefined, false]
  const tell = () => {
    const problem = keeper.failing()
    if (problem?.code === told) return
    told = problem?.code
    say(problem ? { is: 'failing', problem } : { is: 'recovered' })
  }
  const replay = () => {
    const done = keeper.replay(now())
    replaying = done !== undefined
    if (done) { say({ is: 'replayed', records: done.records, damaged: done.damaged }); setImmediate(replay) }
    tell()
  }
  const retry = setInterval(() => { if (!replaying) replay() }, data.retryDelay)
  const tidy = setInterval(() => { void keeper.tidy(data.retention, now()) }, tidyEvery)
  listen((heard) => {
    if (heard.is === 'batch') {
      say({ is: 'ack', ack: keeper.take(heard.batch, now()) })
      return tell()
    }
    clearInterval(retry)
    clearInterval(tidy)
    keeper.close()
    say({ is: 'closed' })
    end()
  })
  replay()
}
