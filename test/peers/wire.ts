/** What went over the wire: a capture of the loopback, its RTP, and whether SRTP verifies and opens with a key (RFC 3711, AES_CM_128_HMAC_SHA1_80). */
import { createCipheriv, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../main/running.ts'
import { type Program, start } from './programs.ts'
import { muLawSound, type Sound } from './sound.ts'

export interface Capture { packets(): Packet[]; stop(): Promise<Packet[]> }
export interface Packet { readonly protocol: 'udp' | 'tcp'; readonly from: number; readonly to: number; readonly payload: Buffer }

/** Undefined where this user may not look at the wire. */
export async function capture(folder: string, filter: string, name = 'wire'): Promise<Capture | undefined> {
  const file = join(folder, `${name}.pcap`)
  const one: Program = start('tcpdump', ['-i', 'lo', '-U', '-s', '0', '-B', '8192', '-Z', 'root', '-w', file, filter], { folder, name: `tcpdump-${name}` })
  const looks = await Promise.race([
    until(() => /listening on/.test(one.said()) || undefined, 'tcpdump listens'),
    one.ended.then(() => false),
  ])
  if (!looks) return undefined
  const packets = () => packetsOf(readFileSync(file))
  return { packets, stop: async () => { await one.stop(); return packets() } }
}

/** pcap, little-endian, Ethernet; IPv4. */
export function packetsOf(bytes: Buffer): Packet[] {
  const found: Packet[] = []
  for (let at = 24; at + 16 <= bytes.length;) {
    const length = bytes.readUInt32LE(at + 8), frame = bytes.subarray(at + 16 + 14, at + 16 + length)
    if (at + 16 + length > bytes.length) break
    at += 16 + length
    const packet = frame.length > 20 && frame[0]! >> 4 === 4 ? packetOf(frame) : undefined
    if (packet) found.push(packet)
  }
  return found
}

function packetOf(frame: Buffer): Packet | undefined {
  const protocol = frame[9] === 17 ? 'udp' : frame[9] === 6 ? 'tcp' : undefined
  const segment = frame.subarray((frame[0]! & 15) * 4, frame.readUInt16BE(2))
  if (!protocol || segment.length < (protocol === 'udp' ? 8 : 20)) return undefined
  const head = protocol === 'udp' ? 8 : (segment[12]! >> 4) * 4
  return { protocol, from: segment.readUInt16BE(0), to: segment.readUInt16BE(2), payload: segment.subarray(head) }
}

/** Looks like RTP (version 2, no RTCP type), sent to this port; DTLS and STUN have other first bits (RFC 7983). */
export function rtpTo(packets: readonly Packet[], port: number): Buffer[] {
  return packets.filter((p) => p.protocol === 'udp' && p.to === port && p.payload.length >= 20 && p.payload[0]! >> 6 === 2).map((p) => p.payload)
    .filter((rtp) => (rtp[1]! & 127) < 64 || (rtp[1]! & 127) > 95)
}

function headLength(rtp: Buffer): number {
  const fixed = 12 + 4 * (rtp[0]! & 15)
  return rtp[0]! & 16 ? fixed + 4 + 4 * rtp.readUInt16BE(fixed + 2) : fixed
}

/** The payloads taken for mu-law, as somebody who listens in would. */
export function overheard(rtp: readonly Buffer[], payloadType = 0): Sound {
  const voice = rtp.filter((one) => (one[1]! & 127) === payloadType)
  return muLawSound(Buffer.concat(voice.map((one) => one.subarray(headLength(one), headLength(one) + 160))))
}

const tagLength = 10

export interface Opened { readonly good: number; readonly all: number; readonly sound: Sound }

/** With the key of an a=crypto line: how many tags are right, and what is inside. */
export function opened(rtp: readonly Buffer[], inline: string, payloadType = 0): Opened {
  const key = Buffer.from(inline, 'base64'), master = key.subarray(0, 16), salt = key.subarray(16, 30)
  const counter = (k: Buffer, iv: Buffer, data: Buffer) => createCipheriv('aes-128-ctr', k, iv).update(data)
  const derive = (label: number, length: number) => {                          // RFC 3711 4.3.1
    const iv = Buffer.alloc(16)
    salt.copy(iv)
    iv[7]! ^= label
    return counter(master, iv, Buffer.alloc(length))
  }
  const [encryption, authentication, salting] = [derive(0, 16), derive(1, 20), derive(2, 14)]
  const voice: Buffer[] = []
  let rollover = 0, last = -1, good = 0
  for (const one of rtp) {
    const sequence = one.readUInt16BE(2)
    if (last - sequence > 32_768) rollover++
    last = sequence
    const roc = Buffer.alloc(4)
    roc.writeUInt32BE(rollover)
    const covered = one.subarray(0, -tagLength)
    if (createHmac('sha1', authentication).update(covered).update(roc).digest().subarray(0, tagLength).equals(one.subarray(-tagLength))) good++
    const iv = Buffer.alloc(16)
    salting.copy(iv)
    for (let i = 0; i < 4; i++) { iv[4 + i]! ^= one[8 + i]!; iv[8 + i]! ^= roc[i]! }
    iv[12]! ^= one[2]!
    iv[13]! ^= one[3]!
    if ((one[1]! & 127) === payloadType) voice.push(counter(encryption, iv, covered.subarray(headLength(one))))
  }
  return { good, all: rtp.length, sound: muLawSound(Buffer.concat(voice)) }
}

const readableSip = /SIP\/2\.0|\r\nCall-ID:|\r\nm=audio|inline:|REGISTER sip|INVITE sip/

/** Packets in which somebody who listens in can read SIP or SDP. */
export function readable(packets: readonly Packet[]): string[] {
  return packets.map((p) => p.payload.toString('latin1')).filter((text) => readableSip.test(text)).map((text) => text.slice(0, 60))
}
