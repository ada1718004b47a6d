/**
 * Call records: appended once, read newest first, forgotten by count and age.
 *
 * Security   numbers and names come from strangers: bound parameters only; a page is at most maxRecordPage
 */
import { sql } from 'kysely'
import type { Millis } from '../kit/machine.ts'
import { readJson } from './reading.ts'
import type { Database } from './database.ts'
import { guarded } from './problems.ts'
import type { CallTable } from './schema.ts'
import { type CallRecord, maxRecordPage, type RecordQuery, type Records, type Retention } from './store.ts'

/** Records deleted in one transaction: no writer waits long behind a great clean-up. */
const trimStep = 1_000

export function records(db: Database): Records {
  return {
    append: async (records) => guarded(db.path, () => db.transaction(() => { appendRecords(db, records) })),
    find: async (id) => guarded(db.path, () => byId(db, id) ?? byCallId(db, id)),
    list: async (query) => guarded(db.path, () => withLegs(db, db.all(listQuery(db, query)))),
    trim: async (keep, now) => guarded(db.path, () => trim(db, keep, now)),
  }
}

function byId(db: Database, id: string): CallRecord | undefined {
  return withLegs(db, db.all(db.build.selectFrom('calls').selectAll().where('id', '=', id)))[0]
}

/** Reads every leg: asked by a person, not by a call. */
function byCallId(db: Database, callId: string): CallRecord | undefined {
  const leg = db.first(db.build.selectFrom('legs').select('callId').where(sql`json_extract(body, '$.callId')`, '=', callId).limit(1))
  return leg && byId(db, leg.callId)
}

/** Inside a transaction. Says how many were new: an id that is there already is a replay. */
export function appendRecords(db: Database, records: readonly CallRecord[]): number {
  const row: CallTable = { id: '', startedAt: 0, answeredAt: 0, endedAt: 0, from: '', to: '', ending: '', security: '', detail: '' }
  const call = db.prepare(db.build.insertInto('calls').values(row).onConflict((at) => at.column('id').doNothing()))
  const leg = db.prepare(db.build.insertInto('legs').values({ callId: '', number: 0, body: '' }))
  let fresh = 0
  for (const { id, startedAt, answeredAt = null, endedAt, from, to, ending, security, legs, ...detail } of records) {
    if (call.run(id, startedAt, answeredAt, endedAt, from, to, ending, security, JSON.stringify(detail)) === 0) continue
    for (const [number, body] of legs.entries()) leg.run(id, number, JSON.stringify(body ?? null))
    fresh++
  }
  return fresh
}

function listQuery(db: Database, { limit = 100, from, to, party, ending, security, since, until, after }: RecordQuery) {
  let query = db.build.selectFrom('calls').selectAll().orderBy('startedAt', 'desc').orderBy('id', 'desc').limit(Math.min(Math.max(1, limit), maxRecordPage))
  if (from !== undefined) query = query.where('from', '=', from)
  if (to !== undefined) query = query.where('to', '=', to)
  if (party !== undefined) query = query.where((row) => row.or([row('from', '=', party), row('to', '=', party)]))
  if (ending !== undefined) query = query.where('ending', '=', ending)
  if (security !== undefined) query = query.where('security', '=', security)
  if (since !== undefined) query = query.where('startedAt', '>=', since)
  if (until !== undefined) query = query.where('startedAt', '<', until)
  if (after) query = query.where((row) => row.or([row('startedAt', '<', after.startedAt), row.and([row('startedAt', '=', after.startedAt), row('id', '<', after.id)])]))
  return query
}

function withLegs(db: Database, calls: CallTable[]): CallRecord[] {
  const legs = db.prepare(db.build.selectFrom('legs').select('body').where('callId', '=', '').orderBy('number'))
  return calls.map(({ answeredAt, detail, ...call }) => ({
    ...readJson(db, detail) as object, ...call, ...answeredAt === null ? {} : { answeredAt },
    legs: legs.all(call.id).map(({ body }) => readJson(db, body)),
  }))
}

function trim(db: Database, keep: Retention, now: Millis): number {
  const oldest = db.first(db.build.selectFrom('calls').select(['startedAt', 'id'])   // the first one over the count
    .orderBy('startedAt', 'desc').orderBy('id', 'desc').limit(1).offset(keep.records))
  const aged = (now - keep.age)
  let gone = 0
  for (let step = trimStep; step === trimStep; gone += step) {
    step = db.transaction(() => db.run(db.build.deleteFrom('calls').where('id', 'in', db.build.selectFrom('calls').select('id')
      .where((row) => row.or([
        row('startedAt', '<', aged),
        ...oldest ? [row('startedAt', '<', oldest.startedAt), row.and([row('startedAt', '=', oldest.startedAt), row('id', '<=', oldest.id)])] : [],
      ])).orderBy('startedAt').orderBy('id').limit(trimStep))))
  }
  return gone
}
