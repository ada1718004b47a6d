/** The first tables: configuration with its audit, registrations, call records. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  await configuration(db)
  await audit(db)
  await registrations(db)
  await records(db)
  await appendOnly(db)
  await sql`pragma application_id = 1380340308`.execute(db)   // 'RFRT': this file is Ringfort's (migrate.ts checks it)
}

async function configuration(db: Kysely<never>): Promise<void> {
  await db.schema.createTable('objects')
    .addColumn('kind', 'text', (c) => c.notNull()).addColumn('key', 'text', (c) => c.notNull())
    .addColumn('rev', 'bigint', (c) => c.notNull()).addColumn('body', 'text', (c) => c.notNull())
    .addColumn('system', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('objects_key', ['kind', 'key'] as never[]).execute()
  await db.schema.createTable('changes')
    .addColumn('rev', 'bigint', (c) => c.notNull()).addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull()).addColumn('key', 'text', (c) => c.notNull())
    .addColumn('before', 'text').addColumn('after', 'text').addColumn('system', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('changes_key', ['rev', 'number'] as never[]).execute()
  await db.schema.createTable('position')
    .addColumn('id', 'integer', (c) => c.primaryKey()).addColumn('rev', 'bigint', (c) => c.notNull())
    .addColumn('auditId', 'bigint', (c) => c.notNull()).addColumn('auditHash', 'text', (c) => c.notNull()).execute()
  await sql`insert into position values (1, 0, 0, '')`.execute(db)
}

async function audit(db: Kysely<never>): Promise<void> {
  await db.schema.createTable('audit')
    .addColumn('id', 'bigint', (c) => c.primaryKey()).addColumn('rev', 'bigint', (c) => c.notNull())
    .addColumn('number', 'integer', (c) => c.notNull()).addColumn('at', 'bigint', (c) => c.notNull()).addColumn('by', 'text', (c) => c.notNull())
    .addColumn('via', 'text', (c) => c.notNull()).addColumn('reason', 'text').addColumn('undoes', 'bigint')
    .addColumn('kind', 'text', (c) => c.notNull()).addColumn('key', 'text', (c) => c.notNull())
    .addColumn('what', 'text', (c) => c.notNull()).addColumn('fields', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull()).addColumn('hash', 'text', (c) => c.notNull()).execute()
  await db.schema.createIndex('audit_rev').on('audit').column('rev').execute()
  await db.schema.createIndex('audit_object').on('audit').columns(['kind', 'key']).execute()
}

async function registrations(db: Kysely<never>): Promise<void> {
  await db.schema.createTable('bindings')
    .addColumn('aor', 'text', (c) => c.notNull()).addColumn('key', 'text', (c) => c.notNull())
    .addColumn('expiresAt', 'bigint', (c) => c.notNull()).addColumn('body', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('bindings_key', ['aor', 'key'] as never[]).execute()
}

async function records(db: Kysely<never>): Promise<void> {
  await db.schema.createTable('calls')
    .addColumn('id', 'text', (c) => c.notNull().primaryKey()).addColumn('startedAt', 'bigint', (c) => c.notNull())
    .addColumn('answeredAt', 'bigint').addColumn('endedAt', 'bigint', (c) => c.notNull())
    .addColumn('from', 'text', (c) => c.notNull()).addColumn('to', 'text', (c) => c.notNull())
    .addColumn('ending', 'text', (c) => c.notNull()).addColumn('security', 'text', (c) => c.notNull())
    .addColumn('detail', 'text', (c) => c.notNull()).execute()
  await db.schema.createIndex('calls_newest').on('calls').columns(['startedAt', 'id']).execute()
  await db.schema.createIndex('calls_from').on('calls').columns(['from', 'startedAt', 'id']).execute()
  await db.schema.createIndex('calls_to').on('calls').columns(['to', 'startedAt', 'id']).execute()
  await db.schema.createTable('legs')
    .addColumn('callId', 'text', (c) => c.notNull().references('calls.id').onDelete('cascade'))
    .addColumn('number', 'integer', (c) => c.notNull()).addColumn('body', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('legs_key', ['callId', 'number'] as never[]).execute()
}

/** SQLite's own words: PostgreSQL gets a trigger function in its own migration. */
async function appendOnly(db: Kysely<never>): Promise<void> {
  await sql`create trigger audit_kept before delete on audit begin select raise(abort, 'the audit is append-only'); end`.execute(db)
  await sql`create trigger audit_fixed before update on audit begin select raise(abort, 'the audit is append-only'); end`.execute(db)
  await sql`create trigger changes_kept before delete on changes begin select raise(abort, 'the audit is append-only'); end`.execute(db)
  await sql`create trigger changes_fixed before update on changes begin select raise(abort, 'the audit is append-only'); end`.execute(db)
}
