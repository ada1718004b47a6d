/**
 * An answer to somebody who has not shown who it is: to a datagram never much longer than what was asked.
 *
 * Standards  RFC 3261 8.2.7, 11.2, 22.1
 * Security   a datagram's source may be forged, and the answer hits whom it names (A42)
 */
import type { Flow } from '../../kit/flow.ts'
import type { SipMessage } from './message.ts'
import { printResponse, type ResponseParts } from './print.ts'

/** Times what was asked that a datagram is answered with at most. */
export const maxAmplification = 1.4

/** The same for a challenge without which nobody could register: what a phone writes, with its Contact, is longer than what comes back. */
export const maxChallenge = 1.49

/** What an answer can do without, the least needed first. */
const dispensable = [/^Warning:[^\n]*\n/im, /^Supported:[^\n]*\n/im, /^Accept:[^\n]*\n/im, /^Allow:[^\n]*\n/im, /, opaque="[^"]*"/g]

/** The whole answer, else a shorter one, else undefined: silence. `asked`: octets that came. */
export function modestResponse(request: SipMessage, flow: Flow, parts: ResponseParts, asked = request.raw.length): string | undefined {
  const most = flow.transport === 'udp' ? asked * maxAmplification : Infinity
  let text = printResponse(request, flow, parts), { headers = '' } = parts
  for (const one of dispensable) {
    if (text.length <= most) return text
    const fewer = headers.replace(one, '')
    if (fewer === headers) continue
    headers = fewer
    text = printResponse(request, flow, { ...parts, headers })
  }
  if (text.length <= most) return text
  if (parts.status === 401 || parts.status === 407) return text.length <= asked * maxChallenge ? text : undefined
  const bare = printResponse(request, flow, { status: parts.status, reason: '', toTag: parts.toTag })
  return bare.length <= most ? bare : undefined
}
