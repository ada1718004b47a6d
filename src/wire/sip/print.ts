/**
 * Printing: requests and responses are put together once, as one string; what is copied is cut from the raw message.
 *
 * Standards  RFC 3261 8.2.6, 18.2.1, RFC 3581
 */
import type { Flow } from '../../kit/flow.ts'
import { headerId, type HeaderName } from './headers.ts'
import { type SipMessage, stride, unfold } from './message.ts'
import { reasonPhrase } from './reason.ts'
import { quoted } from './scan.ts'

export interface ResponseParts {
  readonly status: number
  readonly reason?: string | undefined
  /** Added to To where the request had none. */
  readonly toTag?: string | undefined
  /** Whole header lines, each with its CR LF. */
  readonly headers?: string | undefined
  readonly contentType?: string | undefined
  readonly body?: string | undefined
}

const viaId = headerId('Via'), fromId = headerId('From'), toId = headerId('To'), callIdId = headerId('Call-ID'), cseqId = headerId('CSeq')
const timestampId = headerId('Timestamp'), recordRouteId = headerId('Record-Route')

/** A response to a request: Via, From, To, Call-ID and CSeq as they came, the top Via stamped with where it came from. */
export function printResponse(request: SipMessage, flow: Flow, parts: ResponseParts): string {
  const { raw, index } = request, forms = parts.status > 100 && parts.status < 300 && request.toTag === ''
  let out = `SIP/2.0 ${parts.status} ${parts.reason ?? reasonPhrase(parts.status)}\r\n`, topVia = true
  for (let i = 0; i < index.length; i += stride) {
    switch (index[i]) {
      case viaId:
        out += topVia ? `Via: ${stamp(unfold(raw.slice(index[i + 3], index[i + 4])), request, flow)}\r\n` : line(raw, index, i)
        topVia = false
        break
      case toId:
        out += request.toTag === '' && parts.toTag ? `To: ${unfold(raw.slice(index[i + 3], index[i + 4]))};tag=${parts.toTag}\r\n` : line(raw, index, i)
        break
      case recordRouteId: if (forms) out += line(raw, index, i); break                // 12.1.1
      case timestampId: if (parts.status === 100) out += line(raw, index, i); break   // 8.2.6.1
      case fromId: case callIdId: case cseqId: out += line(raw, index, i); break
      default: break
    }
  }
  return out + tail(parts.headers, parts.contentType, parts.body)
}

function line(raw: string, index: readonly number[], i: number): string { return `${raw.slice(index[i + 1], index[i + 4])}\r\n` }

function tail(headers = '', contentType = '', body = ''): string {
  return `${headers}${contentType === '' ? '' : `Content-Type: ${contentType}\r\n`}Content-Length: ${body.length}\r\n\r\n${body}`
}

/** 18.2.1 and 3581 4: received when the address differs or rport was asked for, rport filled in. */
function stamp(value: string, request: SipMessage, flow: Flow): string {
  const { via } = request
  const end = topEnd(value), top = value.slice(0, end)
  if (via.rport === undefined && via.host === flow.remoteAddress) return value
  const received = via.received === undefined ? `;received=${flow.remoteAddress}` : ''
  if (via.rport !== '') return `${top}${received}${value.slice(end)}`
  return `${top.replace(/;\s*rport(?=\s*(?:;|$))/i, `;rport=${flow.remotePort}`)}${received}${value.slice(end)}`
}

function topEnd(value: string): number {
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i)
    if (c === 44) return i
    if (c === 34) i = Math.max(i, quoted(value, i) - 1)
  }
  return value.length
}

export interface RequestParts {
  readonly method: string
  readonly uri: string
  /** Value of our Via, branch and all. */
  readonly via: string
  /** Whole header lines from Max-Forwards on, each with its CR LF; without Content-Type and Content-Length. */
  readonly headers: string
  readonly contentType?: string | undefined
  readonly body?: string | undefined
}

export function printRequest(parts: RequestParts): string {
  return `${parts.method} ${parts.uri} SIP/2.0\r\nVia: ${parts.via}\r\n${tail(parts.headers, parts.contentType, parts.body)}`
}

export type Edit = { readonly remove: HeaderName } | { readonly replace: HeaderName; readonly by: string } | { readonly add: HeaderName; readonly value: string }

/** The message with some headers changed and everything else copied octet by octet. `add` puts a line before all others. */
export function edited(message: SipMessage, edits: readonly Edit[], start = startLine(message)): string {
  let head = ''
  for (const e of edits) if ('add' in e) head += `${e.add}: ${e.value}\r\n`
  const { raw, index } = message, replaced = new Set<number>()
  for (let i = 0; i < index.length; i += stride) {
    const edit = edits.find((e) => 'add' in e ? false : headerId('remove' in e ? e.remove : e.replace) === index[i])
    if (!edit) head += line(raw, index, i)
    else if ('replace' in edit && !replaced.has(index[i]!)) {
      replaced.add(index[i]!)
      head += `${edit.replace}: ${edit.by}\r\n`
    }
  }
  return `${start}\r\n${head}\r\n${raw.slice(message.bodyStart, message.bodyEnd)}`
}

function startLine(m: SipMessage): string {
  return m.is === 'request' ? `${m.method} ${m.uri} SIP/2.0` : `SIP/2.0 ${m.status} ${m.reason}`
}
