/** The log: one JSON object a line, nothing secret in it, and no stranger who fills it. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pii, secret } from '../../src/kit/secret.ts'
import { logPath, watchLogFile } from '../../src/ops/logFile.ts'
import { type LogSetup, openLog, requestMark } from '../../src/ops/log.ts'
import { mayTell, newRate } from '../../src/ops/rate.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'rf-log-'))
after(() => { rmSync(dataDir, { recursive: true }) })

let folders = 0
function newLog(more: Partial<LogSetup> = {}) {
  const dir = join(dataDir, String(folders++)), said: string[] = []
  const log = openLog({ dataDir: dir, process: 'test', words: (line) => { said.push(line) }, ...more })
  return { log, said, dir, lines: () => readFileSync(logPath(dir), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>) }
}

test('A43 lines are JSON objects with level, process, event and moment; those written before the library is there too', async () => {
  const { log, lines, dir } = newLog({ now: () => Date.UTC(2026, 0, 2) })
  log.write('info', 'call.ended', { call: 'abc' })
  log.with({ call: 'xyz' }).write('warn', 'leg.lost', { request: requestMark('a84b4c76e66710@192.0.2.7') })
  await log.close()
  const [first, second] = lines()
  assert.deepEqual({ ...first, pid: 0 }, { level: 'info', process: 'test', pid: 0, event: 'call.ended', call: 'abc', at: '2026-01-02T00:00:00.000Z' })
  assert.equal(second!.call, 'xyz')
  assert.match(String(second!.request), /^[0-9a-f]{12}$/)
  assert.equal(statSync(logPath(dir)).mode & 0o777, 0o600)
})

test('A43 a secret and a personal datum print as marks, a line end cannot forge a line', async () => {
  const { log, lines, dir } = newLog()
  log.write('info', 'x', { password: secret('canary-4711'), number: pii('0301234567'), deep: { list: [secret('canary-4711')] }, forged: 'a\n{"level":"info"}' })
  await log.close()
  assert.equal(lines().length, 1)
  assert.ok(!/canary|0301234567/.test(readFileSync(logPath(dir), 'utf8')))
  assert.equal(lines()[0]!.password, '[secret]')
})

test('A43 warnings and errors are told in words with their remedy, a few a second', async () => {
  const { log, said } = newLog({ now: () => 0 })
  log.problem('info', { code: 'a.b', text: 'Nothing much.' })
  for (let i = 0; i < 100; i++) log.problem('error', { code: 'store.full', text: 'The disk is full.', where: 'ringfort.db', remedy: 'Make room.' })
  await log.close()
  assert.equal(said[0], 'ringfort: error: ringfort.db: The disk is full. Make room. [store.full]')
  assert.equal(said.length, 20)
})

test('A43 a stranger causes five lines in ten seconds, all strangers together two hundred, and what was left out is counted', () => {
  const rate = newRate()
  const allowed = (now: number, source: string) => mayTell(rate, now, source).allowed
  assert.deepEqual(Array.from({ length: 7 }, () => allowed(0, 'a')), [true, true, true, true, true, false, false])
  assert.equal(Array.from({ length: 100_000 }, (_, i) => allowed(1, `source ${i}`)).filter(Boolean).length, 195)
  assert.ok(rate.sources.size <= rate.limits.maxSources)
  const next = mayTell(rate, 10_001, 'a')
  assert.ok(next.allowed)
  assert.equal(next.told, 2 + 100_000 - 195)
})

test('A43 a log that has grown is renamed, the oldest goes, and what is written next stands in a new file', () => {
  const dir = mkdtempSync(join(dataDir, 'rotate-')), path = join(dir, 'x.log')
  let reopened = 0
  const stream = { reopen: () => { reopened++; writeFileSync(path, '') }, on: () => {} }
  writeFileSync(path, 'first')
  const file = watchLogFile(path, stream, { rotates: true, maxBytes: 5, keep: 2 })
  for (const text of ['second', 'third', 'fourth']) { file.look(); writeFileSync(path, text) }
  file.close()
  assert.equal(reopened, 3)
  assert.deepEqual([path, `${path}.1`, `${path}.2`].map((one) => readFileSync(one, 'utf8')), ['fourth', 'third', 'second'])
  assert.ok(!existsSync(`${path}.3`))
})

test('a log that cannot be written is told once in words, counted, and ends', async () => {
  const file = join(dataDir, 'no-folder')
  writeFileSync(file, '')
  const said: string[] = []
  const log = openLog({ dataDir: file, process: 'test', words: (line) => { said.push(line) } })
  log.write('info', 'x')
  await log.close()
  assert.match(said.join('\n'), /^ringfort: warning: the log cannot be written: ENOTDIR \[log\.unwritable\]$/)
  assert.ok(log.lost() > 0)
})
