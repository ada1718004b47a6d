/** Fuzz target of a whole message through a whole endpoint: any octets in; nothing throws, what is sent is well-formed and not much longer than what came. */
import assert from 'node:assert/strict'
import type { Flow } from '../src/kit/flow.ts'
import {
  type Endpoint, body, edited, headerName, maxHeaders, newEndpoint, parseMessage, part, printResponse, receive, refuse, type SipMessage, stride, uacDialog, uasDialog, newDialog, dialogHeaders, requestUri,
} from '../src/wire/sip/index.ts'
import { messages, words } from './sipSeeds.ts'
import type { FuzzTarget } from './target.ts'

const flow: Flow = { id: 0, service: 'sip-udp', transport: 'udp', localAddress: '192.0.2.9', localPort: 5060, remoteAddress: '192.0.2.1', remotePort: 5060 }
const brokenLine = /\r(?!\n)|(?<!\r)\n|\n[ \t]/

const endpoint: Endpoint = newEndpoint(0, { token: (n) => 't'.repeat(n), below: () => 0 }, () => ({ address: '192.0.2.9', port: 5060 }))
let now = 0

/** Every request is refused at once: a minute later nothing is kept of it. */
function through(text: string, input: Buffer): void {
  receive(endpoint, now, { is: 'datagram', flow, bytes: input }, (news) => { if (news.is === 'request') refuse(endpoint, now, news.served, { status: 404 }) })
  now += 64_000
  receive(endpoint, now, { is: 'wake' }, () => {})
  const known = parseMessage(text).ok, said = endpoint.out, { servers, clients, merged } = endpoint.layer
  endpoint.out = []
  assert.equal(servers.size + clients.size + merged.size, 0, 'something is kept of a request')
  for (const out of said) {
    if (out.do !== 'send' && out.do !== 'sendTo') continue
    const answer = parseMessage(out.data)
    assert.ok(answer.ok && answer.message.is === 'response', `an answer that cannot be read: ${out.data}`)
    assert.ok(!brokenLine.test(out.data.slice(0, answer.message.bodyStart)), 'an answer with a broken line')
    if (!known) assert.ok(out.data.length <= text.length * 1.4, `amplified: ${out.data.length} of ${text.length}`)
  }
}

/** What was read can be printed, and what is printed says the same. */
function again(message: SipMessage): void {
  assert.ok(message.index.length <= maxHeaders * stride && message.bodyStart <= message.bodyEnd && message.bodyEnd <= message.raw.length)
  for (let i = 0; i < message.index.length; i += stride) if (message.index[i]! >= 0) headerName(message.index[i]!)
  const copy = parseMessage(edited(message, []))
  assert.ok(copy.ok, 'what was copied cannot be read')
  assert.deepEqual([copy.message.callId, copy.message.cseq, copy.message.fromTag, copy.message.toTag, copy.message.via, body(copy.message)],
    [message.callId, message.cseq, message.fromTag, message.toTag, message.via, body(message)])
  part(message, 'application/sdp')
  if (message.is === 'response') { uacDialog(newDialog('c', 't', '<sip:a@b>', '<sip:c@d>', 'sip:c@d', []), message); return }
  assert.ok(parseMessage(printResponse(message, flow, { status: 200, toTag: 'x' })).ok, 'the answer cannot be read')
  const dialog = uasDialog(message, 'ours')
  if (!dialog || !requestUri(dialog).startsWith('sip')) return
  const sent = parseMessage(`BYE ${requestUri(dialog)} SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n${dialogHeaders(dialog, 'BYE', 1)}Content-Length: 0\r\n\r\n`)
  assert.ok(sent.ok, `a request of the dialog cannot be read: ${sent.ok ? '' : sent.problem.text}`)
}

export const target: FuzzTarget = {
  name: 'sip-message',
  seeds: () => messages.map((m) => Buffer.from(m, 'latin1')),
  dictionary: words,
  run: (input) => {
    const text = input.toString('latin1'), parsed = parseMessage(text)
    through(text, input)
    if (parsed.ok) again(parsed.message)
  },
}
