/** Commands of an administrator over the socket of a whole system: what they answer, and what they refuse. INTERFACE, issue 2 point 6. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { printAnswer, tail } from '../../src/admin/client.ts'
import { commands } from '../../src/admin/commands.ts'
import { restore } from '../../src/calls/locations.ts'
import type { TailEvent } from '../../src/admin/live.ts'
import { methodTable } from '../../src/main/methods.ts'
import { town } from '../calls/town.ts'
import { twoPhones, until } from '../main/running.ts'
import { call, newPhone, statusOf } from '../main/speak.ts'
import { newHouse } from './house.ts'

interface PlanDocument { done: boolean; revision: number; steps: { what: string; kind: string; key: string }[]; unchanged: number }

const more = `${twoPhones.replace('userId: bob, extension: "1002"', 'userId: bob, extension: "1002", doNotDisturb: true')}  - { name: lobby, user: bob, lines: ["1100"], digest: { user: lobby, password: "battery-staple-3" } }
lines: [{ number: "1001", forwardNoAnswer: "1002" }, { number: "1100", forwardAll: "1001" }]
huntGroups: [{ number: "2000", members: ["1001", "1002"] }]
`

test('apply makes the system what the file says, export gives it back, applying that changes nothing', async () => {
  const house = await newHouse(twoPhones)
  const dry = await house.document<PlanDocument>('apply', { file: 'more.yaml', text: more, 'dry-run': true })
  assert.deepEqual(dry.steps.map((s) => `${s.what} ${s.kind} ${s.key}`).sort(), ['change user bob', 'create huntGroup 2000', 'create line 1001', 'create line 1100', 'create phone lobby'])
  assert.equal(dry.done, false)
  assert.equal((await house.document<{ huntGroups: unknown[] }>('export')).huntGroups.length, 0)
  const done = await house.document<PlanDocument>('apply', { file: 'more.yaml', text: more })
  assert.equal(done.done, true)
  assert.equal(house.system.exchange.snapshot.rev, done.revision)
  assert.equal(house.system.exchange.snapshot.lines.get('1002')?.doNotDisturb, true)
  const exported = await house.command('export')
  assert.ok(exported.ok && exported.value.text)
  assert.ok(!exported.value.text.includes('battery'))
  const again = await house.document<PlanDocument>('apply', { file: 'export.yaml', text: exported.value.text })
  assert.deepEqual(again.steps, [])
  await house.close()
})

test('A36 apply with errors: every one with its line, nothing changed; a port that cannot be had: taken back', async () => {
  const house = await newHouse(twoPhones)
  const wrong = await house.command('apply', { file: 'x.yaml', text: 'users:\n  - { userId: carol, extension: "1002", color: red }\n' })
  assert.ok(!wrong.ok)
  assert.match(wrong.problem[0]!.where!, /^x\.yaml:2:\d+ users\[carol\]\.color$/)
  const blocker = createSocket('udp4')
  blocker.bind(0, '127.0.0.1')
  await once(blocker, 'listening')
  const taken = await house.command('apply', { file: 'x.yaml', text: `services: { sip-udp: { port: ${blocker.address().port} }, sip-tcp: { port: 0 }, sip-tls: { port: 0 }, sip-wss: { port: 0 }, metrics: { port: 0 } }` })
  blocker.close()
  assert.ok(!taken.ok)
  assert.deepEqual(taken.problem.map((p) => p.code), ['edge.portInUse', 'admin.takenBack'])
  assert.equal((await house.document<{ services: Record<string, { port: number }> }>('export')).services['sip-udp']!.port, 0)
  assert.equal(house.system.bound().filter((b) => b.name === 'sip-udp').length, 1)
  const conflict = await house.command('apply', { file: 'x.yaml', text: 'services: { sip-tcp: { port: 5070 }, sip-tls: { port: 5070 } }' })
  assert.ok(!conflict.ok)
  assert.deepEqual(conflict.problem.map((p) => p.code), ['edge.tlsConflict'])
  await house.close()
})

test('show audit says who changed what, undo takes it back and is itself in the audit', async () => {
  const house = await newHouse(twoPhones)
  const { revision } = await house.document<PlanDocument>('apply', { file: 'more.yaml', text: more })
  const { audit, chain } = await house.document<{ chain: { holds: boolean; rows: number; hash: string }; audit: { rev: number; by: string; via: string; kind: string; key: string }[] }>('show audit')
  assert.equal(chain.holds, true)
  assert.match(chain.hash, /^[0-9a-f]{64}$/)
  assert.ok(audit.some((row) => row.rev === revision && row.by === 'owner' && row.via === 'apply' && row.kind === 'huntGroup'))
  await house.document('undo', { id: String(revision), reason: 'a mistake' })
  assert.equal((await house.document<{ huntGroups: unknown[] }>('export')).huntGroups.length, 0)
  assert.equal(house.system.exchange.snapshot.huntGroups.size, 0)
  assert.equal((await house.document<{ audit: { via: string; undoes?: number }[] }>('show audit', { limit: 1 })).audit[0]!.undoes, revision)
  assert.ok(!(await house.command('undo', { id: '99' })).ok)
  await house.close()
})

test('explain call: the object and the field that decide, step by step', async () => {
  const house = await newHouse(more)
  const rows: [from: string, to: string, outcome: string, status: number | undefined, by: string][] = [
    ['1001', '1100', 'refused', 480, 'lines[1100].forwardAll'], ['1001', 'bob', 'refused', 480, 'lines[1002].doNotDisturb'], ['1001', '2000', 'refused', 480, 'huntGroups[2000].members'],
    ['1001', '9999', 'refused', 404, '.'], ['1001', '*8', 'feature', undefined, 'featureCodes.pickup'], ['nobody', '1001', 'refused', 403, '.'], ['1002', '1001', 'refused', 480, 'lines[1001].forwardNotRegistered'],
  ]
  for (const [from, to, outcome, status, by] of rows) {
    const found = await house.document<{ outcome: string; status?: number; steps: { object?: string; field?: string }[] }>('explain call', { from, to })
    assert.deepEqual([found.outcome, found.status], [outcome, status], `${from} ${to}`)
    if (by !== '.') assert.ok(found.steps.some((s) => `${s.object}.${s.field}`.startsWith(by) || `${s.object}.${s.field}` === by), `${from} ${to}: ${JSON.stringify(found.steps)}`)
  }
  await house.close()
})

test('R239 R343 explain request: verdict, rule and remedy', async () => {
  const house = await newHouse(more)
  const rows: [string, Record<string, string>, string, RegExp][] = [
    ['INVITE', { transport: 'udp', user: '1001' }, 'challenge', /policy\.default/],
    ['INVITE', { transport: 'udp', user: 'alice-desk' }, 'challenge', /phones\[alice-desk\]\.digest/],
    ['REGISTER', { transport: 'udp', user: '1001', digest: 'alice-desk' }, 'allow', /phones\[alice-desk\]\.digest/],
    ['REGISTER', { transport: 'udp', user: '1100', digest: 'lobby' }, 'refuse', /phones\[lobby\]\.deviceSecurityMode/],
    ['INVITE', { transport: 'tls', user: '1002', digest: 'alice-desk' }, 'refuse', /phones\[alice-desk\]\.lines/],
    ['OPTIONS', { transport: 'udp' }, 'allow', /methods\.OPTIONS/], ['BYE', { transport: 'udp' }, 'refuse', /methods\.BYE/],
  ]
  for (const [method, given, verdict, rule] of rows) {
    const found = await house.document<{ verdict: string; rule: string }>('explain request', { method, source: '192.0.2.7', ...given })
    assert.equal(found.verdict, verdict, `${method} ${JSON.stringify(given)}`)
    assert.match(found.rule, rule)
  }
  await house.close()
})

test('R343 explain request says to every method what the system says to a stranger and to a phone, unknown methods too', async () => {
  const house = await newHouse(more)
  const t = await town({}, { erin: { registers: false, password: 'not the password' } })
  const names = [...(await methodTable()).keys()].filter((name) => !['ACK', 'CANCEL', 'INVITE', 'SUBSCRIBE'].includes(name))   // those that outlive one request or need their own bodies
  for (const method of [...names, 'BOGUS']) {
    const uri = method === 'REGISTER' ? 'sip:example.test' : 'sip:1002@example.test'
    const seen = [t.erin, t.alice].map((one) => one.send(method, uri, 'Event: presence\r\nContent-Type: text/plain\r\n', 'x'))
    t.tick()
    const said = async (given: object) => {
      const { verdict, status } = await house.document<{ verdict: string; status?: number }>('explain request', { method, source: '192.0.2.7', transport: 'udp', user: method === 'REGISTER' ? '1002' : '1001', ...given })
      return status ?? (verdict === 'allow' ? 200 : 0)
    }
    assert.deepEqual([await said({}), await said({ digest: 'alice-desk' })], [seen[0]![0], seen[1]!.at(-1)], method)
  }
  for (const [method, status] of [['ACK', undefined], ['CANCEL', 481], ['bogus', 501]] as const) {
    assert.equal((await house.document<{ status?: number }>('explain request', { method, source: '192.0.2.7', transport: 'tcp' })).status, status, method)
  }
  t.close()
  await house.close()
})

test('show registrations, calls, call and the ladder: a call between two phones as it happens and afterwards, without its secrets', async () => {
  const house = await newHouse(twoPhones)
  const port = house.system.bound().find((b) => b.name === 'sip-udp')!.port
  const [alice, bob] = [await newPhone(port), await newPhone(port)]
  assert.equal(statusOf(await alice.register('alice-desk', 'battery-staple-1', '1001')), 200)
  assert.equal(statusOf(await bob.register('bob-desk', 'battery-staple-2', '1002')), 200)
  const { registrations } = await house.document<{ registrations: { line: string; phone: string; reachable: boolean }[] }>('show registrations')
  assert.deepEqual(registrations.map((r) => [r.line, r.phone, r.reachable]), [['1001', 'alice-desk', true], ['1002', 'bob-desk', true]])
  const tailed: string[] = [], follow = tail(house.dataDir, true, (text) => { tailed.push(...text.trim().split('\n').map((line) => (JSON.parse(line) as TailEvent).event)) }, () => {})
  const watched = house.system.tail, since = watched.since.bind(watched), looks: number[] = []
  watched.since = (x, seen) => { looks.push(seen); return since(x, seen) }
  await until(() => looks.includes(0) || undefined, 'the reader has seen that there is nothing yet')
  const talk = await call(alice, bob)
  const { calls } = await house.document<{ calls: { id: string; state: string; from: string; to: string; security: string; why: string }[] }>('show calls')
  assert.deepEqual(calls.map((c) => [c.state, c.from, c.to, c.security]), [['connected', '1001', '1002', 'notAuthenticated']])
  assert.match(calls[0]!.why, /without TLS/)
  const id = calls[0]!.id
  const now = await house.command('show call', { id })
  assert.ok(now.ok)
  assert.match(now.value.text!, /\[1\] .*INVITE 2 \+SDP.*▶ ringfort/)
  const callId = now.value.text!.match(/Call-ID (\S+)/)![1]!
  const byCallId = await house.command('show call', { id: callId })
  assert.ok(byCallId.ok)
  assert.ok(byCallId.value.text!.startsWith(`call ${id}: 1001 to 1002`))
  await talk.hangUp()
  let records: { id: string }[] = []
  while (records.length === 0) ({ records } = await house.document<{ records: { id: string }[] }>('show calls', { ended: true }))
  assert.equal(records[0]!.id, id)
  await until(() => tailed.includes('ended') || undefined, 'the end in the tail')
  follow.close()
  assert.deepEqual(tailed, ['started', 'answered', 'ended'])
  const after = await house.command('show call', { id })
  assert.ok(after.ok)
  assert.match(after.value.text!, /BYE 3/)
  const known = await house.command('show call', { id: callId })
  assert.ok(known.ok)
  assert.ok(known.value.text!.startsWith(`call ${id}: 1001 to 1002`))
  const shown = JSON.stringify(after.value)
  assert.ok(/Authorization: Digest \[secret\]/.test(shown))
  assert.ok(!/response=|nonce=/.test(shown))
  for (const phone of [alice, bob]) phone.close()
  await house.close()
})

test('A30 A36 commands refuse what they do not know; every one of them answers with a document', async () => {
  const house = await newHouse(twoPhones)
  const code = async (name: string, options = {}) => { const done = await house.command(name, options); return done.ok ? 'ok' : done.problem[0]!.code }
  assert.equal(await code('drop everything'), 'admin.unknownCommand')
  assert.equal(await code('show ports', { loud: true }), 'admin.option')
  assert.equal(await code('explain call', { from: '1001' }), 'admin.option')
  assert.equal(await code('show call', { id: 'none' }), 'admin.notFound')
  for (const name of commands.filter((c) => c.name.startsWith('show') && !/call$|requirements/.test(c.name)).map((c) => c.name)) {
    const done = await house.command(name)
    assert.ok(done.ok, name)
    assert.doesNotThrow(() => JSON.parse(printAnswer(done.value, true)))
    assert.match(printAnswer(done.value, false), /\n$/)
  }
  await house.close()
})

test('R091 certificate issue writes a key, a certificate and the authority for a device', async () => {
  const house = await newHouse(twoPhones)
  const { files } = await house.document<{ files: string[] }>('certificate issue', { name: 'lobby', out: join(house.dataDir, 'lobby') })
  assert.deepEqual(files.map((file) => file.split('/').at(-1) ?? '').sort((a, b) => a.localeCompare(b)), ['ca.pem', 'lobby.key', 'lobby.pem'])
  assert.equal(readFileSync(join(house.dataDir, 'lobby/ca.pem'), 'utf8'), readFileSync(join(house.dataDir, 'pki/ca.pem'), 'utf8'))
  const usages = async (name: string, peer: boolean) => new X509Certificate(readFileSync((await house.document<{ files: string[] }>('certificate issue', { name, out: join(house.dataDir, name), peer })).files[1]!)).keyUsage
  assert.deepEqual([await usages('desk', false), await usages('carrier.test', true)], [['1.3.6.1.5.5.7.3.2'], ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']], 'a trunk\'s peer is a server as well')
  const refused = await house.command('certificate issue', { name: '../up', out: house.dataDir })
  assert.ok(!refused.ok)
  assert.equal(refused.problem[0]!.code, 'edge.certificateNameRefused')
  const file = join(house.dataDir, 'site.yaml'), unwritable = await house.command('certificate issue', { name: 'lobby', out: file })
  assert.ok(!unwritable.ok)
  assert.deepEqual([unwritable.problem[0]!.code, unwritable.problem[0]!.where], ['edge.outUnwritable', file])
  await house.close()
})

test('a long table of registrations is asked for piece by piece and comes whole', async () => {
  const house = await newHouse(twoPhones), { locations } = house.system.exchange, now = house.system.now()
  const rows = Array.from({ length: 1_250 }, (_, i) => ({ aor: String(5_000 + i), key: `x${i}`, expiresAt: now + 600_000, body: { contact: `sip:a@192.0.2.1:${i + 1}`, callId: 'c', cseq: 1, phone: `p${i}`, transport: 'udp', address: '192.0.2.1', port: i + 1, service: 'sip-udp' } }))
  assert.equal(restore(locations, now, rows).restored, 1_250)
  const { total, registrations } = await house.document<{ total: number; registrations: { line: string }[] }>('show registrations')
  assert.equal(total, 1_250)
  assert.equal(new Set(registrations.map((r) => r.line)).size, 1_250)
  await house.close()
})

test('a phone that is taken away is no longer registered; limits of the guard and the metrics port follow the file, and go back', async () => {
  const house = await newHouse(twoPhones), alice = await newPhone(house.system.bound().find((b) => b.name === 'sip-udp')!.port)
  assert.equal(statusOf(await alice.register('alice-desk', 'battery-staple-1', '1001')), 200)
  const left = twoPhones.split('\n').filter((line) => !line.includes('alice-desk')).join('\n')
  const metrics = async () => (await house.document<{ ports: { name: string; bound: { port: number }[] }[] }>('show ports')).ports.find((p) => p.name === 'metrics')!.bound
  assert.equal((await metrics()).length, 1)
  await house.document('apply', { file: 'less.yaml', text: left.replace('metrics: { port: 0 }', 'metrics: { enabled: false }').replace('domain: example.test', 'domain: example.test, guard: { halfOpen: 7 }') })
  assert.equal((await house.document<{ total: number }>('show registrations')).total, 0)
  assert.equal(house.system.limits().maxHalfOpen, 7)
  assert.deepEqual(await metrics(), [])
  await house.document('apply', { file: 'less.yaml', text: left })
  assert.ok(house.system.limits().maxHalfOpen > 7)
  assert.equal((await metrics()).length, 1)
  alice.close()
  await house.close()
})
