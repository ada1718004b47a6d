/**
 * What a datagram on a media port is, by its first octet.
 *
 * Standards  RFC 7983 7, RFC 5761 4 (RTP and RTCP on one port)
 * Security   fed by strangers; two octets are looked at
 */
export type MediaDatagram = 'rtp' | 'rtcp' | 'stun' | 'zrtp' | 'dtls' | 'turn' | 'other'

/** RFC 7983 7, figure 3. */
export function datagramKind(packet: Uint8Array): MediaDatagram {
  const first = packet[0]
  if (first === undefined) return 'other'
  if (first >= 128 && first <= 191) return isRtcp(packet) ? 'rtcp' : 'rtp'
  if (first <= 3) return 'stun'
  if (first >= 16 && first <= 19) return 'zrtp'
  if (first >= 20 && first <= 63) return 'dtls'
  return first >= 64 && first <= 79 ? 'turn' : 'other'
}

/** RFC 5761 4: packet types 192 to 223 are control; RTP with the payload types 64 to 95 is not used beside it. */
export function isRtcp(packet: Uint8Array): boolean {
  const type = packet[1] ?? 0
  return type >= 192 && type <= 223
}
