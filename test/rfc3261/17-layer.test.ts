import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Problem } from '../../src/kit/result.ts'
import { cancel, type ClientTx, failed, newTransactions, type Out, receive, refuse, request, respond, type ServerTx, wake } from '../../src/wire/sip/transactions.ts'
import { flowOf, hopOf, parsed, requestOf, requestText, responseOf, responseText, type Words } from '../wire/sip/fake.ts'

const gone: Problem = { code: 'test.gone', text: 'The connection is gone.' }
const newLayer = (max = 1_000) => newTransactions(0, 'tag', { maxTransactions: max })

/** `send SIP/2.0 200 OK`, `request INVITE`, `response 180` … */
function saying(out: Out[]): string {
  return out.map((o) => {
    if ('data' in o) return `${o.do} ${o.data.split('\r\n')[0]!.replace(/SIP\/2.0 | SIP\/2.0/, '')}`
    return 'message' in o ? `${o.do} ${o.message.status || o.message.method}` : o.do
  }).join(', ')
}
function serverOf(out: Out[]): ServerTx {
  const [first] = out
  assert.ok(first?.do === 'request', saying(out))
  return first.tx
}
const dataOf = (out: Out[]): string => { const [first] = out; assert.ok(first && 'data' in first); return first.data }
const udp = flowOf(), tls = flowOf('tls', 40_000)
const invite = (to: 'udp' | 'tls' = 'udp', layer = newLayer(), user: unknown = 'user') =>
  ({ layer, ...request(layer, 0, { method: 'INVITE', branch: 'z9hG4bKone', text: requestText(), to: hopOf(to), user }) })

// matched: the second request finds the transaction of the first (its 100 or 200 is sent again), or not
const matching: [name: string, first: Words, second: Words, found: boolean][] = [
  ['branch, sent-by and method are the same', {}, {}, true],
  ['the host of sent-by differs in case alone', { sentBy: 'Host.Example:5060' }, { sentBy: 'host.example:5060' }, true],
  ['all else but the sequence number may differ', {}, { callId: 'other', from: 'x', to: 'y', uri: 'sip:c@d' }, true],
  ['another branch', {}, { branch: 'z9hG4bKtwo', callId: 'other' }, false],
  ['another sent-by', {}, { sentBy: '192.0.2.7:5060', callId: 'other' }, false],
  ['another port of sent-by', {}, { sentBy: '192.0.2.1:5062', callId: 'other' }, false],
  ['another method', {}, { method: 'OPTIONS' }, false],
  ['RFC 2543, no branch: all six are the same', { branch: '' }, { branch: '' }, true],
  ['RFC 2543, a branch without cookie: all six are the same', { branch: '1' }, { branch: '1' }, true],
  ['RFC 4475 3.2.1 a cookie with nothing behind it counts as none', { branch: 'z9hG4bK' }, { branch: 'z9hG4bK', callId: 'other' }, false],
  ['RFC 2543: another Request-URI', { branch: '', to: 'x' }, { branch: '', to: 'x', uri: 'sip:c@d' }, false],
  ['RFC 2543: another To tag', { branch: '' }, { branch: '', to: 'x' }, false],
  ['RFC 2543: another From tag', { branch: '' }, { branch: '', from: 'x' }, false],
  ['RFC 2543: another Call-ID', { branch: '' }, { branch: '', callId: 'x' }, false],
  ['RFC 2543: another CSeq', { branch: '' }, { branch: '', cseq: 2 }, false],
  ['RFC 2543: another top Via', { branch: '' }, { branch: '', sentBy: '192.0.2.7', callId: 'call@192.0.2.1', to: 'x' }, false],
]
for (const [name, first, second, found] of matching) {
  test(`RFC 3261 17.2.3 ${name}: ${found ? 'a retransmission' : 'a new request'}`, () => {
    const layer = newLayer(), tx = serverOf(receive(layer, 0, udp, requestOf(first)))
    respond(layer, 0, tx, responseText(180), 180)
    assert.equal(saying(receive(layer, 100, udp, requestOf(second))), found ? 'send 180 Words' : `request ${second.method ?? 'INVITE'}`)
  })
}

test('RFC 3261 8.1.1.7 another request with the branch of one that lives is refused and not met with silence; the first one goes on', () => {
  const layer = newLayer(), tx = serverOf(receive(layer, 0, udp, requestOf()))
  respond(layer, 0, tx, responseText(200, { to: 'y' }), 200)
  assert.equal(saying(receive(layer, 1, udp, requestOf({ cseq: 2, to: 'y' }))), 'send 400 Bad Request')
  assert.equal(layer.servers.size, 1)
  assert.equal(tx.state.is, 'accepted')
})

test('RFC 3261 17.2.3 the ACK to a refusal has the branch of its INVITE and is absorbed', () => {
  const layer = newLayer(), tx = serverOf(receive(layer, 0, udp, requestOf()))
  respond(layer, 0, tx, responseText(486), 486)
  assert.equal(saying(receive(layer, 100, udp, requestOf({ method: 'ACK', to: 'theirs' }))), '')
  assert.equal(tx.state.is, 'confirmed')
})

test('RFC 3261 17.2.3 RFC 2543: the ACK to a refusal has the To tag of the response; with another tag it is told', () => {
  const layer = newLayer(), tx = serverOf(receive(layer, 0, udp, requestOf({ branch: '' })))
  respond(layer, 0, tx, responseText(486, { branch: '' }), 486)
  assert.equal(saying(receive(layer, 100, udp, requestOf({ branch: '', method: 'ACK', to: 'another' }))), 'ack ACK')
  assert.equal(saying(receive(layer, 100, udp, requestOf({ branch: '', method: 'ACK', to: 'theirs' }))), '')
  assert.equal(tx.state.is, 'confirmed')
})

test('RFC 6026 7.1 the ACK to a 2xx is told, with its own branch and (RFC 2543) with that of the INVITE', () => {
  const layer = newLayer(), tx = serverOf(receive(layer, 0, udp, requestOf()))
  assert.equal(saying(respond(layer, 0, tx, responseText(200), 200)), 'send 200 Words')
  assert.equal(saying(receive(layer, 100, udp, requestOf({ method: 'ACK', to: 'theirs', branch: 'z9hG4bKtwo' }))), 'ack ACK')
  assert.equal(saying(receive(layer, 100, udp, requestOf({ method: 'ACK', to: 'theirs' }))), 'ack ACK')
  assert.equal(saying(respond(layer, 600, tx, responseText(200), 200)), 'send 200 Words', 'the user sends its 2xx again')
})

test('RFC 3261 9.2 a CANCEL is answered 200 with the To tag of the INVITE and told once, however often it comes', () => {
  const layer = newLayer(), tx = serverOf(receive(layer, 0, udp, requestOf()))
  tx.user = 'call'
  respond(layer, 0, tx, responseText(180), 180)
  const out = receive(layer, 100, udp, requestOf({ method: 'CANCEL' }))
  assert.equal(saying(out), 'send 200 OK, cancelled CANCEL')
  assert.match(dataOf(out), /\r\nTo: <sip:bob@example\.test>;tag=theirs\r\n/)
  assert.match(dataOf(out), /^SIP\/2\.0 200 OK\r\nVia: SIP\/2\.0\/UDP 192\.0\.2\.1:5060;branch=z9hG4bKone;rport=5060;received=192\.0\.2\.1\r\n/)
  assert.ok(out[1]?.do === 'cancelled' && out[1].tx === tx && out[1].user === 'call')
  assert.equal(saying(receive(layer, 600, udp, requestOf({ method: 'CANCEL' }))), 'send 200 OK')
  assert.equal(saying(respond(layer, 700, tx, responseText(487), 487)), 'send 487 Words')
})

test('RFC 3261 9.2 a CANCEL after the final response changes nothing and is answered 200; one that matches nothing 481', () => {
  const layer = newLayer(), tx = serverOf(receive(layer, 0, udp, requestOf()))
  respond(layer, 0, tx, responseText(200), 200)
  assert.equal(saying(receive(layer, 100, udp, requestOf({ method: 'CANCEL' }))), 'send 200 OK')
  assert.equal(tx.state.is, 'accepted')
  const stray = receive(layer, 100, udp, requestOf({ method: 'CANCEL', branch: 'z9hG4bKtwo' }))
  assert.equal(saying(stray), 'send 481 Call/Transaction Does Not Exist')
  assert.match(dataOf(stray), /To: <sip:bob@example\.test>;tag=tag\w+\r\n/)
})

for (const method of ['INVITE', 'OPTIONS', 'MESSAGE']) {
  test(`RFC 3261 8.2.2.2 a ${method} that comes by another way as well is answered 482 by the layer, and its retransmissions too`, () => {
    const layer = newLayer(), tx = serverOf(receive(layer, 0, udp, requestOf({ method })))
    const copy = requestOf({ method, branch: 'z9hG4bKtwo' })
    assert.equal(saying(receive(layer, 10, udp, copy)), 'send 482 Loop Detected')
    assert.equal(saying(receive(layer, 20, udp, copy)), 'send 482 Loop Detected')
    if (method === 'INVITE') assert.equal(saying(receive(layer, 30, udp, requestOf({ method: 'ACK', branch: 'z9hG4bKtwo', to: 'x' }))), '')
    assert.equal(saying(respond(layer, 40, tx, responseText(200, { method }), 200)), 'send 200 Words', 'the first one goes on')
  })
}

const unmerged: [name: string, second: Words][] = [
  ['a To tag', { to: 'theirs' }], ['another From tag', { from: 'x' }], ['another Call-ID', { callId: 'x' }], ['another CSeq number', { cseq: 2 }], ['another method', { method: 'OPTIONS' }],
]
for (const [name, second] of unmerged) {
  test(`RFC 3261 8.2.2.2 a request with ${name} is not merged`, () => {
    const layer = newLayer()
    receive(layer, 0, udp, requestOf())
    assert.equal(saying(receive(layer, 10, udp, requestOf({ branch: 'z9hG4bKtwo', ...second }))), `request ${second.method ?? 'INVITE'}`)
  })
}

test('RFC 3261 8.2.2.2 an acknowledged refusal is no longer ongoing: a proxy may try its next target here', () => {
  const layer = newLayer(), tx = serverOf(receive(layer, 0, udp, requestOf()))
  respond(layer, 0, tx, responseText(486), 486)
  receive(layer, 10, udp, requestOf({ method: 'ACK', to: 'theirs' }))
  assert.equal(saying(receive(layer, 20, udp, requestOf({ branch: 'z9hG4bKtwo' }))), 'request INVITE')
})

test('RFC 3261 17.1.3 a response is matched by branch and by the method of CSeq; RFC 6026 8.9 a stray one is dropped', () => {
  const { layer, tx, out } = invite()
  assert.equal(saying(out), 'sendTo INVITE sip:bob@example.test')
  assert.equal(saying(receive(layer, 10, udp, responseOf(180, { branch: 'z9hG4bKtwo' }))), '')
  assert.equal(saying(receive(layer, 10, udp, responseOf(200, { method: 'CANCEL' }))), '')
  const told = receive(layer, 10, udp, responseOf(180))
  assert.equal(saying(told), 'response 180')
  assert.ok(told[0]?.do === 'response' && told[0].tx === tx && told[0].user === 'user')
})

test('RFC 6026 7.2 every 2xx is told, so that the user acknowledges each; after Timer M they are dropped', () => {
  const { layer } = invite()
  for (const at of [10, 510, 1_510]) assert.equal(saying(receive(layer, at, udp, responseOf(200))), 'response 200')
  assert.equal(saying(receive(layer, 1_600, udp, responseOf(200, { to: 'fork' }))), 'response 200')
  assert.equal(saying(wake(layer, 33_000)), '')
  assert.equal(saying(receive(layer, 33_010, udp, responseOf(200))), '')
  assert.equal(layer.clients.size, 0)
})

test('RFC 3261 17.1.1.3 the ACK to a refusal goes where the INVITE went, for every copy of the response', () => {
  const { layer } = invite()
  const out = receive(layer, 10, udp, responseOf(486))
  assert.equal(saying(out), 'sendTo ACK sip:bob@example.test, response 486')
  assert.ok(out[0]?.do === 'sendTo' && out[0].to.port === 5060 && out[0].to.address === '192.0.2.2')
  const ack = parsed(out[0].data)
  assert.deepEqual([ack.method, ack.via.branch, ack.cseq, ack.toTag, ack.fromTag], ['ACK', 'z9hG4bKone', 1, 'theirs', 'ours'])
  assert.equal(saying(receive(layer, 510, udp, responseOf(486))), 'sendTo ACK sip:bob@example.test')
})

test('RFC 3261 9.1 a CANCEL waits for a provisional response, has the branch of the INVITE, and nobody hears of its answer', () => {
  const { layer, tx } = invite()
  assert.equal(saying(cancel(layer, 10, tx, 'Reason: SIP;cause=200;text="Call completed elsewhere"\r\n')), '')
  const out = receive(layer, 20, udp, responseOf(100))
  assert.equal(saying(out), 'response 100, sendTo CANCEL sip:bob@example.test')
  const sent = out[1]?.do === 'sendTo' ? parsed(out[1].data) : undefined
  assert.deepEqual([sent?.via.branch, sent?.cseq, sent?.toTag], ['z9hG4bKone', 1, ''])
  assert.match(sent!.raw, /\r\nReason: SIP;cause=200;text="Call completed elsewhere"\r\n/)
  assert.equal(saying(wake(layer, 530)), 'sendTo CANCEL sip:bob@example.test', 'Timer E of the CANCEL')
  assert.equal(saying(receive(layer, 600, udp, responseOf(200, { method: 'CANCEL' }))), '')
  assert.equal(saying(receive(layer, 610, udp, responseOf(487))), 'sendTo ACK sip:bob@example.test, response 487')
})

test('RFC 3261 9.1 a CANCEL that nobody answers is not told; the INVITE times out 64*T1 later', () => {
  const { layer, tx } = invite('tls')
  receive(layer, 10, tls, responseOf(180))
  cancel(layer, 20, tx)
  const told = wake(layer, 32_040)
  assert.equal(saying(told), 'timeout')
  assert.ok(told[0]?.do === 'timeout' && told[0].user === 'user')
  assert.deepEqual([layer.clients.size, layer.servers.size], [0, 0])
})

test('RFC 3261 17.1.4 a transport error ends a client transaction and is told with the user and the reason', () => {
  const { layer, tx, out } = invite('tls')
  const ref = out[0] && 'ref' in out[0] ? out[0].ref! : ''
  const told = failed(layer, 20, ref, gone)
  assert.ok(told.length === 1 && told[0]?.do === 'transportError' && told[0].tx === tx && told[0].user === 'user' && told[0].problem === gone)
  assert.deepEqual([saying(failed(layer, 30, ref, gone)), layer.clients.size], ['', 0])
})

test('RFC 3261 18.2.2 a response whose connection is gone goes once over a new one to the sent-by port; RFC 6026 8.8 then the user hears of it and the state stays', () => {
  const layer = newLayer(), tx = serverOf(receive(layer, 0, tls, requestOf({ transport: 'tls', sentBy: 'phone.example:5071' })))
  respond(layer, 0, tx, responseText(180), 180)
  const again = failed(layer, 10, tx.key, gone)
  assert.deepEqual(again, [{ do: 'sendTo', to: { transport: 'tls', address: '192.0.2.1', port: 5071, name: 'phone.example' }, data: responseText(180), ref: tx.key }])
  assert.equal(saying(failed(layer, 20, tx.key, gone)), 'transportError')
  assert.equal(tx.state.is, 'proceeding')
  assert.equal(saying(respond(layer, 30, tx, responseText(480), 480)), 'sendTo 480 Words')
})

test('RFC 7118 5 nothing is opened towards a WebSocket client', () => {
  const layer = newLayer(), wss = flowOf('wss', 40_000), tx = serverOf(receive(layer, 0, wss, requestOf({ transport: 'wss', sentBy: 'x.invalid' })))
  respond(layer, 0, tx, responseText(180), 180)
  assert.equal(saying(failed(layer, 10, tx.key, gone)), 'transportError')
})

const addresses: [name: string, words: Words, remotePort: number, port: number][] = [
  ['RFC 3261 18.2.2 without rport the port of sent-by', { rport: false, sentBy: '192.0.2.1:5070' }, 40_000, 5070],
  ['RFC 3261 18.2.2 without rport and port 5060', { rport: false, sentBy: '192.0.2.1' }, 40_000, 5060],
  ['RFC 3581 4 with rport the source port', { sentBy: '192.0.2.1:5070' }, 40_000, 40_000],
]
for (const [name, words, remotePort, port] of addresses) {
  test(`${name} at the source address takes the response, from the address the request came to`, () => {
    const layer = newLayer(), flow = flowOf('udp', remotePort), tx = serverOf(receive(layer, 0, flow, requestOf(words)))
    const [sent] = respond(layer, 0, tx, responseText(180), 180)
    assert.ok(sent?.do === 'send')
    assert.deepEqual(sent.flow, { ...flow, remotePort: port })
  })
}

test('RFC 3581 4 a received that the sender wrote himself aims no answer at others', () => {
  const layer = newLayer(), message = parsed(requestText().replace(';rport', ';rport=53;received=198.51.100.1'))
  const [sent] = respond(layer, 0, serverOf(receive(layer, 0, udp, message)), responseText(180), 180)
  assert.ok(sent?.do === 'send' && sent.flow.remoteAddress === '192.0.2.1' && sent.flow.remotePort === 5060)
})

test('RFC 3261 17.1.1.2 an INVITE over an open connection goes out on that flow', () => {
  const layer = newLayer(), { out } = request(layer, 0, { method: 'INVITE', branch: 'z9hG4bKone', text: requestText(), to: tls, user: 1 })
  assert.ok(out[0]?.do === 'send' && out[0].flow === tls)
  assert.equal(saying(wake(layer, 2_000)), '', 'nothing is sent again over a connection')
})

test('RFC 3261 8.1.1.7 a branch that lives is never used for a second request: that is our mistake and throws', () => {
  const { layer } = invite()
  assert.throws(() => invite('udp', layer), /used before/)
})

test('A17 beyond maxTransactions a new request is refused and leaves nothing, one in a dialog has an eighth more, retransmissions, ACK, CANCEL and responses go on', () => {
  const layer = newLayer(80), txs: ServerTx[] = []
  for (let i = 0; i < 80; i++) txs.push(serverOf(receive(layer, 0, udp, requestOf({ branch: `z9hG4bKa${i}`, callId: `a${i}` }))))
  for (let i = 0; i < 10_000; i++) assert.equal(receive(layer, 1, udp, requestOf({ branch: `z9hG4bKb${i}`, callId: `b${i}` }))[0]?.do, 'overloaded')
  assert.deepEqual([layer.servers.size, layer.merged.size, layer.wheel.count], [80, 80, 0])
  for (let i = 0; i < 10; i++) assert.equal(saying(receive(layer, 2, udp, requestOf({ branch: `z9hG4bKc${i}`, callId: `c${i}`, to: 'x', method: 'BYE' }))), 'request BYE')
  assert.equal(saying(receive(layer, 2, udp, requestOf({ branch: 'z9hG4bKd', callId: 'd', to: 'x', method: 'BYE' }))), 'overloaded BYE')
  assert.equal(saying(receive(layer, 3, udp, requestOf({ branch: 'z9hG4bKa0', callId: 'a0', method: 'CANCEL' }))), 'send 200 OK, cancelled CANCEL')
  assert.equal(saying(receive(layer, 3, udp, requestOf({ method: 'ACK', branch: 'z9hG4bKe', to: 'x' }))), 'ack ACK')
  for (const tx of txs) respond(layer, 4, tx, responseText(486), 486)
  for (let at = 0; at < 70_000; at += 500) wake(layer, at)
  assert.deepEqual([layer.servers.size, layer.merged.size, layer.wheel.count, layer.wakeAt], [0, 0, 0, undefined])
})

test('A17 RFC 3261 8.2.7 a refused stranger is answered once and forgotten at once, however many come', () => {
  const layer = newLayer()
  for (let i = 0; i < 20_000; i++) {
    const tx = serverOf(receive(layer, i / 10, udp, requestOf({ method: i % 2 ? 'INVITE' : 'REGISTER', branch: `z9hG4bK${i}`, callId: `${i}` })))
    assert.equal(saying(refuse(layer, i / 10, tx, responseText(403))), 'send 403 Words')
    wake(layer, i / 10)
    assert.ok(layer.servers.size === 0 && layer.merged.size === 0)
    assert.ok(layer.wheel.count <= 10_100, 'what has ended is off the wheel within a second')
  }
})

test('A10 whatever is done with a transaction that has ended does nothing', () => {
  const layer = newLayer(), server = serverOf(receive(layer, 0, tls, requestOf({ method: 'BYE', transport: 'tls' })))
  const client: ClientTx = request(layer, 0, { method: 'INVITE', branch: 'z9hG4bKend', text: requestText(), to: hopOf('tls'), user: 1 }).tx
  respond(layer, 0, server, responseText(200), 200)
  receive(layer, 0, tls, responseOf(486, { branch: 'z9hG4bKend' }))
  assert.deepEqual([server.state.is, client.state.is], ['terminated', 'terminated'])
  const said = [
    respond(layer, 1, server, responseText(200), 200), refuse(layer, 1, server, ''), failed(layer, 1, server.key, gone), failed(layer, 1, client.key, gone),
    cancel(layer, 1, client), receive(layer, 1, tls, responseOf(200, { branch: 'z9hG4bKend' })), wake(layer, 99_000),
  ]
  assert.deepEqual(said.flat(), [])
})

test('A48 a clock that goes back stops no timer, one that leaps ahead fires each once', () => {
  const { layer } = invite()
  assert.equal(saying(wake(layer, 500)), 'sendTo INVITE sip:bob@example.test')
  assert.equal(saying(wake(layer, -3_600_000)), '', 'back by an hour: Timer A stands 1 s ahead still')
  assert.ok(layer.wakeAt! <= -3_600_000 + 1_000)
  assert.equal(saying(wake(layer, -3_600_000 + 999)), '')
  assert.equal(saying(wake(layer, -3_600_000 + 1_000)), 'sendTo INVITE sip:bob@example.test')
  assert.equal(saying(wake(layer, 86_400_000)), 'timeout')
  assert.equal(saying(wake(layer, 86_500_000)), '')
  assert.deepEqual([layer.clients.size, layer.wakeAt], [0, undefined])
})
