/**
 * SIP, SIPS and TEL URIs; any other scheme is kept as text.
 *
 * Standards  RFC 3261 19.1 and 25.1, RFC 3966
 */
import { fail, ok, type Result } from '../../kit/result.ts'
import { named } from './params.ts'
import { problems } from './problems.ts'
import { host as hostEnd, isEscape, isHeader, isParam, isUser, numberAt, uriChars } from './scan.ts'

/** Longest URI that is looked at. */
export const maxUri = 2048

export interface Uri {
  /** Lower case. */
  readonly scheme: string
  /** Unescaped user part (telephone-subscriber of a tel URI); '' where there is none. */
  readonly user: string
  /** As written; '' where there is none. Never to be logged. */
  readonly password: string
  /** Lower case, IPv6 without brackets; '' in a tel URI. */
  readonly host: string
  /** 0 where none is given. */
  readonly port: number
  /** `;name=value…` as written, '' without. */
  readonly params: string
  /** Behind the question mark, as written. */
  readonly headers: string
}

export function parseUri(text: string): Result<Uri> {
  const colon = text.indexOf(':')
  if (text.length > maxUri) return fail(problems.uri('is too long'))
  if (colon < 1 || !schemeChars(text, colon)) return fail(problems.uri('has no scheme'))
  const scheme = text.slice(0, colon).toLowerCase()
  if (scheme === 'sip' || scheme === 'sips') return sipUri(scheme, text, colon + 1)
  if (!uriChars(text, 0, text.length)) return fail(problems.uri('holds a character that must be escaped'))
  if (scheme === 'tel') return telUri(text.slice(colon + 1))
  return ok({ scheme, user: '', password: '', host: '', port: 0, params: '', headers: text.slice(colon + 1) })
}

function schemeChars(s: string, end: number): boolean {
  for (let i = 0; i < end; i++) {
    const c = s.charCodeAt(i), letter = (c | 32) >= 97 && (c | 32) <= 122
    if (!letter && (i === 0 || !((c >= 48 && c <= 57) || c === 43 || c === 45 || c === 46))) return false
  }
  return true
}

/** Positions of the parts of a sip or sips URI; `at` is -1 without a user, `colon` without a password, `headers` without a question mark. */
export interface SipUriAt { at: number; colon: number; host: number; hostEnd: number; port: number; params: number; headers: number }

export function newSipUriAt(): SipUriAt { return { at: -1, colon: -1, host: 0, hostEnd: 0, port: 0, params: 0, headers: -1 } }

/** Reads what stands behind `sip:`, from `i` to `end` (25.1, each part with its own characters): '' or what is wrong with it. */
export function sipUriAt(s: string, i: number, end: number, cut: SipUriAt): string {
  if (!userAt(s, i, end, cut)) return 'has a broken user part'
  cut.host = cut.at < 0 ? i : cut.at + 1
  cut.hostEnd = hostEnd(s, cut.host, end)
  if (cut.hostEnd < 0) return 'has no host'
  let k = cut.hostEnd
  cut.port = 0
  if (s.charCodeAt(k) === 58 && k < end) {
    const start = ++k
    while (k < end && s.charCodeAt(k) !== 59 && s.charCodeAt(k) !== 63) k++
    cut.port = numberAt(s, start, k, 65535)
  }
  if (cut.port < 0 || !(k === end || s.charCodeAt(k) === 59 || s.charCodeAt(k) === 63)) return 'has a broken host or port'
  cut.params = k
  k = paramsAt(s, k, end)
  if (k < 0) return 'has a broken parameter'
  cut.headers = k < end ? k + 1 : -1
  return k < end && !headersAt(s, k + 1, end) ? 'has broken headers' : ''
}

/** Looks for the `@`: false if what stands before it is no userinfo. */
function userAt(s: string, i: number, end: number, cut: SipUriAt): boolean {
  cut.at = cut.colon = -1
  for (let k = i; k < end; k++) {
    const c = s.charCodeAt(k)
    if (c === 64) {
      cut.at = k
      return k > i && cut.colon !== i                                               // 25.1: user = 1*( … ), before the @ and before the colon
    }
    if (c === 58 && cut.colon < 0) cut.colon = k
    else if (c === 37 ? !isEscape(s, k, end) : !isUser(c) || (cut.colon >= 0 && (c === 59 || c === 63 || c === 47))) {
      if (hasAt(s, k, end)) return false
      break                                                                         // no user at all: an IPv6 host, parameters, headers
    }
  }
  cut.colon = -1
  return true
}

function hasAt(s: string, i: number, end: number): boolean {
  while (i < end) if (s.charCodeAt(i++) === 64) return true
  return false
}

/** `;name=value…` with the characters of 19.1.1: behind them (the question mark or the end); -1 if one is empty or broken. */
function paramsAt(s: string, i: number, end: number): number {
  while (i < end && s.charCodeAt(i) === 59) {
    const start = ++i
    let equals = -1
    for (; i < end; i++) {
      const c = s.charCodeAt(i)
      if (c === 61 && equals < 0) equals = i
      else if (c === 37 ? !isEscape(s, i, end) : !isParam(c)) break
    }
    if (i === start || equals === start || equals === i - 1) return -1
  }
  return i === end || s.charCodeAt(i) === 63 ? i : -1
}

/** `name=value&…`: a name is needed, a value may be empty. */
function headersAt(s: string, i: number, end: number): boolean {
  for (;;) {
    const start = i
    let equals = -1
    for (; i < end && s.charCodeAt(i) !== 38; i++) {
      const c = s.charCodeAt(i)
      if (c === 61 && equals < 0) equals = i
      else if (c === 37 ? !isEscape(s, i, end) : !isHeader(c)) return false
    }
    if (equals <= start) return false
    if (i === end) return true
    i++
  }
}

function sipUri(scheme: string, s: string, i: number): Result<Uri> {
  const cut = newSipUriAt(), wrong = sipUriAt(s, i, s.length, cut)
  if (wrong !== '') return fail(problems.uri(wrong))
  const userEnd = cut.colon < 0 ? cut.at : cut.colon
  return ok({
    scheme, port: cut.port,
    user: cut.at < 0 ? '' : unescape(s.slice(i, userEnd)),
    password: cut.colon < 0 ? '' : s.slice(cut.colon + 1, cut.at),
    host: bare(s.slice(cut.host, cut.hostEnd)),
    params: s.slice(cut.params, cut.headers < 0 ? s.length : cut.headers - 1),
    headers: cut.headers < 0 ? '' : s.slice(cut.headers),
  })
}

const scratch = newSipUriAt()

/** Are these the characters of a URI: a sip or sips URI by its whole grammar, any other by its scheme and characters? */
export function isUriAt(s: string, i: number, end: number): boolean {
  const colon = i + (s.charCodeAt(i + 3) === 58 ? 3 : 4)
  if (named(s, i, colon, 'sip') || (named(s, i, colon, 'sips') && s.charCodeAt(colon) === 58)) return sipUriAt(s, colon + 1, end, scratch) === ''
  const other = s.indexOf(':', i)
  return other > i && other < end && schemeChars(s.slice(i, other), other - i) && uriChars(s, i, end)
}

/** A Request-URI: a URI without headers (19.1.1), so that nothing escaped in it ever becomes a header (RFC 4475 3.1.2.9). */
export function isRequestUriAt(s: string, i: number, end: number): boolean {
  scratch.headers = -1
  return isUriAt(s, i, end) && scratch.headers < 0
}

function telUri(rest: string): Result<Uri> {
  const semicolon = rest.indexOf(';'), number = semicolon < 0 ? rest : rest.slice(0, semicolon)
  for (let i = 0; i < number.length; i++) {
    if (!'0123456789*#-.()ABCDabcd'.includes(number[i]!) && !(i === 0 && number[i] === '+')) return fail(problems.uri('is no telephone number'))
  }
  if (number === '' || number === '+') return fail(problems.uri('has no number'))
  return ok({ scheme: 'tel', user: number, password: '', host: '', port: 0, params: semicolon < 0 ? '' : rest.slice(semicolon), headers: '' })
}

/** A URI parameter, unescaped; '' for a flag, undefined if absent. */
export function uriParam(uri: Uri, name: string): string | undefined {
  if (uri.params === '') return undefined
  for (const part of uri.params.slice(1).split(';')) {
    const equals = part.indexOf('=')
    if ((equals < 0 ? part : part.slice(0, equals)).toLowerCase() === name) return equals < 0 ? '' : unescaped(part.slice(equals + 1))
  }
  return undefined
}

function bare(host: string): string {
  const lower = host.toLowerCase()
  return lower.charCodeAt(0) === 91 ? lower.slice(1, -1) : lower.endsWith('.') && lower.length > 1 ? lower.slice(0, -1) : lower
}

/** A host for printing: brackets around an IPv6 address. */
export function printHost(host: string): string { return host.includes(':') ? `[${host}]` : host }

export function printHostPort(host: string, port: number): string { return port === 0 ? printHost(host) : `${printHost(host)}:${port}` }

export function unescaped(s: string): string {
  if (!s.includes('%')) return s
  return s.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** A user part for printing: whatever may not stand bare is escaped (19.1.2). */
export function escapeUser(s: string): string {
  return s.replace(/[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

/** Parameters that make URIs different where only one of the two has them (19.1.4). */
const telling = ['user', 'ttl', 'method', 'maddr', 'transport']

/** Equivalence of 19.1.4: user and password with case, host and parameters without; port, headers and what both have must be the same. */
export function sameUri(a: Uri, b: Uri): boolean {
  if (a.scheme !== b.scheme || a.user !== b.user || a.password !== b.password || a.host !== b.host || a.port !== b.port) return false
  if (!['sip', 'sips'].includes(a.scheme)) return a.params.toLowerCase() === b.params.toLowerCase() && a.headers === b.headers
  if (!telling.every((name) => uriParam(a, name)?.toLowerCase() === uriParam(b, name)?.toLowerCase())) return false
  return paramsAgree(a, b) && sameHeaders(a.headers, b.headers)
}

function paramsAgree(a: Uri, b: Uri): boolean {
  const theirs = parts(b.params.slice(1), ';')
  for (const [name, value] of parts(a.params.slice(1), ';')) if ((theirs.get(name) ?? value) !== value) return false
  return true
}

function sameHeaders(a: string, b: string): boolean {
  const ours = parts(a, '&'), theirs = parts(b, '&')
  return ours.size === theirs.size && [...ours].every(([name, value]) => theirs.get(name) === value)
}

function parts(text: string, separator: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const part of text === '' ? [] : text.split(separator)) {
    const equals = part.indexOf('='), name = equals < 0 ? part : part.slice(0, equals)
    found.set(unescape(name).toLowerCase(), equals < 0 ? '' : unescape(part.slice(equals + 1)).toLowerCase())
  }
  return found
}
