/** The door of the RTP room: RTP, RTCP and keys pressed, octets ⇄ meaning. Pure; usable alone. SRTP has a door of its own in srtp/. */
export { datagramKind, isRtcp } from './demultiplex.ts'
export type { MediaDatagram } from './demultiplex.ts'
export { addTimestamp, nextSequence, sequenceAhead, timestampAhead } from './numbers.ts'
export { csrc, extensionElement, fixedHeader, maxPacket, newRtpHeader, printRtp, readRtp, writeRtpHeader } from './packet.ts'
export type { RtpFields, RtpHeader, RtpParts } from './packet.ts'
export { rtpCodes, rtpProblem } from './problems.ts'
export type { RtpCode } from './problems.ts'
export { hearReport, ntpTime, ourReport, printBye, printName, printReport, receptionOf, reportDelay, reportEvery, roundTrip } from './report.ts'
export type { Sent } from './report.ts'
export { maxCompound, readRtcp } from './rtcp.ts'
export type { ReceptionReport, Rtcp, RtcpPacket, SenderFacts, SourceName } from './rtcp.ts'
export { aheadOf, expected, hear, jitterMillis, lost, measureJitter, newSource } from './source.ts'
export type { Heard, Source } from './source.ts'
export {
  eventOf, hearEvent, keyOf, maxWaiting, newKeysHeard, newKeysSent, nextEvent, pressKeys, printEvent, readEvent, silentKey, wakeKeys,
} from './telephoneEvent.ts'
export type { EventPacket, KeyHeard, KeysHeard, KeysSent, TelephoneEvent } from './telephoneEvent.ts'
