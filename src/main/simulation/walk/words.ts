/** What the phones of a walk write: whole messages as text, right or wrong as asked for. */
import type { Random } from '../../../kit/machine.ts'
import { header, type HeaderName, type SipMessage } from '../../../wire/sip/index.ts'

export function oneOf<T>(random: Random, list: readonly T[]): T { return list[random.below(list.length)]! }

/** `n` of a hundred. */
export function chance(random: Random, n: number): boolean { return random.below(100) < n }

export interface Wording { readonly from: string; readonly to: string; readonly callId: string; readonly cseq: number; readonly branch: string; readonly address: string; readonly headers?: readonly string[]; readonly sdp?: string | undefined }

export function requestText(method: string, uri: string, { from, to, callId, cseq, branch, address, headers = [], sdp }: Wording): string {
  const head = [
    `${method} ${uri} SIP/2.0`, `Via: SIP/2.0/UDP ${address}:5060;branch=${branch}`, 'Max-Forwards: 70', `From: ${from}`, `To: ${to}`, `Call-ID: ${callId}`, `CSeq: ${cseq} ${method}`,
    `Contact: <sip:x@${address}:5060>`, ...headers, ...(sdp === undefined ? [] : ['Content-Type: application/sdp']), `Content-Length: ${sdp?.length ?? 0}`,
  ]
  return `${head.join('\r\n')}\r\n\r\n${sdp ?? ''}`
}

const copied: readonly HeaderName[] = ['Via', 'From', 'Call-ID', 'CSeq']

export function responseText(request: SipMessage, status: number, tag: string, headers: readonly string[], sdp: string | undefined): string {
  const to = `${header(request, 'To')}${tag === '' || request.toTag !== '' ? '' : `;tag=${tag}`}`
  const head = [
    `SIP/2.0 ${status} Word`, ...copied.map((name) => `${name}: ${header(request, name)}`), `To: ${to}`, ...headers,
    ...(sdp === undefined ? [] : ['Content-Type: application/sdp']), `Content-Length: ${sdp?.length ?? 0}`,
  ]
  return `${head.join('\r\n')}\r\n\r\n${sdp ?? ''}`
}

const key = 'inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj', other = 'inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR'

/** Mostly a description that a phone would write; sometimes held, secure, with other media, or none at all. `like`: what it answers, mostly. */
export function sdpText(random: Random, address: string, like = ''): string {
  const asked = chance(random, 85) ? /^m=audio \d+ (\S+)/m.exec(like)?.[1] : undefined
  const proto = asked ?? oneOf(random, ['RTP/AVP', 'RTP/AVP', 'RTP/AVP', 'RTP/SAVP', 'RTP/AVPF']), isKeyed = asked === undefined ? proto === 'RTP/SAVP' || chance(random, 20) : like.includes('a=crypto:1')
  const media = [`m=audio ${chance(random, 5) ? 0 : 4000 + 2 * random.below(2)} ${proto} 8 0`, 'a=rtpmap:8 PCMA/8000', ...(isKeyed ? [`a=crypto:1 AES_CM_128_HMAC_SHA1_80 ${asked === undefined ? key : other}`] : [])]
  const more = chance(random, 5) ? ['m=video 4010 RTP/AVP 99'] : []
  if (chance(random, 2)) return 'v=0\r\nnonsense'
  return `${['v=0', `o=- ${random.below(3)} ${random.below(5)} IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0', ...media, `a=${oneOf(random, ['sendrecv', 'sendrecv', 'sendonly', 'inactive'])}`, ...more].join('\r\n')}\r\n`
}
