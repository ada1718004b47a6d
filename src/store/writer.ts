/**
 * Write-behind for the process that handles calls: nothing here waits for a disk. Registrations and records go into a window,
 * from there in batches to a thread (writerWorker.ts) with the database.
 *
 * Security   the window is bounded; what does not fit is counted and told, never queued without end
 */
import { Worker } from 'node:worker_threads'
import type { Millis } from '../kit/machine.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import type { Ack, Batch } from './keeper.ts'
import { storeProblem } from './problems.ts'
import { type Binding, type BindingKey, type CallRecord, type Incident, isBinding, isCallRecord, isIncident, type Retention } from './store.ts'
import { type Hold, maxBatch, newWindow, type Window } from './window.ts'
import type { FromWorker, ToWorker, WriterData } from './writerWorker.ts'

export interface Writer {
  /** A later one of the same aor and key takes the place of one that still waits. */
  save(binding: Binding): void
  drop(binding: BindingKey): void
  record(record: CallRecord): void
  incident(incident: Incident): void
  /** ok: everything given so far is on the disk and survives kill -9 (records perhaps in the spool). */
  flush(): Promise<Result<void>>
  /** Flushes, ends the thread. Nothing may be given afterwards. */
  close(): Promise<Result<void>>
  state(): WriterState
}

export interface WriterState {
  /** Waiting, or on the way. */
  readonly bindings: number
  readonly records: number
  readonly lostBindings: number
  readonly lostRecords: number
  readonly failing: Problem | undefined
}

export type WriterEvent =
  /** The database does not take anything; told once until it changes. Records go to the spool. */
  | { is: 'failing'; problem: Problem }
  | { is: 'recovered' }
  /** Records from the spool that are in the database now; lines of the spool that could not be read. */
  | { is: 'replayed'; records: number; damaged: number }
  /** The window is full: told at the first loss and again with every doubling. After lost bindings save all of them again on `recovered`. */
  | { is: 'lost'; records: number; bindings: number }

export interface WriterOptions {
  /** Longest wait before a batch goes out, ms. */
  readonly batchDelay?: Millis | undefined
  readonly retryDelay?: Millis | undefined
  /** The thread starts with the first batch, or after so many ms: a start of the system has better things to do. */
  readonly startDelay?: Millis | undefined
  readonly busyTimeout?: Millis | undefined
  readonly retention?: Retention | undefined
  readonly maxBindings?: number | undefined
  readonly maxRecords?: number | undefined
}

const defaultRetention: Retention = { records: 1_000_000, age: 400 * 24 * 3_600_000 }
/** The longest that close() waits for the thread: a stop must end within 10 s. */
const closeLimit = 7_000

/** The database must be there and up to date: openStore first. */
export function openWriter(dataDir: string, tell: (event: WriterEvent) => void, options: WriterOptions = {}): Writer {
  const { batchDelay = 100, startDelay = 1_000, retryDelay = 1_000, busyTimeout = 1_000, retention = defaultRetention } = options
  return new ThreadedWriter({ dataDir, retryDelay, busyTimeout, retention }, { batchDelay, startDelay }, newWindow(options), tell)
}

interface Waiter { readonly until: number; readonly tell: (result: Result<void>) => void }

class ThreadedWriter implements Writer {
  readonly #data: WriterData
  readonly #batchDelay: Millis
  readonly #window: Window
  readonly #tell: (event: WriterEvent) => void
  readonly #starting: NodeJS.Timeout
  #worker: Worker | undefined
  /** The thread died and is not replaced yet, or there shall be none any more. */
  #down = false
  #closed = false
  #busy = false
  #closing: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined
  readonly #hold: Hold = { bindings: false, records: false }
  #failing: Problem | undefined
  #waiters: Waiter[] = []
  #toldLost = 0

  constructor(data: WriterData, { batchDelay, startDelay }: { batchDelay: Millis; startDelay: Millis }, window: Window, tell: (event: WriterEvent) => void) {
    this.#data = data
    this.#batchDelay = batchDelay
    this.#window = window
    this.#tell = tell
    this.#starting = setTimeout(() => { if (!this.#down) this.#worker ??= this.#start() }, startDelay).unref()
  }

  save(binding: Binding): void {
    if (!isBinding(binding)) throw new TypeError('a binding that lacks a field')   // ours throw here, not in the thread
    this.#window.save(binding)
    this.#given()
  }

  drop(binding: BindingKey): void {
    this.#window.drop(binding)
    this.#given()
  }

  record(record: CallRecord): void {
    if (!isCallRecord(record)) throw new TypeError('a call record that lacks a field')
    this.#window.record(JSON.stringify(record))
    this.#given()
  }

  incident(incident: Incident): void {
    if (!isIncident(incident)) throw new TypeError('an incident that lacks a field')
    this.#window.record(JSON.stringify(incident))
    this.#given()
  }

  flush(): Promise<Result<void>> {
    if (this.#window.empty()) return Promise.resolve(ok(undefined))
    return new Promise((resolve) => {
      this.#waiters.push({ until: this.#window.given(), tell: resolve })
      this.#release()
    })
  }

  async close(): Promise<Result<void>> {
    const limit = Promise.withResolvers<Result<void>>()
    const timer = setTimeout(() => { limit.resolve(fail(storeProblem('store.busy', this.#data.dataDir))) }, closeLimit)
    const flushed = await Promise.race([this.flush(), limit.promise])
    this.#closed = this.#down = true
    for (const waiting of [this.#timer, this.#retry, this.#starting]) clearTimeout(waiting)
    const worker = this.#worker
    const ended = new Promise<void>((resolve) => { this.#closing = resolve })
    this.#post({ is: 'close' })
    if (worker) await Promise.race([ended, limit.promise])
    clearTimeout(timer)
    this.#worker = undefined
    await worker?.terminate()
    return flushed
  }

  state(): WriterState {
    const { bindings, records, lostBindings, lostRecords } = this.#window.count()
    return { bindings, records, lostBindings, lostRecords, failing: this.#failing }
  }

  #given(): void {
    const { lostBindings, lostRecords } = this.#window.count()
    if (lostBindings + lostRecords >= Math.max(1, this.#toldLost * 2)) {
      this.#toldLost = lostBindings + lostRecords
      this.#tell({ is: 'lost', records: lostRecords, bindings: lostBindings })
    }
    this.#soon()
  }

  /** A full batch goes at once, less after a moment; what is held back waits for its retry. */
  #soon(): void {
    if (this.#busy) return
    const { records, bindings } = this.#window.count()
    const ready = (this.#hold.records ? 0 : records) + (this.#hold.bindings ? 0 : bindings)
    if (ready >= maxBatch) this.#send()
    else if (ready > 0) this.#timer ??= setTimeout(() => { this.#send() }, this.#batchDelay)
  }

  /** What was held back may go again. */
  #release(): void {
    clearTimeout(this.#retry)
    this.#retry = undefined
    this.#hold.bindings = this.#hold.records = false
    this.#send()
  }

  #send(): void {
    if (this.#busy || this.#down) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = this.#window.next(this.#hold)
    if (!batch) return
    this.#busy = true
    this.#worker ??= this.#start()
    this.#worker.ref()   // the process does not end between a batch and its answer
    this.#post({ is: 'batch', batch: { ...batch, urgent: this.#waiters.length > 0 } satisfies Batch })
  }

  #post(message: ToWorker): void { this.#worker?.postMessage(message) }

  #start(): Worker {
    const worker = new Worker(new URL('./writerWorker.ts', import.meta.url), { workerData: this.#data })
    worker.on('message', (heard: FromWorker) => { this.#hear(heard) })
    worker.on('error', () => {})   // 'exit' follows
    worker.on('exit', () => { if (worker === this.#worker) this.#died() })
    worker.unref()
    return worker
  }

  #hear(heard: FromWorker): void {
    switch (heard.is) {
      case 'ack': this.#acknowledged(heard.ack); break
      case 'failing': this.#failing = heard.problem; this.#tell(heard); break
      case 'recovered': this.#failing = undefined; this.#tell(heard); break
      case 'replayed': this.#tell(heard); break
      case 'closed': this.#closing?.(); break
    }
  }

  #acknowledged(ack: Ack): void {
    this.#busy = false
    this.#worker?.unref()
    this.#window.done(ack)
    const kept = ack.records === 'kept' || ack.bindings === 'kept'
    const oldest = this.#window.oldest()
    const settled = kept ? this.#waiters : this.#waiters.filter(({ until }) => until < oldest)
    this.#waiters = this.#waiters.filter((waiter) => !settled.includes(waiter))
    for (const { tell } of settled) tell(kept && ack.problem ? fail(ack.problem) : ok(undefined))
    if (!ack.problem && this.#failing?.code === 'store.writer') this.#hear({ is: 'recovered' })
    if (kept) this.#holdBack(ack)
    if (this.#waiters.length > 0) this.#send()
    else this.#soon()
  }

  #holdBack(ack: Ack): void {
    if (ack.records === 'kept') this.#hold.records = true
    if (ack.bindings === 'kept') this.#hold.bindings = true
    this.#retry ??= setTimeout(() => { this.#release() }, this.#data.retryDelay)
  }

  /** The thread ended by itself: what it did not acknowledge goes to a new one. Ids and keys make that harmless. */
  #died(): void {
    if (this.#closing) { this.#closing(); return }
    const problem = storeProblem('store.writer', this.#data.dataDir)
    if (this.#failing?.code !== problem.code) this.#hear({ is: 'failing', problem })
    this.#worker = undefined
    this.#down = true
    this.#acknowledged({ records: 'kept', bindings: 'kept', problem })
    setTimeout(() => { this.#replace() }, this.#data.retryDelay)
  }

  #replace(): void {
    if (this.#closed) return
    this.#down = false
    this.#worker = this.#start()
    this.#release()
  }
}
