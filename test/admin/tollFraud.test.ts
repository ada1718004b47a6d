/** The drill and the restriction tables over the command socket of a whole system. R127–R130, R137; A44 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newHouse } from './house.ts'

const site = `
services: { sip-udp: { port: 0 }, sip-tcp: { port: 0 }, sip-tls: { port: 0 }, sip-wss: { port: 0 }, metrics: { port: 0 } }
users: [{ userId: alice, extension: "1001" }]
restrictionTables: [{ name: Ours, patterns: [{ pattern: "0900*" }, { pattern: "*", blocked: false }] }]
`

interface Tables { tables: { name: string; patterns: { pattern: string; blocked: boolean }[]; usedBy: string[]; findings: unknown[] }[] }

test('R127 R128 R129 restriction-tables rewrites what came with the system, by the road of every change; rows of the site stay', async () => {
  const house = await newHouse(site), tablesNow = async () => (await house.document<Tables>('show restriction-tables')).tables
  const before = await tablesNow(), shipped = before.find(({ name }) => name === 'Default Transfer')!
  assert.ok(shipped.patterns.some(({ pattern }) => pattern === '900*'))
  assert.deepEqual(before.find(({ name }) => name === 'Default System Transfer')!.usedBy, ['tollControl.systemTransferTable'])
  const dry = await house.document<{ done: boolean; steps: { kind: string }[] }>('restriction-tables', { codes: '0', prefixes: '00', 'dry-run': true })
  assert.equal(dry.done, false)
  assert.deepEqual(await tablesNow(), before)
  const done = await house.document<{ done: boolean; revision: number }>('restriction-tables', { codes: '0', prefixes: '00' })
  assert.equal(done.done, true)
  const after = await tablesNow(), patternsOf = (name: string) => after.find((table) => table.name === name)!.patterns
  for (const [name, last] of [['Default Transfer', false], ['Default System Transfer', true]] as const) {
    assert.ok(patternsOf(name).some(({ pattern, blocked }) => pattern === '000*' && blocked), name)
    assert.ok(!patternsOf(name).some(({ pattern }) => pattern === '900*'), name)
    assert.deepEqual(patternsOf(name).at(-1), { pattern: '*', blocked: last })
  }
  assert.deepEqual(patternsOf('Ours'), before.find(({ name }) => name === 'Ours')!.patterns)
  assert.deepEqual(after.filter(({ findings }) => findings.length > 0).map(({ name }) => name), ['Ours'])
  const { tollControl } = await house.document<{ tollControl: Record<string, unknown> }>('export')
  assert.deepEqual([tollControl.accessCodes, tollControl.internationalPrefixes], [['0'], ['00']])
  assert.equal((await house.document<{ audit: { via: string }[] }>('show audit', { limit: 1 })).audit[0]!.via, 'apply')
  const wrong = await house.command('restriction-tables', { codes: 'nine', prefixes: '00' })
  assert.ok(!wrong.ok)
  assert.equal(wrong.problem[0]!.code, 'policy.restriction.codes')
  await house.close()
})

test('A44 drill toll-fraud: a site as it comes holds; one that opens a hole fails, with the row', async () => {
  const house = await newHouse(site), held = await house.command('drill toll-fraud')
  assert.ok(held.ok)
  assert.equal(held.value.failed, false)
  assert.match(held.value.note!, /^[0-9]+ attacks, [0-9]+ tries in [0-9]+ ways: 0 went through, /)
  await house.document('apply', { file: 'hole.yaml', text: `${site}classesOfService: [{ name: Open, international: true }]\n` })
  const failed = await house.command('drill toll-fraud')
  assert.ok(failed.ok)
  assert.equal(failed.value.failed, true)
  assert.deepEqual(failed.value.table!.rows[0]!.slice(0, 4), ['a burst of calls on Saturday night', '5000', 'through', 'phone'])
  assert.equal(failed.value.table!.rows[0]![5], 'classesOfService[Open].limits')
  await house.close()
})
