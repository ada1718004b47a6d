import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { addresses, incomplete, readLockfile } from '../../tools/lockfile.ts'

const bootstrap = resolve(import.meta.dirname, '../../bin/bootstrap.mjs')

/** Runs a script as bin/ringfort.mjs runs src/main.ts. */
function become(script: string): ChildProcess & { said: () => string } {
  const child = spawn(process.execPath, ['--input-type=module', '-e', `import { become } from ${JSON.stringify(bootstrap)}; become(['-e', ${JSON.stringify(script)}])`], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => { text += chunk.toString() })
  return Object.assign(child, { said: () => text })
}

test('ringfort: runs under Node.js 24 and hands on output and exit code', async () => {
  const child = become('console.log(process.version); process.exitCode = 7')
  const [code] = await once(child, 'close') as [number]
  assert.deepEqual([code, child.said().startsWith('v24.')], [7, true])
})

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`ringfort: ${signal} is handed on, and the process ends as what it runs ends`, async () => {
    const child = become(`process.on('${signal}', () => { console.log('got ${signal}'); process.exit(5) }); setInterval(() => {}, 1000); console.log('up')`)
    await once(child.stdout!, 'data')
    child.kill(signal)
    const [code] = await once(child, 'close') as [number]
    assert.deepEqual([code, child.said()], [5, `up\ngot ${signal}\n`])
  })
}

test('ringfort: what dies of a signal is seen to die of it', async () => {
  const child = become("process.kill(process.pid, 'SIGKILL')")
  const [code, signal] = await once(child, 'close') as [number | null, string | null]
  assert.deepEqual([code, signal], [null, 'SIGKILL'])
})

test('A46 the lockfile pins every package and names no download address', () => {
  const lock = readLockfile()
  assert.deepEqual([addresses(lock), incomplete(lock)], [[], []])
  const bare = { packages: { '': {}, 'node_modules/a': { version: '1.0.0', resolved: 'https://registry.test/a.tgz', optionalDependencies: { 'a-linux-x64-musl': '1.0.0' } } } }
  assert.equal(addresses(bare).length, 1)
  assert.deepEqual(incomplete(bare).map(({ name, entry }) => [name, entry.os, entry.cpu, entry.libc]), [['a-linux-x64-musl', ['linux'], ['x64'], ['musl']]])
})
