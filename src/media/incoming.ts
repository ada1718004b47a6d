/**
 * What we hear on one stream: packets in, frames of 20 ms and keys out; put in order, decoded, what is lost concealed.
 * Packets of 10 to 200 ms are cut into pieces of 10 ms: whoever sends 30 ms at a time is heard as well.
 *
 * Standards  RFC 3550 6.4, 8.2 and A.1, RFC 3551 4.2 (any whole number of frames), RFC 4733 2.5.2
 * Security   fed by strangers, behind the source lock and SRTP; bounded by the jitter buffer; another SSRC is believed after two packets in sequence
 */
import type { Millis } from '../kit/machine.ts'
import {
  hear, hearEvent, type KeyHeard, type KeysHeard, measureJitter, newKeysHeard, newRtpHeader, newSource, readEvent, readRtp, type RtpHeader, type Source, timestampAhead, wakeKeys,
} from '../wire/rtp/index.ts'
import type { Codec } from './codecs/codec.ts'
import { type Concealment, concealed, heardWell, newConcealment } from './concealment.ts'
import { type Frame, samplesOf } from './frame.ts'
import { type JitterBuffer, newJitterBuffer, put, take } from './jitterBuffer.ts'

/** Milliseconds of a piece, and of the longest packet. */
const piece = 10, longest = 200

export interface IncomingSettings {
  readonly codec: Codec
  readonly payloadType: number
  readonly eventType: number | undefined
  /** SRTP vouches for what comes: a source needs no probation. */
  readonly trusted: boolean
}

export interface Incoming {
  readonly settings: IncomingSettings
  readonly header: RtpHeader
  source: Source | undefined
  candidate: Source | undefined
  /** Timestamp of the source's first packet: pieces are counted from it. */
  origin: number
  keys: KeysHeard
  jitter: JitterBuffer
  decode: (octets: Uint8Array) => Int16Array
  readonly concealment: Concealment
  readonly ignored: { faults: number, types: number, lengths: number, sources: number }
}

export function newIncoming(settings: IncomingSettings): Incoming {
  return {
    settings, header: newRtpHeader(), source: undefined, candidate: undefined, origin: 0, keys: newKeysHeard(settings.codec.clockRate), jitter: newJitterBuffer(piece),
    decode: settings.codec.newDecoder(), concealment: newConcealment(settings.codec.sampleRate), ignored: { faults: 0, types: 0, lengths: 0, sources: 0 },
  }
}

/** A packet, unprotected, in the first `length` octets; audio is copied. Gives the keys that went down or up. */
export function hearPacket(incoming: Incoming, packet: Uint8Array, length: number, now: Millis): KeyHeard[] {
  const { header, settings, ignored } = incoming
  if (readRtp(packet, header, length) !== undefined) { ignored.faults++; return [] }
  if (!known(incoming, now)) { ignored.sources++; return [] }
  if (header.payloadType === settings.eventType) {
    const said = readEvent(packet, header.payloadAt, header.payloadEnd)
    return said ? hearEvent(incoming.keys, now, header.timestamp, said) : []
  }
  if (header.payloadType === settings.payloadType) keepAudio(incoming, packet, now)
  else ignored.types++
  return []
}

/** The source that is heard, or one that takes its place after it has proven itself. */
function known(incoming: Incoming, now: Millis): boolean {
  const { header: { ssrc, sequence, timestamp }, settings: { codec, trusted } } = incoming
  if (incoming.source?.ssrc === ssrc) return heardBy(incoming.source, sequence, timestamp, now)
  if (incoming.candidate?.ssrc !== ssrc) incoming.candidate = newSource(ssrc, sequence, codec.clockRate, trusted)
  if (!heardBy(incoming.candidate, sequence, timestamp, now)) return false
  incoming.source = incoming.candidate
  incoming.candidate = undefined
  incoming.origin = timestamp
  incoming.keys = newKeysHeard(codec.clockRate)
  incoming.jitter = newJitterBuffer(piece)
  incoming.decode = codec.newDecoder()
  return true
}

function heardBy(source: Source, sequence: number, timestamp: number, now: Millis): boolean {
  if (hear(source, sequence) === 'unproven') return false
  measureJitter(source, timestamp, now)
  return true
}

/** Each piece stands at its own time: packets may be of any length, and change it. */
function keepAudio(incoming: Incoming, packet: Uint8Array, now: Millis): void {
  const { header: { payloadAt, payloadEnd, timestamp }, settings: { codec }, jitter, origin } = incoming
  const octets = codec.frameOctets / 2, units = codec.clockRate * piece / 1_000, length = payloadEnd - payloadAt, pieces = length / octets
  if (length === 0 || !Number.isInteger(pieces) || pieces > longest / piece) { incoming.ignored.lengths++; return }
  const payload = packet.slice(payloadAt, payloadEnd), first = Math.floor(timestampAhead(timestamp, origin) / units), sent = first * piece
  for (let n = 0; n < pieces; n++) put(jitter, (first + n) & 0xffff, sent + (pieces - 1) * piece, now, payload.subarray(n * octets, (n + 1) * octets))
}

/** Once every 20 ms: what is heard now; undefined: nothing yet. Keys whose end was lost go up. */
export function heardFrame(incoming: Incoming, now: Millis): { frame: Frame | undefined, keys: KeyHeard[] } {
  const half = samplesOf(incoming.settings.codec.sampleRate) / 2, frame = new Int16Array(half * 2)
  const first = hearPiece(incoming, frame, 0, half), second = hearPiece(incoming, frame, half, half)
  return { frame: first || second ? frame : undefined, keys: wakeKeys(incoming.keys, now) }
}

function hearPiece({ jitter, decode, concealment }: Incoming, frame: Frame, at: number, count: number): boolean {
  const taken = take(jitter)
  if (taken.is === 'early') return false
  frame.set(taken.is === 'audio' ? heardWell(concealment, decode(taken.payload)) : concealed(concealment, count), at)
  return true
}
