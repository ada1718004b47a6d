/**
 * Typed values of the headers that calls and registrations need; each is parsed when asked for.
 *
 * Standards  RFC 3261 20, 3262, 3326, 3515, 3891, 4028, 6665
 */
import { type Address, parseAddress, parseAddresses } from './address.ts'
import type { HeaderName } from './headers.ts'
import { header, lines, type SipMessage } from './message.ts'
import { param, walk } from './params.ts'
import { isCallIdAt, parseCseq } from './fields.ts'
import { allToken, blanks, isDigit, quote, split, token, trimmed, unquote, wholeNumber } from './scan.ts'

/** Longest list that is read of one header. */
export const maxList = 64

/** Tokens of a list header such as Supported or Require, lower case; empty if absent. A broken list is cut at its commas: nothing demanded is overlooked. */
export function tokens(message: SipMessage, name: HeaderName): string[] {
  return lines(message, name).flatMap((line) => listed(line.toLowerCase())).filter((t) => t !== '')
}

function listed(line: string): string[] { return split(line, ',', maxList) ?? line.split(',', maxList).map((t) => t.trim()) }

export function hasToken(message: SipMessage, name: HeaderName, wanted: string): boolean {
  return tokens(message, name).includes(wanted)
}

/** Addresses of Contact, Route, Record-Route, Path …: undefined if one is broken; [] if there is none. */
export function addresses(message: SipMessage, name: HeaderName): Address[] | undefined {
  return parseAddresses(lines(message, name), maxList)
}

/** The one address of From, To, Refer-To …; undefined if absent or broken. */
export function address(message: SipMessage, name: HeaderName): Address | undefined {
  const value = header(message, name)
  return value === undefined ? undefined : parseAddress(value)
}

/** Seconds: absent undefined, nonsense -1, above 2^32-1 capped there (20.19). */
export function deltaSeconds(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const end = digitsEnd(value)                                                        // 20.33: a comment or parameters may follow
  if (end === 0) return -1
  const n = wholeNumber(value.slice(0, end), 2 ** 32 - 1)
  return n < 0 ? 2 ** 32 - 1 : n
}

function digitsEnd(s: string): number {
  let i = 0
  while (isDigit(s.charCodeAt(i))) i++
  return i
}

/** RFC 4028 4: seconds and who refreshes. */
export function sessionExpires(message: SipMessage): { seconds: number; refresher: 'uac' | 'uas' | undefined } | undefined {
  const value = header(message, 'Session-Expires')
  const seconds = deltaSeconds(value)
  if (value === undefined || seconds === undefined || seconds < 1) return undefined
  const refresher = param(value.slice(digitsEnd(value)), 'refresher')?.toLowerCase()
  return { seconds, refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined }
}

/** RFC 3262 7.2. */
export function rack(message: SipMessage): { rseq: number; cseq: number; method: string } | undefined {
  const value = header(message, 'RAck')
  const end = value === undefined ? 0 : digitsEnd(value)
  if (value === undefined || end === 0) return undefined
  const rseq = wholeNumber(value.slice(0, end), 2 ** 32 - 1), cseq = parseCseq(value.slice(blanks(value, end)))
  return rseq < 1 || !cseq ? undefined : { rseq, cseq: cseq.number, method: cseq.method }
}

export function rseq(message: SipMessage): number | undefined {
  const n = wholeNumber(header(message, 'RSeq') ?? '', 2 ** 32 - 1)
  return n < 1 ? undefined : n
}

export interface Replaces { readonly callId: string; readonly toTag: string; readonly fromTag: string; readonly earlyOnly: boolean }

/** RFC 3891 3: the value of a Replaces header, or of `?Replaces=` in a Refer-To URI (unescaped by the caller). */
export function parseReplaces(value: string): Replaces | undefined {
  const semicolon = value.indexOf(';'), callId = trimmed(semicolon < 0 ? value : value.slice(0, semicolon))
  const params = semicolon < 0 ? '' : value.slice(semicolon), seen: Record<string, string[]> = { 'to-tag': [], 'from-tag': [], 'early-only': [] }
  const end = walk(params, 0, (name, v) => seen[name.toLowerCase()]?.push(v ?? ''))
  const [toTag, second] = seen['to-tag']!, [fromTag, other] = seen['from-tag']!
  if (end < 0 || !isCallIdAt(callId, 0, callId.length) || second !== undefined || other !== undefined) return undefined   // 3: exactly one of each
  if (!allToken(toTag ?? '') || !allToken(fromTag ?? '')) return undefined
  return { callId, toTag: toTag!, fromTag: fromTag!, earlyOnly: seen['early-only']!.length > 0 }
}

/** Event package and id (RFC 6665 8.2.1). */
export function event(message: SipMessage): { package: string; id: string | undefined } | undefined {
  const value = header(message, 'Event')
  const end = value === undefined ? -1 : token(value, 0)
  return value === undefined || end < 0 ? undefined : { package: value.slice(0, end).toLowerCase(), id: param(value.slice(end), 'id') }
}

/** Content type in lower case without parameters; '' if absent. */
export function contentType(message: SipMessage): string {
  const value = header(message, 'Content-Type') ?? '', semicolon = value.indexOf(';')
  return (semicolon < 0 ? value : value.slice(0, semicolon)).replace(/\s/g, '').toLowerCase()
}

/** `SIP;cause=200;text="Call completed elsewhere"` (RFC 3326 2). */
export function printReason(protocol: 'SIP' | 'Q.850', cause: number, text?: string): string {
  return `${protocol};cause=${cause}${text ? `;text=${quote(text)}` : ''}`
}

export function parseReason(value: string): { protocol: string; cause: number; text: string } | undefined {
  const end = token(value, 0)
  if (end < 0) return undefined
  let cause = -1, text = ''
  walk(value, end, (name, v) => {
    if (name.toLowerCase() === 'cause') cause = wholeNumber(v ?? '', 999)
    if (name.toLowerCase() === 'text') text = unquote(v ?? '')
  })
  return { protocol: value.slice(0, end), cause, text }
}
