/** The codecs that we transcode among, as RTP names them. Standards: RFC 3551 4.5.2, 4.5.14 and 6. */
import type { SampleRate } from '../frame.ts'
import { decodeALaw, decodeMuLaw, encodeALaw, encodeMuLaw } from './g711.ts'
import { newG722Decoder, newG722Encoder } from './g722.ts'

export type CodecName = 'PCMU' | 'PCMA' | 'G722'

export interface Codec {
  readonly name: CodecName
  /** Static payload type (RFC 3551 6). */
  readonly payloadType: number
  /** Timestamp units a second. */
  readonly clockRate: number
  readonly sampleRate: SampleRate
  /** Octets of 20 ms. */
  readonly frameOctets: number
  /** One a stream: both may hold state. */
  readonly newEncoder: () => (samples: Int16Array) => Buffer
  readonly newDecoder: () => (octets: Uint8Array) => Int16Array
}

export const codecs: Readonly<Record<CodecName, Codec>> = {
  PCMU: { name: 'PCMU', payloadType: 0, clockRate: 8_000, sampleRate: 8_000, frameOctets: 160, newEncoder: () => encodeMuLaw, newDecoder: () => decodeMuLaw },
  PCMA: { name: 'PCMA', payloadType: 8, clockRate: 8_000, sampleRate: 8_000, frameOctets: 160, newEncoder: () => encodeALaw, newDecoder: () => decodeALaw },
  G722: { name: 'G722', payloadType: 9, clockRate: 8_000, sampleRate: 16_000, frameOctets: 160, newEncoder: newG722Encoder, newDecoder: newG722Decoder },
}
