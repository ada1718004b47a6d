/** Fuzz target of the RTP room: any octets in; what is read lies inside the packet, what is printed of it is read again. */
import assert from 'node:assert/strict'
import {
  csrc, datagramKind, extensionElement, hear, hearEvent, measureJitter, newKeysHeard, newRtpHeader, newSource, printReport, printRtp, readEvent, readRtcp, readRtp, type RtpHeader,
} from '../src/wire/rtp/index.ts'
import type { FuzzTarget } from './target.ts'

const header = newRtpHeader(), source = newSource(1, 1, 8_000), keys = newKeysHeard()
const hex = (text: string) => Buffer.from(text, 'hex')

export const target: FuzzTarget = {
  name: 'rtp',
  seeds: () => [
    hex('80000001000000a0000000017f7f7f7f'), hex('b2e5ffff000000a00000000100000002000000031000000207010a000900080001020304'), hex('90000001000000a000000001bede000110aa0000ffff'),
    hex('80650003000000a000000001058a0320'), hex('a0000001000000a00000000100000004'),
    hex('81c8000c00000001e9d3c1ff800000000000064000000000000640000000000000091f00000a000000090000000000000000000000000000000081ca00020000000101016100'),
    hex('80c900010000000181cb0003000000010362796500000000'), hex('81ce00020000000100000002'),
  ],
  run: (input) => {
    datagramKind(input)
    if (readRtp(input, header) === undefined) inside(input, header)
    reports(input)
  },
}

function inside(packet: Buffer, read: RtpHeader): void {
  assert.ok(read.payloadAt >= 12 && read.payloadAt <= read.payloadEnd && read.payloadEnd <= packet.length)
  for (let i = 0; i < read.csrcCount; i++) csrc(packet, i)
  for (let id = 1; id < 16; id++) extensionElement(packet, read, id)
  const payload = packet.subarray(read.payloadAt, read.payloadEnd), { payloadType, sequence, timestamp, ssrc, marker } = read
  assert.equal(readRtp(printRtp({ payloadType, sequence, timestamp, ssrc, marker, payload }), newRtpHeader()), undefined)
  hear(source, sequence)
  measureJitter(source, timestamp, sequence)
  assert.ok(source.jitter16 >= 0)
  const said = readEvent(packet, read.payloadAt, read.payloadEnd)
  if (said) assert.ok(hearEvent(keys, 0, timestamp, said).length <= 3)
}

function reports(packet: Buffer): void {
  const found = readRtcp(packet, true)
  if (!found.ok) return
  for (const each of found.packets) {
    if (each.is !== 'sender' && each.is !== 'receiver') continue
    assert.deepEqual(readRtcp(printReport(each)), { ok: true, packets: [each] })
  }
}
