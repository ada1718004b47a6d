/**
 * Mailbox names: modified UTF-7 for rev1, UTF-8 for rev2, and the patterns of LIST.
 *
 * Standards  RFC 3501 5.1, 5.1.3, 6.3.8, RFC 9051 5.1, RFC 5258
 * Security   fed by strangers: one name has one spelling; wildcards are matched without going back
 */
import { maxMailboxName } from './limits.ts'
import { utf8 } from './text.ts'

export const delimiter = '/'
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,'
const values = new Int8Array(256).fill(-1)
for (let i = 0; i < 64; i++) values[base64.charCodeAt(i)] = i

/** A name as it stands in a command; undefined where it is malformed. INBOX has one spelling. */
export function readMailbox(octets: string, isUtf8: boolean): string | undefined {
  const plain = readName(octets, isUtf8)
  return plain === undefined || plain === '' || hasControl(plain) ? undefined : canonical(plain)
}

/** A pattern or a reference: it may be empty. */
export function readPattern(octets: string, isUtf8: boolean): string | undefined {
  const plain = readName(octets, isUtf8)
  return plain === undefined || hasControl(plain) ? undefined : plain
}

function readName(octets: string, isUtf8: boolean): string | undefined {
  if (octets.length > maxMailboxName) return undefined
  return isUtf8 ? utf8(octets) : fromUtf7(octets)
}

/** 5.1: INBOX in any case, alone or as the first level. */
export function canonical(name: string): string {
  const first = name.slice(0, 5)
  return first.toUpperCase() === 'INBOX' && (name.length === 5 || name[5] === delimiter) ? `INBOX${name.slice(5)}` : name
}

/** Whether a mailbox may be made with this name: every level is something. */
export function isSound(name: string): boolean { return name.split(delimiter).every((level) => level !== '') }

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c < 32 || (c >= 127 && c < 160) || c === 0x2028 || c === 0x2029) return true
  }
  return false
}

/** RFC 3501 5.1.3; undefined where it is malformed, or spells what could be spelled shorter. */
export function fromUtf7(octets: string): string | undefined {
  let out = ''
  for (let i = 0; i < octets.length; i++) {
    const c = octets.charCodeAt(i)
    if (c > 126 || c < 32) return undefined
    if (c !== 38) { out += octets[i]; continue }
    const end = octets.indexOf('-', i)
    const shifted = end < 0 ? undefined : end === i + 1 ? '&' : fromBase64(octets.slice(i + 1, end))
    if (shifted === undefined) return undefined
    out += shifted
    i = end
  }
  return toUtf7(out) === octets ? out : undefined
}

function fromBase64(text: string): string | undefined {
  let bits = 0, held = 0, out = ''
  for (let i = 0; i < text.length; i++) {
    const value = values[text.charCodeAt(i) & 255]!
    if (value < 0) return undefined
    held = (held << 6 | value) & 0x3f_ffff
    bits += 6
    if (bits < 16) continue
    bits -= 16
    out += String.fromCharCode(held >> bits & 0xffff)
  }
  return out.isWellFormed() ? out : undefined
}

export function toUtf7(name: string): string {
  let out = '', shifted = ''
  for (let i = 0; i <= name.length; i++) {
    const c = i < name.length ? name.charCodeAt(i) : 38, plain = c >= 32 && c <= 126
    if (!plain) { shifted += name[i]; continue }
    if (shifted !== '') out += `&${toBase64(shifted)}-`
    shifted = ''
    if (i < name.length) out += c === 38 ? '&-' : name[i]
  }
  return out
}

function toBase64(text: string): string {
  const octets = Buffer.from(text, 'utf16le').swap16()
  return octets.toString('base64').replaceAll('=', '').replaceAll('/', ',')
}

/** `*` is anything, `%` anything within one level. All ways through the pattern are walked at once: nothing goes back. */
export function matches(name: string, pattern: string): boolean {
  let at = new Uint8Array(pattern.length + 1)
  enter(at, 0, pattern)
  for (let n = 0; n < name.length; n++) {
    const next = new Uint8Array(pattern.length + 1)
    for (let p = 0; p < pattern.length; p++) {
      if (at[p] === 0) continue
      if (pattern[p] === '*' || (pattern[p] === '%' && name[n] !== delimiter)) enter(next, p, pattern)
      else if (pattern[p] === name[n] && pattern[p] !== '%') enter(next, p + 1, pattern)
    }
    at = next
  }
  return at[pattern.length] === 1
}

/** At `p`, and behind every wildcard there: it may be nothing. */
function enter(at: Uint8Array, p: number, pattern: string): void {
  while (at[p] === 0) {
    at[p] = 1
    if (pattern[p] === '*' || pattern[p] === '%') p++
  }
}
