/**
 * RTP packets: a header that is filled again for each packet, and what stands where in the octets.
 *
 * Standards  RFC 3550 5.1 and 5.3.1, RFC 8285 4 (elements of a header extension)
 * Security   fed by strangers; every length is checked against the packet, nothing is copied
 */
import type { RtpCode } from './problems.ts'

/** Octets; an Ethernet frame holds 1,500. */
export const maxPacket = 2_048
export const fixedHeader = 12
const oneByteProfile = 0xbede

/** Filled by readRtp; positions are octets from the packet's begin. */
export interface RtpHeader {
  marker: boolean
  /** 0–127. */
  payloadType: number
  sequence: number
  timestamp: number
  ssrc: number
  /** Contributing sources, 0–15; csrc() reads one. */
  csrcCount: number
  /** What the extension says it is; undefined: there is none. */
  extensionProfile: number | undefined
  extensionAt: number
  extensionEnd: number
  payloadAt: number
  /** Without padding. */
  payloadEnd: number
}

export function newRtpHeader(): RtpHeader {
  return {
    marker: false, payloadType: 0, sequence: 0, timestamp: 0, ssrc: 0, csrcCount: 0,
    extensionProfile: undefined, extensionAt: 0, extensionEnd: 0, payloadAt: 0, payloadEnd: 0,
  }
}

/** Fills `header` from the first `length` octets; a fault leaves it as it fell. */
export function readRtp(packet: Uint8Array, header: RtpHeader, length = packet.length): RtpCode | undefined {
  if (length < fixedHeader) return 'rtp.short'
  if (length > maxPacket) return 'rtp.long'
  const first = packet[0]!, second = packet[1]!
  if (first >> 6 !== 2) return 'rtp.version'
  header.marker = second > 127
  header.payloadType = second & 127
  header.sequence = (packet[2]! << 8) | packet[3]!
  header.timestamp = word(packet, 4)
  header.ssrc = word(packet, 8)
  header.csrcCount = first & 15
  const end = headerEnd(packet, length)
  if (end > length) return first & 16 ? 'rtp.extension' : 'rtp.short'
  readExtension(packet, header, (first & 16) !== 0, end)
  header.payloadAt = end
  header.payloadEnd = length
  if (first & 32) {
    const padding = packet[length - 1]!
    if (padding === 0 || padding > length - end) return 'rtp.padding'
    header.payloadEnd = length - padding
  }
  return undefined
}

function readExtension(packet: Uint8Array, header: RtpHeader, present: boolean, end: number): void {
  const at = fixedHeader + header.csrcCount * 4
  header.extensionProfile = present ? (packet[at]! << 8) | packet[at + 1]! : undefined
  header.extensionAt = present ? at + 4 : at
  header.extensionEnd = end
}

/** Where the payload begins (RFC 3550 5.1, 5.3.1); past `length` where the header is cut off. */
export function headerEnd(packet: Uint8Array, length: number): number {
  const at = fixedHeader + (packet[0]! & 15) * 4
  if ((packet[0]! & 16) === 0) return at
  return at + 4 > length ? at + 4 : at + 4 + ((packet[at + 2]! << 8) | packet[at + 3]!) * 4
}

export function word(packet: Uint8Array, at: number): number {
  return ((packet[at]! << 24) | (packet[at + 1]! << 16) | (packet[at + 2]! << 8) | packet[at + 3]!) >>> 0
}

export function putWord(packet: Uint8Array, at: number, value: number): void {
  packet[at] = value >>> 24
  packet[at + 1] = value >>> 16
  packet[at + 2] = value >>> 8
  packet[at + 3] = value
}

/** The contributing source number `i`, 0 ≤ i < csrcCount. */
export function csrc(packet: Uint8Array, i: number): number { return word(packet, fixedHeader + i * 4) }

/** RFC 8285 4.2 and 4.3: the element `id` (1–14, with the two-byte form to 255) of the header extension; undefined: it is not there. */
export function extensionElement(packet: Uint8Array, header: RtpHeader, id: number): Uint8Array | undefined {
  const profile = header.extensionProfile
  if (profile === undefined || (profile !== oneByteProfile && profile >> 4 !== 0x100)) return undefined
  const wide = profile !== oneByteProfile
  for (let at = header.extensionAt; at < header.extensionEnd;) {
    const head = packet[at]!
    if (head === 0) { at++; continue }                                // one octet of padding
    if (!wide && head >> 4 === 15) return undefined                   // RFC 8285 4.2: id 15 ends the reading
    if (wide && at + 1 >= header.extensionEnd) return undefined
    const [found, length, body] = wide ? [head, packet[at + 1]!, at + 2] : [head >> 4, (head & 15) + 1, at + 1]
    if (body + length > header.extensionEnd) return undefined
    if (found === id) return packet.subarray(body, body + length)
    at = body + length
  }
  return undefined
}

/** What stands in the twelve octets that every packet has. */
export interface RtpFields {
  readonly marker?: boolean
  readonly payloadType: number
  readonly sequence: number
  readonly timestamp: number
  readonly ssrc: number
}

/** Writes the fixed header of a packet without extension and contributing sources; the payload follows at octet 12. */
export function writeRtpHeader(packet: Uint8Array, fields: RtpFields): void {
  packet[0] = 0x80
  packet[1] = (fields.marker ? 128 : 0) | fields.payloadType
  packet[2] = fields.sequence >> 8
  packet[3] = fields.sequence
  putWord(packet, 4, fields.timestamp)
  putWord(packet, 8, fields.ssrc)
}

export interface RtpParts extends RtpFields {
  /** At most 15. */
  readonly csrcs?: readonly number[]
  /** `data` is filled up with zeros to whole words. */
  readonly extension?: { readonly profile: number, readonly data: Uint8Array }
  readonly payload: Uint8Array
  /** Octets after the payload, 1–255. */
  readonly padding?: number
}

/** A whole packet of its parts. What it is given must fit: a packet past maxPacket is our own mistake. */
export function printRtp(parts: RtpParts): Buffer {
  const { csrcs = [], extension, payload, padding = 0 } = parts
  const words = extension ? Math.ceil(extension.data.length / 4) : 0, at = fixedHeader + csrcs.length * 4
  const body = extension ? at + 4 + words * 4 : at
  const packet = Buffer.alloc(body + payload.length + padding)
  if (packet.length > maxPacket || csrcs.length > 15 || padding > 255) throw new RangeError('an RTP packet that does not fit')
  writeRtpHeader(packet, parts)
  packet[0] = 0x80 | (padding ? 32 : 0) | (extension ? 16 : 0) | csrcs.length
  csrcs.forEach((source, i) => { putWord(packet, fixedHeader + i * 4, source) })
  if (extension) {
    putWord(packet, at, extension.profile * 65_536 + words)
    packet.set(extension.data, at + 4)
  }
  packet.set(payload, body)
  if (padding) packet[packet.length - 1] = padding
  return packet
}
