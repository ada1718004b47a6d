/**
 * A session description back to text, and the few changes that a back-to-back user agent makes: each returns a new one,
 * and every line that it does not concern stays as it came.
 *
 * Standards  RFC 8866 5, RFC 3264 6 and 8
 * Security   a line end in a value is our own mistake and throws: no stranger's text gets a line of its own
 */
import { addressType } from './address.ts'
import { parseCrypto, type Crypto } from './crypto.ts'
import { directionOf, type Direction } from './facts.ts'
import type { Media, Sdp, Section } from './parse.ts'

/** The text as it was parsed where nothing changed; CRLF after every line. */
export function printSdp(sdp: Sdp): string {
  if (sdp.text !== undefined) return sdp.text
  let text = printLines(sdp.session.lines)
  for (const media of sdp.media) text += printLines(media.lines)
  return text
}

function printLines(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\r\n')}\r\n`
}

/** A place that an edit concerns: one medium by its index, the session's lines, or both and all media. */
export type Where = number | 'session' | 'everywhere'

function checked(line: string): string {
  if (line.includes('\r') || line.includes('\n') || line.includes('\0')) throw new Error('a line end in an SDP value')
  return line
}

function withSession(sdp: Sdp, lines: readonly string[]): Sdp {
  const session: Section = { lines }
  return { session, media: sdp.media.map((media) => ({ ...media, session })) }
}

function withMedia(sdp: Sdp, index: number, change: Partial<Media>): Sdp {
  if (sdp.media[index] === undefined) throw new Error(`no medium ${index}`)
  return { session: sdp.session, media: sdp.media.map((media, i) => i === index ? { ...media, ...change } : media) }
}

/** The same with the lines of one or all sections changed by `edit`; sections that stay alike are kept. */
function mapLines(sdp: Sdp, where: Where, edit: (lines: readonly string[]) => readonly string[]): Sdp {
  let result = sdp
  if (typeof where !== 'number') {
    const lines = edit(sdp.session.lines)
    if (lines !== sdp.session.lines) result = withSession(result, lines)
  }
  if (where === 'session') return result
  for (let i = 0; i < sdp.media.length; i++) {
    if (where !== 'everywhere' && where !== i) continue
    const lines = edit(sdp.media[i]!.lines)
    if (lines !== sdp.media[i]!.lines) result = withMedia(result, i, { lines })
  }
  return result
}

function without(lines: readonly string[], drop: (line: string) => boolean): readonly string[] {
  return lines.some(drop) ? lines.filter((line) => !drop(line)) : lines
}

/** RFC 8866 5.2. */
export function setOrigin(sdp: Sdp, user: string, sessionId: string, version: string, address: string): Sdp {
  const line = checked(`o=${user} ${sessionId} ${version} IN ${addressType(address)} ${address}`)
  return withSession(sdp, sdp.session.lines.map((old) => old.startsWith('o=') ? line : old))
}

/** One direction line in the place of those that were, else at the end of the medium. */
export function setDirection(sdp: Sdp, index: number, direction: Direction): Sdp {
  const line = `a=${direction}`
  const lines: string[] = []
  let placed = false
  for (const old of sdp.media[index]?.lines ?? []) {
    if (directionOf(old) === undefined) lines.push(old)
    else if (!placed) placed = lines.push(line) > 0
  }
  if (!placed) lines.push(line)
  return withMedia(sdp, index, { lines })
}

/** RFC 3264 6: port 0. Keys, candidates and all else of the medium go; its place, formats and mid stay. */
export function rejectMedia(sdp: Sdp, index: number): Sdp {
  const media = sdp.media[index]
  if (media === undefined) throw new Error(`no medium ${index}`)
  const kept = media.lines.slice(1).filter((line) => line.startsWith('a=mid:'))
  return withMedia(sdp, index, { port: 0, portCount: 1, lines: [mediaLine({ ...media, port: 0, portCount: 1 }), ...kept] })
}

function mediaLine(media: Pick<Media, 'kind' | 'port' | 'portCount' | 'proto' | 'formats'>): string {
  const port = media.portCount > 1 ? `${media.port}/${media.portCount}` : media.port
  return checked(`m=${[media.kind, port, media.proto, ...media.formats].join(' ')}`)
}

export function setProto(sdp: Sdp, index: number, proto: string): Sdp {
  const media = sdp.media[index]
  if (media === undefined) throw new Error(`no medium ${index}`)
  return withMedia(sdp, index, { proto, lines: [mediaLine({ ...media, proto }), ...media.lines.slice(1)] })
}

/** Every `a=name` and `a=name:value` there. */
export function removeAttribute(sdp: Sdp, where: Where, name: string): Sdp {
  const flag = `a=${name}`, start = `${flag}:`
  return mapLines(sdp, where, (lines) => without(lines, (line) => line === flag || line.startsWith(start)))
}

/** Crypto lines go, except those that `keep` wants; a line that is invalid is never kept. */
export function removeCrypto(sdp: Sdp, where: Where, keep: (crypto: Crypto) => boolean = () => false): Sdp {
  const drop = (line: string) => {
    if (!line.startsWith('a=crypto:')) return false
    const crypto = parseCrypto(line.slice(9))
    return crypto === undefined || !keep(crypto)
  }
  return mapLines(sdp, where, (lines) => without(lines, drop))
}

const capabilities = ['csup', 'creq', 'acap', 'tcap', 'pcfg', 'acfg', 'rmcap', 'omcap', 'mfcap', 'mscap', 'bcap', 'icap', 'ccap', 'lcfg', 'sescap']

/** RFC 5939, 6871, 7006: without potential configurations the answer can only take or refuse what the m= lines say. */
export function removeCapabilities(sdp: Sdp): Sdp {
  return capabilities.reduce((left, name) => removeAttribute(left, 'everywhere', name), sdp)
}

/** A format with its rtpmap, fmtp and rtcp-fb; a medium that has none left is rejected. */
export function removePayload(sdp: Sdp, index: number, payload: string): Sdp {
  const media = sdp.media[index]
  if (!media?.formats.includes(payload)) return sdp
  const formats = media.formats.filter((format) => format !== payload)
  if (formats.length === 0) return rejectMedia(sdp, index)
  const starts = ['rtpmap', 'fmtp', 'rtcp-fb'].map((name) => `a=${name}:${payload} `)
  const kept = without(media.lines.slice(1), (line) => starts.some((start) => line.startsWith(start)))
  return withMedia(sdp, index, { formats, lines: [mediaLine({ ...media, formats }), ...kept] })
}

/** One c= line there, instead of those that were; `everywhere`: in the session, and none in the media. */
export function setConnection(sdp: Sdp, where: Where, address: string): Sdp {
  const line = checked(`c=IN ${addressType(address)} ${address}`)
  const isConnection = (old: string) => old.startsWith('c=')
  if (where === 'everywhere') {
    const bare = sdp.media.reduce((left, _, i) => mapLines(left, i, (lines) => without(lines, isConnection)), sdp)
    return setConnection(bare, 'session', address)
  }
  return mapLines(sdp, where, (lines) => {
    const kept = lines.filter((old) => !isConnection(old))
    const after = kept.findLastIndex((old) => placesBefore.includes(old[0]!)) + 1
    return [...kept.slice(0, after), line, ...kept.slice(after)]
  })
}

/** RFC 8866 9: the lines that a c= line stands after. */
const placesBefore = ['m', 'v', 'o', 's', 'i', 'u', 'e', 'p']
