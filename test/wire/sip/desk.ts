/** An endpoint on a desk: what a stranger sends goes in, what comes out is read by the parser again. OPTIONS is answered 200, all else 404. */
import assert from 'node:assert/strict'
import type { Flow, Transport } from '../../../src/kit/flow.ts'
import { type Heard, newEndpoint, parseMessage, receive, refuse, type SipMessage } from '../../../src/wire/sip/index.ts'
import { flowOf } from './fake.ts'

export interface Said { readonly text: string; readonly message: SipMessage }

export function newDesk(transport: Transport = 'udp') {
  let count = 0, now = 1_000
  const endpoint = newEndpoint(now, { token: (bytes) => `t${bytes}x${++count}`, below: () => 0 }, () => ({ address: '192.0.2.9', port: 5060 }))
  const flow: Flow = flowOf(transport, 5060, '192.0.2.1')
  const heard: Heard[] = []
  let closed = false
  if (transport !== 'udp') receive(endpoint, now, { is: 'opened', flow }, () => {})

  function hear(news: Heard): void {
    heard.push(news)
    if (news.is === 'request') refuse(endpoint, now, news.served, { status: news.served.message.method === 'OPTIONS' ? 200 : 404, toTag: 'desk' })
  }
  /** Everything sent, as octets; the state of a connection is kept. */
  function send(text: string, as: 'datagram' | 'bytes' | 'message' = transport === 'udp' ? 'datagram' : 'bytes'): string[] {
    receive(endpoint, now, { is: as, flow, bytes: Buffer.from(text, 'latin1') }, hear)
    const out = endpoint.out
    endpoint.out = []
    closed ||= out.some((o) => o.do === 'close')
    return out.flatMap((o) => o.do === 'send' || o.do === 'sendTo' ? [o.data] : [])
  }
  /** What was answered, each a well-formed SIP response without an octet that could break a line. */
  function ask(text: string): Said[] {
    return send(text).map((said) => {
      const parsed = parseMessage(said)
      assert.ok(parsed.ok && parsed.message.is === 'response', `not a response: ${said}`)
      assert.doesNotMatch(said.slice(0, parsed.message.bodyStart), /\r(?!\n)|(?<!\r)\n|\n[ \t]/)
      return { text: said, message: parsed.message }
    })
  }
  /** The next valid OPTIONS is answered, whatever came before. */
  function alive(): void {
    const id = ++count
    const said = ask(`OPTIONS sip:192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/${transport.toUpperCase()} 192.0.2.1;branch=z9hG4bKalive${id};rport\r\nMax-Forwards: 70\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: alive${id}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`)
    assert.deepEqual(said.map((s) => s.message.status), [200])
  }
  return { endpoint, flow, heard, send, ask, alive, pass: (ms: number) => { now += ms }, isClosed: () => closed }
}
