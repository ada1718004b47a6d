import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { csrc, datagramKind, extensionElement, newRtpHeader, nextSequence, printRtp, readRtp, type RtpCode, rtpCodes, rtpProblem, sequenceAhead, timestampAhead, writeRtpHeader } from '../../../src/wire/rtp/index.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const octets = (maxLength: number) => fc.uint8Array({ maxLength }).map((a) => Buffer.from(a))

test('RFC 3550 5.1, 5.3.1: what is printed is read: marker, sources, extension, padding', () => {
  const parts = fc.record({
    marker: fc.boolean(), payloadType: fc.integer({ min: 0, max: 127 }), sequence: fc.integer({ min: 0, max: 0xffff }),
    timestamp: fc.integer({ min: 0, max: 0xffff_ffff }), ssrc: fc.integer({ min: 0, max: 0xffff_ffff }),
    csrcs: fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 15 }), payload: octets(300),
    extension: fc.option(fc.record({ profile: fc.integer({ min: 0, max: 0xffff }), data: octets(40) }), { nil: undefined }), padding: fc.integer({ min: 0, max: 255 }),
  })
  fc.assert(fc.property(parts, ({ extension, ...rest }) => {
    const packet = printRtp(extension ? { ...rest, extension } : rest), header = newRtpHeader()
    assert.equal(readRtp(packet, header), undefined)
    for (const field of ['marker', 'payloadType', 'sequence', 'timestamp', 'ssrc'] as const) assert.equal(header[field], rest[field])
    assert.deepEqual(rest.csrcs.map((_, i) => csrc(packet, i)), rest.csrcs)
    assert.equal(header.extensionProfile, extension?.profile)
    if (extension) assert.deepEqual(packet.subarray(header.extensionAt, header.extensionAt + extension.data.length), extension.data)
    assert.deepEqual(packet.subarray(header.payloadAt, header.payloadEnd), rest.payload)
  }), { numRuns: 300 })
})

const faults: Record<string, [RtpCode, string]> = {
  'nothing': ['rtp.short', ''],
  'eleven octets': ['rtp.short', '80000001 00000002 000000'],
  'version 1': ['rtp.version', '40000001 00000002 00000003'],
  'version 3': ['rtp.version', 'c0000001 00000002 00000003'],
  'more contributing sources than octets': ['rtp.short', '8f000001 00000002 00000003 00000004'],
  'an extension that is not there': ['rtp.extension', '90000001 00000002 00000003'],
  'an extension longer than the packet': ['rtp.extension', '90000001 00000002 00000003 bede0002 00000000'],
  'padding of nothing': ['rtp.padding', 'a0000001 00000002 00000003 00000000'],
  'padding longer than the payload': ['rtp.padding', 'a0000001 00000002 00000003 00000005'],
  'padding without payload': ['rtp.padding', 'a0000001 00000002 00000003'],
  'a packet of 2,049 octets': ['rtp.long', `80000001 00000002 00000003${'00'.repeat(2_037)}`],
}
for (const [name, [code, packet]] of Object.entries(faults)) {
  test(`RFC 3550 A.1, A1 refused: ${name}`, () => assert.equal(readRtp(hex(packet), newRtpHeader()), code))
}

test('RFC 3550 5.1: padding may be the whole payload', () => {
  const header = newRtpHeader()
  assert.equal(readRtp(hex('a0000001 00000002 00000003 00000004'), header), undefined)
  assert.equal(header.payloadEnd, header.payloadAt)
})

test('RFC 8285 4.2, 4.3: an element is found in either form, past padding; id 15, a cut element and other profiles end the search', () => {
  const find = (packet: string, id: number) => {
    const header = newRtpHeader(), octets = hex(`90000001 00000002 00000003 ${packet}`)
    assert.equal(readRtp(octets, header), undefined)
    return Buffer.from(extensionElement(octets, header, id) ?? 'no').toString('hex')
  }
  const none = Buffer.from('no').toString('hex')
  assert.equal(find('bede0003 10aa0000 21bbcc00 3fdddddd', 1), 'aa')
  assert.equal(find('bede0002 10aa0000 21bbcc00', 2), 'bbcc')
  assert.equal(find('bede0003 10aa0000 21bbcc00 3fdddddd', 3), none)
  assert.equal(find('bede0002 f0aa0000 21bbcc00', 2), none)
  assert.equal(find('10000002 0701aa00 0900 0800', 7), 'aa')
  assert.equal(find('10000002 0701aa00 0900 0800', 9), '')
  assert.equal(find('12340001 10aa0000', 1), none)
})

test('RFC 3550 5.1, RFC 1982 3: numbers wrap', () => {
  assert.equal(sequenceAhead(2, 65_534), 4)
  assert.equal(sequenceAhead(65_534, 2), -4)
  assert.equal(nextSequence(65_535), 0)
  assert.equal(timestampAhead(100, 2 ** 32 - 60), 160)
  assert.equal(timestampAhead(2 ** 32 - 60, 100), -160)
})

test('RFC 7983 7, RFC 5761 4: a datagram is told by its first octets', () => {
  const kinds = [['00', 'stun'], ['03', 'stun'], ['04', 'other'], ['10', 'zrtp'], ['14', 'dtls'], ['3f', 'dtls'], ['40', 'turn'], ['7f', 'other'], ['80', 'rtp'], ['bf', 'rtp'], ['c0', 'other'], ['ff', 'other'], ['', 'other'],
    ['80c8', 'rtcp'], ['81c9', 'rtcp'], ['80df', 'rtcp'], ['80bf', 'rtp'], ['80e0', 'rtp'], ['8000', 'rtp']]
  assert.deepEqual(kinds.map(([octets = '']) => [octets, datagramKind(hex(octets))]), kinds)
})

test('RFC 3550 5.1: the fixed header alone, written over what stood there', () => {
  const packet = Buffer.alloc(14, 0xff), header = newRtpHeader()
  writeRtpHeader(packet, { payloadType: 101, sequence: 1, timestamp: 2, ssrc: 0x8000_0000 })
  assert.equal(readRtp(packet, header), undefined)
  assert.deepEqual([header.marker, header.payloadType, header.sequence, header.timestamp, header.ssrc, header.payloadAt], [false, 101, 1, 2, 0x8000_0000, 12])
})

test('every code of the room says in words what was wrong', () => {
  for (const code of rtpCodes) assert.match(rtpProblem(code).text, /^The .*\.$|^A .*\.$|^Padding .*\.$/)
})
