/**
 * WAV files: what a file holds, its samples as one channel, a file written.
 *
 * Standards  RIFF (Microsoft, 1991), WAVEFORMATEXTENSIBLE; formats 1 (PCM), 6 (A-law), 7 (µ-law) of RFC 2361
 * Security   fed by whoever may record a greeting: linear, at most 64 chunks looked at, sizes are checked against the file
 */
import { fail, ok, type Result } from '../kit/result.ts'
import { decodeALaw, decodeMuLaw } from './codecs/g711.ts'

export const maxChunks = 64
export type WavFormat = 'pcm8' | 'pcm16' | 'alaw' | 'mulaw'

export interface Wav {
  readonly format: WavFormat
  /** 1,000–192,000. */
  readonly sampleRate: number
  /** 1–8. */
  readonly channels: number
  /** The samples as they stand in the file, of whole blocks. */
  readonly data: Uint8Array
}

const table = {
  'wav.head': 'The file does not begin as a WAV file does.',
  'wav.format': 'The file has no description of its samples, or one that is cut off.',
  'wav.coding': 'The samples are coded in a way that is not played here.',
  'wav.rate': 'The sample rate or the number of channels is not one of a recording.',
  'wav.data': 'The file holds no samples.',
  'wav.chunks': 'The file has more than 64 parts before its samples.',
} as const satisfies Record<string, string>

export type WavCode = keyof typeof table

function refuse(code: WavCode): Result<Wav> {
  return fail({ code, text: table[code], remedy: 'Record it anew as PCM of 16 bits, A-law or µ-law, 8,000 or 16,000 samples a second, one channel.' })
}

/** A length past the end is that of a file cut short, or still written: what is there counts. */
export function readWav(file: Buffer): Result<Wav> {
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') return refuse('wav.head')
  let described: Omit<Wav, 'data'> | undefined
  for (let at = 12, chunks = 0; at + 8 <= file.length; chunks++) {
    if (chunks === maxChunks) return refuse('wav.chunks')
    const name = file.toString('latin1', at, at + 4), size = file.readUInt32LE(at + 4), body = file.subarray(at + 8, at + 8 + size)
    if (name === 'fmt ') {
      const found = readFormat(body)
      if (typeof found === 'string') return refuse(found)
      described = found
    }
    if (name === 'data') return described ? withData(described, body) : refuse('wav.format')
    at += 8 + size + (size & 1)                                       // chunks begin at even places
  }
  return refuse(described ? 'wav.data' : 'wav.format')
}

function readFormat(body: Buffer): Omit<Wav, 'data'> | WavCode {
  if (body.length < 16) return 'wav.format'
  const tag = body.readUInt16LE(0), coding = tag === 0xfffe && body.length >= 26 ? body.readUInt16LE(24) : tag
  const channels = body.readUInt16LE(2), sampleRate = body.readUInt32LE(4), bits = body.readUInt16LE(14)
  const format = formatOf(coding, bits)
  if (!format) return 'wav.coding'
  return channels < 1 || channels > 8 || sampleRate < 1_000 || sampleRate > 192_000 ? 'wav.rate' : { format, sampleRate, channels }
}

function formatOf(coding: number, bits: number): WavFormat | undefined {
  if (coding === 1) return bits === 16 ? 'pcm16' : bits === 8 ? 'pcm8' : undefined
  return bits !== 8 ? undefined : coding === 6 ? 'alaw' : coding === 7 ? 'mulaw' : undefined
}

function withData(described: Omit<Wav, 'data'>, body: Buffer): Result<Wav> {
  const block = described.channels * (described.format === 'pcm16' ? 2 : 1), data = body.subarray(0, body.length - body.length % block)
  return data.length === 0 ? refuse('wav.data') : ok({ ...described, data })
}

/** All channels as one, at the file's own rate. */
export function wavSamples({ format, channels, data }: Wav): Int16Array {
  const all = linear(format, data)
  if (channels === 1) return all
  const one = new Int16Array(all.length / channels)
  for (let i = 0; i < one.length; i++) {
    let sum = 0
    for (let c = 0; c < channels; c++) sum += all[i * channels + c]!
    one[i] = Math.round(sum / channels)
  }
  return one
}

function linear(format: WavFormat, data: Uint8Array): Int16Array {
  if (format === 'alaw') return decodeALaw(data)
  if (format === 'mulaw') return decodeMuLaw(data)
  if (format === 'pcm8') return Int16Array.from(data, (octet) => (octet - 128) * 256)
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength), samples = new Int16Array(data.length / 2)
  for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(i * 2, true)
  return samples
}

const codings: Readonly<Record<WavFormat, readonly [coding: number, octets: number]>> = { pcm8: [1, 1], pcm16: [1, 2], alaw: [6, 1], mulaw: [7, 1] }

/** The head of a file of one channel whose samples take `octets`; they follow it, and a zero octet where their number is odd. */
export function wavHead(format: WavFormat, sampleRate: number, octets: number): Buffer {
  const [coding, width] = codings[format], extra = coding === 1 ? 0 : 14, head = Buffer.alloc(44 + extra)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(head.length - 8 + octets + (octets & 1), 4)
  head.write('WAVEfmt ', 8, 'latin1')
  head.writeUInt32LE(coding === 1 ? 16 : 18, 16)
  head.writeUInt16LE(coding, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(sampleRate, 24)
  head.writeUInt32LE(sampleRate * width, 28)
  head.writeUInt16LE(width, 32)
  head.writeUInt16LE(width * 8, 34)
  if (extra > 0) writeFact(head, octets)
  head.write('data', 36 + extra, 'latin1')
  head.writeUInt32LE(octets, 40 + extra)
  return head
}

/** What is not PCM has an extension of length 0 and says how many samples there are. */
function writeFact(head: Buffer, samples: number): void {
  head.write('fact', 38, 'latin1')
  head.writeUInt32LE(4, 42)
  head.writeUInt32LE(samples, 46)
}

/** A whole file of one channel; `data` is coded as `format` says. */
export function printWav(format: WavFormat, sampleRate: number, data: Uint8Array): Buffer {
  return Buffer.concat([wavHead(format, sampleRate, data.length), data, Buffer.alloc(data.length & 1)])
}

/** Samples as a file holds them: 16 bits, little endian. */
export function pcm16(samples: Int16Array): Buffer {
  const view = new DataView(new ArrayBuffer(samples.length * 2))
  for (let i = 0; i < samples.length; i++) view.setInt16(i * 2, samples[i]!, true)
  return Buffer.from(view.buffer)
}
