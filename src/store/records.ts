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
    append: async (records) => guarded(db.path, () => db.transaction(() => { appendRecords(db, asLines(records)) })),
    find: async (id) => guarded(db.path, () => byId(db, id) ?? byCallId(db, id)),
    list: async (query) => guarded(db.path, () => read(db, db.all(listQuery(db, query)))),
    trim: async (keep, now) => guarded(db.path, () => trim(db, keep, now)),
  }
}

function byId(db: Database, id: string): CallRecord | undefined {
  return read(db, db.all(db.build.selectFrom('calls').select('detail').where('id', '=', id)))[0]
}

/** Reads every record: asked by a person, not by a call. Text of a stranger stands there with its quotes escaped, so it never looks like this. */
function byCallId(db: Database, callId: string): CallRecord | undefined {
  return read(db, db.all(db.build.selectFrom('calls').select('detail').where(sql`instr(detail, ${`"callId":${JSON.stringify(callId)}`})`, '>', 0).limit(1)))[0]
}

/** A record and its JSON: what came as text is kept as it came. */
export interface RecordLine { readonly record: CallRecord; readonly text: string }

function asLines(records: readonly CallRecord[]): RecordLine[] { return records.map((record) => ({ record, text: JSON.stringify(record) })) }

/** Inside a transaction. Says how many were new: an id that is there already is a replay. */
export function appendRecords(db: Database, lines: readonly RecordLine[]): number {
  const row: CallTable = { id: '', startedAt: 0, from: '', to: '', ending: '', security: '', detail: '' }
  const call = db.prepare(db.build.insertInto('calls').values(row).onConflict((at) => at.column('id').doNothing()))
  let fresh = 0
  for (const { record: { id, startedAt, from, to, ending, security }, text } of lines) fresh += call.run(id, startedAt, from, to, ending, security, text)
  return fresh
}

function listQuery(db: Database, { limit = 100, from, to, party, ending, security, since, until, after }: RecordQuery) {
  const newest = () => db.build.selectFrom('calls').orderBy('startedAt', 'desc').orderBy('id', 'desc')
  let query = newest().select('id').limit(Math.min(Math.max(1, limit), maxRecordPage))
  if (from !== undefined) query = query.where('from', '=', from)
  if (to !== undefined) query = query.where('to', '=', to)
  if (party !== undefined) query = query.where((row) => row.or([row('from', '=', party), row('to', '=', party)]))
  if (ending !== undefined) query = query.where('ending', '=', ending)
  if (security !== undefined) query = query.where('security', '=', security)
  if (since !== undefined) query = query.where('startedAt', '>=', since)
  if (until !== undefined) query = query.where('startedAt', '<', until)
  if (after) query = query.where((row) => row.or([row('startedAt', '<', after.startedAt), row.and([row('startedAt', '=', after.startedAt), row('id', '<', after.id)])]))
  return newest().select('detail').where('id', 'in', query)   // what is long is read for the page alone, not for all that is looked through
}

function read(db: Database, rows: readonly Pick<CallTable, 'detail'>[]): CallRecord[] {
  return rows.map(({ detail }) => readJson(db, detail) as unknown as CallRecord)
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
