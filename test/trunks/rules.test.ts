/** Rules of a trunk at work: what is on the wire, what is read of what came, whom they never touch. Issue of the trunks (header and description rules). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulatedSite } from '../../src/main/simulation/start.ts'
import { ha1, algorithmOf, parseCredentials, response } from '../../src/wire/sip/digest/index.ts'
import { secret } from '../../src/kit/secret.ts'
import { body } from '../../src/wire/sip/index.ts'
import { carrier, type Carrier, field, fields, type Heard, sdp } from './carrier.ts'
import { headerOf, nearSite } from './pair.ts'

const rules = (...rows: string[]): string => `rules: [${rows.map((row) => `{ ${row} }`).join(', ')}]`
const both = `${sdp.replace('RTP/AVP 0\r\n', 'RTP/AVP 0 8 101\r\n')}a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:30\r\n`

function call(c: Carrier, phone = 'alice'): { talk: ReturnType<ReturnType<Carrier['system']['phone']>['call']>; invite: Heard } {
  const before = c.heard.length, talk = c.system.phone(phone).call('9031234567')
  assert.ok(c.system.until(() => c.heard.slice(before).some(({ text }) => text.startsWith('INVITE'))))
  return { talk, invite: c.last('INVITE ')! }
}

/** Last message of ours that begins so, as the ladder shows it. */
const shown = (c: Carrier, what: string, to: string): string => c.system.ladder().findLast((one) => one.what === what && one.to === to)?.text ?? ''

test('RFC 3261 7 out: requests and responses to the trunk have what the rules say, phones get none of it, and the ladder shows what was on the wire', async () => {
  const c = await carrier({ trunk: rules('method: INVITE, status: request, what: set, name: User-Agent, value: "Ringfort *"', 'method: INVITE, what: removeCodec, name: PCMA', 'what: replace, name: Supported, find: "timer, ", value: ""', 'status: 2XX, what: add, name: X-Answered, value: "yes"', 'method: BYE, status: request, what: add, name: X-Bye, value: Grüße') })
  const { talk, invite } = call(c)
  assert.equal(field(invite, 'User-Agent'), 'Ringfort *')
  assert.doesNotMatch(field(invite, 'Supported'), /timer/)
  assert.doesNotMatch(body(invite.message), /PCMA|AVP [0-9 ]*\b8\b/)
  assert.equal(field(invite, 'Content-Length'), String(body(invite.message).length))
  assert.equal(shown(c, 'INVITE', '10.0.0.2'), invite.text)
  c.answer(invite, '200 OK', '', sdp)
  assert.ok(c.system.until(() => talk.state === 'up'))
  assert.deepEqual([fields(c.last('ACK '), 'X-Bye'), fields(c.last('ACK '), 'User-Agent')], [[], []])
  c.system.phone('alice').hangUp(talk)
  assert.ok(c.system.until(() => c.last('BYE ') !== undefined))
  assert.equal(field(c.last('BYE '), 'X-Bye'), 'Gr\xc3\xbc\xc3\x9fe')
  c.answer(c.last('BYE ')!, '200 OK')
  const id = c.ask('INVITE', '1001', { body: both })
  assert.ok(c.system.until(() => c.system.phone('alice').talks.some(({ state }) => state === 'ringing')))
  assert.match(shown(c, 'INVITE', 'alice'), /RTP\/AVP 0 8 101/)
  c.system.phone('alice').answer()
  assert.ok(c.system.until(() => c.statuses(id).includes(200)))
  assert.equal(field(c.heard.findLast(({ message }) => message.callId === id && message.status === 200), 'X-Answered'), 'yes')
  assert.deepEqual(headerOf(c.system, '200 BYE', 'X-Answered'), [], 'the phone hung up')
  c.system.close()
})

test('RFC 3261 9.1 17.1.1.3 the CANCEL and the ACK to a refusal are those of the INVITE as it went, without what rules say of them', async () => {
  const c = await carrier({ trunk: rules('what: add, name: X-All, value: "1"') }), { talk, invite } = call(c)
  c.answer(invite, '180 Ringing')
  c.system.run(200)
  c.system.phone('alice').hangUp(talk)
  assert.ok(c.system.until(() => c.last('CANCEL ') !== undefined))
  const same = (one: Heard): string[] => [...['Via', 'From', 'To', 'Call-ID'].map((name) => field(one, name)), field(one, 'CSeq').split(' ')[0]!]
  assert.deepEqual(same(c.last('CANCEL ')!), same(invite))
  c.answer(invite, '487 Request Terminated')
  assert.ok(c.system.until(() => c.last('ACK ') !== undefined))
  assert.deepEqual([fields(invite, 'X-All'), fields(c.last('CANCEL '), 'X-All'), fields(c.last('ACK '), 'X-All')], [['1'], [], []])
  c.system.close()
})

test('RFC 3261 7 in: offers, answers and headers of the trunk are read as the rules make them; the ladder shows them as they came', async () => {
  const c = await carrier({ trunk: rules('direction: in, what: removeCodec, name: PCMA', 'direction: in, what: removeAttribute, name: ptime') })
  const id = c.ask('INVITE', '1001', { body: both })
  assert.ok(c.system.until(() => c.system.phone('alice').talks.length > 0))
  assert.doesNotMatch(shown(c, 'INVITE', 'alice'), /PCMA|ptime/)
  assert.match(shown(c, 'INVITE', 'alice'), /RTP\/AVP 0 101/)
  const came = c.system.ladder().findLast(({ what, from }) => what === 'INVITE' && from === '10.0.0.2')!
  assert.match(came.text, /PCMA/)
  c.system.phone('alice').answer()
  assert.ok(c.system.until(() => c.statuses(id).includes(200)))
  c.system.run(100)
  const { talk, invite } = call(c, 'bob')
  c.answer(invite, '200 OK', '', both)
  assert.ok(c.system.until(() => talk.state === 'up'))
  assert.doesNotMatch(shown(c, '200 INVITE', 'bob'), /PCMA|ptime|AVP [0-9 ]*\b8\b/)
  assert.deepEqual(c.system.violations(), [])
  c.system.close()
})

test('RFC 3261 13.2.1 in: the answer in an ACK and a re-INVITE in the call go through the same rules', async () => {
  const c = await carrier({ trunk: rules('direction: in, what: removeAttribute, name: ptime') }), { system } = c
  const id = c.ask('INVITE', '1001')
  assert.ok(system.until(() => system.phone('alice').talks.length > 0))
  system.phone('alice').answer()
  assert.ok(system.until(() => c.statuses(id).includes(200)))
  const ok = c.heard.findLast(({ message }) => message.callId === id && message.status === 200)!, tags = { from: ok.message.fromTag, to: ok.message.toTag }
  c.ask('ACK', '1001', { callId: id, tags, body: both })
  system.run(200)
  assert.match(shown(c, 'ACK', 'alice'), /m=audio/)
  assert.doesNotMatch(shown(c, 'ACK', 'alice'), /ptime/)
  c.ask('INVITE', '1001', { callId: id, tags, cseq: 2, body: both.replace('o=c 1 1', 'o=c 1 2').replace('m=audio 4000', 'm=audio 4002') })
  system.run(200)
  assert.match(shown(c, 'INVITE', 'alice'), /m=audio 4002/)
  assert.doesNotMatch(shown(c, 'INVITE', 'alice'), /ptime/)
  system.close()
})

test('R319 RFC 3261 22.4 credentials that protect the body (auth-int) are made of the description as it goes', async () => {
  const c = await carrier({ trunk: rules('what: removeCodec, name: PCMU'), near: 'sipRealms: [{ realm: carrier.test, user: us, password: "pepper-mill-9" }]' }), { invite } = call(c)
  c.answer(invite, '401 Unauthorized', 'WWW-Authenticate: Digest realm="carrier.test", nonce="n1", qop="auth-int", algorithm=SHA-256\r\n')
  c.system.run(200)
  const again = c.last('INVITE ')!, parsed = parseCredentials(field(again, 'Authorization')), algorithm = algorithmOf('SHA-256')!
  assert.ok(parsed.ok && parsed.value.is === 'digest')
  assert.doesNotMatch(body(again.message), /AVP 0/)
  const { uri, nc, cnonce } = parsed.value
  assert.equal(parsed.value.response, response(algorithm, ha1(algorithm.hash, 'us', 'carrier.test', secret('pepper-mill-9')).reveal(), { method: 'INVITE', uri, nonce: 'n1', qop: 'auth-int', nc, cnonce, body: body(again.message) }))
  c.system.close()
})

test('R343 what is said before admission has nothing of the rules: a challenge, and a request from nowhere known', async () => {
  const c = await carrier({ trunk: rules('what: add, name: X-All, value: "1"'), profile: 'digestAuthentication: true', near: 'applicationUsers: [{ userId: app, digest: { user: app, password: "pepper-mill-9" } }]' }), id = c.ask('INVITE', '1001', { body: sdp })
  c.system.run(200)
  assert.deepEqual(c.statuses(id), [401])
  assert.deepEqual(fields(c.last('INVITE'), 'X-All'), [])
  assert.equal(field(c.last('OPTIONS '), 'X-All'), '1', 'our question whether it lives')
  c.system.close()
})

test('RFC 3261 10.2 our REGISTER at the carrier and the answers to its OPTIONS have what the rules say', async () => {
  const c = await carrier({ trunk: `${rules('method: REGISTER, what: set, name: User-Agent, value: "Box 1"', 'method: OPTIONS, status: "200", what: set, name: Server, value: "Box 2"')}, registration: { user: us }` })
  assert.ok(c.system.until(() => c.last('REGISTER ') !== undefined))
  assert.equal(field(c.last('REGISTER '), 'User-Agent'), 'Box 1')
  const id = c.ask('OPTIONS', 'sip:near.test')
  c.system.run(200)
  assert.equal(field(c.heard.findLast(({ message }) => message.callId === id), 'Server'), 'Box 2')
  c.system.close()
})

test('R321 rules that change are those of the next call; a call in progress keeps what it began with', async () => {
  const plan = (value: string): { trunk: string } => ({ trunk: rules(`what: set, name: X-Rules, value: "${value}"`) }), c = await carrier(plan('old')), { talk, invite } = call(c)
  c.answer(invite, '200 OK', '', sdp)
  assert.ok(c.system.until(() => talk.state === 'up'))
  c.system.exchange.snapshot = (await simulatedSite(nearSite({ ...plan('new'), profile: 'outgoingTransport: udp' }))).snapshot
  const { invite: next } = call(c, 'bob')
  c.system.phone('alice').hangUp(talk)
  assert.ok(c.system.until(() => c.last('BYE ') !== undefined))
  assert.deepEqual([field(invite, 'X-Rules'), field(next, 'X-Rules'), field(c.last('BYE '), 'X-Rules')], ['old', 'new', 'old'])
  c.system.close()
})

test('A1 a rule with a fault does nothing, whatever stands in the picture; a message that rules would make too long goes as it is', async () => {
  const long = 'y'.repeat(500), c = await carrier({ trunk: rules(...Array.from({ length: 48 }, () => `direction: in, what: add, name: X-Long, value: "${long}"`), 'what: remove, name: Contact') }), { invite } = call(c)
  assert.equal(fields(invite, 'Contact').length, 1)
  const id = c.ask('INVITE', '1002', { body: sdp, headers: Array.from({ length: 180 }, (_, i) => `X-${i}: 1\r\n`).join('') })
  assert.ok(c.system.until(() => c.system.phone('bob').talks.length > 0), c.statuses(id).join())
  assert.equal(c.system.news.some(({ is }) => is === 'ruleBroke'), false)
  c.system.close()
})
