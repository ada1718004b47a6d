/**
 * SDP: text into sections of untouched lines, with every m= line read.
 *
 * Standards  RFC 8866 5 and 9 (RFC 4566); read tolerantly: bare LF, no final line end, no s= or t=, lines of a section in any order
 * Security   fed by strangers; one pass, every size named below; what is refused here never reaches a phone
 */
import { ok, type Result } from '../../kit/result.ts'
import { isHostName, isIPv4, isIPv6, wholeNumber, words } from './address.ts'
import { refuse, type SdpCode } from './problems.ts'

/** Octets of a session description. */
export const maxSdp = 16 * 1024
export const maxLines = 1024
/** Octets of one line. */
export const maxLine = 4 * 1024
export const maxMedia = 32
/** Formats of one m= line: there are 128 payload types. */
export const maxFormats = 128
/** Crypto lines of one medium. */
export const maxCrypto = 16
export const maxPort = 65_535
export const maxPayload = 127
/** Milliseconds of a=ptime and a=maxptime. */
export const maxPtime = 2000

/** Lines without their line ends, as they came. */
export interface Section { readonly lines: readonly string[] }

export interface Media extends Section {
  /** The session that it stands in, for what it inherits. */
  readonly session: Section
  /** audio, video, image, application, message, text. */
  readonly kind: string
  readonly port: number
  readonly portCount: number
  /** RTP/AVP, RTP/SAVP, UDP/TLS/RTP/SAVPF, udptl … as it was spelled. */
  readonly proto: string
  readonly formats: readonly string[]
}

export interface Sdp {
  readonly session: Section
  readonly media: readonly Media[]
  /** What was parsed, where it is printed just so. */
  readonly text?: string | undefined
}

/** A session description of a stranger; latin1, one character an octet. Never throws; time grows with the length alone. */
export function parseSdp(text: string): Result<Sdp> {
  if (text.length === 0) return refuse('sdp.empty')
  if (text.length > maxSdp) return refuse('sdp.tooLong')
  if (text.includes('\0')) return refuse('sdp.character')
  const cut = cutLines(text)
  return cut.ok ? organise(cut.value.lines, cut.value.exact ? text : undefined) : cut
}

interface Cut { lines: string[]; exact: boolean }

/** RFC 8866 5: CRLF ends a line, a lone LF is accepted. `exact`: joining with CRLF gives the text back. */
function cutLines(text: string): Result<Cut> {
  const lines: string[] = []
  let exact = text.charCodeAt(text.length - 1) === 10
  let carriage = text.indexOf('\r')
  for (let at = 0; at < text.length;) {
    const feed = text.indexOf('\n', at)
    let end = feed < 0 ? text.length : feed
    if (end > at && text.charCodeAt(end - 1) === 13) end--
    else exact = false
    if (carriage >= 0 && carriage < end) return refuse('sdp.character', `line ${lines.length + 1}`)
    if (carriage === end) carriage = text.indexOf('\r', end + 1)
    if (end - at > maxLine) return refuse('sdp.lineTooLong', `line ${lines.length + 1}`)
    if (lines.length === maxLines) return refuse('sdp.tooManyLines')
    lines.push(text.slice(at, end))
    at = feed < 0 ? text.length : feed + 1
  }
  while (lines.length > 0 && lines[lines.length - 1] === '') { lines.pop(); exact = false }   // empty lines after the last are dropped
  return ok({ lines, exact })
}

/** What is known half way. */
interface Reading {
  session: { lines: string[] }
  media: (Media & { lines: string[] })[]
  /** Lines of the section that is being read. */
  lines: string[]
  seen: number
  sessionConnection: boolean
  connection: boolean
  crypto: number
}

function organise(lines: readonly string[], text: string | undefined): Result<Sdp> {
  if (lines[0] !== 'v=0') return refuse('sdp.version', 'line 1')
  const session = { lines: [] as string[] }
  const reading: Reading = { session, media: [], lines: session.lines, seen: 0, sessionConnection: false, connection: false, crypto: 0 }
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    const code = line.charCodeAt(1) === 61 ? readLine(reading, line) : 'sdp.line'
    if (code !== undefined) return refuse(code, `line ${i + 1}`)
    reading.lines.push(line)
  }
  if ((reading.seen & 2) === 0) return refuse('sdp.origin')
  const code = closeMedia(reading)
  return code === undefined ? ok({ session, media: reading.media, text }) : refuse(code, `media ${reading.media.length}`)
}

/** Where a type letter may stand, whether twice (a bit of `seen` where not), and what its value must be. */
interface LineType {
  media: boolean
  once: number
  read?: (reading: Reading, line: string) => SdpCode | undefined
}

const lineTypes: readonly (LineType | undefined)[] = letters({
  v: { media: false, once: 1 },
  o: { media: false, once: 2, read: (_, line) => isOrigin(line) ? undefined : 'sdp.origin' },
  s: { media: false, once: 4 },
  i: { media: true, once: 0 },
  u: { media: false, once: 0 },
  e: { media: false, once: 0 },
  p: { media: false, once: 0 },
  c: { media: true, once: 8, read: readConnection },
  b: { media: true, once: 0 },
  t: { media: false, once: 0 },
  r: { media: false, once: 0 },
  z: { media: false, once: 0 },
  k: { media: true, once: 0 },
  a: { media: true, once: 0, read: readAttribute },
  m: { media: true, once: 0, read: openMedia },
})

function letters(types: Record<string, LineType>): (LineType | undefined)[] {
  const byCode = new Array<LineType | undefined>(128).fill(undefined)
  for (const [letter, type] of Object.entries(types)) byCode[letter.charCodeAt(0)] = type
  return byCode
}

function readLine(reading: Reading, line: string): SdpCode | undefined {
  const type = lineTypes[line.charCodeAt(0)]
  if (type === undefined) return 'sdp.lineType'                     // RFC 8866 5: a description with an unknown letter is not used
  if (reading.media.length === 0) {
    if ((reading.seen & type.once) !== 0) return 'sdp.repeated'
    reading.seen |= type.once
  } else if (!type.media) return 'sdp.misplaced'
  return type.read?.(reading, line)
}

/** RFC 8866 5.2: user, id, version, network, address type, address. A user with spaces, or none (RFC 7006 5.1.1), is read over: the line is replaced by ours. */
function isOrigin(line: string): boolean {
  let end = line.length
  for (let field = 5; field >= 1; field--) {
    while (end > 2 && line.charCodeAt(end - 1) === 32) end--
    const start = Math.max(line.lastIndexOf(' ', end - 1) + 1, 2)
    if (start >= end || (field <= 2 && !isDigits(line, start, end))) return false
    end = start - 1
  }
  return true
}

function isDigits(text: string, from: number, to: number): boolean {
  if (to - from > 32) return false
  for (let i = from; i < to; i++) if (text.charCodeAt(i) < 48 || text.charCodeAt(i) > 57) return false
  return true
}

/** RFC 8866 5.7: the address of a c= line. */
export interface Connection {
  readonly netType: string
  readonly addressType: string
  readonly address: string
}

/** A whole c= line; undefined where an IN address is none. Other networks (PSTN, ATM) are taken as they are. */
export function parseConnection(line: string): Connection | undefined {
  const parts = words(line.slice(2))
  if (parts.length !== 3) return undefined
  const [netType, addressType, full] = parts as [string, string, string]
  if (netType.toUpperCase() !== 'IN') return { netType, addressType, address: full }
  const slash = full.indexOf('/')
  const address = slash < 0 ? full : full.slice(0, slash)
  const good = isAddress(addressType, address) && (slash < 0 || isScope(full.slice(slash + 1), addressType === 'IP4' ? 2 : 1))
  return good ? { netType, addressType, address } : undefined
}

function isAddress(type: string, address: string): boolean {
  if (type === 'IP4') return isIPv4(address) || isHostName(address)
  return type === 'IP6' && (isIPv6(address) || isHostName(address))
}

/** RFC 8866 5.7: /ttl/count of a multicast group. */
function isScope(text: string, most: number): boolean {
  const parts = text.split('/', most + 1)
  return parts.length <= most && parts.every((p) => wholeNumber(p, 255) !== undefined)
}

function readConnection(reading: Reading, line: string): SdpCode | undefined {
  const plain = line.startsWith('c=IN IP4 ') && isIPv4(line.slice(9))     // nearly every one
  if (!plain && parseConnection(line) === undefined) return 'sdp.connection'
  if (reading.media.length === 0) reading.sessionConnection = true
  reading.connection = true
  return undefined
}

/** RFC 8866 5.7: a c= line in every medium or in the session; a closed medium needs none. */
function closeMedia(reading: Reading): SdpCode | undefined {
  const last = reading.media[reading.media.length - 1]
  return last === undefined || last.port === 0 || reading.connection || reading.sessionConnection ? undefined : 'sdp.connectionMissing'
}

function openMedia(reading: Reading, line: string): SdpCode | undefined {
  const code = closeMedia(reading)
  if (code !== undefined) return code
  if (reading.media.length === maxMedia) return 'sdp.tooManyMedia'
  const fields = parseMediaLine(line)
  if (typeof fields === 'string') return fields
  const lines: string[] = []
  reading.media.push({ lines, session: reading.session, ...fields })
  reading.lines = lines
  reading.connection = false
  reading.crypto = 0
  return undefined
}

export type MediaLine = Pick<Media, 'kind' | 'port' | 'portCount' | 'proto' | 'formats'>

/** RFC 8866 5.14: `m=kind port[/count] proto format …`. A closed medium may come without a format: some phones reject so. */
export function parseMediaLine(line: string): MediaLine | SdpCode {
  const parts = words(line.slice(2))
  if (parts.length < 3) return 'sdp.media'
  const [kind, ports, proto] = parts as [string, string, string]
  const slash = ports.indexOf('/')
  const port = wholeNumber(slash < 0 ? ports : ports.slice(0, slash), maxPort)
  const portCount = slash < 0 ? 1 : wholeNumber(ports.slice(slash + 1), maxPort)
  if (port === undefined || !portCount || port + 2 * (portCount - 1) > maxPort) return 'sdp.port'
  if (parts.length === 3 && port !== 0) return 'sdp.media'
  if (parts.length - 3 > maxFormats) return 'sdp.tooManyFormats'
  const formats = parts.slice(3)
  if (isRtp(proto) && !formats.every((f) => wholeNumber(f, maxPayload) !== undefined)) return 'sdp.payload'
  return { kind, port, portCount, proto, formats }
}

/** Formats are payload types: RTP/AVP, RTP/AVPF, RTP/SAVP, RTP/SAVPF and what carries them. */
export function isRtp(proto: string): boolean {
  return proto === 'RTP/AVP' || proto === 'RTP/SAVP' || proto.toUpperCase().includes('RTP/')
}

function readAttribute(reading: Reading, line: string): SdpCode | undefined {
  switch (line.charCodeAt(2)) {
    case 114: return line.startsWith('a=rtpmap:') ? readMap(line) : undefined
    case 112: return line.startsWith('a=ptime:') ? readPtime(line, 8) : undefined
    case 109: return line.startsWith('a=maxptime:') ? readPtime(line, 11) : undefined
    case 99:  return line.startsWith('a=crypto:') && ++reading.crypto > maxCrypto ? 'sdp.tooManyCrypto' : undefined
    default:  return undefined
  }
}

function readMap(line: string): SdpCode | undefined {
  const space = line.indexOf(' ', 9)
  return wholeNumber(line.slice(9, space < 0 ? undefined : space), maxPayload) === undefined ? 'sdp.payload' : undefined
}

/** RFC 8866 6.4: milliseconds, not zero, a fraction allowed. */
export function parsePtime(text: string): number | undefined {
  const value = text.trim()
  const dot = value.indexOf('.')
  const whole = wholeNumber(dot < 0 ? value : value.slice(0, dot), maxPtime)
  if (whole === undefined || (dot >= 0 && wholeNumber(value.slice(dot + 1), 1e15) === undefined)) return undefined
  const time = dot < 0 ? whole : Number(value)
  return time > 0 && time <= maxPtime ? time : undefined
}

function readPtime(line: string, from: number): SdpCode | undefined {
  return parsePtime(line.slice(from)) === undefined ? 'sdp.ptime' : undefined
}
