/**
 * G.722: one sub-band's adaptive quantizer scale and predictor, the same in encoder and decoder.
 *
 * Standards  ITU-T G.722 3.3–3.6 and 6.2.1 (block names LOGSCL, SCALEL, UPPOL, UPZERO, FILTEP, FILTEZ), tables 10–12
 */
import { saturate } from '../frame.ts'

export interface Band {
  /** The prediction of the next sample. */
  prediction: number
  /** Its part by zeros. */
  byZeros: number
  /** Quantizer scale, logarithmic and linear. */
  logScale: number
  scale: number
  /** Two poles, six zeros; what they look back at. */
  readonly poles: Int32Array
  readonly zeros: Int32Array
  readonly reconstructed: Int32Array
  readonly partial: Int32Array
  readonly differences: Int32Array
}

export function newBand(scale: 32 | 8): Band {
  return {
    prediction: 0, byZeros: 0, logScale: 0, scale,
    poles: new Int32Array(2), zeros: new Int32Array(6), reconstructed: new Int32Array(2), partial: new Int32Array(2), differences: new Int32Array(6),
  }
}

const inverseLog = [
  2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
  2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
]

/** LOGSCL, LOGSCH; SCALEL (offset 8, highest 18,432), SCALEH (10; 22,528). */
export function adaptScale(band: Band, step: number, offset: 8 | 10): void {
  const highest = offset === 8 ? 18_432 : 22_528
  band.logScale = Math.min(Math.max(((band.logScale * 127) >> 7) + step, 0), highest)
  const shift = offset - (band.logScale >> 11), mantissa = inverseLog[(band.logScale >> 6) & 31]!
  band.scale = (shift < 0 ? mantissa << -shift : mantissa >> shift) << 2
}

/** What was found of the difference between sample and prediction: the predictor learns from it and predicts the next. */
export function predict(band: Band, difference: number): void {
  const { reconstructed, partial, differences } = band
  const rebuilt = saturate(band.prediction + difference), part = saturate(band.byZeros + difference)
  adaptPoles(band, part)
  adaptZeros(band, difference)
  for (let i = 5; i > 0; i--) differences[i] = differences[i - 1]!
  differences[0] = difference
  partial[1] = partial[0]!
  partial[0] = part
  reconstructed[1] = reconstructed[0]!
  reconstructed[0] = rebuilt
  const byPoles = saturate(((band.poles[0]! * saturate(reconstructed[0]! * 2)) >> 15) + ((band.poles[1]! * saturate(reconstructed[1]! * 2)) >> 15))
  band.byZeros = filterZeros(band)
  band.prediction = saturate(byPoles + band.byZeros)
}

/** UPPOL2, UPPOL1. */
function adaptPoles({ poles, partial }: Band, part: number): void {
  const first = poles[0]!, sameOne = (part < 0) === (partial[0]! < 0), sameTwo = (part < 0) === (partial[1]! < 0)
  const turned = Math.min(sameOne ? -saturate(first * 4) : saturate(first * 4), 32_767)
  const second = Math.min(Math.max((sameTwo ? 128 : -128) + (turned >> 7) + ((poles[1]! * 32_512) >> 15), -12_288), 12_288)
  const limit = saturate(15_360 - second), next = saturate((sameOne ? 192 : -192) + ((first * 32_640) >> 15))
  poles[0] = Math.min(Math.max(next, -limit), limit)
  poles[1] = second
}

/** UPZERO. */
function adaptZeros({ zeros, differences }: Band, difference: number): void {
  const step = difference === 0 ? 0 : 128
  for (let i = 0; i < 6; i++) {
    const same = (differences[i]! < 0) === (difference < 0)
    zeros[i] = saturate((same ? step : -step) + ((zeros[i]! * 32_640) >> 15))
  }
}

/** FILTEZ. */
function filterZeros({ zeros, differences }: Band): number {
  let sum = 0
  for (let i = 5; i >= 0; i--) sum += (zeros[i]! * saturate(differences[i]! * 2)) >> 15
  return saturate(sum)
}
