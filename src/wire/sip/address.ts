/**
 * name-addr and addr-spec with header parameters: From, To, Contact, Route, Refer-To …
 *
 * Standards  RFC 3261 20.10, 25.1
 */
import { param, walk } from './params.ts'
import { blanks, isToken, quoted, split, unquote } from './scan.ts'

export interface Address {
  /** Display name without quotes and escapes, '' without. */
  readonly display: string
  /** The URI as written, without angle brackets. */
  readonly uri: string
  /** Header parameters `;name=value…` as written. */
  readonly params: string
}

/** Undefined where the grammar is broken. The URI itself is not looked into (see parseUri). */
export function parseAddress(value: string): Address | undefined {
  const start = blanks(value, 0)
  const open = openBracket(value, start)
  if (open === -2) return undefined
  if (open < 0) return addrSpec(value.slice(start))
  const close = value.indexOf('>', open)
  if (close < 0) return undefined
  const uri = value.slice(open + 1, close), params = value.slice(close + 1).trim()
  if (!plainUri(uri) || walk(params, 0, undefined) < 0) return undefined
  return { display: unquote(value.slice(start, open).trim()), uri, params }
}

/** Where '<' stands; -1 if there is none, -2 if what stands before it is no display name. */
function openBracket(s: string, i: number): number {
  if (s.charCodeAt(i) === 34) {
    const end = quoted(s, i)
    if (end < 0) return -2
    const next = blanks(s, end)
    return s.charCodeAt(next) === 60 ? next : -2
  }
  const open = s.indexOf('<', i)
  for (let k = i; k < open; k++) {                                     // *(token LWS): no comma, colon or quote in a bare display name
    const c = s.charCodeAt(k)
    if (!isToken(c) && c !== 32 && c !== 9 && c < 128) return -2      // octets above 127: not in the grammar, common in the field
  }
  return open
}

/** Without brackets a semicolon starts header parameters, and ? or , may not stand at all (20.10). */
function addrSpec(s: string): Address | undefined {
  const semicolon = s.indexOf(';'), uri = (semicolon < 0 ? s : s.slice(0, semicolon)).trim()
  const params = semicolon < 0 ? '' : s.slice(semicolon).trim()
  if (!plainUri(uri) || uri.includes('?') || uri.includes(',') || walk(params, 0, undefined) < 0) return undefined
  return { display: '', uri, params }
}

function plainUri(uri: string): boolean {
  if (uri.indexOf(':') < 1) return false
  for (let i = 0; i < uri.length; i++) {
    const c = uri.charCodeAt(i)
    if (c <= 32 || c === 34 || c === 60 || c === 62 || c === 127) return false
  }
  return true
}

/** Several addresses of one list header; undefined if one is broken. */
export function parseAddresses(headerLines: readonly string[], most = 32): Address[] | undefined {
  const found: Address[] = []
  for (const line of headerLines) {
    for (const part of split(line, ',', most) ?? ['']) {
      const address = parseAddress(part)
      if (!address || found.length >= most) return undefined
      found.push(address)
    }
  }
  return found
}

export function addressParam(address: Address, name: string): string | undefined { return param(address.params, name) }
