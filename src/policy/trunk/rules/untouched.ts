/**
 * What no rule of a trunk may touch: headers by which a dialog or a transaction holds together, attributes by which media are protected. A table.
 *
 * Standards  RFC 3261 8.1.1, 12, 17; RFC 3262, 3323, 4028, 4568, 5763, 5939, 6665, 8224
 * Security   a rule weakens no SRTP, opens no dialog of somebody else, and is not how credentials are written
 */

const way = 'it finds the way of messages and belongs to their transaction', dialog = 'it belongs to the dialog, which both sides must see alike'
const credentials = 'it proves who somebody is', body = 'it says how the body is read', needs = 'it says what the other side must be able to do, and we act on it'
const decided = 'admission was decided by it'

const headers: Readonly<Record<string, readonly string[]>> = {
  [way]: ['via', 'max-forwards', 'max-breadth', 'route', 'record-route', 'path', 'service-route', 'timestamp', 'flow-timer'],
  [dialog]: ['from', 'to', 'call-id', 'cseq', 'contact', 'rseq', 'rack', 'session-expires', 'min-se', 'subscription-state', 'refer-sub', 'expires', 'min-expires', 'sip-etag', 'sip-if-match'],
  [credentials]: ['authorization', 'proxy-authorization', 'www-authenticate', 'proxy-authenticate', 'authentication-info', 'proxy-authentication-info', 'identity', 'identity-info', 'security-client', 'security-server', 'security-verify'],
  [body]: ['content-length', 'content-type', 'content-encoding', 'mime-version'],
  [needs]: ['require', 'proxy-require', 'unsupported'],
  [decided]: ['event', 'replaces', 'join', 'target-dialog', 'refer-to'],
  'who may know the caller is said by the trunk\'s own field privacy': ['privacy'],
  'how safe a call is, is said by transmitSecurityStatus of the profile': ['call-info'],
}
const whyHeader = byName(headers)

const keys = 'media are protected by it', paused = 'a call on hold would be heard again', types = 'payload types mean nothing without it: use removeCodec'
const attributes: Readonly<Record<string, readonly string[]>> = {
  [keys]: ['crypto', 'fingerprint', 'setup', 'connection', 'key-mgmt', 'tls-id', 'dtls-id', 'identity', 'zrtp-hash', '3ge2ae', 'tcap', 'acap', 'pcfg', 'acfg', 'csup', 'creq'],
  [paused]: ['sendonly', 'recvonly', 'inactive'],
  [types]: ['rtpmap'],
}
const whyAttribute = byName(attributes)

function byName(table: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(table).flatMap(([why, names]) => names.map((name) => [name, why])))
}

/** Compact forms of headers (RFC 3261 7.3.3 and the extensions), in lower case. */
const compact: ReadonlyMap<string, string> = new Map(Object.entries({
  f: 'from', t: 'to', i: 'call-id', l: 'content-length', c: 'content-type', o: 'event', r: 'refer-to', b: 'referred-by', x: 'session-expires', v: 'via', m: 'contact', k: 'supported', e: 'content-encoding',
  s: 'subject', u: 'allow-events', d: 'request-disposition', a: 'accept-contact', j: 'reject-contact', y: 'identity', n: 'identity-info',
}))

/** Headers that a rule may touch and that stand once in a message: one more would make it unreadable. */
const once: ReadonlySet<string> = new Set(['date', 'retry-after', 'reply-to', 'content-disposition', 'referred-by'])

/** One spelling of a header's name: lower case, never compact. */
export function plainName(name: string): string { const lower = name.toLowerCase(); return compact.get(lower) ?? lower }

export function standsOnce(name: string): boolean { return once.has(plainName(name)) }

/** Why no rule touches this header; undefined where one may. */
export function untouchedHeader(name: string): string | undefined { return whyHeader.get(plainName(name)) }

export function untouchedAttribute(name: string): string | undefined { return whyAttribute.get(name.toLowerCase()) }
