/**
 * SIP, SIPS and TEL URIs; any other scheme is kept as text.
 *
 * Standards  RFC 3261 19.1 and 25.1, RFC 3966
 */
import { fail, ok, type Result } from '../../kit/result.ts'
import { problems } from './problems.ts'
import { allOf, host as hostEnd, wholeNumber } from './scan.ts'

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
  if (!allOf(text, 'uri') || !escapesAreWhole(text)) return fail(problems.uri('holds a character that must be escaped'))
  const scheme = text.slice(0, colon).toLowerCase()
  if (scheme === 'sip' || scheme === 'sips') return sipUri(scheme, text.slice(colon + 1))
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

function sipUri(scheme: string, rest: string): Result<Uri> {
  const at = rest.indexOf('@')
  const userinfo = at < 0 ? '' : rest.slice(0, at)
  if (at === 0 || userinfo.includes('[') || userinfo.includes('#') || rest.includes('#', at + 1)) return fail(problems.uri('has a broken user part'))
  const secret = userinfo.indexOf(':')
  const start = at + 1, end = hostEnd(rest, start)
  if (end < 0) return fail(problems.uri('has no host'))
  const question = rest.indexOf('?', end), stop = question < 0 ? rest.length : question
  const semicolon = rest.indexOf(';', end), portEnd = semicolon < 0 || semicolon > stop ? stop : semicolon
  const port = portEnd === end ? 0 : rest.charCodeAt(end) === 58 ? wholeNumber(rest.slice(end + 1, portEnd), 65535) : -1
  if (port < 0) return fail(problems.uri('has a broken host or port'))
  const params = rest.slice(portEnd, stop)
  if (!uriParams(params)) return fail(problems.uri('has a broken parameter'))
  return ok({
    scheme, params, port,
    user: unescaped(secret < 0 ? userinfo : userinfo.slice(0, secret)),
    password: secret < 0 ? '' : userinfo.slice(secret + 1),
    host: bare(rest.slice(start, end)),
    headers: question < 0 ? '' : rest.slice(question + 1),
  })
}

function telUri(rest: string): Result<Uri> {
  const semicolon = rest.indexOf(';'), number = semicolon < 0 ? rest : rest.slice(0, semicolon)
  for (let i = 0; i < number.length; i++) {
    if (!'0123456789*#-.()ABCDabcd'.includes(number[i]!) && !(i === 0 && number[i] === '+')) return fail(problems.uri('is no telephone number'))
  }
  if (number === '' || number === '+') return fail(problems.uri('has no number'))
  return ok({ scheme: 'tel', user: number, password: '', host: '', port: 0, params: semicolon < 0 ? '' : rest.slice(semicolon), headers: '' })
}

/** uri-parameters have their own character set (19.1.1): no quotes, but `[]/:&+$` may stand bare. */
function uriParams(params: string): boolean {
  if (params === '') return true
  for (const part of params.slice(1).split(';')) {
    const equals = part.indexOf('=')
    if (part === '' || equals === 0 || /[@,?]/.test(part)) return false
  }
  return true
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

function escapesAreWhole(s: string): boolean {
  for (let i = s.indexOf('%'); i >= 0; i = s.indexOf('%', i + 1)) {
    if (!isHex(s.charCodeAt(i + 1)) || !isHex(s.charCodeAt(i + 2))) return false
  }
  return true
}

function isHex(c: number): boolean { return (c >= 48 && c <= 57) || ((c | 32) >= 97 && (c | 32) <= 102) }

export function unescaped(s: string): string {
  if (!s.includes('%')) return s
  return s.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** A user part for printing: whatever may not stand bare is escaped (19.1.2). */
export function escapeUser(s: string): string {
  return s.replace(/[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

/** Equivalence of 19.1.4 for sip and sips: user with case, host without, port and the parameters that always count. */
export function sameUri(a: Uri, b: Uri): boolean {
  if (a.scheme !== b.scheme || a.user !== b.user || a.password !== b.password || a.host !== b.host || a.port !== b.port) return false
  return ['user', 'ttl', 'method', 'maddr', 'transport'].every((name) => uriParam(a, name)?.toLowerCase() === uriParam(b, name)?.toLowerCase())
}
