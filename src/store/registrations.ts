/** Registered contacts as they survive a restart. The registrar's memory is the truth; this is its copy, written behind. */
import type { Json } from '../directory/changes.ts'
import { readJson } from './reading.ts'
import type { Database } from './database.ts'
import { guarded } from './problems.ts'
import type { Binding, BindingKey, Registrations } from './store.ts'

export function registrations(db: Database): Registrations {
  return {
    live: async (now) => guarded(db.path, () => db.all(db.build.selectFrom('bindings').selectAll().where('expiresAt', '>', now))
      .map(({ aor, key, expiresAt, body }) => ({ aor, key, expiresAt, body: readJson(db, body) }))),
    write: async (saved, gone) => guarded(db.path, () => db.transaction(() => writeBindings(db, saved, gone))),
    expire: async (now) => guarded(db.path, () => db.run(db.build.deleteFrom('bindings').where('expiresAt', '<=', now))),
  }
}

/** Inside a transaction. */
export function writeBindings(db: Database, saved: readonly Binding[], gone: readonly BindingKey[]): void {
  const drop = db.prepare(db.build.deleteFrom('bindings').where('aor', '=', '').where('key', '=', ''))
  for (const { aor, key } of gone) drop.run(aor, key)
  const save = db.prepare(db.build.insertInto('bindings').values({ aor: '', key: '', expiresAt: 0, body: '' })
    .onConflict((at) => at.columns(['aor', 'key']).doUpdateSet((row) => ({ expiresAt: row.ref('excluded.expiresAt'), body: row.ref('excluded.body') }))))
  for (const { aor, key, expiresAt, body } of saved) save.run(aor, key, expiresAt, JSON.stringify(body satisfies Json))
}
