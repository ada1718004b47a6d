/**
 * Via: the top one is needed of every message, so it is cut in one pass; the others on its line are only checked.
 *
 * Standards  RFC 3261 20.42, RFC 3581, RFC 5118 4.5
 */
import type { TopVia } from './message.ts'
import { named, newParamAt, paramAt } from './params.ts'
import { blanks, host, isBlank, isDigit, isHex, token } from './scan.ts'

/** The first value of a Via line; undefined where the grammar of any value on it is broken. */
export function parseVia(line: string): TopVia | undefined { return viaAt(line, 0, line.length) }

/** The Via line from `i` to `end` of `s`. */
export function viaAt(s: string, i: number, end: number): TopVia | undefined {
  const behind = one(s, blanks(s, i, end), end, fresh(cut))
  if (behind < 0) return undefined
  const top = made(s, cut)
  if (behind === end) return top
  for (let k = behind; k < end;) {
    k = s.charCodeAt(k) === 44 ? one(s, blanks(s, k + 1, end), end, fresh(cut)) : -1
    if (k < 0) return undefined
    if (k === end) break
  }
  return top
}

/** What can be saved of a broken Via: protocol, sent-by and the parameters before the break; '' if not even a sent-by is there. */
export function savedVia(s: string): string {
  one(s, blanks(s, 0), s.length, fresh(cut))
  return cut.good === 0 ? '' : s.slice(0, cut.good).trim()
}

/** Positions of what is kept of a value; 0 where it is absent. `good`: how far the value was well-formed. */
interface Cut {
  transport: number; transportEnd: number; host: number; hostEnd: number; port: number; good: number
  branch: number; branchEnd: number; rport: number; rportEnd: number; received: number; receivedEnd: number
}

function newCut(): Cut {
  return { transport: 0, transportEnd: 0, host: 0, hostEnd: 0, port: 0, good: 0, branch: 0, branchEnd: 0, rport: -1, rportEnd: 0, received: 0, receivedEnd: 0 }
}

/** One value is read at a time. */
const cut = newCut(), at = newParamAt()

function fresh(cut: Cut): Cut {
  cut.port = cut.good = cut.branch = cut.branchEnd = cut.received = cut.receivedEnd = 0
  cut.rport = -1
  return cut
}

/** Reads one value: behind it (the comma or the end), or -1 where it is broken. */
function one(s: string, i: number, end: number, cut: Cut): number {
  const protocolEnd = protocol(s, i, end, cut)
  if (protocolEnd < 0) return -1
  cut.host = blanks(s, protocolEnd, end)
  cut.hostEnd = host(s, cut.host, end)
  if (cut.hostEnd < 0 || cut.host === protocolEnd) return -1
  i = portAt(s, cut.hostEnd, end, cut)
  while (i >= 0 && i < end && s.charCodeAt(i) !== 44) {
    cut.good = i
    const next = paramAt(s, i, end, at)
    i = keep(s, end, cut, next)
  }
  if (i >= 0) cut.good = i
  return i
}

/** Takes branch, rport and received out of the parameter just read; `received` may be a bare IPv6 address, which is no token. */
function keep(s: string, end: number, cut: Cut, next: number): number {
  const { nameStart, nameEnd, valueStart } = at
  if (nameEnd < 0) return -1
  const length = nameEnd - nameStart
  if (length === 8 && named(s, nameStart, nameEnd, 'received')) {
    cut.received = valueStart
    cut.receivedEnd = valueStart < 0 ? -1 : addressEnd(s, valueStart, end)
    return cut.receivedEnd < 0 ? -1 : blanks(s, cut.receivedEnd, end)
  }
  if (length === 6 && named(s, nameStart, nameEnd, 'branch')) {
    if (cut.branch > 0 || valueStart < 0) return -1
    cut.branch = valueStart
    cut.branchEnd = at.valueEnd
  } else if (length === 5 && named(s, nameStart, nameEnd, 'rport')) {
    cut.rport = Math.max(0, valueStart)
    cut.rportEnd = Math.max(0, at.valueEnd)
  }
  return next
}

/** An IP address, with brackets or without (RFC 5118 4.5), or a token as some write a name here. */
function addressEnd(s: string, i: number, end: number): number {
  if (s.charCodeAt(i) === 91) return host(s, i, end)
  let k = i, colons = false
  for (; k < end; k++) {
    const c = s.charCodeAt(k)
    if (c === 58) colons = true
    else if (!isHex(c) && c !== 46) break
  }
  return colons ? k : token(s, i, end)
}

/** `SIP/2.0/UDP`, with white space allowed around the slashes. Another version is refused by its start line (505). */
function protocol(s: string, i: number, end: number, cut: Cut): number {
  if (s.startsWith('SIP/2.0/', i)) i += 8
  else {
    const name = token(s, i, end), slash = blanks(s, name, end)
    if (name < 0 || !named(s, i, name, 'sip') || s.charCodeAt(slash) !== 47) return -1
    const version = token(s, blanks(s, slash + 1, end), end), second = blanks(s, version, end)
    if (version < 0 || s.charCodeAt(second) !== 47) return -1
    i = second + 1
  }
  cut.transport = blanks(s, i, end)
  return cut.transportEnd = token(s, cut.transport, end)
}

/** Behind the port, if there is one, and its blanks. */
function portAt(s: string, i: number, end: number, cut: Cut): number {
  const colon = blanks(s, i, end)
  cut.port = 0
  cut.good = colon
  if (colon >= end || s.charCodeAt(colon) !== 58) return colon
  let k = blanks(s, colon + 1, end), port = 0
  while (k < end && isDigit(s.charCodeAt(k)) && port <= 65535) port = port * 10 + s.charCodeAt(k++) - 48
  if (port > 65535 || port === 0) return -1
  cut.port = port
  return blanks(s, k, end)
}

function made(s: string, cut: Cut): TopVia {
  return {
    transport: upper(s.slice(cut.transport, cut.transportEnd)), host: bracketless(s.slice(cut.host, cut.hostEnd)), port: cut.port,
    branch: s.slice(cut.branch, cut.branchEnd), rport: cut.rport < 0 ? undefined : s.slice(cut.rport, cut.rportEnd),
    received: cut.received === 0 ? undefined : bracketless(s.slice(cut.received, cut.receivedEnd)),
  }
}

function upper(s: string): string { return s === 'UDP' || s === 'TCP' || s === 'TLS' ? s : s.toUpperCase() }

function bracketless(host: string): string { return host.charCodeAt(0) === 91 ? host.slice(1, -1).toLowerCase() : host }

/**
 * The top value of a Via line as it goes back: `received` and a filled `rport` are ours alone to write (18.2.1, RFC 3581 4),
 * so whatever the sender put there is left out. An IPv6 address goes without brackets (25.1, RFC 5118 4.5).
 */
export function stamped(line: string, via: TopVia, address: string, port: number): string {
  const asked = via.rport !== undefined, told = asked || via.host !== address
  if (!asked && via.received === undefined) return told ? inserted(line, `;received=${address}`) : line
  const end = topEnd(line)
  let out = '', i = firstSemicolon(line, end), from = 0
  while (i < end) {
    const next = semicolon(line, i + 1, end), name = blanks(line, i + 1, end), nameEnd = token(line, name, end)
    if (named(line, name, nameEnd, 'received') || named(line, name, nameEnd, 'rport')) {
      out += line.slice(from, i)
      from = next
    }
    i = next
  }
  return `${out}${line.slice(from, end).trimEnd()}${asked ? `;rport=${port}` : ''}${told ? `;received=${address}` : ''}${line.slice(end)}`
}

function inserted(line: string, text: string): string {
  const end = topEnd(line)
  let k = end
  while (k > 0 && isBlank(line.charCodeAt(k - 1))) k--
  return line.slice(0, k) + text + line.slice(end)
}

function topEnd(line: string): number { return delimiter(line, 0, line.length, 44) }
function firstSemicolon(line: string, end: number): number { return delimiter(line, 0, end, 59) }
function semicolon(line: string, i: number, end: number): number { return delimiter(line, i, end, 59) }

/** The first such character outside quotes; `end` if there is none. The line is known to be well-formed. */
function delimiter(line: string, i: number, end: number, wanted: number): number {
  for (let open = false; i < end; i++) {
    const c = line.charCodeAt(i)
    if (c === 34) open = !open
    else if (c === 92 && open) i++
    else if (c === wanted && !open) return i
  }
  return end
}
