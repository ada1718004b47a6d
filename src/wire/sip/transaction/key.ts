/**
 * What a message is matched to its transaction by: one string, one look-up.
 *
 * Standards  RFC 3261 17.1.3, 17.2.3, 8.2.2.2
 * Security   strangers' words with blanks between, which none of them can hold; a key is as long as the message lets it
 */
import type { SipMessage } from '../message.ts'

const cookie = 'z9hG4bK'

/** 17.2.3: branch, sent-by, method. `method` is the one that made the transaction: INVITE for an ACK, and for the request that a CANCEL means. */
export function serverKey(message: SipMessage, method: string): string {
  const { via } = message
  const key = `${via.branch} ${via.host.toLowerCase()}:${via.port} ${method}`
  return isRfc3261(message) ? inOnePiece(key) : oldKey(message, key, message.toTag)
}

/** RFC 2543 (no cookie, or nothing behind it): an ACK has the To tag of our response, where its INVITE may have had none. */
export function firstAckKey(message: SipMessage): string {
  const { via } = message
  return oldKey(message, `${via.branch} ${via.host.toLowerCase()}:${via.port} INVITE`, '')
}

export function isRfc3261(message: SipMessage): boolean {
  return message.via.branch.length > cookie.length && message.via.branch.startsWith(cookie)
}

function oldKey(message: SipMessage, key: string, toTag: string): string {
  return inOnePiece(`${key} ${message.callId} ${message.cseq} ${message.fromTag} ${toTag} ${message.uri}`)
}

/** 17.1.3: branch and the method of CSeq. */
export function clientKey(branch: string, method: string): string { return inOnePiece(`${branch} ${method}`) }

/** 8.2.2.2: the same request by two ways has these in common. */
export function mergeKey(message: SipMessage): string {
  return inOnePiece(`${message.callId} ${message.fromTag} ${message.cseq} ${message.method}`)
}

/** The sent-by that stands in a server key: kept there, so that no piece of the request's text need be held. */
export function sentByOf(key: string): { host: string; port: number } {
  const start = key.indexOf(' ') + 1, sentBy = key.slice(start, key.indexOf(' ', start))
  const colon = sentBy.lastIndexOf(':')
  return { host: sentBy.slice(0, colon), port: Number(sentBy.slice(colon + 1)) }
}

/** The same string in one piece: put together from slices it would hold the whole message that they were cut from, and be hashed slowly. */
function inOnePiece(text: string): string {
  return text.charCodeAt(text.length - 1) === 0 ? '' : text      // V8 makes one piece of a string to read a char of it
}
