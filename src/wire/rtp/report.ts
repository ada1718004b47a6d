/**
 * RTCP: our own reports, printed; when the next is due; how far away the other end is.
 *
 * Standards  RFC 3550 4, 6.3.1, 6.4, 6.5 (CNAME), 6.6 and A.3, RFC 7022 4.2 (a CNAME that tells nothing)
 */
import type { Millis, Random } from '../../kit/machine.ts'
import { putWord } from './packet.ts'
import { goodbye, receiverReport, type ReceptionReport, type RtcpPacket, senderReport, type SenderFacts, sourceDescription } from './rtcp.ts'
import { expected, lost, type Source } from './source.ts'

/** Seconds from 1900 to 1970. */
const ntpEpoch = 2_208_988_800
/** RFC 3550 6.2: a report every five seconds, on average. */
export const reportEvery: Millis = 5_000

/** Our part as a sender: what the report says of it. */
export interface Sent { packets: number, octets: number, timestamp: number }

/** Milliseconds since 1970 as an NTP time. */
export function ntpTime(now: Millis): { seconds: number, fraction: number } {
  const seconds = Math.floor(now / 1_000)
  return { seconds: (seconds + ntpEpoch) >>> 0, fraction: Math.floor((now - seconds * 1_000) / 1_000 * 2 ** 32) >>> 0 }
}

/** RFC 3550 6.3.1: between half and one and a half times the average, over e - 3/2. */
export function reportDelay(random: Random): Millis { return reportEvery * (0.5 + random.below(1_024) / 1_024) / 1.218_28 }

/** RFC 3550 A.3: the report on a source; the next one's loss is counted from here. */
export function receptionOf(source: Source, now: Millis): ReceptionReport {
  const due = expected(source), dueSince = due - source.expectedPrior, lostSince = dueSince - (source.received - source.receivedPrior)
  source.expectedPrior = due
  source.receivedPrior = source.received
  return {
    ssrc: source.ssrc, fractionLost: dueSince <= 0 || lostSince <= 0 ? 0 : Math.min(255, Math.floor(lostSince * 256 / dueSince)),
    lost: Math.min(Math.max(lost(source), -0x80_0000), 0x7f_ffff), highest: (source.cycles + source.maxSequence) >>> 0, jitter: source.jitter16 >> 4,
    lastReport: source.lastReport, delay: source.lastReportAt === undefined ? 0 : Math.round((now - source.lastReportAt) * 65.536) >>> 0,
  }
}

/** A sender report came: what our reports on this source repeat (LSR, DLSR). */
export function hearReport(source: Source, sender: SenderFacts, now: Millis): void {
  source.lastReport = ((sender.ntpSeconds << 16) | (sender.ntpFraction >>> 16)) >>> 0
  source.lastReportAt = now
}

/** RFC 3550 6.4.1: the way there and back, from the other side's report on us; undefined: it has heard no report of ours. */
export function roundTrip(report: ReceptionReport, now: Millis): Millis | undefined {
  if (report.lastReport === 0) return undefined
  const { seconds, fraction } = ntpTime(now), middle = ((seconds << 16) | (fraction >>> 16)) >>> 0
  return Math.max(0, (middle - report.lastReport - report.delay) | 0) / 65.536
}

/** What we say now: a sender's report where we sent since the last, else a receiver's; our CNAME; with `bye` that we leave. */
export function ourReport(ssrc: number, cname: string, now: Millis, sent: Sent | undefined, sources: readonly Source[], bye = false): Buffer {
  const reports = sources.filter(({ probation }) => probation === 0).slice(0, 31).map((source) => receptionOf(source, now))
  const { seconds, fraction } = ntpTime(now)
  const first: RtcpPacket = sent
    ? { is: 'sender', ssrc, sender: { ntpSeconds: seconds, ntpFraction: fraction, ...sent }, reports }
    : { is: 'receiver', ssrc, reports }
  const parts = [printReport(first), printName(ssrc, cname)]
  return Buffer.concat(bye ? [...parts, printBye([ssrc])] : parts)
}

type Report = Extract<RtcpPacket, { reports: readonly ReceptionReport[] }>

export function printReport(report: Report): Buffer {
  const first = report.is === 'sender' ? 28 : 8, packet = Buffer.alloc(first + report.reports.length * 24)
  printHead(packet, report.is === 'sender' ? senderReport : receiverReport, report.reports.length)
  putWord(packet, 4, report.ssrc)
  if (report.is === 'sender') {
    const { ntpSeconds, ntpFraction, timestamp, packets, octets } = report.sender
    for (const [i, value] of [ntpSeconds, ntpFraction, timestamp, packets, octets].entries()) putWord(packet, 8 + i * 4, value)
  }
  for (const [i, r] of report.reports.entries()) {
    const values = [r.ssrc, (r.fractionLost << 24) | (r.lost & 0xff_ffff), r.highest, r.jitter, r.lastReport, r.delay]
    for (const [n, value] of values.entries()) putWord(packet, first + i * 24 + n * 4, value)
  }
  return packet
}

function printHead(packet: Buffer, type: number, count: number): void {
  packet[0] = 0x80 | count
  packet[1] = type
  packet.writeUInt16BE(packet.length / 4 - 1, 2)
}

/** One chunk with one item, at most 255 octets of UTF-8; a zero octet at least ends it. */
export function printName(ssrc: number, cname: string): Buffer {
  const name = Buffer.from(cname).subarray(0, 255), packet = Buffer.alloc(8 + 4 * Math.ceil((name.length + 3) / 4))
  printHead(packet, sourceDescription, 1)
  putWord(packet, 4, ssrc)
  packet[8] = 1
  packet[9] = name.length
  packet.set(name, 10)
  return packet
}

export function printBye(sources: readonly number[]): Buffer {
  const packet = Buffer.alloc(4 + sources.length * 4)
  printHead(packet, goodbye, sources.length)
  for (const [i, source] of sources.entries()) putWord(packet, 4 + i * 4, source)
  return packet
}
