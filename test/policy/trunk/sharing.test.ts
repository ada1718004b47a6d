/** Profiles and trunks beside each other: subjects, ports, addresses; what may be changed, copied and deleted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Trunk } from '../../../src/policy/trunk/find.ts'
import { completeProfile, predefinedProfile } from '../../../src/policy/trunk/profile.ts'
import { checkNames, checkSharing, copyProfile, mayChange, mayDelete, type OccupiedPort } from '../../../src/policy/trunk/sharing.ts'
import { trunk } from './sample.ts'

function told(trunks: readonly Trunk[], occupied: OccupiedPort[] = []): { errors: string[]; warnings: string[] } {
  const { errors, warnings } = checkSharing(trunks, occupied), short = (list: typeof errors) => list.map(({ code, where }) => `${where}: ${code.replace('policy.trunk.', '')}`)
  return { errors: short(errors), warnings: short(warnings) }
}
const tls = (name: string, incomingPort: number, secureCertificateSubjects: string) => trunk(name, { deviceSecurityMode: 'encrypted', incomingPort, secureCertificateSubjects }, `${name}.test`)

test('R355 the seed\'s own example: my_cm2 on two ports is fine, my_ccm4 on the first is, my_cm1 there is not', () => {
  const first = tls('trunk1', 5061, 'my_cm1, my_cm2'), second = tls('trunk2', 5071, 'my_cm2, my_cm3')
  assert.deepEqual(told([first, second, tls('trunk3', 5061, 'my_ccm4')]), { errors: [], warnings: [] })
  assert.deepEqual(told([first, second, tls('trunk3', 5061, 'my_cm1')]).errors, ['trunk3 profile: sameSubject'])
})

test('R355 A26 one name in two spellings is one name', () => {
  assert.deepEqual(told([tls('a', 5061, 'sbc.test'), tls('b', 5061, 'x:SBC.Test.')]).errors, ['b profile: sameSubject'])
})

test('R300 R308 R355 one profile serves several trunks', () => {
  const one = tls('a', 5061, 'sbc.test')
  assert.deepEqual(told([one, { ...one, name: 'b', destinations: [{ address: 'other.test', port: 5061 }] }]), { errors: [], warnings: [] })
})

test('R359 R360 R358 TLS may share a port with TLS and clear with clear, never one with the other; port 0 is nobody\'s', () => {
  const clear = (name: string, incomingPort: number) => trunk(name, { incomingPort }, `${name}.test`)
  assert.deepEqual(told([tls('a', 5061, 'a.test'), tls('b', 5061, 'b.test'), clear('c', 5060), clear('d', 5060)]).errors, [])
  assert.deepEqual(told([tls('a', 5061, 'a.test'), clear('b', 5061)]).errors, ['b profile: mixedPort'])
  assert.deepEqual(told([tls('a', 0, 'a.test'), clear('b', 0)]).errors, [])
  const services: OccupiedPort[] = [{ name: 'sip-tls', port: 5061, family: 'tls' }, { name: 'sip-tcp', port: 5060, family: 'clear' }, { name: 'https', port: 8443, family: 'other' }]
  assert.deepEqual(told([tls('a', 5061, 'a.test'), clear('b', 5060)], services).errors, [])
  assert.deepEqual(told([tls('a', 5060, 'a.test'), clear('b', 8443)], services).errors, ['a profile: mixedPort', 'b profile: portTaken'])
})

test('R359 two clear trunks to one address: an error on one port, a warning where the other side\'s ports differ, nothing on two ports', () => {
  const at = (name: string, port: number, incomingPort = 5060): Trunk => ({ ...trunk(name, { incomingPort }), destinations: [{ address: '192.0.2.10', port }] })
  assert.deepEqual(told([at('a', 5060), at('b', 5060)]).errors, ['b: sharedDestination'])
  assert.deepEqual(told([at('a', 5071), at('b', 5072)]), { errors: [], warnings: ['b: sharedDestination'] })
  assert.deepEqual(told([at('a', 5060), at('b', 5060, 5065)]), { errors: [], warnings: [] })
})

test('R330 every profile has a name of its own', () => {
  assert.deepEqual(checkNames(['a', 'b', 'a'].map((name) => completeProfile({ name }))).map(({ code, where }) => `${where} ${code}`), ['a policy.trunk.sameName'])
})

test('R302 R303 the predefined profile keeps its name and its mode, and cannot be deleted', () => {
  const change = (more: object) => mayChange(predefinedProfile, { ...predefinedProfile, ...more })?.code
  assert.equal(change({ deviceSecurityMode: 'encrypted' }), 'policy.trunk.predefinedMode')
  assert.equal(change({ name: 'Mine' }), 'policy.trunk.predefined')
  assert.equal(change({ incomingPort: 5070, digestAuthentication: true }), undefined)
  assert.equal(mayDelete(predefinedProfile, [])?.code, 'policy.trunk.predefined')
})

test('R303 R318 R309 a copy has the values and a name of its own, and may change and be renamed', () => {
  const copy = copyProfile(predefinedProfile, 'Mine')
  assert.deepEqual(copy, { ...predefinedProfile, name: 'Mine' })
  assert.equal(mayChange(copy, { ...copy, name: 'Other', deviceSecurityMode: 'encrypted' }), undefined)
})

test('R307 a profile in use is not deleted, and who uses it is named', () => {
  const profile = completeProfile({ name: 'p' }), users = Array.from({ length: 12 }, (_, i): Trunk => ({ name: `t${i}`, profile, destinations: [] }))
  assert.equal(mayDelete(profile, [trunk('other', {})]), undefined)
  assert.match(mayDelete(profile, users.slice(0, 2))!.text, /: t0, t1\.$/)
  assert.match(mayDelete(profile, users)!.text, /t9 and 2 more\.$/)
})
