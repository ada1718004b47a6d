/**
 * The rules that a virtual phone holds the system to; a breach is written down, not thrown.
 *
 * Standards  RFC 3261 8.1.1, 12, 13.2.1; RFC 3264 5, 6, 8; RFC 4566 5.2. Attack class A22
 */
import { checkAnswer, cryptoLines, isLive, isProtected, type Media, origin, parseSdp, type Sdp } from '../../../wire/sdp/index.ts'
import { addresses, body, contentType, has, type SipMessage } from '../../../wire/sip/index.ts'
import { type Phone, type Talk, violation } from './state.ts'

/** Every request of the system has what 8.1.1 asks for. */
export function checkRequest(phone: Phone, message: SipMessage): void {
  const { method } = message
  if (message.maxForwards < 0) violation(phone, `${method} without Max-Forwards`)
  if (!message.via.branch.startsWith('z9hG4bK')) violation(phone, `${method} without a branch of RFC 3261`)
  if (message.fromTag === '') violation(phone, `${method} without a From tag`)
  if (method === 'INVITE' && !has(message, 'Allow')) violation(phone, 'INVITE without Allow')
  if (['INVITE', 'UPDATE', 'REFER', 'SUBSCRIBE', 'NOTIFY'].includes(method) && addresses(message, 'Contact')?.length !== 1) violation(phone, `${method} without one Contact`)
}

export function checkResponse(phone: Phone, message: SipMessage): void {
  const { method, status } = message
  if (status > 100 && message.toTag === '' && method !== 'CANCEL') violation(phone, `${status} to ${method} without a To tag`)
  if (method === 'INVITE' && status > 100 && status < 300 && addresses(message, 'Contact')?.length !== 1) violation(phone, `${status} to INVITE without one Contact`)
}

/** The description in a message, looked at with every rule that needs no knowledge of offers. */
export function descriptionIn(phone: Phone, talk: Talk, message: SipMessage): Sdp | undefined {
  if (contentType(message) !== 'application/sdp') return undefined
  const text = body(message), parsed = parseSdp(text)
  const what = `${message.is === 'request' ? message.method : `${message.status} to ${message.method}`}`
  if (!parsed.ok) { violation(phone, `${what}: description does not parse: ${parsed.problem.text}`); return undefined }
  if (phone.settings.insists && parsed.value.media.some((one, i) => isLive(one) && !isProtected(one) && !answersKeys(talk.offered?.media[i], one))) violation(phone, `${what}: plain RTP although SRTP is required (A22)`)
  checkVersion(phone, talk, message, parsed.value, text, what)
  return parsed.value
}

/** RFC 8643 3: our keys beside an RTP/AVP were answered with one: that is SRTP. */
function answersKeys(offered: Media | undefined, answer: Media): boolean {
  return offered !== undefined && offered.proto === answer.proto && cryptoLines(offered).length > 0 && cryptoLines(answer).length === 1
}

/** Where messages overtake each other only the session id can be judged. RFC 3264 8: within a dialog the session id stays; the version grows by one exactly when the description changes. */
function checkVersion(phone: Phone, talk: Talk, message: SipMessage, sdp: Sdp, text: string, what: string): void {
  const tag = message.is === 'request' ? message.fromTag : message.toTag
  const { sessionId, version } = origin(sdp), before = talk.heard.get(tag)
  talk.heard.set(tag, { id: sessionId, version, text })
  if (!before) return
  if (before.id !== sessionId) violation(phone, `${what}: the session id of o= changed`)
  else if (!phone.settings.lossy && before.text !== text && Number(version) !== Number(before.version) + 1) violation(phone, `${what}: o= version went from ${before.version} to ${version}`)
}

export function checkTheirAnswer(phone: Phone, offer: Sdp, answer: Sdp, where: string): void {
  const fits = checkAnswer(offer, answer)
  if (!fits.ok) violation(phone, `${where}: answer does not fit the offer: ${fits.problem.text} ${fits.problem.where ?? ''}`)
}
