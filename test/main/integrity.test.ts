/** A database that was damaged while nobody looked. Issue 2, bad input. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { Problem } from '../../src/kit/result.ts'
import { watchIntegrity } from '../../src/main/integrity.ts'
import { type Log, silentLog } from '../../src/ops/log.ts'
import { launch, newFolder, ringfort, siteFile, twoPhones, up } from './running.ts'

/** Overwrites the first page of a table, and says where it was. */
function damage(dataDir: string, table: string): void {
  const file = join(dataDir, 'ringfort.db'), db = new DatabaseSync(file)
  const page = Number(db.prepare('select rootpage from sqlite_schema where name = ?').get(table)?.rootpage)
  const size = Number(db.prepare('pragma page_size').get()?.page_size)
  db.close()
  const bytes = readFileSync(file)
  bytes.fill(0xa5, (page - 1) * size, page * size)
  writeFileSync(file, bytes)
}

test('issue 2, bad input: damage in a table that no start reads, after a stop that was none of a crash: refused at the start', async () => {
  const dataDir = join(newFolder(), 'data')
  assert.equal(await (await up(dataDir, ['--site', siteFile(twoPhones)])).stop(), 0)
  damage(dataDir, 'calls')
  const one = launch(dataDir)
  assert.equal(await one.ended(), 1)
  assert.match(one.said().error, /ringfort\.db: The database is damaged\..*one that an update left in backup\/.*\[store\.corrupt\]/)
})

test('issue 2, bad input: a great database is checked beside the work: damage is told, and health says it', async () => {
  const dataDir = join(newFolder(), 'data')
  assert.equal(await (await up(dataDir, ['--site', siteFile(twoPhones)])).stop(), 0)
  const sound = Promise.withResolvers<string>()
  const first = watchIntegrity(dataDir, { ...silentLog, write: (_level, event) => { sound.resolve(event) } } as Log, 0)
  assert.equal(await sound.promise, 'store.checked')
  assert.equal(first.damaged, false)
  damage(dataDir, 'calls')
  const found = Promise.withResolvers<Problem>()
  const second = watchIntegrity(dataDir, { ...silentLog, problem: (_level, problem) => { found.resolve(problem) } } as Log, 0)
  assert.equal((await found.promise).code, 'store.corrupt')
  assert.equal(second.damaged, true)
  await Promise.all([first.stop(), second.stop()])
})

test('issue 2, bad input: a table that is damaged under a running system: the command says so, it is no defect of ours', async () => {
  const dataDir = join(newFolder(), 'data'), one = await up(dataDir, ['--site', siteFile(twoPhones), '--processes', 'one'])
  const db = new DatabaseSync(join(dataDir, 'ringfort.db'))
  for (const { name } of db.prepare("select name from sqlite_schema where type = 'trigger'").all()) db.exec(`drop trigger "${String(name)}"`)
  db.exec("update audit set fields = '{'")
  db.close()
  const shown = await ringfort(['show', 'audit', '--json', '--data', dataDir])
  assert.deepEqual([shown.code, (JSON.parse(shown.out) as { problems: Problem[] }).problems.map(({ code }) => code)], [1, ['store.corrupt']])
  assert.equal(await one.stop(), 0)
})
