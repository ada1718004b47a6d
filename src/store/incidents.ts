/**
 * Incidents: what somebody tried and was kept from, or who went over a limit. Appended once, chained like the audit, read newest first.
 *
 * Standards  R120, R136; attack classes A14, A44
 * Security   each hash covers the row and the hash before it: none can be changed, dropped or slipped in. What is forgotten goes from the oldest end
 */
import { createHash } from 'node:crypto'
import type { Millis } from '../kit/machine.ts'
import { fail, ok, type Result } from '../kit/result.ts'
import type { Database } from './database.ts'
import { guarded, storeProblem } from './problems.ts'
import { readJson } from './reading.ts'
import type { IncidentTable } from './schema.ts'
import { type Incident, type IncidentQuery, type Incidents, maxAuditPage } from './store.ts'

/** As many as are kept. */
export const maxIncidents = 100_000

export function incidents(db: Database): Incidents {
  return {
    append: async (list) => guarded(db.path, () => db.transaction(() => { appendIncidents(db, list) })),
    list: async (query) => guarded(db.path, () => db.all(listQuery(db, query)).map(({ id, at, what, who, detail }) => ({ id, at, what, who, detail: readJson(db, detail) as Incident['detail'] }))),
    verify: async () => { const found = guarded(db.path, () => verified(db)); return found.ok ? found.value : found },
    trim: async (before) => guarded(db.path, () => trim(db, before)),
  }
}

function listQuery(db: Database, { limit = 100, what, since }: IncidentQuery) {
  let query = db.build.selectFrom('incidents').selectAll().orderBy('number', 'desc').limit(Math.min(Math.max(1, limit), maxAuditPage))
  if (what !== undefined) query = query.where('what', '=', what)
  if (since !== undefined) query = query.where('at', '>=', since)
  return query
}

/** Inside a transaction. An id that is there already is a replay. */
export function appendIncidents(db: Database, list: readonly Incident[]): void {
  if (list.length === 0) return
  const seen = db.prepare(db.build.selectFrom('incidents').select('number').where('id', '=', ''))
  const put = db.prepare(db.build.insertInto('incidents').values({ number: 0, id: '', at: 0, what: '', who: '', detail: '', before: '', hash: '' }))
  let last = db.first(db.build.selectFrom('incidents').select(['number', 'hash']).orderBy('number', 'desc').limit(1))
  for (const { id, at, what, who, detail } of list) {
    if (seen.all(id).length > 0) continue
    const number = (last?.number ?? 0) + 1, before = last?.hash ?? '', text = JSON.stringify(detail), hash = link(before, { number, id, at, what, who, detail: text })
    put.run(number, id, at, what, who, text, before, hash)
    last = { number, hash }
  }
}

/** SHA-256 over the hash before and the row, hex. */
export function link(before: string, { number, id, at, what, who, detail }: Omit<IncidentTable, 'before' | 'hash'>): string {
  return createHash('sha256').update(JSON.stringify([before, number, id, at, what, who, detail])).digest('hex')
}

function verified(db: Database): Result<{ rows: number; hash: string }> {
  const rows = db.all(db.build.selectFrom('incidents').selectAll().orderBy('number'))
  return chainOf(rows) ? ok({ rows: rows.length, hash: rows.at(-1)?.hash ?? '' }) : fail(storeProblem('store.tampered', db.path))
}

/** From the oldest that is kept: its own word on the hash before it is where the chain begins. */
export function chainOf(rows: readonly IncidentTable[]): boolean {
  return rows.every((row, i) => {
    const previous = rows[i - 1]
    return row.hash === link(row.before, row) && (!previous || (row.before === previous.hash && row.number === previous.number + 1))
  })
}

function trim(db: Database, before: Millis): number {
  const last = db.first(db.build.selectFrom('incidents').select('number').orderBy('number', 'desc').limit(1))?.number ?? 0
  return db.transaction(() => db.run(db.build.deleteFrom('incidents').where((row) => row.or([row('at', '<', before), row('number', '<=', last - maxIncidents)])).where('number', '<', last)))
}
