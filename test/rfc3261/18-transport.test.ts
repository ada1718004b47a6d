/** RFC 3261 18 and its neighbours: what is written into a Via, how streams are cut, what a refusal may hold. Tables. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentLength, frame, newFraming, printResponse } from '../../src/wire/sip/index.ts'
import { newDesk } from '../wire/sip/desk.ts'
import { flowOf, parsed, requestText } from '../wire/sip/fake.ts'

const vias: [string, string, string][] = [
  ['SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1', '192.0.2.1', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1'],
  ['SIP/2.0/UDP pc.example.test;branch=z9hG4bK1', '192.0.2.1', 'SIP/2.0/UDP pc.example.test;branch=z9hG4bK1;received=192.0.2.1'],
  ['SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1', '192.0.2.1', 'SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1;received=192.0.2.1'],
  ['SIP/2.0/UDP 192.0.2.1;rport;branch=z9hG4bK1', '192.0.2.1', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1;rport=4000;received=192.0.2.1'],
  ['SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1;rport=9', '192.0.2.1', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1;rport=4000;received=192.0.2.1'],
  ['SIP/2.0/UDP 192.0.2.1;received=198.51.100.9;branch=z9hG4bK1', '192.0.2.1', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1'],
  ['SIP/2.0/UDP a;received=198.51.100.9;branch=z9hG4bK1;RPORT = 7 ; x=";rport"', '192.0.2.1', 'SIP/2.0/UDP a;branch=z9hG4bK1; x=";rport";rport=4000;received=192.0.2.1'],
  ['SIP/2.0/UDP a;branch=z9hG4bK1;rport , SIP/2.0/TCP b;rport;received=192.0.2.5', '192.0.2.1', 'SIP/2.0/UDP a;branch=z9hG4bK1;rport=4000;received=192.0.2.1, SIP/2.0/TCP b;rport;received=192.0.2.5'],
  ['SIP/2.0/UDP a;branch=z9hG4bK1;rport', '2001:db8::1', 'SIP/2.0/UDP a;branch=z9hG4bK1;rport=4000;received=2001:db8::1'],
]
for (const [came, from, goes] of vias) {
  test(`RFC 3261 18.2.1, RFC 3581 4 from ${from}: ${came}`, () => {
    const request = parsed(requestText().replace(/^Via: .*$/m, `Via: ${came}`))
    assert.equal(/^Via: (.*)\r$/m.exec(printResponse(request, flowOf('udp', 4000, from), { status: 200 }))![1], goes)
  })
}

test('RFC 3261 7.3.1, 8.2.6.2: folded fields go back in one line, compact forms as they came', () => {
  const text = requestText().replace('From: ', 'f : ').replace('Call-ID:', 'i\t:\r\n ').replace('\r\nTo: ', '\r\nTO: \r\n\t')
  const answer = printResponse(parsed(text), flowOf(), { status: 180, toTag: 'x' })
  assert.match(answer, /\r\nf: <sip:alice@example\.test>;tag=ours\r\nTo: <sip:bob@example\.test>;tag=x\r\ni: call@192\.0\.2\.1\r\n/)
})

const one = requestText({ method: 'OPTIONS' }), two = requestText({ method: 'OPTIONS', branch: 'z9hG4bKtwo' })
const streams: [string, string[], string[]][] = [
  ['whole', [one], ['message']],
  ['100 glued', [(one + two).repeat(50)], Array<string>(100).fill('message')],
  ['an octet at a time', [...one + two], ['message', 'message']],
  ['line ends before', [`\r\n${one}`], ['pong', 'message']],
  ['RFC 5626 4.4.1 ping', ['\r\n\r\n'], ['ping']],
  ['RFC 5626 4.4.1 ping between messages', [`${one}\r\n\r\n${two}`], ['message', 'ping', 'message']],
  ['RFC 5626 4.4.1 ping an octet at a time', [...'\r\n\r\n'], ['pong', 'ping']],
  ['RFC 5626 4.4.1 pong', ['\r\n'], ['pong']],
  ['A2 no Content-Length', [one.replace(/Content-Length.*\r\n/, '')], ['broken sip.contentLength']],
  ['A2 two of them, one compact', [one.replace('Content-Length', 'l: 0\r\nContent-Length')], ['broken sip.contentLength']],
  ['A2 negative', [one.replace('Length: 0', 'Length: -1')], ['broken sip.contentLength']],
  ['A2 huge', [one.replace('Length: 0', 'Length: 4294967296')], ['broken sip.contentLength']],
  ['A2 65,535 with its head', [one.replace('Length: 0', 'Length: 65535')], ['broken sip.tooLong']],
  ['A2 a head without end', ['x'.repeat(70_000)], ['broken sip.tooLong']],
  ['a folded length', [one.replace('Length: 0', 'Length:\r\n 0')], ['message']],
]
for (const [name, pieces, want] of streams) {
  test(`RFC 3261 18.3 stream: ${name}`, () => {
    const state = newFraming(), out: string[] = []
    for (const piece of pieces) {
      const said = frame(state, piece)
      out.push(...said.map((s) => s.is === 'broken' ? `broken ${s.problem.code}` : s.is))
      if (said.some((s) => s.is === 'broken')) break
    }
    assert.deepEqual(out, want)
  })
}

test('A2 memory: at most a message waits, in few parts, however small they come', () => {
  const state = newFraming()
  for (let i = 0; i < 60_000; i++) frame(state, 'x')
  assert.deepEqual([state.length, state.parts.length <= 257], [60_000, true])
})

test('A5 lines without a colon do not make the search for Content-Length quadratic', () => {
  const took = (n: number) => { const head = `${'c\r\n'.repeat(n)}l: 0\r\n\r\n`, start = performance.now(); assert.equal(contentLength(head), 0); return performance.now() - start }
  took(20_000)
  assert.ok(took(20_000) < 200)
})

test('RFC 5626 4.4.1: line ends a second apart are answers to our pings, not a ping', () => {
  const desk = newDesk('tcp')
  assert.deepEqual(desk.send('\r\n'), [])
  desk.pass(30_000)
  assert.deepEqual(desk.send('\r\n'), [])
  assert.deepEqual(desk.send('\r\n\r\n'), ['\r\n'])
})

test('RFC 7118 4.2: a WebSocket message needs no Content-Length; keep-alives are answered', () => {
  const desk = newDesk('ws'), said = desk.send(requestText({ method: 'OPTIONS', transport: 'ws' }).replace(/Content-Length.*\r\n/, ''), 'message')
  assert.ok(said[0]!.startsWith('SIP/2.0 200 '))
  assert.deepEqual(desk.send('\r\n\r\n', 'message'), ['\r\n'])
})

test('RFC 3261 21.5.7: what is too long for a stream is answered 513, then the connection is closed', () => {
  const desk = newDesk('tcp'), said = desk.ask(one.replace('Length: 0', 'Length: 65000').replace('Max-Forwards', `X: ${'x'.repeat(2_000)}\r\nMax-Forwards`))
  assert.deepEqual([said.map((s) => s.message.status), desk.isClosed(), desk.send(one)], [[513], true, []])
})

/** Fields of a refused request and what stands in the 400 in their place. */
const refusals: [string, string, string, RegExp][] = [
  ['a broken From', 'From: <sip:alice@example.test>;tag=ours', 'From: Bell, A <sip:a@b>', /\r\nFrom: <sip:malformed@anonymous\.invalid>\r\n/],
  ['no From', 'From: <sip:alice@example.test>;tag=ours\r\n', '', /\r\nFrom: <sip:malformed@anonymous\.invalid>\r\n/],
  ['NUL in From', 'From: <', 'From: "a\0b" <', /\r\nFrom: <sip:malformed@anonymous\.invalid>\r\n/],
  ['a broken CSeq', 'CSeq: 1 INVITE', 'CSeq: [;a', /\r\nCSeq: 0 INVITE\r\n/],
  ['no Call-ID', 'Call-ID: call@192.0.2.1\r\n', '', /\r\nCall-ID: malformed\r\n/],
  ['a broken Via', ';rport', ';;rport', /\r\nVia: SIP\/2\.0\/UDP 192\.0\.2\.1:5060;branch=z9hG4bKone\r\n/],
  ['escaped headers in the Request-URI', 'sip:bob@example.test SIP', 'sip:bob@example.test?Route=%3Csip:x%3E SIP', /^SIP\/2\.0 400 /],
]
for (const [name, was, becomes, wanted] of refusals) {
  test(`A42 A43 RFC 3261 8.2.6 a refusal holds no broken field: ${name}`, () => {
    const text = requestText().replace(was, becomes)
    assert.notEqual(text, requestText())
    const said = newDesk().ask(text)
    assert.equal(said.length, 1)
    assert.match(said[0]!.text, wanted)
    assert.ok(said[0]!.text.length <= text.length * 1.4)
  })
}
