/** Sounds for tests: sines, seeded noise, and something that is like speech: a pitch that moves, formants, syllables and pauses. */
import type { Frame } from '../../src/media/index.ts'

export function sine(frequency: number, rate: number, count: number, amplitude = 10_000): Int16Array {
  return Int16Array.from({ length: count }, (_, i) => Math.round(amplitude * Math.sin(2 * Math.PI * frequency * i / rate)))
}

export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => { state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; return state / 2 ** 32 }
}

export function noise(count: number, amplitude: number, seed = 1): Int16Array {
  const next = seeded(seed)
  return Int16Array.from({ length: count }, () => Math.round((next() * 2 - 1) * amplitude))
}

/** Voiced syllables of 60–300 ms at 80–260 Hz with three formants that move, breath noise, and pauses. */
export function speechLike(count: number, rate: number, seed = 1): Int16Array {
  const next = seeded(seed), out = new Int16Array(count)
  for (let at = 0; at < count;) {
    const length = Math.floor((0.06 + next() * 0.24) * rate), pitch = 80 + next() * 180, slide = (next() - 0.5) * 60, loud = 2_000 + next() * 9_000, formants = [250 + next() * 600, 800 + next() * 1_400, 2_200 + next() * 900]
    let phase = 0
    for (let i = 0; i < length && at + i < count; i++) {
      phase += (pitch + slide * i / length) / rate
      let sum = 0
      for (let harmonic = 1; harmonic * pitch < 3_400; harmonic++) {
        const f = harmonic * pitch, weight = formants.reduce((total, formant, n) => total + 1 / (n + 1) / (1 + ((f - formant) / 90) ** 2), 0.02)
        sum += weight * Math.sin(2 * Math.PI * harmonic * phase)
      }
      out[at + i] = Math.max(-32_768, Math.min(32_767, Math.round((sum * 0.6 + (next() - 0.5) * 0.1) * loud * Math.sin(Math.PI * i / length))))
    }
    at += length + (next() < 0.3 ? Math.floor(next() * 0.3 * rate) : 0)
  }
  return out
}

export function frames(samples: Int16Array, length: number): Frame[] {
  return Array.from({ length: Math.floor(samples.length / length) }, (_, i) => samples.slice(i * length, (i + 1) * length))
}

export function joined(parts: readonly Int16Array[]): Int16Array {
  const out = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) { out.set(part, at); at += part.length }
  return out
}

/** Root of the mean square. */
export function rms(samples: Int16Array): number { return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length) }

/** Signal over difference in dB, the second moved by `delay` samples. */
export function signalToNoise(wanted: Int16Array, got: Int16Array, delay: number, from = 0): number {
  let signal = 0, error = 0
  for (let i = from; i + delay < got.length && i < wanted.length; i++) {
    signal += wanted[i]! ** 2
    error += (got[i + delay]! - wanted[i]!) ** 2
  }
  return 10 * Math.log10(signal / error)
}

/** The largest step between neighbouring samples: a click is one. */
export function largestStep(samples: Int16Array): number {
  let most = 0
  for (let i = 1; i < samples.length; i++) most = Math.max(most, Math.abs(samples[i]! - samples[i - 1]!))
  return most
}
