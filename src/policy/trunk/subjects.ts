/**
 * The list of certificate subjects of a profile, and which name of a verified certificate is on it.
 * A name matches as a whole or not at all: no wildcard on either side, and a certificate's name is never taken apart.
 *
 * Standards  R349–R354; RFC 5922 7.1, 7.2 (host of a SIP URI, no wildcards), RFC 5890 (A-labels), RFC 4343 (case)
 * Security   certificates are a stranger's text: what is not printable ASCII matches nothing (A26)
 */
import { domainToASCII } from 'node:url'
import { canonical } from '../../directory/formats.ts'
import type { PeerCertificate } from '../../kit/flow.ts'

/** Longest name that can match (RFC 1035 2.3.4). */
const maxNameLength = 255
/** Names of one certificate that are looked at. */
const maxNames = 128

/** R352: space, comma, semicolon and colon separate; inside the brackets of an IPv6 address a colon does not. */
export function tokenise(list: string): string[] {
  const tokens: string[] = []
  let from = 0
  for (let i = 0; i <= list.length; i++) {
    if (list[i] === '[' && i === from) i = bracketEnd(list, i)
    if (i < list.length && !' ,;:'.includes(list[i]!)) continue
    if (i > from) tokens.push(list.slice(from, i))
    from = i + 1
  }
  return tokens
}

/** The place after `[…]`; the bracket's own where no address stands in it. Looks no further than an address is long. */
function bracketEnd(list: string, at: number): number {
  const end = list.slice(at, at + 48).indexOf(']')
  return end > 0 && /^[0-9a-fA-F:.]+$/.test(list.slice(at + 1, at + end)) ? at + end + 1 : at
}

/** One spelling of a listed name: lower case, A-labels, addresses as RFC 5952 has them; undefined for what can match nothing. */
export function nameOf(token: string): string | undefined {
  const ascii = /^[\x21-\x7e]+$/.test(token)
  if (token.length > maxNameLength || (!ascii && /[\p{Cc}\p{Zs}\p{Zl}\p{Zp}]/u.test(token))) return undefined
  return plainName(ascii ? token : domainToASCII(token))
}

/** A name in its one spelling; undefined for a wildcard, an address with a zone, a blank, a control character, anything outside ASCII. */
function plainName(name: string): string | undefined {
  if (name.length > maxNameLength || !/^[\x21-\x7e]+$/.test(name) || /[*%]/.test(name)) return undefined
  const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
  const lower = canonical((bare.endsWith('.') ? bare.slice(0, -1) : bare).toLowerCase())
  return lower === '' || lower.endsWith('.') ? undefined : lower
}

/** The names of a list, each once. */
export function subjectsOf(list: string): ReadonlySet<string> {
  return new Set(tokenise(list).map(nameOf).filter((name) => name !== undefined))
}

/** Every name that a certificate may be known by: its common name and its alternative names, of a SIP URI its host (RFC 5922 7.1). */
export function namesOf({ subject, names }: PeerCertificate): string[] {
  const found = new Set<string>()
  for (const name of [subject, ...names.slice(0, maxNames)]) {
    const plain = plainName(name)
    if (plain === undefined) continue
    found.add(plain)
    const host = uriHost(plain)
    if (host !== undefined) found.add(host)
  }
  return [...found]
}

/** sip:host without user, port or parameter: the identity of a domain; with a user part it is one person's and no domain's. */
function uriHost(uri: string): string | undefined {
  const host = /^sips?:([^@;?]+)$/.exec(uri)?.[1]
  return host === undefined || (host.includes(':') && !host.startsWith('[')) ? undefined : plainName(host)
}

/** The name of the certificate that is on the list; undefined where none is. */
export function matchSubject(subjects: ReadonlySet<string>, peer: PeerCertificate): string | undefined {
  return namesOf(peer).find((name) => subjects.has(name))
}
