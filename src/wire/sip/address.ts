/**
 * name-addr and addr-spec with header parameters: From, To, Contact, Route, Refer-To …
 *
 * Standards  RFC 3261 20.10, 25.1
 */
import { named, newParamAt, param, paramAt } from './params.ts'
import { blanks, isBlank, isToken, quoted, split, token, trimmed, unquote } from './scan.ts'
import { isUriAt } from './uri.ts'

export interface Address {
  /** Display name without quotes and escapes, '' without. */
  readonly display: string
  /** The URI as written, without angle brackets. */
  readonly uri: string
  /** Header parameters `;name=value…` as written. */
  readonly params: string
}

/** Positions in a text; `open` is -1 for an addr-spec without brackets; `tag` is -1 without a tag. */
export interface AddressAt { start: number; open: number; uri: number; uriEnd: number; params: number; tag: number; tagEnd: number }

export function newAddressAt(): AddressAt { return { start: 0, open: -1, uri: 0, uriEnd: 0, params: 0, tag: -1, tagEnd: -1 } }

/** Undefined where the grammar is broken, that of the URI included. */
export function parseAddress(value: string): Address | undefined {
  const cut = newAddressAt()
  if (!addressAt(value, 0, value.length, cut)) return undefined
  return {
    display: cut.open < 0 ? '' : unquote(trimmed(value.slice(cut.start, cut.open))),
    uri: value.slice(cut.uri, cut.uriEnd), params: trimmed(value.slice(cut.params)),
  }
}

/** Cuts the address from `i` to `end`; false where the grammar is broken. */
export function addressAt(s: string, i: number, end: number, cut: AddressAt): boolean {
  cut.start = blanks(s, i, end)
  cut.open = openBracket(s, cut.start, end)
  if (cut.open === -2) return false
  if (cut.open < 0) {
    cut.uri = cut.start
    cut.uriEnd = addrSpecEnd(s, cut.uri, end)
    if (cut.uriEnd < 0) return false
    cut.params = blanks(s, cut.uriEnd, end)
  } else {
    cut.uri = cut.open + 1
    cut.uriEnd = s.indexOf('>', cut.uri)
    if (cut.uriEnd < 0 || cut.uriEnd >= end) return false
    cut.params = blanks(s, cut.uriEnd + 1, end)
  }
  return isUriAt(s, cut.uri, cut.uriEnd) && paramsAt(s, cut.params, end, cut)
}

/** Where '<' stands; -1 if there is none, -2 if what stands before it is no display name. */
function openBracket(s: string, i: number, end: number): number {
  if (s.charCodeAt(i) === 34) {
    const behind = quoted(s, i, end), next = blanks(s, behind, end)
    return behind >= 0 && next < end && s.charCodeAt(next) === 60 ? next : -2
  }
  for (let k = i, words = true; k < end; k++) {                        // *(token LWS): no comma, colon or quote in a bare display name
    const c = s.charCodeAt(k)
    if (c === 60) return words ? k : -2
    if (c === 58 || c === 59) return -1                                // an addr-spec: its scheme ends here
    if (!isToken(c) && !isBlank(c) && c < 128) words = false           // octets above 127: not in the grammar, common in the field
  }
  return -1
}

/** Without brackets a semicolon starts header parameters, and ? or , may not stand at all (20.10): -1. */
function addrSpecEnd(s: string, i: number, end: number): number {
  for (; i < end; i++) {
    const c = s.charCodeAt(i)
    if (c === 59 || isBlank(c)) return i
    if (c === 63 || c === 44) return -1
  }
  return end
}

const at = newParamAt()

/** Header parameters to the end; a tag must be a token, and where it stands twice (20.20, 20.39) say the same: phones add theirs to a To that has it. */
function paramsAt(s: string, i: number, end: number, cut: AddressAt): boolean {
  cut.tag = cut.tagEnd = -1
  while (i < end) {
    i = paramAt(s, i, end, at)
    if (i < 0) return false
    if (!named(s, at.nameStart, at.nameEnd, 'tag')) continue
    if (at.valueStart < 0 || token(s, at.valueStart, end) !== at.valueEnd) return false
    if (cut.tag >= 0 && s.slice(cut.tag, cut.tagEnd) !== s.slice(at.valueStart, at.valueEnd)) return false
    cut.tag = at.valueStart
    cut.tagEnd = at.valueEnd
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

/** A From or To value up to its parameters, with brackets: what is printed before a tag. */
export function withoutParams(value: string): string {
  const cut = newAddressAt()
  if (!addressAt(value, 0, value.length, cut)) return value
  return cut.open < 0 ? `<${value.slice(cut.uri, cut.uriEnd)}>` : value.slice(cut.start, cut.uriEnd + 1)
}
