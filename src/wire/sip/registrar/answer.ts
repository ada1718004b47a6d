/**
 * What the answer to a REGISTER says: every contact with the seconds that it has left, and the extensions that were used.
 *
 * Standards  RFC 3261 10.3 step 8, 20.17; RFC 3327 5.3; RFC 3608 6; RFC 5626 6; RFC 5627 5.2, 5.4
 */
import type { Flow } from '../../../kit/flow.ts'
import type { Millis } from '../../../kit/machine.ts'
import type { SipMessage } from '../message.ts'
import type { BoundContact, RegistrarLimits } from '../registrar.ts'
import { quote } from '../scan.ts'
import { printHost } from '../uri.ts'
import { address } from '../values.ts'
import { type Asked, supports } from './contacts.ts'
import type { Refusal } from './problems.ts'

export function printRefusal(refusal: Refusal, flow: Flow): string {
  return `${refusal.headers}Warning: 399 ${printHost(flow.localAddress)} ${quote(refusal.problem.text)}\r\n`
}

/** `flows`: a Contact of this request was bound to a flow. */
export function printRegistered(request: SipMessage, asked: Asked, flow: Flow, bound: readonly BoundContact[], flows: boolean, now: Millis, limits: RegistrarLimits): string {
  const aor = supports(asked.supported, 'gruu') ? aorOf(request) : ''
  let out = ''
  for (const contact of bound) out += printContact(contact, now, aor)
  if (asked.path !== '' && asked.contacts) out += `Path: ${asked.path}\r\n`           // RFC 3327 5.3
  if (limits.serviceRoute) out += `Service-Route: ${limits.serviceRoute}\r\n`
  if (flows && supports(asked.supported, 'outbound')) {
    out += 'Require: outbound\r\n'
    const connected = flow.transport === 'tcp' || flow.transport === 'tls'            // 4.4.1: the CRLF keep-alive
    if (asked.firstHop && connected && limits.flowTimer) out += `Flow-Timer: ${limits.flowTimer}\r\n`
  }
  return `${out}Supported: path, outbound\r\n${dateLine(now)}`
}

function printContact(contact: BoundContact, now: Millis, aor: string): string {
  const { instance } = contact
  let out = `Contact: <${contact.contact}>${contact.params}`
  if (contact.q >= 0) out += `;q=${contact.q / 1000}`
  if (instance !== '') out += `;+sip.instance=${inQuotes(instance)}`
  if (contact.regId > 0) out += `;reg-id=${contact.regId}`
  if (instance !== '' && aor !== '') out += `;pub-gruu=${inQuotes(publicGruu(contact, aor))}`
  return `${out};expires=${secondsLeft(contact, now)}\r\n`
}

function inQuotes(text: string): string { return text.includes('"') || text.includes('\\') ? quote(text) : `"${text}"` }

/** Never more than there is, and never the 0 that would say "gone". */
export function secondsLeft(contact: BoundContact, now: Millis): number {
  return Math.max(1, Math.floor((contact.expiresAt - now) / 1000))
}

/** The To URI without scheme and parameters; '' where it is no sip URI. */
function aorOf(request: SipMessage): string {
  const uri = address(request, 'To')?.uri ?? ''
  const scheme = uri.indexOf(':'), host = uri.indexOf('@') + 1
  if (!['sip', 'sips'].includes(uri.slice(0, scheme).toLowerCase())) return ''
  let end = host || scheme + 1
  while (end < uri.length && uri[end] !== ';' && uri[end] !== '?') end++
  return uri.slice(scheme + 1, end)
}

/** RFC 5627 5.4: the address of record with the instance in `gr`; RFC 5630 5.2: sips for a sips contact. */
function publicGruu(contact: BoundContact, aor: string): string {
  return `${contact.contact.startsWith('sips:') ? 'sips' : 'sip'}:${aor};gr=${gruuToken(contact.instance)}`
}

/** What `gr` holds for an instance: brackets away, what may not stand in a URI parameter escaped. */
export function gruuToken(instance: string): string {
  const bare = instance.startsWith('<') && instance.endsWith('>') ? instance.slice(1, -1) : instance
  return bare.replace(/[^A-Za-z0-9\-_.!~*'()[\]/:&+$]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

let second = -1, line = ''
/** 20.17, made once a second. */
function dateLine(now: Millis): string {
  const at = Math.floor(now / 1000)
  if (at !== second) {
    second = at
    line = `Date: ${new Date(at * 1000).toUTCString()}\r\n`
  }
  return line
}
