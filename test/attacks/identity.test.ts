/** A12, A26: random requests in other people's names; certificates of phones that are gone, or of somebody else. */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { bindingsOf } from '../../src/calls/locations.ts'
import type { Flow, PeerCertificate, Transport } from '../../src/kit/flow.ts'
import { challenge } from '../../src/wire/sip/digest/index.ts'
import { flowFrom, newScene, type Scene, write } from '../rfc3263/scene.ts'

const site = `
system: { domain: example.test, listen: 127.0.0.1 }
phones:
  - { name: alice, lines: ["1001"], digest: { user: alice, password: "battery-staple-1" }, deviceSecurityMode: nonSecure, mediaSecurity: "off" }
  - { name: gate, lines: ["1002"] }
  - { name: fixed, lines: ["1003"], address: 192.0.2.3, deviceSecurityMode: nonSecure, mediaSecurity: "off" }
  - { name: safe, lines: ["1004"], digest: { user: safe, password: "battery-staple-4" } }
`
const phones = {
  alice: { line: '1001', password: 'battery-staple-1', secure: false }, gate: { line: '1002', password: undefined, secure: true },
  fixed: { line: '1003', password: undefined, secure: false }, safe: { line: '1004', password: 'battery-staple-4', secure: true },
} as const
type Name = keyof typeof phones
const names = Object.keys(phones) as Name[]

interface Attempt { readonly transport: Transport; readonly address: string; readonly subject: string; readonly alternative: string; readonly line: string; readonly user: string; readonly proof: 'none' | 'good' | 'wrong' | 'elsewhere' | 'forged' }
const anyName = fc.constantFrom('', ...names, 'deleted', 'ALICE')
const attempts: fc.Arbitrary<Attempt> = fc.record({
  transport: fc.constantFrom('udp', 'tcp', 'tls', 'wss'), address: fc.constantFrom('192.0.2.3', '192.0.2.9', '192.0.2.33'), subject: anyName, alternative: anyName,
  line: fc.constantFrom('1001', '1002', '1003', '1004', 'alice', 'gate', 'fixed', 'safe', ''), user: fc.constantFrom(...names, 'deleted', ''), proof: fc.constantFrom('none', 'none', 'good', 'good', 'wrong', 'elsewhere', 'forged'),
})

const md5 = (text: string) => hash('md5', text)
let cseq = 0

function authorization(scene: Scene, { user, proof, address }: Attempt): string[] {
  if (proof === 'none') return []
  const realm = proof === 'elsewhere' ? 'elsewhere.test' : 'example.test', password = proof === 'wrong' ? 'wrong' : phones[user as Name]?.password ?? 'x'
  const [offered] = challenge(scene.x.digest, { realm, algorithms: ['MD5'] }, scene.now, address)
  const nonce = proof === 'forged' ? 'n'.repeat(41) : /nonce="([^"]*)"/.exec(offered!)![1]!
  const response = md5(`${md5(`${user}:${realm}:${password}`)}:${nonce}:00000001:abc:auth:${md5('REGISTER:sip:example.test')}`)
  return [`Authorization: Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="sip:example.test", response="${response}", algorithm=MD5, qop=auth, nc=00000001, cnonce="abc"`]
}

function attempt(scene: Scene, one: Attempt): number {
  const secure = one.transport === 'tls' || one.transport === 'wss', id = one.transport === 'udp' ? 0 : ++cseq
  const peer: PeerCertificate | undefined = secure && one.subject + one.alternative !== '' ? { subject: one.subject, names: one.alternative === '' ? [] : [one.alternative], fingerprint: 'f' } : undefined
  const flow: Flow = { ...flowFrom(one.address, 5060, one.transport, id), peer }
  if (id > 0) scene.give({ is: 'opened', flow })
  const text = write('REGISTER', 'sip:example.test', {
    from: `<sip:${one.line}@example.test>;tag=r`, to: `<sip:${one.line}@example.test>`, callId: `r${cseq}`, cseq: ++cseq, via: `SIP/2.0/${one.transport.toUpperCase()} ${one.address}:5060`,
    headers: [`Contact: <sip:x@${one.address}>`, 'Expires: 3600', ...authorization(scene, one)],
  })
  scene.give({ is: one.transport === 'udp' ? 'datagram' : one.transport === 'wss' ? 'message' : 'bytes', flow, bytes: Buffer.from(text, 'latin1') })
  const { status } = scene.take('SIP/2.0').message
  if (id > 0) scene.give({ is: 'closed', flow, why: undefined })
  return status
}

/** Who the request really comes from, in other words than the policy's: undefined is nobody. */
function rightful({ transport, address, subject, alternative, user, proof }: Attempt): Name | undefined {
  const secure = transport === 'tls' || transport === 'wss', isPhone = (name: string): name is Name => names.includes(name as Name)
  if (proof === 'good') return isPhone(user) && phones[user].password !== undefined ? user : undefined
  if (proof === 'wrong' || proof === 'forged') return undefined
  const certified = secure ? [subject, alternative].find(isPhone) : undefined, one = certified ?? (!secure && address === '192.0.2.3' ? 'fixed' : undefined)
  return one !== undefined && phones[one].password === undefined ? one : undefined
}

test('A12 a thousand registrations in random names, with random certificates, addresses and passwords: a line is taken only by the phone that it belongs to and that has shown who it is', async () => {
  const scene = await newScene({}, site)
  let good = 0
  fc.assert(fc.property(attempts, (one) => {
    const status = attempt(scene, one), who = rightful(one), secure = one.transport === 'tls' || one.transport === 'wss'
    const may = who !== undefined && (secure || !phones[who].secure) && [phones[who].line, who as string].includes(one.line)
    assert.equal(status === 200, may, `${status} ${JSON.stringify(one)}`)
    if (may) good++
    scene.pass(50)
  }), { numRuns: 1_000 })
  assert.ok(good > 20, `${good} were good: the combinations say little`)
  for (const name of names) for (const { phone } of bindingsOf(scene.x.locations, phones[name].line)) assert.equal(phone, name)
})

const shown: [what: string, certificate: string, as: string, status: number][] = [
  ['of the phone itself', 'gate', '1002', 200], ['of a phone that was deleted', 'former', '1002', 401], ['of another phone, for this line', 'gate', '1003', 403], ['of another phone that needs a password besides', 'safe', '1004', 401],
  ['of nobody that we know', 'somebody.test', '1002', 401], ['in other letters', 'GATE', '1002', 401], ['with a prefix of the name', 'gat', '1002', 401], ['with an inherited name', 'constructor', '1002', 401],
]
for (const [what, subject, line, status] of shown) {
  test(`A26 a certificate ${what}: ${status}`, async () => {
    assert.equal(attempt(await newScene({}, site), { transport: 'tls', address: '192.0.2.9', subject, alternative: '', line, user: '', proof: 'none' }), status)
  })
}
