/**
 * A whole response without a body, made of the request as it came: for what the transaction layer answers by itself.
 *
 * Standards  RFC 3261 8.2.6, 18.2.1, RFC 3581 4
 * Security   copies strangers' header values; they hold no line end but folds, the parser saw to that
 */
import type { Flow } from '../../../kit/flow.ts'
import type { SipMessage } from '../message.ts'
import { cut, splitOutside } from './cut.ts'

/** `tag` is added to To where the request had none ('' adds none: 100). */
export function answer(request: SipMessage, flow: Flow, status: number, reason: string, tag: string): string {
  const from = cut(request.raw)
  const to = request.toTag === '' && tag !== '' ? `${from.to};tag=${tag}` : from.to
  return `SIP/2.0 ${status} ${reason}\r\nVia: ${stampVia(from.topVia, request, flow)}\r\n${from.moreVias}From: ${from.from}\r\nTo: ${to}\r\n`
    + `Call-ID: ${from.callId}\r\nCSeq: ${from.cseq}\r\nContent-Length: 0\r\n\r\n`
}

/** 18.2.1: received, where the sent-by is not the source; 3581 4: rport and received, where rport was asked for. What the sender wrote there is replaced. */
export function stampVia(via: string, request: SipMessage, flow: Flow): string {
  const wished = request.via.rport !== undefined
  const kept = splitOutside(via, ';').filter((part) => !isParameter(part, 'received') && !isParameter(part, 'rport')).join(';')
  const rport = wished ? `;rport=${flow.remotePort}` : ''
  return wished || bare(request.via.host) !== flow.remoteAddress ? `${kept};received=${flow.remoteAddress}${rport}` : kept
}

function isParameter(part: string, name: string): boolean {
  const equals = part.indexOf('=')
  return (equals === -1 ? part : part.slice(0, equals)).trim().toLowerCase() === name
}

function bare(host: string): string { return host.startsWith('[') ? host.slice(1, -1) : host }
