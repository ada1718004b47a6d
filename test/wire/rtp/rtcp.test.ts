import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hear, maxCompound, newSource, ntpTime, ourReport, printBye, printName, printReport, readRtcp, reportDelay, reportEvery, roundTrip, type RtpCode } from '../../../src/wire/rtp/index.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const read = (compound: Buffer, reduced = false) => {
  const found = readRtcp(compound, reduced)
  assert.ok(found.ok, found.ok ? '' : found.code)
  return found.packets
}
const now = Date.UTC(2026, 10, 21, 12, 0, 0, 500)

test('RFC 3550 6.4, 6.5, 6.6: our report is read again: sender, reception, CNAME, bye', () => {
  const source = newSource(9, 5, 8_000, true)
  for (const sequence of [5, 6, 9]) hear(source, sequence)
  const [sender, names, bye, ...more] = read(ourReport(1, 'a@b', now, { packets: 10, octets: 1_600, timestamp: 1_600 }, [source], true))
  assert.deepEqual(more, [])
  assert.ok(sender?.is === 'sender' && names?.is === 'names' && bye?.is === 'bye')
  assert.deepEqual(sender.sender, { ntpSeconds: ntpTime(now).seconds, ntpFraction: 0x8000_0000, timestamp: 1_600, packets: 10, octets: 1_600 })
  assert.deepEqual(sender.reports, [{ ssrc: 9, fractionLost: 102, lost: 2, highest: 9, jitter: 0, lastReport: 0, delay: 0 }])
  assert.deepEqual(names.chunks.map(({ ssrc, cname }) => [ssrc, cname?.reveal()]), [[1, 'a@b']])
  assert.deepEqual([bye.sources, bye.reason], [[1], undefined])
  assert.equal(`${names.chunks[0]?.cname}`, '[personal]')
})

test('RFC 3550 6.4.2: who sent nothing sends a receiver report; a source on probation is not in it', () => {
  const [receiver] = read(ourReport(1, 'x', now, undefined, [newSource(9, 5, 8_000)]))
  assert.deepEqual(receiver, { is: 'receiver', ssrc: 1, reports: [] })
})

test('RFC 3550 6.4.1: loss below zero, the most reports, the largest values are carried', () => {
  const reports = Array.from({ length: 31 }, (_, i) => ({ ssrc: i, fractionLost: 255, lost: i % 2 ? -0x80_0000 : 0x7f_ffff, highest: 0xffff_ffff, jitter: 0xffff_ffff, lastReport: 0xffff_ffff, delay: 0xffff_ffff }))
  const report = { is: 'receiver', ssrc: 0xffff_ffff, reports } as const
  assert.deepEqual(read(printReport(report)), [report])
})

test('RFC 3550 6.5: names of every length end at a whole word; of several chunks each is found', () => {
  for (let length = 0; length < 12; length++) {
    const [, names] = read(Buffer.concat([printReport({ is: 'receiver', ssrc: 1, reports: [] }), printName(5, 'n'.repeat(length))]))
    assert.ok(names?.is === 'names' && names.chunks[0]?.cname?.reveal() === 'n'.repeat(length))
  }
  const [two] = read(hex('82ca0006 00000001 01026162 00000000 00000002 05016301 01640000'), true)
  assert.deepEqual(two?.is === 'names' && two.chunks.map(({ ssrc, cname }) => [ssrc, cname?.reveal()]), [[1, 'ab'], [2, 'd']])
})

test('RFC 3550 6.6: a reason is read and is personal', () => {
  const [bye] = read(hex('81cb0003 00000001 03627965 00000000'), true)
  assert.ok(bye?.is === 'bye' && bye.reason?.reveal() === 'bye')
})

const faults: Record<string, [RtpCode, string]> = {
  'nothing': ['rtcp.short', ''],
  'three octets': ['rtcp.short', '80c900'],
  'a length past the end': ['rtcp.short', '80c90002 00000001'],
  'a second packet cut off': ['rtcp.short', '80c90001 00000001 81ca'],
  'version 1': ['rtcp.version', '40c90001 00000001'],
  'a second packet of version 0': ['rtcp.version', '80c90001 00000001 00ca0000'],
  'a type of RTP': ['rtcp.type', '80010001 00000001'],
  'a description before any report': ['rtcp.first', '81ca0001 00000001'],
  'more reports than octets': ['rtcp.length', '81c90001 00000001'],
  'a sender report without sender': ['rtcp.length', '80c80001 00000001'],
  'an item longer than its packet': ['rtcp.length', '80c90001 00000001 81ca0002 00000001 01ff6162'],
  'a goodbye of more sources than octets': ['rtcp.length', '80c90001 00000001 9fcb0001 00000001'],
  'a reason longer than its packet': ['rtcp.length', '80c90001 00000001 81cb0002 00000001 ff627965'],
  'padding in the first of two': ['rtcp.padding', 'a0c90002 00000001 00000004 80c90001 00000001'],
  'padding longer than the packet': ['rtcp.padding', 'a0c90001 000000ff'],
  'padding of nothing': ['rtcp.padding', 'a0c90001 00000000'],
}
for (const [name, [code, compound]] of Object.entries(faults)) {
  test(`RFC 3550 A.2, A1 refused whole: ${name}`, () => assert.deepEqual(readRtcp(hex(compound)), { ok: false, code }))
}

test('A1: a compound of more packets than 32 is refused; 32 are read', () => {
  const report = hex('80c90001 00000001')
  assert.equal(read(Buffer.concat(Array.from({ length: maxCompound }, () => report))).length, maxCompound)
  assert.deepEqual(readRtcp(Buffer.concat(Array.from({ length: maxCompound + 1 }, () => report))), { ok: false, code: 'rtcp.many' })
})

test('RFC 5506 3.4: a packet alone is read where that was agreed; feedback is handed on', () => {
  assert.deepEqual(read(printBye([3]), true), [{ is: 'bye', sources: [3], reason: undefined }])
  const [feedback] = read(hex('81ce0002 00000001 00000002'), true)
  assert.ok(feedback?.is === 'other' && feedback.type === 206 && feedback.count === 1 && feedback.body.length === 8)
})

test('RFC 3550 6.4.1: the round trip of the example: 6.125 s', () => {
  const report = { ssrc: 1, fractionLost: 0, lost: 0, highest: 0, jitter: 0, lastReport: 0xb705_2000, delay: 0x0005_4000 }
  const at = (0xb44d_b705 - 2_208_988_800) * 1_000 + (0x2000 / 65_536 + 5.25 + 6.125) * 1_000
  assert.ok(Math.abs((roundTrip(report, at) ?? 0) - 6_125) < 1)
  assert.equal(roundTrip({ ...report, lastReport: 0 }, at), undefined)
})

test('RFC 3550 6.2, 6.3.1: reports are spread between half and one and a half of five seconds, made shorter by e - 3/2', () => {
  const at = (n: number) => reportDelay({ token: () => '', below: () => n }) * 1.218_28
  assert.ok(at(0) === reportEvery / 2 && at(1_023) < reportEvery * 1.5 && at(1_023) > reportEvery * 1.49)
})
