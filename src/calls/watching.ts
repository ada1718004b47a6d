/**
 * SUBSCRIBE from phones, and the NOTIFYs that follow: the `dialog` package for busy lamps.
 *
 * Standards  RFC 6665 4.2, RFC 4235 3
 * Security   the phone has proved who it is; what it may see is decided anew at every refresh; NOTIFYs go to where its packets come from (A24)
 */
import type { PhonePicture } from '../directory/picture.ts'
import type { Flow, Hop } from '../kit/flow.ts'
import { turn } from '../kit/wheel.ts'
import { lineOf } from '../policy/identify.ts'
import {
  address, addresses, contactTo, deltaSeconds, dialogHeaders, event, header, inOrder, parseUri, quote, refreshTarget, requestUri, respond,
  type ResponseParts, type Served, type SipMessage, tokens, uasDialog,
} from '../wire/sip/index.ts'
import { granted, newNotifier, newNotifierMachine, type NotifierInput, subscriptionLimits } from '../wire/sip/subscription.ts'
import { back } from './back.ts'
import { dialogInfo, dialogInfoType, lampsOf, maySee } from './features/lamps.ts'
import { along, nextHop } from './legs/sip/reach.ts'
import type { LocationEvent } from './locations.ts'
import { nameOf, numberIn } from './numbers.ts'
import type { Exchange } from './state.ts'
import { addWatch, armWatch, dropWatch, maxOfPhone, maxWatches, moveWatch, type Watch } from './watches.ts'
import { requestAlong } from './ways.ts'

/** Packages that a phone may subscribe to, and the one that REFER makes. */
export const allowEvents = 'Allow-Events: dialog, refer\r\n'
const machine = newNotifierMachine()

/** A SUBSCRIBE outside a dialog. */
export function subscribed(x: Exchange, served: Served, phone: PhonePicture): void {
  const { message, flow } = served, asked = event(message)
  const number = numberIn(x, message.uri), meaning = number === undefined ? undefined : x.snapshot.numberOrUser(number)
  const from = parseUri(address(message, 'From')?.uri ?? ''), line = lineOf(phone, from.ok ? nameOf(from.value) : '')
  const seconds = granted(deltaSeconds(header(message, 'Expires')))
  const dialog = addresses(message, 'Contact')?.length === 1 ? uasDialog(message, x.endpoint.random.token(10)) : undefined
  const wrong = asked?.package !== 'dialog' ? { status: 489, headers: allowEvents }
    : message.maxForwards === 0 ? { status: 483 }
    : !accepts(message) ? { status: 406, headers: `Accept: ${dialogInfoType}\r\n` }
    : meaning?.is !== 'line' ? { status: 404 }
    : line === undefined || !maySee(x.callHouse, line, meaning.number) ? notYours
    : seconds === undefined ? { status: 423, headers: `Min-Expires: ${subscriptionLimits.minExpires}\r\n` }
    : dialog === undefined ? { status: 400 } : undefined
  if (wrong || meaning?.is !== 'line' || line === undefined || seconds === undefined || !dialog) { answer(x, served, wrong ?? { status: 400 }); return }
  const to = back(flow, message), secure = flow.transport === 'tls' || flow.transport === 'wss'
  begin(x, served, seconds, {
    sub: newNotifier(x.now), dialog, to, route: undefined, secure, contact: contactTo(x.endpoint, to, meaning.number), phone: phone.name, line, watched: meaning.number,
    event: asked!.id === undefined ? 'dialog' : `dialog;id=${asked!.id}`, version: 0, seen: '', wakeAt: undefined, lookAt: undefined,
  })
}

const notYours: ResponseParts = { status: 403, headers: `Warning: 399 ringfort ${quote('This line is not in the pickup group of the phone.')}\r\n` }

/** RFC 4235 3.4: without Accept the package's own type is understood. */
function accepts(message: SipMessage): boolean {
  const listed = tokens(message, 'Accept').map((one) => one.split(';', 1)[0]!.trim())
  return listed.length === 0 || listed.some((one) => one === dialogInfoType || one === '*/*' || one === 'application/*')
}

function answer(x: Exchange, served: Served, parts: ResponseParts): void {
  respond(x.endpoint, x.now, served, { toTag: x.endpoint.random.token(5), ...parts })
}

function begin(x: Exchange, served: Served, seconds: number, watch: Watch): void {
  const { watches } = x, own = watches.ofPhone.get(watch.phone)
  for (const one of own ?? []) if (one.watched === watch.watched && one.line === watch.line && isSameEnd(one.to, watch.to)) dropWatch(watches, one)     // the phone began anew
  if ((own?.size ?? 0) >= maxOfPhone) { answer(x, served, { status: 403, headers: `Warning: 399 ringfort ${quote('This phone watches too many lines.')}\r\n` }); return }
  if (watches.byTag.size >= maxWatches) { answer(x, served, { status: 503, headers: 'Retry-After: 300\r\n' }); return }
  addWatch(watches, watch)
  watch.seen = lampsOf(x.callHouse, watches.legs.get(watch.watched) ?? [])
  granting(x, served, watch, seconds)
}

function isSameEnd(a: Flow | Hop, b: Flow | Hop): boolean {
  if ('service' in a || 'service' in b) return 'service' in a && 'service' in b && a.id === b.id
  return a.address === b.address && a.port === b.port
}

function granting(x: Exchange, served: Served, watch: Watch, seconds: number): void {
  respond(x.endpoint, x.now, served, { status: 200, toTag: watch.dialog.localTag, headers: `Expires: ${seconds}\r\nContact: ${watch.contact}\r\n` })
  advance(x, watch, { is: 'subscribe', seconds })
}

/** A request inside the dialog of a subscription: refresh, or with Expires 0 the end. */
export function watchWithin(x: Exchange, watch: Watch, served: Served): void {
  const { message, flow } = served, { dialog } = watch
  const asked = event(message), seconds = granted(deltaSeconds(header(message, 'Expires')))
  if (dialog.callId !== message.callId || dialog.remoteTag !== message.fromTag) { answer(x, served, { status: 481 }); return }
  if (!inOrder(dialog, message)) { answer(x, served, { status: 500 }); return }
  if (message.method !== 'SUBSCRIBE') { answer(x, served, { status: 405, headers: 'Allow: SUBSCRIBE, NOTIFY\r\n' }); return }
  if ((asked?.id === undefined ? asked?.package : `${asked.package};id=${asked.id}`) !== watch.event) { answer(x, served, { status: 489, headers: allowEvents }); return }
  if (seconds === undefined) { answer(x, served, { status: 423, headers: `Min-Expires: ${subscriptionLimits.minExpires}\r\n` }); return }
  if (!x.snapshot.phones.get(watch.phone)?.lines.includes(watch.line) || !maySee(x.callHouse, watch.line, watch.watched)) {
    answer(x, served, notYours)
    advance(x, watch, { is: 'end', reason: 'rejected' })
    return
  }
  refreshTarget(dialog, message)
  if (flow.transport !== 'udp') moveWatch(x.watches, watch, flow)
  granting(x, served, watch, seconds)
}

function advance(x: Exchange, watch: Watch, input: NotifierInput | { is: 'wake' }): void {
  for (const one of machine.step(watch.sub, x.now, input)) {
    if (one.do === 'over') dropWatch(x.watches, watch)
    else notify(x, watch, one.state)
  }
  if (watch.sub.is !== 'terminated') armWatch(x.watches, watch)
}

function notify(x: Exchange, watch: Watch, state: string): void {
  const { dialog } = watch
  const to = nextHop(x.legHouse, watch, dialog, (route) => { send(x, watch, state, along(x.legHouse, watch, dialog, route)) })
  if (to) send(x, watch, state, to)
}

function send(x: Exchange, watch: Watch, state: string, to: Flow | Hop): void {
  const { dialog, watched } = watch
  dialog.localSeq++
  watch.seen = lampsOf(x.callHouse, x.watches.legs.get(watched) ?? [])
  const headers = `${dialogHeaders(dialog, 'NOTIFY', dialog.localSeq)}Contact: ${watch.contact}\r\nEvent: ${watch.event}\r\nSubscription-State: ${state}\r\n`
  const body = dialogInfo(`sip:${watched}@${x.snapshot.system.domain}`, watch.version++, watch.seen)
  const hops = watch.route?.hops[0] === to ? watch.route.hops : [to]
  requestAlong(x, hops, { method: 'NOTIFY', uri: requestUri(dialog), headers, contentType: dialogInfoType, body }, (response, left) => {
    if (response && response.status < 200) return
    if (watch.route?.hops === hops) watch.route.hops = left                // what answered is asked first from now on
    advance(x, watch, response ? { is: 'response', status: response.status, retryAfter: retryAfter(response) } : { is: 'silent' })
  })
}

function retryAfter(response: SipMessage): number | undefined {
  const seconds = deltaSeconds(header(response, 'Retry-After'))
  return seconds === undefined || seconds < 0 ? undefined : seconds
}

/** After every input: those who watch a line whose calls have changed are told, each at its own pace. */
export function tellWatchers(x: Exchange): void {
  const { watches } = x
  if (watches.dirty.size === 0) return
  const lines = [...watches.dirty]
  watches.dirty.clear()
  for (const line of lines) {
    const now = lampsOf(x.callHouse, watches.legs.get(line) ?? [])
    for (const watch of watches.ofLine.get(line) ?? []) {
      if (watch.seen === now) continue
      watch.seen = now
      advance(x, watch, { is: 'changed' })
    }
  }
}

export function wakeWatches(x: Exchange): void {
  turn(x.watches.wheel, x.now, (watch) => { advance(x, watch, { is: 'wake' }) })
}

/** News of who is where: what a phone that is gone had subscribed to goes with it. */
export function located(x: Exchange, happened: LocationEvent): void {
  x.news.push({ is: 'location', event: happened })
  if (!happened.turned || happened.registered) return
  const { phone, line } = happened.binding
  for (const watch of [...x.watches.ofPhone.get(phone) ?? []]) if (watch.line === line) advance(x, watch, { is: 'end', reason: 'deactivated' })
}

/** A connection is gone: nobody can be told over it any more. */
export function deaf(x: Exchange, flowId: number): void {
  for (const watch of [...x.watches.ofFlow.get(flowId) ?? []]) dropWatch(x.watches, watch)
}
