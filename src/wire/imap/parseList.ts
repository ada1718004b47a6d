/**
 * Commands that name mailboxes: LIST in its three shapes, STATUS, SELECT with its parameters, CREATE, APPEND.
 *
 * Standards  RFC 3501 6.3, RFC 5258, RFC 5819, RFC 6154, RFC 7162 3.2.5
 * Security   fed by strangers: patterns and options are bounded
 */
import type { Command, Listing, Resync, StatusItem, Use } from './command.ts'
import { dateTime } from './dates.ts'
import { maxPatterns } from './limits.ts'
import { readMailbox, readPattern } from './names.ts'
import { flagList } from './parseFetch.ts'
import { problems } from './problems.ts'
import { sequenceSet } from './ranges.ts'
import { astring, atom, list, listMailbox, modSequence, name, needs, next, number, type Reader, skips, space, wrong } from './scan.ts'

export function mailbox(reader: Reader, isUtf8: boolean): string {
  const found = readMailbox(astring(reader), isUtf8)
  if (found === undefined) wrong(reader, problems.mailbox)
  return found ?? ''
}

function pattern(reader: Reader, isUtf8: boolean, read: (reader: Reader) => string): string {
  return readPattern(read(reader), isUtf8) ?? '\0'                                            // no mailbox has such a name
}

const statusItems = ['MESSAGES', 'RECENT', 'UIDNEXT', 'UIDVALIDITY', 'UNSEEN', 'DELETED', 'SIZE', 'HIGHESTMODSEQ'] as const

function statusItem(reader: Reader): StatusItem {
  const word = name(reader), found = statusItems.find((i) => i === word)
  if (!found) wrong(reader, problems.item)
  return found ?? 'MESSAGES'
}

export function statusCommand(reader: Reader, isUtf8: boolean): Command {
  const named = mailbox(reader, isUtf8)
  space(reader)
  return { is: 'status', mailbox: named, items: list(reader, statusItem, statusItems.length) }
}

export function listCommand(reader: Reader, isUtf8: boolean): Command {
  const options = next(reader) === 40 ? list(reader, name, 8, true) : undefined, selected = options ?? []
  if (options) space(reader)
  const reference = pattern(reader, isUtf8, astring)
  space(reader)
  const one = (r: Reader): string => pattern(r, isUtf8, listMailbox)
  const patterns = next(reader) === 40 ? list(reader, one, maxPatterns) : [one(reader)]
  const give = skips(reader, ' ') ? returned(reader) : { subscribed: false, special: false, status: [] }
  const only = { subscribed: selected.includes('SUBSCRIBED'), special: selected.includes('SPECIAL-USE'), recursive: selected.includes('RECURSIVEMATCH') }
  if (selected.some((s) => !selections.includes(s)) || (only.recursive && !only.subscribed)) wrong(reader, problems.item)   // RFC 5258 3.1
  return { is: 'list', listing: { reference, patterns, only, give: { ...give, subscribed: give.subscribed || only.subscribed, special: give.special || only.special }, old: false } }
}

const selections = ['SUBSCRIBED', 'REMOTE', 'RECURSIVEMATCH', 'SPECIAL-USE']

function returned(reader: Reader): Listing['give'] {
  let subscribed = false, special = false, status: StatusItem[] = []
  const one = (r: Reader): void => {
    const word = name(r)
    if (word === 'SUBSCRIBED') subscribed = true
    else if (word === 'SPECIAL-USE') special = true
    else if (word === 'STATUS') { space(r); status = list(r, statusItem, statusItems.length) }
    else if (word !== 'CHILDREN') wrong(r, problems.item)                                     // said of every mailbox anyway
  }
  if (name(reader) !== 'RETURN') wrong(reader, problems.item)
  space(reader)
  list(reader, one, 8, true)
  return { subscribed, special, status }
}

export function lsubCommand(reader: Reader, isUtf8: boolean): Command {
  const reference = pattern(reader, isUtf8, astring)
  space(reader)
  const patterns = [pattern(reader, isUtf8, listMailbox)]
  return { is: 'list', listing: { reference, patterns, only: { subscribed: true, special: false, recursive: false }, give: { subscribed: false, special: false, status: [] }, old: true } }
}

export function selectCommand(reader: Reader, is: 'select' | 'examine', isUtf8: boolean): Command {
  const named = mailbox(reader, isUtf8)
  let condstore = false, resync: Resync | undefined
  const parameter = (r: Reader): void => {
    const word = name(r)
    if (word === 'QRESYNC') { space(r); resync = resyncOf(r) }
    if (word === 'QRESYNC' || word === 'CONDSTORE') condstore = true
    else wrong(r, problems.item)
  }
  if (skips(reader, ' ')) list(reader, parameter, 2)
  return { is, mailbox: named, condstore, resync }
}

/** `(uidvalidity modseq [known-uids] [(known-sequences known-uids)])`; the last pair only spares the server work: it is read and not used. */
function resyncOf(reader: Reader): Resync {
  needs(reader, '(', problems.list)
  const uidValidity = number(reader)
  space(reader)
  const modSeq = modSequence(reader)
  const hasKnown = next(reader) === 32 && reader.text[reader.at + 1] !== '('
  if (hasKnown) space(reader)
  const known = hasKnown ? sequenceSet(reader) : undefined
  if (skips(reader, ' (')) {
    sequenceSet(reader)
    space(reader)
    sequenceSet(reader)
    needs(reader, ')', problems.list)
  }
  needs(reader, ')', problems.list)
  return { uidValidity, modSeq, known }
}

const uses: readonly Use[] = ['\\All', '\\Archive', '\\Drafts', '\\Flagged', '\\Junk', '\\Sent', '\\Trash']

/** RFC 6154 3: CREATE box (USE (\Sent)) */
export function createCommand(reader: Reader, isUtf8: boolean): Command {
  const octets = astring(reader), plain = readMailbox(octets.endsWith('/') ? octets.slice(0, -1) : octets, isUtf8)   // RFC 3501 6.3.3: a last delimiter says that names will stand below
  if (plain === undefined) wrong(reader, problems.mailbox)
  let given: Use[] = []
  if (skips(reader, ' (')) {
    if (name(reader) !== 'USE') wrong(reader, problems.item)
    space(reader)
    given = list(reader, useOf, uses.length, true)
    needs(reader, ')', problems.list)
  }
  return { is: 'create', mailbox: plain ?? '', uses: given }
}

function useOf(reader: Reader): Use {
  needs(reader, '\\', problems.flag)
  const word = `\\${atom(reader)}`.toLowerCase(), found = uses.find((u) => u.toLowerCase() === word)
  if (!found) wrong(reader, problems.item)
  return found ?? '\\All'
}

/** What stands before the message of APPEND; it ends in `{n}` CR LF. */
export function appendCommand(reader: Reader, isUtf8: boolean): Command {
  const named = mailbox(reader, isUtf8)
  space(reader)
  const flags = next(reader) === 40 ? flagList(reader) : undefined
  if (flags) space(reader)
  const date = next(reader) === 34 ? dateTime(reader) : undefined
  if (date !== undefined) space(reader)
  skips(reader, '~')
  needs(reader, '{', problems.string)
  const size = number(reader)
  skips(reader, '+')
  needs(reader, '}\r\n', problems.string)
  return { is: 'append', mailbox: named, flags: flags ?? [], date, size }
}
