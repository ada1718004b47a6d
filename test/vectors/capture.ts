/**
 * Captures of others, read as far as tests need them: pcap and pcapng; Ethernet (VLAN, PPPoE), Linux cooked, loopback or raw IP; fragments put together; UDP and TCP.
 * Frame numbers are those of tshark: from 1, every packet of the file counts.
 */
export interface Frame { readonly number: number; readonly protocol: 'udp' | 'tcp'; readonly from: string; readonly to: string; readonly sequence: number; readonly payload: Buffer }

interface Packet { readonly link: number; readonly bytes: Buffer }

export function framesOf(file: Buffer): Frame[] {
  const fragments = new Map<string, Buffer[]>()
  return packetsOf(file).flatMap(({ link, bytes }, i) => inFrame(i + 1, link, bytes, fragments) ?? [])
}

function packetsOf(file: Buffer): Packet[] { return file.readUInt32LE(0) === 0x0a0d0d0a ? blocks(file) : records(file) }

/** The classic format, in either byte order, with seconds in micro or nano. */
function records(file: Buffer): Packet[] {
  const little = (file.readUInt32LE(0) & 0xf0ff) === 0xc0d4 || file[0] === 0xd4 || file[0] === 0x4d, packets: Packet[] = []
  const number = (at: number) => little ? file.readUInt32LE(at) : file.readUInt32BE(at)
  for (let at = 24; at + 16 <= file.length; at += 16 + number(at + 8)) packets.push({ link: number(20) & 0xffff, bytes: file.subarray(at + 16, at + 16 + number(at + 8)) })
  return packets
}

/** pcapng: section header, interface description, enhanced and simple packets; little endian, as every machine of the field writes it. */
function blocks(file: Buffer): Packet[] {
  const links: number[] = [], packets: Packet[] = []
  for (let at = 0; at + 12 <= file.length;) {
    const type = file.readUInt32LE(at), length = file.readUInt32LE(at + 4)
    if (length < 12) break
    if (type === 0x0a0d0d0a) links.length = 0
    else if (type === 1) links.push(file.readUInt16LE(at + 8))
    else if (type === 6) packets.push({ link: links[file.readUInt32LE(at + 8)] ?? 1, bytes: file.subarray(at + 28, at + 28 + file.readUInt32LE(at + 20)) })
    else if (type === 3) packets.push({ link: links[0] ?? 1, bytes: file.subarray(at + 12, at + length - 4) })
    at += length
  }
  return packets
}

/** Where the network layer begins, by link type: loopback, Ethernet (VLAN tags stepped over), cooked, raw. */
function network(link: number, bytes: Buffer): Buffer | undefined {
  if (link === 0 || link === 108) return bytes.subarray(4)
  if (link === 113) return bytes.subarray(16)
  if (link === 276) return bytes.subarray(20)
  if (link !== 1) return bytes
  let at = 12
  while (bytes.length > at + 4 && (bytes.readUInt16BE(at) === 0x8100 || bytes.readUInt16BE(at) === 0x88a8)) at += 4
  if (bytes.length > at + 10 && bytes.readUInt16BE(at) === 0x8864) return bytes.subarray(at + 10)                   // PPPoE session
  return bytes.length > at + 2 && [0x0800, 0x86dd].includes(bytes.readUInt16BE(at)) ? bytes.subarray(at + 2) : undefined
}

interface Datagram { readonly protocol: number; readonly from: string; readonly to: string; readonly payload: Buffer }

function inFrame(number: number, link: number, bytes: Buffer, fragments: Map<string, Buffer[]>): Frame | undefined {
  const inner = network(link, bytes)
  return inner && transported(number, datagram(inner, fragments), fragments)
}

function transported(number: number, found: Datagram | undefined, fragments: Map<string, Buffer[]>): Frame | undefined {
  if (!found) return undefined
  const { protocol, payload } = found
  if (protocol === 4 || protocol === 41) return transported(number, datagram(payload, fragments), fragments)   // IP in IP
  if (protocol === 17 && payload.length >= 8) return frame(number, 'udp', found, 0, payload.subarray(8, payload.readUInt16BE(4)))
  if (protocol === 6 && payload.length >= 20) return frame(number, 'tcp', found, payload.readUInt32BE(4), payload.subarray((payload[12]! >> 4) * 4))
  return undefined
}

function frame(number: number, protocol: 'udp' | 'tcp', { from, to, payload: head }: Datagram, sequence: number, payload: Buffer): Frame {
  return { number, protocol, from: `${from}:${head.readUInt16BE(0)}`, to: `${to}:${head.readUInt16BE(2)}`, sequence, payload }
}

function datagram(bytes: Buffer, fragments: Map<string, Buffer[]>): Datagram | undefined {
  const version = bytes.length >= 20 ? bytes[0]! >> 4 : 0
  if (version === 4) return version4(bytes, fragments)
  return version === 6 && bytes.length >= 40 ? version6(bytes, fragments) : undefined
}

function version4(bytes: Buffer, fragments: Map<string, Buffer[]>): Datagram | undefined {
  const head = (bytes[0]! & 15) * 4, total = bytes.readUInt16BE(2), flags = bytes.readUInt16BE(6), offset = (flags & 0x1fff) * 8
  const [from, to] = [bytes.subarray(12, 16).join('.'), bytes.subarray(16, 20).join('.')], payload = bytes.subarray(head, total === 0 ? bytes.length : total)
  const whole = together(fragments, `${from} ${to} ${bytes.readUInt16BE(4)}`, offset, (flags & 0x2000) !== 0, payload)
  return whole && { protocol: bytes[9]!, from, to, payload: whole }
}

function version6(bytes: Buffer, fragments: Map<string, Buffer[]>): Datagram | undefined {
  const [from, to] = [bytes.toString('hex', 8, 24), bytes.toString('hex', 24, 40)], payload = bytes.subarray(40, 40 + bytes.readUInt16BE(4))
  if (bytes[6] !== 44) return { protocol: bytes[6]!, from, to, payload }
  const flags = payload.readUInt16BE(2), whole = together(fragments, `${from} ${to} ${payload.readUInt32BE(4)}`, flags & 0xfff8, (flags & 1) !== 0, payload.subarray(8))
  return whole && { protocol: payload[0]!, from, to, payload: whole }
}

/** Fragments in order, as captures have them; undefined until the last one. */
function together(fragments: Map<string, Buffer[]>, key: string, offset: number, more: boolean, payload: Buffer): Buffer | undefined {
  if (offset === 0 && !more) return payload
  const held = offset === 0 ? [] : fragments.get(key)
  if (!held || held.reduce((sum, one) => sum + one.length, 0) !== offset) return undefined
  held.push(payload)
  fragments.set(key, held)
  return more ? undefined : Buffer.concat(held)
}
