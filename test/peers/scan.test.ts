/**
 * Scanners of others: sipvicious, nmap, sipsak. They find the server, no user and no password; the processes stay the same, the next question is
 * answered, the call that stands stands on. A1, A3, A13, A14, A15, A20.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pidOf, twoPhones } from '../main/running.ts'
import { call, newPhone, options, statusOf } from '../main/speak.ts'
import { finish, isInstalled, local } from './programs.ts'
import { caText, openTown, type Town } from './town.ts'

const scanners = ['svmap', 'svwar', 'svcrack', 'nmap', 'sipsak', 'sslscan']
const town: Promise<Town> | undefined = scanners.some(isInstalled) ? openTown(twoPhones) : undefined

/** Answered within a second over every transport. */
async function isAlive(open: Town): Promise<void> {
  for (const [transport, port] of [['udp', open.udp], ['tcp', open.tcp], ['tls', open.tls]] as const) {
    const began = performance.now()
    assert.equal(statusOf(await options(transport, port, caText(open))), 200, transport)
    assert.ok(performance.now() - began < 1_000, `${transport}: ${performance.now() - began} ms`)
  }
}

test('A13 A14 sipvicious finds the server, no user, and no password within what a source may try', { timeout: 200_000 }, async (t) => {
  if (!town || !['svmap', 'svwar', 'svcrack'].every(isInstalled)) { t.diagnostic('not judged: sipvicious is not installed'); return }
  const open = await town, { folder } = open, env = { HOME: folder }, port = String(open.udp)
  const mapped = await finish('svmap', ['-p', port, local], { folder, env, seconds: 60 })
  assert.match(mapped.out, new RegExp(`127\\.0\\.0\\.1:${port}`), 'the server is found')
  const dictionary = join(folder, 'names')
  writeFileSync(dictionary, ['1001', '1002', 'alice-desk', '9999', 'nobody'].join('\n'))
  for (const method of ['REGISTER', 'INVITE', 'OPTIONS']) {
    const { out } = await finish('svwar', ['-p', port, '-d', dictionary, '-m', method, '--force', local], { folder, env, seconds: 60, name: `svwar-${method}` })
    const found = (name: string) => new RegExp(`\\| *${name} *\\|`).test(out)
    assert.equal(found('1001'), found('9999'), `${method}: who is there looks like who is not: ${out}`)
  }
  const words = join(folder, 'words')
  writeFileSync(words, [...Array.from({ length: 60 }, (_, i) => `guess-${i}`), 'battery-staple-2'].join('\n'))
  const cracked = await finish('svcrack', ['-p', port, '-u', 'bob-desk', '-d', words, local], { folder, env, seconds: 90 })
  assert.ok(!cracked.out.includes('battery-staple-2'), `the password after 60 wrong ones is not looked at: ${cracked.out}`)
  await isAlive(open)
})

test('A1 A3 A20 nmap and sipsak: three rounds, the same processes, every question answered, the call stands', { timeout: 230_000 }, async (t) => {
  if (!town || !isInstalled('nmap')) { t.diagnostic('not judged: nmap is not installed'); return }
  const open = await town, { folder, running } = open, pids = () => Promise.all(['call', 'desk'].map((role) => pidOf(running.dataDir, role)))
  const before = await pids(), [a, b] = await Promise.all([newPhone(open.udp), newPhone(open.udp)])
  t.after(() => { for (const one of [a, b]) one.close() })
  assert.equal(statusOf(await a.register('alice-desk', 'battery-staple-1', '1001')), 200)
  assert.equal(statusOf(await b.register('bob-desk', 'battery-staple-2', '1002')), 200)
  const talk = await call(a, b), { id } = await open.call('1001', (one) => one.state === 'connected')
  for (let round = 0; round < 3; round++) {
    const found = await finish('nmap', ['-n', '-Pn', '-p', `${open.tcp},${open.tls}`, local], { folder, seconds: 60, name: 'nmap' })
    assert.equal(found.out.match(/\bopen\b/g)?.length, 2, found.out)
    const probes = [['-A', '-p', `${open.tcp},${open.tls}`], ...(process.getuid?.() === 0 ? [['-sU', '-sV', '-p', String(open.udp)]] : [])]
    await Promise.all(probes.map((some, i) => finish('nmap', ['-n', '-Pn', ...some, local], { folder, seconds: 15, name: `nmap-${i}` })))   // it probes for minutes: cut short, the next round begins anew
    if (isInstalled('sipsak')) await finish('sipsak', ['-R', '-t', '40', '-s', `sip:trash@${local}:${open.udp}`], { folder, seconds: 20 })
    await isAlive(open)
  }
  assert.deepEqual(await pids(), before, 'no process was started again')
  for (const pid of before) process.kill(pid, 0)
  assert.equal((await open.call('1001')).id, id)
  await talk.hangUp()
  const record = await open.record('1001', (one) => one.id === id)
  assert.deepEqual([record.status, record.legs.map((leg) => leg.endedBy)], [200, ['far', 'near']])
})

test('A15 R091 TLS: 1.2 and 1.3 alone, no weak suite', { timeout: 100_000 }, async (t) => {
  if (!town) { t.diagnostic('not judged: neither nmap nor sslscan is installed'); return }
  const open = await town, { folder } = open
  if (isInstalled('sslscan')) {
    const { out } = await finish('sslscan', ['--no-colour', `${local}:${open.tls}`], { folder, seconds: 60 })
    for (const old of ['SSLv2', 'SSLv3', 'TLSv1.0', 'TLSv1.1']) assert.match(out, new RegExp(`${old.replace('.', '\\.')} +disabled`), out)
    for (const good of ['TLSv1.2', 'TLSv1.3']) assert.match(out, new RegExp(`${good.replace('.', '\\.')} +enabled`), out)
    assert.doesNotMatch(out, /(?:Preferred|Accepted).*(?:RC4|3DES|DES-CBC|NULL|EXP|MD5|CAMELLIA|SEED|IDEA)/)
  } else t.diagnostic('sslscan is not installed')
  if (isInstalled('nmap')) {
    const { out } = await finish('nmap', ['-n', '-Pn', '-p', String(open.tls), '--script', 'ssl-enum-ciphers', local], { folder, seconds: 60, name: 'nmap-tls' })
    assert.match(out, /least strength: A/)
    assert.doesNotMatch(out, /TLSv1\.[01]:|SSLv/)
  } else t.diagnostic('nmap is not installed')
})
