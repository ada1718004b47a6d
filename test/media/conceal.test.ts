import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concealed, heardWell, hearSpeech, levelOf, newConcealment, newSpeechEar, samplesOf, type SampleRate } from '../../src/media/index.ts'
import { frames, joined, largestStep, noise, rms, signalToNoise, sine, speechLike } from './sounds.ts'

/** A stream of which the frames that `lost` names never came. */
function heard(samples: Int16Array, rate: SampleRate, lost: (i: number) => boolean): Int16Array {
  const state = newConcealment(rate)
  return joined(frames(samples, samplesOf(rate)).map((frame, i) => lost(i) ? concealed(state) : heardWell(state, frame.slice())))
}

for (const rate of [8_000, 16_000] as const) {
  test(`G.711 appendix I, ${rate}: nothing lost, nothing changed; what is voiced goes on over 10 ms nearly as it was`, () => {
    const voice = sine(160, rate, rate, 8_000)
    assert.deepEqual(heard(voice, rate, () => false), voice)
    const mended = heard(voice, rate, (i) => i === 25), at = 25 * samplesOf(rate), half = samplesOf(rate) / 2
    assert.ok(signalToNoise(voice.subarray(at, at + half), mended.subarray(at, at + half), 0) > 15)
  })
  test(`G.711 appendix I, ${rate}: a loss makes no click: no step is larger than 1.5 of those in the speech itself`, () => {
    const speech = speechLike(rate * 10, rate, 4), whole = largestStep(speech)
    for (const lost of [(i: number) => i % 10 === 5, (i: number) => i % 25 > 20]) assert.ok(largestStep(heard(speech, rate, lost)) < whole * 1.5)
  })
}

test('G.711 appendix I: a long loss fades and is silence after 60 ms; it is nearer to the speech than silence would be', () => {
  const mended = heard(sine(200, 8_000, 8_000), 8_000, (i) => i >= 20 && i < 30), parts = frames(mended, 160).slice(20, 30).map(rms)
  assert.ok(parts[0]! > 4_000 && parts[1]! < parts[0]! && parts[2]! < parts[1]!)
  assert.deepEqual(parts.slice(3).map(Math.round), [0, 0, 0, 0, 0, 0, 0])
  const speech = speechLike(80_000, 8_000, 2), lost = (i: number) => i % 10 === 5, silent = joined(frames(speech, 160).map((frame, i) => lost(i) ? new Int16Array(160) : frame))
  const level = (samples: Int16Array) => rms(joined(frames(samples, 160).filter((_, i) => lost(i))))
  assert.ok(level(heard(speech, 8_000, lost)) > 0.6 * level(speech))
  assert.equal(level(silent), 0)
})

test('silence: speech is heard over noise of -55 dB and of -40 dB, pauses in it are found, steady noise is no speech', () => {
  for (const loud of [60, 330]) {
    const ear = newSpeechEar(), room = noise(160 * 500, loud, 5), talk = speechLike(160 * 150, 8_000, 3)
    const sound = room.map((value, i) => value + (i >= 160 * 200 && i < 160 * 350 ? talk[i - 160 * 200]! : 0)), said = frames(sound, 160).map((frame) => hearSpeech(ear, frame))
    const part = (from: number, to: number) => said.slice(from, to).filter(Boolean).length / (to - from)
    assert.ok(part(100, 200) < 0.05 && part(200, 350) > 0.6 && part(365, 500) < 0.05, `${loud}: ${[part(100, 200), part(200, 350), part(365, 500)]}`)
    assert.ok(ear.silentFor > 2_000 && ear.spoken > 1_000)
  }
})

test('level: a sine at full scale is 0 dB, half of it -6, nothing -96', () => {
  assert.ok(Math.abs(levelOf(sine(1_000, 8_000, 160, 32_767))) < 0.01)
  assert.ok(Math.abs(levelOf(sine(1_000, 8_000, 160, 16_384)) + 6.02) < 0.02)
  assert.equal(levelOf(new Int16Array(160)), -96)
})
