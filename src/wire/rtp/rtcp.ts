/**
 * RTCP: compound packets read.
 *
 * Standards  RFC 3550 6 and A.2, RFC 5506 (reduced size, where the caller allows it)
 * Security   fed by strangers; linear; at most 32 packets of 31 reports each; names of sources are personal data
 */
import { type Pii, pii } from '../../kit/secret.ts'
import { word } from './packet.ts'
import type { RtpCode } from './problems.ts'

export const maxCompound = 32
export const senderReport = 200, receiverReport = 201, sourceDescription = 202, goodbye = 203

export interface ReceptionReport {
  readonly ssrc: number
  /** Since the last report, 0–255 for 0–100 %. */
  readonly fractionLost: number
  /** -8,388,608 … 8,388,607. */
  readonly lost: number
  /** Highest sequence number with its cycles above it. */
  readonly highest: number
  /** Timestamp units. */
  readonly jitter: number
  /** Middle 32 bits of the NTP time of the last sender report; 0: none came. */
  readonly lastReport: number
  /** 1/65,536 s since then. */
  readonly delay: number
}

export interface SenderFacts {
  readonly ntpSeconds: number
  readonly ntpFraction: number
  readonly timestamp: number
  readonly packets: number
  readonly octets: number
}

export type RtcpPacket =
  | { readonly is: 'sender', readonly ssrc: number, readonly sender: SenderFacts, readonly reports: readonly ReceptionReport[] }
  | { readonly is: 'receiver', readonly ssrc: number, readonly reports: readonly ReceptionReport[] }
  | { readonly is: 'names', readonly chunks: readonly SourceName[] }
  | { readonly is: 'bye', readonly sources: readonly number[], readonly reason?: Pii | undefined }
  | { readonly is: 'other', readonly type: number, readonly count: number, readonly body: Uint8Array }

/** The CNAME of a source; its other items tell of people and are not kept. */
export interface SourceName { readonly ssrc: number, readonly cname: Pii | undefined }

export type Rtcp = { readonly ok: true, readonly packets: readonly RtcpPacket[] } | { readonly ok: false, readonly code: RtpCode }

/** RFC 3550 A.2: a compound is taken whole or not at all. */
export function readRtcp(compound: Uint8Array, reducedSize = false, length = compound.length): Rtcp {
  const packets: RtcpPacket[] = []
  if (length < 4) return refuse('rtcp.short')
  for (let at = 0; at < length;) {
    if (packets.length === maxCompound) return refuse('rtcp.many')
    const code = headFault(compound, at, length, at === 0 && !reducedSize)
    if (code) return refuse(code)
    const end = at + 4 + ((compound[at + 2]! << 8) | compound[at + 3]!) * 4
    const bodyEnd = withoutPadding(compound, at, end, length)
    if (bodyEnd === undefined) return refuse('rtcp.padding')
    const packet = readPacket(compound, at, bodyEnd)
    if (!packet) return refuse('rtcp.length')
    packets.push(packet)
    at = end
  }
  return { ok: true, packets }
}

function refuse(code: RtpCode): Rtcp { return { ok: false, code } }

function headFault(compound: Uint8Array, at: number, length: number, reportWanted: boolean): RtpCode | undefined {
  if (at + 4 > length) return 'rtcp.short'
  if (compound[at]! >> 6 !== 2) return 'rtcp.version'
  const type = compound[at + 1]!
  if (type < 192 || type > 223) return 'rtcp.type'
  if (reportWanted && type !== senderReport && type !== receiverReport) return 'rtcp.first'
  return at + 4 + ((compound[at + 2]! << 8) | compound[at + 3]!) * 4 > length ? 'rtcp.short' : undefined
}

/** RFC 3550 6.4.1: only the last packet may be padded. */
function withoutPadding(compound: Uint8Array, at: number, end: number, length: number): number | undefined {
  if ((compound[at]! & 32) === 0) return end
  const padding = compound[end - 1]!
  return end === length && padding > 0 && padding <= end - at - 4 ? end - padding : undefined
}

function readPacket(compound: Uint8Array, at: number, end: number): RtcpPacket | undefined {
  const count = compound[at]! & 31, type = compound[at + 1]!, body = at + 4
  if (type === senderReport) return readReport(compound, body, end, count, true)
  if (type === receiverReport) return readReport(compound, body, end, count, false)
  if (type === sourceDescription) return readNames(compound, body, end, count)
  if (type === goodbye) return readBye(compound, body, end, count)
  return { is: 'other', type, count, body: compound.subarray(body, end) }
}

function readReport(compound: Uint8Array, at: number, end: number, count: number, sending: boolean): RtcpPacket | undefined {
  const first = at + (sending ? 24 : 4)
  if (first + count * 24 > end) return undefined
  const ssrc = word(compound, at), reports: ReceptionReport[] = []
  for (let i = 0; i < count; i++) reports.push(readReception(compound, first + i * 24))
  return sending ? { is: 'sender', ssrc, sender: readSender(compound, at + 4), reports } : { is: 'receiver', ssrc, reports }
}

function readSender(compound: Uint8Array, at: number): SenderFacts {
  return {
    ntpSeconds: word(compound, at), ntpFraction: word(compound, at + 4), timestamp: word(compound, at + 8),
    packets: word(compound, at + 12), octets: word(compound, at + 16),
  }
}

function readReception(compound: Uint8Array, at: number): ReceptionReport {
  const loss = word(compound, at + 4)
  return {
    ssrc: word(compound, at), fractionLost: loss >>> 24, lost: (loss << 8) >> 8, highest: word(compound, at + 8), jitter: word(compound, at + 12),
    lastReport: word(compound, at + 16), delay: word(compound, at + 20),
  }
}

function readNames(compound: Uint8Array, at: number, end: number, count: number): RtcpPacket | undefined {
  const chunks: SourceName[] = []
  for (let i = 0; i < count; i++) {
    if (at + 4 > end) return undefined
    const ssrc = word(compound, at), [cname, next] = readItems(compound, at + 4, end)
    if (next === undefined) return undefined
    chunks.push({ ssrc, cname })
    at = next
  }
  return { is: 'names', chunks }
}

/** RFC 3550 6.5: items end with a zero octet, the chunk at a whole word; type 1 is the CNAME. */
function readItems(compound: Uint8Array, at: number, end: number): [Pii | undefined, number | undefined] {
  let cname: Pii | undefined
  while (at < end && compound[at] !== 0) {
    const from = at + 2, to = from + (compound[at + 1] ?? 256)
    if (to > end) return [undefined, undefined]
    if (compound[at] === 1) cname ??= pii(text(compound, from, to))
    at = to
  }
  const next = (at & ~3) + 4
  return at >= end || next > end ? [cname, at === end ? end : undefined] : [cname, next]
}

function readBye(compound: Uint8Array, at: number, end: number, count: number): RtcpPacket | undefined {
  const after = at + count * 4
  if (after > end) return undefined
  const sources = Array.from({ length: count }, (_, i) => word(compound, at + i * 4)), length = after < end ? compound[after]! : 0
  if (after + 1 + length > end && length > 0) return undefined
  return { is: 'bye', sources, reason: length > 0 ? pii(text(compound, after + 1, after + 1 + length)) : undefined }
}

function text(octets: Uint8Array, from: number, to: number): string {
  return Buffer.from(octets.buffer, octets.byteOffset + from, to - from).toString('utf8')
}
