/** Calls out by a trunk: what the carrier gets, whom it is told of, how its challenges are answered, where a call goes when it does not take it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCredentials, response, ha1, algorithmOf } from '../../src/wire/sip/digest/index.ts'
import { secret } from '../../src/kit/secret.ts'
import { simulatedSite } from '../../src/index.ts'
import { carrier, type Carrier, field, fields, type Heard, sdp } from './carrier.ts'
import { nearSite } from './pair.ts'

/** alice calls the carrier, which has the INVITE. */
function call(c: Carrier, number = '9031234567', phone = 'alice', more?: Parameters<ReturnType<Carrier['system']['phone']>['call']>[1]): { talk: ReturnType<ReturnType<Carrier['system']['phone']>['call']>; invite: Heard } {
  const before = c.heard.length, talk = c.system.phone(phone).call(number, more)
  assert.ok(c.system.until(() => c.heard.slice(before).some(({ text }) => text.startsWith('INVITE'))), `${talk.ended?.status} ${talk.reason}`)
  return { talk, invite: c.last('INVITE ')! }
}

test('RFC 3261 8.1 the INVITE to a carrier: the number after its transformations, our From, our Contact at the incoming port', async () => {
  const c = await carrier({ trunk: 'callerNumber: "+41441112233"' }), { talk, invite } = call(c)
  assert.match(invite.text, /^INVITE sip:031234567@10\.0\.0\.2 SIP\/2\.0/)
  assert.match(field(invite, 'From'), /^"Alice Adams" <sip:\+41441112233@near\.test>;tag=/)
  assert.equal(field(invite, 'Contact').startsWith('<sip:'), true)
  assert.match(field(invite, 'P-Asserted-Identity'), /<sip:\+41441112233@near\.test>/)
  assert.deepEqual(fields(invite, 'Call-Info'), [], 'R371: the status is not transmitted unless the profile says so')
  c.answer(invite, '486 Busy Here')
  c.system.run(500)
  assert.equal(talk.ended?.status, 486)
  c.system.close()
})

test('R371 transmitSecurityStatus: the icon status goes to the peer', async () => {
  const c = await carrier({ profile: 'transmitSecurityStatus: true' }), { invite } = call(c)
  assert.match(field(invite, 'Call-Info'), /urn:x-cisco-remotecc:callinfo>;security=NotAuthenticated/)
  c.system.close()
})

const identities: [string, string, (one: Heard) => void][] = [
  ['assertIdentity: false', 'no P-Asserted-Identity', (one) => assert.deepEqual(fields(one, 'P-Asserted-Identity'), [])],
  ['remotePartyId: true', 'Remote-Party-ID of the caller', (one) => assert.match(field(one, 'Remote-Party-ID'), /<sip:1001@near\.test>;party=calling;screen=yes;privacy=off/)],
  ['privacy: always', 'nobody is named', (one) => { assert.match(field(one, 'From'), /anonymous@anonymous\.invalid/); assert.equal(field(one, 'Privacy'), 'id'); assert.deepEqual(fields(one, 'P-Asserted-Identity'), []) }],
]
for (const [trunk, what, check] of identities) {
  test(`RFC 3323 3325 trunk { ${trunk} }: ${what}`, async () => {
    const c = await carrier({ trunk }), { invite } = call(c)
    check(invite)
    c.system.close()
  })
}

for (const [status, ask, reply] of [['401 Unauthorized', 'WWW-Authenticate', 'Authorization'], ['407 Proxy Authentication Required', 'Proxy-Authenticate', 'Proxy-Authorization']] as const) {
  test(`R319 RFC 3261 22.2 22.3 ${status.slice(0, 3)} to our INVITE is answered from sipRealms, with the next sequence number; a realm without a row is not (A13)`, async () => {
    const c = await carrier({ near: 'sipRealms: [{ realm: carrier.test, user: us, password: "pepper-mill-9" }]' }), { talk, invite } = call(c)
    c.answer(invite, status, `${ask}: Digest realm="carrier.test", nonce="n1", qop="auth", algorithm=MD5\r\n`)
    c.system.run(200)
    const again = c.last('INVITE ')!, parsed = parseCredentials(field(again, reply)), given = parsed.ok ? parsed.value : undefined
    assert.ok(given?.is === 'digest')
    const algorithm = algorithmOf('MD5')!
    assert.equal(given.response, response(algorithm, ha1(algorithm.hash, 'us', 'carrier.test', secret('pepper-mill-9')).reveal(), { method: 'INVITE', uri: given.uri, nonce: 'n1', qop: 'auth', nc: given.nc, cnonce: given.cnonce, body: '' }))
    assert.equal(again.message.cseq, invite.message.cseq + 1)
    assert.equal(field(again, 'Call-ID'), field(invite, 'Call-ID'))
    c.answer(again, '200 OK', '', sdp)
    assert.ok(c.system.until(() => talk.state === 'up'))
    assert.match(field(c.last('ACK'), reply), /us/, '22.1: the ACK has the credentials of its INVITE')
    const { invite: other } = call(c, '9041234567', 'bob')
    assert.match(field(other, reply), /nc=00000002/, 'the next call brings credentials at once')
    c.answer(other, status, `${ask}: Digest realm="phones.test", nonce="n2", qop="auth", algorithm=MD5\r\n`)
    c.system.run(500)
    assert.equal(c.last('INVITE ')!.text, other.text)
    c.system.close()
  })
}

test('RFC 3261 22.2 BYE and other requests in the call are answered for as well', async () => {
  const c = await carrier({ near: 'sipRealms: [{ realm: carrier.test, user: us, password: "pepper-mill-9" }]' }), { talk, invite } = call(c)
  c.answer(invite, '200 OK', '', sdp)
  assert.ok(c.system.until(() => talk.state === 'up'))
  c.system.phone('alice').hangUp(talk)
  assert.ok(c.system.until(() => c.last('BYE') !== undefined))
  const bye = c.last('BYE')!
  c.answer(bye, '407 Proxy Authentication Required', 'Proxy-Authenticate: Digest realm="carrier.test", nonce="n1", qop="auth", algorithm=SHA-256\r\n')
  c.system.run(200)
  const again = c.last('BYE ')!
  assert.match(field(again, 'Proxy-Authorization'), /algorithm=SHA-256/)
  c.answer(again, '200 OK')
  c.system.run(40_000)
  assert.equal(c.system.exchange.legs.size, 0)
  c.system.close()
})

const failoverSite = (more = '') => ({ destinations: '[{ address: 10.0.0.9, priority: 1 }, { address: 10.0.0.2, priority: 2 }]', trunk: `pingRetries: 2, ${more}` })

test('RFC 3263 4.3 sip-trunk 1.6: a destination that is not there is found by its ping, calls go to the other one, and back when it lives', async () => {
  const c = await carrier(failoverSite('pingDownSeconds: 10'))
  c.system.run(3_000)
  const [dead] = c.system.exchange.trunks.byName.get('carrier')!.destinations
  assert.deepEqual([dead!.host, dead!.up, dead!.reason !== ''], ['10.0.0.9', false, true])
  const { talk, invite } = call(c)
  c.answer(invite, '200 OK', '', sdp)
  assert.ok(c.system.until(() => talk.state === 'up'))
  const asked: string[] = []
  const engine = { wakeAt: undefined, step: (_: number, input: { is: string; bytes?: Buffer; flow?: { id: number } }) => {
    const text = input.bytes?.toString('latin1') ?? ''
    asked.push(text.split(' ', 1)[0]!)
    return text.startsWith('OPTIONS') ? [{ do: 'send' as const, flow: input.flow as never, data: text.replace(/^OPTIONS.*/, 'SIP/2.0 200 OK').replace(/To: (.*)/, 'To: $1;tag=x').replace(/^(?!SIP|Via|From|To|Call-ID|CSeq|Content-Length|\r).*\r\n/gm, '') }] : []
  } }
  c.system.network.add({ name: 'nine', addresses: ['10.0.0.9'], services: [{ name: 'sip-udp', transport: 'udp', port: 5060 }], engine })
  c.system.run(12_000)
  assert.equal(dead!.up, true)
  c.system.phone('bob').call('9041234567')
  c.system.run(500)
  assert.ok(asked.includes('INVITE'), 'priority 1 is first again')
  assert.equal(talk.state, 'up', 'calls that are up stay')
  c.system.close()
})

test('without ping: silence for four seconds, and the INVITE goes to the next destination; what the first one says later does not ring twice', async () => {
  const c = await carrier(failoverSite('optionsPing: false')), { talk, invite } = call(c)
  assert.equal(invite.message.is, 'request')
  assert.equal(c.system.ladder().filter(({ what }) => what === 'INVITE' ).some(({ to }) => to === '10.0.0.9'), true)
  c.answer(invite, '200 OK', '', sdp)
  assert.ok(c.system.until(() => talk.state === 'up'))
  c.system.run(40_000)
  assert.equal(talk.state, 'up')
  assert.equal(c.system.calls.size, 1)
  c.system.close()
})

test('sip-trunk 1.6: 503 is down, 404 to OPTIONS is up; out of service is told with its reason, and a phone hears 480', async () => {
  const c = await carrier({ trunk: 'pingRetries: 3, pingSeconds: 5, pingDownSeconds: 5' }), state = c.system.exchange.trunks.byName.get('carrier')!
  c.system.run(2_000)
  assert.equal(state.destinations[0]!.up, true)
  c.alive = false
  assert.ok(c.system.until(() => !state.destinations[0]!.up, 20_000))
  assert.ok(c.system.news.some((one) => one.is === 'trunk' && !one.inService && one.reason !== ''))
  const talk = c.system.phone('alice').call('9031234567')
  c.system.run(1_000)
  assert.equal(talk.ended?.status, 480)
  assert.match(talk.reason, /out of service/)
  const before = c.heard.length
  assert.ok(c.system.until(() => c.heard.slice(before).some(({ message }) => message.method === 'OPTIONS'), 20_000))
  c.answer(c.heard.findLast(({ message }) => message.method === 'OPTIONS')!, '404 Not Found')
  c.system.run(100)
  assert.equal(state.destinations[0]!.up, true)
  assert.ok(c.system.news.some((one) => one.is === 'trunk' && one.inService))
  c.system.close()
})

test('RFC 3261 10 RFC 6140: a trunk registers, answers the challenge, refreshes, backs off when refused, takes back what it no longer wants', async () => {
  const c = await carrier({ trunk: 'registration: { user: pbx, domain: carrier.test, expires: 600, bulk: true }', near: 'sipRealms: [{ realm: carrier.test, user: us, password: "pepper-mill-9" }]' })
  assert.ok(c.system.until(() => c.last('REGISTER ') !== undefined))
  const first = c.last('REGISTER ')!, state = c.system.exchange.trunks.byName.get('carrier')!.registration!
  assert.match(first.text, /^REGISTER sip:carrier\.test SIP/)
  assert.match(field(first, 'Contact'), /^<sip:10\.0\.0\.1:5060;bnc>$/)
  assert.match(field(first, 'Require'), /gin/)
  c.answer(first, '401 Unauthorized', 'WWW-Authenticate: Digest realm="carrier.test", nonce="n", qop="auth", algorithm=MD5\r\n')
  c.system.run(100)
  const second = c.last('REGISTER ')!
  assert.match(field(second, 'Authorization'), /username="us"/)
  c.answer(second, '200 OK', 'Expires: 300\r\n')
  c.system.run(100)
  assert.equal(state.state, 'registered')
  const count = () => new Set(c.heard.filter(({ message }) => message.is === 'request' && message.method === 'REGISTER').map(({ message }) => message.cseq)).size, before = count()
  c.system.run(200_000)
  assert.equal(count(), before)
  c.system.run(80_000)
  assert.equal(count(), before + 1, 'refreshed a good while before the end')
  c.answer(c.heard.find(({ message }) => message.method === 'REGISTER' && message.cseq === 3)!, '403 Forbidden')
  c.system.run(100)
  assert.deepEqual([state.state, state.reason], ['failed', 'The carrier answers 403 Forbidden.'])
  assert.ok(c.system.news.some((one) => one.is === 'trunkRegistered' && !one.registered))
  const after = count()
  c.system.run(14_000)
  assert.equal(count(), after, 'RFC 5626 4.5: not at once')
  c.system.run(20_000)
  assert.equal(count(), after + 1)
  c.system.close()
})

test('A25 A13 a carrier that challenges for ever is answered once, and once more where it says stale', async () => {
  const c = await carrier({ near: 'sipRealms: [{ realm: carrier.test, user: us, password: "pepper-mill-9" }]' }), { talk } = call(c)
  for (let i = 0; i < 6; i++) {
    const one = c.last('INVITE ')!
    c.answer(one, '401 Unauthorized', `WWW-Authenticate: Digest realm="carrier.test", nonce="n${i}", qop="auth", algorithm=MD5, stale=true\r\n`)
    c.system.run(200)
  }
  assert.equal(c.heard.filter(({ text }) => text.startsWith('INVITE')).length, 3)
  assert.equal(talk.state, 'ended')
  assert.match(talk.reason, /carrier\.test/)
  c.system.close()
})

test('RFC 4028 9: a peer that answers with a longer session than was asked for is not given it: the end of a dead call is found in our time', async () => {
  const c = await carrier(), { talk, invite } = call(c)
  assert.equal(field(invite, 'Session-Expires'), '1800')
  c.answer(invite, '200 OK', 'Require: timer\r\nSession-Expires: 86400;refresher=uas\r\n', sdp)
  assert.ok(c.system.until(() => talk.state === 'up'))
  const leg = [...c.system.exchange.legs.values()].find((one) => one.peer.trunk)!
  assert.deepEqual(leg.session?.seconds, 1_800)
  c.system.run(1_800_000)
  assert.equal(c.system.calls.size, 0, 'nobody refreshed it')
  c.system.close()
})

test('A16 RFC 3261 10.2.8 a carrier that wants longer is heard once, and no word of its own puts the next REGISTER off for more than a day', async () => {
  const c = await carrier({ trunk: 'registration: { user: us }' }), { system } = c, registers = () => c.heard.filter(({ text }) => text.startsWith('REGISTER'))
  assert.ok(system.until(() => registers().length === 1))
  c.answer(c.last('REGISTER ')!, '423 Interval Too Brief', 'Min-Expires: 4000\r\n')
  system.run(500)
  assert.equal(field(c.last('REGISTER '), 'Expires'), '4000')
  c.answer(c.last('REGISTER ')!, '423 Interval Too Brief', 'Min-Expires: 4001\r\n')
  system.run(5_000)
  assert.equal(registers().length, 2)
  system.run(35_000)
  c.answer(c.last('REGISTER ')!, '200 OK', 'Expires: 4294967295\r\n')
  system.run(1_000)
  const { registration } = system.exchange.trunks.byName.get('carrier')!
  assert.equal(registration!.state, 'registered')
  assert.ok(registration!.until - system.exchange.now <= 86_400_000)
  system.close()
})

test('A13 a password of another trunk is not given to who names its realm', async () => {
  const near = 'sipRealms: [{ realm: carrier.test, user: us, password: "pepper-mill-9", trunks: [other] }]'
  const c = await carrier({ trunk: 'registration: { user: pbx } }, { name: other, securityProfile: Carrier, destinations: [{ address: 10.0.0.7 }]', near })
  assert.ok(c.system.until(() => c.last('REGISTER ') !== undefined))
  c.answer(c.last('REGISTER ')!, '401 Unauthorized', 'WWW-Authenticate: Digest realm="carrier.test", nonce="n", qop="auth", algorithm=MD5\r\n')
  c.system.run(2_000)
  assert.deepEqual(c.heard.filter(({ text }) => text.startsWith('REGISTER')).map((one) => field(one, 'Authorization')), [''])
  c.system.close()
})

test('R308 R322 a trunk that is down is not held for down when its ping is switched off; switched on again it is asked at once', async () => {
  const plan = { trunk: 'pingRetries: 1, pingDownSeconds: 600' }, c = await carrier(plan), { exchange } = c.system, trunk = () => exchange.trunks.byName.get('carrier')!.destinations[0]!
  c.alive = false
  assert.ok(c.system.until(() => !trunk().up, 120_000))
  const snapshot = async (more: string) => (await simulatedSite(nearSite({ trunk: `pingRetries: 1, pingDownSeconds: 600, ${more}`, profile: 'outgoingTransport: udp, ' }))).snapshot
  exchange.snapshot = await snapshot('optionsPing: false')
  c.system.run(1_000)
  assert.deepEqual([trunk().up, trunk().known, trunk().reason], [true, false, ''])
  const before = c.heard.length
  exchange.snapshot = await snapshot('optionsPing: true')
  c.system.run(60_000)
  assert.ok(c.heard.slice(before).some(({ message }) => message.method === 'OPTIONS'))
  assert.equal(trunk().up, false)
  c.system.close()
})

/** A second peer, at 10.0.0.9, that keeps what it hears and says what it is told. */
function other(c: Carrier): { readonly heard: string[]; say(status: string, body?: string): void } {
  const heard: string[] = [], engine = { wakeAt: undefined, step: (_: number, input: { is: string; bytes?: Buffer }) => { if (input.bytes) heard.push(input.bytes.toString('latin1')); return [] } }
  c.system.network.add({ name: 'nine', addresses: ['10.0.0.9'], services: [{ name: 'sip-udp', transport: 'udp', port: 5060 }], engine })
  return {
    heard,
    say: (status, body = '') => {
      const invite = { text: heard.find((text) => text.startsWith('INVITE'))! } as Heard, copied = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${field(invite, name)}`).join('\r\n')
      const data = `SIP/2.0 ${status}\r\n${copied}\r\nTo: ${field(invite, 'To')};tag=nine\r\nContact: <sip:nine@10.0.0.9>\r\n${body === '' ? '' : 'Content-Type: application/sdp\r\n'}Content-Length: ${body.length}\r\n\r\n${body}`
      c.system.network.act('nine', engine, () => [{ do: 'sendTo', to: { transport: 'udp', address: '10.0.0.1', port: 5060 }, data, ref: 'late' }])
    },
  }
}

test('one number, one charge: a destination that was given up and rings after all is cancelled while the next one rings', async () => {
  const c = await carrier(failoverSite('optionsPing: false')), nine = other(c), { talk, invite } = call(c)
  c.answer(invite, '180 Ringing')
  nine.say('180 Ringing')
  c.system.run(500)
  assert.ok(nine.heard.some((text) => text.startsWith('CANCEL')))
  assert.equal(c.last('CANCEL '), undefined)
  c.answer(invite, '200 OK', '', sdp)
  assert.ok(c.system.until(() => talk.state === 'up'))
  c.system.close()
})

test('one number, one charge: a destination that was given up and answers first has the call, and the next one is cancelled', async () => {
  const c = await carrier(failoverSite('optionsPing: false')), nine = other(c), { talk, invite } = call(c)
  c.answer(invite, '180 Ringing')
  nine.say('200 OK', sdp)
  assert.ok(c.system.until(() => talk.state === 'up'))
  assert.ok(nine.heard.some((text) => text.startsWith('ACK')))
  assert.ok(c.last('CANCEL ') !== undefined)
  c.answer(c.last('CANCEL ')!, '200 OK')
  c.answer(invite, '487 Request Terminated')
  c.system.run(2_000)
  assert.equal(talk.state, 'up')
  assert.equal(c.system.calls.size, 1)
  c.system.close()
})

test('one number, one charge: a destination that answers after another one has the call is acknowledged and hung up where it stands', async () => {
  const c = await carrier(failoverSite('optionsPing: false')), nine = other(c), { talk, invite } = call(c)
  c.answer(invite, '200 OK', '', sdp)
  assert.ok(c.system.until(() => talk.state === 'up'))
  nine.say('200 OK', sdp)
  c.system.run(500)
  assert.deepEqual([nine.heard.some((text) => text.startsWith('ACK')), nine.heard.some((text) => text.startsWith('BYE'))], [true, true])
  c.system.phone('alice').hangUp(talk)
  c.system.run(500)
  assert.ok(c.last('BYE ') !== undefined, 'the call itself ends where it was answered')
  c.system.close()
})
