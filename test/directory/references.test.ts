/** What names another object: it must be there, cannot go while it is named, and keeps its password. R302, R306, R307, R319 */
import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { definitions } from '../../src/directory/kinds.ts'
import type { Body, StoredObject } from '../../src/directory/changes.ts'
import { type Field, fieldOf } from '../../src/directory/define.ts'
import { referencesOf } from '../../src/directory/references.ts'
import { SealKey } from '../../src/directory/seal.ts'
import { readSite } from '../../src/directory/site.ts'
import { checkSeals } from '../../src/directory/snapshot.ts'
import { ownObjects } from '../../src/main/ownObjects.ts'
import { apply, memoryStore, problemsOf, testKey } from './apply.ts'

const profile = 'sipTrunkSecurityProfiles: [{ name: Carrier }]\n', trunk = (fields: string) => `${profile}trunks: [{ name: carrier, securityProfile: Carrier, destinations: [], ${fields} }]`

/** [what, text, code, place, what the text or the remedy says]. */
const wrong: [string, string, string, string, RegExp][] = [
  ['R306 a trunk without a profile', 'trunks: [{ name: carrier, destinations: [] }]', 'site.missingField', '1:10 trunks[carrier].securityProfile', /must be given/],
  ['R306 a profile that is not there, with a guess', `${profile}trunks: [{ name: carrier, securityProfile: Carier }]`, 'directory.unknownReference', '2:44 trunks[carrier].securityProfile', /no SIP trunk security profile Carier\. Did you mean Carrier\?/],
  ['a search space of a trunk', trunk('callingSearchSpace: Staff'), 'directory.unknownReference', '2:91 trunks[carrier].callingSearchSpace', /no calling search space Staff\. Add it to callingSearchSpaces/],
  ['a trunk in a list', trunk('offNetTo: [carrier, other]'), 'directory.unknownReference', '2:91 trunks[carrier].offNetTo[2]', /no SIP trunk other/],
  ['in a list of groups', 'routeGroups: [{ name: Out, trunks: [] }]\nrouteLists: [{ name: All, members: [{ group: Out }, { group: Ouut }] }]', 'directory.unknownReference', '2:62 routeLists[All].members[2].group', /no route group Ouut\. Did you mean Out\?/],
  ['a partition of a search space', 'partitions: [{ name: National }]\ncallingSearchSpaces: [{ name: Staff, partitions: [Internal, National] }]', 'directory.unknownReference', '2:51 callingSearchSpaces[Staff].partitions[1]', /no partition Internal/],
  ['a class of service', 'users: [{ userId: al, classOfService: Voicemail User }]', 'directory.unknownReference', '1:39 users[al].classOfService', /Did you mean Voice Mail User\?/],
  ['a table of a class of service', 'classesOfService: [{ name: Strict, faxTable: None }]', 'directory.unknownReference', '1:46 classesOfService[Strict].faxTable', /no restriction table None/],
  ['R319 an application user without a password', 'applicationUsers: [{ userId: crm, digest: { user: crm } }]', 'directory.passwordMissing', '1:43 applicationUsers[crm].digest', /digest\.password/],
  ['A36 a password that anybody guesses', 'applicationUsers: [{ userId: crm, digest: { user: crm, password: password1 } }]', 'directory.weakSecret', '1:66 applicationUsers[crm].digest.password', /first that anybody/],
  ['two application users with one name', 'applicationUsers: [{ userId: a, digest: { user: crm, password: aaBB12cd } }, { userId: b, digest: { user: crm, password: aaBB12ce } }]', 'directory.sameDigestUser', '1:107 applicationUsers[b].digest.user', /Another application user/],
  ['R319 a realm without a password', 'sipRealms: [{ realm: carrier.test, user: us }]', 'directory.passwordMissing', '1:13 sipRealms[carrier.test]', /Give password/],
]
for (const [what, text, code, where, says] of wrong) {
  test(`${what}: ${code}, at its place`, () => {
    const problems = problemsOf(text)
    assert.deepEqual(problems.map((p) => [p.code, p.where]), [[code, `site.yaml:${where}`]], inspect(problems))
    assert.match(`${problems[0]!.text} ${problems[0]!.remedy ?? ''}`, says)
  })
}

test('what is there from the start, and words that stand for something else, need not be in the file', () => {
  assert.deepEqual(problemsOf(`trunks: [{ name: t, securityProfile: Non Secure SIP Trunk Profile, destinations: [] }]
routeLists: [{ name: All, members: [{ group: Standard Local Route Group }] }]
routePatterns: [{ pattern: "9.@", routeList: All, numberingPlan: NANP }]
tollControl: { accessCodes: ["0"] }
classesOfService: [{ name: Guests }]`), [])
})

test('a peer chooses its own password: what is weak there is taken', () => {
  assert.deepEqual(problemsOf('sipRealms: [{ realm: carrier.test, user: us, password: us }]'), [])
})

test('a list of which a name cannot be read: what points there is not told', () => {
  assert.deepEqual(problemsOf('partitions: [{ nmae: Internal }]\ncallingSearchSpaces: [{ name: Staff, partitions: [Internal] }]').map((p) => p.code), ['site.unknownField', 'site.missingField'])
})

const many = `${profile}trunks: [${Array.from({ length: 13 }, (_, i) => `{ name: t${i}, securityProfile: Carrier, destinations: [] }`).join(', ')}]`

test('R307 a profile in use cannot be deleted: ten users are named, the others counted', async () => {
  const store = memoryStore()
  await apply(store, many)
  const { objects } = store.load()
  const [problem, ...others] = problemsOf('sipTrunkSecurityProfiles: []', objects)
  assert.deepEqual([problem?.code, problem?.where, others.length], ['directory.inUse', 'site.yaml:1:27 sipTrunkSecurityProfiles', 0])
  assert.match(problem!.text, /^The SIP trunk security profile Carrier cannot go: trunks\[t0\].*trunks\[t9\] and 3 more use it\.$/)
  assert.deepEqual(problemsOf('sipTrunkSecurityProfiles: []\ntrunks: []', objects), [])
})

test('R302 the predefined profile is there from the start, and no list deletes it', () => {
  assert.deepEqual(problemsOf('sipTrunkSecurityProfiles: []\nrestrictionTables: []\nclassesOfService: []\ntrunks: [{ name: t, securityProfile: Non Secure SIP Trunk Profile, destinations: [] }]'), [])
})

test('what an older version stored in vain does not stand in the way of a file: a warning', () => {
  const old: StoredObject[] = [...ownObjects(), { kind: 'user', key: 'al', rev: 1, body: { userId: 'al', classOfService: 'Anything' } }]
  const read = readSite('phones: []', 'site.yaml', { current: old })
  assert.deepEqual(read.ok && read.value.warnings.map((p) => [p.code, p.where]), [['directory.unknownReference', 'site.yaml (stored: users[al])']])
})

test('R319 a cluster ID or a user that changes leaves stored passwords behind: told with what to do', async () => {
  const store = memoryStore()
  await apply(store, 'system: { clusterId: One }\napplicationUsers: [{ userId: crm, digest: { user: crm, password: aaBB12cd } }]\nsipRealms: [{ realm: carrier.test, user: us, password: aaBB12cd }]')
  const { objects } = store.load()
  const codes = (text: string) => problemsOf(text, objects).map((p) => [p.code, p.where])
  assert.deepEqual(codes('system: { clusterId: Two }'), [['directory.secretUnbound', 'site.yaml:1:22 system.clusterId']])
  assert.deepEqual(codes('system: { clusterId: Two }\napplicationUsers: [{ userId: crm, digest: { user: crm, password: aaBB12cd } }]'), [])
  assert.deepEqual(codes('applicationUsers: [{ userId: crm, digest: { user: crm2 } }]'), [['directory.secretUnbound', 'site.yaml:1:43 applicationUsers[crm].digest']])
  assert.deepEqual(codes('sipRealms: [{ realm: carrier.test, user: them }]'), [['directory.secretUnbound', 'site.yaml:1:13 sipRealms[carrier.test]']])
  assert.deepEqual(codes('applicationUsers: [{ userId: crm, digest: { user: crm } }]\nsipRealms: [{ realm: carrier.test, user: us }]'), [])
})

function refers(field: Field): boolean {
  return field.refers !== undefined || (field.items !== undefined && refers(field.items)) || Object.values(field.properties ?? {}).some(refers)
}
function sample(field: Field): unknown {
  if (field.type === 'array') return [sample(field.items!)]
  return field.type === 'object' ? Object.fromEntries(Object.entries(field.properties ?? {}).filter(([, of]) => refers(of)).map(([name, of]) => [name, sample(of)])) : 'x'
}
function count(field: Field): number {
  return (field.refers ? 1 : 0) + (field.items ? count(field.items) : 0) + Object.values(field.properties ?? {}).reduce((sum, of) => sum + count(of), 0)
}

test('every field that refers, in groups and in lists of groups, is found in its object', () => {
  for (const definition of definitions) {
    const field = fieldOf(definition)
    assert.equal(referencesOf(definition.kind, sample(field) as Body).length, count(field), definition.collection)
  }
})

test('100,000 users that refer are looked up in linear time', () => {
  const stored = (count: number): StoredObject[] => [...ownObjects(), ...Array.from({ length: count }, (_, i): StoredObject => ({ kind: 'user', key: `u${i}`, rev: 1, body: { userId: `u${i}`, classOfService: 'Voice Mail User' } }))]
  const time = (count: number): number => {
    const current = stored(count), from = process.cpuUsage()
    assert.deepEqual(problemsOf('partitions: []', current), [])
    return process.cpuUsage(from).user
  }
  time(1_000)
  assert.ok(time(100_000) < 60 * Math.max(20_000, time(10_000)))
})

test('R319 a key that is not the one which sealed the passwords of trunks is told at the start', async () => {
  for (const text of ['applicationUsers: [{ userId: crm, digest: { user: crm, password: aaBB12cd } }]', 'sipRealms: [{ realm: carrier.test, user: us, password: aaBB12cd }]']) {
    const store = memoryStore()
    await apply(store, text)
    assert.equal(checkSeals(store.load().objects, testKey), undefined)
    assert.equal(checkSeals(store.load().objects, new SealKey(Buffer.alloc(32, 9)))?.code, 'directory.unsealable')
  }
})
