/** REGISTER of a phone that has proved who it is. Standards RFC 3261 10.3, 5626. */
import type { PhonePicture } from '../directory/picture.ts'
import type { Result } from '../kit/result.ts'
import { lineOf } from '../policy/identify.ts'
import { register, registrarLimits } from '../wire/sip/registrar.ts'
import { address, parseUri, quote, respond, type Served, type Uri } from '../wire/sip/index.ts'
import type { Exchange } from './state.ts'
import { apply, bindingsOfPhone } from './locations.ts'
import { hostIsOurs, nameOf } from './numbers.ts'
import { located } from './watching.ts'

export function registered(x: Exchange, served: Served, phone: PhonePicture): void {
  const { message, flow } = served, to = parseUri(address(message, 'To')?.uri ?? '')
  const line = to.ok ? lineOf(phone, nameOf(to.value)) : undefined
  const answer = (status: number, headers = '') => respond(x.endpoint, x.now, served, { status, headers, toTag: x.endpoint.random.token(5) })
  if (!isHere(x, served, parseUri(message.uri)) || !isHere(x, served, to)) { answer(404, `Warning: 399 ringfort ${quote('Another domain is registered elsewhere.')}\r\n`); return }
  if (line === undefined) { answer(404, `Warning: 399 ringfort ${quote('This phone has no line.')}\r\n`); return }
  const { own, others } = bindingsOfPhone(x.locations, line, phone.name)
  const verdict = register(message, flow, own, x.now, { ...registrarLimits, maxBindings: phone.maxRegistrations }, others)
  if (verdict.status !== 200) { answer(verdict.status, verdict.headers); return }
  const applied = apply(x.locations, x.now, { line, phone: phone.name, flow }, verdict.change)
  if (!applied.ok) { answer(503, 'Retry-After: 300\r\n'); return }
  for (const event of applied.value) located(x, event)
  if (verdict.change.length > 0) x.endpoint.out.push({ do: 'known', flow, until: x.now + registrarLimits.maxExpires * 1_000 })
  answer(200, verdict.headers)
}

/** 10.3 step 1 and 5: a domain of ours, or the very address that the phone sent to; a telephone number has no domain. */
function isHere(x: Exchange, { flow }: Served, uri: Result<Uri>): boolean {
  return uri.ok && (uri.value.scheme === 'tel' || uri.value.host === flow.localAddress || hostIsOurs(x, uri.value.host))
}
