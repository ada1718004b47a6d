/**
 * Named formats of text fields: each is one linear look at the characters and one sentence that says what is allowed.
 *
 * Security   fed by site files and REST; no regular expression here can backtrack (single classes, no nesting)
 */
import { isIP } from 'node:net'

interface Format { readonly is: (text: string) => boolean; readonly allowed: string }

/** Longest number that can be dialled or owned: RFC 3261 sets none, E.164 has 15, our codes come before. */
export const maxNumber = 24

const numberCharacters = /^\+?[0-9*#]+$/
const nameCharacters = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
const hostCharacters = /^[A-Za-z0-9.-]+$/
const plainText = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u

const maxListed = 8

export const formats = {
  number: { is: (t) => t.length <= maxNumber && numberCharacters.test(t), allowed: `a number to dial: digits, *, # and a leading +, at most ${maxNumber}` },
  name: { is: (t) => nameCharacters.test(t), allowed: 'letters, digits, dot, hyphen and underscore, beginning with a letter or digit' },
  line: { is: (t) => plainText.test(t) && t.isWellFormed(), allowed: 'one line of text without control characters' },
  realm: { is: (t) => plainText.test(t) && t.isWellFormed() && !/[":\\]/.test(t), allowed: 'one line of text without ", : and \\' },
  host: { is: isHost, allowed: 'a domain name or an IP address' },
  ip: { is: isAddress, allowed: 'an IPv4 or IPv6 address' },
  addresses: { is: (t) => listed(t).length <= maxListed && listed(t).every(isAddress) && new Set(listed(t).map(canonical)).size === listed(t).length, allowed: `an IPv4 or IPv6 address, or up to ${maxListed} with commas between them` },
  source: { is: (t) => splitSource(t) !== undefined, allowed: 'an IP address, with a port if wanted: 192.0.2.7, 192.0.2.7:5060 or [2001:db8::7]:5060' },
  range: { is: (t) => t.length <= maxNumber && /^[0-9*#]+X*$/.test(t), allowed: 'digits, then X for each digit that is free: 70XX' },
  code: { is: (t) => t === 'off' || (t.length <= 8 && /^[0-9*#]+$/.test(t)), allowed: 'up to 8 of the keys 0-9, * and #, or off' },
  pattern: { is: (t) => /^[0-9A-DXx*#+!?.@[\]^\\-]+$/.test(t), allowed: 'a pattern of digits, X, !, ?, +, [sets], . and @' },
  mask: { is: (t) => /^\+?[0-9A-DX*#]+$/.test(t), allowed: 'digits and X, where X lets a digit through' },
  token: { is: (t) => /^[A-Za-z0-9.!%*_+`'~-]+$/.test(t), allowed: 'a word of letters, digits and - . ! % * _ + ` \' ~' },
  time: { is: (t) => /^[0-2][0-9]:[0-5][0-9]$/.test(t), allowed: 'HH:MM' },
  date: { is: (t) => /^(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2}$/.test(t), allowed: 'MM-DD or YYYY-MM-DD' },
  moment: { is: (t) => /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$/.test(t), allowed: 'YYYY-MM-DDTHH:MM' },
  fingerprint: { is: (t) => /^[0-9A-Fa-f]{2}(?::?[0-9A-Fa-f]{2}){31}$/.test(t), allowed: '64 hex digits, with colons between the octets if wanted' },
} as const satisfies Record<string, Format>

export type FormatName = keyof typeof formats

/** The addresses of a list with commas. */
export function listed(text: string): string[] { return text.split(',', maxListed + 1).map((one) => one.trim()) }

/** Without a zone (fe80::1%eth0): a zone means nothing to anybody else. */
function isAddress(text: string): boolean { return isIP(text) !== 0 && !text.includes('%') }

/** One spelling of an IPv6 address (RFC 5952); IPv4 has only one, and what has a zone (RFC 4007 11) stays as it is. */
export function canonical(address: string): string {
  return isIP(address) === 6 && !address.includes('%') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address
}

/** RFC 1123 2.1 labels, or an address. */
function isHost(text: string): boolean {
  if (isAddress(text)) return true
  if (text.length > 253 || !hostCharacters.test(text)) return false
  return text.split('.').every((label) => label.length > 0 && label.length <= 63 && !label.startsWith('-') && !label.endsWith('-'))
}

/** `192.0.2.7:5060`, `[2001:db8::7]:5060`, `192.0.2.7`, `2001:db8::7` as address and port; undefined if it is none of these. */
export function splitSource(text: string): { address: string; port?: number } | undefined {
  if (isAddress(text)) return { address: text }
  const colon = text.lastIndexOf(':')
  const digits = text.slice(colon + 1)
  const host = text.slice(0, Math.max(colon, 0))
  const address = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  const port = /^[0-9]{1,5}$/.test(digits) ? Number(digits) : 0
  const family = isAddress(address) ? isIP(address) : 0
  if (port < 1 || port > 65_535 || family === 0 || (family === 6) !== (address !== host)) return undefined
  return { address, port }
}
