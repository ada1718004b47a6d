/**
 * From one sample rate to another by a whole factor: a polyphase low-pass (Kaiser window, about 65 dB), flat to 3.4 of 4 kHz.
 * What goes up is filtered for what the lower rate can hold, what goes down before it is thinned: neither images nor aliases are heard.
 */
import { type SampleRate, saturate } from './frame.ts'

/** Taps a phase, at the lower rate. */
const reach = 48
const beta = 6.2
/** Of the lower rate's half: where the filter has fallen to a half. */
const cutOff = 0.93

/** One a stream: it remembers the end of the frame before. Any length, a multiple of the factor where the rate falls. */
export type Resampler = (samples: Int16Array) => Int16Array

export function newResampler(from: SampleRate, to: SampleRate): Resampler {
  if (from === to) return (samples) => samples
  return from < to ? newRaiser(to / from) : newFaller(from / to)
}

const kernels = new Map<number, Float32Array>()

/** The low-pass at the higher rate, `reach * factor` taps that sum to `factor`. */
function kernel(factor: number): Float32Array {
  const known = kernels.get(factor)
  if (known) return known
  const taps = new Float32Array(reach * factor), middle = (taps.length - 1) / 2
  for (let i = 0; i < taps.length; i++) {
    const x = (i - middle) / factor * cutOff, edge = (i - middle) / middle
    taps[i] = (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)) * bessel(beta * Math.sqrt(Math.max(0, 1 - edge * edge)))
  }
  const sum = taps.reduce((total, tap) => total + tap, 0)
  for (let i = 0; i < taps.length; i++) taps[i]! *= factor / sum
  kernels.set(factor, taps)
  return taps
}

/** The modified Bessel function of order 0, which shapes Kaiser's window. */
function bessel(x: number): number {
  let sum = 1, term = 1
  for (let k = 1; k < 30; k++) sum += term *= (x / 2 / k) ** 2
  return sum
}

function newRaiser(factor: number): Resampler {
  const taps = kernel(factor)
  let past = new Float32Array(reach - 1)
  return (samples) => {
    const line = follow(past, samples), out = new Int16Array(samples.length * factor)
    for (let n = 0; n < samples.length; n++) {
      for (let phase = 0; phase < factor; phase++) {
        let sum = 0
        for (let k = 0, tap = phase; k < reach; k++, tap += factor) sum += taps[tap]! * line[n + reach - 1 - k]!
        out[n * factor + phase] = saturate(Math.round(sum))
      }
    }
    past = line.slice(line.length - reach + 1)
    return out
  }
}

function newFaller(factor: number): Resampler {
  const taps = kernel(factor)
  let past = new Float32Array(taps.length - 1)
  return (samples) => {
    if (samples.length % factor !== 0) throw new RangeError('a frame that the factor does not divide')
    const line = follow(past, samples), out = new Int16Array(samples.length / factor)
    for (let n = 0; n < out.length; n++) {
      let sum = 0
      for (let k = 0, at = n * factor; k < taps.length; k++, at++) sum += taps[k]! * line[at]!   // the taps are the same from both ends
      out[n] = saturate(Math.round(sum / factor))
    }
    past = line.slice(line.length - taps.length + 1)
    return out
  }
}

function follow(past: Float32Array, samples: Int16Array): Float32Array {
  const line = new Float32Array(past.length + samples.length)
  line.set(past)
  line.set(samples, past.length)
  return line
}
