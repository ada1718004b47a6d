import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { lockDataDirectory } from '../../src/store/lock.ts'
import { child, line, scratch } from './child.ts'
import { code, value } from './compliance.ts'

const fresh = scratch()

test('the data directory is made with mode 0700, an open one is shut', () => {
  const dir = join(fresh(), 'deep', 'data')
  value(lockDataDirectory(dir)).release()
  assert.equal(statSync(dir).mode & 0o777, 0o700)
  chmodSync(dir, 0o755)
  value(lockDataDirectory(dir)).release()
  assert.equal(statSync(dir).mode & 0o777, 0o700)
  assert.equal(process.umask(), 0o077)
})

test('a second holder in the same process is refused, and after release let in', () => {
  const dir = fresh()
  const first = value(lockDataDirectory(dir))
  assert.equal(code(lockDataDirectory(dir)), 'store.running')
  assert.equal(code(lockDataDirectory(dir)), 'store.running', 'the refused attempt did not loosen the lock')
  first.release()
  first.release()
  value(lockDataDirectory(dir)).release()
  assert.equal(existsSync(join(dir, 'ringfort.pid')), false)
})

test('a second start is refused with the process that holds it; kill -9 frees it at once', async () => {
  const dir = fresh()
  const first = child('childLock.ts', [dir])
  assert.equal(await line(first), '"held"')
  const second = child('childLock.ts', [dir])
  const refused = JSON.parse(await line(second))
  second.process.stdin!.end('x')
  assert.equal(refused.code, 'store.running')
  assert.match(refused.text, new RegExp(`process ${first.process.pid}\\b`))
  assert.ok(refused.remedy)
  first.process.kill('SIGKILL')
  await Promise.all([first.ended, second.ended])
  const own = value(lockDataDirectory(dir))   // the pid file of the dead one is still there and means nothing
  own.release()
})

test('a pid file that lies is not believed and not printed', async () => {
  const dir = fresh()
  const held = value(lockDataDirectory(dir))
  writeFileSync(join(dir, 'ringfort.pid'), '12; rm -rf /\n\u001b[31m')
  const second = lockDataDirectory(dir)
  assert.ok(!second.ok)
  assert.equal(second.problem.text, 'Another ringfort works on this data directory.')
  held.release()
})

test('a file where the directory should be, and a directory that cannot be made', () => {
  const dir = fresh()
  mkdirSync(dir)
  writeFileSync(join(dir, 'file'), '')
  assert.equal(code(lockDataDirectory(join(dir, 'file'))), 'store.notDirectory')
  assert.equal(code(lockDataDirectory(join(dir, 'file', 'below'))), 'store.notDirectory')
})
