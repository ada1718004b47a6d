/** How much of one frequency is in some samples (Goertzel's algorithm): 0–1, of a sine at full scale 1. */
export interface Probe { readonly coefficient: number }

export function newProbe(frequency: number, rate: number): Probe { return { coefficient: 2 * Math.cos(2 * Math.PI * frequency / rate) } }

/** The power at the probe's frequency in `count` samples from `from` on, as the square of a sine's amplitude over full scale. */
export function powerAt({ coefficient }: Probe, samples: Int16Array, from: number, count: number): number {
  let one = 0, two = 0
  for (let i = from; i < from + count; i++) {
    const next = samples[i]! + coefficient * one - two
    two = one
    one = next
  }
  return (one * one + two * two - coefficient * one * two) / (count * count / 4) / 32_768 ** 2
}

/** The mean of the squares of samples over that of a full-scale sine: 1 is a sine at full scale. */
export function power(samples: Int16Array, from = 0, count = samples.length): number {
  let sum = 0
  for (let i = from; i < from + count; i++) sum += samples[i]! * samples[i]!
  return count === 0 ? 0 : sum / count * 2 / 32_768 ** 2
}
