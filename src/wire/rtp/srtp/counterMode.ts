/**
 * AES in counter mode with HMAC-SHA1.
 * One long-lived AES-ECB cipher is fed with counter blocks and gives the keystream of several packets in one call: many times as fast as a CTR cipher a packet.
 *
 * Standards  RFC 3711 4.1.1 and 4.2.1, RFC 6188 2
 */
import { type Cipheriv, createCipheriv } from 'node:crypto'
import { maxPacket, putWord, word } from '../packet.ts'
import type { SessionKeys } from './derive.ts'
import { authenticate, type HmacSha1, newHmacSha1 } from './hmacSha1.ts'
import type { Place, Transform } from './transform.ts'

const counters = Buffer.alloc(maxPacket)
const view = new DataView(counters.buffer, counters.byteOffset, maxPacket)
/** The first n blocks of the counters. */
const firstBlocks = Array.from({ length: maxPacket / 16 + 1 }, (_, n) => counters.subarray(0, n * 16))

/** Packets in sequence whose keystream is made in one call. */
const mostAhead = 8

export function newCounterMode(keys: SessionKeys, tag: number, control: boolean): Transform {
  const cipher = createCipheriv(`aes-${keys.key.length * 8}-ecb`, keys.key, null).setAutoPadding(false), mac = newHmacSha1(keys.authentication)
  const keystream: Keystream = { cipher, salt: saltWords(keys.salt), octets: counters, ssrc: 0, index: 0, packets: 0, blocks: 0 }
  return {
    seal: (packet, place) => {
      addKeystream(keystream, packet, place)
      putTag(sign(mac, packet, place, control), packet, place.tagAt, tag)
    },
    open: (packet, place) => {
      if (!sameTag(sign(mac, packet, place, control), packet, place.tagAt, tag)) return false
      addKeystream(keystream, packet, place)
      return true
    },
  }
}

/** What was made last: `blocks` for each of `packets` packets of one stream, from `index` on. */
interface Keystream { readonly cipher: Cipheriv, readonly salt: readonly number[], octets: Buffer, ssrc: number, index: number, packets: number, blocks: number }

/** RFC 3711 4.1.1: the salt times 2^16. */
function saltWords(salt: Buffer): readonly number[] {
  const octets = Buffer.concat([salt, Buffer.alloc(2)])
  return [0, 4, 8, 12].map((at) => octets.readUInt32BE(at))
}

function addKeystream(keystream: Keystream, packet: Buffer, { head, end, ssrc, index }: Place): void {
  const blocks = (end - head + 15) >> 4
  if (blocks === 0) return
  let i = keystreamAt(keystream, ssrc, index, blocks)
  const { octets } = keystream
  for (let at = head; at < end; at++) packet[at]! ^= octets[i++]!
}

/** Where the keystream of a packet begins in `octets`: it may be there already; where packets come in sequence, that of the next is made with it. */
function keystreamAt(keystream: Keystream, ssrc: number, index: number, blocks: number): number {
  const ahead = ssrc === keystream.ssrc ? index - keystream.index : -1
  if (ahead >= 0 && ahead < keystream.packets && blocks <= keystream.blocks) return ahead * keystream.blocks * 16
  const packets = ahead === keystream.packets ? Math.min(mostAhead, Math.floor(maxPacket / 16 / blocks)) : 1
  for (let n = 0; n < packets; n++) putCounters(keystream.salt, ssrc, index + n, blocks, n * blocks * 16)
  keystream.octets = keystream.cipher.update(firstBlocks[packets * blocks]!)
  keystream.ssrc = ssrc
  keystream.index = index
  keystream.packets = packets
  keystream.blocks = blocks
  return 0
}

/** RFC 3711 4.1.1: IV = salt * 2^16 xor SSRC * 2^64 xor index * 2^16; the blocks are counted in its last 16 bits. */
function putCounters(salt: readonly number[], ssrc: number, index: number, blocks: number, at: number): void {
  const w0 = salt[0]!, w1 = salt[1]! ^ ssrc, w2 = salt[2]! ^ Math.floor(index / 65_536), w3 = salt[3]! ^ ((index % 65_536) * 65_536)
  for (let n = 0; n < blocks; n++, at += 16) {
    view.setInt32(at, w0)
    view.setInt32(at + 4, w1)
    view.setInt32(at + 8, w2)
    view.setInt32(at + 12, w3 | n)
  }
}

/** RFC 3711 4.2: of RTP the packet with the roll-over counter after it, of RTCP the packet with its index. */
function sign(mac: HmacSha1, packet: Buffer, { end, index }: Place, control: boolean): Int32Array {
  if (control) return authenticate(mac, packet, end + 4)
  const kept = word(packet, end)
  putWord(packet, end, Math.floor(index / 65_536))
  const digest = authenticate(mac, packet, end + 4)
  putWord(packet, end, kept)
  return digest
}

function putTag(digest: Int32Array, packet: Buffer, at: number, tag: number): void {
  for (let i = 0; i < tag; i++) packet[at + i] = digest[i >> 2]! >> (24 - (i & 3) * 8)
}

/** Looks at every octet, however early one differs. */
function sameTag(digest: Int32Array, packet: Buffer, at: number, tag: number): boolean {
  let difference = 0
  for (let i = 0; i < tag; i++) difference |= packet[at + i]! ^ ((digest[i >> 2]! >> (24 - (i & 3) * 8)) & 255)
  return difference === 0
}
