/**
 * Mailboxes by name: LIST, LSUB, STATUS, NAMESPACE, CREATE, DELETE, RENAME, SUBSCRIBE.
 *
 * Standards  RFC 3501 6.3, RFC 2342, RFC 5258, RFC 5819, RFC 6154
 */
import type { Command, Listing, StatusItem } from '../command.ts'
import { canonical, delimiter, isSound, matches } from '../names.ts'
import type { Answer, Folder } from './state.ts'
import { ask, done, mailboxName, refused, reply, type Turn, untagged } from './turn.ts'

export function namespace(turn: Turn): void {
  untagged(turn, `NAMESPACE (("" "${delimiter}")) NIL NIL`)
  done(turn)
}

export function list(turn: Turn, { listing }: Command & { is: 'list' }): void {
  const word = listing.old ? 'LSUB' : 'LIST'
  if (listing.patterns.some((p) => p === '')) {                                               // RFC 3501 6.3.8: only the delimiter is asked for
    untagged(turn, `${word} (\\Noselect) "${delimiter}" ""`)
    done(turn)
    return
  }
  ask(turn, { is: 'folders' })
}

export function listed(turn: Turn, { listing }: Command & { is: 'list' }, answer: Answer): void {
  const { session } = turn, { doing } = session
  if (answer.is === 'status' && doing?.job?.is === 'list') sayStatus(turn, doing.job.names[doing.job.at++]!, listing.give.status, answer.status)
  else if (answer.is === 'folders') {
    const names = sayFolders(turn, listing, answer.folders)
    doing!.job = { is: 'list', names: listing.give.status.length > 0 ? names : [], at: 0 }
  } else if (answer.is === 'refused' && doing?.job?.is !== 'list') { refused(turn, answer); return }
  else if (doing?.job?.is === 'list') doing.job.at++                                          // RFC 5819 2: a mailbox without status is no error
  const job = session.doing?.job
  if (job?.is === 'list' && job.at < job.names.length) ask(turn, { is: 'status', mailbox: job.names[job.at]!, items: listing.give.status })
  else done(turn)
}

/** Says each that is asked for; gives those that can be selected. */
function sayFolders(turn: Turn, listing: Listing, folders: readonly Folder[]): string[] {
  const parents = parentsOf(folders.filter((f) => f.exists)), patterns = listing.patterns.map((p) => canonical(listing.reference + p)), names: string[] = []
  const isNamed = (folder: Folder): boolean => patterns.some((p) => matches(folder.name, p))
  const above = listing.only.recursive ? parentsOf(folders.filter((f) => f.subscribed && !isNamed(f))) : new Set<string>()   // RFC 5258 3.5: of those that are not listed themselves
  for (const folder of [...folders, ...between(folders, parents)]) {
    const isWanted = (listing.only.subscribed ? folder.subscribed : folder.exists || parents.has(folder.name)) && (!listing.only.special || folder.use !== undefined), isAbove = above.has(folder.name)
    if (!(isWanted || isAbove) || !isNamed(folder)) continue
    const marks = [
      folder.exists ? folder.selectable ? '' : '\\Noselect' : '\\NonExistent', parents.has(folder.name) ? '\\HasChildren' : '\\HasNoChildren', folder.use ?? '', listing.give.subscribed && folder.subscribed ? '\\Subscribed' : '',
    ].filter((mark) => mark !== '')
    const name = mailboxName(turn.session, folder.name), info = isAbove ? ' ("CHILDINFO" ("SUBSCRIBED"))' : ''
    untagged(turn, `${listing.old ? 'LSUB' : 'LIST'} (${marks.join(' ')}) "${delimiter}" ${name}${info}`)
    if (folder.exists && folder.selectable) names.push(folder.name)
  }
  return names
}

/** RFC 3501 6.3.8: levels above mailboxes that are none themselves. */
function between(folders: readonly Folder[], parents: ReadonlySet<string>): Folder[] {
  const names = new Set(folders.map((f) => f.name))
  return [...parents].filter((name) => !names.has(name)).map((name) => ({ name, exists: false, selectable: false, subscribed: false }))
}

function parentsOf(folders: readonly Folder[]): Set<string> {
  const found = new Set<string>()
  for (const { name } of folders) for (let at = name.lastIndexOf(delimiter); at > 0; at = name.lastIndexOf(delimiter, at - 1)) found.add(name.slice(0, at))
  return found
}

function sayStatus(turn: Turn, name: string, items: readonly StatusItem[], status: Readonly<{ [item in StatusItem]?: number }>): void {
  untagged(turn, `STATUS ${mailboxName(turn.session, name)} (${items.map((item) => `${item} ${status[item] ?? 0}`).join(' ')})`)
}

export function status(turn: Turn, command: Command & { is: 'status' }): void {
  if (command.items.includes('HIGHESTMODSEQ')) turn.session.condstore = true                  // RFC 7162 3.1
  ask(turn, { is: 'status', mailbox: command.mailbox, items: command.items })
}

export function statusAnswered(turn: Turn, command: Command & { is: 'status' }, answer: Answer): void {
  if (answer.is === 'status') sayStatus(turn, command.mailbox, command.items, answer.status)
  answered(turn, command, answer)
}

export function create(turn: Turn, { mailbox, uses }: Command & { is: 'create' }): void {
  if (!isSound(mailbox)) reply(turn, 'NO', '[CANNOT] A level of the name is empty.')
  else if (uses.length > 1) reply(turn, 'NO', '[USEATTR] A mailbox has one use.')             // RFC 6154 3
  else ask(turn, { is: 'create', mailbox, use: uses[0] })
}

export function rename(turn: Turn, { mailbox, to }: Command & { is: 'rename' }): void {
  if (isSound(to)) ask(turn, { is: 'rename', mailbox, to })
  else reply(turn, 'NO', '[CANNOT] A level of the name is empty.')
}

export function change(turn: Turn, { is, mailbox }: Command & { is: 'delete' | 'subscribe' | 'unsubscribe' }): void { ask(turn, { is, mailbox }) }

/** Done, or refused. */
export function answered(turn: Turn, _command: Command, answer: Answer): void {
  if (answer.is === 'refused') refused(turn, answer)
  else done(turn)
}
