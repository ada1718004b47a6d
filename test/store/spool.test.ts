import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { maxLineBytes, openSpool, type Spool } from '../../src/store/spool.ts'
import { scratch } from './child.ts'
import { call, code, value } from './compliance.ts'

const fresh = scratch()
const lines = (...numbers: number[]) => numbers.map((number) => JSON.stringify(call(number))).join('\n')

function spoolIn(dir: string): { spool: Spool; path: string } {
  mkdirSync(dir, { recursive: true })
  return { spool: openSpool(dir), path: join(dir, 'spool', 'records.jsonl') }
}
function readAll(spool: Spool): { ids: string[]; damaged: number } {
  const all = { ids: [] as string[], damaged: 0 }
  for (let piece = value(spool.peek()); piece; piece = value(spool.peek())) {
    all.ids.push(...piece.records.map(({ id }) => id))
    all.damaged += piece.damaged
    spool.take(piece)
  }
  return all
}

test('what was appended is read back in order, in pieces, and then the file is gone', () => {
  const { spool, path } = spoolIn(fresh())
  const numbers = Array.from({ length: 1_700 }, (_, i) => i)
  for (let i = 0; i < 1_700; i += 100) value(spool.append(lines(...numbers.slice(i, i + 100))))
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(readAll(spool), { ids: numbers.map((i) => call(i).id), damaged: 0 })
  assert.equal(existsSync(path), false)
})

test('a piece that was not taken is read again; what is appended meanwhile comes after it', () => {
  const { spool } = spoolIn(fresh())
  value(spool.append(lines(1)))
  assert.deepEqual(value(spool.peek())?.records, [call(1)])
  value(spool.append(lines(2)))
  assert.deepEqual(readAll(spool).ids, [call(1).id, call(2).id])
})

test('a torn, foreign or endless line costs only itself', () => {
  const rubbish: [string, string, number][] = [
    ['torn by a crash', lines(9).slice(0, 40), 1],
    ['not JSON', 'rubbish\n', 1],
    ['JSON, not a record', '{"id":1}\n[]\nnull\n', 3],
    ['bytes', '\u0000\uffff\n', 1],
    ['longer than any record', `${'x'.repeat(maxLineBytes + 600_000)}\n`, 2],
  ]
  for (const [what, text, damaged] of rubbish) {
    const { spool, path } = spoolIn(fresh())
    value(spool.append(lines(1, 2)))
    appendFileSync(path, text)
    value(spool.append(lines(3)))
    assert.deepEqual(readAll(spool), { ids: [1, 2, 3].map((i) => call(i).id), damaged }, what)
  }
})

test('a file taken away meanwhile harms nothing that comes after', () => {
  const { spool, path } = spoolIn(fresh())
  value(spool.append(lines(1, 2, 3)))
  const piece = value(spool.peek())
  assert.ok(piece)
  spool.take(piece)
  rmSync(path)
  value(spool.append(lines(4)))
  assert.deepEqual(readAll(spool).ids, [call(4).id])
})

test('a spool at its limit and a spool that cannot be written say so, and leave nothing half', () => {
  const dir = fresh()
  const { path } = spoolIn(dir)
  const small = openSpool(dir, 1_000)
  value(small.append(lines(1)))
  const before = readFileSync(path, 'utf8')
  assert.equal(code(small.append(lines(1, 2, 3, 4, 5))), 'store.spoolFull')
  assert.equal(readFileSync(path, 'utf8'), before)
  const other = fresh()
  mkdirSync(other)
  writeFileSync(join(other, 'spool'), '')
  assert.equal(code(openSpool(other).append(lines(1))), 'store.notDirectory')
})
