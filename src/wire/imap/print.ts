/**
 * What a server writes: strings, literals, lines.
 *
 * Standards  RFC 3501 4.3, 7, 9
 * Security   text of strangers (names, headers) goes out as quoted string or literal: no CR, LF or NUL of theirs can end a line
 */

const atomOnly = /^[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]+$/

export function isAtom(text: string): boolean { return text.length < 256 && atomOnly.test(text) && text.toUpperCase() !== 'NIL' }

/** Octets in quotes; only for what holds no CR, LF, NUL or octet above 127. */
export function printQuoted(octets: string): string {
  return `"${octets.includes('"') || octets.includes('\\') ? octets.replace(/["\\]/g, '\\$&') : octets}"`
}

const notQuoted = /[^\x01-\x09\x0b\x0c\x0e-\x7f]/

/** Octets as quoted string, or as literal where that cannot hold them; `isUtf8`: the client takes octets above 127 in quotes (RFC 9051 4.3). */
export function printString(octets: string, isUtf8 = false): string {
  const bad = isUtf8 ? /[\0\r\n]/ : notQuoted
  return octets.length > 1_024 || bad.test(octets) ? `{${octets.length}}\r\n${octets.replaceAll('\0', '?')}` : printQuoted(octets)
}

export function printNstring(octets: string | undefined): string { return octets === undefined ? 'NIL' : printString(octets) }

/** Text for people: one line, whatever it holds. */
export function words(text: string): string { return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 512) }
