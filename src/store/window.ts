/**
 * What waits for the writer thread: per binding the newest word only, records in order, both bounded.
 * A batch on its way stays here until it is acknowledged.
 */
import type { Ack, Batch } from './keeper.ts'
import type { Binding, BindingKey } from './store.ts'

/** Bindings, and records, in one batch. */
export const maxBatch = 500
/** Distinct bindings that may wait: one change of each of so many phones while the database is away. */
export const maxBindings = 200_000
export const maxRecords = 20_000
/** Text of one record, in characters: a line of the spool takes it in any alphabet. */
export const maxRecord = 256 * 1024
/** Text of the records that may wait, in characters. */
export const maxRecordText = 64 * 1024 * 1024

/** What was kept a moment ago is held back until it is worth another try. */
export interface Hold { bindings: boolean; records: boolean }

export interface Window {
  save(binding: Binding): void
  drop(binding: BindingKey): void
  /** One record as JSON. */
  record(line: string): void
  /** The oldest of what is not held back, at most maxBatch of each; undefined when there is none. One batch is out at a time. */
  next(hold: Hold): Omit<Batch, 'urgent'> | undefined
  /** The batch that was out is answered: what was kept waits again, at the front. */
  done(ack: Pick<Ack, 'records' | 'bindings'>): void
  empty(): boolean
  /** Number of the last thing given; things are numbered as they come. */
  given(): number
  /** Number of the oldest thing that is not done; Infinity when there is none. */
  oldest(): number
  count(): { bindings: number; records: number; lostBindings: number; lostRecords: number }
}

interface Pending { readonly number: number; readonly name: string; readonly key: BindingKey; readonly saved: Binding | undefined }
interface Line { readonly number: number; readonly text: string }

export function newWindow(limits: { maxBindings?: number | undefined; maxRecords?: number | undefined } = {}): Window {
  const { maxBindings: mostBindings = maxBindings, maxRecords: mostRecords = maxRecords } = limits
  let waiting = new Map<string, Pending>()
  let lines: Line[] = []
  let out: { bindings: Pending[]; records: Line[] } | undefined
  let [number, text, lostBindings, lostRecords] = [0, 0, 0, 0]

  const put = (key: BindingKey, saved: Binding | undefined) => {
    const name = `${key.aor.length}:${key.aor}${key.key}`   // the length tells where the key begins
    const before = waiting.get(name)
    if (!before && waiting.size + (out?.bindings.length ?? 0) >= mostBindings) { lostBindings++; dropOldest() }
    waiting.set(name, { number: before?.number ?? number + 1, name, key, saved })   // keeps its place: a phone that refreshes often still gets its turn
    number++
  }
  const dropOldest = () => {
    const [first] = waiting.keys()
    if (first !== undefined) waiting.delete(first)
  }
  return {
    save: (binding) => { put(binding, binding) },
    drop: (key) => { put(key, undefined) },
    record: (line) => {
      number++
      if (line.length > maxRecord || lines.length + (out?.records.length ?? 0) >= mostRecords || text + line.length > maxRecordText) { lostRecords++; return }
      lines.push({ number, text: line })
      text += line.length
    },
    next: (hold) => {
      if (out) return undefined
      const records = lines.splice(0, hold.records ? 0 : maxBatch)
      const bindings = waiting.values().take(hold.bindings ? 0 : maxBatch).toArray()
      if (records.length + bindings.length === 0) return undefined
      for (const { name } of bindings) waiting.delete(name)
      out = { bindings, records }
      return {
        saved: JSON.stringify(bindings.map(({ saved }) => saved).filter((saved) => saved !== undefined)),
        gone: JSON.stringify(bindings.filter(({ saved }) => !saved).map(({ key: { aor, key } }) => ({ aor, key }))),
        records: records.map(({ text: line }) => line).join('\n'),
      }
    },
    done: (ack) => {
      if (!out) return
      const { bindings, records } = out
      out = undefined
      if (ack.records === 'kept') lines = records.concat(lines)
      else for (const { text: line } of records) text -= line.length
      if (ack.bindings === 'kept') {
        const old = new Map(bindings.map((pending) => [pending.name, pending]))
        for (const [name, pending] of waiting) old.set(name, { ...pending, number: old.get(name)?.number ?? pending.number })   // a newer word wins, in the older one's place
        waiting = old
      }
    },
    empty: () => lines.length === 0 && waiting.size === 0 && !out,
    given: () => number,
    oldest: () => Math.min(lines[0]?.number ?? Infinity, waiting.values().next().value?.number ?? Infinity,
      out?.records[0]?.number ?? Infinity, out?.bindings[0]?.number ?? Infinity),
    count: () => ({
      bindings: waiting.size + (out?.bindings.length ?? 0), records: lines.length + (out?.records.length ?? 0), lostBindings, lostRecords,
    }),
  }
}
