import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { codecs, pcm16 } from '../../src/media/index.ts'
import { folder, isThere } from '../vectors/vectors.ts'
import { noise, rms, signalToNoise, sine, speechLike } from './sounds.ts'

const every = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768)
const sha256 = (octets: Uint8Array) => createHash('sha256').update(octets).digest('hex')

/** A file of the ITU: words of 16 bits, little endian. */
function words(t: TestContext, file: string): Int16Array | undefined {
  const place = join('codec/itu-g711', file)
  if (!isThere(t, place)) return undefined
  const octets = readFileSync(join(folder, place))
  return Int16Array.from({ length: octets.length / 2 }, (_, i) => octets.readInt16LE(i * 2))
}

test('G.711 tables 1, 2: the ITU\'s sweep of all 65,536 samples: both laws there and back', (t) => {
  const source = words(t, 'sweep.src'), a = words(t, 'sweep-r.a'), mu = words(t, 'sweep-r.u'), aBack = words(t, 'sweep-r.rea'), muBack = words(t, 'sweep-r.reu'), aRound = words(t, 'sweep-r.a-a')
  if (!source || !a || !mu || !aBack || !muBack || !aRound) return
  const { PCMA, PCMU } = codecs
  assert.deepEqual(Int16Array.from(PCMA.newEncoder()(source)), a)
  assert.deepEqual(Int16Array.from(PCMU.newEncoder()(source)), mu)
  assert.deepEqual(PCMA.newDecoder()(Uint8Array.from(a)), aBack)
  assert.deepEqual(PCMU.newDecoder()(Uint8Array.from(mu)), muBack)
  assert.deepEqual(PCMA.newDecoder()(PCMA.newEncoder()(source)), aRound)
})

for (const name of ['PCMA', 'PCMU'] as const) {
  test(`G.711 ${name}: all samples, by digest; an octet decoded and encoded is itself; both signs alike; silence is quiet`, () => {
    const { newEncoder, newDecoder } = codecs[name], octets = Uint8Array.from({ length: 256 }, (_, i) => i), linear = newDecoder()(octets)
    const again = newEncoder()(linear)
    for (const octet of octets) if (linear[octet] !== 0) assert.equal(again[octet], octet)
    assert.equal(newDecoder()(newEncoder()(Int16Array.of(0)))[0], name === 'PCMA' ? 8 : 0)
    const decoded = newDecoder()(newEncoder()(every))
    for (let i = 1; i < decoded.length; i++) assert.ok(decoded[i]! >= decoded[i - 1]!, `falls at ${i}`)
    for (const [i, sample] of every.entries()) assert.ok(Math.abs(decoded[i]! - sample) <= Math.max(16, Math.abs(sample) / 16 + 16) || Math.abs(sample) > 32_000, `${sample} became ${decoded[i]}`)
    assert.ok(signalToNoise(speechLike(8_000, 8_000), newDecoder()(newEncoder()(speechLike(8_000, 8_000))), 0) > 30)
  })
}

/** Triangles that sweep, noise at full scale, both, and steps from one end to the other: in whole numbers, so that others make the same. */
function hard(): Int16Array {
  let x = 7
  return Int16Array.from({ length: 64_000 }, (_, i) => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0
    const part = Math.floor(i / 8_000) % 4, period = 20 + Math.floor(i % 4_000 / 40), triangle = Math.floor(Math.abs(i % period * 2 - period) * 20_000 / period) - 10_000
    if (part === 0) return triangle
    if (part === 1) return (x >>> 16) - 32_768
    return part === 2 ? Math.floor((triangle + (x >>> 20) - 2_048) / 2) : Math.floor(i / 50) % 2 ? 32_767 : -32_768
  })
}

/** Digests of what spandsp 0.0.6 makes of the same; its decoder does not saturate, so that one gets a third of the level. */
test('G.722 6.2: octet for octet and sample for sample what another implementation makes of hard input', () => {
  const { newEncoder, newDecoder } = codecs.G722, quiet = newEncoder()(hard().map((value) => Math.floor(value / 3)))
  assert.equal(sha256(newEncoder()(hard())), '817240839b81d4fe7152d47bdf749fc2306d5f4aa8deda20578fd30125b0027b')
  assert.equal(sha256(quiet), 'af844847af0a7db98e69d14beba05d4a679b31d232d5c63d5effd51260c610d8')
  assert.equal(sha256(pcm16(newDecoder()(quiet))), 'ef36f0016fceaf08aa6a09bd1a908dc05d14ab4b697b5c80afd23d96f8c1f60b')
})

test('A1 G.722 4: any octets are decoded, at full scale at most: nothing goes round', () => {
  let x = 9
  const random = Uint8Array.from({ length: 32_000 }, () => { x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0; return x >>> 24 })
  const samples = codecs.G722.newDecoder()(random)
  assert.equal(samples.length, 64_000)
  assert.deepEqual([samples[344], samples[1_607]], [32_767, -32_768])
})

test('G.722 6.2: in frames of 20 ms as in one piece; the level is kept from 100 Hz to 7 kHz', () => {
  const { newEncoder, newDecoder } = codecs.G722, whole = speechLike(16_000, 16_000), encode = newEncoder()
  const pieces = Buffer.concat(Array.from({ length: 50 }, (_, i) => encode(whole.subarray(i * 320, i * 320 + 320))))
  assert.deepEqual(pieces, newEncoder()(whole))
  for (const frequency of [100, 400, 1_000, 3_400, 5_000, 6_800]) {
    const got = newDecoder()(newEncoder()(sine(frequency, 16_000, 16_000))).subarray(2_000), level = 20 * Math.log10(rms(got) / rms(sine(frequency, 16_000, 16_000)))
    assert.ok(Math.abs(level) < 1, `${frequency} Hz: ${level.toFixed(2)} dB`)
  }
})

test('G.722 4: the decoder is 22 samples behind; speech comes back with 15 dB at least, noise does not overflow it', () => {
  const { newEncoder, newDecoder } = codecs.G722, speech = speechLike(32_000, 16_000)
  const ratios = Array.from({ length: 40 }, (_, delay) => signalToNoise(speech, newDecoder()(newEncoder()(speech)), delay, 1_000)), best = Math.max(...ratios)
  assert.ok(best > 15, `${best.toFixed(1)} dB`)
  assert.equal(ratios.indexOf(best), 22)
  assert.ok(rms(newDecoder()(newEncoder()(noise(16_000, 32_767)))) < 25_000)
})

test('RFC 3551 4.5.2, 6: every codec makes 160 octets of 20 ms, at a clock of 8,000', () => {
  for (const { newEncoder, newDecoder, sampleRate, clockRate, frameOctets, payloadType } of Object.values(codecs)) {
    const octets = newEncoder()(new Int16Array(sampleRate / 50))
    assert.deepEqual([octets.length, frameOctets, clockRate, newDecoder()(octets).length], [160, 160, 8_000, sampleRate / 50])
    assert.ok([0, 8, 9].includes(payloadType))
  }
})
