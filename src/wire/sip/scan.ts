/**
 * Scanning by char code: classes of RFC 3261 25.1 and the steps every header parser is made of.
 * Each step takes a text and a position and gives the position behind what it saw, or -1 where the grammar is broken.
 */
const tokenClass = 1, wordClass = 2, uriClass = 4, hostClass = 8

const classes = new Uint8Array(256)
function mark(chars: string, bit: number): void {
  for (let i = 0; i < chars.length; i++) classes[chars.charCodeAt(i)]! |= bit
}
const alphanum = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
mark(alphanum, tokenClass | wordClass | uriClass | hostClass)
mark('-.!%*_+`\'~', tokenClass)
mark('-.!%*_+`\'~()<>:\\"/[]?{}', wordClass)
mark(';/?:@&=+$,-_.!~*\'()%[]#', uriClass)       // reserved, unreserved, escaped, IPv6 brackets; # as in tel and http fragments
mark('-.', hostClass)

const is = (c: number, bit: number): boolean => (classes[c]! & bit) !== 0   // NaN and chars above 255 index to undefined, which masks to 0

export const isToken = (c: number): boolean => is(c, tokenClass)
export const isDigit = (c: number): boolean => c >= 48 && c <= 57
export const isBlank = (c: number): boolean => c === 32 || c === 9

/** Behind the blanks at `i`. */
export function blanks(s: string, i: number): number {
  while (i < s.length && isBlank(s.charCodeAt(i))) i++
  return i
}

/** Behind a token; -1 if there is none. */
export function token(s: string, i: number): number {
  const start = i
  while (i < s.length && is(s.charCodeAt(i), tokenClass)) i++
  return i === start ? -1 : i
}

/** Behind a quoted string whose opening quote stands at `i`; -1 if it never closes (any octet may be escaped but CR and LF). */
export function quoted(s: string, i: number): number {
  for (i++; i < s.length; i++) {
    const c = s.charCodeAt(i)
    if (c === 34) return i + 1
    if (c === 92) i++
  }
  return -1
}

/** The text of a quoted string without quotes and escapes. */
export function unquote(s: string): string {
  if (s.charCodeAt(0) !== 34) return s
  const inner = s.slice(1, -1)
  return inner.includes('\\') ? inner.replace(/\\(.)/gs, '$1') : inner
}

export function quote(s: string): string { return `"${s.replace(/["\\]/g, '\\$&')}"` }

export function allToken(s: string): boolean { return s !== '' && token(s, 0) === s.length }

export function allOf(s: string, what: 'word' | 'uri' | 'host'): boolean {
  const bit = what === 'word' ? wordClass : what === 'uri' ? uriClass : hostClass
  for (let i = 0; i < s.length; i++) if (!is(s.charCodeAt(i), bit)) return false
  return s !== ''
}

/** A run of digits as a number ≤ `most`; -1 for anything else. */
export function wholeNumber(s: string, most: number): number {
  if (s === '' || s.length > 15) return -1
  let n = 0
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i)
    if (!isDigit(c)) return -1
    n = n * 10 + c - 48
  }
  return n <= most ? n : -1
}

/** Behind the host at `i`: a name, an IPv4 address or a bracketed IPv6 address; -1 if there is none. */
export function host(s: string, i: number): number {
  if (s.charCodeAt(i) !== 91) {
    const start = i
    while (i < s.length && is(s.charCodeAt(i), hostClass)) i++
    return i === start ? -1 : i
  }
  const end = s.indexOf(']', i)
  if (end < 0 || end - i < 3 || end - i > 46) return -1
  for (let k = i + 1; k < end; k++) {
    const c = s.charCodeAt(k) | 32
    if (!(isDigit(s.charCodeAt(k)) || (c >= 97 && c <= 102) || s[k] === ':' || s[k] === '.')) return -1
  }
  return end + 1
}

/** Cuts at a separator outside quotes and angle brackets; undefined if a quote or bracket stays open. At most `most` parts. */
export function split(s: string, separator: ',' | ';', most = 64): string[] | undefined {
  const parts: string[] = [], at = separator.charCodeAt(0)
  let start = 0, inAngle = false
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i)
    if (c === 34) { const end = quoted(s, i); if (end < 0) return undefined; i = end - 1 }
    else if (c === 60) inAngle = true
    else if (c === 62) inAngle = false
    else if (c === at && !inAngle) {
      parts.push(s.slice(start, i).trim())
      start = i + 1
      if (parts.length >= most) return undefined
    }
  }
  parts.push(s.slice(start).trim())
  return inAngle ? undefined : parts
}
