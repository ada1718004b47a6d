/**
 * What we send on one stream: a frame of 20 ms, or the key that takes its place, as an RTP packet; protected and sent by who called.
 *
 * Standards  RFC 3550 5.1, RFC 3551 4.1 (marker at the begin of a talk spurt), RFC 4733 2.5.1
 */
import { addTimestamp, fixedHeader, type KeysSent, newKeysSent, nextEvent, nextSequence, pressKeys, type Sent, writeRtpHeader } from '../wire/rtp/index.ts'
import type { Codec } from './codecs/codec.ts'
import { type Frame, frameMillis } from './frame.ts'

/** Octets behind the packet: tag, MKI and index of SRTP. */
const room = 160

export interface OutgoingSettings {
  readonly codec: Codec
  readonly payloadType: number
  /** Of telephone-event; undefined: the other side takes none. */
  readonly eventType: number | undefined
  /** All three random (RFC 3550 5.1, 8.1). */
  readonly ssrc: number
  readonly sequence: number
  readonly timestamp: number
}

export interface Outgoing {
  readonly settings: OutgoingSettings
  readonly encode: (samples: Int16Array) => Buffer
  readonly keys: KeysSent
  /** The packet that was made last, with room for its protection; used again for the next. */
  readonly packet: Buffer
  sequence: number
  timestamp: number
  /** Nothing was sent before: the next packet begins a talk spurt. */
  paused: boolean
  readonly sent: Sent
}

export function newOutgoing(settings: OutgoingSettings): Outgoing {
  const { codec, sequence, timestamp } = settings
  return {
    settings, encode: codec.newEncoder(), keys: newKeysSent(codec.clockRate), packet: Buffer.alloc(fixedHeader + codec.frameOctets + room),
    sequence, timestamp, paused: true, sent: { packets: 0, octets: 0, timestamp },
  }
}

/** Keys to press; false: the other side takes none, or one is no key, or too many wait. */
export function press(outgoing: Outgoing, keys: string, millis?: number): boolean {
  return outgoing.settings.eventType !== undefined && pressKeys(outgoing.keys, keys, millis)
}

/** Once every 20 ms: the length of the packet to send, in `outgoing.packet`; 0: there is nothing to say. */
export function sendFrame(outgoing: Outgoing, frame: Frame | undefined): number {
  const { settings, timestamp } = outgoing, units = settings.codec.clockRate * frameMillis / 1_000
  const event = settings.eventType === undefined ? undefined : nextEvent(outgoing.keys, timestamp, units), audio = frame && outgoing.encode(frame)
  outgoing.timestamp = addTimestamp(timestamp, units)
  const payload = event?.payload ?? audio
  if (!payload) {
    outgoing.paused = true
    return 0
  }
  const { ssrc, payloadType, eventType } = settings, { sequence, packet } = outgoing
  const fields = event ? { payloadType: eventType!, marker: event.marker, timestamp: event.timestamp } : { payloadType, marker: outgoing.paused, timestamp }
  writeRtpHeader(packet, { ...fields, ssrc, sequence })
  packet.set(payload, fixedHeader)
  outgoing.sequence = nextSequence(sequence)
  outgoing.paused = false
  count(outgoing.sent, payload.length, timestamp)
  return fixedHeader + payload.length
}

/** RFC 3550 6.4.1: counters go round at 32 bits. */
function count(sent: Sent, octets: number, timestamp: number): void {
  sent.packets = (sent.packets + 1) >>> 0
  sent.octets = (sent.octets + octets) >>> 0
  sent.timestamp = timestamp
}
