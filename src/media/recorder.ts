/**
 * A recording, 20 ms at a time: begins, pauses, goes on, ends by a key, by silence, by its length or because the caller is gone.
 * What is coded leaves in chunks of a second: a long message is never in memory as a whole.
 */
import type { Millis } from '../kit/machine.ts'
import type { Codec } from './codecs/codec.ts'
import { type Frame, frameMillis, samplesOf } from './frame.ts'
import { hearSpeech, newSpeechEar, type SpeechEar } from './level.ts'

/** Frames a chunk. */
const chunkFrames = 50

export interface RecorderRules {
  /** Of sound recorded, without pauses. */
  readonly longest: Millis
  /** Silence after speech that ends it. */
  readonly endSilence: Millis
  /** Silence before any speech that ends it. */
  readonly beginSilence: Millis
}

export type EndReason = 'asked' | 'silence' | 'nothing' | 'longest' | 'gone'

export type Recorded =
  | { readonly is: 'chunk', readonly octets: Buffer }
  /** `keep`: octets of all chunks that count; the silence at the end does not. */
  | { readonly is: 'ended', readonly reason: EndReason, readonly keep: number, readonly millis: Millis, readonly spoken: Millis }

export interface Recorder {
  readonly rules: RecorderRules
  readonly codec: Codec
  readonly encode: (samples: Int16Array) => Buffer
  readonly ear: SpeechEar
  pending: Buffer[]
  frames: number
  /** Frames up to the last that held speech. */
  lastSpeech: number
  is: 'recording' | 'paused' | 'ended'
}

export function newRecorder(codec: Codec, rules: RecorderRules): Recorder {
  return { rules, codec, encode: codec.newEncoder(), ear: newSpeechEar(), pending: [], frames: 0, lastSpeech: 0, is: 'recording' }
}

/** 20 ms were heard, at the codec's sample rate. */
export function record(recorder: Recorder, frame: Frame): Recorded[] {
  if (recorder.is !== 'recording') return []
  if (frame.length !== samplesOf(recorder.codec.sampleRate)) throw new RangeError('a frame of another length than the codec has')
  const { ear, rules } = recorder
  hearSpeech(ear, frame)
  recorder.pending.push(recorder.encode(frame))
  recorder.frames++
  if (ear.silentFor === 0) recorder.lastSpeech = recorder.frames
  const out = recorder.pending.length >= chunkFrames ? flush(recorder) : []
  const reason = overdue(recorder, rules)
  return reason ? [...out, ...endRecording(recorder, reason)] : out
}

function overdue({ frames, ear }: Recorder, { longest, endSilence, beginSilence }: RecorderRules): EndReason | undefined {
  if (frames * frameMillis >= longest) return 'longest'
  if (ear.spoken === 0) return ear.silentFor >= beginSilence ? 'nothing' : undefined
  return ear.silentFor >= endSilence ? 'silence' : undefined
}

export function pauseRecording(recorder: Recorder): void { if (recorder.is === 'recording') recorder.is = 'paused' }

/** Silence before the pause does not count against what is said after it. */
export function resumeRecording(recorder: Recorder): void {
  if (recorder.is !== 'paused') return
  recorder.is = 'recording'
  recorder.ear.silentFor = 0
}

/** Milliseconds left before the longest: a warning tone is due in time. */
export function timeLeft({ rules, frames }: Recorder): Millis { return Math.max(0, rules.longest - frames * frameMillis) }

/** Half a second of silence stays after the last word, so that it is not cut. */
const tail = 25

export function endRecording(recorder: Recorder, reason: EndReason): Recorded[] {
  if (recorder.is === 'ended') return []
  recorder.is = 'ended'
  const frames = Math.min(recorder.frames, recorder.lastSpeech === 0 ? 0 : recorder.lastSpeech + tail)
  return [...flush(recorder), { is: 'ended', reason, keep: frames * recorder.codec.frameOctets, millis: frames * frameMillis, spoken: recorder.ear.spoken }]
}

function flush(recorder: Recorder): Recorded[] {
  if (recorder.pending.length === 0) return []
  const octets = Buffer.concat(recorder.pending)
  recorder.pending = []
  return [{ is: 'chunk', octets }]
}
