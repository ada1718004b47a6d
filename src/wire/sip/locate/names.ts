/**
 * Hosts as they stand in URIs and records: address literals and domain names.
 *
 * Standards  RFC 3261 25.1 (host), RFC 4291 2.2, RFC 1035 2.3.4
 * Security   A25: what is not plainly a name or an address is neither
 */

/** The address without brackets, if the host is one; undefined for a name. */
export function literal(host: string): string | undefined {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  if (bare.includes(':')) return isIPv6(bare) ? bare.toLowerCase() : undefined
  return bare === host && isIPv4(bare) ? bare : undefined
}

/** Four decimal numbers, none with a leading zero: octal readings differ from program to program. */
export function isIPv4(s: string): boolean {
  if (s.length > 15) return false
  const parts = s.split('.')
  return parts.length === 4 && parts.every((part) => isNumber(part) && Number(part) <= 255 && (part.length === 1 || !part.startsWith('0')))
}

export function isIPv6(s: string): boolean {
  if (s.length > 45) return false
  const halves = s.split('::')
  if (halves.length > 2) return false
  let count = 0
  for (const [i, half] of halves.entries()) {
    const groups = half === '' ? [] : half.split(':')
    for (const [k, group] of groups.entries()) {
      const last = i === halves.length - 1 && k === groups.length - 1
      if (last && group.includes('.')) { if (!isIPv4(group)) return false; count += 2; continue }
      if (!isGroup(group)) return false
      count++
    }
  }
  return halves.length === 2 ? count <= 7 : count === 8
}

function isNumber(s: string): boolean {
  for (let i = 0; i < s.length; i++) if (s.charCodeAt(i) < 48 || s.charCodeAt(i) > 57) return false
  return s.length > 0 && s.length < 4
}

function isGroup(s: string): boolean {
  for (let i = 0; i < s.length; i++) if (!'0123456789abcdefABCDEF'.includes(s[i]!)) return false
  return s.length > 0 && s.length < 5
}

/** The name in lower case without the last dot; undefined if it is none. Underscores stand in the names of services. */
export function domainName(s: string): string | undefined {
  const name = (s.endsWith('.') ? s.slice(0, -1) : s).toLowerCase()
  if (name.length > 253) return undefined
  const labels = name.split('.')
  if (!labels.every(isLabel) || isNumber(labels.at(-1)!)) return undefined        // RFC 3696 2: 1.2.3 is a broken address, not a name
  return name
}

function isLabel(label: string): boolean {
  for (let i = 0; i < label.length; i++) {
    const c = label.charCodeAt(i)
    if (!((c >= 97 && c <= 122) || (c >= 48 && c <= 57) || c === 45 || c === 95)) return false
  }
  return label.length > 0 && label.length < 64 && !label.startsWith('-') && !label.endsWith('-')
}
