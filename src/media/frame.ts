/** Audio inside the house: linear samples of 16 bits, one channel, in frames of 20 ms. */
export type Frame = Int16Array

/** Samples a second that a codec may have. */
export type SampleRate = 8_000 | 16_000 | 48_000

export const frameMillis = 20

export function samplesOf(rate: SampleRate): number { return rate / 50 }

export function saturate(value: number): number { return Math.max(-32_768, Math.min(32_767, value)) }

/** Changes the level in place: `gain` is a factor, limited at full scale. */
export function amplify(frame: Frame, gain: number): void {
  if (gain === 1) return
  for (let i = 0; i < frame.length; i++) frame[i] = saturate(Math.round(frame[i]! * gain))
}

export function decibels(db: number): number { return 10 ** (db / 20) }
