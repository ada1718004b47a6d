/** The end: no new calls, those in progress are told, everything acknowledged is on the disk. Within `stopLimit`. */
import type { Cause } from '../calls/leg.ts'
import { endCall } from '../calls/end.ts'
import { step } from '../calls/exchange.ts'
import { tellNews } from './news.ts'
import { monotonicNow, type Parts } from './parts.ts'

/** How long phones have to answer our BYE. */
const farewell = 1_500
const lookEvery = 20

const goingDown: Cause = { status: 503, text: 'The system was stopped', by: 'policy' }

export async function stopSystem(parts: Parts): Promise<void> {
  const { exchange: x, edge, writer, behind, renewal, log, store, gauge } = parts
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
  behind.close()
  await store.close()
  const flushed = await writer.close()   // the last to close: what the write-ahead log holds goes into the database
  if (!flushed.ok) log.problem('error', flushed.problem)
  log.write('info', 'system.stopped', { saved: flushed.ok })
}
