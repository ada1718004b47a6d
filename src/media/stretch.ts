/**
 * Speech quicker or slower at its own pitch: pieces of 20 ms are laid over one another where they fit best (waveform similarity, WSOLA).
 */
import { type Frame, type SampleRate, samplesOf, saturate } from './frame.ts'

export interface Stretch {
  readonly rate: SampleRate
  /** What was read and may be used again: the present place stands in it. */
  line: Int16Array
  /** Where the piece that would follow naturally begins. */
  natural: number
  /** Where the next piece should begin by the clock of the speed. */
  place: number
}

export function newStretch(rate: SampleRate): Stretch { return { rate, line: new Int16Array(0), natural: 0, place: 0 } }

/** The next `count` samples at this speed; `pull` gives the sound, fewer samples at its end; undefined: nothing is left. At speed 1 it is handed through. */
export function fastForward(stretch: Stretch, speed: number, count: number, pull: (count: number) => Int16Array): Frame | undefined {
  if (speed === 1 && stretch.line.length === 0) return padded(pull(count), count)
  const reach = samplesOf(stretch.rate) / 2, wanted = Math.ceil(stretch.place) + reach + count * 2
  if (stretch.line.length < wanted) stretch.line = joined(stretch.line, pull(wanted - stretch.line.length))
  if (stretch.natural >= stretch.line.length) {
    stretch.line = new Int16Array(0)
    stretch.natural = stretch.place = 0
    return undefined
  }
  const from = bestFit(stretch, Math.round(stretch.place), reach, count), out = laidOver(stretch, from, count)
  stretch.natural = from + count
  stretch.place += count * speed
  forget(stretch, reach)
  return out
}

function padded(samples: Int16Array, count: number): Frame | undefined {
  if (samples.length === count || samples.length === 0) return samples.length === 0 ? undefined : samples
  return joined(samples, new Int16Array(count - samples.length))
}

function joined(one: Int16Array, two: Int16Array): Int16Array {
  const both = new Int16Array(one.length + two.length)
  both.set(one)
  both.set(two, one.length)
  return both
}

/** Where around `place` the sound looks most like what would follow naturally. */
function bestFit({ line, natural }: Stretch, place: number, reach: number, count: number): number {
  let best = natural, likest = -Infinity
  for (let from = Math.max(0, place - reach); from <= place + reach; from += 2) {
    if (from === natural) return natural
    let product = 0, energy = 1
    for (let i = 0; i < count; i += 4) {
      product += (line[from + i] ?? 0) * (line[natural + i] ?? 0)
      energy += (line[from + i] ?? 0) ** 2
    }
    const likeness = product / Math.sqrt(energy)
    if (likeness > likest) { likest = likeness; best = from }
  }
  return best
}

/** The piece at `from`, with a cross-fade from the natural continuation over its first half. */
function laidOver({ line, natural }: Stretch, from: number, count: number): Frame {
  const out = new Int16Array(count), fade = count >> 1
  for (let i = 0; i < count; i++) {
    const part = i < fade ? i / fade : 1
    out[i] = saturate(Math.round((line[from + i] ?? 0) * part + (line[natural + i] ?? 0) * (1 - part)))
  }
  return out
}

/** What lies before everything that may be used again goes. */
function forget(stretch: Stretch, reach: number): void {
  const over = Math.floor(Math.min(stretch.natural, Math.max(0, stretch.place - reach)))
  stretch.line = stretch.line.slice(over)
  stretch.natural -= over
  stretch.place -= over
}
