/** Mailboxes in memory: what answers a session's questions in tests, and tells the other sessions what happened. */
import { createHash } from 'node:crypto'
import type { Answer, Ask, Box, Folder, News, Ranges, Row, Searched, Use } from '../../../src/wire/imap/index.ts'
import { count, has, hasFlag, isFound, rangesOf } from '../../../src/wire/imap/index.ts'
import { bodyStructure, decode, encodingOf, type Entity, envelope, fieldTexts, headerOf, newDecoder, parseDate, parseMessage, partAt, section } from '../../../src/wire/mime/index.ts'

export interface Message { uid: number; flags: string[]; modSeq: number; readonly received: number; readonly text: string; readonly entity: Entity }
export interface Mailbox { name: string; readonly uidValidity: number; uidNext: number; modSeq: number; messages: Message[]; vanished: { uid: number; modSeq: number }[]; /** From here on no session was told. */ firstRecent: number; readonly use?: Use | undefined }
export interface Peer { readonly id: number; selected: Mailbox | undefined; readOnly: boolean; appending: { mailbox: Mailbox; flags: readonly string[]; date: number | undefined; parts: string[] } | undefined; readonly news: (news: News) => void }
export interface Memory { readonly mailboxes: Map<string, Mailbox>; readonly subscribed: Set<string>; readonly peers: Set<Peer>; readonly now: () => number; nextValidity: number; refuse?: ((ask: Ask) => Answer | undefined) | undefined }

export const user = 'ada', password = 'correct horse'
const flags = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft']

export function newMemory(now: () => number = () => 1_700_000_000_000): Memory {
  const memory: Memory = { mailboxes: new Map(), subscribed: new Set(), peers: new Set(), now, nextValidity: 1_000 }
  for (const [name, use] of [['INBOX', undefined], ['Sent', '\\Sent'], ['Deleted Items', '\\Trash']] as const) memory.subscribed.add(newMailbox(memory, name, use).name)
  return memory
}

function newMailbox(memory: Memory, name: string, use?: Use): Mailbox {
  const mailbox: Mailbox = { name, uidValidity: memory.nextValidity++, uidNext: 1, modSeq: 1, messages: [], vanished: [], firstRecent: 1, use }
  memory.mailboxes.set(name, mailbox)
  return mailbox
}

let peers = 0
export function newPeer(memory: Memory, news: (news: News) => void): Peer {
  const peer: Peer = { id: ++peers, selected: undefined, readOnly: false, appending: undefined, news }
  memory.peers.add(peer)
  return peer
}

/** Tells every session that has the mailbox open, but not the one that did it. */
function broadcast(memory: Memory, mailbox: Mailbox, by: Peer | undefined, news: Partial<News>): void {
  for (const peer of memory.peers) if (peer !== by && peer.selected === mailbox) peer.news({ added: [], expunged: [], changed: [], ...news })
}

export function deposit(memory: Memory, name: string, text: string, marks: readonly string[] = [], received = memory.now(), by?: Peer): number {
  const mailbox = memory.mailboxes.get(name)!, uid = mailbox.uidNext++
  mailbox.messages.push({ uid, flags: [...marks], modSeq: ++mailbox.modSeq, received, text, entity: parseMessage(text) })
  broadcast(memory, mailbox, by, { added: [{ from: uid, to: uid }] })
  return uid
}

export function erase(memory: Memory, mailbox: Mailbox, uids: Ranges, by?: Peer): Ranges {
  const gone = mailbox.messages.filter((m) => has(uids, m.uid)).map((m) => m.uid)
  if (gone.length === 0) return []
  mailbox.modSeq++
  mailbox.messages = mailbox.messages.filter((m) => !has(uids, m.uid))
  for (const uid of gone) mailbox.vanished.push({ uid, modSeq: mailbox.modSeq })
  broadcast(memory, mailbox, by, { expunged: rangesOf(gone) })
  return rangesOf(gone)
}

const no = (text: string, code?: string): Answer => ({ is: 'refused', text, code })
const done: Answer = { is: 'done' }

export function answer(memory: Memory, peer: Peer, ask: Ask): Answer {
  const refusal = memory.refuse?.(ask)
  if (refusal) return refusal
  switch (ask.is) {
    case 'login': return digest(ask.user) === digest(user) && digest(ask.password.reveal()) === digest(password) ? done : no('wrong')
    case 'folders': return { is: 'folders', folders: foldersOf(memory) }
    case 'subscribe': memory.subscribed.add(ask.mailbox); return done
    case 'unsubscribe': memory.subscribed.delete(ask.mailbox); return done
    case 'status': case 'select': case 'delete': case 'rename': return named(memory, peer, ask)
    case 'create':
      if (memory.mailboxes.has(ask.mailbox)) return no('There is one.', 'ALREADYEXISTS')
      newMailbox(memory, ask.mailbox, ask.use)
      return done
    case 'append': case 'appendOctets': case 'appendEnd': return append(memory, peer, ask)
    default: return peer.selected ? within(memory, peer, peer.selected, ask) : no('Nothing is selected.')
  }
}

function foldersOf({ mailboxes, subscribed }: Memory): Folder[] {
  const missing = [...subscribed].filter((name) => !mailboxes.has(name)).map((name): Folder => ({ name, exists: false, selectable: false, subscribed: true }))
  return [...[...mailboxes.values()].map((m): Folder => ({ name: m.name, exists: true, selectable: true, subscribed: subscribed.has(m.name), use: m.use })), ...missing]
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex')

function named(memory: Memory, peer: Peer, ask: Ask & { mailbox: string }): Answer {
  const mailbox = memory.mailboxes.get(ask.mailbox)
  if (!mailbox) return no('There is no such mailbox.', 'NONEXISTENT')
  switch (ask.is) {
    case 'select': {
      const box = boxOf(mailbox, ask.readOnly)
      peer.selected = mailbox
      peer.readOnly = ask.readOnly
      if (!ask.readOnly) mailbox.firstRecent = mailbox.uidNext
      return { is: 'selected', box }
    }
    case 'status': return { is: 'status', status: statusOf(mailbox) }
    case 'delete': memory.mailboxes.delete(ask.mailbox); return done
    case 'rename':
      if (memory.mailboxes.has(ask.to)) return no('There is one.', 'ALREADYEXISTS')
      memory.mailboxes.delete(ask.mailbox)
      mailbox.name = ask.to
      memory.mailboxes.set(ask.to, mailbox)
      return done
    default: throw new Error(`not asked by name: ${ask.is}`)
  }
}

function boxOf(mailbox: Mailbox, readOnly: boolean): Box {
  return {
    uids: rangesOf(mailbox.messages.map((m) => m.uid)), uidValidity: mailbox.uidValidity, uidNext: mailbox.uidNext, highestModSeq: mailbox.modSeq, flags, permanentFlags: readOnly ? [] : [...flags, '\\*'],
    firstUnseen: mailbox.messages.find((m) => !m.flags.includes('\\Seen'))?.uid, readOnly, recent: recentOf(mailbox),
  }
}

function recentOf({ messages, firstRecent }: Mailbox): Ranges { return rangesOf(messages.filter((m) => m.uid >= firstRecent).map((m) => m.uid)) }

function statusOf(mailbox: Mailbox) {
  const { messages, uidNext, uidValidity, modSeq } = mailbox
  const lacking = (flag: string) => messages.filter((m) => !m.flags.includes(flag)).length
  return { MESSAGES: messages.length, UIDNEXT: uidNext, UIDVALIDITY: uidValidity, UNSEEN: lacking('\\Seen'), DELETED: messages.length - lacking('\\Deleted'), SIZE: messages.reduce((sum, m) => sum + m.text.length, 0), HIGHESTMODSEQ: modSeq, RECENT: count(recentOf(mailbox)) }
}

function append(memory: Memory, peer: Peer, ask: Ask & { is: 'append' | 'appendOctets' | 'appendEnd' }): Answer {
  if (ask.is === 'append') {
    const mailbox = memory.mailboxes.get(ask.mailbox)
    if (!mailbox) return no('There is no such mailbox.', 'TRYCREATE')
    peer.appending = { mailbox, flags: ask.flags, date: ask.date, parts: [] }
    return done
  }
  const { appending } = peer
  if (!appending) throw new Error('nothing is being appended')
  if (ask.is === 'appendOctets') { appending.parts.push(ask.data); return done }
  peer.appending = undefined
  const uid = deposit(memory, appending.mailbox.name, appending.parts.join(''), appending.flags, appending.date, peer)
  if (peer.selected === appending.mailbox) peer.news({ added: [{ from: uid, to: uid }], expunged: [], changed: [] })
  return { is: 'appended', uidValidity: appending.mailbox.uidValidity, uid }
}

function rowOf(m: Message, seenNow = false): Row {
  return { uid: m.uid, flags: [...m.flags], modSeq: m.modSeq, received: m.received, size: m.text.length, envelope: envelope(m.text, m.entity), body: bodyStructure(m.text, m.entity, false), bodyStructure: bodyStructure(m.text, m.entity, true), seenNow }
}

function within(memory: Memory, peer: Peer, mailbox: Mailbox, ask: Ask): Answer {
  switch (ask.is) {
    case 'rows': return { is: 'rows', rows: rows(memory, peer, mailbox, ask) }
    case 'octets': return octets(mailbox, ask)
    case 'store': return store(memory, peer, mailbox, ask)
    case 'copy': case 'move': return copy(memory, peer, mailbox, ask)
    case 'expunge': {
      const wanted = mailbox.messages.filter((m) => m.flags.includes('\\Deleted') && (!ask.uids || has(ask.uids, m.uid))).map((m) => m.uid)
      return { is: 'expunged', uids: erase(memory, mailbox, rangesOf(wanted), peer), highestModSeq: mailbox.modSeq }
    }
    case 'search': {
      const found = mailbox.messages.filter((m) => isFound(searched(m), ask.key))
      return { is: 'found', uids: rangesOf(found.map((m) => m.uid)), modSeq: Math.max(0, ...found.map((m) => m.modSeq)) }
    }
    case 'vanished': return { is: 'vanished', uids: rangesOf(mailbox.vanished.filter((v) => v.modSeq > ask.since && has(ask.uids, v.uid)).map((v) => v.uid).sort((a, b) => a - b)) }
    default: throw new Error(`not asked of a mailbox: ${ask.is}`)
  }
}

function rows(memory: Memory, peer: Peer, mailbox: Mailbox, ask: Ask & { is: 'rows' }): Row[] {
  return mailbox.messages.filter((m) => has(ask.uids, m.uid) && (ask.changedSince === undefined || m.modSeq > ask.changedSince)).map((m) => {
    const isNew = ask.seen && !m.flags.includes('\\Seen')
    if (isNew) change(memory, peer, mailbox, m, [...m.flags, '\\Seen'])
    return rowOf(m, isNew)
  })
}

function change(memory: Memory, peer: Peer, mailbox: Mailbox, m: Message, to: string[]): void {
  m.flags = to
  m.modSeq = ++mailbox.modSeq
  broadcast(memory, mailbox, peer, { changed: [rowOf(m)] })
}

function octets(mailbox: Mailbox, ask: Ask & { is: 'octets' }): Answer {
  const m = mailbox.messages.find(({ uid }) => uid === ask.uid), found = m && section(m.text, m.entity, ask.section), part = m && partAt(m.entity, ask.section.path)
  if (!m || !found || !part) return { is: 'octets', data: '', total: undefined }
  const raw = found.is === 'text' ? found.text : m.text.slice(found.from, found.to), encoding = ask.decoded && ask.section.path.length > 0 ? encodingOf(headerOf(m.text, part, 'content-transfer-encoding')) ?? '7bit' : '7bit'
  const whole = decode(newDecoder(encoding), raw, true)
  return { is: 'octets', data: whole.slice(ask.offset, ask.offset + ask.length), total: whole.length }
}

function store(memory: Memory, peer: Peer, mailbox: Mailbox, ask: Ask & { is: 'store' }): Answer {
  const wanted = mailbox.messages.filter((m) => has(ask.uids, m.uid)), modified = wanted.filter((m) => ask.unchangedSince !== undefined && m.modSeq > ask.unchangedSince)
  const rest = wanted.filter((m) => !modified.includes(m))
  for (const m of rest) {
    const kept = ask.how === 'set' ? [] : m.flags.filter((f) => !hasFlag(ask.flags, f))
    change(memory, peer, mailbox, m, ask.how === 'remove' ? kept : [...kept, ...ask.flags])
  }
  return { is: 'stored', rows: rest.map((m) => rowOf(m)), modified: rangesOf(modified.map((m) => m.uid)) }
}

function copy(memory: Memory, peer: Peer, mailbox: Mailbox, ask: Ask & { is: 'copy' | 'move' }): Answer {
  const target = memory.mailboxes.get(ask.mailbox), wanted = mailbox.messages.filter((m) => has(ask.uids, m.uid))
  if (!target) return no('There is no such mailbox.', 'TRYCREATE')
  const to = wanted.map((m) => deposit(memory, target.name, m.text, m.flags, m.received, peer))
  if (target === mailbox) peer.news({ added: rangesOf(to), expunged: [], changed: [] })
  const from = rangesOf(wanted.map((m) => m.uid))
  if (ask.is === 'move') erase(memory, mailbox, from, peer)
  return { is: 'copied', uidValidity: target.uidValidity, from, to: rangesOf(to) }
}

function searched(m: Message): Searched {
  const { text, entity } = m
  return {
    uid: m.uid, flags: m.flags, received: m.received, size: text.length, modSeq: m.modSeq, sentDay: () => parseDate(headerOf(text, entity, 'date') ?? '')?.day,
    header: (name) => fieldTexts(text, entity, name).map((v) => v.toLowerCase()), body: () => text.slice(entity.body).toLowerCase(), text: () => text.toLowerCase(),
  }
}

/** Every UID of a mailbox. */
export function uidsOf(memory: Memory, name: string): number[] { return memory.mailboxes.get(name)!.messages.map((m) => m.uid) }
