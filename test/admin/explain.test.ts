/** explain on a whole system with trunks: what the call process knows of the moment, and whose trunk a request is. R343, R361–R370 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainRequest } from '../../src/admin/explainRequest.ts'
import { fail } from '../../src/kit/result.ts'
import { methodTable } from '../../src/main/methods.ts'
import { pictureOf } from '../policy/site.ts'
import { newHouse } from './house.ts'

const site = `
system: { domain: example.test, listen: 127.0.0.1 }
services: { sip-udp: { port: 0 }, sip-tcp: { port: 0 }, sip-tls: { port: 0 }, sip-wss: { port: 0 }, metrics: { port: 0 } }
users: [{ userId: alice, extension: "1001" }]
lines: [{ number: "1001", callingSearchSpace: Staff }]
sipTrunkSecurityProfiles: [{ name: Branch, incomingPort: 0 }]
trunks:
  - { name: carrier, securityProfile: Branch, destinations: [{ address: 127.0.0.1, port: 9 }], optionsPing: false }
partitions: [{ name: National }]
callingSearchSpaces: [{ name: Staff, partitions: [National] }]
routePatterns: [{ pattern: "9.0!", partition: National, trunk: carrier, discard: PreDot }]
`

interface Call { outcome: string; status?: number; cause?: string; trunks: { trunk: string; called: string }[]; steps: { object?: string; field?: string; text: string }[] }

test('explain call: a number outside, by the trunk that would get it', async () => {
  const house = await newHouse(site)
  const found = await house.document<Call>('explain call', { from: '1001', to: '90441234567' })
  assert.deepEqual([found.outcome, found.trunks.map(({ trunk, called }) => `${trunk} ${called}`)], ['trunk', ['carrier 0441234567']])
  const refused = await house.document<Call>('explain call', { from: 'trunk carrier', to: '90441234567' })
  assert.deepEqual([refused.outcome, refused.status, refused.cause], ['refused', 404, 'noMatch'])
  const abroad = await house.command('explain call', { from: '1001', to: '90011441234' })
  assert.ok(abroad.ok && abroad.value.note?.startsWith('Outcome: refused with 403 (international)'), JSON.stringify(abroad))
  await house.close()
})

const peers = `
phones: [{ name: lobby, deviceSecurityMode: nonSecure, address: 192.0.2.9 }, { name: alice-desk, digest: { user: alice-desk, password: "correct horse 4" }, lines: ["1001"] }]
sipTrunkSecurityProfiles:
  - { name: Digest TLS, deviceSecurityMode: encrypted, secureCertificateSubjects: sbc.carrier.test, digestAuthentication: true, applicationLevelAuthorization: true, acceptReplacesHeader: true, incomingPort: 5071 }
  - { name: TLS, deviceSecurityMode: encrypted, secureCertificateSubjects: in.carrier.test }
  - { name: Clear, acceptOutOfDialogRefer: true }
applicationUsers: [{ userId: crm, digest: { user: crm-digest, password: "correct horse 3" } }, { userId: desk, digest: { user: desk-digest, password: "correct horse 5" }, acceptReplacesHeader: true }]
trunks:
  - { name: digest, securityProfile: Digest TLS, destinations: [{ address: 192.0.2.1 }] }
  - { name: tls, securityProfile: TLS, destinations: [{ address: 192.0.2.2 }] }
  - { name: clear, securityProfile: Clear, destinations: [{ address: 192.0.2.9, port: 5080 }] }
`

const tls = { source: '192.0.2.7', transport: 'tls', subject: 'sbc.carrier.test' }, clear = { source: '192.0.2.9', transport: 'udp' }
/** [method, what it has, verdict, rule]. */
const requests: [string, Record<string, string | number | boolean>, string, string][] = [
  ['INVITE', tls, 'challenge 401', 'sipTrunkSecurityProfiles[Digest TLS].digestAuthentication'], ['INVITE', { ...tls, user: 'crm' }, 'allow', 'trunks[digest]'], ['INVITE', { ...tls, digest: 'crm-digest' }, 'allow', 'trunks[digest]'],
  ['INVITE', { ...tls, digest: 'wrong' }, 'challenge 401', 'sipTrunkSecurityProfiles[Digest TLS].digestAuthentication'], ['INVITE', { ...tls, user: 'crm', replaces: true }, 'refuse 403', 'applicationUsers[crm].acceptReplacesHeader'],
  ['INVITE', { ...tls, user: 'desk', replaces: true }, 'allow', 'trunks[digest]'], ['ACK', tls, 'allow', 'rfc3261.22.1'], ['REGISTER', { ...tls, user: 'crm' }, 'refuse 403', 'methods'], ['BYE', { ...tls, 'in-dialog': true }, 'challenge 401', 'sipTrunkSecurityProfiles[Digest TLS].digestAuthentication'],
  ['INVITE', { ...tls, 'incoming-port': 5061 }, 'challenge 401', 'policy.default'], ['INVITE', { ...tls, subject: 'other.test, in.carrier.test' }, 'allow', 'trunks[tls]'], ['NOTIFY', { ...tls, subject: 'in.carrier.test' }, 'refuse 403', 'sipTrunkSecurityProfiles[TLS].acceptUnsolicitedNotification'],
  ['SUBSCRIBE', { ...tls, subject: 'in.carrier.test', event: 'presence' }, 'refuse 403', 'sipTrunkSecurityProfiles[TLS].acceptPresenceSubscription'], ['SUBSCRIBE', { ...tls, subject: 'in.carrier.test', event: 'message-summary' }, 'allow', 'trunks[tls]'],
  ['INVITE', { ...clear, port: 5080, user: 'lobby' }, 'allow', 'phones[lobby].address'], ['REFER', { ...clear, source: '192.0.2.1' }, 'challenge 401', 'policy.default'], ['INVITE', { ...tls, subject: 'unknown.test' }, 'challenge 401', 'policy.default'],
]

test('R343 R350 R361 R366 R367 R368 R370 explain request: the trunk by certificate or address, digest before switches, the trunk before the application user', async () => {
  const snapshot = await pictureOf(peers), house = { snapshot: () => snapshot, methods: methodTable, live: async () => fail({ code: 'admin.timeout', text: 'No answer.' }) }
  for (const [method, given, expected, rule] of requests) {
    const answered = await explainRequest(house, { method, ...given })
    assert.ok(answered.ok)
    const { verdict, status, rule: by } = answered.value.document as { verdict: string; status?: number; rule: string }
    assert.deepEqual([status === undefined ? verdict : `${verdict} ${status}`, by], [expected, rule], `${method} ${JSON.stringify(given)}`)
  }
  const alone = await pictureOf(peers.replace('deviceSecurityMode: nonSecure, address: 192.0.2.9', 'digest: { user: lobby, password: "correct horse 6" }')), other = { ...house, snapshot: () => alone }
  for (const [method, given, rule] of [['REFER', clear, 'trunks[clear]'], ['INVITE', { ...clear, user: '1001' }, 'policy.default'], ['INVITE', { ...clear, user: '1001', port: 5080 }, 'trunks[clear]'], ['REGISTER', clear, 'policy.default']] as const) {
    const answered = await explainRequest(other, { method, ...given })
    assert.equal(answered.ok && (answered.value.document as { rule: string }).rule, rule, `${method} ${JSON.stringify(given)}`)
  }
})
