/**
 * Typed questions to a parsed session description, answered when asked. A line that makes no sense is as if it were absent.
 *
 * Standards  RFC 8866 6, RFC 3551 6, RFC 4733 2.4, RFC 8122 5, RFC 8842 5.2, RFC 3605, RFC 5761, RFC 5888, RFC 8839
 * Security   fed by strangers; each question is one pass over the lines of one section
 */
import { isHex, wholeNumber, words } from './address.ts'
import { maxPayload, maxPort, parseConnection, parsePtime, type Connection, type Media, type Sdp, type Section } from './parse.ts'

/** The value of the first `a=name:value`, '' for `a=name`, undefined where there is none. */
export function attribute(section: Section, name: string): string | undefined {
  const end = name.length + 2
  for (const line of section.lines) {
    if (!isAttribute(line) || !line.startsWith(name, 2)) continue
    if (line.length === end) return ''
    if (line.charCodeAt(end) === 58) return line.slice(end + 1)
  }
  return undefined
}

function isAttribute(line: string): boolean { return line.charCodeAt(0) === 97 && line.charCodeAt(1) === 61 }

/** The values of every `a=name:value`. */
export function attributes(section: Section, name: string): string[] {
  const found: string[] = [], end = name.length + 2
  for (const line of section.lines) if (isAttribute(line) && line.charCodeAt(end) === 58 && line.startsWith(name, 2)) found.push(line.slice(end + 1))
  return found
}

/** Of the medium, else of its session. */
export function inherited(media: Media, name: string): string | undefined {
  return attribute(media, name) ?? attribute(media.session, name)
}

/** RFC 8866 5.2: the fields of the o= line. */
export interface Origin {
  readonly user: string
  readonly sessionId: string
  readonly version: string
  readonly netType: string
  readonly addressType: string
  readonly address: string
}

export function origin(sdp: Sdp): Origin {
  const parts = words((sdp.session.lines.find((line) => line.startsWith('o=')) ?? 'o=').slice(2))
  const [sessionId = '', version = '', netType = '', addressType = '', address = ''] = parts.slice(-5)
  return { user: parts.slice(0, -5).join(' '), sessionId, version, netType, addressType, address }
}

/** RFC 8866 5.7: the first c= line of the medium, else of the session. */
export function connection(media: Media): Connection | undefined {
  return connectionIn(media) ?? connectionIn(media.session)
}

function connectionIn(section: Section): Connection | undefined {
  for (const line of section.lines) if (line.charCodeAt(0) === 99) return parseConnection(line)
  return undefined
}

/** Media may flow: a port, or a bundled medium that borrows one (RFC 9143 6). */
export function isLive(media: Media): boolean {
  return media.port !== 0 || attribute(media, 'bundle-only') !== undefined
}

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

/** RFC 8866 6.7: of the medium, else of the session, else sendrecv. */
export function direction(media: Media): Direction {
  return directionIn(media) ?? directionIn(media.session) ?? 'sendrecv'
}

function directionIn(section: Section): Direction | undefined {
  for (const line of section.lines) {
    const found = directionOf(line)
    if (found !== undefined) return found
  }
  return undefined
}

export function directionOf(line: string): Direction | undefined {
  switch (line) {
    case 'a=sendrecv': return 'sendrecv'
    case 'a=sendonly': return 'sendonly'
    case 'a=recvonly': return 'recvonly'
    case 'a=inactive': return 'inactive'
    default:           return undefined
  }
}

/** RFC 8866 6.6: what a payload type means. Clock in Hz; undefined where the peer left it out. */
export interface PayloadMap {
  readonly payload: number
  readonly name: string
  readonly clock: number | undefined
  readonly channels: number
}

/** a=rtpmap lines by payload type; the first of two counts. */
export function payloadMaps(media: Media): Map<number, PayloadMap> {
  const maps = new Map<number, PayloadMap>()
  for (const line of media.lines) {
    const map = line.startsWith('a=rtpmap:') ? parseMap(line) : undefined
    if (map && !maps.has(map.payload)) maps.set(map.payload, map)
  }
  return maps
}

function parseMap(line: string): PayloadMap | undefined {
  const [number = '', encoding = ''] = words(line.slice(9))
  const payload = wholeNumber(number, maxPayload)
  const first = encoding.indexOf('/')
  const name = first < 0 ? encoding : encoding.slice(0, first)
  if (payload === undefined || name === '') return undefined
  if (first < 0) return { payload, name, clock: undefined, channels: 1 }
  const second = encoding.indexOf('/', first + 1)
  const clock = wholeNumber(encoding.slice(first + 1, second < 0 ? undefined : second), 1e9)
  return { payload, name, clock, channels: second < 0 ? 1 : wholeNumber(encoding.slice(second + 1), 255) || 1 }
}

/** a=fmtp values by format. */
export function formatParameters(media: Media): Map<string, string> {
  const found = new Map<string, string>()
  for (const value of attributes(media, 'fmtp')) {
    const space = value.indexOf(' ')
    if (space > 0 && !found.has(value.slice(0, space))) found.set(value.slice(0, space), value.slice(space + 1))
  }
  return found
}

/** Milliseconds of audio in a packet that the peer would like. */
export function ptime(media: Media): number | undefined {
  const value = attribute(media, 'ptime')
  return value === undefined ? undefined : parsePtime(value)
}

/** RFC 4733 2.4: the payload type of digits; undefined where none is offered. */
export function telephoneEvent(media: Media): number | undefined {
  for (const map of payloadMaps(media).values()) {
    if (map.name.toLowerCase() === 'telephone-event' && media.formats.includes(String(map.payload))) return map.payload
  }
  return undefined
}

/** RFC 8122 5: the hash of the certificate that DTLS or TLS will show. */
export interface Fingerprint {
  /** sha-256 …, in lower case. */
  readonly hash: string
  /** Lower-case hex without colons. */
  readonly value: string
}

const hashOctets: Readonly<Record<string, number>> = { 'sha-1': 20, 'sha-224': 28, 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 }

/** A fingerprint of the medium or its session that is whole, with a hash that RFC 8122 5 still allows (not MD2, not MD5). */
export function fingerprint(media: Media): Fingerprint | undefined {
  return fingerprintIn(media) ?? fingerprintIn(media.session)
}

function fingerprintIn(section: Section): Fingerprint | undefined {
  for (const line of section.lines) {
    const found = line.startsWith('a=fingerprint:') ? parseFingerprint(line.slice(14)) : undefined
    if (found) return found
  }
  return undefined
}

function parseFingerprint(text: string): Fingerprint | undefined {
  const [name = '', pairs = ''] = words(text)
  const hash = name.toLowerCase()
  const octets = Object.hasOwn(hashOctets, hash) ? hashOctets[hash]! : -1
  const parts = pairs.split(':')
  if (parts.length !== octets || !parts.every((p) => p.length === 2 && isHex(p))) return undefined
  return { hash, value: parts.join('').toLowerCase() }
}

export type Setup = 'active' | 'passive' | 'actpass' | 'holdconn'
const setups: readonly string[] = ['active', 'passive', 'actpass', 'holdconn']

/** RFC 4145 4: who opens the DTLS association. */
export function setup(media: Media): Setup | undefined {
  const value = inherited(media, 'setup')
  return value !== undefined && setups.includes(value) ? value as Setup : undefined
}

/** RFC 8839 5.4: the peer speaks ICE for this medium. */
export function hasIce(media: Media): boolean {
  return inherited(media, 'ice-ufrag') !== undefined && inherited(media, 'ice-pwd') !== undefined
}

/** RFC 3605 2.1: where RTCP goes, if not to the next port. */
export function rtcpPort(media: Media): number | undefined {
  const value = attribute(media, 'rtcp')
  return value === undefined ? undefined : wholeNumber(words(value)[0] ?? '', maxPort)
}

/** RFC 5761 5.1.1: RTCP on the port of RTP. */
export function rtcpMux(media: Media): boolean { return attribute(media, 'rtcp-mux') !== undefined }

/** RFC 5888 4. */
export function mediaId(media: Media): string | undefined { return attribute(media, 'mid') }

/** RFC 8866 5.8: b= lines of a section by type; AS and CT in kbit/s, TIAS in bit/s (RFC 3890). */
export function bandwidths(section: Section): Map<string, number> {
  const found = new Map<string, number>()
  for (const line of section.lines) {
    if (line.charCodeAt(0) !== 98) continue
    const colon = line.indexOf(':')
    const value = colon < 0 ? undefined : wholeNumber(line.slice(colon + 1), 1e12)
    if (value !== undefined) found.set(line.slice(2, colon), value)
  }
  return found
}
