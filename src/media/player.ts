/**
 * Sounds one after another, 20 ms at a time: prompts, a message, silence between them; with pause, skip, volume and speed.
 * What is played is linear audio at the player's rate; a sound is read a piece at a time, so that a message may stay on disk.
 */
import type { Millis } from '../kit/machine.ts'
import { amplify, decibels, type Frame, frameMillis, type SampleRate, samplesOf } from './frame.ts'
import { fastForward, newStretch, type Stretch } from './stretch.ts'

/** A sound: how long it is, and any piece of it; past its end there is silence. */
export interface Sound {
  readonly name: string
  /** Samples. */
  readonly length: number
  readonly read: (from: number, count: number) => Int16Array
}

export const maxQueued = 256

/** Volume in dB, -12 … 12; speed as a factor, 0.5 … 2. */
export interface Player {
  readonly rate: SampleRate
  readonly queue: Sound[]
  current: Sound | undefined
  /** Samples of the current sound that were read. */
  at: number
  is: 'playing' | 'paused'
  volume: number
  speed: number
  stretch: Stretch
}

export type Played = { readonly is: 'began' | 'ended', readonly sound: string } | { readonly is: 'finished' }

export function newPlayer(rate: SampleRate): Player {
  return { rate, queue: [], current: undefined, at: 0, is: 'playing', volume: 0, speed: 1, stretch: newStretch(rate) }
}

/** Samples in memory as a sound. */
export function soundOf(name: string, samples: Int16Array): Sound {
  return { name, length: samples.length, read: (from, count) => samples.subarray(from, from + count) }
}

export function silence(millis: Millis, rate: SampleRate): Sound {
  return { name: 'silence', length: Math.round(millis * rate / 1_000), read: (_, count) => new Int16Array(count) }
}

/** Puts sounds in line; false: too many wait, none was taken. */
export function play(player: Player, ...sounds: readonly Sound[]): boolean {
  if (player.queue.length + sounds.length > maxQueued) return false
  player.queue.push(...sounds)
  return true
}

/** The next 20 ms and what began or ended with them; without a frame nothing is to be played. */
export function nextFrame(player: Player): { frame: Frame | undefined, played: Played[] } {
  const played: Played[] = []
  if (player.is === 'paused') return { frame: undefined, played }
  const frame = fastForward(player.stretch, player.speed, samplesOf(player.rate), (count) => pull(player, count, played))
  if (frame) amplify(frame, decibels(player.volume))
  return { frame, played }
}

/** Up to `count` samples from the sounds in line; fewer where they end. */
function pull(player: Player, count: number, played: Played[]): Int16Array {
  const out = new Int16Array(count)
  let filled = 0
  while (filled < count) {
    const sound = player.current ?? begin(player, played)
    if (!sound) break
    const wanted = Math.min(count - filled, sound.length - player.at)
    if (wanted > 0) out.set(sound.read(player.at, wanted), filled)
    player.at += wanted
    filled += wanted
    if (player.at >= sound.length) end(player, played)
  }
  return out.subarray(0, filled)
}

function begin(player: Player, played: Played[]): Sound | undefined {
  player.current = player.queue.shift()
  player.at = 0
  if (player.current) played.push({ is: 'began', sound: player.current.name })
  return player.current
}

function end(player: Player, played: Played[]): void {
  played.push({ is: 'ended', sound: player.current!.name })
  player.current = undefined
  if (player.queue.length === 0) played.push({ is: 'finished' })
}

/** Forwards or back within the current sound; before its begin is its begin, past its end the next sound follows. */
export function skip(player: Player, millis: Millis): void {
  if (!player.current) return
  player.at = Math.min(Math.max(0, player.at + Math.round(millis * player.rate / 1_000)), player.current.length)
  player.stretch = newStretch(player.rate)
}

/** Stops and forgets all that waits: barge-in at a key. Gives where the current sound stood. */
export function stop(player: Player): Millis {
  const at = position(player)
  player.queue.length = 0
  player.current = undefined
  player.at = 0
  player.stretch = newStretch(player.rate)
  return at
}

/** Milliseconds into the current sound. */
export function position({ at, rate }: Player): Millis { return Math.round(at / rate * 1_000) }

export function pause(player: Player): void { player.is = 'paused' }
export function resume(player: Player): void { player.is = 'playing' }
export function setVolume(player: Player, db: number): void { player.volume = Math.min(Math.max(db, -12), 12) }
export function setSpeed(player: Player, speed: number): void { player.speed = Math.min(Math.max(speed, 0.5), 2) }

/** How long all that waits still plays at the present speed. */
export function remaining(player: Player): Millis {
  const samples = player.queue.reduce((sum, { length }) => sum + length, player.current ? player.current.length - player.at : 0)
  return Math.ceil(samples / player.speed / samplesOf(player.rate)) * frameMillis
}
