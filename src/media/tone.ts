/**
 * Tones made: sums of sines with a cadence, faded in and out so that none clicks.
 *
 * Standards  ITU-T E.180 and the North American plan (dial, ringing, busy, congestion); ITU-T Q.23 (keys)
 */
import { decibels, type Frame, type SampleRate, samplesOf, saturate } from './frame.ts'

export interface Tone {
  /** Hertz; several sound together. */
  readonly frequencies: readonly number[]
  /** Milliseconds of sound and of silence in turn; empty: it goes on. */
  readonly cadence: readonly number[]
  /** The cadence begins anew. */
  readonly repeats: boolean
  /** Level of each sine, in dB under full scale. */
  readonly level: number
}

const tone = (frequencies: readonly number[], cadence: readonly number[], repeats: boolean, level = -16): Tone => ({ frequencies, cadence, repeats, level })

export const tones = {
  dial: tone([350, 440], [], true),
  ringing: tone([440, 480], [2_000, 4_000], true),
  busy: tone([480, 620], [500, 500], true),
  congestion: tone([480, 620], [250, 250], true),
  beep: tone([1_000], [350], false, -12),
  /** Three tones: this call is encrypted. */
  secure: tone([941], [120, 80, 120, 80, 120], false),
  /** Six of another pitch: it is not. */
  notSecure: tone([425], [60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60], false),
} as const satisfies Record<string, Tone>

const rows = [697, 770, 852, 941], columns = [1_209, 1_336, 1_477, 1_633]
export const keyPad = '123A456B789C*0#D'

/** ITU-T Q.23: the pair of a key; undefined: there is no such key. */
export function keyFrequencies(key: string): readonly [row: number, column: number] | undefined {
  const at = key.length === 1 ? keyPad.indexOf(key) : -1
  return at < 0 ? undefined : [rows[at >> 2]!, columns[at & 3]!]
}

/** A key as a tone of `millis`, each sine at `level`. */
export function keyTone(key: string, millis: number, level = -12): Tone | undefined {
  const pair = keyFrequencies(key)
  return pair && tone(pair, [millis, millis], false, level)
}

/** Milliseconds of a fade. */
const fade = 4

export interface TonePlaying {
  readonly tone: Tone
  readonly rate: SampleRate
  /** Samples played. */
  at: number
}

export function newTone(of: Tone, rate: SampleRate): TonePlaying { return { tone: of, rate, at: 0 } }

/** The next 20 ms; undefined: the tone is over. */
export function nextTone(playing: TonePlaying): Frame | undefined {
  const { tone: { frequencies, cadence, repeats, level }, rate } = playing
  const total = cadence.reduce((sum, part) => sum + part, 0) * rate / 1_000
  if (!repeats && playing.at >= total) return undefined
  const frame = new Int16Array(samplesOf(rate)), peak = 32_767 * decibels(level)
  for (let i = 0; i < frame.length; i++, playing.at++) {
    const loudness = envelope(cadence, repeats, total, playing.at, rate)
    if (loudness === 0) continue
    let sum = 0
    for (const frequency of frequencies) sum += Math.sin(2 * Math.PI * frequency * playing.at / rate)
    frame[i] = saturate(Math.round(sum * peak * loudness))
  }
  return frame
}

/** 0–1: silence, fade, sound. */
function envelope(cadence: readonly number[], repeats: boolean, total: number, at: number, rate: number): number {
  if (total === 0) return Math.min(1, at / (fade * rate / 1_000))
  let left = repeats ? at % total : at
  for (const [i, part] of cadence.entries()) {
    const length = part * rate / 1_000
    if (left < length) return i % 2 ? 0 : Math.min(1, left / (fade * rate / 1_000), (length - left) / (fade * rate / 1_000))
    left -= length
  }
  return 0
}
