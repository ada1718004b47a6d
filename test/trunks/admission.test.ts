/** What a trunk's request must show, and what it may do then. R343, R346, R347, R361–R371; sip-trunk 1.2; A11, A12, A14 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ha1, response } from '../../src/wire/sip/digest/index.ts'
import { algorithmOf } from '../../src/wire/sip/digest/index.ts'
import { secret } from '../../src/kit/secret.ts'
import { carrier, type Carrier, field, sdp } from './carrier.ts'

const users = 'applicationUsers:\n  - { userId: crm, digest: { user: crm, password: "hedge-lantern-42" }, acceptOutOfDialogRefer: true, acceptReplacesHeader: true }\n  - { userId: plain, digest: { user: plain, password: "hedge-lantern-43" } }\n'

function authorized(c: Carrier, method: string, uri: string, user = 'crm', password = 'hedge-lantern-42', nc = '00000001'): string {
  const challenge = field(c.last('SIP/2.0 401'), 'WWW-Authenticate'), nonce = /nonce="([^"]+)"/.exec(challenge)![1]!, realm = /realm="([^"]+)"/.exec(challenge)![1]!
  const algorithm = algorithmOf('MD5')!, answer = response(algorithm, ha1(algorithm.hash, user, realm, secret(password)).reveal(), { method, uri, nonce, qop: 'auth', nc, cnonce: 'abc', body: '' })
  return `Authorization: Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${answer}", algorithm=MD5, qop=auth, nc=${nc}, cnonce="abc"\r\n`
}

const digest = { profile: 'digestAuthentication: true', near: users }

test('R343 RFC 3261 22.1: every request of a digest trunk is challenged with 401 in the realm of the cluster ID, ACK and CANCEL are not', async () => {
  const c = await carrier(digest)
  for (const method of ['INVITE', 'OPTIONS', 'MESSAGE', 'SUBSCRIBE', 'NOTIFY', 'REFER', 'INFO', 'BYE', 'PRACK', 'UPDATE']) {
    const id = c.ask(method, '1001', { body: method === 'INVITE' ? sdp : '' })
    c.system.run(500)
    assert.deepEqual(c.statuses(id), [401], method)
    assert.match(field(c.last('SIP/2.0 401'), 'WWW-Authenticate'), /realm="StandAloneCluster".*algorithm=MD5/)
    if (method === 'INVITE') c.send(`ACK sip:1001@near.test SIP/2.0\r\nVia: ${field(c.last('SIP/2.0 401'), 'Via')}\r\nMax-Forwards: 70\r\nFrom: ${field(c.last('SIP/2.0 401'), 'From')}\r\nTo: ${field(c.last('SIP/2.0 401'), 'To')}\r\nCall-ID: ${id}\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n`)
  }
  assert.equal(c.system.exchange.trunks.unknown.refused, 0)
  c.system.close()
})

test('R343 RFC 3261 8.2.1: who asks comes before what is asked for: strange methods, options and sips addresses are challenged first, then refused as ever', async () => {
  const c = await carrier(digest)
  for (const [method, uri, headers, then] of [['FOO', 'sip:1001@near.test', '', 403], ['PUBLISH', 'sip:1001@near.test', '', 403], ['OPTIONS', 'sip:1001@near.test', 'Require: nothing\r\n', 420], ['OPTIONS', 'sips:1001@near.test', '', 403], ['OPTIONS', 'http://near.test', '', 416]] as const) {
    const id = `strange ${method} ${uri} ${headers.length}`.replaceAll(' ', '-').replace(/[/:@]/g, '')
    const send = (cseq: number, more: string): void => {
      c.send(`${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK${id}${cseq}\r\nMax-Forwards: 70\r\nFrom: <sip:+41441234567@carrier.test>;tag=x\r\nTo: <sip:1001@near.test>\r\nCall-ID: ${id}\r\nCSeq: ${cseq} ${method}\r\n${headers}${more}Content-Length: 0\r\n\r\n`)
      c.system.run(500)
    }
    send(1, '')
    assert.deepEqual(c.statuses(id), [401], `${method} ${uri}`)
    send(2, authorized(c, method, uri))
    assert.deepEqual(c.statuses(id), [401, then], `${method} ${uri}`)
  }
  c.system.close()
})

test('R363 R364 401 before 403, the trunk before the user: a REFER that may never pass is challenged first', async () => {
  const c = await carrier({ profile: 'digestAuthentication: true, applicationLevelAuthorization: true', near: users })
  const id = c.ask('REFER', '1001', { headers: 'Refer-To: <sip:1002@near.test>\r\n' })
  c.system.run(500)
  assert.deepEqual(c.statuses(id), [401])
  c.ask('REFER', '1001', { callId: id, cseq: 2, headers: `Refer-To: <sip:1002@near.test>\r\n${authorized(c, 'REFER', 'sip:1001@near.test')}` })
  c.system.run(500)
  assert.deepEqual(c.statuses(id), [401, 403])
  assert.match(field(c.last('SIP/2.0 403'), 'Warning'), /REFER outside a dialog/)
  c.system.close()
})

test('R361 R367 the trunk lets it, the application user does not: 403', async () => {
  const c = await carrier({ profile: 'digestAuthentication: true, applicationLevelAuthorization: true, acceptOutOfDialogRefer: true', near: users })
  const id = c.ask('REFER', '1001', { headers: 'Refer-To: <sip:1002@near.test>\r\n' })
  c.system.run(500)
  c.ask('REFER', '1001', { callId: id, cseq: 2, headers: `Refer-To: <sip:1002@near.test>\r\n${authorized(c, 'REFER', 'sip:1001@near.test', 'plain', 'hedge-lantern-43')}` })
  c.system.run(500)
  assert.deepEqual(c.statuses(id), [401, 403])
  c.system.close()
})

for (const [method, headers, field0] of [
  ['SUBSCRIBE', 'Event: presence\r\n', 'acceptPresenceSubscription'], ['REFER', 'Refer-To: <sip:1002@near.test>\r\n', 'acceptOutOfDialogRefer'],
  ['NOTIFY', 'Event: presence\r\nSubscription-State: active\r\n', 'acceptUnsolicitedNotification'], ['INVITE', 'Replaces: x;to-tag=a;from-tag=b\r\n', 'acceptReplacesHeader'],
] as const) {
  test(`R366 R368 R369 R370 ${method}: 403 while ${field0} is off, not while it is on`, async () => {
    for (const on of [false, true]) {
      const c = await carrier({ profile: `${field0}: ${on}`, trunk: 'referCallingSearchSpace: Staff' }), id = c.ask(method, '1001', { headers, body: method === 'INVITE' ? sdp : '' })
      c.system.run(1_000)
      assert.equal(c.statuses(id).includes(403), !on, `${on}: ${c.statuses(id).join()}`)
      c.system.close()
    }
  })
}

test('R346 R347 a nonce older than its validity is stale: 401 with stale=true and a new one', async () => {
  const c = await carrier({ ...digest, profile: 'digestAuthentication: true, nonceValidity: 10' })
  const id = c.ask('OPTIONS', '1001')
  c.system.run(500)
  const good = authorized(c, 'OPTIONS', 'sip:1001@near.test')
  c.ask('OPTIONS', '1001', { callId: id, cseq: 2, headers: good })
  c.system.run(500)
  assert.deepEqual(c.statuses(id), [401, 200])
  const old = authorized(c, 'OPTIONS', 'sip:1001@near.test', 'crm', 'hedge-lantern-42', '00000002')
  c.system.run(10_000)
  c.ask('OPTIONS', '1001', { callId: id, cseq: 3, headers: old })
  c.system.run(500)
  assert.deepEqual(c.statuses(id), [401, 200, 401])
  assert.match(field(c.last('SIP/2.0 401'), 'WWW-Authenticate'), /stale=true/)
  c.system.close()
})

test('R136 A14 wrong passwords count against their source, never against the user everywhere', async () => {
  const c = await carrier(digest), id = c.ask('OPTIONS', '1001')
  c.system.run(200)
  for (let i = 0; i < 40; i++) { c.ask('OPTIONS', '1001', { callId: id, cseq: 2 + i, headers: authorized(c, 'OPTIONS', 'sip:1001@near.test', 'crm', `wrong-${i}`) }); c.system.run(10) }
  c.ask('OPTIONS', '1001', { callId: id, cseq: 90, headers: authorized(c, 'OPTIONS', 'sip:1001@near.test') })
  c.system.run(100)
  assert.equal(c.statuses(id).at(-1), 401)
  assert.ok(c.system.news.some((one) => one.is === 'locked' && one.source === '10.0.0.2'))
  c.system.run(60_000)
  c.ask('OPTIONS', '1001', { callId: id, cseq: 91 })
  c.system.run(100)
  c.ask('OPTIONS', '1001', { callId: id, cseq: 92, headers: authorized(c, 'OPTIONS', 'sip:1001@near.test') })
  c.system.run(100)
  assert.equal(c.statuses(id).at(-1), 200)
  c.system.close()
})

test('R343 inside a call: BYE and re-INVITE of a digest trunk want credentials too, and the call goes on until they come', async () => {
  const c = await carrier(digest), { system } = c
  const talk = system.phone('alice').call('9031234567')
  assert.ok(system.until(() => c.last('INVITE') !== undefined))
  const invite = c.last('INVITE')!
  c.answer(invite, '200 OK', '', sdp)
  assert.ok(system.until(() => talk.state === 'up'))
  const tags = { from: 'carrier', to: /tag=(.+)/.exec(field(invite, 'From'))![1]! }, callId = field(invite, 'Call-ID'), uri = /<([^>]+)>/.exec(field(invite, 'Contact'))![1]!
  const bye = (cseq: number, headers: string) => { c.send(`BYE ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKb${cseq}\r\nMax-Forwards: 70\r\nFrom: ${field(invite, 'To')};tag=${tags.from}\r\nTo: ${field(invite, 'From')}\r\nCall-ID: ${callId}\r\nCSeq: ${cseq} BYE\r\n${headers}Content-Length: 0\r\n\r\n`); system.run(500) }
  bye(10, '')
  assert.deepEqual([c.statuses(callId), system.calls.size], [[401], 1])
  bye(11, authorized(c, 'BYE', uri))
  assert.deepEqual([c.statuses(callId), system.calls.size], [[401, 200], 0])
  system.close()
})

test('A10 A12 only the trunk itself speaks in its dialogs: the same BYE from another address is 481', async () => {
  const c = await carrier(), { system } = c
  const talk = system.phone('alice').call('9031234567')
  assert.ok(system.until(() => c.last('INVITE') !== undefined))
  const invite = c.last('INVITE')!
  c.answer(invite, '200 OK', '', sdp)
  assert.ok(system.until(() => talk.state === 'up'))
  const uri = /<([^>]+)>/.exec(field(invite, 'Contact'))![1]!, seen: string[] = []
  const engine = { wakeAt: undefined, step: (_: number, input: { is: string; bytes?: Buffer }) => { if (input.bytes) seen.push(input.bytes.toString('latin1').split('\r\n')[0]!); return [] } }
  system.network.add({ name: 'thief', addresses: ['10.0.7.7'], services: [{ name: 'sip-udp', transport: 'udp', port: 5060 }], engine })
  const data = `BYE ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.7.7:5060;branch=z9hG4bKthief\r\nMax-Forwards: 70\r\nFrom: ${field(invite, 'To')};tag=carrier\r\nTo: ${field(invite, 'From')}\r\nCall-ID: ${field(invite, 'Call-ID')}\r\nCSeq: 10 BYE\r\nContent-Length: 0\r\n\r\n`
  system.network.act('thief', engine, () => [{ do: 'sendTo', to: { transport: 'udp', address: '10.0.0.1', port: 5060 }, data, ref: 'x' }])
  system.run(500)
  assert.deepEqual([seen.map((line) => line.slice(0, 11)), system.calls.size, talk.state], [['SIP/2.0 481'], 1, 'up'])
  system.close()
})

test('A12 A26 a request at the trunk\'s address that names a line of ours is asked for that phone\'s password', async () => {
  const c = await carrier()
  const id = c.ask('INVITE', '1002', { body: sdp, from: '"Alice" <sip:1001@near.test>', headers: '' })
  c.system.run(500)
  assert.equal(c.system.phone('bob').talks.length, 1, 'from the very port of the destination it is the trunk')
  assert.equal(c.system.records.length, 0)
  c.send(`CANCEL sip:1002@near.test SIP/2.0\r\nVia: ${field(c.last('SIP/2.0 1'), 'Via')}\r\nMax-Forwards: 70\r\nFrom: ${field(c.last('SIP/2.0 1'), 'From')}\r\nTo: <sip:1002@near.test>\r\nCall-ID: ${id}\r\nCSeq: 1 CANCEL\r\nContent-Length: 0\r\n\r\n`)
  c.system.run(500)
  c.system.close()
})
