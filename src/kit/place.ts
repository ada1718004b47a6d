/** An address and a port as they are written: IPv6 in brackets (RFC 3986 3.2.2). */
export function printPlace(address: string, port: number): string { return `${address.includes(':') ? `[${address}]` : address}:${port}` }
