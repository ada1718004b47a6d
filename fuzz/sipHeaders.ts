/** Fuzz target of each structured header: the input is a header's value, put into a message and read by every reader of values. */
import assert from 'node:assert/strict'
import {
  address, addresses, contentType, deltaSeconds, event, type HeaderName, parseAddress, parseAddresses, parseCseq, parseMessage, parseReason, parseReplaces, parseVia, printResponse,
  quote, rack, rseq, sessionExpires, split, tokens, unquote, withoutTag,
} from '../src/wire/sip/index.ts'
import { words } from './sipSeeds.ts'
import type { FuzzTarget } from './target.ts'

const flow = { id: 0, service: 'sip-udp', transport: 'udp', localAddress: '192.0.2.9', localPort: 5060, remoteAddress: '192.0.2.1', remotePort: 5060 } as const
const names: readonly HeaderName[] = ['Contact', 'Route', 'Refer-To', 'Session-Expires', 'RAck', 'RSeq', 'Event', 'Content-Type', 'Require']

function inMessage(name: HeaderName, value: string): void {
  const parsed = parseMessage(`OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n${name}: ${value}\r\n\r\n`)
  if (!parsed.ok) return
  const m = parsed.message
  addresses(m, name)
  address(m, name)
  sessionExpires(m)
  rack(m)
  rseq(m)
  event(m)
  contentType(m)
  assert.ok(tokens(m, name).every((t) => t.length <= value.length))
}

/** A Via that is accepted goes back as one that is accepted, with our received and rport and nobody else's. */
function stampedVia(value: string): void {
  const parsed = parseMessage(`OPTIONS sip:a@b SIP/2.0\r\nVia: ${value}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n`)
  if (!parsed.ok) return
  const answer = parseMessage(printResponse(parsed.message, flow, { status: 200 }))
  assert.ok(answer.ok, `a stamped Via cannot be read: ${value}`)
  const { via } = answer.message, came = parsed.message.via
  assert.deepEqual([via.host, via.port, via.branch, via.transport], [came.host, came.port, came.branch, came.transport])
  assert.equal(via.rport, came.rport === undefined ? undefined : '5060')
  assert.equal(via.received, came.rport === undefined && came.host === flow.remoteAddress ? undefined : flow.remoteAddress)
}

export const target: FuzzTarget = {
  name: 'sip-headers',
  seeds: () => [
    'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport;received="x", SIP / 2.0 / TCP [::1] : 5060', '"A \\" B" <sip:a:b@c:5060;lr?x=y>;tag=1;q="0.5"', 'A. Bell <sip:a@b>', 'sip:a@b;tag=x', '<sip:a@b>, <tel:+1>',
    '1800;refresher=uas', '1 1 INVITE', 'refer;id=93809824', 'x@y;to-tag=1;from-tag=2;early-only', 'SIP;cause=486;text="Busy"', 'multipart/mixed;boundary="a b"', '100rel, timer', '17', '3600 (comment);duration=1',
  ].map((s) => Buffer.from(s, 'latin1')),
  dictionary: words,
  run: (input) => {
    const value = input.toString('latin1').slice(0, 2_000), read = parseAddress(value)
    if (read && !/[\r\n]/.test(value)) assert.ok(parseAddress(`${withoutTag(value)};tag=x`), 'an address without its tag cannot be read')
    parseAddresses([value])
    parseCseq(value)
    parseReplaces(value)
    parseReason(value)
    deltaSeconds(value)
    parseVia(value)
    split(value, ',')
    assert.ok(!/[\0-\x1f]/.test(quote(value)))
    if (!/[\0-\x1f\x7f]/.test(value)) assert.equal(unquote(quote(value)), value)
    stampedVia(value)
    inMessage(names[value.length % names.length]!, value)
  },
}
