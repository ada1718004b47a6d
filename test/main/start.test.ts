/** `ringfort start`: from nothing to an answered OPTIONS, and every way in which it does not come to that. Issue 2, point 7; INTERFACE. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { anyPorts, launch, logLines, logText, newFolder, ringfort, type Running, siteFile, twoPhones, up } from './running.ts'
import { options, statusOf } from './speak.ts'

const mode = (path: string) => statSync(path).mode & 0o777

async function answers(one: Running): Promise<void> {
  const ca = readFileSync(join(one.dataDir, 'pki/ca.pem'), 'utf8')
  assert.equal(statusOf(await options('udp', one.port('sip-udp'))), 200)
  assert.equal(statusOf(await options('tcp', one.port('sip-tcp'))), 200)
  assert.equal(statusOf(await options('tls', one.port('sip-tls'), ca)), 200)
}

for (const processes of ['split', 'one']) {
  test(`R007 R103 A45 a fresh start (${processes}) answers over UDP, TCP and TLS as soon as it says ready, and ends with 0`, async () => {
    const dataDir = join(newFolder(), 'data')
    const one = await up(dataDir, ['--site', siteFile(anyPorts), '--processes', processes])
    assert.equal(one.events[0]!.event, 'ready')
    assert.equal(one.events[0]!.console, null)
    await answers(one)
    for (const [path, wanted] of [['', 0o700], ['ringfort.sock', 0o600], ['ringfort.db', 0o600], ['pki', 0o700], ['pki/seal.key', 0o600], ['pki/nonce.key', 0o600], ['pki/ca.key', 0o600], ['log/ringfort.log', 0o600]] as const) {
      assert.equal(mode(join(dataDir, path)).toString(8), wanted.toString(8), path)
    }
    const metrics = await fetch(`http://127.0.0.1:${one.port('metrics')}/metrics`)
    assert.match(await metrics.text(), /^ringfort_up 1$/m)
    const refused = launch(dataDir)
    assert.equal(await refused.ended(), 1)
    assert.deepEqual(refused.events.map(({ event, problems }) => [event, (problems as { code: string }[])[0]!.code]), [['refused', 'store.running']])
    assert.match(refused.said().error, /Another ringfort works on this data directory \(process \d+\)\. Stop it first.*\[store\.running\]/)
    assert.equal(await one.stop(), 0)
    assert.ok(!existsSync(join(dataDir, 'ringfort.pid')))
    assert.deepEqual(one.events.map((e) => e.event), ['ready', 'stopping', 'stopped'])
    const before = readFileSync(join(dataDir, 'pki/ca.pem'), 'utf8')
    const again = await up(dataDir, ['--processes', processes])
    await answers(again)
    assert.equal(readFileSync(join(dataDir, 'pki/ca.pem'), 'utf8'), before)
    assert.equal(await again.stop('SIGINT'), 0)
  })
}

test('issue 2, bad input: a malformed site file: exit 1 with file, line, field and what is allowed, and nothing is changed', async () => {
  const dataDir = join(newFolder(), 'data'), file = siteFile('system:\n  domain: example.test\nusers:\n  - { userId: alice, extensoin: "1001" }\nphones:\n  - { name: x, deviceSecurityMode: sometimes }\n')
  const one = launch(dataDir, ['--site', file])
  assert.equal(await one.ended(), 1)
  const { out, error } = one.said()
  assert.ok(!existsSync(dataDir), 'nothing was made')
  const said = JSON.parse(out) as { event: string; problems: { code: string }[] }
  assert.deepEqual([said.event, said.problems.map(({ code }) => code)], ['refused', ['site.unknownField', 'site.notAllowed']])
  assert.match(error, new RegExp(`${file}:4:\\d+ users\\[alice\\]\\.extensoin`))
  assert.match(error, new RegExp(`${file}:6:\\d+ phones\\[x\\]\\.deviceSecurityMode: .*nonSecure, authenticated, encrypted`))
  const next = await up(dataDir, ['--site', siteFile(anyPorts)])
  const audit = await ringfort(['show', 'audit', '--json', '--data', dataDir])
  assert.ok(!audit.out.includes('alice'))
  assert.equal(await next.stop(), 0)
  const later = launch(dataDir, ['--site', file])
  assert.equal(await later.ended(), 1)
  assert.equal(later.events[0]!.event, 'refused')
  assert.ok(logLines(dataDir).some((line) => line.event === 'start.refused'))
})

test('issue 2, bad input: a site file that is not there, a role that is not there yet, processes that make no sense', async () => {
  const cases: [string[], RegExp][] = [
    [['--site', '/nowhere/site.yaml'], /\/nowhere\/site\.yaml: The site file cannot be read: there is no such file \(ENOENT\).*\[main\.siteUnreadable\]/],
    [['--roles', 'call,voicemail'], /This role is not there yet in this version: voicemail/],
    [['--roles', 'presence,call'], /This role is not there yet in this version: presence/],
    [['--roles', 'kitchen,call'], /There is no such role: kitchen/],
    [['--roles', 'desk'], /does not run alone/],
    [['--processes', 'many'], /--processes takes one or split/],
    [['--surprise'], /unknown option/],
  ]
  await Promise.all(cases.map(async ([given, says]) => {
    const one = launch(join(newFolder(), 'data'), given)
    assert.equal(await one.ended(), 1, given.join(' '))
    assert.match(one.said().error, says)
    assert.deepEqual(one.events.map(({ event, problems }) => [event, (problems as unknown[]).length]), [['refused', 1]], given.join(' '))
  }))
})

test('issue 2, bad input: --roles voicemail is told that it is not there yet, and nothing else', async () => {
  const one = launch(join(newFolder(), 'data'), ['--roles', 'voicemail'])
  assert.equal(await one.ended(), 1)
  assert.deepEqual((one.events[0]!.problems as { code: string }[]).map(({ code }) => code), ['main.roleNotThere'])
  assert.equal(one.said().error.trim().split('\n').length, 1)
})

test('issue 2, bad input: a first start that is refused for its site file makes nothing', async () => {
  const files = [siteFile('services: { sip-tcp: { port: 5070 }, sip-tls: { port: 5070 } }'), siteFile('users: ['), '/nowhere/site.yaml']
  for (const [i, code] of ['edge.tlsConflict', 'site.unreadable', 'main.siteUnreadable'].entries()) {
    const dataDir = join(newFolder(), 'data'), one = launch(dataDir, ['--site', files[i]!])
    assert.equal(await one.ended(), 1)
    assert.equal((one.events[0]!.problems as { code: string }[])[0]!.code, code)
    assert.ok(!existsSync(dataDir), code)
  }
})

test('issue 2, bad input: a port in use: exit 1 with the service, the port and what to do', async () => {
  const blocker = createSocket('udp4')
  blocker.bind(0, '127.0.0.1')
  await once(blocker, 'listening')
  const { port } = blocker.address()
  const one = launch(join(newFolder(), 'data'), ['--site', siteFile(anyPorts.replace('sip-udp: { port: 0 }', `sip-udp: { port: ${port} }`))])
  assert.equal(await one.ended(), 1)
  assert.match(one.said().error, new RegExp(`sip-udp udp/127\\.0\\.0\\.1:${port}: the port is in use by another program\\. Stop that program`))
  assert.deepEqual(one.events.map(({ event, problems }) => [event, (problems as { code: string }[]).map(({ code }) => code)]), [['refused', ['edge.portInUse']]])
  blocker.close()
})

test('issue 2, bad input: a site file under which nothing can listen changes nothing: the next start is as the one before', async () => {
  const dataDir = join(newFolder(), 'data')
  assert.equal(await (await up(dataDir, ['--site', siteFile(twoPhones)])).stop(), 0)
  const refused = launch(dataDir, ['--site', siteFile(twoPhones.replace('domain: example.test', 'domain: example.test, listen: 192.0.2.1').replace('displayName: Alice Adams', 'displayName: Alice'))])
  assert.equal(await refused.ended(), 1)
  assert.match(refused.said().error, /sip-udp udp\/192\.0\.2\.1:0: this machine does not have the address\. Correct `system\.listen`/)
  const one = await up(dataDir), exported = JSON.parse((await ringfort(['export', '--json', '--data', dataDir])).out) as { system: { listen?: string }; users: { displayName?: string }[] }
  assert.deepEqual([exported.system.listen, exported.users[0]?.displayName], [undefined, 'Alice Adams'])
  assert.equal(await one.stop(), 0)
})

test('issue 2, bad input: a damaged database, a directory that cannot be one, a damaged authority, a lost key: refused in words', async () => {
  const first = join(newFolder(), 'data')
  assert.equal(await (await up(first, ['--site', siteFile(twoPhones)])).stop(), 0)
  const damaged = join(newFolder(), 'data')
  mkdirSync(damaged)
  writeFileSync(join(damaged, 'ringfort.db'), Buffer.alloc(8_192, 'garbage '))
  const file = join(newFolder(), 'file')
  writeFileSync(file, '')
  const cases: [string, RegExp][] = [
    [damaged, /ringfort\.db: The database file is not a database of Ringfort/],
    [file, /not a directory/],
    ['/proc/ringfort', /\/proc\/ringfort: .*cannot be/],
  ]
  await Promise.all(cases.map(async ([dataDir, says]) => {
    const one = launch(dataDir)
    assert.equal(await one.ended(), 1, dataDir)
    assert.match(one.said().error, says)
  }))
  const kept = readFileSync(join(first, 'pki/seal.key'))
  for (const [name, text, says] of [['pki/ca.pem', 'no certificate', /ca\.pem.*authority cannot be read|authority cannot be read/], ['pki/seal.key', 'no key', /seal\.key: The key file does not hold a key/], ['pki/seal.key', '0'.repeat(64), /does not open with this sealing key/]] as const) {
    if (name === 'pki/seal.key') writeFileSync(join(first, 'pki/ca.pem'), readFileSync(join(first, 'pki/ca.keep')))
    else writeFileSync(join(first, 'pki/ca.keep'), readFileSync(join(first, 'pki/ca.pem')))
    writeFileSync(join(first, name), text)
    const one = launch(first)
    assert.equal(await one.ended(), 1, name)
    assert.match(one.said().error, says)
  }
  writeFileSync(join(first, 'pki/seal.key'), kept)
  assert.equal(await (await up(first)).stop(), 0)
})

test('R091 a server certificate that is garbage is issued anew, and that is told', async () => {
  const dataDir = join(newFolder(), 'data')
  assert.equal(await (await up(dataDir, ['--site', siteFile(anyPorts)])).stop(), 0)
  writeFileSync(join(dataDir, 'pki/server.pem'), 'garbage')
  const one = await up(dataDir)
  await answers(one)
  assert.match(one.said().error, /server\.pem: .*issued anew/)
  assert.equal(await one.stop(), 0)
})

test('issue 2, bad input: what is missing in pki: the server\'s own is made anew, the authority\'s key is asked for', async () => {
  const dataDir = join(newFolder(), 'data'), pki = (name: string) => join(dataDir, 'pki', name)
  assert.equal(await (await up(dataDir, ['--site', siteFile(anyPorts)])).stop(), 0)
  rmSync(pki('server.pem'))
  const one = await up(dataDir)
  await answers(one)
  assert.equal(await one.stop(), 0)
  renameSync(pki('ca.key'), pki('ca.kept'))
  const refused = launch(dataDir)
  assert.equal(await refused.ended(), 1)
  assert.match(refused.said().error, /ca\.key: .*authority has no key: the key file cannot be read\. Restore pki\/ca\.key from a backup\..*\[edge\.caKeyMissing\]/)
  renameSync(pki('ca.kept'), pki('ca.key'))
  assert.equal(await (await up(dataDir)).stop(), 0)
})

test('issue 2, bad input: a database damaged while the system was stopped: refused with the file and what to do, and nothing is written to it', async () => {
  const whole = join(newFolder(), 'data'), database = 'ringfort.db'
  assert.equal(await (await up(whole, ['--site', siteFile(twoPhones)])).stop(), 0)
  const bytes = readFileSync(join(whole, database))
  const damage: [string, Buffer][] = [['cut short', bytes.subarray(0, Math.floor(bytes.length / 2))], ['pages overwritten', Buffer.concat([bytes.subarray(0, 4_096), Buffer.alloc(bytes.length - 4_096, 0xa5)])]]
  for (const [name, damaged] of damage) {
    writeFileSync(join(whole, database), damaged)
    const one = launch(whole)
    assert.equal(await one.ended(), 1, name)
    assert.match(one.said().error, /ringfort\.db: The database is damaged\. Stop Ringfort, keep the damaged file, put back the newest copy.*\[store\.corrupt\]/, name)
    assert.deepEqual(readFileSync(join(whole, database)), damaged, name)
  }
  writeFileSync(join(whole, database), bytes)
  assert.equal(await (await up(whole)).stop(), 0)
})

test('A36 a laboratory that takes weak passwords is told so at every start', async () => {
  const dataDir = join(newFolder(), 'data'), site = siteFile(twoPhones.replace('domain: example.test', 'domain: example.test, weakSecrets: warn').replace('battery-staple-1', '1234'))
  for (const given of [['--site', site], []]) {
    const one = await up(dataDir, given)
    assert.equal(await one.stop(), 0)
    assert.match(one.said().error, /Passwords and PINs that anybody guesses are taken\..*\[main\.weakSecrets\]/)
    assert.equal(/\[directory\.weakSecret\]/.test(one.said().error), given.length > 0)
  }
})

test('issue 2, bad input: a database that is gone or empty beside the key that sealed it is a loss, told as one, and nothing is made in its place', async () => {
  const dataDir = join(newFolder(), 'data'), file = join(dataDir, 'ringfort.db'), site = siteFile(twoPhones)
  assert.equal(await (await up(dataDir, ['--site', site])).stop(), 0)
  const kept = readFileSync(file)
  for (const [lose, left] of [[() => { rmSync(file) }, undefined], [() => { writeFileSync(file, '') }, 0]] as const) {
    lose()
    for (const given of [[], ['--site', site]]) {
      const one = launch(dataDir, given)
      assert.equal(await one.ended(), 1)
      assert.match(one.said().error, /ringfort\.db: The database is missing or empty.* Put ringfort\.db back from a backup.*\[main\.databaseLost\]/)
      assert.equal(statSync(file, { throwIfNoEntry: false })?.size, left)
    }
  }
  writeFileSync(file, kept)
  assert.equal(await (await up(dataDir)).stop(), 0)
  rmSync(file)
  rmSync(join(dataDir, 'pki/seal.key'))
  assert.equal(await (await up(dataDir, ['--site', site])).stop(), 0, 'begun with nothing')
})

test('issue 2, bad input: a disk without room: exit 1 that says so', async () => {
  const one = launch(join(newFolder(), 'data'), [], ['/bin/sh', '-c', 'ulimit -f 8; exec "$@"', 'sh'])
  assert.equal(await one.ended(), 1)
  assert.match(one.said().error, /ringfort\.db: The disk (?:is full|or the file system failed)\./)
})

test('A36 nothing is the same in two installations: keys, authority, and no user is there before one is made', async () => {
  const made = await Promise.all([1, 2].map(async () => {
    const dataDir = join(newFolder(), 'data'), one = await up(dataDir, ['--site', siteFile(anyPorts)])
    const exported = await ringfort(['export', '--json', '--data', dataDir])
    assert.deepEqual((JSON.parse(exported.out) as { users: unknown[]; phones: unknown[] }).users, [])
    assert.equal(await one.stop(), 0)
    return ['pki/seal.key', 'pki/nonce.key', 'pki/ca.key', 'pki/server.key'].map((name) => readFileSync(join(dataDir, name), 'utf8'))
  }))
  for (const [i, key] of made[0]!.entries()) assert.notEqual(key, made[1]![i])
})

test('A43 what a start writes holds no password of the site file', async () => {
  const dataDir = join(newFolder(), 'data'), one = await up(dataDir, ['--site', siteFile(twoPhones)])
  assert.equal(await one.stop(), 0)
  for (const text of [logText(dataDir), one.said().out, one.said().error]) assert.ok(!text.includes('battery-staple'))
})
