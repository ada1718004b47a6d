/**
 * Frames that were lost, made of what went before: the last pitch period goes on, fades after 10 ms and is silence after 60 ms;
 * the seams on both sides are cross-faded. One a stream.
 *
 * Standards  the method of ITU-T G.711 appendix I
 */
import { type Frame, type SampleRate, samplesOf, saturate } from './frame.ts'

export interface Concealment {
  readonly rate: SampleRate
  /** The last 50 ms that were heard. */
  readonly history: Int16Array
  /** Samples made since the last good frame. */
  made: number
  /** Pitch period in samples, found at the begin of a loss. */
  period: number
}

/** Pitches of 66 to 400 Hz. */
const longest = 15, shortest = 2.5
const seam = 4, steady = 10, gone = 60

export function newConcealment(rate: SampleRate): Concealment {
  return { rate, history: new Int16Array(rate / 20), made: 0, period: 0 }
}

const millis = (rate: number, n: number) => Math.round(rate * n / 1_000)

/** A good frame: after a loss its begin is cross-faded with what would have been made. The frame is changed in place. */
export function heardWell(state: Concealment, frame: Frame): Frame {
  if (state.made > 0) {
    const length = Math.min(millis(state.rate, seam), frame.length), going = makeOn(state, length)
    for (let i = 0; i < length; i++) frame[i] = mixed(going[i]!, frame[i]!, (i + 1) / (length + 1))
    state.made = 0
  }
  remember(state, frame)
  return frame
}

/** `count` samples in place of what is lost: a frame, or a piece of one. */
export function concealed(state: Concealment, count = samplesOf(state.rate)): Frame {
  if (state.made === 0) state.period = pitch(state)
  const frame = makeOn(state, count)
  state.made += frame.length
  return frame
}

/** Repeats the last period; its end runs into its own begin over a quarter of it, so that it does not click. */
function makeOn({ rate, history, period, made }: Concealment, count: number): Frame {
  const out = new Int16Array(count), end = history.length, overlap = period >> 2
  for (let i = 0; i < count; i++) {
    const at = (made + i) % period, one = history[end - period + at]!
    const left = period - at
    const sample = left > overlap ? one : mixed(one, history[end - 2 * period + at]!, (overlap - left + 1) / (overlap + 1))
    out[i] = saturate(Math.round(sample * loudness((made + i) / rate * 1_000)))
  }
  return out
}

function loudness(sinceLoss: number): number {
  return sinceLoss < steady ? 1 : Math.max(0, 1 - (sinceLoss - steady) / (gone - steady))
}

function mixed(from: number, to: number, part: number): number { return Math.round(from * (1 - part) + to * part) }

function remember({ history }: Concealment, frame: Frame): void {
  const kept = Math.max(0, history.length - frame.length)
  history.copyWithin(0, history.length - kept)
  history.set(frame.subarray(Math.max(0, frame.length - history.length)), kept)
}

/** The lag at which the last 20 ms look most like what went before; every other sample is enough. */
function pitch({ rate, history }: Concealment): number {
  const window = millis(rate, 20), from = history.length - window, step = rate / 4_000
  let best = millis(rate, longest), likest = 0
  for (let lag = millis(rate, shortest); lag <= millis(rate, longest); lag += step / 2) {
    let product = 0, energy = 1
    for (let i = from; i < history.length; i += step) {
      product += history[i]! * history[i - lag]!
      energy += history[i - lag]! ** 2
    }
    const likeness = product <= 0 ? 0 : product * product / energy
    if (likeness > likest * 1.001) { likest = likeness; best = lag }
  }
  return best
}
