/** How loud a frame is, and whether somebody speaks: the noise floor is followed, speech stands out from it. */
import { type Frame, frameMillis } from './frame.ts'
import { power } from './goertzel.ts'

/** Level in dB of full scale, -96 … 3: 0 is a sine at full scale. */
export function levelOf(frame: Frame): number {
  const found = power(frame)
  return found < 2.5e-10 ? -96 : 10 * Math.log10(found)
}

/** Speech is this much louder than the floor, and never under the least level. */
const above = 9, least = -50
/** The floor rises by 3 dB a second and falls at once: a long vowel does not become noise. */
const rise = 3 * frameMillis / 1_000
const highestFloor = -35
/** Between words nobody is silent. */
const hangover = 200

export interface SpeechEar {
  floor: number
  speaking: boolean
  /** Milliseconds since the last speech. */
  silentFor: number
  /** Milliseconds of speech so far. */
  spoken: number
}

export function newSpeechEar(): SpeechEar { return { floor: least, speaking: false, silentFor: 0, spoken: 0 } }

/** Hears 20 ms; says whether somebody speaks. */
export function hearSpeech(ear: SpeechEar, frame: Frame): boolean {
  const level = levelOf(frame), loud = level > Math.max(ear.floor + above, least)
  ear.floor = Math.min(level < ear.floor ? Math.max(level, -80) : ear.floor + rise, highestFloor)
  ear.silentFor = loud ? 0 : ear.silentFor + frameMillis
  ear.speaking = loud || (ear.speaking && ear.silentFor < hangover)
  if (loud) ear.spoken += frameMillis
  return ear.speaking
}
