import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecs, maxChunks, pcm16, printWav, readWav, type Wav, type WavFormat, wavHead, wavSamples } from '../../src/media/index.ts'
import { noise, speechLike } from './sounds.ts'

const samples = speechLike(1_001, 8_000)
const coded: Record<WavFormat, Buffer> = {
  pcm16: pcm16(samples), alaw: codecs.PCMA.newEncoder()(samples), mulaw: codecs.PCMU.newEncoder()(samples), pcm8: Buffer.from(samples.map((value) => (value >> 8) + 128)),
}
function read(file: Buffer): Wav {
  const found = readWav(file)
  assert.ok(found.ok, found.ok ? '' : found.problem.code)
  return found.value
}
const chunk = (name: string, body: Buffer) => {
  const head = Buffer.alloc(8)
  head.write(name, 'latin1')
  head.writeUInt32LE(body.length, 4)
  return Buffer.concat([head, body, Buffer.alloc(body.length & 1)])
}
const riff = (...chunks: Buffer[]) => Buffer.concat([Buffer.from('RIFF'), Buffer.alloc(4), Buffer.from('WAVE'), ...chunks])
const format = (tag: number, channels: number, rate: number, bits: number, more = Buffer.alloc(0)) => {
  const body = Buffer.alloc(16)
  body.writeUInt16LE(tag, 0); body.writeUInt16LE(channels, 2); body.writeUInt32LE(rate, 4); body.writeUInt16LE(bits, 14)
  return chunk('fmt ', Buffer.concat([body, more]))
}

for (const kind of Object.keys(coded) as WavFormat[]) {
  test(`RFC 2361: ${kind} is written and read, an odd number of octets too`, () => {
    const file = printWav(kind, 8_000, coded[kind]), wav = read(file)
    assert.deepEqual([wav.format, wav.sampleRate, wav.channels, wav.data.length], [kind, 8_000, 1, coded[kind].length])
    assert.equal(file.readUInt32LE(4), file.length - 8)
    const decoder = kind === 'alaw' ? codecs.PCMA.newDecoder() : kind === 'mulaw' ? codecs.PCMU.newDecoder() : undefined
    assert.deepEqual(wavSamples(wav), decoder ? decoder(coded[kind]) : kind === 'pcm8' ? samples.map((value) => (value >> 8) * 256) : samples)
    assert.ok(wavHead(kind, 8_000, 5).length < 60)
  })
}

test('two channels become one; parts that are not known are stepped over; the extensible form is read', () => {
  const left = noise(100, 1_000, 1), right = noise(100, 1_000, 2), both = Int16Array.from({ length: 200 }, (_, i) => (i % 2 ? right : left)[i >> 1]!)
  const subformat = Buffer.concat([Buffer.from([22, 0, 16, 0, 0, 0, 0, 0, 1, 0]), Buffer.alloc(14)])
  const wav = read(riff(chunk('LIST', Buffer.alloc(7)), format(0xfffe, 2, 16_000, 16, subformat), chunk('fact', Buffer.alloc(4)), chunk('data', pcm16(both)), chunk('id3 ', Buffer.alloc(3))))
  assert.deepEqual([wav.format, wav.channels, wav.sampleRate], ['pcm16', 2, 16_000])
  assert.deepEqual(wavSamples(wav), left.map((value, i) => Math.round((value + right[i]!) / 2)))
})

test('a file cut short, or whose length was never written, is read as far as it goes, in whole samples', () => {
  const file = printWav('pcm16', 8_000, coded.pcm16)
  assert.deepEqual(wavSamples(read(file.subarray(0, 44 + 201))), samples.subarray(0, 100))
  const open = Buffer.from(file)
  open.writeUInt32LE(0xffff_ffff, 40)
  assert.equal(wavSamples(read(open)).length, samples.length)
})

const pcm = format(1, 1, 8_000, 16), data = chunk('data', Buffer.alloc(4))
const refusals: Record<string, [string, Buffer]> = {
  'nothing': ['wav.head', Buffer.alloc(0)],
  'another file': ['wav.head', Buffer.from('RIFX\0\0\0\0WAVEfmt ')],
  'no chunk at all': ['wav.format', riff()],
  'samples before their description': ['wav.format', riff(data, pcm)],
  'a description cut off': ['wav.format', riff(chunk('fmt ', Buffer.alloc(15)), data)],
  'no samples': ['wav.data', riff(pcm)],
  'not one whole sample': ['wav.data', riff(pcm, chunk('data', Buffer.alloc(1)))],
  'MP3 inside': ['wav.coding', riff(format(0x55, 1, 8_000, 0), data)],
  '24 bits': ['wav.coding', riff(format(1, 1, 8_000, 24), data)],
  'no channel': ['wav.rate', riff(format(1, 0, 8_000, 16), data)],
  'nine channels': ['wav.rate', riff(format(1, 9, 8_000, 16), data)],
  'a rate of nothing': ['wav.rate', riff(format(1, 1, 0, 16), data)],
  'more parts than 64': ['wav.chunks', riff(...Array.from({ length: maxChunks + 1 }, () => chunk('x   ', Buffer.alloc(0))), pcm, data)],
}
for (const [name, [code, file]] of Object.entries(refusals)) {
  test(`A1 refused: ${name}`, () => {
    const found = readWav(file)
    assert.equal(found.ok ? 'read' : found.problem.code, code)
  })
}
