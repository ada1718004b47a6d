/** Tones made and measured: WAV files of 16 bit, and how much of their energy lies at a frequency (Goertzel). */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../main/running.ts'

export interface Sound { readonly rate: number; readonly samples: Int16Array }

/** A sine at half of full scale. */
export function writeTone(file: string, hertz: number, seconds: number, rate = 8_000, channels = 1): void {
  const data = Buffer.alloc(rate * seconds * channels * 2)
  for (let i = 0; i < rate * seconds; i++) {
    const value = Math.round(16_000 * Math.sin(2 * Math.PI * hertz * i / rate))
    for (let c = 0; c < channels; c++) data.writeInt16LE(value, (i * channels + c) * 2)
  }
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + data.length, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(channels, 22)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(rate * channels * 2, 28)
  head.writeUInt16LE(channels * 2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(data.length, 40)
  writeFileSync(file, Buffer.concat([head, data]))
}

/** Of a file that may still be written: the length in its head is not believed. The first channel. */
export function readSound(file: string): Sound {
  const bytes = readFileSync(file), at = bytes.indexOf('data', 12, 'latin1')
  if (at < 0) return { rate: 8_000, samples: new Int16Array() }
  const channels = bytes.readUInt16LE(22), rate = bytes.readUInt32LE(24), count = Math.floor((bytes.length - at - 8) / 2 / channels)
  return { rate, samples: Int16Array.from({ length: count }, (_, i) => bytes.readInt16LE(at + 8 + i * 2 * channels)) }
}

/** Share of the energy that lies within 2 % of a frequency; 0 where it is (nearly) silent. */
export function shareOf({ rate, samples }: Sound, hertz: number): number {
  let total = 0
  for (const value of samples) total += value * value
  if (samples.length === 0 || Math.sqrt(total / samples.length) < 50) return 0
  let share = 0
  for (let bin = Math.floor(hertz * 0.98 * samples.length / rate); bin <= hertz * 1.02 * samples.length / rate; bin++) {
    share += 2 * goertzel(samples, bin) / (samples.length * total)
  }
  return share
}

function goertzel(samples: Int16Array, bin: number): number {
  const twice = 2 * Math.cos(2 * Math.PI * bin / samples.length)
  let last = 0, before = 0
  for (const value of samples) [last, before] = [value + twice * last - before, last]
  return last * last + before * before - twice * last * before
}

/** The newest half second. */
export function tailOf({ rate, samples }: Sound): Sound { return { rate, samples: samples.subarray(-Math.floor(rate / 2)) } }

/** The best half second: what was heard at its clearest. */
export function bestShare(sound: Sound, hertz: number): number {
  const window = Math.floor(sound.rate / 2)
  let best = 0
  for (let at = 0; at + window <= sound.samples.length; at += window / 2) best = Math.max(best, shareOf({ rate: sound.rate, samples: sound.samples.subarray(at, at + window) }, hertz))
  return best
}

/** Files of what was heard, the newest last. */
export function recordings(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((name) => name.endsWith('-dec.wav')).sort().map((name) => join(folder, name))
}

export function muLaw(octet: number): number {
  const value = ~octet & 255, exponent = value >> 4 & 7, magnitude = ((value & 15) << 3) + 132 << exponent
  return value & 128 ? 132 - magnitude : magnitude - 132
}

export function muLawSound(octets: Uint8Array): Sound { return { rate: 8_000, samples: Int16Array.from(octets, muLaw) } }

/** Until ten looks, 50 ms apart, have found that nothing grew; or until it is silent. */
export async function isQuiet(size: () => number, what: string, isSilent = (): boolean => false): Promise<void> {
  let before = -1, same = 0
  await until(() => {
    const now = size()
    same = now === before ? same + 1 : 0
    before = now
    return same >= 10 || isSilent() || undefined
  }, what)
}
