import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aheadOf, expected, hear, type Heard, hearReport, jitterMillis, lost, measureJitter, newSource, receptionOf } from '../../../src/wire/rtp/index.ts'

const hearAll = (first: number, sequences: readonly number[], trusted = false) => {
  const source = newSource(7, first, 8_000, trusted)
  return { source, heard: sequences.map((sequence) => hear(source, sequence)) }
}
const counted: Record<string, { trusted?: boolean, sequences: number[], heard: string, expected: number, lost: number }> = {
  'a source counts from its second packet in sequence': { sequences: [10, 11, 12], heard: 'uvv', expected: 2, lost: 0 },
  'a stranger of single packets never counts': { sequences: [10, 500, 90, 7_000], heard: 'uuuu', expected: 0, lost: 0 },
  'a trusted source counts at once': { trusted: true, sequences: [10, 11], heard: 'vv', expected: 2, lost: 0 },
  'a trusted source may begin with 0': { trusted: true, sequences: [0, 1], heard: 'vv', expected: 2, lost: 0 },
  'a gap is loss': { trusted: true, sequences: [10, 13], heard: 'vv', expected: 4, lost: 2 },
  'a late packet is no loss': { trusted: true, sequences: [10, 12, 11], heard: 'vvv', expected: 3, lost: 0 },
  'a copy lowers the loss': { trusted: true, sequences: [10, 11, 11], heard: 'vvv', expected: 2, lost: -1 },
  'the numbers go round': { trusted: true, sequences: [65_534, 65_535, 0, 1], heard: 'vvvv', expected: 4, lost: 0 },
  'a jump alone is not believed': { trusted: true, sequences: [10, 30_000, 11], heard: 'vuv', expected: 2, lost: 0 },
  'a jump that goes on is a new begin': { trusted: true, sequences: [10, 30_000, 30_001, 30_002], heard: 'vurv', expected: 2, lost: 0 },
}
for (const [name, want] of Object.entries(counted)) {
  test(`RFC 3550 A.1, A.3: ${name}`, () => {
    const { source, heard } = hearAll(want.sequences[0]!, want.sequences, want.trusted)
    assert.equal(heard.map((h: Heard) => h[0]).join(''), want.heard)
    assert.deepEqual([expected(source), lost(source)], [want.expected, want.lost])
  })
}

test('RFC 3550 A.8: jitter of an even stream is nothing, of one that swings by 10 ms about 10 ms', () => {
  const even = newSource(1, 0, 8_000), swinging = newSource(1, 0, 8_000)
  for (let n = 0; n < 400; n++) {
    measureJitter(even, n * 160, 1_000 + n * 20)
    measureJitter(swinging, (0xffff_f000 + n * 160) >>> 0, 1_000 + n * 20 + (n % 2) * 10)
  }
  assert.equal(jitterMillis(even), 0)
  assert.ok(Math.abs(jitterMillis(swinging) - 10) < 1, `${jitterMillis(swinging)} ms`)
})

test('RFC 3550 6.4.1, A.3: a report counts the loss since the one before, and repeats the last sender report', () => {
  const { source } = hearAll(100, [100, 101, 103, 104], true)
  hearReport(source, { ntpSeconds: 0x1234_5678, ntpFraction: 0x9abc_def0, timestamp: 0, packets: 0, octets: 0 }, 1_000)
  const first = receptionOf(source, 1_500)
  assert.deepEqual([first.lost, first.fractionLost, first.highest, first.lastReport, first.delay], [1, 51, 104, 0x5678_9abc, 32_768])
  for (const sequence of [105, 106]) hear(source, sequence)
  const second = receptionOf(source, 2_000)
  assert.deepEqual([second.lost, second.fractionLost], [1, 0])
  assert.equal(aheadOf(source, 104), -2)
})
