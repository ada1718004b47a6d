/**
 * What a URI of this system stands for: a number or name, or with `gr` one phone of a line.
 *
 * Standards  RFC 3261 19.1.6 (tel); RFC 5627 3.4, 5.1, 5.4
 */
import { lineOf } from '../policy/identify.ts'
import { parseUri, type Uri, uriParam } from '../wire/sip/index.ts'
import type { Exchange } from './state.ts'

/** The number or name that a URI of this system stands for. */
export function numberIn(x: Exchange, text: string): string | undefined {
  const uri = parseUri(text)
  if (!uri.ok) return undefined
  return uri.value.scheme === 'tel' || (uri.value.user !== '' && hostIsOurs(x, uri.value.host)) ? nameOf(uri.value) : undefined
}

/** The number or name in a user part, whatever stands at its right: without a telephone number's parameters, of tel without its visual separators. */
export function nameOf({ scheme, user }: Pick<Uri, 'scheme' | 'user'>): string {
  return scheme === 'tel' ? user.replace(/[-.()]/g, '') : user.split(';', 1)[0]!
}

/** Is this a URI of this system, by its domain or one of its addresses? */
export function isOurs(x: Exchange, text: string): boolean {
  const uri = parseUri(text)
  return uri.ok && hostIsOurs(x, uri.value.host)
}

export function hostIsOurs(x: Exchange, host: string): boolean {
  const { domain, listenAddresses, address } = x.snapshot.system
  return host === domain || listenAddresses.includes(host) || host === address || host === 'localhost' || x.local.has(host)
}

export interface Instance { readonly line: string; readonly gr: string }

/** Undefined for a URI that is no GRUU of ours. A phone that registers by its own name or its digest user has that in its GRUU. */
export function instanceIn(x: Exchange, text: string): Instance | undefined {
  if (!/;gr/i.test(text)) return undefined
  const uri = parseUri(text), gr = uri.ok ? uriParam(uri.value, 'gr') : undefined
  if (!uri.ok || gr === undefined || !hostIsOurs(x, uri.value.host)) return undefined
  const { user } = uri.value, meaning = x.snapshot.numberOrUser(user)
  if (meaning.is === 'line') return { line: meaning.number, gr }
  const phone = x.snapshot.phoneByDigestUser(user) ?? x.snapshot.phones.get(user), line = phone && lineOf(phone, user)
  return line === undefined ? undefined : { line, gr }
}
