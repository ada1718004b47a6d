/** Every migration by name, in order. A name once released never changes; a change of the schema is a new file. */
import type { Migration } from 'kysely/migration'
import * as first from './0001_first.ts'
import * as whole from './0002_wholeRecords.ts'
import * as incidents from './0003_incidents.ts'

export const migrations: Record<string, Migration> = {
  '0001_first': first,
  '0002_wholeRecords': whole,
  '0003_incidents': incidents,
}
