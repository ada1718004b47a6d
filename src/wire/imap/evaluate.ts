/**
 * Whether a message is found: the keys of SEARCH over what is known of it.
 *
 * Standards  RFC 3501 6.4.4
 * Security   keys come from strangers, bounded by parseSearch.ts; what costs little is asked first
 */
import type { Millis } from '../../kit/machine.ts'
import type { SearchKey } from './command.ts'
import { dayAt } from './dates.ts'
import { has } from './ranges.ts'

/** What a mailbox says of one message; the functions are called only where a key asks. */
export interface Searched {
  readonly uid: number
  readonly flags: readonly string[]
  readonly received: Millis
  readonly size: number
  readonly modSeq: number
  /** Day of its Date header, as written there. */
  readonly sentDay: () => number | undefined
  /** Every value of a header, decoded, in lower case. */
  readonly header: (name: string) => readonly string[]
  /** Its text, and with its headers; decoded, in lower case. */
  readonly body: () => string
  readonly text: () => string
}

export function isFound(message: Searched, key: SearchKey): boolean {
  switch (key.is) {
    case 'all': return true
    case 'recent': case 'messages': return false
    case 'uids': return has(key.uids, message.uid)
    case 'flag': return hasFlag(message.flags, key.flag) === key.has
    case 'size': return key.how === 'larger' ? message.size > key.octets : message.size < key.octets
    case 'modSeq': return message.modSeq >= key.least
    case 'received': return isWhen(dayAt(message.received), key.how, key.day)
    case 'sent': return isWhen(message.sentDay(), key.how, key.day)
    case 'header': return isInHeader(message, key.name, key.text.toLowerCase())
    case 'body': return message.body().includes(key.text.toLowerCase())
    case 'text': return message.text().includes(key.text.toLowerCase())
    case 'not': return !isFound(message, key.key)
    case 'and': return key.keys.every((k) => isFound(message, k))
    case 'or': return key.keys.some((k) => isFound(message, k))
  }
}

/** Flags are equal in any case (RFC 3501 9). */
export function hasFlag(flags: readonly string[], flag: string): boolean {
  if (flags.includes(flag)) return true
  const lower = flag.toLowerCase()
  return flags.some((f) => f.length === flag.length && f.toLowerCase() === lower)
}

function isWhen(day: number | undefined, how: 'before' | 'on' | 'since', wanted: number): boolean {
  if (day === undefined) return false
  return how === 'before' ? day < wanted : how === 'on' ? day === wanted : day >= wanted
}

/** An empty text finds every message that has the header. */
function isInHeader(message: Searched, name: string, text: string): boolean { return message.header(name.toLowerCase()).some((value) => value.includes(text)) }
