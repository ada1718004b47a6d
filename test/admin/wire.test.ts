/** What a change of a profile or a trunk does on the wire: one row a change, and never more than suffices. R308, R321–R323, R356–R359 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wirePlan, wireText } from '../../src/admin/wire.ts'
import { buildSnapshot, type Snapshot } from '../../src/directory/snapshot.ts'
import { apply, memoryStore, testKey } from '../directory/apply.ts'

const base = `system: { allowNullCipher: false }
sipTrunkSecurityProfiles:
  - { name: Tls, deviceSecurityMode: encrypted, incomingPort: 5071, secureCertificateSubjects: "a.test, b.test" }
  - { name: Clear, incomingPort: 5072 }
trunks:
  - { name: one, securityProfile: Tls, destinations: [{ address: a.test }] }
  - { name: two, securityProfile: Clear, destinations: [{ address: 192.0.2.2 }] }
`
async function pictureOf(text: string): Promise<Snapshot> {
  const store = memoryStore()
  await apply(store, text)
  return buildSnapshot(1, store.load().objects, testKey)
}

/** [what, from, to, rows: trunk, effects, ports]. */
const changes: [string, string, string, string[]][] = [
  ['nothing', '', '', []],
  ['R322 the nonce validity', 'name: Tls,', 'name: Tls, nonceValidity: 60,', ['one: takes effect at the next request']],
  ['a description', 'name: Tls,', 'name: Tls, description: x,', ['one: nothing']],
  ['R356 another incoming port', '5071', '5073', ['one: listener closed, new listener 5071/tls 5073/tls']],
  ['R359 the port of another trunk', '5072', '5060', ['two: listener closed 5072/clear']],
  ['R356 no incoming port', '5071', '0', ['one: listener closed 5071/tls']],
  ['the mode', 'encrypted,', 'nonSecure,', ['one: listener closed, new listener, re-open connections 5071/tls 5071/clear']],
  ['a subject more', 'b.test', 'b.test, c.test', ['one: takes effect at the next request']],
  ['a subject less', ', b.test', '', ['one: re-open connections']],
  ['subjects in another order', 'a.test, b.test', 'b.test a.test', ['one: takes effect at the next request']],
  ['the outgoing transport', 'name: Clear,', 'name: Clear, outgoingTransport: udp,', ['two: re-open connections']],
  ['a destination', '192.0.2.2', '192.0.2.3', ['two: re-open connections']],
  ['SRTP', 'name: one,', 'name: one, srtpAllowed: true,', ['one: takes effect at the next request']],
  ['off', 'name: two,', 'name: two, enabled: false,', ['two: listener closed, re-open connections 5072/clear']],
  ['deleted', '  - { name: two, securityProfile: Clear, destinations: [{ address: 192.0.2.2 }] }\n', '', ['two: listener closed, re-open connections 5072/clear']],
  ['another one beside it', 'trunks:\n', 'trunks:\n  - { name: three, securityProfile: Tls, destinations: [{ address: c.test }] }\n', ['three: takes effect at the next request']],
  ['one that is off', 'trunks:\n', 'trunks:\n  - { name: three, enabled: false, securityProfile: Tls, destinations: [] }\n', ['three: nothing']],
  ['R338 the null cipher concerns TLS alone', 'allowNullCipher: false', 'allowNullCipher: true', ['one: re-open connections']],
]
for (const [what, from, to, rows] of changes) {
  test(`${what}: ${rows.join('; ') || 'nobody is concerned'}`, async () => {
    const changed = base.replace(from, to)
    assert.ok(from === to || changed !== base)
    const plan = wirePlan(await pictureOf(base), await pictureOf(changed))
    assert.deepEqual(plan.map(({ trunk, effects, ports }) => `${trunk}: ${effects.join(', ')}${ports.length > 0 ? ` ${ports.join(' ')}` : ''}`).filter((row) => row !== ''), rows)
  })
}

test('R308 a profile of two trunks concerns both, and a listener that a second one keeps is not closed', async () => {
  const both = `${base}  - { name: three, securityProfile: Tls, destinations: [{ address: c.test }] }\n`
  const plan = wirePlan(await pictureOf(both), await pictureOf(both.replace('name: Tls,', 'name: Tls, digestAuthentication: true,')))
  assert.deepEqual(plan.map(({ trunk }) => trunk), ['one', 'three'])
  assert.deepEqual(wirePlan(await pictureOf(both), await pictureOf(base)), [{ trunk: 'three', effects: ['re-open connections'], fields: [], ports: [] }])
  assert.equal(wireText(plan), '\nOn the wire, one: takes effect at the next request (profile.digestAuthentication).\nOn the wire, three: takes effect at the next request (profile.digestAuthentication).')
})
