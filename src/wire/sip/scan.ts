/**
 * Scanning by char code: classes of RFC 3261 25.1 and the steps every header parser is made of.
 * Each step takes a text and a position and gives the position behind what it saw, or -1 where the grammar is broken.
 */
const tokenClass = 1, wordClass = 2, uriClass = 4, hostClass = 8, userClass = 16, paramClass = 32, headerClass = 64, quotedClass = 128

const classes = new Uint8Array(256)
function mark(chars: string, bits: number): void {
  for (let i = 0; i < chars.length; i++) classes[chars.charCodeAt(i)]! |= bits
}
const alphanum = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', unreserved = '-_.!~*\'()'
mark(alphanum, tokenClass | wordClass | uriClass | hostClass | userClass | paramClass | headerClass)
mark('-.!%*_+`\'~', tokenClass)
mark('-.!%*_+`\'~()<>:\\"/[]?{}', wordClass)
mark(';/?:@&=+$,-_.!~*\'()%[]#', uriClass)       // reserved, unreserved, escaped, IPv6 brackets; # as in http fragments
mark('-._', hostClass)                           // the underscore is not in the grammar; names of machines in the field hold it
mark(`${unreserved}%&=+$,;?/`, userClass)
mark(`${unreserved}%[]/:&+$`, paramClass)
mark(`${unreserved}%[]/?:+$`, headerClass)
for (let c = 0; c < 256; c++) if (c === 9 || (c >= 32 && c !== 34 && c !== 92 && c !== 127)) classes[c]! |= quotedClass   // qdtext

const is = (c: number, bit: number): boolean => (classes[c]! & bit) !== 0   // chars above 255 index to undefined, which masks to 0

export const isToken = (c: number): boolean => is(c, tokenClass)
export const isUser = (c: number): boolean => is(c, userClass)
export const isParam = (c: number): boolean => is(c, paramClass)
export const isHeader = (c: number): boolean => is(c, headerClass)
export const isDigit = (c: number): boolean => c >= 48 && c <= 57
export const isBlank = (c: number): boolean => c === 32 || c === 9
export const isHex = (c: number): boolean => isDigit(c) || ((c | 32) >= 97 && (c | 32) <= 102)

/** LWS, and nothing else that is blank elsewhere: octet 160 is the end of many a letter in UTF-8, and a control character is an error. */
export const isLws = (c: number): boolean => c === 32 || c === 9 || c === 13 || c === 10

/** Without the LWS at both ends. */
export function trimmed(s: string): string {
  let i = 0, end = s.length
  while (i < end && isLws(s.charCodeAt(i))) i++
  while (end > i && isLws(s.charCodeAt(end - 1))) end--
  return s.slice(i, end)
}

/** Behind the blanks at `i`. */
export function blanks(s: string, i: number, end = s.length): number {
  while (i < end && isBlank(s.charCodeAt(i))) i++
  return i
}

/** Behind a token; -1 if there is none. */
export function token(s: string, i: number, end = s.length): number {
  const start = i
  while (i < end && is(s.charCodeAt(i), tokenClass)) i++
  return i === start ? -1 : i
}

/** Behind a quoted string whose opening quote stands at `i`; -1 if it never closes. Control characters must be escaped, CR and LF cannot be. */
export function quoted(s: string, i: number, end = s.length): number {
  for (i++; i < end; i++) {
    const c = s.charCodeAt(i)
    if (is(c, quotedClass)) continue
    if (c === 34) return i + 1
    if (c !== 92) return -1
    const escaped = s.charCodeAt(++i)
    if (escaped === 13 || escaped === 10) return -1
  }
  return -1
}

/** The text of a quoted string without quotes and escapes. */
export function unquote(s: string): string {
  if (s.charCodeAt(0) !== 34) return s
  const inner = s.slice(1, -1)
  return inner.includes('\\') ? inner.replace(/\\(.)/gs, '$1') : inner
}

/** A quoted string: control characters, which would end the line or the string, become spaces. */
export function quote(s: string): string {
  if (!/[\0-\x1f\x7f"\\]/.test(s)) return `"${s}"`
  return `"${s.replace(/[\0-\x1f\x7f]/g, ' ').replace(/["\\]/g, '\\$&')}"`
}

export function allToken(s: string): boolean { return s !== '' && token(s, 0) === s.length }

/** Behind a word (25.1: Call-ID); -1 if there is none. */
export function word(s: string, i: number, end = s.length): number {
  const start = i
  while (i < end && is(s.charCodeAt(i), wordClass)) i++
  return i === start ? -1 : i
}

/** Do the characters of an absolute URI stand from `i` to `end`, each escape whole? */
export function uriChars(s: string, i: number, end: number): boolean {
  for (const start = i; i < end; i++) {
    const c = s.charCodeAt(i)
    if (!is(c, uriClass) || (c === 37 && !isEscape(s, i, end))) return false
    if (i === start && !((c | 32) >= 97 && (c | 32) <= 122)) return false
  }
  return true
}

/** Is `%` at `i` followed by two hexadecimal digits? */
export function isEscape(s: string, i: number, end: number): boolean {
  return i + 2 < end && isHex(s.charCodeAt(i + 1)) && isHex(s.charCodeAt(i + 2))
}

/** A run of digits as a number ≤ `most`; -1 for anything else. */
export function wholeNumber(s: string, most: number): number { return numberAt(s, 0, s.length, most) }

/** The digits from `i` to `end` as a number ≤ `most`; -1 for anything else. At most 15 digits are a number. */
export function numberAt(s: string, i: number, end: number, most: number): number {
  if (i >= end || end - i > 15) return -1
  let n = 0
  for (; i < end; i++) {
    const c = s.charCodeAt(i)
    if (!isDigit(c)) return -1
    n = n * 10 + c - 48
  }
  return n <= most ? n : -1
}

/** Behind the host at `i`: a name, an IPv4 address or a bracketed IPv6 address; -1 if there is none. */
export function host(s: string, i: number, end = s.length): number {
  if (i < end && s.charCodeAt(i) === 91) return reference(s, i, end)
  const start = i
  for (let dot = true; i < end; i++) {
    const c = s.charCodeAt(i)
    if (!is(c, hostClass)) break
    if (c === 46 && dot) return -1                                                  // no label is empty
    dot = c === 46
  }
  return i === start ? -1 : i
}

/** IPv6reference. RFC 5118 4.10: one colon too many is borne, so the groups are not counted here. */
function reference(s: string, i: number, end: number): number {
  let colons = 0
  for (const start = i++; i < end && i - start <= 46; i++) {
    const c = s.charCodeAt(i)
    if (c === 93) return colons >= 2 ? i + 1 : -1
    if (c === 58) colons++
    else if (!isHex(c) && c !== 46) return -1
  }
  return -1
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
      parts.push(trimmed(s.slice(start, i)))
      start = i + 1
      if (parts.length >= most) return undefined
    }
  }
  parts.push(trimmed(s.slice(start)))
  return inAngle ? undefined : parts
}
