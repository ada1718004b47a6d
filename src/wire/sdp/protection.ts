/**
 * Facts about media protection for a policy to judge, and session descriptions without their keys for logs and ladders.
 *
 * Standards  RFC 4568, RFC 5763, RFC 5939 3.6, RFC 8643 (OSRTP)
 * Security   fed by strangers; linear. Requirements R253, R254, attack class A22
 */
import { words } from './address.ts'
import { hasStrongCrypto } from './crypto.ts'
import { attributes, fingerprint, isLive } from './facts.ts'
import type { Media, Sdp, Section } from './parse.ts'

export type ProtectionOffered = 'none' | 'optional' | 'required'

/** How a transport protects: srtp has its keys in crypto lines or from DTLS, tls from a handshake alone. */
export type ProtoProtection = 'none' | 'srtp' | 'tls'

const common: Readonly<Record<string, ProtoProtection>> = {
  'RTP/AVP': 'none', 'RTP/AVPF': 'none', 'RTP/SAVP': 'srtp', 'RTP/SAVPF': 'srtp', 'UDP/TLS/RTP/SAVP': 'tls', 'UDP/TLS/RTP/SAVPF': 'tls', udptl: 'none',
}

export function protoProtection(proto: string): ProtoProtection {
  return Object.hasOwn(common, proto) ? common[proto]! : otherProto(proto)
}

/** TCP/DTLS/RTP/SAVPF (RFC 7850), TCP/TLS/MSRP, UDP/TLS/UDPTL, UDP/DTLS/SCTP …: named by their parts. */
function otherProto(proto: string): ProtoProtection {
  const parts = proto.toUpperCase().split('/')
  if (parts.includes('TLS') || parts.includes('DTLS')) return 'tls'
  return parts.includes('SAVP') || parts.includes('SAVPF') ? 'srtp' : 'none'
}

/** What the m= line and its attributes offer; says nothing about whether the keys are good. */
export function protectionOffered(media: Media): ProtectionOffered {
  if (protoProtection(media.proto) !== 'none') return 'required'
  return hasKeys(media) || hasKeys(media.session) || offersSecureProto(media) ? 'optional' : 'none'
}

/** RFC 8643 3.1: OSRTP is an RTP/AVP with keys beside it. */
function hasKeys(section: Section): boolean {
  for (const line of section.lines) {
    const third = line.charCodeAt(2)
    if (third === 99 ? line.startsWith('a=crypto:') : third === 102 && line.startsWith('a=fingerprint:')) return true
  }
  return false
}

/** RFC 5939 3.4.1: transports that the answer may choose instead, of the medium and of its session. */
export function potentialProtos(media: Media): string[] {
  return [...attributes(media, 'tcap'), ...attributes(media.session, 'tcap')].flatMap((value) => words(value).slice(1))
}

function offersSecureProto(media: Media): boolean {
  return potentialProtos(media).some((proto) => protoProtection(proto) !== 'none')
}

/**
 * Audio, video and anything else that is open has a protected transport and a key that we can judge: a good crypto line
 * or a whole fingerprint. An offer that passes may still be answered worse: the last word has negotiated().
 */
export function everyMediumProtected(sdp: Sdp): boolean {
  return sdp.media.every((media) => !isLive(media) || isProtected(media))
}

export function isProtected(media: Media): boolean {
  switch (protoProtection(media.proto)) {
    case 'none': return false
    case 'tls':  return fingerprint(media) !== undefined
    case 'srtp': return hasStrongCrypto(media) || fingerprint(media) !== undefined
  }
}

const mark = '[key]'
const suspicious = /inline:|crypto:|key-mgmt:|ice-pwd:|^k=/im
const keepable = /^(?:KDR=\d{1,2}|WSH=\d{1,4}|FEC_ORDER=(?:FEC_SRTP|SRTP_FEC)|UNENCRYPTED_SRTC?P|UNAUTHENTICATED_SRTP)$/
const lifetimeOrMki = /^[\d^:]{1,40}$/
const tagOrSuite = /^(?:\d{1,9}|(?=.{0,20}_)[A-Z0-9_]{1,40})$/

/** Any text (a session description, a whole message, a part of one) without key material: crypto, key-mgmt, ice-pwd and k= lines. Fingerprints stay. */
export function redactKeys(text: string): string {
  if (!suspicious.test(text)) return text
  return text.split('\n').map(redactLine).join('\n')
}

function redactLine(line: string): string {
  if (!suspicious.test(line)) return line
  const end = line.endsWith('\r') ? '\r' : ''
  const body = end ? line.slice(0, -1) : line
  return redactBody(body, body.toLowerCase()) + end
}

/** From the first name on that brings a key, by the rule of that name; before it there may be an inline key still. */
function redactBody(body: string, lower: string): string {
  if (lower.startsWith('k=')) return `k=${mark}`
  const [name, at] = firstName(lower)
  if (name === undefined) return redactInline(body)
  const from = at + name.length
  const before = redactInline(body.slice(0, at)).replace(/[\w+/]{16,}/g, mark) + body.slice(at, from)   // `a=`, `a=acap:1 `; what is longer may be a key as well
  return before + (name === 'crypto:' ? redactCrypto(body.slice(from)) : mark)
}

function firstName(lower: string): [name: string | undefined, at: number] {
  let first: [string | undefined, number] = [undefined, lower.length]
  for (const name of ['crypto:', 'key-mgmt:', 'ice-pwd:']) {
    const at = lower.indexOf(name)
    if (at >= 0 && at < first[1]) first = [name, at]
  }
  return first
}

/** Tag and suite stay, then lifetimes, MKIs and known parameters; whatever else stands there may be a key that was badly written. */
function redactCrypto(value: string): string {
  const parts = value.split(/[ \t]/)
  let place = 0
  const kept = parts.map((part) => {
    if (part === '' || place++ < 2) return part === '' || tagOrSuite.test(part) ? part : redactWord(part)
    return keepable.test(part) ? part : redactWord(part)
  })
  return kept.join(' ')
}

/** RFC 4568 9.2: of `inline:key|lifetime|MKI;…` all but the keys. */
function redactWord(word: string): string {
  return word.split(';').map((key) => {
    if (key.slice(0, 7).toLowerCase() !== 'inline:') return mark
    const rest = key.split('|').slice(1).map((part) => lifetimeOrMki.test(part) ? part : mark)
    return [`${key.slice(0, 7)}${mark}`, ...rest].join('|')
  }).join(';')
}

function redactInline(text: string): string {
  return text.replace(/inline:[^|; \t\r]*/gi, (found) => found.slice(0, 7) + mark)
}
