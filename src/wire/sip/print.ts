/**
 * Printing: requests and responses are put together once, as one string; what is copied is cut from the raw message.
 *
 * Standards  RFC 3261 8.2.6, 18.2.1, RFC 3581
 */
import type { Flow } from '../../kit/flow.ts'
import { headerId, type HeaderName } from './headers.ts'
import { type SipMessage, stride, unfold } from './message.ts'
import { reasonPhrase } from './reason.ts'
import { stamped } from './via.ts'

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

/** Methods that make dialogs: their answers carry the Record-Route back (12.1.1; RFC 6665 4.4). */
const dialogMethods = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'NOTIFY'])

/** A response to a request: Via, From, To, Call-ID and CSeq as they came, the top Via stamped with where it came from. */
export function printResponse(request: SipMessage, flow: Flow, parts: ResponseParts): string {
  const { raw, index, via } = request, forms = parts.status > 100 && parts.status < 300 && request.toTag === '' && dialogMethods.has(request.method)
  let out = `SIP/2.0 ${parts.status} ${parts.reason ?? reasonPhrase(parts.status)}\r\n`, topVia = true
  for (let i = 0; i < index.length; i += stride) {
    switch (index[i]) {
      case viaId:
        out += topVia ? `Via: ${stamped(value(raw, index, i), via, flow.remoteAddress, flow.remotePort)}\r\n` : line(raw, index, i)
        topVia = false
        break
      case toId:
        out += request.toTag === '' && parts.toTag ? `To: ${value(raw, index, i)};tag=${parts.toTag}\r\n` : line(raw, index, i)
        break
      case recordRouteId: if (forms) out += line(raw, index, i); break                // 12.1.1
      case timestampId: if (parts.status === 100) out += line(raw, index, i); break   // 8.2.6.1
      case fromId: case callIdId: case cseqId: out += line(raw, index, i); break
      default: break
    }
  }
  return out + tail(parts.headers, parts.contentType, parts.body)
}

function value(raw: string, index: readonly number[], i: number): string { return unfold(raw.slice(index[i + 3], index[i + 4])) }

/** A header line as it came; folded or with blanks around its colon, in one line and with none (7.3.1). */
function line(raw: string, index: readonly number[], i: number): string {
  const text = raw.slice(index[i + 1], index[i + 4])
  if (index[i + 3]! - index[i + 2]! === 2 && !text.includes('\n')) return `${text}\r\n`
  return `${raw.slice(index[i + 1], index[i + 2])}: ${value(raw, index, i)}\r\n`
}

function tail(headers = '', contentType = '', body = ''): string {
  return `${headers}${contentType === '' ? '' : `Content-Type: ${contentType}\r\n`}Content-Length: ${body.length}\r\n\r\n${body}`
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
    if (!edit) head += `${raw.slice(index[i + 1], index[i + 4])}\r\n`
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
