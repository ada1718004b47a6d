/**
 * Packets that we send, protected in place.
 *
 * Standards  RFC 3711 3.1, 3.3, 3.4 and 9.1 (a keystream is used once), RFC 7714 8.2 and 9.2
 */
import { putWord } from '../packet.ts'
import type { RtpCode } from '../problems.ts'
import { guessIndex, remember, replayFault } from './replay.ts'
import { maxStreams, newSession, newStream, place, placeRtcp, placeRtp, sequenceOf, type Session, type Stream } from './session.ts'
import type { MasterKey } from './suites.ts'
import { layOut } from './transform.ts'

export interface Sender { session: Session }

export function newSender(key: MasterKey): Sender { return { session: newSession(key) } }

/** RFC 3711 3.3.1: a new master key; the roll-over counters of the streams go on. */
export function changeSendingKey(sender: Sender, key: MasterKey): void {
  const next = newSession(key)
  for (const [ssrc, stream] of sender.session.streams) next.streams.set(ssrc, stream)
  sender.session = next
}

/** Octets that protection adds at most: room that a buffer needs behind the packet. */
export function overhead({ session }: Sender): number { return Math.max(session.tag, session.rtcpTag) + session.mki.length + 4 }

/** Protects the RTP packet in the first `length` octets; gives its new length, or why it must not be sent. */
export function protectRtp({ session }: Sender, packet: Buffer, length: number): number | RtpCode {
  const fault = placeRtp(packet, length)
  if (fault) return fault
  layOut(place, session.aead, session.tag, session.mki.length, false)
  if (place.total > packet.length) return 'srtp.room'
  const stream = streamOf(session)
  if (!stream) return 'srtp.streams'
  place.index = guessIndex(stream.rtp.highest, sequenceOf(packet))
  if (replayFault(stream.rtp, place.index)) return 'srtp.reused'
  if (session.rtpLeft <= 0 || place.index >= 2 ** 48) return 'srtp.spent'
  session.rtpLeft--
  remember(stream.rtp, place.index)
  session.rtp.seal(packet, place)
  if (session.mki.length > 0) packet.set(session.mki, place.mkiAt)
  return place.total
}

/** Protects the compound RTCP packet in the first `length` octets, likewise. */
export function protectRtcp({ session }: Sender, packet: Buffer, length: number): number | RtpCode {
  const fault = placeRtcp(packet, length)
  if (fault) return fault
  layOut(place, session.aead, session.rtcpTag, session.mki.length, true)
  if (place.total > packet.length) return 'srtp.room'
  const stream = streamOf(session)
  if (!stream) return 'srtp.streams'
  place.index = stream.rtcp.highest + 1
  if (session.rtcpLeft <= 0 || place.index >= 2 ** 31) return 'srtp.spent'
  session.rtcpLeft--
  remember(stream.rtcp, place.index)
  putWord(packet, place.indexAt, 0x8000_0000 + place.index)
  session.rtcp.seal(packet, place)
  if (session.mki.length > 0) packet.set(session.mki, place.mkiAt)
  return place.total
}

function streamOf({ streams }: Session): Stream | undefined {
  const known = streams.get(place.ssrc)
  if (known || streams.size >= maxStreams) return known
  const stream = newStream()
  streams.set(place.ssrc, stream)
  return stream
}
