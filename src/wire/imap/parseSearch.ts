/**
 * SEARCH: keys, what is to be given back.
 *
 * Standards  RFC 3501 6.4.4, RFC 9051 6.4.4, RFC 4731, RFC 5182, RFC 7162 3.1.5
 * Security   fed by strangers: keys and their nesting are bounded
 */
import type { Command, SearchKey, SearchReturn } from './command.ts'
import { day } from './dates.ts'
import { maxDepth, maxKeys } from './limits.ts'
import { problems } from './problems.ts'
import { sequenceSet } from './ranges.ts'
import { astring, atom, list, modSequence, name, next, number, type Reader, skips, space, wrong } from './scan.ts'
import { utf8 } from './text.ts'

const returns = ['MIN', 'MAX', 'ALL', 'COUNT', 'SAVE'] as const

interface Keys { left: number; modSeq: boolean }

export function searchCommand(reader: Reader, uid: boolean): Command {
  const give = word(reader, 'RETURN ') ? list(reader, returned, returns.length, true) : undefined
  if (give) space(reader)
  if (word(reader, 'CHARSET ')) {
    const charset = astring(reader).toUpperCase()
    if (charset !== 'UTF-8' && charset !== 'US-ASCII') wrong(reader, problems.charset)
    space(reader)
  }
  const keys: Keys = { left: maxKeys, modSeq: false }, key = all(reader, keys, 0)
  return { is: 'search', uid, give: give && (give.length > 0 ? give : ['ALL']), key, modSeq: keys.modSeq }
}

/** A word that is no search key, in any case. */
function word(reader: Reader, wanted: string): boolean {
  const found = !reader.wrong && reader.text.slice(reader.at, reader.at + wanted.length).toUpperCase() === wanted
  if (found) reader.at += wanted.length
  return found
}

function returned(reader: Reader): SearchReturn {
  const asked = name(reader), found = returns.find((r) => r === asked)
  if (!found) wrong(reader, problems.item)
  return found ?? 'ALL'
}

/** Keys with spaces between: all of them. */
function all(reader: Reader, keys: Keys, depth: number): SearchKey {
  const found = [one(reader, keys, depth)]
  while (skips(reader, ' ')) found.push(one(reader, keys, depth))
  return found.length === 1 ? found[0]! : { is: 'and', keys: found }
}

function one(reader: Reader, keys: Keys, depth: number): SearchKey {
  if (depth > maxDepth) wrong(reader, problems.depth)
  if (--keys.left < 0) wrong(reader, problems.key)
  const c = next(reader)
  if (c === -1) { wrong(reader, problems.key); return { is: 'all' } }
  if (skips(reader, '(')) {
    const key = all(reader, keys, depth + 1)
    if (!skips(reader, ')')) wrong(reader, problems.list)
    return key
  }
  if ((c >= 48 && c <= 57) || c === 42 || c === 36) return { is: 'messages', uid: false, set: sequenceSet(reader) }
  return named(reader, keys, depth)
}

function named(reader: Reader, keys: Keys, depth: number): SearchKey {
  const key = name(reader), read = Object.hasOwn(table, key) ? table[key]! : undefined
  if (read) return read(reader, keys, depth)
  wrong(reader, problems.key)
  return { is: 'all' }
}

type Read = (reader: Reader, keys: Keys, depth: number) => SearchKey

const flag = (name: string, has: boolean): Read => () => ({ is: 'flag', flag: name, has })
const header = (name: string): Read => (reader) => ({ is: 'header', name, text: argument(reader) })
const text = (is: 'text' | 'body'): Read => (reader) => ({ is, text: argument(reader) })
const keyword = (has: boolean): Read => (reader) => { space(reader); return { is: 'flag', flag: atom(reader), has } }
const date = (is: 'received' | 'sent', how: 'before' | 'on' | 'since'): Read => (reader) => { space(reader); return { is, how, day: day(reader) } }
const size = (how: 'larger' | 'smaller'): Read => (reader) => { space(reader); return { is: 'size', how, octets: number(reader, Number.MAX_SAFE_INTEGER) } }

/** Text in UTF-8 (RFC 9051 6.4.4); octets that are none are taken as they are. */
function argument(reader: Reader): string {
  space(reader)
  const octets = astring(reader)
  return utf8(octets) ?? octets
}

const recent: SearchKey = { is: 'recent' }

const table: Readonly<Record<string, Read>> = {
  ALL: () => ({ is: 'all' }),
  ANSWERED: flag('\\Answered', true), UNANSWERED: flag('\\Answered', false),
  DELETED: flag('\\Deleted', true), UNDELETED: flag('\\Deleted', false),
  DRAFT: flag('\\Draft', true), UNDRAFT: flag('\\Draft', false),
  FLAGGED: flag('\\Flagged', true), UNFLAGGED: flag('\\Flagged', false),
  SEEN: flag('\\Seen', true), UNSEEN: flag('\\Seen', false),
  RECENT: () => recent, OLD: () => ({ is: 'not', key: recent }), NEW: () => ({ is: 'and', keys: [recent, { is: 'flag', flag: '\\Seen', has: false }] }),
  KEYWORD: keyword(true), UNKEYWORD: keyword(false),
  BCC: header('Bcc'), CC: header('Cc'), FROM: header('From'), SUBJECT: header('Subject'), TO: header('To'),
  BODY: text('body'), TEXT: text('text'),
  HEADER: (reader) => { space(reader); const field = astring(reader); return { is: 'header', name: field, text: argument(reader) } },
  BEFORE: date('received', 'before'), ON: date('received', 'on'), SINCE: date('received', 'since'),
  SENTBEFORE: date('sent', 'before'), SENTON: date('sent', 'on'), SENTSINCE: date('sent', 'since'),
  LARGER: size('larger'), SMALLER: size('smaller'),
  UID: (reader) => { space(reader); return { is: 'messages', uid: true, set: sequenceSet(reader) } },
  NOT: (reader, keys, depth) => { space(reader); return { is: 'not', key: one(reader, keys, depth + 1) } },
  OR: (reader, keys, depth) => {
    space(reader)
    const first = one(reader, keys, depth + 1)
    space(reader)
    return { is: 'or', keys: [first, one(reader, keys, depth + 1)] }
  },
  MODSEQ: (reader, keys) => {
    keys.modSeq = true
    space(reader)
    if (next(reader) === 34) {                                                                // RFC 7162 3.1.5: of one flag; we keep one a message
      astring(reader)
      space(reader)
      if (!['PRIV', 'SHARED', 'ALL'].includes(name(reader))) wrong(reader, problems.key)
      space(reader)
    }
    return { is: 'modSeq', least: modSequence(reader) }
  },
}
