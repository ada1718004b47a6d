/**
 * Via: the top one is needed of every message, so it is cut in one pass.
 *
 * Standards  RFC 3261 20.42, RFC 3581
 */
import type { TopVia } from './message.ts'
import { walk } from './params.ts'
import { blanks, host, isDigit, quoted, token } from './scan.ts'

/** The first value of a Via line; undefined where the grammar is broken. */
export function parseVia(line: string): TopVia | undefined {
  const sent = protocol(line)
  if (!sent) return undefined
  const start = blanks(line, sent.end), end = host(line, start)
  if (end < 0 || start === sent.end) return undefined
  const portAt = portOf(line, end)
  if (!portAt) return undefined
  const stop = valueEnd(line, portAt.end)
  if (stop < 0) return undefined
  const found = { branch: '', rport: undefined as string | undefined, received: undefined as string | undefined }
  if (walk(line.slice(portAt.end, stop), 0, (name, value) => keep(found, name, value)) < 0) return undefined
  return { transport: sent.transport, host: bracketless(line.slice(start, end)), port: portAt.port, ...found }
}

function keep(found: { branch: string; rport: string | undefined; received: string | undefined }, name: string, value: string | undefined): void {
  switch (name.toLowerCase()) {
    case 'branch': found.branch ||= value ?? ''; break
    case 'rport': found.rport ??= value ?? ''; break
    case 'received': found.received ??= value ?? ''; break
  }
}

/** `SIP/2.0/UDP`, with white space allowed around the slashes. */
function protocol(s: string): { transport: string; end: number } | undefined {
  if (s.startsWith('SIP/2.0/')) {
    const end = token(s, 8)
    return end < 0 ? undefined : { transport: upper(s.slice(8, end)), end }
  }
  const name = token(s, blanks(s, 0)), slash = blanks(s, name)
  if (name < 0 || s.slice(0, name).trim().toUpperCase() !== 'SIP' || s[slash] !== '/') return undefined
  const version = token(s, blanks(s, slash + 1)), second = blanks(s, version)
  if (version < 0 || s[second] !== '/') return undefined                            // another version is refused by its start line (505)
  const start = blanks(s, second + 1), end = token(s, start)
  return end < 0 ? undefined : { transport: upper(s.slice(start, end)), end }
}

function upper(s: string): string { return s === 'UDP' || s === 'TCP' || s === 'TLS' ? s : s.toUpperCase() }

function portOf(s: string, i: number): { port: number; end: number } | undefined {
  const colon = blanks(s, i)
  if (s.charCodeAt(colon) !== 58) return { port: 0, end: i }
  let k = blanks(s, colon + 1), port = 0
  const start = k
  while (k < s.length && isDigit(s.charCodeAt(k)) && port <= 65535) port = port * 10 + s.charCodeAt(k++) - 48
  return k === start || port > 65535 || port === 0 ? undefined : { port, end: k }
}

/** Where this Via ends: at a comma outside quotes, or at the end of the line. */
function valueEnd(s: string, i: number): number {
  for (; i < s.length; i++) {
    const c = s.charCodeAt(i)
    if (c === 44) return i
    if (c === 34) { const end = quoted(s, i); if (end < 0) return -1; i = end - 1 }
  }
  return i
}

function bracketless(host: string): string { return host.charCodeAt(0) === 91 ? host.slice(1, -1).toLowerCase() : host }
