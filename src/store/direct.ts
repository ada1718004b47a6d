/** A Writer without a thread: straight into a store in memory, for tests and simulations. */
import { ok } from '../kit/result.ts'
import type { Store } from './store.ts'
import type { Writer } from './writer.ts'

export function directWriter({ registrations, records, incidents }: Store): Writer {
  let last: Promise<unknown> = Promise.resolve()
  const then = (work: () => Promise<unknown>) => { last = last.then(work) }
  const flush = async () => { await last; return ok(undefined) }
  return {
    save: (binding) => { then(() => registrations.write([binding], [])) },
    drop: (key) => { then(() => registrations.write([], [key])) },
    record: (record) => { then(() => records.append([record])) },
    incident: (incident) => { then(() => incidents.append([incident])) },
    flush, close: flush,
    state: () => ({ bindings: 0, records: 0, lostBindings: 0, lostRecords: 0, failing: undefined }),
  }
}
