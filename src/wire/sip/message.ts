/**
 * A SIP message: the octets as they came, and an index over them. Nothing is copied apart; values are cut out when asked for.
 *
 * Text is latin1 throughout: one char is one octet, so any byte in a quoted string or a body passes unharmed.
 * Standards  RFC 3261 7, 20, 25
 * Security   made by parse.ts from strangers' bytes, bounded there; the routing fields are validated before a message exists
 */
import { headerId, type HeaderName } from './headers.ts'
import { trimmed } from './scan.ts'

/** Index entry length: header id (row of headers.ts, -1 if unknown), start of name, end of name, start of value, end of value. */
export const stride = 5

export interface SipMessage {
  /** Start line, headers and body, exactly as received or printed; one char an octet. */
  readonly raw: string
  /** 'request' or 'response'. */
  readonly is: 'request' | 'response'
  /** The request's method; in a response the method of CSeq. Case-sensitive (RFC 3261 7.1). */
  readonly method: string
  /** Request-URI as written; '' in a response. */
  readonly uri: string
  /** 100–699; 0 in a request. */
  readonly status: number
  /** Reason phrase, '' in a request. */
  readonly reason: string
  /** `stride` numbers a header, in order of appearance. */
  readonly index: readonly number[]
  /** Where the body starts in `raw`, and where it ends (Content-Length obeyed). */
  readonly bodyStart: number
  readonly bodyEnd: number
  readonly callId: string
  readonly cseq: number
  /** Tag parameters, '' where absent. */
  readonly fromTag: string
  readonly toTag: string
  /** Top Via. */
  readonly via: TopVia
  /** Absent: -1. */
  readonly maxForwards: number
}

export interface TopVia {
  /** Upper case: UDP, TCP, TLS, WS, WSS or an extension. */
  readonly transport: string
  readonly host: string
  /** 0 where none is given. */
  readonly port: number
  /** '' where none is given (RFC 2543). */
  readonly branch: string
  /** The rport parameter: undefined absent, '' empty (a wish), else its value. */
  readonly rport: string | undefined
  readonly received: string | undefined
}

/** The first value of a header, unfolded and trimmed; undefined if the message has none. */
export function header(message: SipMessage, name: HeaderName): string | undefined {
  const id = headerId(name), { index } = message
  for (let i = 0; i < index.length; i += stride) {
    if (index[i] === id) return unfold(message.raw.slice(index[i + 3], index[i + 4]))
  }
  return undefined
}

/** Every line of a header as written, one entry a line (a line may hold several comma-separated values: see list.ts). */
export function lines(message: SipMessage, name: HeaderName): string[] {
  const id = headerId(name), { index } = message, found: string[] = []
  for (let i = 0; i < index.length; i += stride) {
    if (index[i] === id) found.push(unfold(message.raw.slice(index[i + 3], index[i + 4])))
  }
  return found
}

/** The first value of a header that is not in the table, by its name in any case. */
export function otherHeader(message: SipMessage, name: string): string | undefined {
  const { index, raw } = message, wanted = name.toLowerCase()
  for (let i = 0; i < index.length; i += stride) {
    if (index[i] === -1 && raw.slice(index[i + 1], index[i + 2]).toLowerCase() === wanted) return unfold(raw.slice(index[i + 3], index[i + 4]))
  }
  return undefined
}

export function has(message: SipMessage, name: HeaderName): boolean {
  const id = headerId(name), { index } = message
  for (let i = 0; i < index.length; i += stride) if (index[i] === id) return true
  return false
}

export function body(message: SipMessage): string {
  return message.raw.slice(message.bodyStart, message.bodyEnd)
}

/** RFC 3261 7.3.1: a line end followed by white space is one space. */
export function unfold(value: string): string {
  if (!value.includes('\n')) return value
  const pieces: string[] = []
  for (const piece of value.split('\r\n')) {
    const text = trimmed(piece)
    if (text !== '') pieces.push(text)
  }
  return pieces.join(' ')
}
