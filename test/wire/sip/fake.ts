/** Messages and addresses for tests of the transaction layer: a few words in, what the parser makes of them out. */
import assert from 'node:assert/strict'
import type { Flow, Hop, Transport } from '../../../src/kit/flow.ts'
import type { SipMessage } from '../../../src/wire/sip/message.ts'
import { parseMessage } from '../../../src/wire/sip/parse.ts'

export interface Words {
  method?: string | undefined
  uri?: string
  branch?: string
  sentBy?: string
  rport?: boolean
  callId?: string
  cseq?: number
  from?: string
  to?: string
  transport?: Transport
}

export function requestText(words: Words = {}): string {
  return `${words.method ?? 'INVITE'} ${words.uri ?? 'sip:bob@example.test'} SIP/2.0\r\n${headers(words)}`
}

export function responseText(status: number, words: Words = {}): string {
  return `SIP/2.0 ${status} Words\r\n${headers({ to: 'theirs', ...words })}`
}

export function requestOf(words: Words = {}): SipMessage { return parsed(requestText(words)) }
export function responseOf(status: number, words: Words = {}): SipMessage { return parsed(responseText(status, words)) }

export function parsed(text: string): SipMessage {
  const result = parseMessage(text)
  assert.ok(result.ok, result.ok ? '' : `${result.problem.code}: ${text}`)
  return result.message
}

/** `to` '' leaves the tag out, `branch` '' leaves the branch out (RFC 2543). */
function headers(words: Words): string {
  const { branch = 'z9hG4bKone', rport = true, from = 'ours', to = '', method = 'INVITE', transport = 'udp' } = words
  return `Via: SIP/2.0/${transport.toUpperCase()} ${words.sentBy ?? '192.0.2.1:5060'}${branch === '' ? '' : `;branch=${branch}`}${rport ? ';rport' : ''}\r\n`
    + `Max-Forwards: 70\r\nFrom: <sip:alice@example.test>;tag=${from}\r\nTo: <sip:bob@example.test>${to === '' ? '' : `;tag=${to}`}\r\n`
    + `Call-ID: ${words.callId ?? 'call@192.0.2.1'}\r\nCSeq: ${words.cseq ?? 1} ${method}\r\nContent-Length: 0\r\n\r\n`
}

export function flowOf(transport: Transport = 'udp', remotePort = 5060, remoteAddress = '192.0.2.1'): Flow {
  const localPort = transport === 'tls' ? 5061 : 5060
  return { id: transport === 'udp' ? 0 : 7, service: `sip-${transport}`, transport, localAddress: '192.0.2.9', localPort, remoteAddress, remotePort }
}

export function hopOf(transport: Transport = 'udp', port = 5060): Hop { return { transport, address: '192.0.2.2', port } }
