/**
 * One command: tag, verb, arguments. One row a verb: how it is read, and where it is allowed.
 *
 * Standards  RFC 3501 6, RFC 9051 6
 * Security   fed by strangers: what is wrong is a Problem with the tag it is to be told under
 */
import type { Problem } from '../../kit/result.ts'
import { secret } from '../../kit/secret.ts'
import type { Command } from './command.ts'
import { maxIdFields, maxTag } from './limits.ts'
import { fetchCommand, storeCommand } from './parseFetch.ts'
import { appendCommand, createCommand, listCommand, lsubCommand, mailbox, selectCommand, statusCommand } from './parseList.ts'
import { searchCommand } from './parseSearch.ts'
import { problems } from './problems.ts'
import { sequenceSet } from './ranges.ts'
import { astring, atom, end, name, needs, newReader, nstring, type Reader, skips, space, string, tag, wrong } from './scan.ts'

/** When a verb is allowed: always, before login, after it, with a mailbox selected. */
export type When = 'any' | 'before' | 'after' | 'selected'
interface Verb { readonly when: When; readonly read: (reader: Reader, isUtf8: boolean) => Command }

/** `problem` is told under `tag`; without a tag it is told to nobody in particular. */
export type Parsed = { readonly tag: string; readonly when: When; readonly command: Command } | { readonly tag: string | undefined; readonly problem: Problem }

const bare = (is: 'capability' | 'noop' | 'logout' | 'starttls' | 'namespace' | 'idle' | 'check' | 'close' | 'unselect') => (): Command => ({ is })
const argument = (reader: Reader): Reader => { space(reader); return reader }
const one = (is: 'delete' | 'subscribe' | 'unsubscribe') => (reader: Reader, isUtf8: boolean): Command => ({ is, mailbox: mailbox(argument(reader), isUtf8) })

const verbs: Readonly<Record<string, Verb>> = {
  CAPABILITY: { when: 'any', read: bare('capability') },
  NOOP: { when: 'any', read: bare('noop') },
  LOGOUT: { when: 'any', read: bare('logout') },
  ID: { when: 'any', read: (r) => idCommand(argument(r)) },
  STARTTLS: { when: 'before', read: bare('starttls') },
  AUTHENTICATE: { when: 'before', read: (r) => authenticateCommand(argument(r)) },
  LOGIN: { when: 'before', read: (r) => loginCommand(argument(r)) },
  ENABLE: { when: 'after', read: (r) => enableCommand(r) },
  SELECT: { when: 'after', read: (r, isUtf8) => selectCommand(argument(r), 'select', isUtf8) },
  EXAMINE: { when: 'after', read: (r, isUtf8) => selectCommand(argument(r), 'examine', isUtf8) },
  CREATE: { when: 'after', read: (r, isUtf8) => createCommand(argument(r), isUtf8) },
  DELETE: { when: 'after', read: one('delete') },
  SUBSCRIBE: { when: 'after', read: one('subscribe') },
  UNSUBSCRIBE: { when: 'after', read: one('unsubscribe') },
  RENAME: { when: 'after', read: (r, isUtf8) => renameCommand(argument(r), isUtf8) },
  LIST: { when: 'after', read: (r, isUtf8) => listCommand(argument(r), isUtf8) },
  LSUB: { when: 'after', read: (r, isUtf8) => lsubCommand(argument(r), isUtf8) },
  NAMESPACE: { when: 'after', read: bare('namespace') },
  STATUS: { when: 'after', read: (r, isUtf8) => statusCommand(argument(r), isUtf8) },
  APPEND: { when: 'after', read: (r, isUtf8) => appendCommand(argument(r), isUtf8) },
  IDLE: { when: 'after', read: bare('idle') },
  CHECK: { when: 'selected', read: bare('check') },
  CLOSE: { when: 'selected', read: bare('close') },
  UNSELECT: { when: 'selected', read: bare('unselect') },
  EXPUNGE: { when: 'selected', read: () => ({ is: 'expunge', uids: undefined }) },
  SEARCH: { when: 'selected', read: (r) => searchCommand(argument(r), false) },
  FETCH: { when: 'selected', read: (r) => fetchCommand(argument(r), false) },
  STORE: { when: 'selected', read: (r) => storeCommand(argument(r), false) },
  COPY: { when: 'selected', read: (r, isUtf8) => copyCommand(argument(r), 'copy', false, isUtf8) },
  MOVE: { when: 'selected', read: (r, isUtf8) => copyCommand(argument(r), 'move', false, isUtf8) },
  UID: { when: 'selected', read: (r, isUtf8) => uidCommand(argument(r), isUtf8) },
}

/** A whole command as frame.ts gives it. `isUtf8`: names are UTF-8 (the client enabled rev2), not modified UTF-7. */
export function parseCommand(text: string, isUtf8: boolean): Parsed {
  const reader = newReader(text), found = tag(reader)
  if (reader.wrong || found.length > maxTag) return { tag: undefined, problem: problems.tag }
  space(reader)
  const word = name(reader), verb = Object.hasOwn(verbs, word) ? verbs[word] : undefined
  if (!verb) return { tag: found, problem: reader.wrong ?? problems.unknown }
  const command = verb.read(reader, isUtf8)
  end(reader)
  return reader.wrong ? { tag: found, problem: reader.wrong } : { tag: found, when: verb.when, command }
}

/** The tag that a beginning of a command has, if it is one. */
export function tagOf(text: string): string | undefined {
  const reader = newReader(text), found = tag(reader)
  return reader.wrong || found.length > maxTag || text[found.length] !== ' ' ? undefined : found
}

/** Whether what was read so far is an APPEND, whose last literal is a message. */
export function isAppend(text: string): boolean {
  const space = text.indexOf(' ')
  return space > 0 && space <= maxTag && text.slice(space + 1, space + 8).toUpperCase() === 'APPEND '
}

/** RFC 2971 3.1 */
function idCommand(reader: Reader): Command {
  const fields: [string, string | undefined][] = []
  if (!skips(reader, '(')) {
    if (name(reader) !== 'NIL') wrong(reader, problems.list)
    return { is: 'id', fields }
  }
  while (!reader.wrong && !skips(reader, ')')) {
    if (fields.length > 0) space(reader)
    const field = string(reader)
    space(reader)
    fields.push([field, nstring(reader)])
    if (fields.length > maxIdFields) wrong(reader, problems.list)
  }
  return { is: 'id', fields }
}

/** RFC 3501 6.2.2, RFC 4959: `=` is an empty first answer. */
function authenticateCommand(reader: Reader): Command {
  const mechanism = name(reader)
  if (!skips(reader, ' ')) return { is: 'authenticate', mechanism, initial: undefined }
  const { text } = reader, rest = text.slice(reader.at)
  reader.at = text.length
  if (rest === '') wrong(reader, problems.string)
  return { is: 'authenticate', mechanism, initial: secret(rest === '=' ? '' : rest) }
}

function loginCommand(reader: Reader): Command {
  const user = astring(reader)
  space(reader)
  return { is: 'login', user, password: secret(astring(reader)) }
}

function enableCommand(reader: Reader): Command {
  const names: string[] = []
  do { space(reader); names.push(name(reader)) } while (!reader.wrong && reader.at < reader.text.length && names.length < 16)
  return { is: 'enable', names }
}

function renameCommand(reader: Reader, isUtf8: boolean): Command {
  const from = mailbox(reader, isUtf8)
  space(reader)
  return { is: 'rename', mailbox: from, to: mailbox(reader, isUtf8) }
}

function copyCommand(reader: Reader, is: 'copy' | 'move', uid: boolean, isUtf8: boolean): Command {
  const set = sequenceSet(reader)
  space(reader)
  return { is, uid, set, mailbox: mailbox(reader, isUtf8) }
}

function uidCommand(reader: Reader, isUtf8: boolean): Command {
  const word = atom(reader).toUpperCase()
  needs(reader, ' ', problems.space)
  switch (word) {
    case 'FETCH': return fetchCommand(reader, true)
    case 'STORE': return storeCommand(reader, true)
    case 'SEARCH': return searchCommand(reader, true)
    case 'COPY': return copyCommand(reader, 'copy', true, isUtf8)
    case 'MOVE': return copyCommand(reader, 'move', true, isUtf8)
    case 'EXPUNGE': return { is: 'expunge', uids: sequenceSet(reader) }
    default: wrong(reader, problems.unknown); return { is: 'noop' }
  }
}
