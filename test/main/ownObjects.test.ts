/** What every system has from the start, and gets where its database is older. R127, R302, R304; unity-connection 6.3 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoredObject } from '../../src/directory/changes.ts'
import { lackingObjects, ownObjects } from '../../src/main/ownObjects.ts'
import { prepare } from '../../src/main/prepare.ts'
import { openStore } from '../../src/store/open.ts'
import { newHouse } from '../admin/house.ts'
import { anyPorts, newFolder } from './running.ts'

const names = ['classOfService Voice Mail User', 'restrictionTable Default Fax', 'restrictionTable Default Outdial', 'restrictionTable Default System Transfer', 'restrictionTable Default Transfer',
  'restrictionTable Excluded Extensions for Automatically Added Alternate Extensions', 'restrictionTable User-Defined and Automatically-Added Alternate Extensions', 'trunkProfile Non Secure SIP Trunk Profile']
const namesOf = (objects: readonly StoredObject[]): string[] => objects.map(({ kind, key }) => `${kind} ${key}`).sort()

test('R127 R302 a fresh system has the predefined profile, six tables and a class of service: made by the system, in the audit, deleted by nobody', async () => {
  const house = await newHouse(anyPorts)
  const { audit } = await house.document<{ audit: { rev: number; by: string; via: string; kind: string; key: string }[] }>('show audit')
  const made = audit.filter(({ by }) => by === 'system')
  assert.deepEqual(made.map(({ kind, key }) => `${kind} ${key}`).sort(), names)
  assert.ok(made.every(({ via, rev }) => via === 'start' && rev === 1))
  const { snapshot } = house.system.exchange
  assert.equal(snapshot.trunkProfiles.get('Non Secure SIP Trunk Profile')?.deviceSecurityMode, 'nonSecure')
  assert.equal(snapshot.restrictionTables.get('Default System Transfer')?.patterns.at(-1)?.blocked, true)
  await house.document('apply', { file: 'x.yaml', text: 'sipTrunkSecurityProfiles: []\nrestrictionTables: []\nclassesOfService: []' })
  assert.equal(house.system.exchange.snapshot.restrictionTables.size, 6)
  const undone = await house.command('undo', { id: '1' })
  assert.deepEqual(!undone.ok && undone.problem.map(({ code }) => code), ['admin.ownObject'])
  const exported = await house.command('export')
  assert.ok(exported.ok && exported.value.text)
  assert.deepEqual((await house.document<{ steps: unknown[] }>('apply', { file: 'x.yaml', text: exported.value.text })).steps, [])
  await house.close()
})

test('R128 a table that is shipped may be changed, and stays as it was changed', async () => {
  const house = await newHouse(anyPorts)
  await house.document('apply', { file: 'x.yaml', text: 'restrictionTables: [{ name: Default Fax, patterns: [{ pattern: "*", blocked: true }] }]' })
  assert.deepEqual(house.system.exchange.snapshot.restrictionTables.get('Default Fax')?.patterns, [{ pattern: '*', blocked: true }])
  await house.document('apply', { file: 'x.yaml', text: 'restrictionTables: []' })
  assert.equal(house.system.exchange.snapshot.restrictionTables.get('Default Fax')?.patterns.length, 1)
  await house.close()
})

test('R302 a database that is older than they are gets them at its next start, once; what has a name of theirs is left alone', async () => {
  const dataDir = newFolder()
  const store = await openStore(dataDir)
  assert.ok(store.ok)
  assert.ok(store.value.configuration.apply({ by: 'owner', at: 1, via: 'apply', changes: [{ kind: 'restrictionTable', key: 'Default Fax', after: { name: 'Default Fax', patterns: [{ pattern: '*', blocked: true }] } }] }, 0).ok)
  await store.value.close()
  for (const rev of [2, 2]) {
    const ready = await prepare({ dataDir, now: 2 })
    assert.ok(ready.ok, JSON.stringify(ready))
    assert.deepEqual([ready.value.rev, namesOf([...ready.value.objects])], [rev, names])
    assert.equal(ready.value.objects.find(({ key }) => key === 'Default Fax')?.system, undefined)
    await ready.value.store.close()
  }
})

test('R128 a table that was renamed is not made again', () => {
  const objects = ownObjects().map((one) => one.key === 'Default Fax' ? { ...one, key: 'Fax' } : one)
  assert.deepEqual(lackingObjects(objects), [])
  assert.deepEqual(lackingObjects(objects.filter(({ kind }) => kind !== 'trunkProfile')).map(({ key }) => key), ['Non Secure SIP Trunk Profile'])
})

test('an ordinary start reads what is there and writes nothing', async () => {
  const dataDir = newFolder(), first = await prepare({ dataDir, now: 1 })
  assert.ok(first.ok && 'records' in first.value.store)
  await first.value.store.close()
  const again = await prepare({ dataDir, now: 2 })
  assert.ok(again.ok && !('records' in again.value.store))
  assert.equal(again.value.rev, 1)
  await again.value.store.close()
})
