/** Requests of a virtual phone: put together, answered when challenged, handed to who waits for the response. Standards RFC 3261 12.2, 22; RFC 7616 */
import { ahead, answer, newClientState, parseChallenge, type Challenge } from '../../../wire/sip/digest/index.ts'
import { acknowledge, again, dialogHeaders, lines, request, requestUri, type Dialog, type SipMessage } from '../../../wire/sip/index.ts'
import type { Asking, Phone, Talk } from './state.ts'

export const allow = 'INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY, MESSAGE'

export function capabilities(phone: Phone): string {
  const { reliable, update } = phone.settings
  const methods = update ? allow : allow.replace('UPDATE, ', '').replace('PRACK, ', reliable === 'no' ? '' : 'PRACK, ')
  return `Allow: ${methods}\r\nSupported: ${reliable === 'no' ? '' : '100rel, '}timer, replaces, X-cisco-sis-2.0.0\r\n`
}

export function contact(phone: Phone): string {
  const { line, address, port, to } = phone.settings
  return `Contact: <sip:${line}@${address}:${port}${to.transport === 'udp' ? '' : `;transport=${to.transport === 'wss' ? 'ws' : to.transport}`}>\r\n`
}

export interface Question {
  readonly headers?: string
  readonly contentType?: string
  readonly body?: string | undefined
  readonly uri?: string
  readonly maxForwards?: number | undefined
  readonly heard?: (response: SipMessage) => void
  readonly silent?: () => void
  readonly started?: Asking['started']
}

/** Sends a request in a dialog (or what is to become one). */
export function ask(phone: Phone, dialog: Dialog, method: string, question: Question = {}): void {
  const { headers = '', contentType, body, uri = requestUri(dialog), maxForwards = 70, heard = () => {}, silent = () => {}, started } = question
  const asking: Asking = { method, uri, headers, maxForwards, contentType, body, dialog, state: newClientState(), heard, silent, started }
  const { credentials } = phone.settings, realm = credentials[0]?.realm ?? ''
  const known = dialog.remoteTag === '' ? ahead(phone.memory, realm, credentials, { method, uri, body: body ?? '', peer: realm }, phone.random) : undefined
  say(phone, asking, known === undefined ? '' : `Authorization: ${known}\r\n`)
}

function say(phone: Phone, asking: Asking, authorization: string): void {
  const { dialog, method, uri, headers, maxForwards, contentType, body } = asking
  dialog.localSeq++
  const tx = request(phone.endpoint, phone.now, phone.settings.to, {
    method, uri, headers: dialogHeaders(dialog, method, dialog.localSeq, maxForwards) + headers + authorization, contentType, body,
  }, asking)
  asking.started?.(tx)
}

/** True when the response was a challenge that we can answer: the request goes out once more. */
export function answeredChallenge(phone: Phone, asking: Asking, response: SipMessage): boolean {
  if (response.status !== 401 && response.status !== 407) return false
  const challenges: Challenge[] = []
  for (const line of lines(response, response.status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate')) {
    const parsed = parseChallenge(line)
    if (parsed.ok) challenges.push(parsed.value)
  }
  const { method, uri, body = '' } = asking, { credentials } = phone.settings
  const values = answer(asking.state, phone.memory, challenges, credentials, { method, uri, body, peer: credentials[0]?.realm ?? '' }, phone.random)
  if (!values.ok) return false
  const name = response.status === 401 ? 'Authorization' : 'Proxy-Authorization'
  say(phone, asking, values.value.map((value) => `${name}: ${value}\r\n`).join(''))
  return true
}

/** ACK to a 2xx, kept for the copies of that 2xx. */
export function ack(phone: Phone, talk: Talk, dialog: Dialog, seq: number, body?: string): void {
  const text = acknowledge(phone.endpoint, phone.settings.to, {
    method: 'ACK', uri: requestUri(dialog), headers: dialogHeaders(dialog, 'ACK', seq), ...(body === undefined ? {} : { contentType: 'application/sdp', body }),
  })
  if (dialog === talk.dialog) talk.ack = { seq, text }
}

export function ackAgain(phone: Phone, talk: Talk): void {
  if (talk.ack) again(phone.endpoint, phone.settings.to, talk.ack.text)
}
