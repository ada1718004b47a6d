/** Calls as they happen, for `ringfort call tail`: the last ones in a ring of `kept`, looked at by whoever follows. */
import type { TailEvent } from '../admin/live.ts'
import type { Exchange } from '../calls/exchange.ts'
import type { CallRecord } from '../calls/records.ts'

const kept = 1_000

export interface Tail {
  ended(record: CallRecord): void
  /** Events after this number, and the number of the last one. */
  since(x: Exchange, after: number): { last: number; events: TailEvent[] }
}

/** Starts and answers are found by looking at the calls when somebody follows: nobody following costs nothing. */
export function newTail(heard: (record: CallRecord) => void = () => {}): Tail {
  const events: TailEvent[] = [], seen = new Map<string, 'started' | 'answered'>()
  let last = 0
  const put = (event: TailEvent): void => { events.push(event); last++; if (events.length > kept) events.shift() }
  const facts = ({ id, from, to, security }: CallRecord) => ({ call: id, from, to, security })
  const begun = (record: CallRecord): void => {
    const before = seen.get(record.id)
    if (before === undefined) put({ event: 'started', at: record.startedAt, ...facts(record) })
    if (record.answeredAt !== undefined && before !== 'answered') put({ event: 'answered', at: record.answeredAt, ...facts(record) })
    if (before === undefined || record.answeredAt !== undefined) seen.set(record.id, record.answeredAt === undefined ? 'started' : 'answered')
  }
  let followed = Number.NEGATIVE_INFINITY
  return {
    ended: (record) => {
      heard(record)
      if (record.endedAt - followed > 10_000) { seen.clear(); return }
      begun(record)
      seen.delete(record.id)
      put({ event: 'ended', at: record.endedAt, ...facts(record), ending: record.ending, status: record.status })
    },
    since: (x, after) => {
      const isNew = x.now - followed > 10_000
      followed = x.now
      for (const call of x.calls.values()) begun(call.record)
      if (after < 0 || isNew) return { last, events: [] }
      return { last, events: after >= last ? [] : events.slice(Math.max(0, events.length - (last - after))) }
    },
  }
}
