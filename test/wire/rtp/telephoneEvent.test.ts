import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventOf, type EventPacket, hearEvent, type KeyHeard, keyOf, newKeysHeard, newKeysSent, nextEvent, pressKeys, printEvent, readEvent, silentKey, wakeKeys } from '../../../src/wire/rtp/index.ts'

const keys = '0123456789*#ABCD'

/** What a phone sends, a frame of 20 ms at a time. */
function sent(pressed: string, frames: number, millis?: number): (EventPacket & { at: number })[] {
  const state = newKeysSent(), packets: (EventPacket & { at: number })[] = []
  assert.ok(pressKeys(state, pressed, millis))
  for (let frame = 0; frame < frames; frame++) {
    const packet = nextEvent(state, (0xffff_fe00 + frame * 160) >>> 0, 160)
    if (packet) packets.push({ ...packet, at: frame * 20 })
  }
  return packets
}
function heard(packets: readonly (EventPacket & { at: number })[]): KeyHeard[] {
  const state = newKeysHeard(), out: KeyHeard[] = []
  for (const { at, timestamp, payload } of packets) out.push(...wakeKeys(state, at), ...hearEvent(state, at, timestamp, readEvent(payload)!))
  return [...out, ...wakeKeys(state, 1e9)]
}
const down = (events: readonly KeyHeard[]) => events.filter(({ is }) => is === 'down').map(({ key }) => key).join('')

test('RFC 4733 3.2: the sixteen keys and their events; others are none', () => {
  assert.deepEqual([...keys].map((key) => eventOf(key)), Array.from({ length: 16 }, (_, i) => i))
  assert.deepEqual([keyOf(15), keyOf(16), keyOf(255), eventOf('x'), eventOf('12'), eventOf('')], ['D', undefined, undefined, undefined, undefined, undefined])
})

test('RFC 4733 2.3: the four octets there and back; three are none', () => {
  assert.deepEqual(printEvent({ event: 5, end: true, volume: 10, duration: 0x1234 }), Buffer.from('058a1234', 'hex'))
  assert.deepEqual(readEvent(Buffer.from('058a1234', 'hex')), { event: 5, end: true, volume: 10, duration: 0x1234 })
  assert.equal(readEvent(Buffer.from('058a12', 'hex')), undefined)
})

test('RFC 4733 2.5.1: one key: the marker on the first, one timestamp, durations that grow, three ends', () => {
  const packets = sent('5', 20), said = packets.map(({ payload }) => readEvent(payload)!)
  assert.deepEqual(packets.map(({ marker }) => marker), [true, false, false, false, false, false, false])
  assert.equal(new Set(packets.map(({ timestamp }) => timestamp)).size, 1)
  assert.deepEqual(said.map(({ duration }) => duration), [160, 320, 480, 640, 800, 800, 800])
  assert.deepEqual(said.map(({ end }) => end), [false, false, false, false, true, true, true])
})

test('RFC 4733 2.5.1.2: between two keys the audio goes on for 50 ms', () => {
  const [first, second] = Map.groupBy(sent('12', 40), ({ timestamp }) => timestamp).values()
  assert.ok(second![0]!.at - first!.at(-1)!.at >= 60)
  assert.equal(second![0]!.marker, true)
})

test('every key is heard once, with its length', () => {
  const events = heard(sent(keys, 400))
  assert.equal(down(events), keys)
  assert.deepEqual(events.filter(({ is }) => is === 'up'), [...keys].map((key) => ({ is: 'up', key, millis: 100 })))
})

const weather: Record<string, (packet: EventPacket & { at: number }, i: number, all: readonly (EventPacket & { at: number })[]) => (EventPacket & { at: number })[]> = {
  'the first packet of each is lost': (p) => p.marker ? [] : [p],
  'all three ends are lost': (p) => readEvent(p.payload)!.end ? [] : [p],
  'only one end arrives': (p, i, all) => readEvent(p.payload)!.end && all[i + 1]?.timestamp === p.timestamp ? [] : readEvent(p.payload)!.end ? [p] : [],
  'every packet comes twice': (p) => [p, p],
  'pairs are swapped': (_, i, all) => [all[i ^ 1]].filter((p) => p !== undefined),
}
for (const [name, change] of Object.entries(weather)) {
  test(`RFC 4733 2.5.2, 2.6: each key once where ${name}`, () => {
    const events = heard(sent('1122#', 120).flatMap(change))
    assert.equal(down(events), '1122#')
    assert.equal(events.length, 10)
  })
}

test('RFC 4733 2.5.1.3: a key held past the longest duration is one key, with the length of its segments together', () => {
  const state = newKeysHeard(), out: KeyHeard[] = []
  for (const [at, timestamp, duration, end] of [[0, 100, 160, false], [100, 100, 0xffff, false], [200, 100 + 0xffff, 160, false], [300, 100 + 0xffff, 800, true]] as const) {
    out.push(...hearEvent(state, at, timestamp, { event: 3, end, volume: 10, duration }))
  }
  assert.deepEqual(out, [{ is: 'down', key: '3' }, { is: 'up', key: '3', millis: Math.round((0xffff + 800) / 8) }])
})

test('RFC 4733 2.5.2.3: a key whose packets stop is up after 150 ms', () => {
  const state = newKeysHeard()
  hearEvent(state, 1_000, 5, { event: 3, end: false, volume: 10, duration: 320 })
  assert.equal(state.wakeAt, 1_000 + silentKey)
  assert.deepEqual(wakeKeys(state, 1_149), [])
  assert.deepEqual(wakeKeys(state, 1_150), [{ is: 'up', key: '3', millis: 40 }])
  assert.deepEqual(hearEvent(state, 1_200, 5, { event: 3, end: true, volume: 10, duration: 400 }), [])
})

test('A1: events that are no key are not heard; what is no key is not sent; a line of keys is bounded', () => {
  assert.deepEqual(hearEvent(newKeysHeard(), 0, 1, { event: 16, end: false, volume: 0, duration: 0 }), [])
  const state = newKeysSent()
  assert.deepEqual([pressKeys(state, '12x'), pressKeys(state, '1'.repeat(65)), pressKeys(state, '1'.repeat(64)), pressKeys(state, '1')], [false, false, true, false])
  assert.equal(state.waiting.length, 64)
})
