import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, leave, levelOf, maxParties, mix, mute, newMixer, say } from '../../src/media/index.ts'
import { frames, joined, largestStep, noise, rms, sine, speechLike } from './sounds.ts'

/** What each party heard, of what each said from the begin. */
function conference(said: Record<string, Int16Array | undefined>, levelled = false): Record<string, Int16Array> {
  const mixer = newMixer(8_000), names = Object.keys(said), heard: Record<string, Int16Array[]> = Object.fromEntries(names.map((name) => [name, []]))
  const cut = new Map(names.flatMap((name) => said[name] ? [[name, frames(said[name], 160)] as const] : []))
  for (const name of names) assert.ok(join(mixer, name, levelled))
  for (let i = 0; i < Math.max(...[...cut.values()].map(({ length }) => length)); i++) {
    for (const [name, parts] of cut) if (i < parts.length) say(mixer, name, parts[i]!)
    for (const [name, frame] of mix(mixer)) heard[name]!.push(frame)
  }
  return Object.fromEntries(names.map((name) => [name, joined(heard[name]!)]))
}
const added = (...parts: Int16Array[]) => parts[0]!.map((_, i) => parts.reduce((sum, part) => sum + part[i]!, 0))

test('everybody hears the sum of the others, sample for sample; nobody hears himself', () => {
  const a = sine(300, 8_000, 1_600, 4_000), b = noise(1_600, 4_000), c = sine(900, 8_000, 1_600, 4_000)
  const heard = conference({ a, b, c, listener: undefined })
  assert.deepEqual(heard, { a: added(b, c), b: added(a, c), c: added(a, b), listener: added(a, b, c) })
})

test('ten who shout at once are turned down, not clipped: no sample at the end of the scale, the ratio of two tones is kept', () => {
  const heard = conference(Object.fromEntries(['x', ...'abcdefghij'].map((name, i) => [name, i === 0 ? undefined : sine(200 + i * 37, 8_000, 8_000, 20_000)])))
  assert.ok(heard.x!.every((value) => Math.abs(value) <= 30_001))
  assert.ok(levelOf(heard.x!) > -15)
})

test('after the shout the level comes back within half a second, without a click', () => {
  const quiet = sine(500, 8_000, 16_000, 3_000), shout = joined([new Int16Array(3_200), sine(700, 8_000, 3_200, 32_000), new Int16Array(9_600)]), heard = conference({ quiet, shout, other: sine(620, 8_000, 16_000, 3_000), x: undefined }).x!
  const before = rms(heard.subarray(0, 3_200)), after = rms(heard.subarray(6_400 + 4_000, 6_400 + 7_200))
  assert.ok(Math.abs(20 * Math.log10(after / before)) < 0.5, `${before} ${after}`)
  assert.ok(largestStep(heard.subarray(6_400)) < 6_000)
})

test('level control: a quiet and a loud party come within 8 dB of each other, silence is not raised', () => {
  const quiet = speechLike(160_000, 8_000, 1).map((value) => value / 6), loud = speechLike(160_000, 8_000, 1)
  const one = conference({ quiet, x: undefined }, true).x!.subarray(80_000), two = conference({ loud, x: undefined }, true).x!.subarray(80_000)
  assert.ok(Math.abs(20 * Math.log10(rms(two) / rms(one))) < 8, `${20 * Math.log10(rms(two) / rms(one))} dB`)
  const hiss = noise(80_000, 40)
  assert.ok(rms(conference({ hiss, x: undefined }, true).x!) < rms(hiss) * 1.1)
})

test('who is muted or gone is not heard, and hears on; a conference has 64 parties', () => {
  const mixer = newMixer(8_000)
  for (let n = 0; n < maxParties; n++) assert.ok(join(mixer, `${n}`, false))
  assert.deepEqual([join(mixer, 'one more'), join(mixer, '5')], [false, false])
  mute(mixer, '1', true)
  leave(mixer, '2')
  for (const name of ['0', '1', '2']) say(mixer, name, sine(400, 8_000, 160))
  const heard = mix(mixer)
  assert.deepEqual([heard.get('1'), heard.has('2'), heard.size], [sine(400, 8_000, 160), false, 63])
  assert.deepEqual(heard.get('0'), new Int16Array(160))
  mute(mixer, '1', false)
  say(mixer, '1', sine(400, 8_000, 160))
  assert.deepEqual(mix(mixer).get('0'), sine(400, 8_000, 160))
  assert.throws(() => say(mixer, '0', new Int16Array(320)), RangeError)
})
