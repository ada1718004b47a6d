/**
 * One master key at work: the ciphers of RTP and RTCP, and what each stream under it has seen.
 *
 * Standards  RFC 3711 3.2, 9.2 (how much a key may protect), RFC 7714 14.2
 * Security   at most 64 streams a key, entered once a tag was good; none is forgotten, or its packets could come again (RFC 3711 3.3.2)
 */
import { headerEnd, maxPacket, word } from '../packet.ts'
import type { RtpCode } from '../problems.ts'
import { newCounterMode } from './counterMode.ts'
import { deriveKeys } from './derive.ts'
import { newGalois } from './galois.ts'
import { newReplayWindow, type ReplayWindow } from './replay.ts'
import { type MasterKey, suites } from './suites.ts'
import type { Place, Transform } from './transform.ts'

export const maxStreams = 64
/** RFC 3711 9.2. */
const mostRtp = 2 ** 48, mostRtcp = 2 ** 31

export interface Stream { readonly rtp: ReplayWindow, readonly rtcp: ReplayWindow }

export interface Session {
  readonly aead: boolean
  readonly tag: number
  readonly rtcpTag: number
  readonly mki: Uint8Array
  readonly rtp: Transform
  readonly rtcp: Transform
  readonly streams: Map<number, Stream>
  /** Where the streams stood under the key before: their highest RTP index. */
  readonly carried: Map<number, number>
  /** Packets that may still be sent under this key. */
  rtpLeft: number
  rtcpLeft: number
}

const none = new Uint8Array(0)

export function newSession(key: MasterKey): Session {
  const { aead, tag, rtcpTag } = suites[key.suite], rtp = deriveKeys(key, false), rtcp = deriveKeys(key, true), { lifetime = mostRtp } = key
  return {
    aead, tag, rtcpTag, mki: key.mki ?? none, streams: new Map(), carried: new Map(), rtpLeft: Math.min(lifetime, mostRtp), rtcpLeft: Math.min(lifetime, mostRtcp),
    rtp: aead ? newGalois(rtp, false) : newCounterMode(rtp, tag, false), rtcp: aead ? newGalois(rtcp, true) : newCounterMode(rtcp, rtcpTag, true),
  }
}

export function newStream(): Stream { return { rtp: newReplayWindow(), rtcp: newReplayWindow() } }

/** One place is enough: a packet is done before the next begins. */
export const place: Place = { head: 0, end: 0, tagAt: 0, total: 0, indexAt: 0, mkiAt: 0, ssrc: 0, index: 0 }

/** The head of an RTP packet whose first `end` octets are not tag: into `place`. */
export function placeRtp(packet: Buffer, end: number): RtpCode | undefined {
  if (end < 12) return 'srtp.short'
  if (end > maxPacket) return 'rtp.long'
  if (packet[0]! >> 6 !== 2) return 'rtp.version'
  const head = headerEnd(packet, end)
  if (head > end) return 'srtp.short'
  place.head = head
  place.end = end
  place.ssrc = word(packet, 8)
  return undefined
}

/** RFC 3711 3.4: the first eight octets of RTCP stay in the clear. */
export function placeRtcp(packet: Buffer, end: number): RtpCode | undefined {
  if (end < 8) return 'srtp.short'
  if (end > maxPacket) return 'rtp.long'
  if (packet[0]! >> 6 !== 2) return 'rtcp.version'
  place.head = 8
  place.end = end
  place.ssrc = word(packet, 4)
  return undefined
}

export function sequenceOf(packet: Buffer): number { return (packet[2]! << 8) | packet[3]! }
