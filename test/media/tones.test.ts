import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hearKeys, hearTone, keyFrequencies, keyTone, levelOf, newInBandKeys, newTone, newToneEar, nextTone, type Tone, tones } from '../../src/media/index.ts'
import { frames, joined, largestStep, noise, sine, speechLike } from './sounds.ts'

const keyPad = '123A456B789C*0#D'
function played(tone: Tone, most = 400): Int16Array {
  const playing = newTone(tone, 8_000), parts: Int16Array[] = []
  for (let frame = nextTone(playing); frame && parts.length < most; frame = nextTone(playing)) parts.push(frame)
  return joined(parts)
}
function keysIn(samples: Int16Array): string {
  const state = newInBandKeys()
  return frames(samples, 160).flatMap((frame) => hearKeys(state, frame)).join('')
}
const added = (one: Int16Array, two: Int16Array) => one.map((value, i) => value + (two[i] ?? 0))
const pair = (row: number, column: number, rowLevel: number, columnLevel: number, millis = 60) => joined([
  added(sine(row, 8_000, millis * 8, rowLevel), sine(column, 8_000, millis * 8, columnLevel)), new Int16Array((120 - millis) * 8)])

test('E.180: tones have their cadence, their pitch, and no click', () => {
  const busy = played(tones.busy, 100), ear = newToneEar([1_000], 8_000, 60), heard = frames(joined([played(tones.beep), new Int16Array(3_200)]), 160).flatMap((frame) => hearTone(ear, frame))
  for (const [second, loud] of [[0.25, true], [0.75, false], [1.25, true], [1.75, false]] as const) assert.equal(levelOf(busy.subarray(second * 8_000, second * 8_000 + 160)) > -30, loud)
  assert.deepEqual(heard, [{ is: 'begins', frequency: 1_000 }, { is: 'ends', frequency: 1_000 }])
  for (const tone of Object.values(tones)) {
    const sound = played(tone, 300), steepest = tone.frequencies.reduce((sum, f) => sum + 2 * Math.PI * f / 8_000, 0) * 32_767 * 10 ** (tone.level / 20)
    assert.ok(largestStep(sound) <= steepest * 1.1, `a click of ${largestStep(sound)} where ${Math.round(steepest)} is steepest`)
    assert.ok(Math.abs(sound.at(-1)!) < 2_000 || tone.repeats)
  }
})

test('Q.23, Q.24: every key is heard once, at each level from -3 to -30 dB', () => {
  for (const level of [-3 - 6, -12, -20, -30]) {
    const sound = joined([...keyPad].map((key) => played(keyTone(key, 60, level)!)))
    assert.equal(keysIn(sound), keyPad, `${level} dB`)
  }
})

test('Q.24: 40 ms of tone and 40 ms of pause are a key; the same key twice is two; 15 ms are none', () => {
  const key = (millis: number) => played(keyTone('5', millis)!)
  assert.equal(keysIn(joined([key(40), key(40), key(40), new Int16Array(800)])), '555')
  assert.equal(keysIn(joined([new Int16Array(800), sine(770, 8_000, 120), new Int16Array(800)])), '')
  assert.equal(keysIn(joined([new Int16Array(813), added(sine(770, 8_000, 120), sine(1_336, 8_000, 120)), new Int16Array(800)])), '')
})

test('Q.24: a long key with a gap of 10 ms in it stays one key', () => {
  const long = joined([played({ ...keyTone('7', 300)!, cadence: [300, 20] })])
  long.fill(0, 1_000, 1_080)
  assert.equal(keysIn(long), '7')
})

test('Q.24: 1.5 % off frequency is heard; twist of 8 dB one way and 4 dB the other as well', () => {
  for (const off of [0.985, 1, 1.015]) assert.equal(keysIn(pair(770 * off, 1_477 * off, 8_000, 8_000)), '6', `${off}`)
  for (const [row, column] of [[8_000, 3_300], [5_200, 8_000]] as const) assert.equal(keysIn(pair(852, 1_209, row, column)), '7', `${row}/${column}`)
  assert.equal(keysIn(pair(852, 1_209, 8_000, 1_500)), '')
})

test('Q.24: keys over noise at 15 dB under them are all heard', () => {
  const sound = joined([...keyPad].map((key) => played(keyTone(key, 80, -12)!)))
  assert.equal(keysIn(added(sound, noise(sound.length, 2_000))), keyPad)
})

test('Q.24 talk-off: ten minutes of what is like speech hold one key at most, chords and noise none', () => {
  const falsely = Array.from({ length: 10 }, (_, seed) => keysIn(speechLike(60 * 8_000, 8_000, seed + 1))).join('')
  assert.ok(falsely.length <= 1, `heard ${falsely}`)
  assert.equal(keysIn(noise(30 * 8_000, 12_000)), '')
  const chords = joined(Array.from({ length: 60 }, (_, i) => [1, 1.26, 1.5, 2, 2.52].map((part) => sine(220 * 2 ** (i % 24 / 12) * part, 8_000, 4_000, 3_000)).reduce(added)))
  assert.equal(keysIn(chords), '')
})

test('a tone that goes on after loud talk, a fax, is heard; talk and noise are none', () => {
  const ear = newToneEar([1_100, 2_100], 8_000), heard = (sound: Int16Array) => frames(sound, 160).flatMap((frame) => hearTone(ear, frame).map(({ is, frequency }) => `${is} ${frequency}`))
  assert.deepEqual(heard(speechLike(80_000, 8_000)), [])
  assert.deepEqual(heard(joined([sine(2_100, 8_000, 8_000), sine(1_100, 8_000, 8_000), noise(8_000, 9_000)])), ['begins 2100', 'ends 2100', 'begins 1100', 'ends 1100'])
})

test('Q.23: a key that is none has no tone', () => assert.deepEqual([keyFrequencies('x'), keyTone('12', 50), keyFrequencies('#')], [undefined, undefined, [941, 1_477]]))
