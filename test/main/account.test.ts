/** A45: started as root with --user, no process that strangers speak to has root's rights, and `show ports` says who has which port. Issue 2, DESIGN 3. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { anyPorts, launch, newFolder, pidOf, ringfort, siteFile, up } from './running.ts'
import { options, statusOf } from './speak.ts'

const isRoot = process.getuid?.() === 0, asRoot = { skip: isRoot ? false : 'only root may start under another account' }
const who = 'nobody', uid = Number(execFileSync('id', ['-u', who], { encoding: 'utf8' })), gid = Number(execFileSync('id', ['-g', who], { encoding: 'utf8' }))

/** Can everybody read this clone? */
function isReadable(path = resolve(import.meta.dirname, '../../src')): boolean {
  return (statSync(path).mode & 0o005) === 0o005 && (path === '/' || isReadable(resolve(path, '..')))
}

function openFolder(): string { const folder = newFolder(); chmodSync(folder, 0o755); return folder }

/** A TCP port under 1024 that nobody has. */
async function freePrivileged(): Promise<number> {
  for (let port = 1_023; port > 0; port--) {
    const server = createServer(), tried = Promise.race([once(server, 'listening').then(() => true), once(server, 'error').then(() => false)])
    server.listen(port, '127.0.0.1')
    const isFree = await tried
    server.close()
    if (isFree) return port
  }
  return assert.fail('every port under 1024 is taken')
}

function status(pid: number): { [field: string]: string } {
  return Object.fromEntries(readFileSync(`/proc/${pid}/status`, 'utf8').split('\n').filter(Boolean).map((line) => line.split(':\t').map((part) => part.trim()) as [string, string]))
}

function hasDropped(pid: number): void {
  const { Uid, Gid, Groups, CapEff, CapPrm } = status(pid)
  assert.deepEqual([Uid?.split('\t'), Gid?.split('\t'), Groups, Number(CapEff), Number(CapPrm)], [Array(4).fill(String(uid)), Array(4).fill(String(gid)), '', 0, 0])
}

async function accounts(dataDir: string): Promise<Record<string, string[]>> {
  const { out } = await ringfort(['show', 'ports', '--json', '--data', dataDir])
  const { ports } = JSON.parse(out) as { ports: { name: string; bound: { account: string }[] }[] }
  return Object.fromEntries(ports.filter(({ bound }) => bound.length > 0).map(({ name, bound }) => [name, bound.map(({ account }) => account)]))
}

const everyone = Object.fromEntries(['sip-udp', 'sip-tcp', 'sip-tls', 'sip-wss', 'metrics'].map((name) => [name, [who]]))

test('A45 --user: a port under 1024 is bound, call and desk have given root up for good, every file is the account\'s, and a call process that is killed comes back so', asRoot, async (t) => {
  if (!isReadable()) { t.skip('this clone stands where other accounts cannot read it'); return }
  const folder = openFolder(), dataDir = join(folder, 'data'), port = await freePrivileged()
  const one = await up(dataDir, ['--user', who, '--site', siteFileForAll(anyPorts.replace('sip-tcp: { port: 0 }', `sip-tcp: { port: ${port} }`))])
  assert.equal(one.port('sip-tcp'), port)
  hasDropped(await pidOf(dataDir, 'call'))
  hasDropped(await pidOf(dataDir, 'desk'))
  assert.deepEqual(status(one.child.pid!).Uid?.split('\t'), ['0', String(uid), '0', String(uid)], 'the launcher may come back to root, and works as the account')
  assert.deepEqual(await accounts(dataDir), everyone)
  process.kill(await pidOf(dataDir, 'call'), 'SIGKILL')
  await one.event('replaced')
  hasDropped(await pidOf(dataDir, 'call', 2))
  assert.equal(statusOf(await options('tcp', port)), 200)
  assert.doesNotMatch(one.said().error, /main\.asRoot/)
  assert.deepEqual(foreign(dataDir), [])
  assert.equal(statSync(dataDir).mode & 0o777, 0o700)
  assert.equal(await one.stop(), 0)
  assert.deepEqual(foreign(dataDir), [])
})

test('A45 --user, all in one process: root is given up as well; a directory that root made before is handed over', asRoot, async (t) => {
  if (!isReadable()) { t.skip('this clone stands where other accounts cannot read it'); return }
  const dataDir = join(openFolder(), 'data'), site = siteFileForAll(anyPorts), before = await up(dataDir, ['--site', site])
  assert.match(before.said().error, /Ringfort runs as root.*Start it as another user, or add --user NAME\. \[main\.asRoot\]/)
  assert.deepEqual((await accounts(dataDir)).metrics, ['root'])
  assert.equal(await before.stop(), 0)
  const one = await up(dataDir, ['--user', who, '--processes', 'one'])
  hasDropped(one.child.pid!)
  assert.deepEqual(await accounts(dataDir), everyone)
  assert.deepEqual(foreign(dataDir), [])
  assert.equal(await one.stop(), 0)
})

test('A45 --user: an account that is not there and one that is root are told so, and nothing is made', asRoot, async () => {
  const cases: [string, string][] = [['no-such-account', 'main.userUnknown'], ['-u', 'main.userUnknown'], ['root', 'main.userIsRoot']]
  for (const [name, code] of cases) {
    const dataDir = join(newFolder(), 'data'), one = launch(dataDir, [`--user=${name}`])
    assert.equal(await one.ended(), 1)
    assert.deepEqual((one.events[0]!.problems as { code: string }[]).map((problem) => problem.code), [code])
    assert.deepEqual(readdirSync(join(dataDir, '..')), [])
  }
})

test('A45 --user by somebody who is not root: told so', async (t) => {
  if (isRoot && !isReadable()) { t.skip('this clone stands where other accounts cannot read it'); return }
  const one = launch(join(newFolder(), 'data'), ['--user', who], isRoot ? ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'] : [])
  assert.equal(await one.ended(), 1)
  assert.match(one.said().error, /Only root may start Ringfort under another account\. Leave out --user.*\[main\.userNeedsRoot\]/)
})

/** What is not the account's in a directory. */
function foreign(dataDir: string): string[] {
  return readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter((name) => { const { uid: owner, gid: group } = statSync(join(dataDir, name)); return owner !== uid || group !== gid })
}

/** A site file that the account may read. */
function siteFileForAll(text: string): string {
  const file = siteFile(text)
  chmodSync(resolve(file, '..'), 0o755)
  chmodSync(file, 0o644)
  return file
}
