/**
 * What a refused request is answered with: a request made of those of its fields that are well-formed. What is broken or missing stands as
 * "malformed", so that no octet of a broken field ever comes back in a response of ours; the sender finds its transaction by Via and CSeq.
 *
 * Standards  RFC 3261 8.2.6, 16.3, RFC 4475 3.1.2, 3.3.1
 * Security   fed by strangers: a draft is never longer than what they sent but for the stand-ins
 */
import type { Problem } from '../../kit/result.ts'
import { addressAt, newAddressAt } from './address.ts'
import { isCallIdAt, parseCseq } from './fields.ts'
import { headerId, type HeaderName } from './headers.ts'
import { type SipMessage, stride, unfold } from './message.ts'
import { allToken } from './scan.ts'
import { parseVia, savedVia } from './via.ts'

export interface StartLine {
  readonly is: 'request' | 'response'
  /** '' where it could not be read. */
  readonly method: string
  readonly uri: string
  readonly status: number
  readonly reason: string
  /** What is wrong with the line, and what it is answered with. */
  readonly problem: Problem | undefined
  readonly answer: number
}

const nobody = '<sip:malformed@anonymous.invalid>'
const maxSavedVias = 70
const longestSaved = 2_048   // octets of a field that are given back

/** Undefined where nothing may or can be answered: a response, an ACK, no sent-by in the top Via, no method. */
export function draftOf(text: string, line: StartLine, index: readonly number[]): SipMessage | undefined {
  const vias = values(text, index, 'Via'), top = savedVia(vias[0] ?? ''), via = top === '' ? undefined : parseVia(top)
  if (line.is === 'response' || !via) return undefined
  const cseq = values(text, index, 'CSeq')[0] ?? '', method = line.method === '' ? cseq.slice(cseq.search(/[ \t]/) + 1).trim() : line.method
  if (method === 'ACK' || !allToken(method) || method.length > 64) return undefined      // nothing ever answers an ACK
  const from = addressed(values(text, index, 'From')), to = addressed(values(text, index, 'To'))
  const [callId = ''] = values(text, index, 'Call-ID').filter((v) => isCallIdAt(v, 0, v.length))
  const lower = vias[0] !== undefined && parseVia(vias[0]) ? vias : [top, ...vias.slice(1)]
  const fields: [HeaderName, string][] = lower.slice(0, maxSavedVias).filter((v) => parseVia(v)).map((v) => ['Via', v])
  fields.push(['From', from.text], ['To', to.text], ['Call-ID', callId || 'malformed'], ['CSeq', parseCseq(cseq) ? cseq : `0 ${method}`])
  return printed(fields, method, { callId, fromTag: from.tag, toTag: to.tag, via })
}

/** The values of a header, unfolded; those that are too long to be given back count as broken. */
function values(text: string, index: readonly number[], name: HeaderName): string[] {
  const id = headerId(name), found: string[] = []
  for (let i = 0; i < index.length; i += stride) {
    if (index[i] === id && index[i + 4]! - index[i + 3]! <= longestSaved) found.push(unfold(text.slice(index[i + 3], index[i + 4])))
  }
  return found
}

function addressed(found: string[]): { text: string; tag: string } {
  const text = found[0] ?? '', cut = newAddressAt()
  if (found.length !== 1 || !addressAt(text, 0, text.length, cut)) return { text: nobody, tag: '' }
  return { text, tag: cut.tag < 0 ? '' : text.slice(cut.tag, cut.tagEnd) }
}

function printed(fields: readonly [HeaderName, string][], method: string, known: Pick<SipMessage, 'callId' | 'fromTag' | 'toTag' | 'via'>): SipMessage {
  const index: number[] = []
  let raw = `${method} sip:malformed.invalid SIP/2.0\r\n`
  for (const [name, value] of fields) {
    const start = raw.length, nameEnd = start + name.length
    index.push(headerId(name), start, nameEnd, nameEnd + 2, nameEnd + 2 + value.length)
    raw += `${name}: ${value}\r\n`
  }
  raw += '\r\n'
  return { raw, is: 'request', method, uri: '', status: 0, reason: '', index, bodyStart: raw.length, bodyEnd: raw.length, cseq: 0, maxForwards: -1, ...known }
}
