/** Reading what configuration.ts has written: the place in the chain, and bodies. */
import type { Body, Json } from '../directory/changes.ts'
import type { Database } from './database.ts'
import { StoreFailure, storeProblem } from './problems.ts'
import type { AuditHead } from './store.ts'

export function position(db: Database): { rev: number; auditId: number; auditHash: string } {
  const found = db.first(db.build.selectFrom('position').selectAll().where('id', '=', 1))
  if (!found) throw new StoreFailure(storeProblem('store.corrupt', db.path))
  return found
}

export function auditHead(db: Database): AuditHead {
  const { auditId, auditHash } = position(db)
  return { id: auditId, hash: auditHash }
}

/** JSON.parse quotes its input in its error, and the input holds secrets: only the fact is passed on. */
export function readBody(db: Database, text: string): Body { return readJson(db, text) as Body }

export function readJson(db: Database, text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw new StoreFailure(storeProblem('store.corrupt', db.path))
  }
}
