/** Calls in by a trunk: whose word on the caller counts, what a number from outside may not do, TLS and media. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { carrier, type Carrier, field, sdp } from './carrier.ts'
import { simulatedSite } from '../../src/index.ts'
import { headerOf } from './pair.ts'

const secure = { transport: 'tls' as const, destinations: '[{ address: sbc.carrier.test, port: 5061 }]', names: { 'A sbc.carrier.test': [{ type: 'A' as const, address: '10.0.0.2', ttl: 300 }] } }
const tlsProfile = 'deviceSecurityMode: encrypted, secureCertificateSubjects: "sbc.carrier.test other.test"'
const certificate = (subject: string, ...names: string[]) => ({ subject, names, fingerprint: 'ab'.repeat(32) })

const claims = 'P-Asserted-Identity: "Real One" <sip:+41441110000@carrier.test>\r\nRemote-Party-ID: "Other" <sip:+41442220000@carrier.test>;party=calling\r\n'
async function caller(plan: Parameters<typeof carrier>[0], headers: string, from?: string): Promise<{ from: string; asserted: string[] }> {
  const c = await carrier(plan)
  c.ask('INVITE', '1001', { body: sdp, headers, ...(from ? { from } : {}) })
  assert.ok(c.system.until(() => c.system.phone('alice').talks.length > 0), JSON.stringify(c.heard.map((one) => one.text.split('\r\n')[0])))
  const found = { from: headerOf(c.system, 'INVITE', 'From')[0]!.replace(/;tag=.*/, ''), asserted: headerOf(c.system, 'INVITE', 'P-Asserted-Identity') }
  c.system.close()
  return found
}

test('A44 A26 a caller from outside is shown as nobody of the house, unless the trunk leads to one or its word counts', async () => {
  for (const from of ['"Bob Brown" <sip:1002@carrier.test>', '<sip:bob@near.test>']) assert.equal((await caller({}, '', from)).from, '<sip:anonymous@near.test>', from)
  assert.equal((await caller({ trunk: 'offNet: false' }, '', '"Bob Brown" <sip:1002@carrier.test>')).from, '"Bob Brown" <sip:1002@near.test>')
  assert.equal((await caller({}, '', '<sip:1009@carrier.test>')).from, '<sip:1009@near.test>')
})

test('A26 RFC 3325 5: an asserted identity over a trunk without proof is a claim like any: From is shown, and we do not assert it', async () => {
  assert.deepEqual(await caller({ trunk: 'trustIdentity: true' }, claims), { from: '<sip:+41441234567@near.test>', asserted: [] })
})

test('RFC 3325: over TLS a trunk whose word counts is believed; one whose word does not is not; Remote-Party-ID only where it is read', async () => {
  const plan = { ...secure, profile: tlsProfile, certificate: certificate('sbc.carrier.test', 'sbc.carrier.test') }
  assert.equal((await caller({ ...plan, trunk: 'trustIdentity: true' }, claims)).from, '"Real One" <sip:+41441110000@near.test>')
  assert.equal((await caller({ ...plan, trunk: '' }, claims)).from, '<sip:+41441234567@near.test>')
  const rpid = claims.split('\r\n')[1]! + '\r\n'
  assert.equal((await caller({ ...plan, trunk: 'trustIdentity: true, remotePartyId: true' }, rpid)).from, '"Other" <sip:+41442220000@near.test>')
  assert.equal((await caller({ ...plan, trunk: 'trustIdentity: true' }, rpid)).from, '<sip:+41441234567@near.test>')
})

test('RFC 3323: a caller who hides is hidden from the phone', async () => {
  const found = await caller({}, 'Privacy: id\r\n')
  assert.match(found.from, /anonymous@anonymous\.invalid/)
  assert.deepEqual(found.asserted, [])
})

for (const [subject, names, isTrunk] of [['sbc.carrier.test', [], true], ['x', ['other.test'], true], ['thief.test', ['thief.test'], false], ['*.carrier.test', ['*.carrier.test'], false]] as const) {
  test(`R350 R354 RFC 5922: a certificate of ${subject} ${names.join()} ${isTrunk ? 'is the trunk' : 'is nobody: challenged as a phone, the trunk is not guessed'}`, async () => {
    const c = await carrier({ ...secure, profile: tlsProfile, certificate: certificate(subject, ...names) }), id = c.ask('INVITE', '1001', { body: sdp })
    c.system.run(1_000)
    assert.deepEqual([c.system.phone('alice').talks.length, c.statuses(id)], isTrunk ? [1, []] : [0, [401]])
    c.system.close()
  })
}

test('A9 a caller from outside whose number looks like a line has none of its rights: no pickup, no Replaces of other people\'s calls, no parked call', async () => {
  const near = 'pickupGroups: [{ number: "8800" }]\nparkLots: [{ name: p, range: "70X" }]\n', lines = '  - { number: "1001", pickupGroup: "8800" }\n  - { number: "1002", pickupGroup: "8800" }'
  const c = await carrier({ near, lines, profile: 'acceptReplacesHeader: true' }), { system } = c
  const talk = system.phone('alice').call('1002')
  system.run(500)
  for (const number of ['*8', '8800', '*71002', '701', '*81002', '**1002']) {
    const id = c.ask('INVITE', number, { body: sdp, from: '<sip:1001@carrier.test>' })
    system.run(300)
    assert.ok([403, 404].includes(c.statuses(id)[0]!), `${number}: ${c.statuses(id).join()}`)
  }
  system.phone('bob').answer()
  assert.ok(system.until(() => talk.state === 'up'))
  const leg = [...system.exchange.legs.values()].find((one) => one.peer.line === '1001')!
  const id = c.ask('INVITE', '1001', { body: sdp, from: '<sip:1001@carrier.test>', headers: `Replaces: ${leg.dialog.callId};to-tag=${leg.dialog.localTag};from-tag=${leg.dialog.remoteTag}\r\n` })
  system.run(500)
  assert.deepEqual([c.statuses(id), talk.state], [[481], 'up'])
  system.close()
})

test('A9 from a system of the house, where features can be dialled, a number that looks like a line picks up nothing either', async () => {
  const lines = '  - { number: "1001", pickupGroup: "8800" }\n  - { number: "1002", pickupGroup: "8800" }'
  const c = await carrier({ near: 'pickupGroups: [{ number: "8800" }]\n', lines, trunk: 'offNet: false' }), { system } = c, talk = system.phone('alice').call('1002')
  assert.ok(system.until(() => system.phone('bob').talks.some((one) => one.invite !== undefined)))
  for (const number of ['*8', '8800', '*71002']) {
    const id = c.ask('INVITE', number, { body: sdp, from: '<sip:1001@carrier.test>' })
    system.run(500)
    assert.ok([403, 404].includes(c.statuses(id)[0]!), `${number}: ${c.statuses(id).join()}`)
  }
  assert.equal(talk.state === 'ended', false)
  assert.ok(system.phone('bob').talks.some((one) => one.invite !== undefined), 'it rings on')
  system.close()
})

test('R370 a trunk takes the place of its own dialog, as a voice mail does after it has asked', async () => {
  const c = await carrier({ profile: 'acceptReplacesHeader: true' }), { system } = c
  c.ask('INVITE', '1001', { body: sdp })
  assert.ok(system.until(() => system.phone('alice').talks.length > 0))
  system.phone('alice').answer()
  system.run(300)
  const first = c.last('SIP/2.0 200')!
  c.send(`ACK ${/<([^>]+)>/.exec(field(first, 'Contact'))![1]!} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKack\r\nMax-Forwards: 70\r\nFrom: ${field(first, 'From')}\r\nTo: ${field(first, 'To')}\r\nCall-ID: ${field(first, 'Call-ID')}\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n`)
  const second = c.ask('INVITE', '1001', { body: sdp, headers: `Replaces: ${field(first, 'Call-ID')};to-tag=${/tag=(.+)/.exec(field(first, 'To'))![1]!};from-tag=${/tag=(.+)/.exec(field(first, 'From'))![1]!}\r\n` })
  system.run(1_000)
  assert.deepEqual([...new Set(c.statuses(second))], [200])
  assert.ok(c.last('BYE ') !== undefined, 'the dialog that was replaced is hung up')
  system.close()
})

test('R269 A22 mediaSecurity across a trunk: a phone that insists is not connected in the clear, and the Warning says why', async () => {
  const phones = '  - { name: carol, digest: { user: carol, password: "battery-staple-carol" }, lines: ["1003"], deviceSecurityMode: nonSecure, mediaSecurity: required, callingSearchSpace: Staff }'
  for (const [trunk, expected] of [['', 488], ['srtpAllowed: true', undefined]] as const) {
    const c = await carrier({ phones, trunk }), talk = c.system.phone('carol').call('9031234567')
    c.system.run(1_000)
    assert.equal(talk.ended?.status, expected)
    if (expected) { assert.match(talk.reason, /SRTP/); assert.equal(c.last('INVITE '), undefined) }
    else {
      assert.match(c.last('INVITE ')!.text, /m=audio \d+ RTP\/SAVP/)
      c.answer(c.last('INVITE ')!, '200 OK', '', sdp)
      c.system.run(500)
      assert.notEqual(talk.state, 'up', 'an answer in the clear is no answer')
    }
    c.system.close()
  }
})

test('R371 sip-trunk 1.7 the status of a call over a trunk without TLS is notAuthenticated, with the reason', async () => {
  const c = await carrier(), talk = c.system.phone('alice').call('9031234567')
  assert.ok(c.system.until(() => c.last('INVITE ') !== undefined))
  c.answer(c.last('INVITE ')!, '200 OK', '', sdp)
  assert.ok(c.system.until(() => talk.state === 'up'))
  const [call] = [...c.system.calls.values()]
  assert.deepEqual([call!.security, typeof call!.record.why], ['notAuthenticated', 'string'])
  c.system.close()
})

function notify(c: Carrier): string { return c.ask('NOTIFY', '1001', { headers: 'Event: message-summary\r\nSubscription-State: active\r\nContent-Type: application/simple-message-summary\r\n' }) }
test('R369 RFC 3842: an unsolicited message-summary goes on to the phone of its line, with its Event', async () => {
  const c = await carrier({ profile: 'acceptUnsolicitedNotification: true' }), id = notify(c)
  c.system.run(1_000)
  assert.equal(headerOf(c.system, 'NOTIFY', 'Event').every((one) => one === 'message-summary'), true)
  assert.ok(c.system.ladder().some(({ what, to }) => what === 'NOTIFY' && to === 'alice'))
  assert.equal(c.statuses(id).length, 1)
  c.system.close()
})

test('R372 R374 the V.150 filter takes its attributes out of offers to the trunk, and nothing else', async () => {
  const offer = 'v=0\r\no=- 1 1 IN IP4 10.0.0.3\r\ns=-\r\nc=IN IP4 10.0.0.3\r\nt=0 0\r\na=sqn:0\r\na=cdsc:1 audio RTP/AVP 118 0\r\nm=audio 5000 RTP/AVP 0 118\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:118 v150fw/8000\r\n'
  for (const filter of ['none', 'removeMer'] as const) {
    const c = await carrier({ profile: `v150OutboundSdpOfferFiltering: ${filter}`, trunk: 'offNet: false', lines: '  - { number: "1001", forwardAll: "9031234567", callingSearchSpace: Staff }' })
    c.ask('INVITE', '1001', { body: offer })
    assert.ok(c.system.until(() => c.last('INVITE ') !== undefined), c.heard.map((one) => one.text.split('\r\n')[0]).join())
    assert.equal(/v150fw|\b118\b/.test(c.last('INVITE ')!.text), filter === 'none')
    assert.match(c.last('INVITE ')!.text, /a=rtpmap:0 PCMU/)
    c.system.close()
  }
})

test('RFC 5806 RFC 7044: who forwarded is told by a trunk whose word on it counts, in either form, and by no other', async () => {
  const plan = { ...secure, profile: tlsProfile, certificate: certificate('sbc.carrier.test', 'sbc.carrier.test') }
  const history = 'History-Info: <sip:+41443330000@carrier.test>;index=1, <sip:+41444440000@carrier.test;cause=486>;index=1.1, <sip:1001@near.test;cause=302>;index=1.1.1\r\n'
  for (const [trunk, headers, expected] of [
    ['', 'Diversion: <sip:+41443330000@carrier.test>;reason=user-busy\r\n', []],
    ['diversionIn: true', 'Diversion: <sip:+41443330000@carrier.test>;reason=user-busy\r\n', ['<sip:+41443330000@carrier.test>;reason=user-busy']],
    ['diversionIn: true', history, ['<sip:+41444440000@carrier.test>;reason=unconditional', '<sip:+41443330000@carrier.test>;reason=user-busy']],
  ] as const) {
    const c = await carrier({ ...plan, trunk })
    c.ask('INVITE', '1001', { body: sdp, headers })
    assert.ok(c.system.until(() => c.system.phone('alice').talks.length > 0))
    assert.deepEqual(headerOf(c.system, 'INVITE', 'Diversion'), expected)
    c.system.close()
  }
})

test('A16 R354 pinned certificates: the right name in another certificate is nobody, on a port shared with phones too', async () => {
  for (const [pin, isTrunk] of [['AB:'.repeat(31) + 'AB', true], ['cd'.repeat(32), false]] as const) {
    const c = await carrier({ ...secure, profile: tlsProfile, certificate: certificate('sbc.carrier.test'), trunk: `pinnedCertificates: ["${pin}"]` }), id = c.ask('INVITE', '1001', { body: sdp })
    c.system.run(1_000)
    assert.deepEqual([c.system.phone('alice').talks.length, c.statuses(id)], isTrunk ? [1, []] : [0, [401]])
    c.system.close()
  }
})

test('RFC 3263 4 A17 forty trunks whose names move are indexed a few times, not at every answer; turned answers change nothing', async () => {
  const range = Array.from({ length: 40 }, (_, i) => i), records = (net: number, hosts: number[]) => Object.fromEntries(range.map((i) => [`A sbc${i}.test`, hosts.map((host) => ({ type: 'A' as const, address: `10.${net}.${i}.${host}`, ttl: 1 }))]))
  const names = records(1, [1, 2]), trunk = `optionsPing: false${range.map((i) => ` }, { name: t${i}, securityProfile: Carrier, optionsPing: false, destinations: [{ address: sbc${i}.test }]`).join('')}`
  const c = await carrier({ names, trunk }), { trunks } = c.system.exchange
  const madeBy = (change: ReturnType<typeof records>): number => {
    let { policy } = trunks, made = 0
    Object.defineProperty(trunks, 'policy', { configurable: true, get: () => policy, set: (next: typeof policy) => { policy = next; made++ } })
    Object.assign(names, change)
    c.system.run(180_000)
    return made
  }
  c.system.run(120_000)
  assert.equal(madeBy(records(1, [2, 1])), 0)
  const moved = madeBy(records(2, [1, 2]))
  assert.ok(moved >= 1 && moved <= 8, `indexed ${moved} times`)
  for (const i of range) assert.equal(trunks.policy.index.byAddress.get(`5060 10.2.${i}.2`)?.[0]?.name, `t${i}`)
  c.system.close()
})

test('R321 a trunk that is taken out of the directory: its calls in progress go on, and their BYE is taken', async () => {
  const c = await carrier(), { system } = c, talk = system.phone('alice').call('9031234567')
  assert.ok(system.until(() => c.last('INVITE ') !== undefined))
  const invite = c.last('INVITE ')!
  c.answer(invite, '200 OK', '', sdp)
  assert.ok(system.until(() => talk.state === 'up'))
  system.exchange.snapshot = (await simulatedSite('system: { domain: near.test }\nusers: [{ userId: alice, extension: "1001" }]\nphones: [{ name: alice, user: alice, digest: { user: alice, password: "battery-staple-alice" }, deviceSecurityMode: nonSecure, mediaSecurity: off }]\n')).snapshot
  system.run(1_000)
  assert.deepEqual([talk.state, system.exchange.trunks.byName.size], ['up', 0])
  c.send(`BYE ${/<([^>]+)>/.exec(field(invite, 'Contact'))![1]!} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKgone\r\nMax-Forwards: 70\r\nFrom: ${field(invite, 'To')};tag=carrier\r\nTo: ${field(invite, 'From')}\r\nCall-ID: ${field(invite, 'Call-ID')}\r\nCSeq: 9 BYE\r\nContent-Length: 0\r\n\r\n`)
  system.run(500)
  assert.deepEqual([talk.state, c.statuses(field(invite, 'Call-ID'))], ['ended', [200]])
  system.close()
})
