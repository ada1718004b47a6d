/**
 * Transfer encodings, read in pieces and written.
 *
 * Standards  RFC 2045 6.7, 6.8
 * Security   fed by strangers: holds at most a few octets between pieces; what is no base64 is skipped, as the RFC says
 */
import { lineLength } from './limits.ts'

export type Encoding = '7bit' | '8bit' | 'binary' | 'base64' | 'quoted-printable'

export interface Decoder { readonly encoding: Encoding; /** Octets that wait for the next piece. */ held: string; /** The padding came: the rest is not read. */ ended: boolean }

export function newDecoder(encoding: Encoding): Decoder { return { encoding, held: '', ended: false } }

export function encodingOf(value: string | undefined): Encoding | undefined {
  const word = value === undefined ? '7bit' : value.trim().toLowerCase()
  return word === '7bit' || word === '8bit' || word === 'binary' || word === 'base64' || word === 'quoted-printable' ? word : undefined
}

/** The next piece decoded; `last`: nothing follows. */
export function decode(decoder: Decoder, octets: string, last = false): string {
  switch (decoder.encoding) {
    case 'base64': return base64(decoder, octets, last)
    case 'quoted-printable': return quotedPrintable(decoder, octets, last)
    default: return octets
  }
}

/** Blanks that wait for a line end. */
const maxBlanks = 1_000
const notBase64 = /[^A-Za-z0-9+/]+/g

function base64(decoder: Decoder, octets: string, last: boolean): string {
  if (decoder.ended) return ''
  const padding = octets.indexOf('='), read = padding < 0 ? octets : octets.slice(0, padding), letters = decoder.held + read.replace(notBase64, '')
  decoder.ended = padding >= 0
  const whole = decoder.ended || last ? letters.length : letters.length - letters.length % 4
  decoder.held = letters.slice(whole)
  return Buffer.from(letters.slice(0, whole), 'base64').toString('latin1')
}

/** What ends in the middle of an escape, or in blanks that may be followed by a line end, waits for the next piece. */
function quotedPrintable(decoder: Decoder, octets: string, last: boolean): string {
  const text = decoder.held + octets, end = last ? text.length : settled(text), lines = text.slice(0, end).split('\n'), rest = lines.pop()!
  decoder.held = text.slice(end)
  return lines.map(wholeLine).join('') + (last ? unescaped(softEnd(bare(rest)) ?? bare(rest)) : unescaped(rest))
}

/** How much of the text means the same whatever follows. */
function settled(text: string): number {
  const least = Math.max(0, text.length - maxBlanks)
  let end = text.length
  while (end > least && ' \t\r'.includes(text[end - 1]!)) end--
  const equals = text.lastIndexOf('=', end - 1)
  return equals >= 0 && (equals === end - 1 || (equals === end - 2 && end === text.length)) ? equals : end
}

/** RFC 2045 6.7 (3) (5): blanks at the end of a line are none of the text; `=` there joins it with the next. */
function wholeLine(line: string): string {
  const isCr = line.endsWith('\r'), text = bare(isCr ? line.slice(0, -1) : line), joined = softEnd(text)
  return joined === undefined ? `${unescaped(text)}${isCr ? '\r\n' : '\n'}` : unescaped(joined)
}

function bare(line: string): string {
  let end = line.length
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--
  return line.slice(0, end)
}

function softEnd(line: string): string | undefined { return line.endsWith('=') ? line.slice(0, -1) : undefined }
function unescaped(text: string): string { return text.replace(/=([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) }

/** Lines of 76, each ended. */
export function encodeBase64(octets: Buffer): string {
  const text = octets.toString('base64'), lines: string[] = []
  for (let at = 0; at < text.length; at += lineLength) lines.push(text.slice(at, at + lineLength))
  return lines.length === 0 ? '' : `${lines.join('\r\n')}\r\n`
}

/** Text (with CR LF or LF) in UTF-8; lines of at most 76, each ended. */
export function encodeQuotedPrintable(text: string): string {
  const octets = Buffer.from(text.toWellFormed()).toString('latin1')
  return octets.split(/\r?\n/).map((line) => softBroken(line.replace(/[^\x20-\x3c\x3e-\x7e\t]|[ \t]$/g, escaped))).join('\r\n')
}

const escaped = (c: string): string => `=${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`

function softBroken(line: string): string {
  const pieces: string[] = []
  let from = 0
  while (line.length - from > lineLength) {
    let end = from + lineLength - 1
    if (line[end - 1] === '=') end -= 1
    else if (line[end - 2] === '=') end -= 2
    pieces.push(line.slice(from, end))
    from = end
  }
  return [...pieces, line.slice(from)].join('=\r\n')
}
