/**
 * What somebody tried and was kept from, on its way to the store: each one is kept, but no flood of them.
 *
 * Standards  R136; attack classes A14, A44
 * Security   at most a few a second are written whatever happens; how many more there were is written too
 */
import type { Exchange } from '../calls/exchange.ts'
import type { Incident } from '../store/store.ts'
import type { Writer } from '../store/writer.ts'

/** In one minute; those over it are counted. */
export const perMinute = 120
const minute = 60_000

interface Budget { from: number; written: number; more: number }
const budgets = new WeakMap<Exchange, Budget>()

export function incident(x: Exchange, writer: Writer, what: string, who: string, detail: Incident['detail']): void {
  const budget = budgets.get(x) ?? { from: x.now, written: 0, more: 0 }
  budgets.set(x, budget)
  if (x.now - budget.from >= minute) {
    if (budget.more > 0) write(x, writer, 'incidents.more', '', { count: budget.more })
    Object.assign(budget, { from: x.now, written: 0, more: 0 })
  }
  if (budget.written >= perMinute) { budget.more++; return }
  budget.written++
  write(x, writer, what, who, detail)
}

function write(x: Exchange, writer: Writer, what: string, who: string, detail: Incident['detail']): void {
  writer.incident({ id: x.endpoint.random.token(10), at: x.now, what, who, detail })
}
