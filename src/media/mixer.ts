/**
 * A conference's sound: everybody hears the sum of the others. Where many speak at once the sum is turned down smoothly, never clipped.
 * One sample rate; who comes with another is resampled at the door.
 */
import { type Frame, type SampleRate, samplesOf } from './frame.ts'
import { power } from './goertzel.ts'

export const maxParties = 64
/** The limiter's ceiling, just under full scale, and how it lets go: 6 dB in about 200 ms. */
const ceiling = 30_000, release = 1.035

/** Level control of a party: towards -20 dB of full scale, by at most 12 dB either way, 3 dB a second. */
const wanted = 0.01, mostGain = 4, leastGain = 0.25, quickest = 1.007
/** Under this it is no speech and the gain rests: -45 dB. */
const speech = 3e-5

export interface Party {
  /** What it said in this frame; undefined: nothing. */
  frame: Frame | undefined
  muted: boolean
  /** Its level is brought to that of the others. */
  readonly levelled: boolean
  gain: number
  /** What its listener's limiter gives. */
  listening: number
}

type Listener = Pick<Party, 'frame' | 'listening'>

export interface Mixer {
  readonly rate: SampleRate
  readonly parties: Map<string, Party>
  readonly sum: Int32Array
  /** All who say nothing: they hear the same. */
  readonly audience: Listener
}

export function newMixer(rate: SampleRate): Mixer { return { rate, parties: new Map(), sum: new Int32Array(samplesOf(rate)), audience: { frame: undefined, listening: 1 } } }

/** False: the conference is full, or the name is taken. */
export function join(mixer: Mixer, name: string, levelled = true): boolean {
  if (mixer.parties.size >= maxParties || mixer.parties.has(name)) return false
  mixer.parties.set(name, { frame: undefined, muted: false, levelled, gain: 1, listening: 1 })
  return true
}

export function leave(mixer: Mixer, name: string): void { mixer.parties.delete(name) }

export function mute(mixer: Mixer, name: string, muted: boolean): void {
  const party = mixer.parties.get(name)
  if (party) party.muted = muted
}

/** What a party says in these 20 ms; a frame of another length is our own mistake. The frame is the mixer's from now on. */
export function say(mixer: Mixer, name: string, frame: Frame): void {
  if (frame.length !== mixer.sum.length) throw new RangeError('a frame of another length than the conference has')
  const party = mixer.parties.get(name)
  if (!party || party.muted) return
  if (party.levelled) control(party, frame)
  party.frame = frame
}

/** The gain moves a little with each frame of speech, and is applied without a step. */
function control(party: Party, frame: Frame): void {
  const loud = power(frame), before = party.gain
  if (loud > speech) {
    const aim = Math.sqrt(wanted / loud)
    party.gain = Math.min(Math.max(aim, before / quickest, leastGain), before * quickest, mostGain)
  }
  ramp(frame, frame, before, party.gain)
}

/** `into` gets `from` times a gain that goes evenly from one value to the other. */
function ramp(from: Frame | Int32Array, into: Frame, begin: number, end: number): void {
  const step = (end - begin) / into.length
  for (let i = 0; i < into.length; i++) {
    const value = from[i]! * (begin + step * i)
    into[i] = value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : Math.round(value)
  }
}

/** Ends the 20 ms: gives each party the sum of the others. Those who only listen share one frame, to be read alone. */
export function mix(mixer: Mixer): Map<string, Frame> {
  const { sum, parties } = mixer, heard = new Map<string, Frame>()
  sum.fill(0)
  for (const { frame } of parties.values()) if (frame) for (let i = 0; i < sum.length; i++) sum[i]! += frame[i]!
  const all = without(sum, mixer.audience)
  for (const [name, party] of parties) heard.set(name, party.frame ? without(sum, party) : all)
  for (const party of parties.values()) party.frame = undefined
  return heard
}

function without(sum: Int32Array, party: Listener): Frame {
  const { frame } = party, others = frame ? sum.map((value, i) => value - frame[i]!) : sum, out = new Int16Array(sum.length)
  let peak = 0
  for (const value of others) peak = Math.max(peak, Math.abs(value))
  const before = party.listening, aim = peak > ceiling ? ceiling / peak : 1
  party.listening = Math.min(aim, before * release)
  ramp(others, out, Math.min(before, aim), party.listening)           // a limiter acts at once, and lets go slowly
  return out
}
