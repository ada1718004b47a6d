/** "Prove it": recomputes the chain of audit rows, compares it with what was changed, and that with what is stored now. */
import { sameBody } from '../directory/changes.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { changeDigest, linkHash } from './chain.ts'
import { auditHead, readBody } from './reading.ts'
import type { Database } from './database.ts'
import { storeProblem } from './problems.ts'
import type { AuditTable, ChangeTable } from './schema.ts'
import type { AuditHead } from './store.ts'

/** Rows read at a time: the whole audit never stands in memory. */
const page = 1_000

export function verifyAudit(db: Database, noted?: AuditHead): Result<AuditHead> {
  const walk = { id: 0, hash: '' }
  for (;;) {
    const rows = auditPage(db, walk.id)
    for (const row of rows) {
      const broken = follow(walk, row, noted)
      if (broken) return fail(broken)
    }
    if (rows.length < page) break
  }
  const head = auditHead(db)
  if (head.id !== walk.id || head.hash !== walk.hash) return fail(tampered(`audit row ${head.id}`))
  if (noted && noted.id > head.id) return fail(tampered(`audit row ${noted.id}`))
  return verifyObjects(db, head)
}

type Row = AuditTable & Pick<ChangeTable, 'before' | 'after' | 'system'>

/** Each audit row beside the change it tells of: the nth row of a revision is its nth change. */
function auditPage(db: Database, after: number): Row[] {
  return db.all(db.build.selectFrom('audit')
    .innerJoin('changes', (on) => on.onRef('changes.rev', '=', 'audit.rev').onRef('changes.number', '=', 'audit.number'))
    .selectAll('audit').select(['changes.before', 'changes.after', 'changes.system']).where('audit.id', '>', after).orderBy('audit.id').limit(page))
}

function follow(walk: { id: number; hash: string }, row: Row, noted?: AuditHead): Problem | undefined {
  const { before, after, system, hash, ...entry } = row
  const sound = entry.id === walk.id + 1 && entry.digest === changeDigest(before, after, system) && linkHash(walk.hash, entry) === hash
  if (!sound || (noted?.id === entry.id && noted.hash !== hash)) return tampered(`audit row ${walk.id + 1}`)
  walk.id = entry.id
  walk.hash = hash
  return undefined
}

/** Every object is what its last change left, and nothing is there that no change made. */
function verifyObjects(db: Database, head: AuditHead): Result<AuditHead> {
  const last = new Map<string, string | null>()
  for (const { kind, key, after } of db.all(db.build.selectFrom('changes').select(['kind', 'key', 'after']).orderBy('rev').orderBy('number'))) {
    last.set(`${kind} ${key}`, after)
  }
  for (const { kind, key, body } of db.all(db.build.selectFrom('objects').select(['kind', 'key', 'body']))) {
    const name = `${kind} ${key}`
    const after = last.get(name)
    if (typeof after !== 'string' || !sameBody(readBody(db, after), readBody(db, body))) return fail(tampered(name))
    last.delete(name)
  }
  const missing = [...last].find(([, after]) => after !== null)
  return missing ? fail(tampered(missing[0])) : ok(head)
}

function tampered(where: string): Problem { return storeProblem('store.tampered', where) }
