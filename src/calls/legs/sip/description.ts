/**
 * The session description in a message: none, one, or a reason to refuse.
 *
 * Standards  RFC 3261 8.2.3, 13.2.1; RFC 5621 for multipart bodies
 * Security   what is taken has room for our own o= line and a direction in each medium: what we send for it can always be read again
 */
import type { Problem } from '../../../kit/result.ts'
import { maxLines, maxMedia, maxSdp, parseSdp, printSdp, type Sdp } from '../../../wire/sdp/index.ts'
import { body, contentType, demandsMore, header, part, type SipMessage } from '../../../wire/sip/index.ts'

export type Description =
  | { is: 'none' }
  | { is: 'sdp'; sdp: Sdp; text: string }
  | { is: 'refused'; status: 400 | 415 | 488; problem: Problem }

const strange: Problem = { code: 'calls.contentType', text: 'The body is of a kind that is not read here.', where: 'Content-Type', remedy: 'Send application/sdp.' }

export function description(message: SipMessage): Description {
  if (message.bodyStart === message.bodyEnd) return { is: 'none' }
  const type = contentType(message), coding = (header(message, 'Content-Encoding') ?? 'identity').toLowerCase()
  if (coding !== 'identity') return { is: 'refused', status: 415, problem: strange }
  if (type === 'application/sdp') return read(body(message))
  if (type.startsWith('multipart/')) {
    if (demandsMore(message, 'application/sdp')) return { is: 'refused', status: 415, problem: strange }
    const text = part(message, 'application/sdp')
    return text === undefined ? optional(message) : read(text)
  }
  return optional(message)
}

/** RFC 3261 20.11: a body whose handling is optional may be passed over. */
function optional(message: SipMessage): Description {
  return /handling\s*=\s*optional/i.test(header(message, 'Content-Disposition') ?? '') ? { is: 'none' } : { is: 'refused', status: 415, problem: strange }
}

function read(text: string): Description {
  const parsed = parseSdp(text)
  if (!parsed.ok) return { is: 'refused', status: 488, problem: parsed.problem }
  return hasRoom(parsed.value) ? { is: 'sdp', sdp: parsed.value, text } : { is: 'refused', status: 488, problem: tooLong }
}

/** A direction line a medium, and an o= line with the longest numbers and address; bare line ends count as what they become. */
const room = 512
const tooLong: Problem = { code: 'calls.descriptionTooLong', text: `The session description is longer than ${maxSdp - room} octets or ${maxLines - maxMedia} lines.`, where: 'body', remedy: 'Offer fewer media or codecs.' }

function hasRoom(sdp: Sdp): boolean {
  if (sdp.text !== undefined && sdp.text.length <= maxLines - maxMedia) return true                       // a line has at least an octet
  const lines = sdp.media.reduce((sum, medium) => sum + medium.lines.length, sdp.session.lines.length)
  return lines <= maxLines - maxMedia && printSdp(sdp).length <= maxSdp - room
}
