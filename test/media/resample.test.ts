import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newResampler, type SampleRate } from '../../src/media/index.ts'
import { frames, joined, rms, sine } from './sounds.ts'

const ways: [SampleRate, SampleRate][] = [[8_000, 16_000], [8_000, 48_000], [16_000, 48_000], [16_000, 8_000], [48_000, 8_000], [48_000, 16_000]]

function through(samples: Int16Array, from: SampleRate, to: SampleRate): Int16Array {
  const resample = newResampler(from, to)
  return joined(frames(samples, from / 50).map((frame) => resample(frame)))
}
const decibels = (got: Int16Array, wanted: Int16Array) => 20 * Math.log10(Math.max(rms(got), 1e-3) / rms(wanted))

for (const [from, to] of ways) {
  const half = Math.min(from, to) / 2
  test(`${from} to ${to}: the level is kept to 0.1 dB up to 80 % of the lower half, and 3 dB to 88 %`, () => {
    for (const part of [0.02, 0.25, 0.5, 0.8, 0.88]) {
      const level = decibels(through(sine(half * part, from, from), from, to).subarray(to / 10), sine(half * part, to, to))
      assert.ok(Math.abs(level) < (part <= 0.8 ? 0.1 : 3), `${half * part} Hz: ${level.toFixed(2)} dB`)
    }
  })
  if (from > to) {
    test(`${from} to ${to}: what the lower rate cannot hold is 55 dB down: no alias`, () => {
      for (const part of [1.05, 1.3, 1.7, 1.95]) {
        const level = decibels(through(sine(half * part, from, from), from, to).subarray(to / 10), sine(half * part, from, from))
        assert.ok(level < -55, `${half * part} Hz: ${level.toFixed(1)} dB`)
      }
    })
  } else {
    test(`${from} to ${to}: nothing but the tone comes out: no image, 55 dB`, () => {
      const frequency = half * 0.6, got = through(sine(frequency, from, from), from, to)
      const delayed = got.subarray(to / 10), sum = [0, 0]
      for (const [i, value] of delayed.entries()) { sum[0]! += value * Math.cos(2 * Math.PI * frequency * i / to); sum[1]! += value * Math.sin(2 * Math.PI * frequency * i / to) }
      const tone = (sum[0]! ** 2 + sum[1]! ** 2) * 2 / delayed.length ** 2, rest = rms(delayed) ** 2 - tone
      assert.ok(10 * Math.log10(tone / Math.max(rest, 1e-6)) > 55, `${(10 * Math.log10(tone / rest)).toFixed(1)} dB`)
    })
  }
}

test('frames of 20 ms come out as one stream: no step at their seams; the same rate is handed through', () => {
  const whole = newResampler(8_000, 48_000)(sine(700, 8_000, 8_000)), pieces = through(sine(700, 8_000, 8_000), 8_000, 48_000)
  assert.deepEqual(pieces, whole)
  const frame = sine(700, 8_000, 160)
  assert.equal(newResampler(8_000, 8_000)(frame), frame)
  assert.throws(() => newResampler(48_000, 8_000)(new Int16Array(161)), RangeError)
})
