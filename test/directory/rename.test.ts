/** Another name and a copy: what names it follows, passwords go along, what cannot move says so. R303, R309, R318 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changed, type Change, type Kind, type StoredObject } from '../../src/directory/changes.ts'
import { exportPlain } from '../../src/directory/export.ts'
import { copy, rename } from '../../src/directory/rename.ts'
import { buildSnapshot } from '../../src/directory/snapshot.ts'
import { secret } from '../../src/kit/secret.ts'
import { apply, memoryStore, small, testKey } from './apply.ts'

const outside = `partitions: [{ name: National }, { name: Abroad }]
callingSearchSpaces: [{ name: Staff, partitions: [National, Abroad] }]
sipTrunkSecurityProfiles: [{ name: Carrier }]
trunks: [{ name: one, securityProfile: Carrier, destinations: [], offNetTo: [one, two], callingSearchSpace: Staff }, { name: two, securityProfile: Carrier, destinations: [] }]
routeGroups: [{ name: Out, trunks: [one, two] }]
routeLists: [{ name: All, members: [{ group: Out }, { group: Standard Local Route Group }] }]
routePatterns: [{ pattern: "9.!", partition: National, routeList: All }, { pattern: "8.!", trunk: one }]
applicationUsers: [{ userId: crm, digest: { user: crm, password: aaBB12cd } }]
sipRealms: [{ realm: carrier.test, user: us, password: aaBB12cd }]
`
const store = memoryStore()
await apply(store, small + outside)
const { objects } = store.load()

function perform(kind: Kind, from: string, to: string): { changes: readonly Change[]; after: StoredObject[] } {
  const done = rename(objects, { kind, from, to }, testKey)
  assert.ok(done.ok, JSON.stringify(done))
  return { changes: done.value, after: changed(objects, done.value) }
}
const words = (changes: readonly Change[]): string[] => changes.map(({ kind, key, before, after }) => `${before === undefined ? '+' : after === undefined ? '-' : '~'} ${kind} ${key}`).sort()

/** [kind, old, new, what changes]. */
const renames: [Kind, string, string, string[]][] = [
  ['trunkProfile', 'Carrier', 'Other', ['+ trunkProfile Other', '- trunkProfile Carrier', '~ trunk one', '~ trunk two']],
  ['trunk', 'one', 'first', ['+ trunk first', '- trunk one', '~ routeGroup Out', '~ routePattern 8.!']],
  ['partition', 'National', 'Home', ['+ partition Home', '+ routePattern 9.! Home', '- partition National', '- routePattern 9.! National', '~ callingSearchSpace Staff']],
  ['callingSearchSpace', 'Staff', 'All', ['+ callingSearchSpace All', '- callingSearchSpace Staff', '~ trunk one']],
  ['routeGroup', 'Out', 'Outside', ['+ routeGroup Outside', '- routeGroup Out', '~ routeList All']],
  ['routeList', 'All', 'Every', ['+ routeList Every', '- routeList All', '~ routePattern 9.! National']],
  ['restrictionTable', 'Default System Transfer', 'Lobby', ['+ restrictionTable Lobby', '+ tollControl ', '- restrictionTable Default System Transfer']],
  ['restrictionTable', 'Default Fax', 'Fax', ['+ restrictionTable Fax', '- restrictionTable Default Fax', '~ classOfService Voice Mail User']],
  ['classOfService', 'Voice Mail User', 'Staff', ['+ classOfService Staff', '- classOfService Voice Mail User', '~ user alice']],
  ['user', 'alice', 'alicia', ['+ user alicia', '- user alice', '~ phone alice-desk']],
  ['phone', 'alice-desk', 'desk-1', ['+ phone desk-1', '- phone alice-desk']],
  ['applicationUser', 'crm', 'sales', ['+ applicationUser sales', '- applicationUser crm']],
]
for (const [kind, from, to, expected] of renames) {
  test(`R309 rename ${kind} ${from}: what names it follows, in one change set`, () => {
    const { changes, after } = perform(kind, from, to)
    assert.deepEqual(words(changes), expected)
    assert.ok(!JSON.stringify(exportPlain(after)).replaceAll(/"digest":\{[^}]*\}/g, '').includes(JSON.stringify(from)), 'nothing names the old one')
    const kept = objects.find((one) => one.kind === kind && one.key === from)!, now = after.find((one) => one.kind === kind && one.key === to)!
    assert.deepEqual([now.system, Object.values(now.body).includes(to)], [kept.system, true])
  })
}

test('R309 a trunk that may go out by itself follows in its own list as well', () => {
  const { after } = perform('trunk', 'one', 'first')
  assert.deepEqual(after.find(({ key }) => key === 'first')?.body.offNetTo, ['first', 'two'])
})

test('R309 passwords go along: they open under the new name and under no other', async () => {
  const user = buildSnapshot(1, perform('user', 'alice', 'alicia').after, testKey)
  assert.ok(await user.signsIn('alicia', 'password', secret('correct horse 1')))
  assert.ok(!await user.signsIn('alice', 'password', secret('correct horse 1')))
  const before = buildSnapshot(1, objects, testKey), phone = buildSnapshot(1, perform('phone', 'alice-desk', 'desk-1').after, testKey), crm = buildSnapshot(1, perform('applicationUser', 'crm', 'sales').after, testKey)
  assert.deepEqual(phone.credentials('alice-desk').ha1, before.credentials('alice-desk').ha1)
  assert.equal(phone.credentials('alice-desk').phone?.name, 'desk-1')
  assert.deepEqual(crm.applicationCredentials('crm').ha1, before.applicationCredentials('crm').ha1)
  assert.equal(crm.applicationCredentials('crm').user?.userId, 'sales')
})

/** [kind, old, new, code, what is said]. */
const refused: [Kind, string, string, string, RegExp][] = [
  ['sipRealm', 'carrier.test', 'other.test', 'directory.notRenamable', /belongs to this realm/],
  ['huntGroup', '2000', '2001', 'directory.notRenamable', /known by its number/],
  ['routePattern', '8.!', '7.!', 'directory.notRenamable', /has no name/],
  ['system', '', 'x', 'directory.notRenamable', /no names of its own/],
  ['trunk', 'three', 'x', 'directory.notThere', /no three/],
  ['trunk', 'one', 'two', 'directory.nameTaken', /two already/],
  ['trunk', 'one', 'a b', 'directory.nameRefused', /new name is refused/],
  ['trunk', 'one', '', 'directory.nameRefused', /empty/],
  ['user', 'alice', '1002', 'directory.sameNumber', /line too/],
]
for (const [kind, from, to, code, says] of refused) {
  test(`rename ${kind} ${from} to ${JSON.stringify(to)} is refused: ${code}`, () => {
    const done = rename(objects, { kind, from, to }, testKey)
    assert.ok(!done.ok)
    assert.equal(done.problem[0]!.code, code)
    assert.match(done.problem[0]!.text, says)
  })
}

test('R318 a copy has the values of its source, and no password', () => {
  const done = copy(objects, { kind: 'trunkProfile', from: 'Non Secure SIP Trunk Profile', to: 'Mine' })
  assert.ok(done.ok)
  const source = objects.find(({ key }) => key === 'Non Secure SIP Trunk Profile')!
  assert.deepEqual(done.value, [{ kind: 'trunkProfile', key: 'Mine', after: { ...source.body, name: 'Mine' } }])
  const phone = copy(objects, { kind: 'phone', from: 'alice-desk', to: 'second' })
  assert.ok(!phone.ok)
  assert.deepEqual(phone.problem.map(({ code }) => code).sort(), ['directory.passwordMissing', 'directory.sameDigestUser'])
  assert.ok(!JSON.stringify(phone).includes('sealed'))
})
