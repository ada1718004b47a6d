/** Processes along lines of trust: one that dies or hangs is replaced, and calls do not notice the desk. Issue 2, point 7; DESIGN 3. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openReader } from '../../src/store/reader.ts'
import { launch, logLines, newFolder, pidOf, ringfort, siteFile, twoPhones, until, up } from './running.ts'
import { newPhone, options, statusOf } from './speak.ts'

const fixed = (port: number) => twoPhones.replace('sip-udp: { port: 0 }', `sip-udp: { port: ${port} }`)

/** A port that was free a moment ago: the system must find it again after its process died. */
async function freePort(): Promise<number> {
  const phone = await newPhone(1)
  phone.close()
  return phone.port
}

async function onDisk(dataDir: string): Promise<true | undefined> {
  const reader = openReader(dataDir, true), live = await reader?.registrations.live(Date.now())
  await reader?.close()
  return live?.ok && live.value.length > 0 ? true : undefined
}

async function registered(dataDir: string): Promise<string[]> {
  const shown = await ringfort(['show', 'registrations', '--json', '--data', dataDir])
  return shown.code === 0 ? (JSON.parse(shown.out) as { registrations: { phone: string }[] }).registrations.map((r) => r.phone) : []
}

test('issue 2, point 7: kill -9 of the call process: it comes back at once, with the registrations', async () => {
  const port = await freePort(), dataDir = join(newFolder(), 'data')
  const one = await up(dataDir, ['--site', siteFile(fixed(port))])
  const phone = await newPhone(port)
  assert.equal(statusOf(await phone.register('alice-desk', 'battery-staple-1', '1001')), 200)
  assert.deepEqual(await registered(dataDir), ['alice-desk'])
  await until(() => onDisk(dataDir), 'the registration on the disk')
  process.kill(await pidOf(dataDir, 'call'), 'SIGKILL')
  await one.event('replaced')
  assert.equal(statusOf(await options('udp', port)), 200)
  assert.deepEqual(await registered(dataDir), ['alice-desk'])
  phone.close()
  assert.equal(await one.stop(), 0)
})

test('issue 2, point 7: a desk that hangs: calls go on, and it is replaced', async () => {
  const dataDir = join(newFolder(), 'data'), one = await up(dataDir, ['--site', siteFile(twoPhones)])
  const desk = await pidOf(dataDir, 'desk')
  process.kill(desk, 'SIGSTOP')
  const phone = await newPhone(one.port('sip-udp'))
  assert.equal(statusOf(await phone.register('alice-desk', 'battery-staple-1', '1001')), 200)
  assert.equal(statusOf(await options('udp', one.port('sip-udp'))), 200)
  assert.equal((await one.event('replaced')).process, 'desk')
  assert.notEqual(await pidOf(dataDir, 'desk', 2), desk)
  assert.match(one.said().error, /desk: A process of the system does not answer any more and is replaced/)
  assert.deepEqual(await registered(dataDir), ['alice-desk'])
  phone.close()
  assert.equal(await one.stop(), 0)
})

test('issue 2, point 7: a desk that is busy with long work is no hanging desk: it is let finish, and says how far it is', async () => {
  const dataDir = join(newFolder(), 'data'), one = await up(dataDir, ['--site', siteFile(twoPhones)])
  const people = Array.from({ length: 120 }, (_, i) => `  - { userId: person${i}, password: "battery-staple-${i}" }\n`).join('')   // hashing takes seconds on any machine
  const applied = ringfort(['apply', siteFile(`users:\n${people}phones: []\n`), '--data', dataDir])
  await until(() => logLines(dataDir).find((line) => line.event === 'process.busy' && line.on === 'apply'), 'busy')
  const desk = await pidOf(dataDir, 'desk')
  process.kill(desk, 'SIGSTOP')
  await new Promise((resolve) => { setTimeout(resolve, 7_000) })   // longer than a silent desk is let live
  process.kill(desk, 'SIGCONT')
  const { code, out, error } = await applied
  assert.equal(code, 0, error)
  assert.match(out, /120 created/)
  assert.match(error, /^ringfort: (?:sealing secrets: \d+ of \d+ objects|writing \d+ changes) …$/m)
  assert.ok(!one.events.some(({ event }) => event === 'replaced'))
  assert.equal(await one.stop(), 0)
})

test('issue 2, bad input: a command while the desk is being replaced is told so, not that nothing runs', async () => {
  const dataDir = newFolder()
  writeFileSync(join(dataDir, 'ringfort.pid'), String(process.pid))
  assert.match((await ringfort(['show', 'version', '--data', dataDir])).error, /takes no commands at this moment.*\[admin\.notReady\]/)
  rmSync(join(dataDir, 'ringfort.pid'))
  assert.match((await ringfort(['show', 'version', '--data', dataDir])).error, /\[admin\.notRunning\]/)
})

test('issue 2, point 7: the launcher is killed: what it had started ends by itself, and the directory is free', async () => {
  const dataDir = join(newFolder(), 'data'), one = await up(dataDir, ['--site', siteFile(twoPhones)])
  const pids = [await pidOf(dataDir, 'call'), await pidOf(dataDir, 'desk')]
  one.child.kill('SIGKILL')
  await one.ended()
  for (const pid of pids) await until(() => isGone(pid) || undefined, `end of ${pid}`)
  const again = launch(dataDir)
  await again.event('ready')
  assert.equal(await again.stop(), 0)
})

function isGone(pid: number): boolean {
  try { process.kill(pid, 0); return false } catch { return true }
}
