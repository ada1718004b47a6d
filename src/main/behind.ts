/** Written behind: what calls and registrations leave, on its way to the disk. Nothing here waits; a broken disk is told, calls go on. */
import { takeDirty, isDirty, noteChange } from '../calls/dirty.ts'
import type { Locations } from '../calls/locations.ts'
import type { Log } from '../ops/log.ts'
import type { Writer, WriterEvent } from '../store/writer.ts'

/** A change waits so long at most, ms, until the writer has it. */
const every = 50
/** Rows taken from the table at a time. */
const batch = 500

export interface WriteBehind { flush(): void; close(): void }

/** Hands changed registrations to the writer, many at a time. */
export function writeBehind(locations: Locations, writer: Writer): WriteBehind {
  const flush = (): void => {
    while (isDirty(locations.dirty)) {
      const { gone, saved } = takeDirty(locations.dirty, batch)
      for (const key of gone) writer.drop(key)
      for (const row of saved) writer.save(row)
    }
  }
  const timer = setInterval(flush, every).unref()
  return { flush, close: () => { clearInterval(timer); flush() } }
}

/** What the writer tells, in the log; registrations that it lost are due again once the disk is back. */
export function hearWriter(locations: () => Locations, log: Log): (event: WriterEvent) => void {
  let lost = false
  return (event) => {
    switch (event.is) {
      case 'failing': log.problem('error', event.problem); break
      case 'lost': lost = lost || event.bindings > 0; log.write('error', 'store.lost', { records: event.records, bindings: event.bindings }); break
      case 'replayed': log.write(event.damaged > 0 ? 'warn' : 'info', 'store.replayed', { records: event.records, damaged: event.damaged }); break
      case 'recovered': {
        log.write('info', 'store.recovered')
        if (lost) for (const { bindings } of locations().places.values()) for (const binding of bindings) noteChange(locations().dirty, binding)
        lost = false
      }
    }
  }
}
