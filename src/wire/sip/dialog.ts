/**
 * A dialog: plain data, made from the request and the response that set it up.
 *
 * Standards  RFC 3261 12
 */
import { parseAddress, withoutParams } from './address.ts'
import { header, lines, type SipMessage } from './message.ts'
import { split } from './scan.ts'
import { maxUri } from './uri.ts'
import { addresses, maxList } from './values.ts'

export interface Dialog {
  callId: string
  localTag: string
  /** '' until the other side has given one (early outgoing dialogs of an RFC 2543 peer). */
  remoteTag: string
  /** Our From or To value without the tag, as it was printed. */
  local: string
  /** Theirs, without the tag. */
  remote: string
  localSeq: number
  /** -1 until the other side has sent a request in the dialog. */
  remoteSeq: number
  /** URI of the remote target. */
  target: string
  /** Route values, first hop first. */
  routes: readonly string[]
}

/** 12.1.1: the dialog as the one who answers sees it. Undefined if the request has no usable Contact or Record-Route. */
export function uasDialog(request: SipMessage, localTag: string): Dialog | undefined {
  const target = contactUri(request), routes = recordRoutes(request)
  if (target === undefined || routes === undefined) return undefined
  return {
    callId: request.callId, localTag, remoteTag: request.fromTag, local: withoutTag(header(request, 'To')!), remote: withoutTag(header(request, 'From')!),
    localSeq: 0, remoteSeq: request.cseq, target, routes,
  }
}

/** What is known of a dialog before any response: the sender's side of a request to be sent. */
export function newDialog(callId: string, localTag: string, local: string, remote: string, target: string, routes: readonly string[]): Dialog {
  return { callId, localTag, remoteTag: '', local, remote, localSeq: 0, remoteSeq: -1, target, routes }
}

/** 12.1.2: the dialog that a response with a To tag makes of what was sent. Undefined if Contact or Record-Route are unusable. */
export function uacDialog(sent: Dialog, response: SipMessage): Dialog | undefined {
  const target = contactUri(response), routes = recordRoutes(response)
  if (routes === undefined || (target === undefined && response.status >= 200)) return undefined
  return { ...sent, remoteTag: response.toTag, target: target ?? sent.target, routes: routes.length > 0 ? routes.reverse() : sent.routes }
}

/** 12.2.1.2 and 12.2.2: a target refresh takes over the new Contact. */
export function refreshTarget(dialog: Dialog, message: SipMessage): void {
  dialog.target = contactUri(message) ?? dialog.target
}

/** 12.2.2: false if the request is older than one already seen (500). ACK and CANCEL do not count. */
export function inOrder(dialog: Dialog, request: SipMessage): boolean {
  if (request.method === 'ACK' || request.method === 'CANCEL') return true
  if (request.cseq <= dialog.remoteSeq) return false
  dialog.remoteSeq = request.cseq
  return true
}

/** Is this message of this dialog, seen from the side that received it? */
export function belongs(dialog: Dialog, message: SipMessage): boolean {
  const ours = message.is === 'request' ? message.toTag : message.fromTag, theirs = message.is === 'request' ? message.fromTag : message.toTag
  return dialog.callId === message.callId && dialog.localTag === ours && dialog.remoteTag === theirs
}

/** 12.2.1.1: the headers of a request in the dialog, from Max-Forwards to CSeq, with the routes. */
export function dialogHeaders(dialog: Dialog, method: string, cseq: number, maxForwards = 70): string {
  const route = dialog.routes.length === 0 ? '' : `Route: ${looseRoutes(dialog).join(', ')}\r\n`
  return `Max-Forwards: ${maxForwards}\r\n${route}From: ${dialog.local};tag=${dialog.localTag}\r\nTo: ${dialog.remote}${dialog.remoteTag === '' ? '' : `;tag=${dialog.remoteTag}`}\r\nCall-ID: ${dialog.callId}\r\nCSeq: ${cseq} ${method}\r\n`
}

/** The Request-URI: the target, or the first route where that is a strict router (no lr). */
export function requestUri(dialog: Dialog): string {
  const strict = strictRouter(dialog)
  return strict ?? dialog.target
}

/** Where a request goes first: URI of the first route, else the target. */
export function nextHopUri(dialog: Dialog): string {
  const first = dialog.routes[0]
  return first === undefined ? dialog.target : parseAddress(first)?.uri ?? dialog.target
}

function strictRouter(dialog: Dialog): string | undefined {
  const first = dialog.routes[0] === undefined ? undefined : parseAddress(dialog.routes[0])
  return first && !/;lr(?:[;=?]|$)/i.test(first.uri) ? asTarget(first.uri) : undefined
}

function looseRoutes(dialog: Dialog): readonly string[] {
  return strictRouter(dialog) === undefined ? dialog.routes : [...dialog.routes.slice(1), `<${dialog.target}>`]
}

function contactUri(message: SipMessage): string | undefined {
  const contacts = addresses(message, 'Contact')
  return contacts?.length === 1 && contacts[0]!.uri.length <= maxUri ? asTarget(contacts[0]!.uri) : undefined
}

/** 12.2.1.1, 19.1.1: a Request-URI has neither headers nor a method parameter. */
export function asTarget(uri: string): string {
  const host = uri.indexOf('@') + 1, question = uri.indexOf('?', host)                // a user part may hold both (25.1)
  const bare = question < 0 || !/^sips?:/i.test(uri) ? uri : uri.slice(0, question)
  return bare.slice(0, host) + bare.slice(host).replace(/;method=[^;]*/gi, '')
}

function recordRoutes(message: SipMessage): string[] | undefined {
  const found: string[] = []
  for (const line of lines(message, 'Record-Route')) {
    const parts = split(line, ',', maxList)
    if (!parts?.every((p) => (parseAddress(p)?.uri.length ?? Infinity) <= maxUri)) return undefined
    found.push(...parts)
  }
  return found.length > maxList ? undefined : found
}

/** A From or To value without its parameters, the tag among them (12.1.1 keeps URIs, we keep the display name as well). */
export function withoutTag(value: string): string { return withoutParams(value) }
