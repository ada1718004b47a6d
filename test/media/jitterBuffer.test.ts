import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newJitterBuffer, put, take, wantedDelay, type JitterBuffer } from '../../src/media/index.ts'
import { seeded } from './sounds.ts'

interface Packet { readonly n: number, readonly at: number }
interface Outcome { readonly played: number[], readonly lost: number, readonly early: number, readonly delays: number[], readonly buffer: JitterBuffer }

/** Packets arrive at their moments, the player takes one every 20 ms of ours; `pace`: of the sender's clock. */
function run(packets: readonly Packet[], until: number, pace = 1, first = 65_500): Outcome {
  const buffer = newJitterBuffer(), played: number[] = [], delays: number[] = [], arriving = packets.toSorted((a, b) => a.at - b.at)
  let lost = 0, early = 0, i = 0
  for (let now = 0; now < until; now += 20) {
    for (; i < arriving.length && arriving[i]!.at <= now; i++) {
      const { n, at } = arriving[i]!
      put(buffer, (first + n) & 0xffff, n * 20, at, Uint8Array.of(n & 255, n >> 8))
    }
    const taken = take(buffer)
    if (taken.is === 'audio') {
      const n = taken.payload[0]! + taken.payload[1]! * 256
      played.push(n)
      delays.push(now - n * 20 * pace)
    } else if (taken.is === 'lost') lost++
    else early++
  }
  return { played, lost, early, delays, buffer }
}
const stream = (count: number, change: (n: number) => number[] = (n) => [n * 20]): Packet[] => Array.from({ length: count }, (_, n) => change(n).map((at) => ({ n, at }))).flat()
const inOrder = (played: readonly number[]) => played.every((n, i) => i === 0 || n > played[i - 1]!)

test('RFC 3550 6.4.1: an even stream is played whole, in order, 40 ms late at most, across the wrap of its numbers', () => {
  const { played, lost, delays } = run(stream(500), 10_000)
  assert.deepEqual([played.length >= 498, lost, Math.max(...delays) <= 40, inOrder(played)], [true, 0, true, true])
})

test('swapped packets are played in order, none is lost once the delay has grown', () => {
  const { played, lost } = run(stream(500, (n) => [(n ^ 1) * 20 + 1]), 10_100)
  assert.ok(inOrder(played) && played.length >= 497)
  assert.ok(lost <= 2, `${lost} lost`)
})

test('each packet twice is played once', () => {
  const { played, buffer } = run(stream(300, (n) => [n * 20, n * 20 + 7]), 6_100)
  assert.ok(inOrder(played) && played.length >= 297)
  assert.ok(buffer.counts.copies + buffer.counts.late >= 290)
})

test('jitter of 60 ms: the delay grows until less than 1 % is missing, and no further than it must', () => {
  const next = seeded(3), { played, lost, buffer, delays } = run(stream(3_000, (n) => [n * 20 + next() * 60]), 60_000)
  assert.ok(inOrder(played))
  assert.ok(lost < 30, `${lost} lost`)
  assert.ok(wantedDelay(buffer) >= 3 && Math.max(...delays.slice(500)) <= 160, `${Math.max(...delays.slice(500))} ms`)
})

test('single losses are each one concealed frame, those around them are played', () => {
  const { played, lost } = run(stream(1_000, (n) => n % 20 === 10 ? [] : [n * 20]), 20_000)
  assert.ok(lost >= 49 && lost <= 55 && played.length >= 945, `${lost} lost, ${played.length} played`)
  assert.ok(inOrder(played))
})

test('a burst of 160 ms lost: as long concealed, then in step again', () => {
  const { played, lost, delays } = run(stream(1_000, (n) => n >= 300 && n < 308 ? [] : [n * 20]), 20_000)
  assert.ok(lost >= 8 && lost <= 18, `${lost} lost`)
  assert.ok(played.includes(308) && Math.max(...delays.slice(-100)) <= 80)
})

test('a pause of a second, as with silence suppression: early until it goes on, and nothing is played twice', () => {
  const { played, early, lost } = run(stream(600, (n) => [n * 20 + (n >= 300 ? 1_000 : 0)]), 13_000)
  assert.ok(early >= 35 && lost <= 12, `${early} early, ${lost} lost`)
  assert.ok(inOrder(played) && played.length >= 580)
})

for (const [name, pace] of [['quicker by 500 ppm', 0.999_5], ['slower by 500 ppm', 1.000_5]] as const) {
  test(`a clock ${name}: over ten minutes the delay stays under 120 ms, a frame now and then is left out or concealed`, () => {
    const { delays, played, lost, buffer } = run(stream(30_000, (n) => [n * 20 * pace]), 600_000 * Math.min(pace, 1) - 100, pace)
    assert.ok(inOrder(played))
    assert.ok(Math.max(...delays) <= 120, `${Math.max(...delays)} ms`)
    assert.ok(lost + buffer.counts.dropped <= 60, `${lost} lost, ${buffer.counts.dropped} dropped`)
  })
}

test('A20: a jump of the sequence, there and for good: the stream is played on; a stray packet costs little', () => {
  const jumped = run(stream(600).map(({ n, at }) => ({ n: n >= 300 ? n + 5_000 : n, at })), 12_000)
  assert.ok(jumped.played.includes(5_400) && jumped.buffer.counts.restarts === 1)
  const { played } = run([...stream(500), { n: 20_000, at: 5_001 }], 10_000)
  assert.ok(played.length >= 480 && inOrder(played.filter((n) => n < 600)), `${played.length}`)
})

test('A17: however many packets come at once, 64 are held', () => {
  const buffer = newJitterBuffer()
  for (let n = 0; n < 10_000; n++) put(buffer, n & 0xffff, n * 20, 5, Uint8Array.of(1))
  assert.ok(buffer.held <= 64 && buffer.slots.length === 64)
})
