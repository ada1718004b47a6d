/** Is the system well? One word and the reasons, from what it counts. Pure. */
import type { Problem } from '../kit/result.ts'
import type { Millis } from '../kit/machine.ts'
import type { Reading } from './reading.ts'

export interface Health { readonly status: 'ok' | 'degraded' | 'failing'; readonly reasons: readonly Problem[] }

const day = 86_400_000
const slowLoop = 100

/** `reading` is undefined where the call process does not answer. */
export function healthOf(reading: Reading | undefined, now: Millis): Health {
  if (!reading) return { status: 'failing', reasons: [{ code: 'health.calls', text: 'The call process does not answer.', remedy: 'It is started again by itself; see the log for why it ended.' }] }
  const reasons = degraded(reading, now)
  return { status: reasons.length === 0 ? 'ok' : 'degraded', reasons }
}

function degraded(reading: Reading, now: Millis): Problem[] {
  const { store, overload, loopDelay, certificateEnds, logLost } = reading, found: Problem[] = []
  if (store.failing !== undefined) found.push({ code: 'health.store', text: `The store takes nothing: ${store.failing}. Calls go on, records wait.`, remedy: 'See the log for the reason.' })
  if (store.damaged) found.push({ code: 'health.damaged', text: 'The database is damaged.', remedy: 'Stop the system and put back a copy: see the log.' })
  if (store.lostBindings + store.lostRecords > 0) found.push({ code: 'health.lost', text: `${store.lostRecords} records and ${store.lostBindings} registrations did not reach the disk.` })
  if (overload !== 'calm') found.push({ code: 'health.overload', text: `The machine is behind (${overload}): new work is refused first.` })
  if (loopDelay.p99 > slowLoop) found.push({ code: 'health.slow', text: `The loop is late by ${Math.round(loopDelay.p99)} ms (p99).` })
  if (certificateEnds !== undefined && certificateEnds - now < 7 * day) found.push({ code: 'health.certificate', text: 'The server certificate ends within a week.', remedy: 'See `ringfort show certificates`.' })
  if (logLost > 0) found.push({ code: 'health.log', text: `${logLost} lines of the log were lost.`, remedy: 'Make room on the disk.' })
  return found
}
