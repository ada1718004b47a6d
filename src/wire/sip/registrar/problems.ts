/** Why a REGISTER is refused: status, words for the Warning header, lines that the answer must carry. Codes are stable. */
import type { Problem } from '../../../kit/result.ts'

export interface Refusal {
  readonly status: number
  readonly problem: Problem
  /** Whole header lines besides the Warning. */
  readonly headers: string
}

function refusal(status: number, what: string, text: string, where: string, headers = ''): Refusal {
  return { status, problem: { code: `sip.register.${what}`, text, where }, headers }
}

export const refusals = {
  contact: refusal(400, 'contact', 'A Contact is malformed.', 'Contact'),
  contactTooLong: refusal(400, 'contactTooLong', 'A Contact, Call-ID or Path is longer than is kept.', 'Contact'),
  scheme: refusal(400, 'scheme', 'A Contact must be a sip or sips URI.', 'Contact'),
  sips: refusal(400, 'sips', 'A sips Contact needs TLS, a sips Request-URI and a sips Path.', 'Contact'),
  wildcard: refusal(400, 'wildcard', 'Contact: * stands alone and with Expires: 0 only.', 'Contact'),
  regId: refusal(400, 'regId', 'reg-id is not a number from 1 to 2147483647.', 'Contact'),
  severalFlows: refusal(400, 'severalFlows', 'With reg-id one Contact can be registered at a time.', 'Contact'),
  path: refusal(400, 'path', 'The Path is malformed.', 'Path'),
  pathNotSupported: refusal(420, 'pathNotSupported', 'A proxy added a Path, the phone does not support it.', 'Path', 'Unsupported: path\r\n'),
  extension: (tags: string) => refusal(420, 'extension', 'An extension is required that is not there.', 'Require', `Unsupported: ${tags}\r\n`),
  firstHop: refusal(439, 'firstHop', 'The first hop does not support outbound.', 'Path'),
  order: refusal(500, 'order', 'A later REGISTER of this Call-ID was seen already.', 'CSeq'),
  tooBrief: (least: number) => refusal(423, 'tooBrief', `The least interval is ${least} seconds.`, 'Expires', `Min-Expires: ${least}\r\n`),
  tooMany: (most: number) => refusal(403, 'tooMany', `No more than ${most} contacts can be registered at a time.`, 'Contact'),
  loop: refusal(403, 'loop', 'The Contact is the address that it is registered for.', 'Contact'),
}
