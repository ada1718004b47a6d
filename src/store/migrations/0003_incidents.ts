/** What somebody tried and was kept from: appended, chained, never changed. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.createTable('incidents')
    .addColumn('number', 'bigint', (c) => c.primaryKey()).addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('at', 'bigint', (c) => c.notNull()).addColumn('what', 'text', (c) => c.notNull()).addColumn('who', 'text', (c) => c.notNull())
    .addColumn('detail', 'text', (c) => c.notNull()).addColumn('before', 'text', (c) => c.notNull()).addColumn('hash', 'text', (c) => c.notNull()).execute()
  await sql`create trigger incidents_fixed before update on incidents begin select raise(abort, 'incidents are append-only'); end`.execute(db)
}
