/**
 * MESSAGE outside a call: passed to every contact of the line; and in the same way a NOTIFY that nobody asked for, where a trunk may send it.
 *
 * Standards  RFC 3428
 * Security   from and to phones of this system only; in the clear to nonSecure phones alone; size is bounded by the message, number of copies by the contacts of a line
 */
import type { PhonePicture } from '../directory/picture.ts'
import { lineOf, maySignal } from '../policy/identify.ts'
import { address, body, header, parseUri, respond, type Served, type SipMessage } from '../wire/sip/index.ts'
import { type Binding, type Target, targetOf } from './binding.ts'
import type { Exchange } from './state.ts'
import { instanceIn, nameOf, numberIn } from './numbers.ts'
import { bindingsOf, bindingsOfGruu } from './locations.ts'
import { reach, requestAlong, wayTo } from './ways.ts'

export function messaged(x: Exchange, served: Served, phone: PhonePicture): void {
  const from = parseUri(address(served.message, 'From')?.uri ?? '')
  messageFrom(x, served, lineOf(phone, from.ok ? nameOf(from.value) : ''))
}

/** `line`: who sends it, a line of ours or a number behind a trunk. */
export function messageFrom(x: Exchange, served: Served, line: string | undefined): void {
  const { message } = served, number = instanceIn(x, message.uri)?.line ?? numberIn(x, message.uri)
  const meaning = number === undefined ? undefined : x.snapshot.numberOrUser(number)
  const answer = (status: number) => { respond(x.endpoint, x.now, served, { status, toTag: x.endpoint.random.token(5) }) }
  if (message.maxForwards === 0) { answer(483); return }
  if (meaning?.is !== 'line') { answer(404); return }
  if (line === undefined) { answer(403); return }
  const sent = copies(x, message, line, meaning.number, answer)
  if (sent === 0) answer(480)
}

/** One copy for each contact; the first 2xx answers, else the last refusal. */
export function copies(x: Exchange, message: SipMessage, from: string, to: string, answer: (status: number) => void): number {
  const instance = instanceIn(x, message.uri), bindings = instance ? bindingsOfGruu(x.locations, to, instance.gr) : bindingsOf(x.locations, to)
  const targets = bindings.filter((one) => one.expiresAt > x.now && x.snapshot.phones.get(one.phone)?.lines.includes(to)).flatMap((one) => targetFor(x, one) ?? [])
  let open = targets.length, done = false
  const heard = (status: number) => {
    if (done || status < 200) return
    open--
    if (status < 300 || open === 0) { done = true; answer(status) }
  }
  for (const { way, uri, route } of targets) {
    reach(x, way, (hops) => {
      if (hops.length === 0) { heard(480); return }
      requestAlong(x, hops, { method: message.method, uri, headers: headers(x, message, from, to, route), contentType: header(message, 'Content-Type') ?? 'text/plain', body: body(message) }, (response) => { heard(response?.status ?? 408) })
    })
  }
  return targets.length
}

/** A phone that may signal over TLS alone gets no message in the clear, whatever it registered over before its mode was changed. */
function targetFor(x: Exchange, binding: Binding): Target | undefined {
  const target = targetOf(binding), to = target && wayTo(x, target.way), phone = x.snapshot.phones.get(binding.phone)
  return to && phone && maySignal(phone, to.transport === 'tls' || to.transport === 'wss') ? target : undefined
}

/** What says what a NOTIFY is for goes along (RFC 6665 8.2.1, 8.2.3). */
function headers(x: Exchange, message: SipMessage, from: string, to: string, route: string): string {
  const more = message.method === 'NOTIFY' ? ['Event', 'Subscription-State'].map((name) => `${name}: ${header(message, name as 'Event') ?? ''}\r\n`).join('') : ''
  const { domain } = x.snapshot.system, { random } = x.endpoint
  const forwards = message.maxForwards < 0 ? 69 : message.maxForwards - 1
  return `Max-Forwards: ${forwards}\r\n${route === '' ? '' : `Route: ${route}\r\n`}From: <sip:${from}@${domain}>;tag=${random.token(8)}\r\nTo: <sip:${to}@${domain}>\r\nCall-ID: ${random.token(16)}\r\nCSeq: 1 ${message.method}\r\n${more}`
}
