/**
 * WWW-Authenticate, Proxy-Authenticate, Authorization and Proxy-Authorization: one header value ⇄ its meaning.
 *
 * Standards  RFC 7616 3.3 and 3.4, RFC 8760 2.7, RFC 3261 20.7 and 25.1 (one value a header line: no comma-joined challenges)
 * Security   fed by strangers; one pass, at most maxValue octets and maxParams parameters, a name twice is refused
 */
import { fail, ok, type Problem, type Result } from '../../../kit/result.ts'
import { blanks, token } from '../scan.ts'
import { problems } from './problems.ts'

/** Octets of one header value. */
export const maxValue = 4096
export const maxParams = 32

/** A scheme that we do not speak: kept for the log, never answered (RFC 8760 2.6 forbids Basic). */
export interface OtherScheme { readonly is: 'other'; readonly scheme: string; readonly raw: string }

/** Absent texts are ''. */
export interface DigestChallenge {
  readonly is: 'digest'
  readonly realm: string
  readonly nonce: string
  readonly opaque: string
  readonly domain: string
  /** As written; MD5 where absent (RFC 7616 3.3). */
  readonly algorithm: string
  /** Lower case, in order; empty where absent (RFC 2069). */
  readonly qop: readonly string[]
  readonly stale: boolean
  readonly userhash: boolean
  readonly charset: string
  /** Parameters of no known name, lower case. */
  readonly others: readonly (readonly [name: string, value: string])[]
}
export type Challenge = DigestChallenge | OtherScheme

/** Absent texts are ''. Texts are latin1 as received, but for the user name. */
export interface DigestCredentials {
  readonly is: 'digest'
  /** Unicode: UTF-8 and username* are decoded. */
  readonly username: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  readonly response: string
  /** As written; MD5 where absent. */
  readonly algorithm: string
  /** '' (RFC 2069), auth, auth-int or an extension. */
  readonly qop: string
  /** Eight hex digits as written; '' without qop. */
  readonly nc: string
  readonly cnonce: string
  readonly opaque: string
  readonly userhash: boolean
  readonly others: readonly (readonly [name: string, value: string])[]
}
export type Credentials = DigestCredentials | OtherScheme

/** Places of the known parameters in `Params.known`. */
const places = { username: 0, 'username*': 1, realm: 2, nonce: 3, uri: 4, response: 5, algorithm: 6, qop: 7, nc: 8, cnonce: 9,
  opaque: 10, userhash: 11, domain: 12, stale: 13, charset: 14 } as const
const names = Object.keys(places)

/** Places by length and first letter of the name, so that no name has to be cut out to be known. */
const placesAt: (number[] | undefined)[] = new Array<number[] | undefined>(10 * 32).fill(undefined)
names.forEach((name, place) => { (placesAt[name.length * 32 + (name.charCodeAt(0) & 31)] ??= []).push(place) })

const noValues: (string | undefined)[] = names.map(() => undefined)

/** 1: a quote, a backslash or a control character. A table, because nonces are too random for a branch on the letter to be foreseen. */
const stops = Uint8Array.from({ length: 256 }, (_, c) => (c === 34 || c === 92 || isControl(c) ? 1 : 0))

interface Params {
  readonly known: (string | undefined)[]
  readonly others: [string, string][]
}

export function parseChallenge(value: string): Result<Challenge> {
  const read = open(value)
  if (!read.ok || read.value.is === 'other') return read as Result<Challenge>
  const { known, others } = read.value
  const realm = known[places.realm], nonce = known[places.nonce], stale = known[places.stale] ?? ''
  if (realm === undefined) return fail(problems.missing('realm'))
  if (nonce === undefined || nonce === '') return fail(problems.missing('nonce'))
  return ok({
    is: 'digest', realm, nonce, opaque: known[places.opaque] ?? '', domain: known[places.domain] ?? '',
    algorithm: known[places.algorithm] || 'MD5', qop: qopOptions(known[places.qop] ?? ''), stale: isTrue(stale),
    userhash: isTrue(known[places.userhash] ?? ''), charset: known[places.charset] ?? '', others,
  })
}

export function parseCredentials(value: string): Result<Credentials> {
  const read = open(value)
  if (!read.ok || read.value.is === 'other') return read as Result<Credentials>
  const { known, others } = read.value
  const username = userOf(known), realm = known[places.realm], nonce = known[places.nonce], uri = known[places.uri], response = known[places.response]
  if (realm === undefined) return fail(problems.missing('realm'))
  if (nonce === undefined) return fail(problems.missing('nonce'))
  if (uri === undefined) return fail(problems.missing('uri'))
  if (response === undefined) return fail(problems.missing('response'))
  if (typeof username !== 'string') return fail(username)
  const qop = known[places.qop] ?? '', nc = known[places.nc] ?? '', cnonce = known[places.cnonce] ?? ''
  if (nc !== '' && !isCount(nc)) return fail(problems.value('nc'))
  if (qop !== '' && nc === '') return fail(problems.missing('nc'))            // RFC 7616 3.4: nc and cnonce go with qop
  if (qop !== '' && cnonce === '') return fail(problems.missing('cnonce'))
  return ok({
    is: 'digest', username, realm, nonce, uri, response, algorithm: known[places.algorithm] || 'MD5', qop, nc, cnonce,
    opaque: known[places.opaque] ?? '', userhash: isTrue(known[places.userhash] ?? ''), others,
  })
}

function open(value: string): Result<OtherScheme | (Params & { is: 'digest' })> {
  if (value.length > maxValue) return fail(problems.tooLong)
  const start = blanks(value, 0), end = token(value, start)
  if (end < 0) return fail(problems.syntax)
  const scheme = value.slice(start, end)
  if (scheme !== 'Digest' && scheme.toLowerCase() !== 'digest') return ok({ is: 'other', scheme, raw: value })
  const next = blanks(value, end)
  if (next === end) return fail(problems.syntax)
  const known = noValues.slice(), others: [string, string][] = []
  const wrong = readParams(value, next, known, others)
  return wrong ? fail(wrong) : ok({ is: 'digest', known, others })
}

/** name "=" (token / quoted-string), separated by commas. */
function readParams(s: string, i: number, known: (string | undefined)[], others: [string, string][]): Problem | undefined {
  for (let count = 0; ; count++) {
    if (count === maxParams) return problems.tooMany
    const nameEnd = token(s, i)
    if (nameEnd < 0) return problems.syntax
    const equals = blanks(s, nameEnd)
    if (s.charCodeAt(equals) !== 61) return problems.syntax
    const at = blanks(s, equals + 1)
    const end = s.charCodeAt(at) === 34 ? quotedEnd(s, at) : token(s, at)
    if (end < 0) return problems.syntax
    const wrong = keep(s, i, nameEnd, textOf(s, at, end), known, others)
    if (wrong) return wrong
    i = blanks(s, end)
    if (i === s.length) return undefined
    if (s.charCodeAt(i) !== 44) return problems.syntax
    i = blanks(s, i + 1)
  }
}

function keep(s: string, from: number, to: number, value: string, known: (string | undefined)[], others: [string, string][]): Problem | undefined {
  const place = placeOf(s, from, to)
  if (place >= 0) {
    if (known[place] !== undefined) return problems.twice(names[place]!)
    known[place] = value
    return undefined
  }
  const name = s.slice(from, to).toLowerCase()
  for (const other of others) if (other[0] === name) return problems.twice(name)
  others.push([name, value])
  return undefined
}

/** -1 for a name that is not known. */
function placeOf(s: string, from: number, to: number): number {
  const some = to - from < 10 ? placesAt[(to - from) * 32 + (s.charCodeAt(from) & 31)] : undefined
  if (some) for (let i = 0; i < some.length; i++) if (named(s, from, names[some[i]!]!)) return some[i]!
  return -1
}

/** Whether a known name stands at `from`, in any case: `| 32` makes letters small and leaves the star as it is. */
function named(s: string, from: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if ((s.charCodeAt(from + i) | 32) !== name.charCodeAt(i)) return false
  return true
}

/** Behind the closing quote; -1 if there is none or a control character stands inside (a line break would split the header we answer with). */
function quotedEnd(s: string, i: number): number {
  for (i++; i < s.length; i++) {
    const c = s.charCodeAt(i)
    if (stops[c & 255] === 0) continue
    if (c === 34) return i + 1
    if (isControl(c === 92 ? s.charCodeAt(++i) : c)) return -1
  }
  return -1
}

function isControl(c: number): boolean { return (c < 32 && c !== 9) || c === 127 }

function textOf(s: string, at: number, end: number): string {
  if (s.charCodeAt(at) !== 34) return s.slice(at, end)
  const inner = s.slice(at + 1, end - 1)
  return inner.includes('\\') ? unescaped(inner) : inner
}

function unescaped(s: string): string {
  let out = ''
  for (let i = 0; i < s.length; i++) out += s[i] === '\\' ? s[++i] ?? '' : s[i]
  return out
}

/** A quoted-string of these octets. */
export function quote(s: string): string {
  if (!s.includes('"') && !s.includes('\\')) return `"${s}"`
  let out = '"'
  for (const c of s) out += c === '"' || c === '\\' ? `\\${c}` : c
  return `${out}"`
}

function qopOptions(text: string): string[] {
  return text === '' ? [] : text.toLowerCase().split(',').map((option) => option.trim()).filter((option) => option !== '')
}

function isTrue(text: string): boolean { return text === 'true' || text.toLowerCase() === 'true' }

/** 8LHEX, but for 00000000: counting begins at one (RFC 7616 3.4). Upper case is read as well. */
function isCount(nc: string): boolean {
  if (nc.length !== 8 || nc === '00000000') return false
  for (let i = 0; i < 8; i++) if (hexDigit(nc.charCodeAt(i)) < 0) return false
  return true
}

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48
  const letter = c | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

/** RFC 7616 3.4: username or username*, never both. */
function userOf(known: (string | undefined)[]): string | Problem {
  const plain = known[places.username], extended = known[places['username*']]
  if (plain !== undefined) return extended === undefined ? unicode(plain) : problems.twice('username')
  return extended === undefined ? problems.missing('username') : fromExtended(extended) ?? problems.value('username*')
}

/** RFC 8187: UTF-8'language'percent-encoded. */
function fromExtended(text: string): string | undefined {
  const first = text.indexOf("'"), second = text.indexOf("'", first + 1)
  if (second < 0 || text.slice(0, first).toLowerCase() !== 'utf-8') return undefined
  let out = ''
  for (let i = second + 1; i < text.length; i++) {
    if (text[i] !== '%') { out += text[i]; continue }
    const high = hexDigit(text.charCodeAt(i + 1)), low = hexDigit(text.charCodeAt(i + 2))
    if (high < 0 || low < 0) return undefined
    out += String.fromCharCode(high * 16 + low)
    i += 2
  }
  return unicode(out)
}

/** The text of UTF-8 octets; octets that are not UTF-8 stay one char each. */
function unicode(octets: string): string {
  if (Buffer.byteLength(octets) === octets.length) return octets
  const text = Buffer.from(octets, 'latin1').toString()
  return text.includes('\ufffd') ? octets : text
}
