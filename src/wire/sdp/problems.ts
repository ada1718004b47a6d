/** Every problem that the SDP room can name: stable codes, one sentence, what to do. No text of a stranger is ever copied into one. */
import { fail, type Problem } from '../../kit/result.ts'

const remedies = {
  peer: 'Correct the session description that the peer sends.',
  answer: 'The answer must fit the offer: correct the answering phone or trunk.',
} as const

/** code: [what was wrong, who mends it]. */
const table = {
  'sdp.empty': ['The session description is empty.', 'peer'],
  'sdp.tooLong': ['The session description is longer than 16 KiB.', 'peer'],
  'sdp.tooManyLines': ['The session description has more than 1024 lines.', 'peer'],
  'sdp.lineTooLong': ['A line is longer than 4 KiB.', 'peer'],
  'sdp.tooManyMedia': ['There are more than 32 media descriptions.', 'peer'],
  'sdp.tooManyFormats': ['A media description lists more than 128 formats.', 'peer'],
  'sdp.tooManyCrypto': ['A media description has more than 16 crypto lines.', 'peer'],
  'sdp.character': ['A line holds a NUL or a carriage return of its own.', 'peer'],
  'sdp.line': ['A line is not of the form letter=value.', 'peer'],
  'sdp.lineType': ['A line has a type letter that RFC 8866 does not know.', 'peer'],
  'sdp.misplaced': ['A line of the session stands inside a media description.', 'peer'],
  'sdp.repeated': ['A line that may stand once stands twice.', 'peer'],
  'sdp.version': ['The first line is not v=0.', 'peer'],
  'sdp.origin': ['The o= line is absent or not of six fields.', 'peer'],
  'sdp.connection': ['A c= line names no valid address.', 'peer'],
  'sdp.connectionMissing': ['A medium has no c= line and the session has none.', 'peer'],
  'sdp.media': ['An m= line is not of the form kind, port, transport, formats.', 'peer'],
  'sdp.port': ['A port is not in 0-65535.', 'peer'],
  'sdp.payload': ['An RTP payload type is not in 0-127.', 'peer'],
  'sdp.ptime': ['A packet time is not in 1-2000 ms.', 'peer'],
  'sdp.answerMediaCount': ['The answer does not have as many media as the offer.', 'answer'],
  'sdp.answerKind': ['The answer has a medium of another kind than the offer at this place.', 'answer'],
  'sdp.answerRevived': ['The answer opens a medium that the offer had closed.', 'answer'],
  'sdp.answerProto': ['The answer changes the transport of a medium.', 'answer'],
  'sdp.answerFormats': ['The answer has no format of the offer.', 'answer'],
  'sdp.answerDirection': ['The answer sends or receives what the offer did not allow.', 'answer'],
  'sdp.answerKeyMissing': ['The answer accepts a protected medium and brings no usable key.', 'answer'],
  'sdp.answerCrypto': ['The answer has a crypto line that was not offered, is invalid, or has more than one.', 'answer'],
  'sdp.answerKeyReused': ['The answer uses a master key of the offer.', 'answer'],
  'sdp.answerSetup': ['Both ends want the same DTLS role.', 'answer'],
} as const satisfies Record<string, readonly [string, keyof typeof remedies]>

export type SdpCode = keyof typeof table

/** All codes, for documentation and for tests. */
export const sdpCodes = Object.keys(table) as readonly SdpCode[]

export function problem(code: SdpCode, where?: string): Problem {
  const [text, who] = table[code]
  return { code, text, where, remedy: remedies[who] }
}

export function refuse(code: SdpCode, where?: string): { ok: false; problem: Problem } {
  return fail(problem(code, where))
}
