/** A steady tone heard in a stream: the beep of an answering machine, a fax that calls. Says when it begins and when it ends. */
import { type Frame, frameMillis, type SampleRate } from './frame.ts'
import { newProbe, power, powerAt, type Probe } from './goertzel.ts'

/** Of the frame's power that must be in the tone. */
const purity = 0.7
/** Under this nothing is a tone: -43 dB of full scale. */
const quietest = 5e-5

export interface ToneEar {
  readonly probes: readonly { readonly frequency: number, readonly probe: Probe }[]
  /** Frames that must agree, for a begin or an end. */
  readonly needed: number
  current: number | undefined
  candidate: number | undefined
  frames: number
}

export interface ToneHeard { readonly is: 'begins' | 'ends', readonly frequency: number }

/** `millis` of the same tone make it one. */
export function newToneEar(frequencies: readonly number[], rate: SampleRate, millis = 100): ToneEar {
  return {
    probes: frequencies.map((frequency) => ({ frequency, probe: newProbe(frequency, rate) })), needed: Math.max(1, Math.round(millis / frameMillis)),
    current: undefined, candidate: undefined, frames: 0,
  }
}

export function hearTone(ear: ToneEar, frame: Frame): ToneHeard[] {
  const now = loudest(ear, frame)
  ear.frames = now === ear.candidate ? ear.frames + 1 : 1
  ear.candidate = now
  if (now === ear.current || ear.frames < ear.needed) return []
  const before = ear.current
  ear.current = now
  return [...(before === undefined ? [] : [{ is: 'ends', frequency: before } as const]), ...(now === undefined ? [] : [{ is: 'begins', frequency: now } as const])]
}

function loudest({ probes }: ToneEar, frame: Frame): number | undefined {
  const all = power(frame)
  if (all < quietest) return undefined
  return probes.find(({ probe }) => powerAt(probe, frame, 0, frame.length) > purity * all)?.frequency
}
