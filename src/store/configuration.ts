/**
 * The configuration in the database: objects, what changed, and the audit, written together or not at all.
 * Synchronous: one change set is one piece of work between two turns of the event loop.
 *
 * Security   bodies hold secrets sealed only; the audit's rows hold none; texts that cannot be read back are never quoted
 */
import { type AuditQuery, type AuditRow, auditRows, type Change, type ChangeSet, type Kind, sameBody, type StoredObject } from '../directory/changes.ts'
import type { Problem } from '../kit/result.ts'
import { auditEntry, changeDigest, changeText, linkHash } from './chain.ts'
import type { Database } from './database.ts'
import { guarded, StoreFailure } from './problems.ts'
import type { AuditTable, ChangeTable, ObjectTable } from './schema.ts'
import { type Configuration, maxAuditPage } from './store.ts'
import { auditHead, position, readBody, readJson } from './reading.ts'
import { verifyAudit } from './verify.ts'

export function configuration(db: Database): Configuration {
  const thrown = <T>(work: () => T): T => {
    const done = guarded(db.path, work)
    if (!done.ok) throw new StoreFailure(done.problem)
    return done.value
  }
  return {
    load: (kinds) => thrown(() => load(db, kinds)),
    apply: (set, baseRev) => guarded(db.path, () => db.transaction(() => apply(db, set, baseRev))),
    audit: (query) => thrown(() => audit(db, query)),
    changeSet: (rev) => thrown(() => changeSets(db, rev - 1, 1).find((made) => made.rev === rev)?.set),
    rev: () => thrown(() => position(db).rev),
    changesSince: (rev, limit = maxAuditPage) => thrown(() => changeSets(db, rev, limit)),
    auditHead: () => thrown(() => auditHead(db)),
    verifyAudit: (noted) => {
      const checked = guarded(db.path, () => verifyAudit(db, noted))
      return checked.ok ? checked.value : checked
    },
  }
}

function load(db: Database, kinds?: readonly Kind[]): { rev: number; objects: StoredObject[] } {
  const { rev } = position(db)   // one writer at a time, and nothing runs between these two reads in this process
  const all = db.build.selectFrom('objects').selectAll().orderBy('kind').orderBy('key')
  const rows = db.all(kinds ? all.where('kind', 'in', kinds) : all)
  return { rev, objects: rows.map(({ kind, key, rev, body, system }) => (
    { kind, key, rev, body: readBody(db, body), ...system ? { system: true as const } : {} })) }
}

function apply(db: Database, set: ChangeSet, baseRev: number): { rev: number } {
  const rev = baseRev + 1
  const { auditId, auditHash, rev: stored } = position(db)
  if (stored !== baseRev) throw new StoreFailure(conflict())
  const write = writers(db)
  const shown = auditRows(set, rev)
  let [id, hash] = [auditId, auditHash]
  for (const [number, change] of set.changes.entries()) {
    writeObject(db, write, change, rev)
    const { before, after, system } = changeText(change)
    write.change.run(rev, number, change.kind, change.key, before, after, system)
    const row = auditEntry(shown[number]!, number, id += 1, changeDigest(before, after, system))
    hash = linkHash(hash, row)
    write.audit.run(row.id, rev, number, row.at, row.by, row.via, row.reason, row.undoes, row.kind, row.key, row.what, row.fields, row.digest, hash)
  }
  db.run(db.build.updateTable('position').set({ rev, auditId: id, auditHash: hash }).where('id', '=', 1))
  return { rev }
}

export function conflict(): Problem {
  return { code: 'directory.conflict', text: 'The configuration was changed by someone else meanwhile.', remedy: 'Look at the new state and try again.' }
}

/** Built once a set, run once a change: the values given here only shape the text. */
function writers(db: Database) {
  const object: ObjectTable = { kind: 'user', key: '', rev: 0, body: '', system: 0 }
  const change: ChangeTable = { rev: 0, number: 0, kind: 'user', key: '', before: '', after: '', system: 0 }
  const row: AuditTable = { id: 0, rev: 0, number: 0, at: 0, by: '', via: '', reason: '', undoes: 0, kind: 'user', key: '', what: 'create', fields: '', digest: '', hash: '' }
  return {
    find: db.prepare(db.build.selectFrom('objects').select('body').where('kind', '=', 'user').where('key', '=', '')),
    put: db.prepare(db.build.insertInto('objects').values(object).onConflict((at) => at.columns(['kind', 'key']).doUpdateSet((row) => (
      { rev: row.ref('excluded.rev'), body: row.ref('excluded.body'), system: row.ref('excluded.system') })))),
    drop: db.prepare(db.build.deleteFrom('objects').where('kind', '=', 'user').where('key', '=', '')),
    change: db.prepare(db.build.insertInto('changes').values(change)),
    audit: db.prepare(db.build.insertInto('audit').values(row)),
  }
}

function writeObject(db: Database, write: ReturnType<typeof writers>, { kind, key, before, after, system }: Change, rev: number): void {
  const found = write.find.all(kind, key)[0]
  const stored = found && readBody(db, found.body)
  if (!sameBody(stored, before)) throw new StoreFailure(conflict())
  if (after) write.put.run(kind, key, rev, JSON.stringify(after), system ? 1 : 0)
  else write.drop.run(kind, key)
}

function audit(db: Database, { limit = 100, kind, key, since }: AuditQuery): AuditRow[] {
  let query = db.build.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(Math.min(Math.max(1, limit), maxAuditPage))
  if (kind !== undefined) query = query.where('kind', '=', kind)
  if (key !== undefined) query = query.where('key', '=', key)
  if (since !== undefined) query = query.where('at', '>=', since)
  return db.all(query).map((row) => ({
    rev: row.rev, at: row.at, by: row.by, via: row.via, ...row.reason === null ? {} : { reason: row.reason },
    ...row.undoes === null ? {} : { undoes: row.undoes }, kind: row.kind, key: row.key, what: row.what,
    fields: readJson(db, row.fields) as unknown as AuditRow['fields'],
  }))
}

/** Who, when and why stand in the audit; the bodies in changes. */
function changeSets(db: Database, after: number, limit: number): { rev: number; set: ChangeSet }[] {
  const heads = db.all(db.build.selectFrom('audit').select(['rev', 'at', 'by', 'via', 'reason', 'undoes']).distinct()
    .where('rev', '>', after).orderBy('rev').limit(Math.min(Math.max(1, limit), maxAuditPage)))
  const until = heads.at(-1)?.rev ?? after
  const changes = Map.groupBy(db.all(db.build.selectFrom('changes').selectAll()
    .where('rev', '>', after).where('rev', '<=', until).orderBy('rev').orderBy('number')), (row) => row.rev)
  return heads.map(({ rev, at, by, via, reason, undoes }) => ({ rev, set: {
    at, by, via, ...reason === null ? {} : { reason }, ...undoes === null ? {} : { undoes },
    changes: (changes.get(rev) ?? []).map((row) => readChange(db, row)),
  } }))
}

function readChange(db: Database, { kind, key, before, after, system }: ChangeTable): Change {
  return {
    kind, key, ...before === null ? {} : { before: readBody(db, before) }, ...after === null ? {} : { after: readBody(db, after) },
    ...system ? { system: true as const } : {},
  }
}
