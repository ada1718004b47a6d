/**
 * Addresses and numbers as they stand in SDP, checked one character at a time.
 *
 * Standards  RFC 8866 9 (unicast-address, FQDN), RFC 4291 2.2
 * Security   fed by strangers; linear, keeps nothing
 */

const zero = 48, nine = 57, dot = 46, colon = 58

/** Digits alone, at most `max`; undefined for anything else. */
export function wholeNumber(text: string, max: number): number | undefined {
  if (text.length === 0 || text.length > 15) return undefined
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - zero
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return value <= max ? value : undefined
}

export function isIPv4(text: string): boolean {
  if (text.length < 7 || text.length > 15) return false
  let dots = 0, value = -1
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === dot) {
      if (value < 0) return false
      dots++
      value = -1
    } else if (c >= zero && c <= nine) {
      value = value < 0 ? c - zero : value * 10 + c - zero
      if (value > 255) return false
    } else return false
  }
  return dots === 3 && value >= 0
}

/** RFC 4291 2.2, the three forms; no zone, no brackets. */
export function isIPv6(text: string): boolean {
  if (text.length < 2 || text.length > 45) return false
  const gap = text.indexOf('::')
  if (gap < 0) return groupsOf(text, true) === 8
  if (text.indexOf('::', gap + 1) >= 0) return false
  const before = gap === 0 ? 0 : groupsOf(text.slice(0, gap), false)
  const after = gap + 2 === text.length ? 0 : groupsOf(text.slice(gap + 2), true)
  return before >= 0 && after >= 0 && before + after <= 7
}

/** How many 16-bit groups; an IPv4 tail counts for two; -1 where one is bad. */
function groupsOf(text: string, tailAllowed: boolean): number {
  const parts = text.split(':')
  let groups = 0
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!
    if (isGroup(part)) groups++
    else if (tailAllowed && i === parts.length - 1 && isIPv4(part)) groups += 2
    else return -1
  }
  return groups
}

function isGroup(part: string): boolean {
  return part.length >= 1 && part.length <= 4 && isHex(part)
}

export function isHex(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i) | 32
    if (!((c >= 97 && c <= 102) || (c >= zero && c <= nine))) return false
  }
  return true
}

/** A domain name: letters, digits, hyphen, underscore, dot; at least one letter, so that 999.1.1.1 is none. */
export function isHostName(text: string): boolean {
  if (text.length === 0 || text.length > 255) return false
  let letter = false
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if ((c | 32) >= 97 && (c | 32) <= 122) letter = true
    else if (!(c >= zero && c <= nine) && c !== dot && c !== 45 && c !== 95) return false
  }
  return letter
}

/** 'IP6' for anything with a colon: how our own addresses are named in o= and c= lines. */
export function addressType(address: string): 'IP4' | 'IP6' {
  for (let i = 0; i < address.length; i++) if (address.charCodeAt(i) === colon) return 'IP6'
  return 'IP4'
}

/** The words of a line; doubled and trailing spaces count for nothing. */
export function words(text: string): string[] {
  const found: string[] = []
  for (let at = 0; at < text.length;) {
    const space = text.indexOf(' ', at)
    const end = space < 0 ? text.length : space
    if (end > at) found.push(text.slice(at, end))
    at = end + 1
  }
  return found
}
