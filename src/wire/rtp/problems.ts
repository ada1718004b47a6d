/** Every fault that the RTP room can find in a packet: stable codes, one sentence. A packet costs a microsecond: its fault is the bare code. */
import type { Problem } from '../../kit/result.ts'

const table = {
  'rtp.short': 'The packet ends within its header.',
  'rtp.long': 'The packet is longer than 2,048 octets.',
  'rtp.version': 'The packet is not of RTP version 2.',
  'rtp.extension': 'The header extension is longer than the packet.',
  'rtp.padding': 'The padding is empty or longer than the payload.',
  'rtcp.short': 'The compound packet ends within a report.',
  'rtcp.version': 'A packet of the compound is not of RTCP version 2.',
  'rtcp.type': 'A packet of the compound has no type of RTCP.',
  'rtcp.first': 'The compound begins with neither a sender nor a receiver report.',
  'rtcp.length': 'A packet of the compound is shorter than what it says it holds.',
  'rtcp.padding': 'Padding stands in a packet that is not the last, or is longer than it.',
  'rtcp.many': 'The compound holds more than 32 packets.',
  'srtp.short': 'The packet is shorter than its header and tag.',
  'srtp.tag': 'The authentication tag is wrong.',
  'srtp.replay': 'The packet came before.',
  'srtp.old': 'The packet is older than the replay window.',
  'srtp.key': 'The packet names another master key (MKI).',
  'srtp.streams': 'The key protects more than 64 streams.',
  'srtp.reused': 'The packet would reuse a keystream.',
  'srtp.spent': 'The master key has protected as many packets as it may.',
  'srtp.clear': 'The control packet is not encrypted.',
  'srtp.room': 'The buffer has no room for the tag.',
} as const satisfies Record<string, string>

export type RtpCode = keyof typeof table

/** All codes, for documentation and for tests. */
export const rtpCodes = Object.keys(table) as readonly RtpCode[]

/** The fault of one packet in words, for a log or an answer to "why?". */
export function rtpProblem(code: RtpCode): Problem {
  return { code, text: table[code], remedy: 'Look at the peer that sends this stream.' }
}
