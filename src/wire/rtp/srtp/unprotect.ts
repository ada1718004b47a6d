/**
 * Packets that we receive, unprotected in place: refused where they are forged, copied, too old or under another key. Nothing a stranger sends ends a stream.
 *
 * Standards  RFC 3711 3.3 and 3.4, RFC 7714 8.2 and 9.3
 * Security   fed by strangers; a wrong tag changes a counter and nothing else
 */
import { word } from '../packet.ts'
import type { RtpCode } from '../problems.ts'
import { guessIndex, remember, replayFault, replayWindow } from './replay.ts'
import { maxStreams, newSession, newStream, place, placeRtcp, placeRtp, sequenceOf, type Session, type Stream } from './session.ts'
import type { MasterKey } from './suites.ts'
import { layOut } from './transform.ts'

export interface Receiver {
  session: Session
  /** The key before: what is still on its way is under it, until 128 packets came under the new one. */
  previous: Session | undefined
  underNew: number
  /** Packets refused, by reason. */
  readonly refused: Partial<Record<RtpCode, number>>
}

export function newReceiver(key: MasterKey): Receiver { return { session: newSession(key), previous: undefined, underNew: 0, refused: {} } }

/** RFC 3711 3.3.1: a new master key. Streams go on: their roll-over counters are tried first, then those of a sender that began anew. */
export function changeReceivingKey(receiver: Receiver, key: MasterKey): void {
  const { session } = receiver, next = newSession(key)
  for (const [ssrc, highest] of session.carried) next.carried.set(ssrc, highest)
  for (const [ssrc, { rtp }] of session.streams) next.carried.set(ssrc, rtp.highest)
  while (next.carried.size > maxStreams) next.carried.delete(next.carried.keys().next().value!)
  receiver.previous = session
  receiver.session = next
  receiver.underNew = 0
}

type Open = (session: Session, packet: Buffer, length: number) => number | RtpCode

/** Unprotects the RTP packet in the first `length` octets; gives its plain length, or why it is refused. */
export function unprotectRtp(receiver: Receiver, packet: Buffer, length: number): number | RtpCode { return unprotect(receiver, packet, length, openRtp) }

/** Unprotects the compound RTCP packet in the first `length` octets, likewise. */
export function unprotectRtcp(receiver: Receiver, packet: Buffer, length: number): number | RtpCode { return unprotect(receiver, packet, length, openRtcp) }

/** What a packet under the key before may look like. */
const otherKey: readonly RtpCode[] = ['srtp.tag', 'srtp.key', 'srtp.short']

function unprotect(receiver: Receiver, packet: Buffer, length: number, open: Open): number | RtpCode {
  const { session, previous } = receiver
  const result = open(session, packet, Math.min(length, packet.length))
  if (typeof result === 'number') {
    if (previous && ++receiver.underNew >= replayWindow) receiver.previous = undefined
    return result
  }
  const older = previous && otherKey.includes(result) ? open(previous, packet, Math.min(length, packet.length)) : result
  if (typeof older === 'string') receiver.refused[older] = (receiver.refused[older] ?? 0) + 1
  return older
}

const openRtp: Open = (session, packet, length) => {
  const fault = placeRtp(packet, length - session.tag - session.mki.length)
  if (fault) return fault
  layOut(place, session.aead, session.tag, session.mki.length, false)
  if (!namesKey(session, packet)) return 'srtp.key'
  const known = session.streams.get(place.ssrc), sequence = sequenceOf(packet)
  if (known) return openAt(session, packet, known, guessIndex(known.rtp.highest, sequence))
  if (session.streams.size >= maxStreams) return 'srtp.streams'
  const stream = newStream(), index = guessIndex(session.carried.get(place.ssrc) ?? -1, sequence)
  const result = openAt(session, packet, stream, index)
  return result === 'srtp.tag' && index !== sequence ? openAt(session, packet, stream, sequence) : result
}

/** RFC 3711 3.3: the window is asked before the tag is computed, and learns of the packet after. */
function openAt(session: Session, packet: Buffer, stream: Stream, index: number): number | RtpCode {
  const copy = replayFault(stream.rtp, index)
  if (copy) return copy
  place.index = index
  if (!session.rtp.open(packet, place)) return 'srtp.tag'
  remember(stream.rtp, index)
  session.streams.set(place.ssrc, stream)
  return place.end
}

const openRtcp: Open = (session, packet, length) => {
  const fault = placeRtcp(packet, length - session.rtcpTag - session.mki.length - 4)
  if (fault) return fault
  layOut(place, session.aead, session.rtcpTag, session.mki.length, true)
  if (!namesKey(session, packet)) return 'srtp.key'
  const indexed = word(packet, place.indexAt), stream = session.streams.get(place.ssrc) ?? newStream()
  if (indexed < 0x8000_0000) return 'srtp.clear'                      // UNENCRYPTED_SRTCP is never agreed to (suites.ts)
  place.index = indexed - 0x8000_0000
  const copy = replayFault(stream.rtcp, place.index)
  if (copy) return copy
  if (session.streams.size >= maxStreams && !session.streams.has(place.ssrc)) return 'srtp.streams'
  if (!session.rtcp.open(packet, place)) return 'srtp.tag'
  remember(stream.rtcp, place.index)
  session.streams.set(place.ssrc, stream)
  return place.end
}

function namesKey({ mki }: Session, packet: Buffer): boolean {
  for (let i = 0; i < mki.length; i++) if (packet[place.mkiAt + i] !== mki[i]) return false
  return true
}
