/** Addresses of the network as text. Standards RFC 4291 2.2, RFC 5952; RFC 1123 2.1 */

/** An IPv4 or IPv6 address: the last label of a name never starts with a digit. */
export function isLiteral(host: string): boolean {
  if (host.includes(':')) return true
  const c = host.charCodeAt(host.lastIndexOf('.') + 1)
  return c >= 48 && c <= 57
}

export function sameAddress(a: string, b: string): boolean {
  return a === b || (a.includes(':') && b.includes(':') && canonical(a) === canonical(b))
}

/** One spelling of an IPv6 address; '' for what is none. */
function canonical(address: string): string {
  return URL.parse(`http://[${address}]`)?.hostname ?? ''
}
