/** The ACK to a final response other than 2xx: made of the INVITE as it was sent and the To of the response (RFC 3261 17.1.1.3). */
import { cut, cutTo } from './cut.ts'

export function ackRequest(invite: string, response: string): string {
  return hopByHop('ACK', invite, cutTo(response), '')
}

/** A request that goes exactly where another went: same Request-URI, top Via, Route, From, Call-ID and CSeq number. `to` '' leaves To as it was. */
export function hopByHop(method: 'ACK' | 'CANCEL', request: string, to: string, lines: string): string {
  const from = cut(request)
  return `${method} ${from.uri} SIP/2.0\r\nVia: ${from.topVia}\r\n${from.routes}Max-Forwards: 70\r\nFrom: ${from.from}\r\nTo: ${to === '' ? from.to : to}\r\n`
    + `Call-ID: ${from.callId}\r\nCSeq: ${Number.parseInt(from.cseq, 10)} ${method}\r\n${lines}Content-Length: 0\r\n\r\n`
}
