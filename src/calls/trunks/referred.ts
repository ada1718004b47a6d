/**
 * A REFER outside a call, from a trunk that may send one: who its Request-URI names is rung, and when they answer they are connected to Refer-To.
 *
 * Standards  RFC 3515 2.4, 4488; R368; sip-trunk 1.11
 * Security   A9, A44: lines of ours alone are rung; what may be reached says the trunk's own search space for it, without one nothing; no dialog is named
 */
import type { Problem } from '../../kit/result.ts'
import { address, addresses, header, parseUri, quote, refuse, respond, type Served, type SipMessage } from '../../wire/sip/index.ts'
import { back } from '../back.ts'
import type { By, Call } from '../call.ts'
import { endCall } from '../end.ts'
import { newCall, openCall } from '../house.ts'
import { command, referringLeg } from '../legs/sip/index.ts'
import { instanceIn, numberIn } from '../numbers.ts'
import { openLeg } from '../records.ts'
import { seek } from '../ring.ts'
import { type Exchange, rearm } from '../state.ts'
import type { Admitted } from './admitted.ts'
import { callerOf } from './identity.ts'
import { trunkPeer } from './outgoing.ts'

/** Who is rung, and where they go. */
interface Wish { readonly line: string; readonly to: string; readonly number: string }
interface No { readonly status: number; readonly problem: Problem }

const no = (status: number, text: string, remedy?: string): No => ({ status, problem: { code: 'calls.referral', text, where: 'Refer-To', remedy } })

export function referred(x: Exchange, served: Served, from: Admitted): void {
  const { message } = served, wish = x.closing ? no(503, 'The system is going down.') : wishOf(x, message)
  if ('status' in wish) { turnDown(x, served, wish); return }
  const { name } = from.state.ready, by: By = { is: 'trunk', trunk: name, use: 'refer' }, { number, anonymous, name: display } = callerOf(x, message, from)
  const call = newCall(x, number, wish.line, { maxForwards: message.maxForwards < 0 ? 69 : message.maxForwards - 1, maxBreadth: 60, sips: /^sips:/i.test(message.uri), anonymous })
  const referee = x.callHouse.decide(call, by, wish.line)
  if (referee.is === 'refused') { turnDown(x, served, no(referee.cause.status, referee.cause.text)); return }
  if (referee.is !== 'own' || referee.meaning.is !== 'line') { turnDown(x, served, no(404, 'A line of this system is referred, and nothing else.')); return }
  begin(x, served, call, { ...trunkPeer(x, from.state, number, display), mediaSecurity: 'preferred' }, wish, by)
}

function begin(x: Exchange, served: Served, call: Call, peer: Parameters<typeof referringLeg>[2], { line, to, number }: Wish, by: By): void {
  const { message, flow } = served, isQuiet = header(message, 'Refer-Sub')?.trim().toLowerCase() === 'false'                       // 4488 4
  const leg = referringLeg(x.legHouse, call.id, peer, served, back(flow, message), to, isQuiet)
  if (!leg) { turnDown(x, served, no(400, 'Contact or Record-Route cannot be read.')); return }
  respond(x.endpoint, x.now, served, { status: 202, toTag: leg.dialog.localTag, headers: `Contact: ${leg.contact}\r\n${isQuiet ? 'Refer-Sub: false\r\n' : ''}` })
  call.a = leg
  openCall(x, call)
  openLeg(call.record, { id: leg.id, phone: peer.phone, line: peer.line, side: 'in', transport: flow.transport, callId: leg.dialog.callId, startedAt: x.now })
  command(x.legHouse, leg, { do: 'transferring', status: 100, final: false })                                                     // 3515 2.4.4: at once
  rearm(x, leg)
  const goal = x.callHouse.decide(call, by, number)
  if (goal.is === 'refused') endCall(x.callHouse, call, goal.cause)                                                               // nobody is rung for nothing
  else seek(x.callHouse, call, leg, line, { instance: instanceIn(x, message.uri) })
}

function turnDown(x: Exchange, served: Served, { status, problem }: No): void {
  x.counters.calls.refused++
  refuse(x.endpoint, x.now, served, { status, headers: `${status === 503 ? 'Retry-After: 10\r\n' : ''}Warning: 399 ringfort ${quote(problem.text)}\r\n` })
}

function wishOf(x: Exchange, message: SipMessage): Wish | No {
  const to = address(message, 'Refer-To'), uri = to && parseUri(to.uri), line = instanceIn(x, message.uri)?.line ?? numberIn(x, message.uri)
  if (!to || !uri?.ok) return no(400, 'A REFER has one Refer-To with an address in it.')
  const method = /[;?]method=([^;?&]*)/i.exec(to.uri)?.[1], number = instanceIn(x, to.uri)?.line ?? numberIn(x, to.uri)
  if (method !== undefined && method.toUpperCase() !== 'INVITE') return no(501, 'Who is referred calls, and does nothing else.')
  if (/(?:^|&)(?:replaces|join)=/i.test(uri.value.headers)) return no(403, 'A REFER outside a call takes nobody\'s place in another one.', 'Send it in the call.')
  if (number === undefined) return no(403, 'Refer-To is an address of another host.', 'Give a number at this system.')
  if (message.maxForwards === 0) return no(483, 'It came by too many hops.')
  if (addresses(message, 'Contact')?.length !== 1) return no(400, 'A REFER has exactly one Contact.')
  return line === undefined ? no(404, 'Nobody has this number.') : { line, to: to.uri, number }
}
