import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxQueued, newPlayer, nextFrame, pause, play, position, remaining, resume, setSpeed, setVolume, silence, skip, soundOf, stop, type Player } from '../../src/media/index.ts'
import { power, powerAt, newProbe } from '../../src/media/goertzel.ts'
import { joined, largestStep, rms, sine, speechLike } from './sounds.ts'

/** All that is played, and what began and ended. */
function playAll(player: Player, most = 3_000): { sound: Int16Array, said: string[] } {
  const parts: Int16Array[] = [], said: string[] = []
  for (let i = 0; i < most; i++) {
    const { frame, played } = nextFrame(player)
    said.push(...played.map((each) => each.is === 'finished' ? 'finished' : `${each.is} ${each.sound}`))
    if (!frame) break
    assert.equal(frame.length, 160)
    parts.push(frame)
  }
  return { sound: joined(parts), said }
}
const [one, two] = [sine(400, 8_000, 1_000), sine(900, 8_000, 700)]

test('sounds follow one another without a gap, each begins and ends once', () => {
  const player = newPlayer(8_000)
  assert.ok(play(player, soundOf('one', one), silence(30, 8_000), soundOf('two', two)))
  assert.equal(remaining(player), 260)
  const { sound, said } = playAll(player)
  assert.deepEqual(sound.subarray(0, 1_940), joined([one, new Int16Array(240), two]))
  assert.deepEqual(said, ['began one', 'ended one', 'began silence', 'ended silence', 'began two', 'ended two', 'finished'])
  assert.deepEqual(nextFrame(player), { frame: undefined, played: [] })
})

test('pause, go on, skip forwards and back, stop at a key', () => {
  const player = newPlayer(8_000), long = speechLike(80_000, 8_000)
  play(player, soundOf('message', long), soundOf('after', two))
  for (let i = 0; i < 50; i++) nextFrame(player)
  pause(player)
  assert.equal(nextFrame(player).frame, undefined)
  resume(player)
  assert.equal(position(player), 1_000)
  skip(player, 5_000)
  assert.deepEqual(nextFrame(player).frame, long.slice(48_000, 48_160))
  skip(player, -20_000)
  assert.deepEqual(nextFrame(player).frame, long.slice(0, 160))
  skip(player, 60_000)
  const { frame, played } = nextFrame(player)
  assert.deepEqual([frame, played.map(({ is }) => is)], [two.slice(0, 160), ['ended', 'began']])
  assert.equal(stop(player), 20)
  assert.deepEqual([nextFrame(player).frame, remaining(player)], [undefined, 0])
})

test('volume in dB, between -12 and 12, at full scale at most; the sound itself is not changed', () => {
  for (const [wanted, given] of [[6, 6], [-6, -6], [-40, -12]] as const) {
    const player = newPlayer(8_000)
    setVolume(player, wanted)
    play(player, soundOf('one', one))
    assert.ok(Math.abs(20 * Math.log10(rms(playAll(player).sound.subarray(0, 960)) / rms(one.subarray(0, 960))) - given) < 0.1)
  }
  assert.deepEqual(one, sine(400, 8_000, 1_000))
})

for (const speed of [0.5, 0.8, 1.25, 1.5, 2]) {
  test(`speed ${speed}: as long as it should be, at its own pitch and level, without clicks`, () => {
    const player = newPlayer(8_000), voice = sine(400, 8_000, 40_000)
    setSpeed(player, speed)
    play(player, soundOf('voice', voice))
    const { sound, said } = playAll(player), middle = sound.slice(1_600, sound.length - 1_600)
    assert.ok(Math.abs(sound.length - 40_000 / speed) < 800, `${sound.length} samples`)
    assert.ok(powerAt(newProbe(400, 8_000), middle, 0, 4_000) > 0.9 * power(middle, 0, 4_000))
    assert.ok(Math.abs(20 * Math.log10(rms(middle) / rms(voice))) < 0.6)
    assert.ok(largestStep(middle) < largestStep(voice) * 1.3)
    assert.deepEqual(said, ['began voice', 'ended voice', 'finished'])
  })
}

test('the speed may change while it plays: not a sample is said twice or lost for good', () => {
  const player = newPlayer(8_000), parts: Int16Array[] = []
  play(player, soundOf('speech', speechLike(48_000, 8_000, 3)))
  for (let i = 0; ; i++) {
    setSpeed(player, [1, 1.5, 0.7, 1][Math.floor(i / 40) % 4]!)
    const { frame } = nextFrame(player)
    if (!frame) break
    parts.push(frame)
  }
  assert.ok(parts.length > 240 && parts.length < 330, `${parts.length} frames`)
})

test('at most 256 sounds wait; what does not fit is not taken in part', () => {
  const player = newPlayer(8_000), sounds = Array.from({ length: maxQueued }, () => soundOf('x', two))
  assert.deepEqual([play(player, ...sounds), play(player, sounds[0]!), player.queue.length], [true, false, maxQueued])
})
