/**
 * G.722 at 64 kbit/s: 16,000 samples a second in two sub-bands, an octet for two samples. RTP counts it as 8,000 (RFC 3551 4.5.2).
 *
 * Standards  ITU-T G.722 3, 4 and 6.2, tables 11, 14–21
 * Security   the decoder takes any octets; its state is of a fixed size and saturates
 */
import { saturate } from '../frame.ts'
import { adaptScale, type Band, newBand, predict } from './g722Band.ts'

/** Decision levels of the lower band's 60 steps (table 15). */
const decisions = [
  0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
]
/** Inverse quantizers: lower band of 4 and 6 bits, upper band of 2 (tables 17–19). */
const inverse4 = [0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0]
const inverse6 = [
  -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
  -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
  24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
  4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
]
const inverse2 = [-7408, -1616, 7408, 1616]
/** Steps of the logarithmic scale by code (tables 16 and 20). */
const lowSteps = [-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60]
const highSteps = [798, -214, 798, -214]
/** The half of the quadrature mirror filter that the other mirrors (table 11). */
const mirror = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11]

/** Samples that the mirror filter looks back at. */
const reach = 22

/** One encoder a stream. A sample that stands alone at the end waits for no other: hand in even numbers. */
export function newG722Encoder(): (samples: Int16Array) => Buffer {
  const low = newBand(32), high = newBand(8)
  let past = new Int32Array(reach)
  return (samples) => {
    const octets = Buffer.allocUnsafe(samples.length >> 1), line = new Int32Array(reach + octets.length * 2)
    line.set(past)
    line.set(samples.subarray(0, octets.length * 2), reach)
    for (let n = 0; n < octets.length; n++) {
      const even = filter(line, 2 * n + 1, 11, -1), odd = filter(line, 2 * n, 0, 1)
      octets[n] = (encodeHigh(high, (even - odd) >> 14) << 6) | encodeLow(low, (even + odd) >> 14)
    }
    past = line.slice(line.length - reach)
    return octets
  }
}

/** Every other sample from `at` on, through the mirror filter from one end (tap 0, step 1) or the other (tap 11, step -1). */
function filter(line: Int32Array, at: number, tap: number, step: number): number {
  let sum = 0
  for (let i = 0; i < 12; i++, at += 2, tap += step) sum += line[at]! * mirror[tap]!
  return sum
}

/** SUBTRA, QUANTL, INVQAL. */
function encodeLow(band: Band, sample: number): number {
  const difference = saturate(sample - band.prediction), size = difference < 0 ? ~difference : difference
  let step = 1
  while (step < 30 && size >= (decisions[step]! * band.scale) >> 12) step++
  const code = difference < 0 ? (step < 3 ? 64 - step : 33 - step + 1) : 62 - step
  adaptLow(band, code >> 2)
  return code
}

function adaptLow(band: Band, code4: number): void {
  const difference = (band.scale * inverse4[code4]!) >> 15
  adaptScale(band, lowSteps[code4]!, 8)
  predict(band, difference)
}

/** QUANTH, INVQAH. */
function encodeHigh(band: Band, sample: number): number {
  const difference = saturate(sample - band.prediction), size = difference < 0 ? ~difference : difference
  const outer = size >= (564 * band.scale) >> 12
  const code = difference < 0 ? (outer ? 0 : 1) : outer ? 2 : 3
  adaptHigh(band, code)
  return code
}

function adaptHigh(band: Band, code: number): number {
  const difference = (band.scale * inverse2[code]!) >> 15, sample = difference + band.prediction
  adaptScale(band, highSteps[code]!, 10)
  predict(band, difference)
  return sample
}

/** One decoder a stream: two samples an octet. */
export function newG722Decoder(): (octets: Uint8Array) => Int16Array {
  const low = newBand(32), high = newBand(8)
  let past = new Int32Array(reach)
  return (octets) => {
    const samples = new Int16Array(octets.length * 2), line = new Int32Array(reach + samples.length)
    line.set(past)
    for (let n = 0; n < octets.length; n++) {
      const lower = decodeLow(low, octets[n]! & 63), upper = limit(adaptHigh(high, octets[n]! >> 6))
      line[reach + 2 * n] = lower + upper
      line[reach + 2 * n + 1] = lower - upper
      samples[2 * n] = saturate(filter(line, 2 * n + 1, 11, -1) >> 11)
      samples[2 * n + 1] = saturate(filter(line, 2 * n, 0, 1) >> 11)
    }
    past = line.slice(line.length - reach)
    return samples
  }
}

function decodeLow(band: Band, code: number): number {
  const sample = limit(band.prediction + ((band.scale * inverse6[code]!) >> 15))
  adaptLow(band, code >> 2)
  return sample
}

/** LIMIT: 15 bits. */
function limit(value: number): number { return Math.min(Math.max(value, -16_384), 16_383) }
