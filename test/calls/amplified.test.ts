/** What a stranger's datagram is answered with: never much more than was asked, and what peers of the field need all the same. Standards RFC 3261 8.2.7, 11.2, 22.1. A42 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { step } from '../../src/calls/exchange.ts'
import type { Flow } from '../../src/kit/flow.ts'
import { header, maxAmplification, maxChallenge, parseMessage } from '../../src/wire/sip/index.ts'
import { town } from './town.ts'

const flow: Flow = { id: 0, service: 'sip-udp', transport: 'udp', localAddress: '127.0.0.1', localPort: 5060, remoteAddress: '203.0.113.250', remotePort: 65_000 }

/** As short as RFC 3261 8.1.1 lets it be. */
const least = (method: string, more = '') => `${method} sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1;rport\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:a>${more}\r\nCall-ID: ${method}1\r\nCSeq: 1 ${method}\r\n\r\n`

/** sipsak, SIPp, svmap and phones, as they come out of the box. */
const sipp = 'OPTIONS sip:127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.1.1:5061;branch=z9hG4bK-4711-1-0\r\nFrom: <sip:sipp@127.0.1.1:5061>;tag=1\r\nTo: <sip:127.0.0.1:5060>\r\nCall-ID: 1-4711@127.0.1.1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n'
const svmap = 'OPTIONS sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.1.1:5060;branch=z9hG4bK-1263170043;rport\r\nMax-Forwards: 70\r\nTo: "sipvicious"<sip:100@1.1.1.1>\r\nFrom: "sipvicious"<sip:100@1.1.1.1>;tag=3766303030303031313363340131323337393532323232\r\nUser-Agent: friendly-scanner\r\nCall-ID: 591032165464231064641026\r\nContact: sip:100@127.0.1.1:5060\r\nCSeq: 1 OPTIONS\r\nAccept: application/sdp\r\nContent-Length: 0\r\n\r\n'
const phone = (method: string) => `${method} sip:example.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.178.21:5060;branch=z9hG4bK56b81dbd4df58a4f;rport\r\nFrom: "Alice" <sip:1001@example.test>;tag=cb8ea4f1d8\r\nTo: <sip:1001@example.test>\r\nCall-ID: 8d1c7ef5b0a4d7d1@192.168.178.21\r\nCSeq: 1 ${method}\r\nMax-Forwards: 70\r\nContact: <sip:1001@192.168.178.21:5060>;expires=3600\r\nUser-Agent: Desk 1.0\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY, REFER\r\nContent-Length: 0\r\n\r\n`

async function stranger(): Promise<{ ask: (text: string) => string | undefined; close: () => void }> {
  const t = await town(), x = t.system.exchange
  return {
    ask: (text) => {
      const said = step(x, x.now, { is: 'datagram', flow, bytes: Buffer.from(text, 'latin1') }).flatMap((one) => one.do === 'send' && one.flow.remoteAddress === flow.remoteAddress ? [one.data] : [])
      assert.ok(said.length <= 1)
      return said[0]
    },
    close: () => { t.close() },
  }
}

const methods = ['OPTIONS', 'REGISTER', 'INVITE', 'MESSAGE', 'SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'REFER', 'INFO', 'BYE', 'PRACK', 'UPDATE', 'CANCEL', 'WALK']
test('A42: the shortest request of each method, with a To tag and without, with too many Require: an answer that is no longer than 1.4 times as much, or silence', async () => {
  const one = await stranger()
  for (const method of methods) {
    for (const text of [least(method), least(method, ';tag=2'), least(method).replace('\r\n\r\n', '\r\nRequire: a,b,c,d\r\n\r\n'), `${least(method)}${'x'.repeat(40)}`]) {
      const said = one.ask(text), factor = (said?.length ?? 0) / text.length
      assert.ok(factor <= maxAmplification, `${method} ${factor.toFixed(2)}: ${said}`)
    }
  }
  one.close()
})

test('A42, RFC 3261 22.1: a challenge is left out where it is long and the request is short; it always keeps nonce, realm, algorithm and qop', async () => {
  const one = await stranger()
  for (const method of ['REGISTER', 'INVITE']) {
    const short = least(method)
    assert.equal(one.ask(short), undefined)
    for (let more = 0; more < 400; more += 7) {                                      // in a header that comes back, and in one that does not
      for (const text of [short.replace('Call-ID: ', `Call-ID: ${'x'.repeat(more)}`), short.replace('CSeq', `Contact: <sip:a>\r\nUser-Agent: ${'x'.repeat(more)}\r\nCSeq`)]) {
        const said = one.ask(text)
        if (said === undefined) continue
        const parsed = parseMessage(said)
        assert.ok(parsed.ok && parsed.message.status === 401)
        assert.match(header(parsed.message, 'WWW-Authenticate') ?? '', /^Digest realm="[^"]+", nonce="[^"]+",(?: opaque="[^"]+",)? qop="auth", algorithm=\S+$/)
        assert.ok(said.length <= maxChallenge * text.length, `${said.length} of ${text.length}`)
      }
    }
    assert.notEqual(one.ask(phone(method)), undefined)
  }
  one.close()
})

for (const [name, text, status] of [
  ['OPTIONS of SIPp', sipp, 200], ['OPTIONS of svmap', svmap, 200], ['REGISTER of a phone', phone('REGISTER'), 401], ['INVITE of a phone', phone('INVITE'), 401],
  ['the shortest OPTIONS', least('OPTIONS'), 200], ['an unknown method of a phone', phone('WALK'), 501],
] as const) {
  test(`A42, RFC 3261 11.2, 22.1: ${name} is answered, with at most 1.4 times as much`, async () => {
    const one = await stranger(), said = one.ask(text), parsed = parseMessage(said ?? '')
    assert.ok(parsed.ok && parsed.message.status === status, said)
    assert.ok(said!.length <= text.length * maxAmplification, `${said!.length} of ${text.length}`)
    one.close()
  })
}

test('RFC 3261 11.2: an OPTIONS that is long enough hears Allow, Accept and Supported', async () => {
  const one = await stranger()
  assert.match(one.ask(phone('OPTIONS')) ?? '', /^SIP\/2\.0 200 OK\r\n[\s\S]*\r\nAllow: [\s\S]*\r\nAccept: [\s\S]*\r\nSupported: /)
  one.close()
})
