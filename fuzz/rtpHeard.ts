/** Fuzz target of a stream that is heard: packets one after another, with the lengths and times that the input says; what is held stays bounded and is counted right. */
import assert from 'node:assert/strict'
import { codecs, heardFrame, hearPacket, newIncoming } from '../src/media/index.ts'
import { printRtp } from '../src/wire/rtp/index.ts'
import type { FuzzTarget } from './target.ts'

const most = 200

/** Two octets of length, one of milliseconds since the packet before, the packet. */
function line(...packets: readonly Buffer[]): Buffer {
  return Buffer.concat(packets.flatMap((packet) => [Buffer.from([packet.length >> 8, packet.length & 255, 20]), packet]))
}
const audio = (sequence: number, octets = 160, ssrc = 1) => printRtp({ payloadType: 0, sequence, timestamp: sequence * 160, ssrc, payload: Buffer.alloc(octets, 0x55) })
const key = (sequence: number, octets: string) => printRtp({ payloadType: 101, sequence, timestamp: 320, ssrc: 1, payload: Buffer.from(octets, 'hex') })

export const target: FuzzTarget = {
  name: 'rtp-heard',
  seeds: () => [
    line(audio(1), audio(2), audio(3), audio(5), audio(4), audio(4)), line(audio(65_535), audio(0), key(1, '050a00a0'), key(2, '058a0320'), audio(3)),
    line(audio(1, 240), audio(2, 80), audio(3, 480)), line(audio(1), audio(2), audio(900, 160, 2), audio(901, 160, 2), audio(30_000, 160, 2), audio(3)),
  ],
  run: (input) => {
    const incoming = newIncoming({ codec: codecs.PCMU, payloadType: 0, eventType: 101, trusted: false })
    let now = 0, heard = 0
    for (let at = 0; at + 3 <= input.length && heard < most; heard++) {
      const length = input.readUInt16BE(at) % 2_100, packet = input.subarray(at + 3, at + 3 + length)
      now += input[at + 2]!
      assert.ok(hearPacket(incoming, packet, packet.length, now).length <= 3)
      const { slots, held } = incoming.jitter
      assert.equal(slots.reduce((sum, slot) => sum + (slot ? 1 : 0), 0), held)
      if (heard % 2) assert.ok([undefined, 160].includes(heardFrame(incoming, now).frame?.length))
      at += 3 + length
    }
  },
}
