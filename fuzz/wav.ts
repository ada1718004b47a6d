/** Fuzz target of WAV files: any octets in; what is read lies in the file, is coded, listened to and written again. */
import assert from 'node:assert/strict'
import { codecs, hearKeys, newInBandKeys, pcm16, printWav, readWav, wavSamples } from '../src/media/index.ts'
import type { FuzzTarget } from './target.ts'

const data = Buffer.from(Array.from({ length: 40 }, (_, i) => i * 37))
const decoders = Object.values(codecs).map(({ newDecoder }) => newDecoder()), encoders = Object.values(codecs).map(({ newEncoder }) => newEncoder()), keys = newInBandKeys()

export const target: FuzzTarget = {
  name: 'wav',
  seeds: () => (['pcm16', 'pcm8', 'alaw', 'mulaw'] as const).map((format) => printWav(format, 8_000, data)),
  dictionary: ['RIFF', 'WAVE', 'fmt ', 'data', 'fact', 'LIST', '\xfe\xff', '\xff\xff\xff\xff', '\0\0\0\0'],
  run: (octets) => {
    const input = octets.subarray(0, 1_024)   // what lies further back is but samples
    for (const decode of decoders) decode(input.subarray(0, 100))
    const wav = readWav(input)
    if (!wav.ok) return
    const samples = wavSamples(wav.value)
    assert.ok(wav.value.data.length <= input.length && samples.length <= wav.value.data.length)
    for (const encode of encoders) encode(samples.subarray(0, 100))
    hearKeys(keys, samples.subarray(0, 400))
    const again = readWav(printWav('pcm16', wav.value.sampleRate, pcm16(samples)))
    assert.ok(samples.length === 0 || (again.ok && wavSamples(again.value).length === samples.length))
  },
}
