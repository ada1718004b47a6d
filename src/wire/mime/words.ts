/**
 * Text in header fields: encoded words.
 *
 * Standards  RFC 2047
 * Security   fed by strangers: linear; what is no encoded word stays as it is
 */
import { charsetText } from './charset.ts'

interface Word { readonly charset: string; readonly octets: string; readonly end: number }

/** A header's value (octets) in Unicode; octets above 127 outside of words are taken as UTF-8 where they are (RFC 6532). */
export function decodeWords(value: string): string {
  const out: string[] = []
  let from = 0
  for (let at = value.indexOf('=?'); at >= 0; at = value.indexOf('=?', at)) {
    let word = wordAt(value, at)
    if (!word) { at += 2; continue }
    out.push(plain(value.slice(from, at)))
    let { charset } = word, octets = ''
    for (;;) {                                                                                // RFC 2047 6.2: blanks between two words do not show
      octets += word.octets
      from = word.end
      const next = nextWord(value, from)
      if (!next) break
      if (next.charset !== charset) { out.push(charsetText(charset, octets)); octets = ''; charset = next.charset }
      word = next
    }
    out.push(charsetText(charset, octets))
    at = from
  }
  out.push(plain(value.slice(from)))
  return out.join('')
}

function plain(octets: string): string {
  const bytes = Buffer.from(octets, 'latin1'), text = bytes.toString('utf8')
  return text.includes('\ufffd') ? octets : text
}

function nextWord(value: string, from: number): Word | undefined {
  let at = from
  while (value[at] === ' ' || value[at] === '\t') at++
  return at > from ? wordAt(value, at) : undefined
}

const maxWord = 512   // RFC 2047 2 says 75; many say more

/** `=?charset?B?text?=` */
function wordAt(value: string, at: number): Word | undefined {
  const text = value.slice(at, at + maxWord)
  if (!text.startsWith('=?')) return undefined
  const charsetEnd = text.indexOf('?', 2), kind = text[charsetEnd + 1]?.toLowerCase(), end = text.indexOf('?=', charsetEnd + 3)
  if (charsetEnd < 3 || text[charsetEnd + 2] !== '?' || end < 0) return undefined
  const charset = text.slice(2, charsetEnd), star = charset.indexOf('*'), coded = text.slice(charsetEnd + 3, end)
  if (coded.includes(' ') || charset.includes(' ')) return undefined
  const octets = kind === 'b' ? Buffer.from(coded, 'base64').toString('latin1') : kind === 'q' ? fromQ(coded) : undefined
  return octets === undefined ? undefined : { charset: (star < 0 ? charset : charset.slice(0, star)).toLowerCase(), octets, end: at + end + 2 }
}

function fromQ(coded: string): string {
  return coded.replaceAll('_', ' ').replace(/=[0-9A-Fa-f]{2}/g, (hex) => String.fromCharCode(Number.parseInt(hex.slice(1), 16)))
}

/** Text as it may stand in a header: as it is if it is ASCII without `=?`, else as words of at most 75 octets. */
export function encodeWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes('=?')) return text
  const words: string[] = []
  let held = ''
  for (const character of text.toWellFormed()) {
    if (Buffer.byteLength(held + character) > 45) { words.push(held); held = '' }
    held += character
  }
  return [...words, held].map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ')
}
