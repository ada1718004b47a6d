/** Saved is not applied: what waits, who sees it, what takes it over. R303, R307, R309, R318, R321–R323 */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { printAnswer } from '../../src/admin/client.ts'
import { anyPorts, twoPhones } from '../main/running.ts'
import { newHouse, type TestHouse } from './house.ts'

interface Done { done: boolean; saved: boolean; revision: number; wire: { trunk: string; effects: string[]; fields: string[] }[] }
interface Pending { inUse: number; saved: number; pending: { rev: number; kind: string; key: string; via: string }[]; wire: Done['wire'] }

const trunks = (validity: number) => `sipTrunkSecurityProfiles: [{ name: Carrier, incomingPort: 0, digestAuthentication: true, nonceValidity: ${validity} }]
trunks: [{ name: carrier, securityProfile: Carrier, destinations: [{ address: 192.0.2.1 }] }]\n`
const busy = 'users:\n  - { userId: alice, displayName: Alice Adams, extension: "1001", doNotDisturb: true }\n  - { userId: bob, extension: "1002" }\n'
const rests = ({ system }: TestHouse): boolean => system.exchange.snapshot.lines.get('1001')?.doNotDisturb === true
const codes = async (house: TestHouse, name: string, options = {}): Promise<string[]> => { const done = await house.command(name, options); return done.ok ? [] : done.problem.map(({ code }) => code) }

test('R321 apply --save writes and leaves the running system as it is; apply takes it over', async () => {
  const house = await newHouse(twoPhones), before = house.system.exchange.snapshot.rev
  const saved = await house.document<Done>('apply', { file: 'x.yaml', text: busy, save: true })
  assert.deepEqual([saved.done, saved.saved, saved.revision], [false, true, before + 1])
  assert.deepEqual([rests(house), house.system.exchange.snapshot.rev], [false, before])
  const waits = await house.document<Pending>('show pending')
  assert.deepEqual([waits.inUse, waits.saved, waits.pending.map(({ rev, kind, key, via }) => [rev, kind, key, via])], [before, before + 1, [[before + 1, 'user', 'alice', 'save']]])
  const explained = await house.document<{ steps: { field?: string }[] }>('explain call', { from: '1002', to: '1001' })
  assert.ok(!explained.steps.some(({ field }) => field === 'doNotDisturb'), 'what is explained is what runs')
  assert.equal((await house.document<Done>('apply', { 'dry-run': true })).done, false)
  assert.equal(rests(house), false)
  const done = await house.document<Done>('apply')
  assert.deepEqual([done.done, done.revision, rests(house)], [true, before + 1, true])
  assert.deepEqual((await house.document<Pending>('show pending')).pending, [])
  assert.equal((await house.document<Done>('apply')).done, false)
  assert.deepEqual(await codes(house, 'apply', { save: true }), ['admin.option'])
  await house.close()
})

test('R322 R323 both forms say what each trunk concerned is in for; a nonce time takes no connection', async () => {
  const house = await newHouse(anyPorts)
  const made = await house.document<Done>('apply', { file: 'x.yaml', text: trunks(600) })
  assert.deepEqual(made.wire, [{ trunk: 'carrier', effects: ['takes effect at the next request'], fields: [], ports: [] }])
  await house.document('apply', { file: 'x.yaml', text: trunks(60), save: true })
  const answer = await house.command('apply')
  assert.ok(answer.ok)
  assert.match(printAnswer(answer.value, false), /On the wire, carrier: takes effect at the next request \(profile\.nonceValidity\)\./)
  assert.equal(house.system.exchange.snapshot.trunkProfiles.get('Carrier')?.nonceValidity, 60)
  await house.close()
})

test('R321 while something waits an undo waits with it: a saved change that is undone never comes into use by surprise', async () => {
  const house = await newHouse(twoPhones), before = house.system.exchange.snapshot.rev
  const { revision } = await house.document<Done>('apply', { file: 'x.yaml', text: busy, save: true })
  const undone = await house.document<Done>('undo', { id: String(revision) })
  assert.deepEqual([undone.done, undone.saved, house.system.exchange.snapshot.rev], [false, true, before])
  const waits = await house.document<Pending>('show pending')
  assert.deepEqual(waits.pending.map(({ rev, via }) => [rev, via]), [[revision, 'save'], [revision + 1, 'undo']])
  await house.document('apply')
  assert.equal(rests(house), false)
  await house.close()
})

test('R321 a file that is applied takes over what waits, too', async () => {
  const house = await newHouse(twoPhones)
  await house.document('apply', { file: 'x.yaml', text: busy, save: true })
  await house.document('apply', { file: 'x.yaml', text: 'lines: [{ number: "1002", displayName: Robert }]' })
  assert.deepEqual([rests(house), house.system.exchange.snapshot.lines.get('1002')?.displayName], [true, 'Robert'])
  await house.document('apply', { file: 'x.yaml', text: busy.replace(', doNotDisturb: true', ''), save: true })
  await house.document('apply', { file: 'x.yaml', text: busy.replace(', doNotDisturb: true', '') })
  assert.equal(rests(house), false, 'even where the file is what is stored already')
  await house.close()
})

test('R321 what waits and cannot be had goes on waiting, and the system on as it was', async () => {
  const house = await newHouse(twoPhones), blocker = createSocket('udp4'), before = house.system.exchange.snapshot.rev
  blocker.bind(0, '127.0.0.1')
  await once(blocker, 'listening')
  await house.document('apply', { file: 'x.yaml', text: anyPorts.replace('sip-udp: { port: 0 }', `sip-udp: { port: ${blocker.address().port} }`), save: true })
  assert.deepEqual(await codes(house, 'apply'), ['edge.portInUse', 'admin.stillWaiting'])
  assert.equal(house.system.exchange.snapshot.rev, before)
  assert.equal((await house.document<Pending>('show pending')).pending.length, 1)
  blocker.close()
  await once(blocker, 'close')
  assert.equal((await house.document<Done>('apply')).done, true)
  await house.close()
})

test('R309 R318 rename and copy: trunks follow, the predefined profile keeps its name, a typing error is answered with what was meant', async () => {
  const house = await newHouse(`${anyPorts}${trunks(600)}`), { exchange } = house.system
  await house.document('rename', { list: 'sipTrunkSecurityProfiles', old: 'Carrier', new: 'Provider' })
  assert.equal(exchange.snapshot.trunks.get('carrier')?.securityProfile, 'Provider')
  const { revision } = await house.document<Done>('copy', { list: 'sipTrunkSecurityProfiles', old: 'Non Secure SIP Trunk Profile', new: 'Copy' })
  assert.equal(exchange.snapshot.trunkProfiles.get('Copy')?.incomingPort, 5060)
  assert.deepEqual(await codes(house, 'rename', { list: 'sipTrunkSecurityProfiles', old: 'Non Secure SIP Trunk Profile', new: 'Mine' }), ['policy.trunk.predefined'])
  const guess = await house.command('rename', { list: 'trunk', old: 'carrier', new: 'x' })
  assert.match(guess.ok ? '' : guess.problem[0]?.remedy ?? '', /Did you mean trunks\?/)
  const rows = (await house.document<{ audit: { via: string; what: string; kind: string; reason?: string }[] }>('show audit')).audit.filter(({ via }) => via === 'rename')
  assert.deepEqual(rows.map(({ what, kind }) => `${what} ${kind}`).sort(), ['change trunk', 'create trunkProfile', 'delete trunkProfile'])
  await house.document('undo', { id: String(revision - 1) })
  assert.equal(exchange.snapshot.trunks.get('carrier')?.securityProfile, 'Carrier')
  await house.document('rename', { list: 'restrictionTables', old: 'Default Fax', new: 'Fax' })
  assert.equal(exchange.snapshot.classesOfService.get('Voice Mail User')?.faxTable, 'Fax')
  await house.close()
})

test('R303 R355 R360 what profiles may not be beside each other is refused at its line, dry run or not', async () => {
  const house = await newHouse(anyPorts)
  const fixed = 'sipTrunkSecurityProfiles:\n  - { name: Non Secure SIP Trunk Profile, deviceSecurityMode: encrypted }\n'
  const shared = `sipTrunkSecurityProfiles:
  - { name: One, deviceSecurityMode: encrypted, incomingPort: 5071, secureCertificateSubjects: "a.test b.test" }
  - { name: Two, deviceSecurityMode: encrypted, incomingPort: 5071, secureCertificateSubjects: "b.test" }
  - { name: Clear, incomingPort: 5071 }
trunks:
  - { name: one, securityProfile: One, destinations: [{ address: a.test }] }
  - { name: two, securityProfile: Two, destinations: [{ address: b.test }] }
  - { name: three, securityProfile: Clear, destinations: [{ address: 192.0.2.3 }] }
`
  for (const options of [{}, { 'dry-run': true }, { save: true }]) {
    const refused = async (text: string) => { const done = await house.command('apply', { file: 'x.yaml', text, ...options }); return done.ok ? [] : done.problem.map(({ code, where }) => [code, where]) }
    assert.deepEqual(await refused(fixed), [['policy.trunk.predefinedMode', 'x.yaml:2:63 sipTrunkSecurityProfiles[Non Secure SIP Trunk Profile].deviceSecurityMode']])
    assert.deepEqual(await refused(shared), [
      ['policy.trunk.mixedPort', 'x.yaml:4:34 sipTrunkSecurityProfiles[Clear].incomingPort'],
      ['policy.trunk.sameSubject', 'x.yaml:3:96 sipTrunkSecurityProfiles[Two].secureCertificateSubjects'],
    ])
    assert.deepEqual((await refused(shared.replace('deviceSecurityMode: encrypted', 'deviceSecurityMode: authenticated')))[0], ['policy.trunk.nullCipher', 'x.yaml:2:38 sipTrunkSecurityProfiles[One].deviceSecurityMode'])
  }
  assert.equal(house.system.exchange.snapshot.trunkProfiles.size, 1)
  await house.close()
})

test('R319 R320 a profile that asks for what nobody has is saved all the same, with warnings at its line', async () => {
  const house = await newHouse(anyPorts)
  const done = await house.command('apply', { file: 'x.yaml', text: 'sipTrunkSecurityProfiles:\n  - { name: Apps, incomingPort: 0, digestAuthentication: true, applicationLevelAuthorization: true }\ntrunks: [{ name: apps, securityProfile: Apps, destinations: [] }]\n' })
  assert.ok(done.ok)
  const place = 'x.yaml:2:5 sipTrunkSecurityProfiles[Apps]'
  assert.deepEqual(done.value.warnings?.map(({ code, where }) => [code, where]), [
    ['policy.trunk.noRealm', place], ['policy.trunk.noApplicationUser', place], ['policy.trunk.noPermission', place],
  ])
  await house.close()
})

test('R318 R355 a TLS profile can be copied: all but its certificate subjects, which belong to one', async () => {
  const house = await newHouse(`${anyPorts}sipTrunkSecurityProfiles: [{ name: Carrier, deviceSecurityMode: encrypted, incomingPort: 5071, secureCertificateSubjects: sbc.carrier.test, nonceValidity: 30 }]\n`)
  await house.document('copy', { list: 'sipTrunkSecurityProfiles', old: 'Carrier', new: 'Other' })
  const { deviceSecurityMode, incomingPort, nonceValidity, secureCertificateSubjects } = house.system.exchange.snapshot.trunkProfiles.get('Other')!
  assert.deepEqual([deviceSecurityMode, incomingPort, nonceValidity, secureCertificateSubjects], ['encrypted', 5071, 30, ''])
  await house.close()
})
