import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecs, endRecording, newRecorder, pauseRecording, record, resumeRecording, timeLeft, type Recorded, type Recorder } from '../../src/media/index.ts'
import { frames, joined, speechLike } from './sounds.ts'

const rules = { longest: 60_000, endSilence: 3_000, beginSilence: 5_000 }
const talk = (seconds: number) => speechLike(seconds * 8_000, 8_000, 6), quiet = (seconds: number) => new Int16Array(seconds * 8_000)
function feed(recorder: Recorder, sound: Int16Array): Recorded[] { return frames(sound, 160).flatMap((frame) => record(recorder, frame)) }
const octets = (out: readonly Recorded[]) => Buffer.concat(out.flatMap((each) => each.is === 'chunk' ? [each.octets] : []))
const ended = (out: readonly Recorded[]) => out.flatMap((each) => each.is === 'ended' ? [each] : [])

test('what was said is in the chunks, coded, in order; the end by a key keeps half a second after the last word', () => {
  const recorder = newRecorder(codecs.PCMU, rules), sound = joined([talk(4), quiet(2)]), out = [...feed(recorder, sound), ...endRecording(recorder, 'asked')], [end] = ended(out)
  assert.deepEqual(octets(out), codecs.PCMU.newEncoder()(sound))
  assert.ok(end && end.reason === 'asked' && Math.abs(end.millis - 4_500) < 400 && end.keep === end.millis * 8)
  assert.ok(out.filter(({ is }) => is === 'chunk').length >= 6 && recorder.pending.length === 0)
  assert.deepEqual(endRecording(recorder, 'gone'), [])
})

const ends: Record<string, [Int16Array, string, number]> = {
  'silence after speech': [joined([talk(2), quiet(10)]), 'silence', 2_500],
  'nothing said at all': [quiet(10), 'nothing', 0],
  'the longest time': [talk(70), 'longest', 60_000],
}
for (const [name, [sound, reason, millis]] of Object.entries(ends)) {
  test(`a recording ends by ${name}, once`, () => {
    const out = feed(newRecorder(codecs.PCMA, rules), sound)
    assert.deepEqual(ended(out).map((end) => end.reason), [reason])
    assert.ok(Math.abs(ended(out)[0]!.millis - millis) < 400, `${ended(out)[0]!.millis} ms`)
    assert.ok(ended(out)[0]!.keep <= octets(out).length)
  })
}

test('a pause is not recorded, and silence before it does not end what follows', () => {
  const recorder = newRecorder(codecs.PCMU, rules)
  assert.deepEqual(ended(feed(recorder, joined([talk(2), quiet(2)]))), [])
  pauseRecording(recorder)
  assert.deepEqual(feed(recorder, quiet(20)), [])
  resumeRecording(recorder)
  assert.deepEqual(ended(feed(recorder, joined([quiet(2), talk(1)]))), [])
  assert.equal(timeLeft(recorder), 60_000 - 7_000)
  assert.throws(() => record(recorder, new Int16Array(320)), RangeError)
})

test('a caller who is gone: what was said is kept', () => {
  const recorder = newRecorder(codecs.G722, rules), out = [...frames(speechLike(32_000, 16_000, 2), 320).flatMap((frame) => record(recorder, frame)), ...endRecording(recorder, 'gone')]
  assert.ok(ended(out)[0]!.millis > 1_500 && octets(out).length === 16_000)
})
