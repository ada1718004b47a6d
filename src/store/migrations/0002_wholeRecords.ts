/** A call record is one row: its JSON whole, legs and all, beside it only what is searched by. A call is written into five trees instead of nine. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table calls rename to parted`.execute(db)
  for (const index of ['calls_newest', 'calls_from', 'calls_to']) await db.schema.dropIndex(index).execute()
  await db.schema.createTable('calls')
    .addColumn('id', 'text', (c) => c.notNull().primaryKey()).addColumn('startedAt', 'bigint', (c) => c.notNull())
    .addColumn('from', 'text', (c) => c.notNull()).addColumn('to', 'text', (c) => c.notNull())
    .addColumn('ending', 'text', (c) => c.notNull()).addColumn('security', 'text', (c) => c.notNull())
    .addColumn('detail', 'text', (c) => c.notNull()).execute()
  await carryOver(db)
  await db.schema.createIndex('calls_newest').on('calls').columns(['startedAt', 'id', 'ending', 'security']).execute()
  await db.schema.createIndex('calls_from').on('calls').columns(['from', 'startedAt']).execute()
  await db.schema.createIndex('calls_to').on('calls').columns(['to', 'startedAt']).execute()
  await db.schema.dropTable('legs').execute()
  await db.schema.dropTable('parted').execute()
}

/** In SQLite's own words: the fields that were columns go back into the record, and its legs in their order. */
async function carryOver(db: Kysely<never>): Promise<void> {
  await sql`
    insert into calls
    select id, "startedAt", "from", "to", ending, security, json_set(
      iif("answeredAt" is null, detail, json_set(detail, '$.answeredAt', "answeredAt")),
      '$.id', id, '$.startedAt', "startedAt", '$.endedAt', "endedAt", '$.from', "from", '$.to', "to", '$.ending', ending, '$.security', security,
      '$.legs', json((select json_group_array(json(body)) from (select body from legs where "callId" = parted.id order by number))))
    from parted order by "startedAt", id`.execute(db)
}
