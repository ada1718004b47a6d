import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, test } from 'node:test'
import { buildSnapshot, checkSeals, growSnapshot, type Snapshot } from '../../src/directory/snapshot.ts'
import { SealKey } from '../../src/directory/seal.ts'
import { slotsOf } from '../../src/directory/park.ts'
import { canonical, splitSource } from '../../src/directory/formats.ts'
import { secret } from '../../src/kit/secret.ts'
import { apply, memoryStore, small, testKey } from './apply.ts'

let snapshot: Snapshot
const store = memoryStore()
before(async () => {
  await apply(store, small)
  snapshot = buildSnapshot(1, store.load().objects, testKey)
})

/** [dialled, what it means]. */
const dialled: [string, Record<string, unknown>][] = [
  ['1001', { is: 'line', number: '1001', user: 'alice', displayName: 'Alice Adams' }], ['alice', { is: 'line', number: '1001' }],
  ['1002', { is: 'line', number: '1002', user: 'bob', doNotDisturb: true }], ['bob', { is: 'line', number: '1002' }],
  ['carol', { is: 'line', number: '1100' }], ['1100', { is: 'line', displayName: 'Lobby', user: 'carol', noAnswerSeconds: 20, forwardNoAnswer: '1001', pickupGroup: '1900' }],
  ['2000', { is: 'huntGroup', name: 'Sales', algorithm: 'circular', members: ['1001', '1002'], ringSeconds: 12, maxSeconds: 1800 }],
  ['1900', { is: 'pickupGroup', members: ['1100'] }], ['7005', { is: 'parkSlot', lot: 'Main', slot: '7005' }],
  ['*8', { is: 'pickup' }], ['**1001', { is: 'directedPickup', number: '1001' }], ['*5', { is: 'park' }], ['*67005', { is: 'parkRetrieve', lot: 'Main', slot: '7005' }],
  ['*61001', { is: 'unknown' }], ['**', { is: 'unknown' }], ['7100', { is: 'unknown' }], ['', { is: 'unknown' }], ['__proto__', { is: 'unknown' }], ['off', { is: 'unknown' }], ['Alice', { is: 'unknown' }],
]
for (const [text, meaning] of dialled) test(`dial plan 11.7: "${text}" is ${String(meaning.is)}`, () => assert.partialDeepStrictEqual(snapshot.numberOrUser(text), meaning))

test('dial plan 11.7: a code that is off means nothing, another one is used as it is set', async () => {
  const other = memoryStore()
  await apply(other, `${small}\nfeatureCodes: { pickup: "off", directedPickup: "#7" }`)
  const changed = buildSnapshot(1, other.load().objects, testKey)
  assert.deepEqual(['*8', '**1001', '#71001', '*5'].map((t) => changed.numberOrUser(t).is), ['unknown', 'unknown', 'directedPickup', 'park'])
})

test('phones of a line, of a user, of a digest user, of an address', () => {
  assert.deepEqual(snapshot.phonesOfLine('1001').map((p) => p.name), ['alice-desk', 'lobby'])
  assert.deepEqual(snapshot.phonesOfLine('1002').map((p) => p.name), ['bob-desk'])   // no line given: the user's extension
  assert.deepEqual(snapshot.phonesOfLine('9'), [])
  assert.equal(snapshot.phoneByDigestUser('alice-desk')?.name, 'alice-desk')
  assert.equal(snapshot.phoneByDigestUser('lobby'), undefined)
  assert.equal(snapshot.phoneBySource('192.0.2.7', 4711)?.name, 'lobby')
  assert.equal(snapshot.phoneBySource('192.0.2.8', 4711), undefined)
  assert.equal(snapshot.userByExtension('1001')?.userId, 'alice')
  assert.equal(snapshot.userByExtension('1100'), undefined)
})

test('the port of a fixed address counts where one is given', async () => {
  const other = memoryStore()
  await apply(other, 'phones: [{ name: a, deviceSecurityMode: nonSecure, address: "[2001:DB8::7]:5060" }, { name: b, deviceSecurityMode: nonSecure, address: "[2001:db8:0::7]:5062" }]')
  const at = (port: number) => buildSnapshot(1, other.load().objects, testKey).phoneBySource('2001:db8::7', port)?.name
  assert.deepEqual([at(5060), at(5062), at(5061)], ['a', 'b', undefined])
})

test('RFC 7616 3.4.2 credentials hold the HA1 of the password; of an unknown name they fit nothing and stay the same', () => {
  const { phone, ha1 } = snapshot.credentials('alice-desk')
  assert.equal(phone?.name, 'alice-desk')
  assert.equal(ha1['SHA-256'].reveal(), createHash('sha256').update('alice-desk:example.test:battery-staple-1').digest('hex'))
  assert.deepEqual(Object.values(snapshot.credentials('alice-desk').ha1).map((s) => s.reveal()), Object.values(ha1).map((s) => s.reveal()))
  const nobody = snapshot.credentials('nobody')
  assert.equal(nobody.phone, undefined)
  assert.match(nobody.ha1.MD5.reveal(), /^[0-9a-f]{32}$/)
  assert.equal(snapshot.credentials('nobody').ha1.MD5.reveal(), nobody.ha1.MD5.reveal())
  assert.equal(snapshot.credentials('x'.repeat(100_000)).phone, undefined)
})

test('a flood of names does not push out the right answer', () => {
  for (let i = 0; i < 33_000; i++) snapshot.credentials(`name${i}`)
  assert.equal(snapshot.credentials('alice-desk').ha1['SHA-256'].reveal(), createHash('sha256').update('alice-desk:example.test:battery-staple-1').digest('hex'))
})

/** [user, field, given, whether it opens]. */
const signIns: [string, 'password' | 'pin', string, boolean][] = [['alice', 'password', 'correct horse 1', true], ['alice', 'pin', '274913', true], ['alice', 'pin', 'correct horse 1', false],
  ['bob', 'password', '', false], ['nobody', 'pin', '274913', false]]
for (const [user, field, given, opens] of signIns) test(`${user} signs in by ${field}: ${opens}`, async () => assert.equal(await snapshot.signsIn(user, field, secret(given)), opens))

test('a snapshot is built of nothing, and of objects that are older than their definition', () => {
  const empty = buildSnapshot(0, [], testKey)
  assert.equal(empty.system.tlsMinVersion, '1.2')
  assert.equal(empty.system.listen, '127.0.0.1')
  assert.equal(empty.system.sipStationRealm, empty.system.domain)
  assert.equal(empty.numberOrUser('1001').is, 'unknown')
  const old = buildSnapshot(1, [{ kind: 'phone', key: 'p', rev: 1, body: { name: 'p', lines: ['1'] } }], testKey)
  assert.equal(old.phones.get('p')?.deviceSecurityMode, 'encrypted')
  assert.equal(old.phones.get('p')?.mediaSecurity, 'required')
  assert.equal(old.numberOrUser('1').is, 'line')
})

test('a snapshot grown in slices lets others work, and is the same as one built in one go', async () => {
  const objects = Array.from({ length: 3000 }, (_, i) => ({ kind: 'user' as const, key: `u${i}`, rev: 1, body: { userId: `u${i}`, extension: String(10_000 + i) } }))
  let turns = 0
  let done = false
  const others = (): void => { turns++; if (!done) setImmediate(others) }
  setImmediate(others)
  const grown = await growSnapshot(1, objects, testKey)
  done = true
  const built = buildSnapshot(1, objects, testKey)
  assert.deepEqual([...grown.lines], [...built.lines])
  assert.deepEqual([...grown.users], [...built.users])
  assert.deepEqual(grown.numberOrUser('u2999'), built.numberOrUser('12999'))
  assert.ok(turns > 3)
})

test('pictures cannot be changed', () => {
  for (const picture of [snapshot.system, snapshot.codes, snapshot.phones.get('lobby'), snapshot.lines.get('1001'), snapshot.users.get('alice'), snapshot.huntGroups.get('2000'), snapshot.phonesOfLine('1001'), snapshot.phones.get('lobby')?.lines]) {
    assert.ok(Object.isFrozen(picture))
  }
})

test('another sealing key is noticed at the start', () => {
  const { objects } = store.load()
  assert.equal(checkSeals(objects, testKey), undefined)
  assert.equal(checkSeals(objects, new SealKey(Buffer.alloc(32, 9)))?.code, 'directory.unsealable')
  const blind = buildSnapshot(1, objects, new SealKey(Buffer.alloc(32, 9))).credentials('alice-desk')
  assert.notEqual(blind.ha1.MD5.reveal(), snapshot.credentials('alice-desk').ha1.MD5.reveal())
})

/** [range, from, to, first, last, how many]. */
const lots: [string | undefined, string | undefined, string | undefined, string | undefined, string | undefined, number][] = [
  ['70XX', undefined, undefined, '7000', '7099', 100], ['7XXX', undefined, undefined, '7000', '7999', 1000], ['70', undefined, undefined, '70', '70', 1], ['*7X', undefined, undefined, '*70', '*79', 10],
  [undefined, '0098', '0102', '0098', '0102', 5], [undefined, '7', '7', '7', '7', 1],
  ['XX', undefined, undefined, '00', '99', 100], [undefined, '1', '20', undefined, undefined, 0], [undefined, '20', '10', undefined, undefined, 0], [undefined, '1', undefined, undefined, undefined, 0],
  ['7XXXX', undefined, undefined, undefined, undefined, 0], ['70X', '1', '2', undefined, undefined, 0], [undefined, undefined, undefined, undefined, undefined, 0], [undefined, '0'.repeat(15), '9'.repeat(15), undefined, undefined, 0],
]
for (const [range, from, to, first, last, count] of lots) {
  test(`dial plan 11.7: park lot ${range ?? `${from}-${to}`} has ${count} slots`, () => {
    const slots = slotsOf({ ...(range === undefined ? {} : { range }), ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) })
    assert.deepEqual([slots?.[0], slots?.at(-1), slots?.length ?? 0], [first, last, count])
  })
}

const sources: [string, unknown][] = [['192.0.2.7', { address: '192.0.2.7' }], ['192.0.2.7:5060', { address: '192.0.2.7', port: 5060 }], ['2001:db8::7', { address: '2001:db8::7' }], ['[2001:db8::7]:1', { address: '2001:db8::7', port: 1 }],
  ['192.0.2.7:0', undefined], ['192.0.2.7:65536', undefined], ['[192.0.2.7]:1', undefined], ['192.0.2.7:', undefined], ['fe80::1%eth0', undefined], ['host:1', undefined], ['', undefined], [':1', undefined], ['192.0.2', undefined]]
for (const [text, parts] of sources) test(`a source "${text}"`, () => assert.deepEqual(splitSource(text), parts))
test('RFC 5952 one spelling of an address', () => assert.equal(canonical('2001:DB8:0:0::7'), '2001:db8::7'))
