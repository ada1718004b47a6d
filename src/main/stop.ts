/** The end: no new calls, those in progress are told, everything acknowledged is on the disk. Within `stopLimit`. */
import type { Cause } from '../calls/leg.ts'
import { endCall } from '../calls/end.ts'
import { step } from '../calls/exchange.ts'
import { fail, ok, type Result } from '../kit/result.ts'
import { tellNews } from './news.ts'
import { mainProblem } from './problems.ts'
import { monotonicNow, type Parts } from './parts.ts'

/** How long phones have to answer our BYE. */
const farewell = 1_500
const lookEvery = 20

const goingDown: Cause = { status: 503, text: 'The system was stopped', by: 'policy' }

/** A failure: what was acknowledged and is not on the disk. */
export async function stopSystem(parts: Parts): Promise<Result<void>> {
  const { exchange: x, edge, writer, behind, renewal, log, store, gauge, dataDir, integrity } = parts
  x.closing = true
  log.write('info', 'system.stopping', { calls: x.calls.size })
  for (const call of x.calls.values()) endCall(x.callHouse, call, goingDown)
  edge.perform(step(x, monotonicNow(), { is: 'wake' }))
  const until = performance.now() + farewell
  while (x.legs.size > 0 && performance.now() < until) await new Promise((resolve) => { setTimeout(resolve, lookEvery) })
  await edge.close(500)
  tellNews(x, writer, log, parts.tail)
  renewal.close()
  gauge.disable()
  await integrity.stop()
  behind.close()
  await store.close()
  const flushed = await writer.close()   // the last to close: what the write-ahead log holds goes into the database
  const { bindings, records } = writer.state()
  log.write('info', 'system.stopped', { saved: flushed.ok, ...(flushed.ok ? {} : { bindings, records }) })
  if (flushed.ok) return ok(undefined)
  const lost = mainProblem('main.unsaved', dataDir, `lost are ${bindings} changes of registrations and ${records} call records (${flushed.problem.text.replace(/\.$/, '')})`)
  log.problem('error', lost)
  return fail(lost)
}
